//! Sections `hosts`, `tls`, `redirects`, `endpoints` and `webhooks`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{JsonQuery, Period, UrlPattern, WebUrl};
use super::shape::{Entries, Short};
use crate::spec::located::Located;
use crate::webhook::Scheme;

/// Which address is the product's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Canonical {
    /// The domain itself.
    Apex,
    /// `www.` under it.
    Www,
}

/// A host: the word `redirect`, or a mapping.
pub type Host = Located<Short<RedirectOnly, HostDetails>>;

/// The short form of a host that exists only to redirect to the canonical one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedirectOnly {
    /// Redirects everything to the canonical host.
    Redirect,
}

/// What a host is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostDetails {
    /// The application's kind, for example `flutter-web`, `vite`, `next`.
    pub app: Option<Located<String>>,
    /// Paths that must answer 200, beside what other sections declare.
    #[serde(default)]
    pub pages: Vec<Located<String>>,
    /// A path that answers 200 when the service is well.
    pub health: Option<Located<String>>,
    /// A web site for people, or an API for programs.
    pub kind: Option<Located<HostKind>>,
    /// Production by default; others are held to less and must not be indexable.
    pub environment: Option<Located<Environment>>,
}

/// Who a host talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostKind {
    /// People with browsers.
    Site,
    /// Programs.
    Api,
}

/// What a host is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// The real product.
    Production,
    /// A rehearsal.
    Staging,
    /// One change's own deployment.
    Preview,
    /// For its makers only.
    Development,
}

/// What every HTTPS host must offer.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The lowest TLS version that may be spoken.
    pub min_version: Option<Located<TlsVersion>>,
    /// How long every certificate must still be valid.
    pub min_remaining: Option<Located<Period>>,
    /// Organisations that may have issued the certificates.
    #[serde(default)]
    pub issuers: Vec<Located<String>>,
    /// Strict-Transport-Security (RFC 6797).
    pub hsts: Option<Hsts>,
}

/// TLS protocol versions that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum TlsVersion {
    /// RFC 5246.
    #[serde(rename = "1.2")]
    V1_2,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    V1_3,
}

/// Strict-Transport-Security (RFC 6797) as it must be sent.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hsts {
    /// At least this long.
    pub max_age: Option<Located<Period>>,
    /// Whether subdomains are included.
    pub include_subdomains: Option<Located<bool>>,
    /// Whether the domain asks for the browsers' preload list.
    pub preload: Option<Located<bool>>,
}

/// A redirect that must happen. `*` captures, `$1` puts it back; the query is kept.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedirectRule {
    /// The address asked for.
    pub from: Located<UrlPattern>,
    /// Where it must end.
    pub to: Located<UrlPattern>,
    /// The status of the first answer; any redirect's where it is not said.
    pub status: Option<Located<RedirectStatus>>,
}

/// A redirect's status code, one of 301, 302, 303, 307 and 308 (RFC 9110 section 15.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedirectStatus(pub u16);

impl<'de> Deserialize<'de> for RedirectStatus {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u16::deserialize(deserializer)? {
            status @ (301 | 302 | 303 | 307 | 308) => Ok(Self(status)),
            other => Err(serde::de::Error::custom(format!("{other} is not a redirect"))),
        }
    }
}

impl JsonSchema for RedirectStatus {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RedirectStatus".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "enum": [301, 302, 303, 307, 308] })
    }
}

/// Acceptance of one URL.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The address asked with GET.
    pub url: Located<WebUrl>,
    /// The status it must give; 200 where nothing else is said.
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<Located<u16>>,
    /// Text that the body must contain, letter for letter.
    pub contains: Option<Located<String>>,
    /// Header fields that the answer must have, by name. A value fits where it is the whole of the field, or
    /// one of its parts between `,` and `;`; upper and lower case are the same.
    #[serde(default)]
    pub headers: Entries<Located<String>>,
    /// What the body must hold as JSON.
    pub json: Option<JsonExpectation>,
    /// The time within which 95 of 100 answers must come, each from the request to the end of its body on a
    /// connection that stands.
    pub p95: Option<Located<Period>>,
    /// How often it is asked, one request after another, after a first one that is not counted; 20 where
    /// `p95` is given alone.
    #[schemars(range(min = 1, max = 1000))]
    pub samples: Option<Located<u32>>,
    /// Anonymous callers must be refused (401, 403, 404 or a redirect to a login).
    pub refuse_anonymous: Option<Located<bool>>,
    /// Origins that may, and that must not, call it from a browser.
    pub cors: Option<Cors>,
}

