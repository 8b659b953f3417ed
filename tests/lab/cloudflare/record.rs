//! One DNS record: from what a client sends to what the API keeps and shows.

use serde_json::{Map, Value, json};

use super::data;
use super::names;
use super::reply::{Refused, invalid};
use super::world::{Plan, ZoneData};

/// The types whose content is text.
const TEXTS: [&str; 8] = ["A", "AAAA", "CNAME", "MX", "NS", "OPENPGPKEY", "PTR", "TXT"];
/// The types that can go through the proxy.
const PROXIABLE: [&str; 3] = ["A", "AAAA", "CNAME"];
/// What clients may say of a record.
pub(super) const INPUTS: [&str; 10] =
    ["type", "name", "content", "data", "priority", "ttl", "proxied", "comment", "tags", "settings"];

/// A record of the zone from what a client sends; without id and times.
pub(super) fn read(given: &Map<String, Value>, zone: &ZoneData) -> Result<Map<String, Value>, Refused> {
    let kind = given.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase();
    let name = name(given, &zone.name)?;
    let mut record = Map::new();
    record.insert("name".to_owned(), json!(name));
    record.insert("type".to_owned(), json!(kind));
    if TEXTS.contains(&kind.as_str()) {
        let content = given.get("content").and_then(Value::as_str).unwrap_or_default();
        record.insert("content".to_owned(), json!(content_of(&kind, content, &name)?));
    } else {
        let (content, data, priority) = data::read(&kind, given.get("data").unwrap_or(&Value::Null))?;
        record.insert("content".to_owned(), json!(content));
        record.insert("data".to_owned(), data);
        record.extend(priority.map(|priority| ("priority".to_owned(), priority)));
    }
    if ["MX", "URI"].contains(&kind.as_str()) {
        record.insert("priority".to_owned(), json!(priority(given)?));
    }
    let proxied = proxied(given, &kind)?;
    record.insert("proxiable".to_owned(), json!(PROXIABLE.contains(&kind.as_str())));
    record.insert("proxied".to_owned(), json!(proxied));
    record.insert("ttl".to_owned(), json!(if proxied { 1 } else { ttl(given, zone.plan)? }));
    record.insert("settings".to_owned(), settings(given, zone.plan)?);
    record.insert("meta".to_owned(), json!({}));
    record.insert("comment".to_owned(), comment(given, zone.plan)?);
    record.insert("tags".to_owned(), tags(given, zone.plan)?);
    Ok(record)
}

/// A name as the API keeps it: whole, in lower case, without the last dot, in ASCII.
fn name(given: &Map<String, Value>, zone: &str) -> Result<String, Refused> {
    let said = given.get("name").and_then(Value::as_str).unwrap_or_default();
    let said = names::ascii(said.trim_end_matches('.')).to_ascii_lowercase();
    let whole = match said.as_str() {
        "" | "@" => zone.to_owned(),
        own if own == zone || own.ends_with(&format!(".{zone}")) => said,
        _ => format!("{said}.{zone}"),
    };
    if names::is_name(&whole) { Ok(whole) } else { Err(invalid(9000, "DNS name is invalid.")) }
}

fn content_of(kind: &str, said: &str, name: &str) -> Result<String, Refused> {
    if said.is_empty() {
        return Err(invalid(9004, format!("Content for {kind} record is missing.")));
    }
    match kind {
        "A" => said
            .parse::<std::net::Ipv4Addr>()
            .map(|ip| ip.to_string())
            .map_err(|_| invalid(9005, "Content for A record must be a valid IPv4 address.")),
        "AAAA" => said
            .parse::<std::net::Ipv6Addr>()
            .map(|ip| ip.to_string())
            .map_err(|_| invalid(9006, "Content for AAAA record must be a valid IPv6 address.")),
        "TXT" => Ok(names::quoted(said)),
        "OPENPGPKEY" => Ok(said.to_owned()),
        "MX" if said == "." => Ok(said.to_owned()),
        _ => {
            let target = names::ascii(said.trim_end_matches('.')).to_ascii_lowercase();
            if !names::is_name(&target) {
                return Err(invalid(9007, format!("Content for {kind} record is invalid.")));
            }
            if kind == "CNAME" && target == name {
                return Err(invalid(9039, "CNAME content cannot reference itself."));
            }
            Ok(target)
        }
    }
}

fn priority(given: &Map<String, Value>) -> Result<u64, Refused> {
    let priority = given.get("priority").and_then(Value::as_u64).filter(|number| *number <= 65_535);
    priority.ok_or_else(|| invalid(9101, "priority is a required data field."))
}

fn proxied(given: &Map<String, Value>, kind: &str) -> Result<bool, Refused> {
    match given.get("proxied") {
        None | Some(Value::Null | Value::Bool(false)) => Ok(false),
        Some(Value::Bool(true)) if PROXIABLE.contains(&kind) => Ok(true),
        Some(Value::Bool(true)) => Err(invalid(9041, "This DNS record cannot be proxied.")),
        Some(_) => Err(invalid(9003, "Invalid 'proxied' value, must be a boolean.")),
    }
}

fn ttl(given: &Map<String, Value>, plan: Plan) -> Result<u64, Refused> {
    let least = plan.of([60, 60, 60, 30]);
    let wrong = || {
        invalid(9021, format!("Invalid TTL. Must be between {least} and 86400 seconds, or 1 for Automatic."))
    };
    match given.get("ttl") {
        None => Ok(1),
        Some(ttl) => ttl.as_u64().filter(|ttl| *ttl == 1 || (least..=86_400).contains(ttl)).ok_or_else(wrong),
    }
}

fn comment(given: &Map<String, Value>, plan: Plan) -> Result<Value, Refused> {
    let said = match given.get("comment") {
        None | Some(Value::Null) => "",
        Some(Value::String(said)) => said,
        Some(_) => return Err(invalid(9211, "The comment must be text.")),
    };
    let most = plan.of([100, 500, 500, 500]);
    if said.chars().count() > most {
        return Err(invalid(9212, format!("The comment is longer than {most} characters.")));
    }
    if said.contains(['\n', '\r']) {
        return Err(invalid(9213, "The comment holds a line break."));
    }
    Ok(if said.is_empty() { Value::Null } else { json!(said) })
}

fn tags(given: &Map<String, Value>, plan: Plan) -> Result<Value, Refused> {
    let list = match given.get("tags") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => list.clone(),
        Some(_) => return Err(invalid(9300, "The tags must be a list of texts.")),
    };
    let most = plan.of([0, 20, 20, 20]);
    if list.len() > most {
        let text = format!("DNS record has {} tags, exceeding the quota of {most}.", list.len());
        return Err(invalid(9301, text));
    }
    Ok(list.into())
}

fn settings(given: &Map<String, Value>, plan: Plan) -> Result<Value, Refused> {
    let said = given.get("settings").cloned().unwrap_or(json!({}));
    if plan == Plan::Free && said["flatten_cname"] == true {
        return Err(invalid(9401, "CNAME flattening for single records needs a paid plan."));
    }
    Ok(said)
}

/// What a client would send for a record that is there.
pub(super) fn as_given(record: &Value) -> Map<String, Value> {
    let mut given = record.as_object().cloned().unwrap_or_default();
    given.retain(|key, _| INPUTS.contains(&key.as_str()));
    if given.contains_key("data") {
        given.remove("content");
    }
    given
}
