//! A record as it would be sent: whole, without the members that only the API writes.

use serde_json::{Map, Value as Json};

use crate::cloudflare::records::comment;
use crate::cloudflare::records::desired::{Desired, is_proxiable};
use crate::cloudflare::records::live::Live;
use crate::observed::ApiObject;

/// Members that are kept as they were: nobody else sets them.
const KEPT: [&str; 3] = ["tags", "settings", "private_routing"];
/// "Automatic", and what the API gives to proxied records.
const AUTOMATIC: u64 = 1;

/// True where a record that is the wanted one, or becomes it, is not as wanted yet. Its comment does not
/// count.
pub(super) fn differs(desired: &Desired, record: &Live<'_>) -> bool {
    let proxied = desired.proxied.unwrap_or(record.proxied);
    let ttl = desired.ttl.filter(|_| !proxied).map(u64::from);
    record.value != desired.value
        || proxied != record.proxied
        || ttl.is_some_and(|ttl| record.object.number("ttl") != Some(ttl))
}

/// The record to send. `proxied` is what holds where nobody says otherwise.
pub(super) fn after(desired: &Desired, before: Option<&Live<'_>>, proxied: bool, plan: &str) -> ApiObject {
    let proxied = is_proxiable(&desired.kind) && desired.proxied.unwrap_or(proxied);
    let object = before.map(|record| record.object);
    let kept = object.and_then(|object| object.number("ttl"));
    let ttl = desired.ttl.map(u64::from).or(kept).unwrap_or(AUTOMATIC);
    let comment = comment::marked(desired.purpose.as_deref(), object, plan);
    let mut members: Map<String, Json> = [
        ("name", Json::from(desired.name.clone())),
        ("type", desired.kind.clone().into()),
        ("ttl", if proxied { AUTOMATIC } else { ttl }.into()),
        ("proxied", proxied.into()),
        ("comment", comment.into()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    members.extend(desired.members.clone());
    for name in KEPT {
        let value = object.and_then(|object| object.get(name)).filter(|value| !is_empty(value));
        members.extend(value.map(|value| (name.to_owned(), value.clone())));
    }
    ApiObject(members)
}

fn is_empty(value: &Json) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}
