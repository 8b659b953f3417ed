//! A plan: the changes that would make the spec true. Plain data, made by a pure comparison of what the
//! spec wants with what the API shows; it is printed, saved, confirmed, applied and proved.

mod make;

use serde::{Deserialize, Serialize};

pub(crate) use make::{Context, Piece, make};

use crate::observed::{ApiObject, Remote};
use crate::spec::{Document, Located, Place};

/// What would change in a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Of which zone.
    pub zone: ZoneFacts,
    /// The changes, in the order in which they are made.
    pub changes: Vec<Change>,
    /// Why it must not be applied as it is; each says which option lifts it.
    pub refusals: Vec<Refusal>,
    /// What the spec wants and the plan leaves alone, and why.
    pub left: Vec<Left>,
    /// How much was read.
    pub read: Read,
}

/// Which zone is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneFacts {
    /// Its id: 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: Remote,
    /// The account that owns it: id and name.
    pub account: (String, Remote),
    /// `free`, `pro`, `business` or `enterprise`.
    pub plan: Remote,
    /// `active`, `pending`, `initializing` or `moved`.
    pub status: Remote,
    /// The name servers that Cloudflare gives it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<Remote>,
}

/// How much a plan rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// Records of the zone.
    pub records: usize,
    /// Records that are not ours and that the plan leaves as they are.
    pub foreign_records: usize,
    /// Rules, in the phases that the spec speaks of.
    pub rules: usize,
    /// Rules that are not ours and that the plan leaves as they are.
    pub foreign_rules: usize,
}

impl Read {
    /// Counts what another area read.
    pub(crate) fn add(&mut self, other: Self) {
        self.records += other.records;
        self.foreign_records += other.foreign_records;
        self.rules += other.rules;
        self.foreign_rules += other.foreign_rules;
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Of what.
    pub subject: Subject,
    /// What happens to it.
    pub action: Action,
    /// It takes over something that was not ours: the spec or `--adopt` allows that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopts: bool,
    /// As the API shows it now; `None` where it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<ApiObject>,
    /// As it is to be: a whole record without the members that only the API writes, a rule, or
    /// `{"value": ...}` of a setting; `None` where it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ApiObject>,
    /// Where the spec asks for it.
    pub spec: Origin,
    /// Why, where that is not plain: `in place of the CNAME`. A clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The findings that it will turn green.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns_green: Vec<Promise>,
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A DNS record, by its full name in lower case and its type.
    Record {
        /// Its owner name.
        name: Remote,
        /// Its type.
        #[serde(rename = "type")]
        kind: Remote,
    },
    /// A zone setting, by Cloudflare's id of it.
    Setting(String),
    /// DNSSEC.
    Dnssec,
    /// A rule of a phase, by its `ref`.
    Rule {
        /// The phase.
        phase: String,
        /// Its `ref`.
        reference: Remote,
    },
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is new.
    Add,
    /// It is there, and becomes another.
    Change,
    /// It goes.
    Delete,
}

/// Where the spec asks for a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// `dns.records[2]`
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

impl Origin {
    /// A place of the spec, with its line.
    pub(crate) fn at(place: &Place, document: &Document) -> Self {
        Self { path: place.path.clone(), line: document.position(place.span.start).0 }
    }
}

/// A finding that fails now, and will not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The check's id.
    pub check: String,
    /// The finding's subject.
    pub subject: String,
}

/// Why a plan is not applied as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Which rail.
    pub rail: Rail,
    /// What it is about, in a sentence without a full stop.
    pub message: String,
    /// True where the run's options lift it.
    pub lifted: bool,
}

/// The rails: each keeps a plan from being applied until `--allow NAME` lifts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Rail {
    /// More than 30 percent of a zone of ten records or more would change or go.
    MassChange,
    /// The last address or alias of the apex would go.
    ApexDeletion,
    /// The last MX of a name would go.
    MxDeletion,
    /// An NS record would go.
    NsDeletion,
    /// The SPF or the DMARC record would go.
    MailPolicyDeletion,
    /// A proxied record would show the origin's address.
    OriginExposure,
    /// SSL would be weaker than it is.
    WeakerSsl,
    /// CAA would shut out the authority whose certificate is in use.
    CaaLockout,
    /// HSTS would ask for the preload list for the first time.
    HstsPreload,
}

/// What is wanted and left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Left {
    /// What.
    pub subject: Subject,
    /// Why.
    pub reason: Reason,
    /// What stands in the way and what to do, in a sentence without a full stop.
    pub message: String,
    /// Where the spec asks for it.
    pub spec: Origin,
}

/// Why something that is wanted is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Something that is not ours stands there: `--adopt` takes it over.
    Foreign,
    /// Nothing of ours asks for it any more: `--prune` deletes it.
    Surplus,
    /// Cloudflare manages it (Email Routing, name servers of the zone).
    ReadOnly,
    /// The zone's plan does not have it.
    Plan,
    /// The token may not read it, so that nobody knows what would change.
    Unread,
    /// Something else must be true first: a redirect needs a proxied record.
    Needs,
}

impl Plan {
    /// True where the spec is true already, as far as Cloudflare goes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The rails that keep it from being applied.
    pub fn blocked(&self) -> impl Iterator<Item = &Refusal> {
        self.refusals.iter().filter(|refusal| !refusal.lifted)
    }

    /// True where a change will turn the finding green.
    pub fn promises(&self, check: &str, subject: &str) -> bool {
        let mut all = self.changes.iter().flat_map(|change| &change.turns_green);
        all.any(|promise| promise.check == check && promise.subject == subject)
    }
}

/// What a plan may do beyond what is ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Take over what stands where the spec wants something: `cloudflare.adopt` or `--adopt`.
    pub adopt: bool,
    /// Delete what is ours and no longer wanted, and what stands beside the wanted at names and types that
    /// the spec owns: `cloudflare.prune` or `--prune`.
    pub prune: bool,
    /// Rails that are lifted: `--allow`.
    pub allow: Vec<Rail>,
}

impl Wishes {
    /// What the spec itself allows.
    pub fn of(document: &Document) -> Self {
        let section = document.spec.cloudflare.as_ref().map(|section| &section.value);
        let is_on = |flag: Option<&Located<bool>>| flag.is_some_and(|flag| flag.value);
        Self {
            adopt: is_on(section.and_then(|section| section.adopt.as_ref())),
            prune: is_on(section.and_then(|section| section.prune.as_ref())),
            allow: Vec::new(),
        }
    }
}
