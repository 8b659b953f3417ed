//! What a record says, in one form for all the ways in which it is written, and the members by which the
//! API is told.

use serde_json::{Map, Value as Json, json};

use super::text;
use crate::observed::{ApiObject, shown};
use crate::spec::model::RecordType;
use crate::spec::names::name_form;
use crate::spec::value::{form, split_priority};

/// What a record says, without its name, type, TTL and proxy state. Two that say the same are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Value(Vec<String>);

impl Value {
    /// The words of it; of a TXT the whole text.
    pub(super) fn words(&self) -> &[String] {
        &self.0
    }

    /// The value of an object of the API. What is said in another type than we know is itself.
    pub(super) fn of(record: &ApiObject) -> Self {
        let content = || record.text("content").unwrap_or_default();
        let kind = record.text("type").unwrap_or_default();
        Self(match kind {
            "A" => form(RecordType::A, content()).into_words(),
            "AAAA" => form(RecordType::Aaaa, content()).into_words(),
            "CNAME" | "NS" | "PTR" => vec![name_form(content())],
            "MX" => vec![member(record, "priority"), name_form(content())],
            "TXT" => vec![text::joined(content())],
            "CAA" => authority(record),
            "SRV" => service(record),
            "DS" => form(RecordType::Ds, &data(record, &DS)).into_words(),
            "TLSA" => form(RecordType::Tlsa, &data(record, &TLSA)).into_words(),
            "HTTPS" | "SVCB" => binding(record),
            _ => vec![
                record
                    .get("data")
                    .or_else(|| record.get("content"))
                    .map_or_else(String::new, Json::to_string),
            ],
        })
    }
}

const DS: [&str; 4] = ["key_tag", "algorithm", "digest_type", "digest"];
const TLSA: [&str; 4] = ["usage", "selector", "matching_type", "certificate"];

/// A member as text: numbers come as numbers or as texts.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        // `10.0` is 10.
        Json::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        other => shown(other).to_string(),
    }
}

fn member(record: &ApiObject, name: &str) -> String {
    record.get(name).map(plain).unwrap_or_default()
}

/// Members of `data` with blanks between, or the content where there are none.
fn data(record: &ApiObject, names: &[&str]) -> String {
    let Some(data) = record.get("data").and_then(Json::as_object) else {
        return member(record, "content");
    };
    let words: Vec<String> =
        names.iter().map(|name| data.get(*name).map(plain).unwrap_or_default()).collect();
    words.join(" ")
}

fn authority(record: &ApiObject) -> Vec<String> {
    let words = data(record, &["flags", "tag", "value"]);
    let mut words = words.trim().splitn(3, char::is_whitespace).map(str::trim);
    let mut next = || words.next().unwrap_or_default();
    let (flags, tag, value) = (next().to_owned(), next().to_ascii_lowercase(), next());
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    vec![flags, tag, bare.to_owned()]
}

fn service(record: &ApiObject) -> Vec<String> {
    let words = match record.get("data") {
        Some(_) => data(record, &["priority", "weight", "port", "target"]),
        None => format!("{} {}", member(record, "priority"), member(record, "content")),
    };
    form(RecordType::Srv, &words).into_words()
}

fn binding(record: &ApiObject) -> Vec<String> {
    let whole = data(record, &["priority", "target", "value"]);
    let (priority, rest) = whole.trim().split_once(' ').unwrap_or((whole.trim(), ""));
    let mut words = vec![priority.to_owned()];
    words.extend(form(RecordType::Https, rest).into_words());
    words
}

/// The members that say a declared value: `content` or `data`, and `priority` where the type has one.
/// `None` where the value is none of its type.
pub(super) fn members(kind: RecordType, value: &str, priority: Option<u16>) -> Option<Map<String, Json>> {
    let (inner, rest) = split_priority(kind, value);
    let priority = priority.or(inner);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize, most: u64| words.get(at)?.parse::<u64>().ok().filter(|number| *number <= most);
    let rest_of = |from: usize| words.get(from..).map(<[&str]>::concat).filter(|digits| !digits.is_empty());
    let made = match kind {
        RecordType::A | RecordType::Aaaa => {
            json!({"content": rest.parse::<std::net::IpAddr>().ok()?.to_string()})
        }
        RecordType::Cname | RecordType::Ns | RecordType::Ptr => json!({"content": name_form(rest)}),
        RecordType::Mx => json!({"content": name_form(rest), "priority": priority?}),
        RecordType::Txt => json!({"content": text::quoted(&text::joined(value))}),
        RecordType::Caa => issuer(value)?,
        RecordType::Srv => json!({"data": {
            "priority": priority?,
            "weight": number(0, 65_535)?,
            "port": number(1, 65_535)?,
            "target": name_form(words.get(2)?),
        }}),
        RecordType::Ds => json!({"data": {
            "key_tag": number(0, 65_535)?,
            "algorithm": number(1, 255)?,
            "digest_type": number(2, 255)?,
            "digest": rest_of(3)?,
        }}),
        RecordType::Tlsa => json!({"data": {
            "usage": number(0, 255)?,
            "selector": number(1, 255)?,
            "matching_type": number(2, 255)?,
            "certificate": rest_of(3)?,
        }}),
        RecordType::Https | RecordType::Svcb => {
            let (target, parameters) =
                rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
            json!({"data": {
                "priority": priority.unwrap_or(1),
                "target": name_form(target),
                "value": parameters.trim(),
            }})
        }
    };
    match made {
        Json::Object(members) => Some(members),
        _ => None,
    }
}

