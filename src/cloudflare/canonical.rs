//! When two things of the API are the same: one text for each value whatever the order of its members, and
//! comparisons that leave out what only the API writes.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::observed::ApiObject;

/// Types whose value Cloudflare keeps in `data`; `content` is then only its text form.
const IN_DATA: [&str; 13] =
    ["CAA", "CERT", "DNSKEY", "DS", "HTTPS", "LOC", "NAPTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "URI"];

/// True for types whose value is sent as `data`.
pub(super) fn is_in_data(kind: &str) -> bool {
    IN_DATA.contains(&kind)
}

/// Types whose value is a name.
const NAMES: [&str; 4] = ["CNAME", "MX", "NS", "PTR"];

/// Members of a rule that only the API writes.
const OF_THE_API: [&str; 4] = ["id", "version", "last_updated", "categories"];

/// JSON without white space, members sorted by name.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            let members: Vec<String> =
                sorted.into_iter().map(|(name, value)| format!("{}:{}", quoted(name), text(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(text).collect::<Vec<_>>().join(",")),
        plain => plain.to_string(),
    }
}

fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}

/// SHA-256 over the canonical JSON of a value, in hexadecimal.
///
/// # Errors
///
/// Where it cannot be written as JSON.
pub(super) fn digest(value: &impl Serialize) -> serde_json::Result<String> {
    let value = serde_json::to_value(value)?;
    Ok(hex(&Sha256::digest(text(&value).as_bytes())))
}

/// True where `live` says everything that `wanted` says. The API adds members with its own defaults.
pub(super) fn covers(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            wanted.iter().all(|(name, value)| match live.get(name) {
                Some(there) => covers(there, value),
                None => value.is_null(),
            })
        }
        (Value::Array(live), Value::Array(wanted)) => {
            live.len() == wanted.len() && live.iter().zip(wanted).all(|(live, wanted)| covers(live, wanted))
        }
        // CAA flags come as a number or as a text.
        (Value::Number(live), Value::String(wanted)) => live.to_string() == *wanted,
        (Value::String(live), Value::Number(wanted)) => *live == wanted.to_string(),
        (Value::Number(live), Value::Number(wanted)) => live.as_f64() == wanted.as_f64(),
        (live, wanted) => live == wanted,
    }
}

/// The owner name of a record, in lower case without trailing dot.
pub(super) fn name_of(record: &ApiObject) -> String {
    plain_name(record.text("name").unwrap_or_default())
}

