//! What a change is about, and its values, in people's words.

use serde_json::Value;

use crate::cloudflare::plan::{Action, Change, Rail, Subject};
use crate::observed::{ApiObject, shown};
use crate::report::text::clean;

/// What a change is about: `TXT shop.test`, `setting ssl`, `redirect rule`.
pub(super) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Record { name, kind } => format!("{} {}", clean(kind.as_str()), clean(name.as_str())),
        Subject::Setting(id) => format!("setting {}", clean(id)),
        Subject::Dnssec => "DNSSEC".into(),
        Subject::Rule { phase, .. } => phase_words(phase).into(),
    }
}

/// What the rules of a phase are called.
fn phase_words(phase: &str) -> &'static str {
    match phase {
        "http_request_dynamic_redirect" => "redirect rule",
        "http_request_cache_settings" => "cache rule",
        "http_ratelimit" => "rate limit",
        "http_request_firewall_managed" => "managed firewall rule",
        "http_request_firewall_custom" => "firewall rule",
        _ => "rule",
    }
}

/// The verb of a change.
pub(super) fn verb(change: &Change) -> &'static str {
    match (change.action, change.adopts) {
        (Action::Add, _) => "add",
        (Action::Change, true) => "adopt",
        (Action::Change, false) => "change",
        (Action::Delete, _) => "delete",
    }
}

/// The sign of a change.
pub(super) fn sign(action: Action) -> &'static str {
    match action {
        Action::Add => "+",
        Action::Change => "~",
        Action::Delete => "-",
    }
}

/// The object as people read it.
pub(crate) fn object(of: &Subject, object: &ApiObject) -> String {
    match of {
        Subject::Record { kind, .. } => record(kind.as_str(), object),
        Subject::Setting(_) => object.get("value").map(setting).unwrap_or_default(),
        Subject::Dnssec => object.shown("status").map(|status| clean(status.as_str())).unwrap_or_default(),
        Subject::Rule { .. } => rule(object),
    }
}

/// `10 mail.shop.test`, `203.0.113.10, proxied`, `"v=spf1 -all", TTL 300`.
fn record(kind: &str, record: &ApiObject) -> String {
    let content = record.shown("content").map(|content| clean(content.as_str()));
    let data = || record.get("data").map(data).unwrap_or_default();
    let value = content.unwrap_or_else(data);
    let value = match record.number("priority").filter(|_| kind == "MX" || kind == "URI") {
        Some(priority) => format!("{priority} {value}"),
        None => value,
    };
    let proxied = match (record.flag("proxied"), kind) {
        (Some(true), _) => ", proxied",
        (Some(false) | None, "A" | "AAAA" | "CNAME") => ", DNS only",
        _ => "",
    };
    let ttl = match record.number("ttl") {
        None | Some(1) => String::new(),
        Some(seconds) => format!(", TTL {seconds}"),
    };
    format!("{value}{proxied}{ttl}")
}

/// CAA as it is entered, `0 issue "letsencrypt.org"`; of other types the members of `data` by their names.
fn data(data: &Value) -> String {
    let Some(members) = data.as_object() else { return clean(shown(data).as_str()) };
    let member = |name| members.get(name).map(|value| clean(shown(value).as_str()));
    if let (Some(flags), Some(tag), Some(value)) = (member("flags"), member("tag"), member("value")) {
        return format!("{flags} {tag} \"{value}\"");
    }
    let members =
        members.iter().map(|(name, value)| format!("{} {}", clean(name), clean(shown(value).as_str())));
    members.collect::<Vec<_>>().join(", ")
}

/// A setting's value: a word, or the members of an object.
fn setting(value: &Value) -> String {
    match value {
        Value::Object(members) if members.len() == 1 => members.values().map(setting).collect(),
        Value::Object(_) => data(value),
        other => clean(shown(other).as_str()),
    }
}

/// A rule's own description, or what it does.
fn rule(rule: &ApiObject) -> String {
    let text = |name| rule.shown(name).map(|text| clean(text.as_str())).filter(|text| !text.is_empty());
    let does = || {
        let action = text("action").unwrap_or_default();
        format!("{action} where {}", text("expression").unwrap_or_default())
    };
    let off = if rule.flag("enabled") == Some(false) { ", switched off" } else { "" };
    format!("{}{off}", text("description").unwrap_or_else(does))
}

/// The members in which two rules differ, where their descriptions are the same.
pub(super) fn differing(before: &ApiObject, after: &ApiObject) -> Vec<String> {
    let names = after.0.keys().filter(|name| before.0.get(*name) != after.0.get(*name));
    names.map(|name| clean(name)).collect()
}

/// A rail as the option writes it.
pub(super) fn rail(rail: Rail) -> String {
    use clap::ValueEnum;
    rail.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// The checks that a change turns green, each once; the subject only where it is not plain.
pub(super) fn green(change: &Change) -> String {
    let mut checks: Vec<String> = change.turns_green.iter().map(|promise| clean(&promise.check)).collect();
    checks.sort();
    checks.dedup();
    checks.join(", ")
}
