//! Cache, rate limits, firewall.

use super::*;

fn of(plan: &str, section: &str, rules: &[(Phase, Value)]) -> (CloudflareZone, String) {
    let live = zone(plan, &proxied(), &[("always_use_https", json!("on"))], rules);
    (live, format!("domain: shop.test\nhosts: {{apex: {{}}}}\ncloudflare: {{{section}}}"))
}

#[test]
fn cache_rules_bypass_or_keep() {
    let (live, spec) = of(
        "free",
        "cache: [{path: /index.html, ttl: 0s}, {path: /assets/*, ttl: 30d}, {path: /a, ttl: 1m}]",
        &[],
    );
    let piece = plain(&spec, &live);
    let parameters: Vec<Value> = piece
        .changes
        .iter()
        .filter_map(|change| change.after.as_ref()?.get("action_parameters").cloned())
        .collect();
    assert_eq!(
        parameters,
        [
            json!({"cache": false}),
            json!({"cache": true, "edge_ttl": {"mode": "override_origin", "default": 2_592_000}})
        ]
    );
    assert!(reasons(&piece)[0].0 == Reason::Plan && reasons(&piece)[0].1.contains("7200"));
    let after = applied(&live, &piece);
    // Of cache rules the last that fits is taken.
    let order: Vec<ApiObject> = super::rules(&after, Phase::Cache);
    assert!(order[1].text("expression").is_some_and(|expression| expression.contains("index.html")));
    assert!(plain(&spec, &after).changes.is_empty());
}

#[test]
fn rate_limits_are_those_that_the_plan_can_count() {
    let limits = "rate_limits: [{path: /login, requests: 10, period: 60s}]";
    let (live, spec) = of("free", limits, &[]);
    let piece = plain(&spec, &live);
    assert!(
        piece.changes.is_empty() && reasons(&piece)[0].1.contains("write one of 10s"),
        "{:?}",
        reasons(&piece)
    );
    let (live, spec) = of("pro", limits, &[]);
    let piece = plain(&spec, &live);
    let after = piece.changes[0].after.clone().expect("a rule");
    assert_eq!(
        after.get("ratelimit"),
        Some(
            &json!({"characteristics": ["cf.colo.id", "ip.src"], "period": 60, "requests_per_period": 10, "mitigation_timeout": 60})
        )
    );
    assert!(plain(&spec, &applied(&live, &piece)).changes.is_empty());
}

#[test]
fn a_stricter_limit_of_somebody_elses_is_enough() {
    let limit = |requests: u32| {
        json!([{"id": "f", "ref": "f", "enabled": true, "action": "block", "expression": "starts_with(http.request.uri.path, \"/lo\")",
            "ratelimit": {"characteristics": ["ip.src", "cf.colo.id"], "period": 10, "requests_per_period": requests}}])
    };
    let limits = "rate_limits: [{path: /login, requests: 60, period: 60s}]";
    for (requests, wanted) in [(10, 0), (11, 1)] {
        let (live, spec) = of("pro", limits, &[(Phase::RateLimits, limit(requests))]);
        assert_eq!(plain(&spec, &live).changes.len(), wanted, "{requests}");
    }
}

#[test]
fn the_managed_ruleset_is_deployed_once_and_off_takes_away_ours_alone() {
    let (live, spec) = of("pro", "waf: managed", &[]);
    let piece = plain(&spec, &live);
    assert_eq!(short(&piece), ["+ firewall_managed true"]);
    let after = applied(&live, &piece);
    assert!(plain(&spec, &after).changes.is_empty());
    let (_, off) = of("pro", "waf: off", &[]);
    assert_eq!(short(&plain(&off, &after)), ["- firewall_managed true"]);
    // Somebody else's does as well, and stays.
    let foreign = json!([{"id": "f", "ref": "f", "enabled": true, "action": "execute", "expression": "true",
        "action_parameters": {"id": "efb7b8c949ac4650a09736fc376e9aee", "version": "latest"}}]);
    let (live, _) = of("pro", "", &[(Phase::Managed, foreign)]);
    assert!(plain(&spec, &live).changes.is_empty() && plain(&off, &live).changes.is_empty());
    let (live, spec) = of("free", "waf: managed", &[]);
    assert_eq!(reasons(&plain(&spec, &live))[0].0, Reason::Plan);
}

fn custom(id: &str, action: &str, expression: &str) -> Value {
    json!({"id": id, "ref": id, "description": id, "enabled": true, "action": action, "expression": expression})
}

fn skip(rules: Value, plan: &str) -> (Piece, CloudflareZone) {
    let (live, spec) = of(plan, "machine_paths: [/hooks/*, /health]", &[(Phase::Custom, rules)]);
    let piece = plain(&spec, &live);
    let after = applied(&live, &piece);
    assert!(plain(&spec, &after).changes.is_empty());
    (piece, after)
}

#[test]
fn machine_paths_are_skipped_before_everything_else() {
    let (piece, after) = skip(json!([custom("a", "managed_challenge", "cf.threat_score gt 5")]), "pro");
    let first = super::rules(&after, Phase::Custom)[0].clone();
    assert_eq!(
        first.text("expression"),
        Some("starts_with(http.request.uri.path, \"/hooks/\") or http.request.uri.path eq \"/health\"")
    );
    assert_eq!(
        first.get("action_parameters"),
        Some(
            &json!({"products": ["bic", "hot", "securityLevel", "uaBlock"], "phases": ["http_request_sbfm"], "ruleset": "current"})
        )
    );
    assert_eq!(piece.changes[0].why.as_deref(), Some("the custom rule `a` would challenge them"));
}

#[test]
fn a_rule_that_may_block_is_not_skipped() {
    let challenge = custom("a", "managed_challenge", "cf.threat_score gt 5");
    let (piece, after) = skip(json!([challenge, custom("b", "block", "ip.src in {192.0.2.1}")]), "pro");
    assert_eq!(super::rules(&after, Phase::Custom)[0].at("/action_parameters/ruleset"), None);
    assert_eq!(reasons(&piece)[0].0, Reason::Foreign);
    // Rules that are surely about something else do not matter.
    let elsewhere = custom("a", "managed_challenge", "http.request.uri.path eq \"/admin\"");
    let (piece, after) = skip(json!([elsewhere]), "free");
    assert_eq!(
        super::rules(&after, Phase::Custom)[0].get("action_parameters"),
        Some(&json!({"products": ["bic", "hot", "securityLevel", "uaBlock"]}))
    );
    assert!(piece.left.is_empty());
}

#[test]
fn bot_fight_mode_cannot_be_skipped() {
    let (mut live, spec) = of("free", "machine_paths: [/hooks/*]", &[]);
    live.bots = Seen::Answer(serde_json::from_value(json!({"fight_mode": true})).expect("an object"));
    let piece = plain(&spec, &live);
    assert_eq!((piece.changes.len(), reasons(&piece)[0].0), (1, Reason::Plan));
    assert!(piece.changes[0].turns_green.is_empty());
    live.bots = Seen::Unobserved(Remote::new("no permission"));
    assert_eq!(reasons(&plain(&spec, &live))[0].0, Reason::Unread);
}
