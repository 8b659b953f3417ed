//! What Cloudflare's API says of the product's zone: everything that a plan may touch, and what surrounds it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Remote, Seen};

/// A zone as Cloudflare's API shows it to the token of the run. The token itself stands nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudflareZone {
    /// Its id: 32 hexadecimal digits.
    #[serde(default)]
    pub id: String,
    /// Its name, in lower case without trailing dot.
    pub name: Remote,
    /// `active`, `pending`, `initializing` or `moved`.
    pub status: Remote,
    /// True where the owner paused Cloudflare: DNS answers, nothing is proxied.
    #[serde(default)]
    pub paused: bool,
    /// `full`, `partial` (Cloudflare is not its name server) or `secondary`.
    #[serde(rename = "type", default)]
    pub kind: Remote,
    /// `free`, `pro`, `business` or `enterprise`.
    pub plan: Remote,
    /// The account that owns it: id and name.
    #[serde(default)]
    pub account: (String, Remote),
    /// The name servers that Cloudflare gives it.
    #[serde(default)]
    pub name_servers: Vec<Remote>,
    /// What the token says of itself.
    #[serde(default)]
    pub token: CloudflareToken,
    /// Its DNS records, in the order of the API.
    #[serde(default = "not_read")]
    pub records: Seen<Vec<ApiObject>>,
    /// Its settings, by their ids.
    #[serde(default = "not_read")]
    pub settings: Seen<BTreeMap<String, ApiObject>>,
    /// Whether and how it is signed.
    #[serde(default = "not_read")]
    pub dnssec: Seen<ApiObject>,
    /// The entry point rulesets, by phase; `None` where the phase has none.
    #[serde(default)]
    pub phases: BTreeMap<String, Seen<Option<ApiObject>>>,
    /// Bot management.
    #[serde(default = "not_read")]
    pub bots: Seen<ApiObject>,
    /// Edge certificates.
    #[serde(default = "not_read")]
    pub certificates: Seen<Vec<ApiObject>>,
}

/// A part that a recording does not hold.
fn not_read<T>() -> Seen<T> {
    Seen::Unobserved(Remote::new("this part of the zone was not read"))
}

/// What is known of the token, without the token.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudflareToken {
    /// Its id, which is no secret.
    #[serde(default)]
    pub id: String,
    /// `active`, `disabled` or `expired`.
    #[serde(default)]
    pub status: Remote,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// How many zones it can see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<u64>,
}

/// An object of the API as it came, members that we do not know included: what is not ours goes back word
/// by word. Its texts are raw; whatever is printed of it goes through [`ApiObject::shown`].
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiObject(pub Map<String, Value>);

impl ApiObject {
    /// A member, by its name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A member, by its JSON pointer (RFC 6901).
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        let mut names = pointer.trim_start_matches('/').splitn(2, '/');
        let first = self.get(names.next()?)?;
        match names.next() {
            Some(rest) => first.pointer(&format!("/{rest}")).filter(|value| !value.is_null()),
            None => Some(first),
        }
    }

    /// A text, raw: for comparing, never for output.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A member in harmless words: a text without quotes, anything else as JSON.
    pub fn shown(&self, name: &str) -> Option<Remote> {
        self.get(name).map(shown)
    }

    /// A truth value.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.as_u64()
    }

    /// The objects of a list; empty where there is no such list.
    pub fn objects(&self, name: &str) -> Vec<ApiObject> {
        let list = self.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|value| value.as_object().cloned().map(ApiObject)).collect()
    }
}

/// A value of the API in harmless words.
pub fn shown(value: &Value) -> Remote {
    value.as_str().map_or_else(|| Remote::new(&value.to_string()), Remote::new)
}

impl std::fmt::Debug for ApiObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // JSON escapes what moves a terminal.
        f.write_str(Remote::new(&Value::Object(self.0.clone()).to_string()).as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> ApiObject {
        serde_json::from_str(text).expect("an object")
    }

    #[test]
    fn members_are_read_by_name_and_by_pointer() {
        let rule =
            object(r#"{"id": "a", "tags": null, "action_parameters": {"from_value": {"status_code": 301}}}"#);
        assert_eq!(rule.text("id"), Some("a"));
        assert_eq!(rule.get("tags"), None);
        assert_eq!(rule.at("/action_parameters/from_value/status_code"), Some(&Value::from(301)));
        assert_eq!(rule.at("/action_parameters/uri"), None);
    }

    #[test]
    fn what_is_shown_is_harmless_and_what_goes_back_is_unchanged() {
        let record = object("{\"content\": \"a\\u001b[31mb\", \"ttl\": 1}");
        assert_eq!(record.shown("content").map(|text| text.to_string()).as_deref(), Some("a\\u{1b}[31mb"));
        assert_eq!(record.shown("ttl").map(|text| text.to_string()).as_deref(), Some("1"));
        assert_eq!(record.text("content"), Some("a\u{1b}[31mb"));
        assert!(!format!("{record:?}").contains('\u{1b}'));
    }
}
