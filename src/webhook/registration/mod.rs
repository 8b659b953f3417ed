//! How a provider is asked which endpoints it delivers to, and how its deliveries fare: the section
//! `registration` of its file. Only reading calls stand there.
//!
//! | file | holds |
//! |---|---|
//! | here | the terms of the section |
//! | [`read`] | what the answers say |
//! | [`paging`] | where the next page is |
//! | [`tally`] | how many deliveries failed |
//! | [`kin`] | which registered addresses concern a webhook |

pub mod kin;
pub mod paging;
pub mod read;
pub mod tally;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json_path::JsonPath;
use url::Url;

use crate::json_path;
use crate::observed::KeyMode;
use crate::spec::model::scalar::{Period, WebUrl};
pub use paging::Paging;

/// How a provider is asked what it has registered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Its API keys.
    pub keys: Keys,
    /// Where its API begins, without a slash at the end.
    pub base: WebUrl,
    /// How the key is sent.
    pub authentication: Authentication,
    /// The kind of answer that is asked for.
    #[serde(default = "json")]
    pub accept: String,
    /// Further header fields.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The variable that holds the repository in a CI system's environment, where paths need one.
    pub repository: Option<String>,
    /// What the key must be allowed, in a clause.
    pub rights: String,
    /// Where people manage endpoints, for messages; `{repository}` is filled in.
    pub console: String,
    /// Its endpoints.
    pub endpoints: Endpoints,
    /// How deliveries fare, where it tells.
    pub deliveries: Option<Deliveries>,
}

fn json() -> String {
    "application/json".into()
}

/// The keys of an API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The variables that usually hold one; the first that is set counts.
    pub variables: Vec<String>,
    /// What a key's beginning tells.
    #[serde(default)]
    pub forms: Vec<KeyForm>,
}

/// What the beginning of a key tells.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyForm {
    /// How it begins.
    pub starts: String,
    /// Whose data it shows.
    pub mode: KeyMode,
    /// Where the API of that mode begins, where it is another one.
    pub base: Option<WebUrl>,
}

/// How a key is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// `Authorization: Bearer KEY` (RFC 6750).
    Bearer,
    /// As the user of `Authorization: Basic`, with an empty password (RFC 7617).
    Basic,
    /// In a header field of that name.
    Header(String),
}

/// A list of endpoints.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Path and query; `{repository}` is filled in.
    pub path: String,
    /// Where the list stands in an answer.
    pub items: Query,
    /// Which items are endpoints at all; all where it is not said.
    pub only: Option<Test>,
    /// Where an item has its id.
    pub id: Query,
    /// Where it has its URL.
    pub url: Query,
    /// When it is enabled; always where it is not said.
    pub enabled: Option<Test>,
    /// When it is in live mode; where it is not said, the key's mode tells, or there are no modes.
    pub live: Option<Test>,
    /// Where the types stand that it subscribes, one value each.
    pub events: Query,
    /// The word among them that stands for all types.
    pub all_events: Option<String>,
    /// Endpoints that differ here are sent different events, whatever their types.
    pub apart: Option<Query>,
    /// Where the next page is; there is one page where it is not said.
    pub paging: Option<Paging>,
}

/// How deliveries fare.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliveries {
    /// The calls that list them, newest first.
    pub calls: Vec<Call>,
    /// True where a call lists those of the whole account, whichever endpoint refused them.
    #[serde(default)]
    pub of_account: bool,
    /// How far back is asked.
    pub window: Period,
    /// Younger ones may still be under way and are left out.
    pub settled_after: Period,
    /// Where the list stands in an answer.
    pub items: Query,
    /// Where an item has its time.
    pub at: Query,
    /// How that time is written.
    pub unit: Unit,
    /// Where an item has its event's type.
    pub kind: Option<Query>,
    /// Where an item says which event it is: an event that arrived at the second attempt has arrived.
    pub event: Query,
    /// Where the next page is; there is one page where it is not said.
    pub paging: Option<Paging>,
}

/// A call that lists deliveries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Path and query; `{repository}`, `{id}`, `{since}`, `{until}` in seconds, and `{since_iso}`,
    /// `{until_iso}` are filled in.
    pub path: String,
    /// What came of those that it lists.
    pub outcome: Outcomes,
}

/// What came of the deliveries of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcomes {
    /// All failed.
    Failed,
    /// All arrived.
    Arrived,
    /// Each says it itself.
    Told {
        /// When one has arrived.
        arrived: Test,
        /// When one has failed; where it is not said, every other one.
        failed: Option<Test>,
    },
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds since 1970.
    Seconds,
    /// RFC 3339.
    Iso,
}

/// A value at a place, as text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The place.
    pub at: Query,
    /// It is one of these.
    pub is: Vec<String>,
}

/// A place in an answer (RFC 9535).
#[derive(Debug, Clone)]
pub struct Query(JsonPath);

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        json_path::parse(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// What fills a path in.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    /// `{repository}`: `owner/name`.
    pub repository: Option<&'a str>,
    /// `{id}` of an endpoint.
    pub id: Option<&'a str>,
    /// `{since}` and `{until}`.
    pub window: Option<(Timestamp, Timestamp)>,
}

impl Registration {
    /// True where calls need a repository.
    pub fn needs_repository(&self) -> bool {
        self.endpoints.path.contains("{repository}")
    }

    /// What the beginning of a key tells of it.
    pub fn form(&self, key: &str) -> Option<&KeyForm> {
        self.keys.forms.iter().find(|form| key.starts_with(&form.starts))
    }

    /// Where the API begins for a key.
    pub fn base(&self, key: &str) -> &Url {
        let own = self.form(key).and_then(|form| form.base.as_ref());
        &own.unwrap_or(&self.base).0
    }
}

impl Filling<'_> {
    /// A path below the base of an API, with everything filled in.
    pub fn url(&self, base: &Url, path: &str) -> Result<Url, String> {
        let mut path = path.to_owned();
        if let Some(repository) = self.repository {
            path = path.replace("{repository}", repository);
        }
        if let Some(id) = self.id {
            let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
            path = path.replace("{id}", &id);
        }
        if let Some((since, until)) = self.window {
            for (name, time) in [("since", since), ("until", until)] {
                path = path.replace(&format!("{{{name}}}"), &time.as_second().to_string());
                path = path.replace(&format!("{{{name}_iso}}"), &whole_seconds(time).to_string());
            }
        }
        let text = format!("{}{path}", base.as_str().trim_end_matches('/'));
        Url::parse(&text).map_err(|error| format!("{text} is no address: {error}"))
    }
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// True for a repository as GitHub writes it: `owner/name`.
pub fn is_repository(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.len() <= 100
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    text.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name))
}

#[cfg(test)]
mod tests;