/// Cross-origin rules of an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// Origins that must be allowed.
    #[serde(default)]
    pub allow: Vec<Located<WebUrl>>,
    /// Origins that must not be allowed.
    #[serde(default)]
    pub deny: Vec<Located<WebUrl>>,
}

/// An endpoint that receives events.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// A name for reports.
    pub name: Located<String>,
    /// Where the provider delivers.
    pub url: Located<WebUrl>,
    /// The provider, which says how events are signed.
    pub provider: Option<Located<String>>,
    /// Another scheme, in the same terms as those of `providers/webhooks`.
    pub custom: Option<Located<Scheme>>,
    /// The NAME of the environment variable that holds the signing secret.
    pub secret: Option<Located<String>>,
    /// Event types that must be subscribed.
    #[serde(default)]
    pub events: Vec<Located<String>>,
    /// What is tried; `refusals` where it is not said.
    pub test: Option<Located<WebhookTests>>,
    /// A file with a sample event, beside the spec.
    pub payload: Option<Located<String>>,
    /// How fast it must answer.
    pub max_latency: Option<Located<Period>>,
    /// What must be true, once, after the deliveries.
    pub effect: Option<WebhookEffect>,
    /// More of them.
    #[serde(default)]
    pub effects: Vec<WebhookEffect>,
    /// The NAME of the environment variable that holds the token of the provider's handshake (Meta).
    pub verify_token: Option<Located<String>>,
    /// How requests name themselves: `provider` for the provider's own User-Agent, to see whether a firewall
    /// lets it through, or any text. The program's own name where it is not said.
    pub user_agent: Option<Located<String>>,
    /// How to ask the provider what it has registered.
    pub registration: Option<WebhookRegistration>,
}

/// How to ask the provider which endpoints it delivers to.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRegistration {
    /// The NAME of the environment variable that holds a key of the provider's API; read-only rights are
    /// enough. The provider's usual names where it is not said.
    pub key: Option<Located<String>>,
    /// GitHub: the repository whose hooks are meant, `owner/name`.
    pub repository: Option<Located<String>>,
}

/// How far a webhook test goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookTests {
    /// Nothing is sent.
    Off,
    /// Only what must be refused is sent.
    Refusals,
    /// Signed test events are sent too, each twice.
    Deliveries,
}

/// Where the effect of an event can be read.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEffect {
    /// Asked with GET; `{{ event.id }}`, `{{ event.type }}`, `{{ run }}` and members of the event's own JSON,
    /// `{{ event.data.object.customer }}`, are filled in.
    pub url: Located<String>,
    /// Headers; `${NAME}` reads the environment.
    #[serde(default)]
    pub headers: Entries<Located<String>>,
    /// What the JSON answer must hold.
    pub json: Option<JsonExpectation>,
    /// How long the effect may take; 30 s where it is not said.
    pub within: Option<Located<Period>>,
    /// What is there before the deliveries is read too, and `count` is how many more there must be then. Where
    /// the path leads to a number, that is how many there are.
    pub before: Option<Located<bool>>,
    /// It must not appear: looked for by the ids of events that must be refused.
    pub absent: Option<Located<bool>>,
}

impl WebhookEffect {
    /// How long it may take: 30 s where the spec does not say.
    pub fn within(&self) -> std::time::Duration {
        self.within.as_ref().map_or(std::time::Duration::from_secs(30), |within| within.value.0)
    }

    /// True where it must not appear.
    pub fn is_absent(&self) -> bool {
        self.absent.as_ref().is_some_and(|absent| absent.value)
    }

    /// True where what was there before counts.
    pub fn counts_on(&self) -> bool {
        self.before.as_ref().is_some_and(|before| before.value)
    }
}

/// A place in a JSON answer and what it must hold. A path alone: there must be something.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonExpectation {
    /// `JSONPath` (RFC 9535).
    pub path: Located<JsonQuery>,
    /// How many there must be: elements where the path names one place that holds a list, otherwise values
    /// that the path finds.
    pub count: Option<Located<u32>>,
    /// What it must equal, as text: `ok`, `"3"`, `"true"`. Where the path finds several, each.
    pub equals: Option<Located<String>>,
}
