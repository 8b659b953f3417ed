//! Whatever others have written stays as it is, and what was planned once needs no second plan.

use proptest::prelude::*;

use super::*;

/// A rule of somebody else's, with members that we do not know.
fn rule() -> impl Strategy<Value = Value> {
    let expressions = prop_oneof![
        Just("http.host eq \"x.shop.test\"".to_owned()),
        Just("ip.src in $office and not ssl".to_owned()),
        Just("(http.request.uri.path eq \"/a\")".to_owned()),
        "\\PC{1,20}",
    ];
    let action = prop_oneof![
        Just("redirect"),
        Just("block"),
        Just("managed_challenge"),
        Just("execute"),
        Just("skip")
    ];
    let extra = prop_oneof![
        Just(json!(null)),
        Just(json!({"z": [1, {"a": null}], "b": 1.5})),
        Just(json!("\u{1b}[31m"))
    ];
    (expressions, action, extra, any::<bool>(), "[a-z_:]{1,12}").prop_map(
        |(expression, action, extra, enabled, text)| {
            json!({"expression": expression, "action": action, "enabled": enabled, "description": text,
            "action_parameters": {"x": extra}, "exposed": extra, "version": "4", "last_updated": "then"})
        },
    )
}

fn list() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(rule(), 0..5).prop_map(|rules| {
        let numbered = rules.into_iter().enumerate().map(|(n, mut rule)| {
            rule["id"] = json!(format!("{n:032x}"));
            rule["ref"] = json!(format!("theirs-{n}"));
            rule
        });
        numbered.collect()
    })
}

fn spec() -> impl Strategy<Value = String> {
    let path = prop_oneof![Just("/a"), Just("/a/*"), Just("/*"), Just("/b/*/c"), Just("/\\\"x"), Just("/ü")];
    let redirects = prop::collection::btree_set(path.clone(), 0..4);
    let paths = prop::collection::btree_set(path, 0..3);
    (redirects, paths, any::<bool>(), any::<bool>(), 0..3_u8).prop_map(|(redirects, paths, www, waf, ttl)| {
        let redirects: Vec<Value> = redirects
            .iter()
            .map(|path| json!({"from": format!("https://shop.test{path}"), "to": "https://x.test/y"}))
            .collect();
        let cache: Vec<Value> = paths
            .iter()
            .map(|path| json!({"path": path, "ttl": format!("{}h", u32::from(ttl) * 2)}))
            .collect();
        let limits: Vec<Value> =
            paths.iter().take(1).map(|path| json!({"path": path, "requests": 5, "period": "10s"})).collect();
        let hosts = if www { json!({"apex": {}, "www": "redirect"}) } else { json!({"apex": {}}) };
        json!({"domain": "shop.test", "hosts": hosts, "redirects": redirects, "cloudflare": {
            "cache": cache, "rate_limits": limits, "machine_paths": paths,
            "waf": if waf { "managed" } else { "off" }}})
        .to_string()
    })
}

/// What is not ours, as it is sent back.
fn theirs(live: &CloudflareZone, phase: Phase) -> Vec<String> {
    let sent = |mut rule: ApiObject| {
        rule.0.retain(|name, _| name != "version" && name != "last_updated");
        Value::Object(rule.0).to_string()
    };
    let all = rules(live, phase).into_iter();
    all.filter(|rule| rule.text("ref").is_some_and(|own| own.starts_with("theirs"))).map(sent).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn foreign_rules_stay_and_a_second_plan_is_empty(
        first in spec(), second in spec(), lists in prop::collection::vec(list(), 5), paid in any::<bool>(), prune in any::<bool>(),
    ) {
        let own: Vec<(Phase, Value)> = Phase::ALL.into_iter().zip(lists.into_iter().map(Value::from)).collect();
        let plan = if paid { "business" } else { "free" };
        let mut live = zone(plan, &proxied(), &[("always_use_https", json!("on"))], &own);
        let wishes = Wishes { prune, ..Wishes::default() };
        for spec in [first, second] {
            let piece = pieces(&spec, "at: 2026-11-21T12:00:00Z", &live, &wishes);
            let after = applied(&live, &piece);
            for phase in Phase::ALL {
                prop_assert_eq!(theirs(&live, phase), theirs(&after, phase));
                if let Some(most) = super::super::most(phase, plan) {
                    prop_assert!(rules(&after, phase).len() <= most.max(rules(&live, phase).len()));
                }
            }
            let again = pieces(&spec, "at: 2026-11-21T12:00:00Z", &after, &wishes);
            prop_assert_eq!(short(&again), Vec::<String>::new());
            live = after;
        }
    }
}
