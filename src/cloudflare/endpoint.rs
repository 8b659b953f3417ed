//! The API's endpoints that the product knows, in the terms of the `cloudflare` crate. Questions and orders
//! are types of their own, so that nothing that only reads can send a change.

use std::fmt;

use cloudflare::framework::endpoint::spec::EndpointSpec;
use cloudflare::framework::endpoint::{Method, RequestBody};
use cloudflare::framework::response::ApiResult;
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::client::Reply;
use super::permission::Resource;

/// An id of the API: 32 hexadecimal digits in lower case. Nothing else enters a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(String);

impl Id {
    /// `None` where the text is no id.
    pub fn new(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 32 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The phases of rulesets that the product knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Single redirects.
    Redirects,
    /// Cache rules.
    Cache,
    /// Rate limits.
    RateLimits,
    /// Custom rules of the web application firewall.
    Custom,
    /// Its managed rulesets.
    Managed,
}

impl Phase {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Redirects, Self::Cache, Self::RateLimits, Self::Custom, Self::Managed];

    /// As the API names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Redirects => "http_request_dynamic_redirect",
            Self::Cache => "http_request_cache_settings",
            Self::RateLimits => "http_ratelimit",
            Self::Custom => "http_request_firewall_custom",
            Self::Managed => "http_request_firewall_managed",
        }
    }

    /// The phase of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

/// A request as the client sends it: what it asks for says which permission it needs.
pub(crate) trait Request: EndpointSpec {
    /// What it is about.
    fn resource(&self) -> Resource;
}

/// The `result` of an answer, whatever it is.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Json(pub Value);

impl ApiResult for Json {}

/// What is read.
#[derive(Debug, Clone, Copy)]
pub enum Question<'a> {
    /// The token's own state, where a user owns it.
    UserToken,
    /// The same, where an account owns it.
    AccountToken(&'a Id),
    /// Zones of that name; `None`: all that the token sees, of which only the first few are listed.
    Zones(Option<&'a str>),
    /// A zone.
    Zone(&'a Id),
    /// A page of a zone's records, from 1.
    Records {
        /// The zone.
        zone: &'a Id,
        /// The page's number.
        page: u32,
    },
    /// All settings of a zone.
    Settings(&'a Id),
    /// One setting.
    Setting(&'a Id, &'a str),
    /// Whether and how a zone is signed.
    Dnssec(&'a Id),
    /// The entry point ruleset of a phase.
    Entrypoint(&'a Id, Phase),
    /// One version of the ruleset of a phase, by its number.
    EntrypointVersion(&'a Id, Phase, u64),
    /// Bot management.
    Bots(&'a Id),
    /// A page of a zone's edge certificates, of every state, from 1.
    Certificates {
        /// The zone.
        zone: &'a Id,
        /// The page's number.
        page: u32,
    },
    /// Whether Cloudflare issues certificates by itself.
    UniversalSsl(&'a Id),
    /// The networks that Cloudflare's proxies answer from.
    Networks,
}

impl Question<'_> {
    /// Records on a page: few zones have more, and the API allows far more.
    pub const RECORDS_PER_PAGE: u32 = 5000;
    /// Certificates on a page: the most that the API allows.
    pub const CERTIFICATES_PER_PAGE: u32 = 50;
    /// Zones on a page: the least that the API allows; the count is what is read.
    const ZONES_PER_PAGE: u32 = 5;
}

impl EndpointSpec for Question<'_> {
    type JsonResponse = Json;
    type ResponseType = Reply;

    fn method(&self) -> Method {
        Method::GET
    }

    fn path(&self) -> String {
        match self {
            Self::UserToken => "user/tokens/verify".into(),
            Self::AccountToken(account) => format!("accounts/{account}/tokens/verify"),
            Self::Zones(_) => "zones".into(),
            Self::Zone(zone) => format!("zones/{zone}"),
            Self::Records { zone, .. } => format!("zones/{zone}/dns_records"),
            Self::Settings(zone) => format!("zones/{zone}/settings"),
            Self::Setting(zone, setting) => format!("zones/{zone}/settings/{}", segment(setting)),
            Self::Dnssec(zone) => format!("zones/{zone}/dnssec"),
            Self::Entrypoint(zone, phase) => entrypoint(zone, *phase),
            Self::EntrypointVersion(zone, phase, version) => {
                format!("{}/versions/{version}", entrypoint(zone, *phase))
            }
            Self::Bots(zone) => format!("zones/{zone}/bot_management"),
            Self::Certificates { zone, .. } => format!("zones/{zone}/ssl/certificate_packs"),
            Self::UniversalSsl(zone) => format!("zones/{zone}/ssl/universal/settings"),
            Self::Networks => "ips".into(),
        }
    }

    fn query(&self) -> Option<String> {
        match self {
            Self::Zones(None) => Some(query(&[("per_page", &Self::ZONES_PER_PAGE.to_string())])),
            Self::Zones(Some(name)) => {
                Some(query(&[("name", name), ("per_page", &Self::ZONES_PER_PAGE.to_string())]))
            }
            Self::Records { page, .. } => {
                Some(query(&[("page", &page.to_string()), ("per_page", &Self::RECORDS_PER_PAGE.to_string())]))
            }
            Self::Certificates { page, .. } => Some(query(&[
                ("status", "all"),
                ("page", &page.to_string()),
                ("per_page", &Self::CERTIFICATES_PER_PAGE.to_string()),
            ])),
            _ => None,
        }
    }
}

impl Request for Question<'_> {
    fn resource(&self) -> Resource {
        match self {
            Self::UserToken | Self::AccountToken(_) | Self::Networks => Resource::Nothing,
            Self::Zones(_) | Self::Zone(_) => Resource::Zone,
            Self::Records { .. } | Self::Dnssec(_) => Resource::Dns,
            Self::Settings(_) | Self::Setting(..) => Resource::Settings,
            Self::Entrypoint(_, phase) | Self::EntrypointVersion(_, phase, _) => Resource::of_phase(*phase),
            Self::Bots(_) => Resource::Bots,
            Self::Certificates { .. } | Self::UniversalSsl(_) => Resource::Certificates,
        }
    }
}

/// All records of a zone as a zone file (BIND).
#[derive(Debug, Clone, Copy)]
pub struct Export<'a>(pub &'a Id);

impl EndpointSpec for Export<'_> {
    const IS_RAW_BODY: bool = true;
    type JsonResponse = ();
    type ResponseType = Vec<u8>;

    fn method(&self) -> Method {
        Method::GET
    }

    fn path(&self) -> String {
        format!("zones/{}/dns_records/export", self.0)
    }
}

impl Request for Export<'_> {
    fn resource(&self) -> Resource {
        Resource::Dns
    }
}

/// What is written. The body is what is sent, word by word.
#[derive(Debug, Clone, Copy)]
pub enum Order<'a> {
    /// Changes of records in one transaction: `{"deletes": [], "patches": [], "puts": [], "posts": []}`.
    Records(&'a Id, &'a Value),
    /// One setting: `{"value": ...}`.
    Setting(&'a Id, &'a str, &'a Value),
    /// DNSSEC: `{"status": "active"}`.
    Dnssec(&'a Id, &'a Value),
    /// The whole entry point ruleset of a phase.
    Entrypoint {
        /// The zone.
        zone: &'a Id,
        /// The phase.
        phase: Phase,
        /// The ruleset: `{"rules": [...]}`.
        body: &'a Value,
        /// True: the API checks it and changes nothing.
        dry_run: bool,
    },
}

impl EndpointSpec for Order<'_> {
    type JsonResponse = Json;
    type ResponseType = Reply;

    fn method(&self) -> Method {
        match self {
            Self::Records(..) => Method::POST,
            Self::Setting(..) | Self::Dnssec(..) => Method::PATCH,
            Self::Entrypoint { .. } => Method::PUT,
        }
    }

    fn path(&self) -> String {
        match self {
            Self::Records(zone, _) => format!("zones/{zone}/dns_records/batch"),
            Self::Setting(zone, setting, _) => format!("zones/{zone}/settings/{}", segment(setting)),
            Self::Dnssec(zone, _) => format!("zones/{zone}/dnssec"),
            Self::Entrypoint { zone, phase, .. } => entrypoint(zone, *phase),
        }
    }

    fn query(&self) -> Option<String> {
        matches!(self, Self::Entrypoint { dry_run: true, .. }).then(|| query(&[("dry_run", "true")]))
    }

    fn body(&self) -> Option<RequestBody<'_>> {
        let (Self::Records(_, body)
        | Self::Setting(_, _, body)
        | Self::Dnssec(_, body)
        | Self::Entrypoint { body, .. }) = self;
        Some(RequestBody::Json(body.to_string()))
    }
}

