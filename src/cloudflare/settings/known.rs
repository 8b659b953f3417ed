//! The zone settings that Cloudflare's API describes, and what each may be.

use serde_json::Value;

use crate::spec::did_you_mean;

/// What a setting may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A whole number between both, both included.
    Between(u64, u64),
    /// One of these whole numbers.
    Numbers(&'static [u64]),
    /// Any text.
    Text,
    /// A list of words.
    List,
    /// A mapping with these members, each true or false or what else it is.
    Members(&'static [(&'static str, Member)]),
    /// Cloudflare alone sets it.
    ReadOnly,
}

/// What a member of a mapping may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    Switch,
    Text,
    Number,
    List,
    Members(&'static [(&'static str, Member)]),
}

use Kind::{Between, List, Members, Numbers, ReadOnly, Text, Words};

const ON_OFF: &[&str] = &["on", "off"];
const HSTS: &[(&str, Member)] = &[
    ("enabled", Member::Switch),
    ("include_subdomains", Member::Switch),
    ("max_age", Member::Number),
    ("nosniff", Member::Switch),
    ("preload", Member::Switch),
];

/// By their ids, in order.
const SETTINGS: &[(&str, Kind)] = &[
    ("0rtt", Words(ON_OFF)),
    ("advanced_ddos", ReadOnly),
    ("aegis", Members(&[("enabled", Member::Switch), ("pool_id", Member::Text)])),
    ("always_online", Words(ON_OFF)),
    ("always_use_https", Words(ON_OFF)),
    ("automatic_https_rewrites", Words(ON_OFF)),
    (
        "automatic_platform_optimization",
        Members(&[
            ("cache_by_device_type", Member::Switch),
            ("cf", Member::Switch),
            ("enabled", Member::Switch),
            ("hostnames", Member::List),
            ("wordpress", Member::Switch),
            ("wp_plugin", Member::Switch),
        ]),
    ),
    ("brotli", Words(ON_OFF)),
    ("browser_cache_ttl", Between(0, 31_536_000)),
    ("browser_check", Words(ON_OFF)),
    ("cache_level", Words(&["aggressive", "basic", "simplified"])),
    (
        "challenge_ttl",
        Numbers(&[
            300, 900, 1800, 2700, 3600, 7200, 10_800, 14_400, 28_800, 57_600, 86_400, 604_800, 2_592_000,
            31_536_000,
        ]),
    ),
    ("china_network_enabled", ReadOnly),
    ("ciphers", List),
    ("cname_flattening", Words(&["flatten_at_root", "flatten_all"])),
    ("content_converter", Words(ON_OFF)),
    ("development_mode", Words(ON_OFF)),
    ("early_hints", Words(ON_OFF)),
    (
        "edge_cache_ttl",
        Numbers(&[
            30, 60, 300, 1200, 1800, 3600, 7200, 10_800, 14_400, 18_000, 28_800, 43_200, 57_600, 72_000,
            86_400, 172_800, 259_200, 345_600, 432_000, 518_400, 604_800,
        ]),
    ),
    ("email_obfuscation", Words(ON_OFF)),
    ("h2_prioritization", Words(&["on", "off", "custom"])),
    ("hotlink_protection", Words(ON_OFF)),
    ("http2", Words(ON_OFF)),
    ("http3", Words(ON_OFF)),
    ("image_resizing", Words(&["on", "off", "open"])),
    ("ip_geolocation", Words(ON_OFF)),
    ("ipv6", Words(ON_OFF)),
    (
        "max_upload",
        Numbers(&[100, 125, 150, 175, 200, 225, 250, 275, 300, 325, 350, 375, 400, 425, 450, 475, 500, 1000]),
    ),
    ("min_tls_version", Words(&["1.0", "1.1", "1.2", "1.3"])),
    ("mirage", Words(ON_OFF)),
    ("nel", Members(&[("enabled", Member::Switch)])),
    ("opportunistic_encryption", Words(ON_OFF)),
    ("opportunistic_onion", Words(ON_OFF)),
    ("orange_to_orange", Words(ON_OFF)),
    ("origin_error_page_pass_thru", Words(ON_OFF)),
    ("origin_h2_max_streams", Between(1, 1000)),
    ("origin_max_http_version", Words(&["1", "2"])),
    ("polish", Words(&["off", "lossless", "lossy"])),
    ("prefetch_preload", Words(ON_OFF)),
    ("privacy_pass", Words(ON_OFF)),
    ("proxy_read_timeout", Between(1, 6000)),
    ("pseudo_ipv4", Words(&["off", "add_header", "overwrite_header"])),
    ("redirects_for_ai_training", Words(ON_OFF)),
    ("replace_insecure_js", Words(ON_OFF)),
    ("response_buffering", Words(ON_OFF)),
    ("rocket_loader", Words(ON_OFF)),
    ("search_for_agents", Words(ON_OFF)),
    ("security_header", Members(&[("strict_transport_security", Member::Members(HSTS))])),
    ("security_level", Words(&["off", "essentially_off", "low", "medium", "high", "under_attack"])),
    ("server_side_exclude", Words(ON_OFF)),
    ("sha1_support", Words(ON_OFF)),
    ("sort_query_string_for_cache", Words(ON_OFF)),
    ("ssl", Words(&["off", "flexible", "full", "strict", "origin_pull"])),
    ("tls_1_2_only", Words(ON_OFF)),
    ("tls_1_3", Words(&["on", "off", "zrt"])),
    ("tls_client_auth", Words(ON_OFF)),
    ("transformations", Words(&["on", "off", "open"])),
    ("transformations_allowed_origins", Text),
    ("true_client_ip_header", Words(ON_OFF)),
    ("waf", Words(ON_OFF)),
    ("webp", Words(ON_OFF)),
    ("websockets", Words(ON_OFF)),
];

