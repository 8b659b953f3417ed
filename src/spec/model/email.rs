//! Section `email`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Address, DomainName, ReportUri};
use super::shape::Short;
use crate::spec::located::Located;

/// `none`, or how mail is received, sent and authenticated.
pub type Email = Short<None_, EmailSettings>;

/// The word `none`: the domain sends and receives no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "NoMail")]
pub enum None_ {
    /// No mail.
    None,
}

/// How mail works.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailSettings {
    /// Who receives: a provider, `{mx: [...]}`, or `any`.
    pub receive: Option<Located<Receive>>,
    /// Who sends in the domain's name.
    #[serde(default)]
    pub send: Vec<Located<Sender>>,
    /// Sender Policy Framework (RFC 7208).
    pub spf: Option<Spf>,
    /// Keys that must be published (RFC 6376).
    #[serde(default)]
    pub dkim: Vec<Located<Dkim>>,
    /// The policy for mail that fails (RFC 9989).
    pub dmarc: Option<Dmarc>,
    /// MTA-STS (RFC 8461).
    pub mta_sts: Option<Located<MtaStsMode>>,
    /// Addresses of TLS reports (RFC 8460).
    pub tls_rpt: Option<Located<Vec<Located<ReportUri>>>>,
}

/// A provider's name (or `any`), or the declared MX hosts.
pub type Receive = Short<String, Receiver>;

/// Declared MX hosts.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Receiver {
    /// The hosts that MX records must name, in any order.
    pub mx: Vec<Located<DomainName>>,
}

/// A provider's name, or a mapping.
pub type Sender = Short<String, SenderDetails>;

/// Somebody who sends in the domain's name.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SenderDetails {
    /// A provider known to launch-ready.
    pub provider: Option<Located<String>>,
    /// A name for a sender of one's own.
    pub name: Option<Located<String>>,
    /// Addresses that it sends from.
    #[serde(default)]
    pub ip: Vec<Located<Address>>,
    /// DKIM selectors that it signs with.
    #[serde(default)]
    pub dkim: Vec<Located<String>>,
    /// The label (or name) of its bounce domain.
    pub return_path: Option<Located<String>>,
}

/// Sender Policy Framework as it must be published.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spf {
    /// How the record must end.
    pub all: Option<Located<SpfAll>>,
    /// Includes beside those of the declared senders.
    #[serde(default)]
    pub include: Vec<Located<Include>>,
    /// Addresses or networks beside those of the declared senders.
    #[serde(default)]
    pub ip: Vec<Located<String>>,
}

/// The name that an `include:` mechanism takes.
pub type Include = DomainName;

/// The result for everybody who is not listed (RFC 7208 section 4.6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpfAll {
    /// `-all`
    Fail,
    /// `~all`
    Softfail,
}

/// A DKIM key that must be published.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The label before `._domainkey`.
    pub selector: Located<String>,
    /// The record's exact text, where it is known.
    pub key: Option<Located<String>>,
    /// The name that the selector must be an alias of, where it is known.
    pub cname: Option<Located<DomainName>>,
}

/// DMARC as it must be published.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dmarc {
    /// `p=`
    pub policy: Option<Located<DmarcPolicy>>,
    /// `sp=`
    pub subdomain_policy: Option<Located<DmarcPolicy>>,
    /// `rua=`
    #[serde(default)]
    pub reports: Vec<Located<ReportUri>>,
}

/// What receivers are asked to do with mail that fails, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DmarcPolicy {
    /// Nothing.
    None,
    /// Treat as suspicious.
    Quarantine,
    /// Refuse.
    Reject,
}

/// How binding the MTA-STS policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MtaStsMode {
    /// Senders must not deliver where TLS fails.
    Enforce,
    /// Senders only report.
    Testing,
}