impl Request for Order<'_> {
    fn resource(&self) -> Resource {
        match self {
            Self::Records(..) | Self::Dnssec(..) => Resource::Dns,
            Self::Setting(..) => Resource::Settings,
            Self::Entrypoint { phase, .. } => Resource::of_phase(*phase),
        }
    }
}

fn entrypoint(zone: &Id, phase: Phase) -> String {
    format!("zones/{zone}/rulesets/phases/{}/entrypoint", phase.name())
}

/// A text as one segment of a path: a setting's name comes from the spec.
fn segment(text: &str) -> String {
    let harmless = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    text.chars().filter(harmless).collect()
}

fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn zone() -> Id {
        Id::new("0123456789abcdef0123456789abcdef").expect("an id")
    }

    #[test]
    fn only_an_id_enters_a_path() {
        for wrong in ["", "0123456789ABCDEF0123456789ABCDEF", "../../user/tokens/verify/aaaaaaa", "é"] {
            assert_eq!(Id::new(wrong), None, "{wrong}");
        }
        let zone = zone();
        assert_eq!(Question::Setting(&zone, "../x?y").path(), format!("zones/{zone}/settings/xy"));
    }

    #[test]
    fn a_zone_is_asked_for_by_its_exact_name() {
        assert_eq!(
            Question::Zones(Some("shop.test&x=1")).query().as_deref(),
            Some("name=shop.test%26x%3D1&per_page=5")
        );
        assert_eq!(Question::Zones(None).query().as_deref(), Some("per_page=5"));
    }

    #[test]
    fn an_order_sends_its_body_and_a_dry_run_says_so() {
        let (zone, body) = (zone(), json!({"rules": []}));
        let order =
            |dry_run| Order::Entrypoint { zone: &zone, phase: Phase::Redirects, body: &body, dry_run };
        assert_eq!(order(true).query().as_deref(), Some("dry_run=true"));
        assert_eq!(order(false).query(), None);
        assert_eq!(order(false).method(), Method::PUT);
        assert!(matches!(order(false).body(), Some(RequestBody::Json(text)) if text == r#"{"rules":[]}"#));
        assert_eq!(Order::Records(&zone, &body).path(), format!("zones/{zone}/dns_records/batch"));
    }

    #[test]
    fn every_phase_is_found_by_its_name() {
        for phase in Phase::ALL {
            assert_eq!(Phase::find(phase.name()), Some(phase));
        }
        assert_eq!(Phase::find("http_request_transform"), None);
    }
}