/// What a setting may be.
pub(crate) fn kind(id: &str) -> Option<Kind> {
    SETTINGS.iter().find(|(known, _)| *known == id).map(|(_, kind)| *kind)
}

/// The setting that is probably meant.
pub(crate) fn nearest(id: &str) -> Option<String> {
    did_you_mean(id, SETTINGS.iter().map(|(known, _)| *known))
}

/// What is wrong with a value: what it must be, and what may be meant.
pub(crate) fn fault(kind: Kind, value: &Value) -> Option<(String, Option<String>)> {
    let number = value.as_u64();
    let wrong = |what: String| Some((what, None));
    match kind {
        Words(words) => match value.as_str() {
            Some(word) if words.contains(&word) => None,
            Some(word) => Some((one_of(words), did_you_mean(word, words.iter().copied()))),
            None => wrong(format!("{}, in quotes", one_of(words))),
        },
        Between(least, most) if !number.is_some_and(|number| (least..=most).contains(&number)) => {
            wrong(format!("a whole number from {least} to {most}"))
        }
        Numbers(numbers) if !number.is_some_and(|number| numbers.contains(&number)) => {
            let all: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            wrong(format!("one of {}", all.join(", ")))
        }
        Text if !value.is_string() => wrong("a text".into()),
        List if !is_list(value) => wrong("a list of words: `[one, two]`".into()),
        Members(members) => member_fault(members, value).map(|what| (what, None)),
        ReadOnly => wrong("left out: Cloudflare alone sets it".into()),
        _ => None,
    }
}

fn one_of(words: &[&str]) -> String {
    match words {
        [first, second] => format!("\"{first}\" or \"{second}\""),
        _ => format!("one of {}", words.join(", ")),
    }
}

fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().all(Value::is_string))
}

fn member_fault(members: &[(&str, Member)], value: &Value) -> Option<String> {
    let Some(given) = value.as_object() else {
        let names: Vec<String> = members.iter().map(|(name, _)| format!("{name}: ...")).collect();
        return Some(format!("a mapping: {{{}}}", names.join(", ")));
    };
    given.iter().find_map(|(name, value)| {
        let Some((_, member)) = members.iter().find(|(known, _)| known == name) else {
            let known: Vec<&str> = members.iter().map(|(known, _)| *known).collect();
            return Some(format!("a mapping of {}, without `{name}`", known.join(", ")));
        };
        let (is_right, what) = match member {
            Member::Switch => (value.is_boolean(), "true or false"),
            Member::Text => (value.is_string(), "a text"),
            Member::Number => (value.is_u64(), "a whole number"),
            Member::List => (is_list(value), "a list of words"),
            Member::Members(members) => return member_fault(members, value),
        };
        (!is_right).then(|| format!("a mapping in which `{name}` is {what}"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{SETTINGS, fault, kind, nearest};

    #[test]
    fn settings_are_in_order_and_each_once() {
        assert!(SETTINGS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn values_are_of_their_setting() {
        let wrong = |id: &str, value| fault(kind(id).expect("known"), &value).map(|(what, _)| what);
        assert_eq!(wrong("ssl", json!("strict")), None);
        assert_eq!(wrong("browser_cache_ttl", json!(14400)), None);
        assert_eq!(wrong("ciphers", json!(["AES128-SHA"])), None);
        assert_eq!(wrong("nel", json!({"enabled": true})), None);
        assert_eq!(wrong("always_use_https", json!("yes")).as_deref(), Some("\"on\" or \"off\""));
        assert!(wrong("browser_cache_ttl", json!("14400")).is_some());
        assert!(wrong("challenge_ttl", json!(301)).is_some());
        assert!(wrong("nel", json!({"enable": true})).is_some());
        assert!(wrong("advanced_ddos", json!("on")).is_some());
        let hsts = json!({"strict_transport_security": {"enabled": "yes"}});
        assert_eq!(
            wrong("security_header", hsts).as_deref(),
            Some("a mapping in which `enabled` is true or false")
        );
    }

    #[test]
    fn a_mistyped_name_is_close_to_one() {
        assert!(nearest("always_use_http").is_some_and(|help| help.contains("always_use_https")));
    }
}
