//! What the endpoints that the spec names answered, beyond their status.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Remote, Seen};

/// What was looked for in the body of an answer. The body itself is not kept: only what came of looking.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Status code of the answer.
    pub status: u16,
    /// Bytes of body that were read.
    #[serde(default)]
    pub bytes: usize,
    /// True where the body went on behind the limit, or broke off.
    #[serde(default)]
    pub cut: bool,
    /// Whether it contains each text that was looked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contains: BTreeMap<String, bool>,
    /// What it holds as JSON, by `JSONPath`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, JsonFound>,
    /// Why it is no JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_json: Option<Remote>,
    /// True where it is a page that asks for a password and shows little else.
    #[serde(default)]
    pub login: bool,
    /// Its title or its first words, without what may be a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Remote>,
}

/// What a `JSONPath` finds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonFound {
    /// How many values, or elements of the list that it names.
    pub count: usize,
    /// Whether all that it finds equals each text that was looked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub equals: BTreeMap<String, bool>,
    /// The first values, shortened and without what may be a secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Remote>,
}

/// One of several answers to the same question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Milliseconds from the request to the end of the answer, on a connection that stands.
    #[serde(default)]
    pub millis: u64,
    /// Its status code, or why there is none.
    pub status: Seen<u16>,
}

/// What an answer says to browsers that asked on behalf of an origin. Several fields of a name are
/// joined as browsers join them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorsAnswer {
    /// Status code.
    pub status: u16,
    /// Access-Control-Allow-Origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_origin: Option<Remote>,
    /// Access-Control-Allow-Credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<Remote>,
    /// Access-Control-Allow-Headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_headers: Option<Remote>,
    /// Vary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vary: Option<Remote>,
    /// True where a protection before the service answered in its place: a challenge, or 429.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}
