//! Sections `secrets`, `access`, `cloudflare` and `monitoring`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Day, DomainName, Period, WebUrl};
use super::shape::{Entries, Short};
use crate::spec::located::Located;

/// Secrets by name.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// Environment variables that production needs.
    #[serde(default)]
    pub variables: Vec<Located<Variable>>,
    /// Files of other environments beside the spec, whose secrets production must not share: `.env.staging`.
    #[serde(default)]
    pub compare: Vec<Located<String>>,
    /// The file beside the spec that names every variable for newcomers: `.env.example`, where there is one.
    pub env_example: Option<Located<String>>,
    /// Found secrets that are accepted for a time.
    #[serde(default)]
    pub allow: Vec<AllowedSecret>,
    /// Where leaked secrets are looked for.
    pub scan: Option<SecretScan>,
}

/// A found secret that is accepted until a day.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowedSecret {
    /// The fingerprint that the finding shows: 16 hexadecimal digits.
    pub fingerprint: Located<String>,
    /// Why it is accepted: a sample in a test, a key that is revoked.
    pub reason: Located<String>,
    /// Who accepted it.
    pub owner: Option<Located<String>>,
    /// The last day on which it is.
    pub until: Located<Day>,
}

/// A variable's name, or a mapping.
pub type Variable = Short<String, VariableDetails>;

/// What is known about a variable.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariableDetails {
    /// The variable's name.
    pub name: Located<String>,
    /// The least number of characters.
    pub min_length: Option<Located<u32>>,
    /// How often it must be replaced.
    pub rotate: Option<Located<Period>>,
    /// When it last was.
    pub rotated: Option<Located<Day>>,
    /// Where the original is kept.
    pub stored_in: Option<Located<String>>,
    /// The exact value of a variable that is no secret.
    pub equals: Option<Located<String>>,
}

/// Where leaked secrets are looked for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretScan {
    /// Hosts whose served code is read.
    #[serde(default)]
    pub sites: Vec<Located<String>>,
    /// Other origins whose files belong to these sites: `https://cdn.example.net`.
    #[serde(default)]
    pub cdn: Vec<Located<WebUrl>>,
    /// Files and folders beside the spec.
    #[serde(default)]
    pub paths: Vec<Located<String>>,
    /// Whether the Git history is read.
    pub history: Option<Located<bool>>,
}

/// Backends that anonymous callers must not reach.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// A Firebase project.
    pub firebase: Option<Firebase>,
    /// A Supabase project.
    pub supabase: Option<Supabase>,
}

/// A Firebase project.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Firebase {
    /// The project's id.
    pub project: Located<String>,
    /// Collections that must be closed.
    #[serde(default)]
    pub firestore: Vec<Located<String>>,
    /// Whether the Realtime Database is tried.
    pub realtime_database: Option<Located<bool>>,
    /// Whether the storage bucket is tried.
    pub storage: Option<Located<bool>>,
    /// The rules file beside the spec.
    pub rules: Option<Located<String>>,
}

/// A Supabase project.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supabase {
    /// The project's URL.
    pub url: Located<WebUrl>,
    /// The NAME of the environment variable that holds the public key.
    pub key: Option<Located<String>>,
    /// Tables that must be closed.
    #[serde(default)]
    pub tables: Vec<Located<String>>,
}

/// What `plan` and `apply` may change.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cloudflare {
    /// The zone's name; the domain where it is not said.
    pub zone: Option<Located<DomainName>>,
    /// Zone settings by Cloudflare's own names.
    #[serde(default)]
    pub settings: Entries<Located<SettingValue>>,
    /// Whether records and rules that stand where the spec wants its own are taken over; `plan --adopt` does
    /// it once.
    pub adopt: Option<Located<bool>>,
    /// Whether records that the spec does not list are deleted at names it owns.
    pub prune: Option<Located<bool>>,
    /// The managed ruleset.
    pub waf: Option<Located<Switch>>,
    /// Rate limits.
    #[serde(default)]
    pub rate_limits: Vec<RateLimit>,
    /// Cache rules.
    #[serde(default)]
    pub cache: Vec<CacheRule>,
    /// Paths that machines call and that are never challenged.
    #[serde(default)]
    pub machine_paths: Vec<Located<String>>,
}

/// The value of a zone setting as Cloudflare types it: a word, a whole number, a list of words, or a mapping.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct SettingValue(pub serde_json::Value);

impl JsonSchema for SettingValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SettingValue".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "anyOf": [
            { "type": "string" },
            { "type": "integer", "minimum": 0 },
            { "type": "array", "items": { "type": "string" } },
            { "type": "object", "additionalProperties": { "additionalProperties": {} } },
        ] })
    }
}

/// Which web application firewall is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// Cloudflare's managed ruleset.
    Managed,
    /// None.
    Off,
}

/// At most `requests` in a `period` on a path.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// The path.
    pub path: Located<String>,
    /// How many.
    pub requests: Located<u32>,
    /// In what time.
    pub period: Located<Period>,
}

/// How long the edge keeps a path.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CacheRule {
    /// The path.
    pub path: Located<String>,
    /// How long; `0s` for never.
    pub ttl: Located<Period>,
}

/// The monitoring that must watch the product.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitoring {
    /// The monitoring's own configuration, beside the spec.
    pub config: Option<Located<String>>,
    /// Hosts and sections that it must watch.
    #[serde(default)]
    pub watch: Vec<Located<String>>,
}