/// `0 issue "ca.test"`
fn issuer(value: &str) -> Option<Json> {
    let mut words = value.trim().splitn(3, char::is_whitespace).map(str::trim);
    let flags: u8 = words.next()?.parse().ok()?;
    let tag = words.next()?.to_ascii_lowercase();
    let value = words.next().unwrap_or_default();
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    Some(json!({"data": {"flags": flags, "tag": tag, "value": bare}}))
}

#[cfg(test)]
mod tests {
    use super::RecordType::{A, Aaaa, Caa, Cname, Ds, Https, Mx, Srv, Tlsa, Txt};
    use super::*;

    fn live(text: &str) -> Value {
        Value::of(&serde_json::from_str(text).expect("an object"))
    }

    fn wanted(kind: RecordType, value: &str, priority: Option<u16>) -> Value {
        let mut object = members(kind, value, priority).expect("members");
        object.insert("type".into(), kind.name().into());
        Value::of(&ApiObject(object))
    }

    #[test]
    fn what_the_api_shows_is_what_was_declared() {
        let same: [(RecordType, &str, Option<u16>, &str); 14] = [
            (A, "203.0.113.10", None, r#"{"type": "A", "content": "203.0.113.10"}"#),
            (Aaaa, "2001:DB8:0::1", None, r#"{"type": "AAAA", "content": "2001:db8::1"}"#),
            (Cname, "Shops.Example.NET.", None, r#"{"type": "CNAME", "content": "shops.example.net"}"#),
            (
                Mx,
                "Mail.shop.test.",
                Some(10),
                r#"{"type": "MX", "content": "mail.shop.test", "priority": 10}"#,
            ),
            (
                Mx,
                "5 mail.shop.test",
                None,
                r#"{"type": "MX", "content": "mail.shop.test.", "priority": 5.0}"#,
            ),
            (Txt, "v=spf1 -all", None, r#"{"type": "TXT", "content": "\"v=spf1\" \" -all\""}"#),
            (Txt, "\"a\" \"b\"", None, r#"{"type": "TXT", "content": "ab"}"#),
            (
                Caa,
                "0 ISSUE ca.test",
                None,
                r#"{"type": "CAA", "data": {"flags": "0", "tag": "issue", "value": "ca.test"}}"#,
            ),
            (Caa, "0 issue \"ca.test\"", None, r#"{"type": "CAA", "content": "0 issue \"ca.test\""}"#),
            (
                Srv,
                "10 5 5060 sip.shop.test.",
                None,
                r#"{"type": "SRV", "data": {"priority": 10, "weight": 5, "port": 5060, "target": "sip.shop.test"}}"#,
            ),
            (
                Srv,
                "5 5060 sip.shop.test",
                Some(10),
                r#"{"type": "SRV", "priority": 10, "content": "5 5060 sip.shop.test"}"#,
            ),
            (
                Https,
                "1 . alpn=h2",
                None,
                r#"{"type": "HTTPS", "data": {"priority": 1, "target": ".", "value": "alpn=\"h2\""}}"#,
            ),
            (
                Tlsa,
                "3 1 1 AB cd",
                None,
                r#"{"type": "TLSA", "data": {"usage": 3, "selector": 1, "matching_type": 1, "certificate": "abCD"}}"#,
            ),
            (Ds, "12345 13 2 AB CD", None, r#"{"type": "DS", "content": "12345 13 2 abcd"}"#),
        ];
        for (kind, value, priority, object) in same {
            assert_eq!(wanted(kind, value, priority), live(object), "{value}");
        }
        assert_ne!(wanted(Mx, "a.test", Some(10)), wanted(Mx, "a.test", Some(20)));
        assert_ne!(wanted(Txt, "A", None), wanted(Txt, "a", None));
    }

    #[test]
    fn what_is_no_value_of_its_type_has_no_members() {
        let cases =
            [(A, "x"), (Mx, "mail.test"), (Srv, "1 2 x.test"), (Ds, "1 2"), (Tlsa, "3 1 1"), (Caa, "x")];
        for (kind, value) in cases {
            assert_eq!(members(kind, value, None), None, "{value}");
        }
    }

    #[test]
    fn an_unknown_type_is_its_data() {
        let loc = live(r#"{"type": "LOC", "content": "x", "data": {"altitude": 1}}"#);
        assert_eq!(loc, live(r#"{"type": "LOC", "content": "y", "data": {"altitude": 1}}"#));
        assert_ne!(loc, live(r#"{"type": "LOC", "content": "x", "data": {"altitude": 2}}"#));
    }

    proptest::proptest! {
        #[test]
        fn any_value_is_written_as_it_is_read(value in "\\PC{0,40}|[a-z0-9. \"=]{0,40}", priority in proptest::option::of(0_u16..)) {
            for kind in [A, Aaaa, Caa, Cname, Ds, Https, Mx, Srv, Tlsa, Txt, RecordType::Svcb] {
                let Some(mut object) = members(kind, &value, priority) else { continue };
                object.insert("type".into(), kind.name().into());
                let first = Value::of(&ApiObject(object.clone()));
                // As a client that knows no types would send it back.
                let text = serde_json::to_string(&object).expect("JSON");
                proptest::prop_assert_eq!(live(&text), first);
            }
        }
    }
}
