//! The spec's types, one file per group of sections. What is optional in the file is `Option`
//! here; defaults are applied where a value is used, so that "not said" stays visible.

mod dns;
mod email;
mod operate;
mod product;
pub(crate) mod scalar;
pub(crate) mod shape;
mod web;

use schemars::JsonSchema;
use serde::Deserialize;

pub use dns::{Dns, Dnssec, Nameservers, Record, RecordType, RecordValues, Ttl};
pub use email::{
    Dkim, Dmarc, DmarcPolicy, Email, EmailSettings, Include, MtaStsMode, None_, Receive, Receiver, Sender,
    SenderDetails, Spf, SpfAll,
};
pub use operate::{
    Access, AllowedSecret, CacheRule, Cloudflare, Firebase, Monitoring, RateLimit, SecretScan, Secrets,
    SettingValue, Supabase, Switch, Variable, VariableDetails,
};
pub use product::{Account, Contact, Handover, HandoverItem, Waiver};
pub use scalar::{
    Address, Day, DomainName, Moment, Period, ReportUri, Template, TtlPeriod, UrlPattern, WebUrl,
};
pub use shape::{Entries, Short, WordOrList};
pub use web::{
    Canonical, Cors, Endpoint, Environment, Host, HostDetails, HostKind, Hsts, JsonExpectation, RedirectOnly,
    RedirectRule, RedirectStatus, Tls, TlsVersion, Webhook, WebhookEffect, WebhookRegistration, WebhookTests,
};

use crate::spec::located::Located;

/// A product's launch: everything that must be true about it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Version of this format. There is one: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: Option<Located<u32>>,
    /// The product's name, for reports.
    pub product: Option<Located<String>>,
    /// The domain that is launched, for example `circlegarden.test`.
    pub domain: Located<DomainName>,
    /// `baseline`, `strict`, `bulk-sender`, or a policy file's path (beside this file).
    pub policy: Option<Located<String>>,
    /// Which of apex and `www` is the product's address; the other one must redirect to it.
    pub canonical: Option<Located<Canonical>>,
    /// The hosts that serve. Keys are labels under the domain, `apex` (or `@`) or full names.
    pub hosts: Option<Entries<Host>>,
    /// The zone: name servers, DNSSEC, CAA and records.
    pub dns: Option<Dns>,
    /// What every HTTPS host must offer.
    pub tls: Option<Tls>,
    /// Redirects that must happen.
    #[serde(default)]
    pub redirects: Vec<RedirectRule>,
    /// Mail: who receives, who sends, how it is authenticated. `none`: no mail at all.
    pub email: Option<Located<Email>>,
    /// Acceptance of single URLs.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Secrets by name, never by value.
    pub secrets: Option<Located<Secrets>>,
    /// Endpoints that receive events from providers.
    pub webhooks: Option<Located<Vec<Webhook>>>,
    /// Backends that anonymous callers must not reach.
    pub access: Option<Located<Access>>,
    /// What `plan` and `apply` may change at Cloudflare.
    pub cloudflare: Option<Located<Cloudflare>>,
    /// The monitoring that must watch the product.
    pub monitoring: Option<Located<Monitoring>>,
    /// Facts for the handover document.
    pub handover: Option<Located<Handover>>,
    /// Findings that are accepted until a day.
    #[serde(default)]
    pub waivers: Vec<Located<Waiver>>,
}

impl Spec {
    /// How mail works; `None` where nothing is said, and for `email: none`.
    pub fn mail(&self) -> Option<&EmailSettings> {
        match self.email.as_ref().map(|email| &email.value) {
            Some(Email::Full(settings)) => Some(settings),
            _ => None,
        }
    }

    /// True for `email: none`: the domain neither sends nor receives.
    pub fn has_no_mail(&self) -> bool {
        matches!(self.email.as_ref().map(|email| &email.value), Some(Email::Word(_)))
    }
}
