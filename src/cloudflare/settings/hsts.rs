//! Strict-Transport-Security as Cloudflare keeps it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::spec::model::Hsts;
use crate::spec::{Document, Place};

/// A year. The first time, no more than that is remembered without a word.
const LONG: u64 = 31_536_000;
const NAME: &str = "strict_transport_security";

fn of(value: &Value) -> &Value {
    value.get(NAME).unwrap_or(&Value::Null)
}

fn flag(value: &Value, name: &str) -> bool {
    of(value).get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn age(value: &Value) -> u64 {
    let age = of(value).get("max_age");
    // The API types it as a number, whole or not.
    age.and_then(Value::as_u64).unwrap_or_default()
}

/// What is wanted: what the spec declares, and at least what is there where it is on. Without a declared age it
/// is what the policy asks for.
pub(super) fn value(declared: &Hsts, least: Duration, now: &Value) -> Value {
    let is_on = flag(now, "enabled");
    let asked = declared.max_age.as_ref().map_or(least, |age| age.value.0).as_secs();
    let mut wanted = Map::from_iter([
        ("enabled".to_owned(), json!(true)),
        ("max_age".to_owned(), json!(if is_on { asked.max(age(now)) } else { asked })),
    ]);
    let flags = [("include_subdomains", &declared.include_subdomains), ("preload", &declared.preload)];
    for (name, declared) in flags {
        // Off is not asked for where it is on: browsers and the preload list would have to forget it first.
        let keeps = is_on && flag(now, name);
        let flag = declared.as_ref().is_some_and(|flag| flag.value) || keeps;
        wanted.insert(name.to_owned(), json!(flag));
    }
    json!({ NAME: wanted })
}

/// Where the spec speaks of it.
pub(super) fn place(declared: &Hsts, document: &Document) -> Place {
    let of = |name: &str, span| Place::new(format!("tls.hsts.{name}"), span);
    let age = declared.max_age.as_ref().map(|age| of("max_age", age.span));
    let below = declared.include_subdomains.as_ref().map(|flag| of("include_subdomains", flag.span));
    let preload = declared.preload.as_ref().map(|flag| of("preload", flag.span));
    age.or(below).or(preload).unwrap_or_else(|| Place::new("tls.hsts", document.spec.domain.span))
}

/// What is remembered for long, and was not asked for before.
pub(super) fn rail(now: &Value, wanted: &Value) -> Option<String> {
    if flag(wanted, "preload") && !(flag(now, "enabled") && flag(now, "preload")) {
        return Some(
            "HSTS would ask for the browsers' preload list: leaving it takes months, and every name below the domain needs HTTPS"
                .to_owned(),
        );
    }
    let first = flag(wanted, "enabled") && !flag(now, "enabled");
    (first && age(wanted) > LONG).then(|| {
        format!(
            "HSTS would be on for the first time, and browsers would remember it for {} days",
            age(wanted) / 86_400
        )
    })
}

/// True where it would be off, shorter, or for fewer names.
pub(super) fn is_weaker(now: &Value, wanted: &Value) -> bool {
    let given = |name: &str| of(wanted).get(name).is_some();
    let off = |name: &str| given(name) && flag(now, name) && !flag(wanted, name);
    flag(now, "enabled")
        && (off("enabled") || off("include_subdomains") || (given("max_age") && age(wanted) < age(now)))
}
