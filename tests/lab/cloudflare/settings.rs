//! The settings of a zone: what each may be, what it is at first, and from which plan on it can be changed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::reply::{Answer, done, refused};
use super::world::{Plan, ZoneData};

use Plan::{Business, Enterprise, Free, Pro};

const ON_OFF: &str = "on off";

/// Id, the words that it may be, the first value, and the least plan that can change it; nobody can where there
/// is none. Without words it is checked by itself.
const SETTINGS: [(&str, &str, &str, Option<Plan>); 51] = [
    ("0rtt", ON_OFF, "off", Some(Free)),
    ("advanced_ddos", ON_OFF, "on", None),
    ("always_online", ON_OFF, "off", Some(Free)),
    ("always_use_https", ON_OFF, "off", Some(Free)),
    ("automatic_https_rewrites", ON_OFF, "on", Some(Free)),
    ("brotli", ON_OFF, "on", Some(Free)),
    ("browser_cache_ttl", "", "14400", Some(Free)),
    ("browser_check", ON_OFF, "on", Some(Free)),
    ("cache_level", "aggressive basic simplified", "aggressive", Some(Free)),
    ("challenge_ttl", "", "1800", Some(Free)),
    ("ciphers", "", "[]", Some(Free)),
    ("cname_flattening", "flatten_at_root flatten_all", "flatten_at_root", Some(Pro)),
    ("development_mode", ON_OFF, "off", Some(Free)),
    ("early_hints", ON_OFF, "off", Some(Free)),
    ("ech", ON_OFF, "on", Some(Pro)),
    ("email_obfuscation", ON_OFF, "on", Some(Free)),
    ("h2_prioritization", "on off custom", "off", Some(Pro)),
    ("hotlink_protection", ON_OFF, "off", Some(Free)),
    ("http2", ON_OFF, "on", Some(Pro)),
    ("http3", ON_OFF, "on", Some(Free)),
    ("image_resizing", "on off open", "off", Some(Business)),
    ("ip_geolocation", ON_OFF, "on", Some(Free)),
    ("ipv6", ON_OFF, "on", Some(Free)),
    ("max_upload", "", "100", Some(Free)),
    ("min_tls_version", "1.0 1.1 1.2 1.3", "1.0", Some(Free)),
    ("mirage", ON_OFF, "off", Some(Pro)),
    ("nel", "", r#"{"enabled":true}"#, Some(Free)),
    ("opportunistic_encryption", ON_OFF, "on", Some(Free)),
    ("opportunistic_onion", ON_OFF, "on", Some(Free)),
    ("orange_to_orange", ON_OFF, "off", Some(Enterprise)),
    ("origin_error_page_pass_thru", ON_OFF, "off", Some(Enterprise)),
    ("polish", "off lossless lossy", "off", Some(Pro)),
    ("prefetch_preload", ON_OFF, "off", Some(Enterprise)),
    ("privacy_pass", ON_OFF, "on", Some(Free)),
    ("pseudo_ipv4", "off add_header overwrite_header", "off", Some(Free)),
    ("replace_insecure_js", ON_OFF, "on", Some(Free)),
    ("response_buffering", ON_OFF, "off", Some(Enterprise)),
    ("rocket_loader", ON_OFF, "off", Some(Free)),
    ("security_header", "", HSTS, Some(Free)),
    ("security_level", "off essentially_off low medium high under_attack", "medium", Some(Free)),
    ("server_side_exclude", ON_OFF, "on", Some(Free)),
    ("sort_query_string_for_cache", ON_OFF, "off", Some(Enterprise)),
    ("ssl", "off flexible full strict origin_pull", "full", Some(Free)),
    ("tls_1_2_only", ON_OFF, "off", Some(Free)),
    ("tls_1_3", "on off zrt", "on", Some(Free)),
    ("tls_client_auth", ON_OFF, "off", Some(Free)),
    ("true_client_ip_header", ON_OFF, "off", Some(Enterprise)),
    ("visitor_ip", ON_OFF, "on", None),
    ("waf", ON_OFF, "off", Some(Pro)),
    ("webp", ON_OFF, "off", Some(Pro)),
    ("websockets", ON_OFF, "on", Some(Free)),
];

const HSTS: &str = r#"{"strict_transport_security":{"enabled":false,"max_age":0,"include_subdomains":false,"preload":false,"nosniff":false}}"#;

/// All settings of a new zone.
pub(super) fn initial(plan: Plan) -> BTreeMap<String, Value> {
    let setting = |(id, words, first, least): &(&str, &str, &str, Option<Plan>)| {
        let value =
            if words.is_empty() { serde_json::from_str(first).unwrap_or_default() } else { json!(first) };
        let editable = least.is_some_and(|least| plan >= least);
        let mut setting = json!({ "id": id, "value": value, "modified_on": null, "editable": editable });
        match *id {
            "development_mode" => setting["time_remaining"] = json!(0),
            "ssl" => setting["certificate_status"] = json!("active"),
            _ => {}
        }
        ((*id).to_owned(), setting)
    };
    SETTINGS.iter().map(setting).collect()
}

/// One setting.
pub(super) fn get(zone: &ZoneData, id: &str) -> Answer {
    zone.settings.get(id).map(|setting| done(setting.clone())).ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> super::reply::Refused {
    refused(400, 1006, format!("Unrecognized zone setting name: {id}"))
}

/// Changes one setting, as far as it is known, open to the plan, and of a value that it can have.
pub(super) fn set(zone: &mut ZoneData, id: &str, body: &Value, time: &str) -> Answer {
    let Some(setting) = zone.settings.get_mut(id) else { return Err(unknown(id)) };
    if setting["editable"] == false {
        return Err(refused(403, 1015, format!("Not allowed to edit setting for {id}")));
    }
    let value = &body["value"];
    let words = SETTINGS.iter().find(|(own, ..)| *own == id).map_or("", |(_, words, ..)| *words);
    let known = if words.is_empty() { shaped(id, value) } else { of(words, value) };
    if !known {
        return Err(refused(400, 1007, format!("Invalid value for zone setting {id}")));
    }
    // What is given of HSTS is all of it: the rest falls back.
    setting["value"] = value.clone();
    setting["modified_on"] = json!(time);
    if id == "development_mode" {
        setting["time_remaining"] = json!(if value == "on" { 10_800 } else { 0 });
    }
    Ok(done(setting.clone()))
}

fn of(words: &str, value: &Value) -> bool {
    value.as_str().is_some_and(|value| words.split(' ').any(|word| word == value))
}

/// Whether a value that is no word has the form of its setting.
fn shaped(id: &str, value: &Value) -> bool {
    let number = |within: std::ops::RangeInclusive<u64>| value.as_u64().is_some_and(|n| within.contains(&n));
    match id {
        "browser_cache_ttl" => number(0..=31_536_000),
        "challenge_ttl" => number(300..=31_536_000),
        "max_upload" => number(100..=1000),
        "ciphers" => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        "nel" => value["enabled"].is_boolean(),
        "security_header" => {
            let hsts = &value["strict_transport_security"];
            let switches = ["enabled", "include_subdomains", "preload", "nosniff"];
            let switch = |name: &&str| hsts.get(*name).is_none_or(Value::is_boolean);
            hsts.is_object() && switches.iter().all(switch) && hsts.get("max_age").is_none_or(Value::is_u64)
        }
        _ => false,
    }
}