fn plain_name(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// The type of a record.
pub(super) fn type_of(record: &ApiObject) -> String {
    record.text("type").unwrap_or_default().to_ascii_uppercase()
}

/// True where a record of the zone is as it is wanted to be: whatever its id, and its times.
pub(super) fn is_record(live: &ApiObject, wanted: &ApiObject) -> bool {
    let kind = type_of(wanted);
    name_of(live) == name_of(wanted)
        && type_of(live) == kind
        && has_value(&kind, live, wanted)
        && has_extras(live, wanted)
}

fn has_value(kind: &str, live: &ApiObject, wanted: &ApiObject) -> bool {
    if is_in_data(kind)
        && let (Some(live), Some(wanted)) = (live.get("data"), wanted.get("data"))
    {
        return data_covers(live, wanted);
    }
    let value = |record: &ApiObject| plain_content(kind, record.text("content").unwrap_or_default());
    value(live) == value(wanted) && (kind != "MX" || live.number("priority") == wanted.number("priority"))
}

/// Names in `data` are compared as names.
fn data_covers(live: &Value, wanted: &Value) -> bool {
    let plain = |value: &Value| match value {
        Value::Object(members) => {
            let plain = members.iter().map(|(name, value)| {
                let value = match value.as_str() {
                    Some(text) if name == "target" => Value::from(plain_name(text)),
                    _ => value.clone(),
                };
                (name.clone(), value)
            });
            Value::Object(plain.collect::<Map<_, _>>())
        }
        other => other.clone(),
    };
    covers(&plain(live), &plain(wanted))
}

fn plain_content(kind: &str, content: &str) -> String {
    match kind {
        "TXT" => joined(content),
        "AAAA" => content.parse::<Ipv6Addr>().map_or_else(|_| content.to_owned(), |ip| ip.to_string()),
        _ if NAMES.contains(&kind) => plain_name(content),
        _ => content.to_owned(),
    }
}

/// The strings of a TXT record in one: `"a" "b"` is `ab` (RFC 7208 section 3.3).
fn joined(content: &str) -> String {
    if !content.trim_start().starts_with('"') {
        return content.to_owned();
    }
    let (mut text, mut inside, mut escaped) = (String::new(), false, false);
    for c in content.chars() {
        match c {
            _ if escaped => {
                text.push(c);
                escaped = false;
            }
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ if inside => text.push(c),
            _ => {}
        }
    }
    text
}

/// Everything of a record but its name, type and value.
fn has_extras(live: &ApiObject, wanted: &ApiObject) -> bool {
    let proxied = |record: &ApiObject| record.flag("proxied").unwrap_or_default();
    // What is proxied has no time to live of its own.
    let ttl = |record: &ApiObject| if proxied(record) { 1 } else { record.number("ttl").unwrap_or(1) };
    let comment = |record: &ApiObject| record.text("comment").unwrap_or_default().to_owned();
    proxied(live) == proxied(wanted)
        && ttl(live) == ttl(wanted)
        && comment(live) == comment(wanted)
        && tags(live) == tags(wanted)
        && settings(live) == settings(wanted)
}

fn tags(record: &ApiObject) -> Vec<String> {
    let list = record.get("tags").and_then(Value::as_array).into_iter().flatten();
    let mut tags: Vec<String> = list.map(text).collect();
    tags.sort();
    tags
}

/// Settings that are on: those that are off may be left out.
fn settings(record: &ApiObject) -> BTreeMap<String, String> {
    let members = record.get("settings").and_then(Value::as_object).into_iter().flatten();
    let is_on = |value: &Value| !value.is_null() && *value != Value::Bool(false);
    members.filter(|(_, value)| is_on(value)).map(|(name, value)| (name.clone(), text(value))).collect()
}

/// True where the records are the wanted ones, in any order. With `same`, each is also the very same record,
/// by its id.
pub(super) fn are_records(live: &[&ApiObject], wanted: &[ApiObject], same: bool) -> bool {
    if live.len() != wanted.len() {
        return false;
    }
    let mut by_name: BTreeMap<String, Vec<&ApiObject>> = BTreeMap::new();
    for record in live {
        by_name.entry(name_of(record)).or_default().push(record);
    }
    wanted.iter().all(|wanted| {
        let Some(left) = by_name.get_mut(&name_of(wanted)) else { return false };
        let is_it =
            |live: &&ApiObject| is_record(live, wanted) && (!same || live.text("id") == wanted.text("id"));
        let found = left.iter().position(is_it);
        found.map(|index| left.swap_remove(index)).is_some()
    })
}

/// The rules of a ruleset, or of a phase that has none.
pub(super) fn rules_of(ruleset: Option<&ApiObject>) -> Vec<ApiObject> {
    ruleset.map(|ruleset| ruleset.objects("rules")).unwrap_or_default()
}

/// Rules as they are sent, each with its id only where the ruleset holds it now: the API takes an id as
/// "the rule that is there".
pub(super) fn with_known_ids(mut rules: Vec<Value>, now: Option<&ApiObject>) -> Vec<Value> {
    let known = rules_of(now);
    let is_known = |id: &Value| known.iter().any(|rule| rule.get("id") == Some(id));
    for rule in rules.iter_mut().filter_map(Value::as_object_mut) {
        if !rule.get("id").is_some_and(is_known) {
            rule.remove("id");
        }
    }
    rules
}

/// True where two readings of a phase show the same rules, each with its id, in the same order. The version
/// alone says nothing: it also counts changes that were undone.
pub(super) fn are_the_same_rules(one: Option<&ApiObject>, other: Option<&ApiObject>) -> bool {
    let plain = |ruleset: Option<&ApiObject>| -> Vec<String> {
        rules_of(ruleset).iter().map(|rule| rule_text(rule, &OF_THE_API[1..])).collect()
    };
    plain(one) == plain(other)
}

/// True where the phase has the wanted rules, in their order.
pub(super) fn has_rules(live: Option<&ApiObject>, wanted: &[ApiObject]) -> bool {
    let live = rules_of(live);
    live.len() == wanted.len() && live.iter().zip(wanted).all(|(live, wanted)| is_rule(live, wanted))
}

/// True where a rule of the zone is as it is wanted to be: whatever its version, and its id where the wanted
/// one has none.
pub(super) fn is_rule(live: &ApiObject, wanted: &ApiObject) -> bool {
    let enabled = |rule: &ApiObject| rule.flag("enabled").unwrap_or(true);
    let said = wanted.0.iter().filter(|(name, value)| {
        let of_the_api = OF_THE_API[1..].contains(&name.as_str());
        !of_the_api && *name != "enabled" && !is_nothing(value)
    });
    let has = |(name, value): (&String, &Value)| live.get(name).is_some_and(|there| covers(there, value));
    let added = |name: &str| live.text(name).unwrap_or_default() == wanted.text(name).unwrap_or_default();
    enabled(live) == enabled(wanted) && said.into_iter().all(has) && added("description")
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// A rule as one text, without the members named.
fn rule_text(rule: &ApiObject, without: &[&str]) -> String {
    let kept = rule.0.iter().filter(|(name, value)| !without.contains(&name.as_str()) && !value.is_null());
    text(&Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> ApiObject {
        serde_json::from_value(value).expect("an object")
    }

    #[test]
    fn the_order_of_members_does_not_count_and_that_of_lists_does() {
        assert_eq!(
            text(&json!({"b": [2, 1], "a": {"d": null, "c": "\""}})),
            r#"{"a":{"c":"\"","d":null},"b":[2,1]}"#
        );
        assert_ne!(digest(&json!([1, 2])).ok(), digest(&json!([2, 1])).ok());
    }

    #[test]
    fn what_the_api_adds_to_a_record_does_not_count() {
        let wanted =
            object(json!({"name": "www.shop.test", "type": "CNAME", "content": "Shop.test.", "ttl": 1,
            "proxied": true, "comment": "launch-ready: www"}));
        let live = object(
            json!({"id": "1", "name": "WWW.shop.test", "type": "CNAME", "content": "shop.test",
            "ttl": 1, "proxied": true, "comment": "launch-ready: www", "tags": [], "settings": {"flatten_cname": false},
            "modified_on": "2026-01-01T00:00:00Z", "meta": {}}),
        );
        assert!(is_record(&live, &wanted));
        for (member, value) in [
            ("content", json!("other.test")),
            ("proxied", json!(false)),
            ("comment", json!("x")),
            ("tags", json!(["a:b"])),
            ("type", json!("A")),
        ] {
            let mut other = live.clone();
            other.0.insert(member.into(), value);
            assert!(!is_record(&other, &wanted), "{member}");
        }
    }

    #[test]
    fn values_of_the_same_meaning_are_the_same() {
        let record = |kind: &str, more: Value| {
            let mut record = object(json!({"name": "a.test", "type": kind, "ttl": 300}));
            record.0.extend(object(more).0);
            record
        };
        let same = [
            ("TXT", json!({"content": "\"ab\" \"c\\\"d\""}), json!({"content": "\"abc\\\"d\""})),
            ("AAAA", json!({"content": "2001:DB8:0::1"}), json!({"content": "2001:db8::1"})),
            (
                "CAA",
                json!({"content": "0 issue \"x\"", "data": {"flags": 0, "tag": "issue", "value": "x"}}),
                json!({"data": {"flags": "0", "tag": "issue", "value": "x"}}),
            ),
            (
                "SRV",
                json!({"priority": 1, "data": {"target": "A.test", "port": 1, "name": "n"}}),
                json!({"data": {"target": "a.test.", "port": 1.0}}),
            ),
        ];
        for (kind, live, wanted) in same {
            assert!(is_record(&record(kind, live), &record(kind, wanted)), "{kind}");
        }
        let mx = |priority: u32| record("MX", json!({"content": "mx.test", "priority": priority}));
        assert!(is_record(&mx(10), &mx(10)) && !is_record(&mx(10), &mx(20)));
    }

    #[test]
    fn a_record_that_was_made_anew_is_not_the_same_one() {
        let record = |id: &str| {
            object(json!({"id": id, "name": "a.test", "type": "A", "content": "192.0.2.1", "ttl": 1}))
        };
        let (one, other) = (record("1"), record("2"));
        assert!(are_records(&[&one], std::slice::from_ref(&other), false));
        assert!(!are_records(&[&one], &[other], true));
        assert!(!are_records(&[&one, &one], std::slice::from_ref(&one), false));
    }

    #[test]
    fn rules_are_compared_in_order_and_without_versions() {
        let rule = |id: &str, version: &str| {
            json!({"id": id, "version": version, "ref": id, "expression": "true",
            "action": "skip", "enabled": true, "logging": {"enabled": true}})
        };
        let set = |rules: Value| object(json!({"version": "7", "rules": rules}));
        let live = set(json!([rule("a", "1"), rule("b", "1")]));
        assert!(are_the_same_rules(Some(&live), Some(&set(json!([rule("a", "2"), rule("b", "1")])))));
        assert!(!are_the_same_rules(Some(&live), Some(&set(json!([rule("b", "1"), rule("a", "1")])))));
        assert!(are_the_same_rules(None, Some(&set(json!([])))));
        let wanted =
            [object(rule("a", "1")), object(json!({"ref": "b", "expression": "true", "action": "skip"}))];
        assert!(has_rules(Some(&live), &wanted));
        let off = [
            wanted[0].clone(),
            object(json!({"ref": "b", "expression": "true", "action": "skip", "enabled": false})),
        ];
        assert!(!has_rules(Some(&live), &off));
    }
}
