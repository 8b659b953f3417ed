//! Values of settings: which is the same, which is weaker, and how a mapping is completed.

use serde_json::{Map, Value};

use super::known::{self, Kind, Member};

/// True where what is there holds all that is wanted: of a mapping the members that are named.
pub(super) fn covers(now: &Value, wanted: &Value) -> bool {
    match (now, wanted) {
        (Value::Object(now), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| now.get(name).is_some_and(|now| covers(now, wanted)))
        }
        (Value::Number(now), Value::Number(wanted)) => now.as_f64() == wanted.as_f64(),
        _ => now == wanted,
    }
}

/// What is sent: a mapping with the members that it has, where nothing else is wanted. What is left out would
/// fall back to Cloudflare's default.
pub(super) fn merged(id: &str, now: &Value, wanted: &Value) -> Value {
    match known::kind(id) {
        Some(Kind::Members(members)) => of_members(members, now, wanted),
        _ => wanted.clone(),
    }
}

fn of_members(members: &[(&str, Member)], now: &Value, wanted: &Value) -> Value {
    let of = |(name, member): &(&str, Member)| {
        let (now, wanted) = (now.get(name), wanted.get(name));
        let value = match (member, now, wanted) {
            (Member::Members(members), Some(now), Some(wanted)) => of_members(members, now, wanted),
            (_, now, wanted) => wanted.or(now).filter(|value| !value.is_null())?.clone(),
        };
        Some(((*name).to_owned(), value))
    };
    Value::Object(members.iter().filter_map(of).collect::<Map<_, _>>())
}

/// True where visitors or the way to the origin would be less safe.
pub(super) fn is_weaker(id: &str, now: &Value, wanted: &Value) -> bool {
    let order: &[&str] = match id {
        "ssl" => &["off", "flexible", "full", "strict", "origin_pull"],
        "min_tls_version" => &["1.0", "1.1", "1.2", "1.3"],
        "always_use_https" | "tls_1_2_only" | "tls_client_auth" => &["off", "on"],
        "security_header" => return super::hsts::is_weaker(now, wanted),
        _ => return false,
    };
    let rank = |value: &Value| order.iter().position(|word| value.as_str() == Some(word));
    rank(now).zip(rank(wanted)).is_some_and(|(now, wanted)| wanted < now)
}
