//! The record types whose content stands in `data`.

use serde_json::{Value, json};

use super::names;
use super::reply::{Refused, invalid};

/// The members of each type's data in the order of its text; a capital T stands for text, N for a number.
const TYPES: [(&str, &str); 13] = [
    ("CAA", "N:flags T:tag Q:value"),
    ("CERT", "N:type N:key_tag N:algorithm T:certificate"),
    ("DNSKEY", "N:flags N:protocol N:algorithm T:public_key"),
    ("DS", "N:key_tag N:algorithm N:digest_type T:digest"),
    ("HTTPS", "N:priority T:target T:value"),
    (
        "LOC",
        "N:lat_degrees N:lat_minutes N:lat_seconds T:lat_direction N:long_degrees N:long_minutes \
      N:long_seconds T:long_direction N:altitude N:size N:precision_horz N:precision_vert",
    ),
    ("NAPTR", "N:order N:preference Q:flags Q:service Q:regex T:replacement"),
    ("SMIMEA", "N:usage N:selector N:matching_type T:certificate"),
    ("SRV", "N:priority N:weight N:port H:target"),
    ("SSHFP", "N:algorithm N:type T:fingerprint"),
    ("SVCB", "N:priority T:target T:value"),
    ("TLSA", "N:usage N:selector N:matching_type T:certificate"),
    ("URI", "N:weight Q:target"),
];

/// The content, the data, and for SRV the priority, from what a client sends.
pub(super) fn read(kind: &str, given: &Value) -> Result<(String, Value, Option<Value>), Refused> {
    let Some((_, members)) = TYPES.iter().find(|(own, _)| *own == kind) else {
        return Err(invalid(9002, format!("{kind} is not a DNS record type.")));
    };
    let (mut data, mut words) = (json!({}), Vec::new());
    for (form, member) in members.split_whitespace().filter_map(|member| member.split_once(':')) {
        let said = &given[member];
        let said = if form == "H" { host(said) } else { said.clone() };
        let fits = if form == "N" { said.is_number() } else { said.is_string() };
        // The parameters of HTTPS may be left out; all else is there.
        let may_miss = member == "value" && kind != "CAA";
        if !fits && (!may_miss || !said.is_null()) {
            return Err(invalid(9101, format!("{member} is a required data field.")));
        }
        words.push(match (form, &said) {
            ("Q", Value::String(text)) => format!("\"{text}\""),
            (_, Value::String(text)) => text.clone(),
            (_, Value::Null) => String::new(),
            (_, other) => other.to_string(),
        });
        data[member] = if said.is_null() { json!("") } else { said };
    }
    let priority = (kind == "SRV").then(|| data["priority"].clone());
    let own = usize::from(kind == "SRV");
    Ok((words[own..].join(" ").trim_end().to_owned(), data, priority))
}

fn host(said: &Value) -> Value {
    match said.as_str() {
        Some(".") | None => said.clone(),
        Some(host) => json!(names::ascii(host.trim_end_matches('.')).to_ascii_lowercase()),
    }
}
