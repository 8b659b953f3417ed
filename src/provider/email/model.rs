//! The form of the data on mail services.

use serde::Deserialize;

use crate::provider::{Confidence, Pattern};

/// Everything that is known of mail services.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailServices {
    /// The services, in the order of the data.
    pub providers: Vec<Provider>,
    /// How a domain looks that neither sends nor receives.
    pub no_mail: Option<NoMail>,
    /// What Cloudflare's proxy does to mail.
    pub cloudflare: Option<Proxying>,
    /// Includes that were found to publish no SPF record.
    pub dead_includes: Vec<Pattern>,
}

/// A mail service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// As a spec names it.
    pub id: String,
    /// As people name it.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// The name under the domain that it sends from, where that is not the domain itself.
    pub sends_from: Option<SendsFrom>,
    /// Its mail exchangers, where it receives.
    pub mx: Option<Mx>,
    /// How SPF authorises it.
    pub spf: Option<Spf>,
    /// Its keys; one whole set must be there.
    #[serde(default)]
    pub dkim: Vec<DkimSet>,
    /// Records of its bounce domain.
    #[serde(default)]
    pub return_path: Vec<Record>,
    /// Records that prove to it who owns the domain.
    #[serde(default)]
    pub verification: Vec<Record>,
    /// Records that count opened mail and clicks.
    #[serde(default)]
    pub tracking: Vec<Record>,
    /// Other records that it asks for.
    #[serde(default)]
    pub other: Vec<Record>,
    /// MX hosts that must not stay.
    #[serde(default)]
    pub unwanted_mx: Vec<Pattern>,
    /// Where its console shows the records of a domain.
    pub console: Option<String>,
    /// What else one should know.
    pub note: Option<String>,
    /// Where the facts come from.
    pub sources: Vec<String>,
}

/// What a mail service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Receives into mailboxes and sends.
    Mailbox,
    /// Sends in the domain's name.
    Sending,
    /// Receives and passes on.
    Forwarding,
}

/// The name under the domain that a service sends from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendsFrom {
    /// Relative to the domain.
    pub name: Pattern,
    /// True where another name may be chosen.
    #[serde(default)]
    pub chosen: bool,
    /// How sure that is.
    pub confidence: Confidence,
}

/// Mail exchangers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mx {
    /// Every host of the service is one of these.
    pub hosts: Vec<Pattern>,
    /// What it asks to publish: one of the sets, whole. Empty where that differs by account.
    #[serde(default)]
    pub sets: Vec<MxSet>,
    /// True where it sends without receiving too.
    #[serde(default)]
    pub optional: bool,
    /// How sure `hosts` is.
    pub confidence: Confidence,
    /// What else one should know.
    pub note: Option<String>,
}

/// One set of mail exchangers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MxSet {
    /// The service's word for the region that it belongs to.
    pub region: Option<String>,
    /// The hosts.
    pub hosts: Vec<MxHost>,
    /// How sure that is.
    pub confidence: Confidence,
}

/// A mail exchanger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MxHost {
    /// Its name.
    pub host: Pattern,
    /// The suggested preference.
    pub priority: Option<u16>,
}

/// How SPF (RFC 7208) authorises a service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spf {
    /// One of these must be included.
    #[serde(default)]
    pub include: Vec<Pattern>,
    /// These are needed only in some set-ups.
    #[serde(default)]
    pub optional: Vec<Pattern>,
    /// These authorise nothing that needs it: a look-up that is wasted.
    #[serde(default)]
    pub needless: Vec<Pattern>,
    /// The name under the domain whose record is meant; the domain's own where it is not said.
    pub below: Option<Pattern>,
    /// How sure that is.
    pub confidence: Confidence,
    /// What else one should know.
    pub note: Option<String>,
}

/// Keys that belong together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimSet {
    /// The keys.
    pub keys: Vec<DkimKey>,
    /// The name under the domain that has `_domainkey`; the domain itself where it is not said.
    pub below: Option<Pattern>,
    /// How many there are, where one pattern stands for several.
    pub count: Option<u8>,
    /// True where one key that is readable is enough.
    #[serde(default)]
    pub one_key_is_enough: bool,
    /// True where new accounts get other keys.
    #[serde(default)]
    pub former: bool,
    /// How sure that is.
    pub confidence: Confidence,
    /// What else one should know.
    pub note: Option<String>,
}

/// A DKIM key (RFC 6376).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimKey {
    /// The label before `._domainkey`.
    pub selector: Pattern,
    /// Whether the key itself stands there, or an alias of it.
    #[serde(rename = "type", default)]
    pub kind: RecordKind,
    /// What an alias leads to, one of these.
    #[serde(default)]
    pub targets: Vec<Pattern>,
    /// How the text of a key begins.
    pub starts: Option<String>,
    /// True where another selector may be chosen.
    #[serde(default)]
    pub chosen: bool,
    /// True where other senders use this selector too, so that it tells nobody's name.
    #[serde(default)]
    pub shared: bool,
}

/// Types of record that mail services ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "each is the type's own name")]
pub enum RecordKind {
    #[default]
    Txt,
    Cname,
    Mx,
}

impl RecordKind {
    /// The type's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Txt => "TXT",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
        }
    }
}

/// A record that a service asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Relative to the domain; `@` for the domain itself.
    pub name: Pattern,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: RecordKind,
    /// One of these.
    pub values: Vec<Pattern>,
    /// The suggested preference of an MX.
    pub priority: Option<u16>,
    /// True where another name may be chosen.
    #[serde(default)]
    pub chosen: bool,
    /// True where the service works without.
    #[serde(default)]
    pub optional: bool,
    /// True where no other record of the type may stand at the name.
    #[serde(default)]
    pub only: bool,
    /// How sure that is.
    pub confidence: Confidence,
}

/// How a domain looks that neither sends nor receives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoMail {
    /// The one MX (RFC 7505).
    pub mx: String,
    /// Its preference.
    pub priority: u16,
    /// The SPF record.
    pub spf: String,
    /// The DMARC policy.
    pub dmarc: crate::spec::model::DmarcPolicy,
    /// How sure that is.
    pub confidence: Confidence,
}

/// What Cloudflare's proxy does to mail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxying {
    /// Targets of aliases that it refuses to proxy. Any other alias that mail needs can be saved
    /// proxied, and is then broken.
    pub never_proxied: Vec<Pattern>,
    /// How it answers an MX that names a proxied host.
    pub rewritten_mx: Pattern,
    /// How sure that is.
    pub confidence: Confidence,
}
