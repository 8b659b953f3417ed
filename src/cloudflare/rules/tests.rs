use serde_json::{Value, json};

use crate::cloudflare::endpoint::Phase;
use crate::cloudflare::fixture::{applied, pieces, plain, proxied, short, zone};
use crate::cloudflare::plan::{Piece, Reason, Subject, Wishes};
use crate::observed::{ApiObject, CloudflareZone, Remote, Seen};

mod phases;
mod property;

fn rules(live: &CloudflareZone, phase: Phase) -> Vec<ApiObject> {
    match live.phases.get(phase.name()) {
        Some(Seen::Answer(Some(ruleset))) => ruleset.objects("rules"),
        _ => Vec::new(),
    }
}

fn reasons(piece: &Piece) -> Vec<(Reason, &str)> {
    piece.left.iter().map(|left| (left.reason, left.message.as_str())).collect()
}

fn target(change: &crate::cloudflare::plan::Change) -> Value {
    let after = change.after.as_ref().expect("a rule");
    after.at("/action_parameters/from_value/target_url").cloned().unwrap_or_default()
}

fn free(rules: &[(Phase, Value)]) -> CloudflareZone {
    zone("free", &proxied(), &[("always_use_https", json!("on"))], rules)
}

/// A redirect of somebody else's.
fn foreign(id: &str, expression: &str, to: &str) -> Value {
    json!({"id": id, "ref": id, "version": "3", "last_updated": "2026-01-01T00:00:00Z", "enabled": true,
        "description": format!("by hand {id}"), "expression": expression, "action": "redirect",
        "action_parameters": {"from_value": {"target_url": {"value": to}, "status_code": 302}}})
}

#[test]
fn redirects_become_rules_the_narrower_first() {
    let spec = "domain: shop.test\ncanonical: apex\nhosts: {apex: {}, www: redirect}\nredirects:\n  - {from: \"https://shop.test/old/*\", to: \"https://shop.test/new/$1?a=$b\"}\n  - {from: \"http://shop.test/join\", to: \"https://app.shop.test/signup\", status: 302}\n  - {from: \"https://shop.test/old/*/x\", to: \"https://shop.test/$1\"}\n";
    let live = free(&[]);
    let piece = plain(spec, &live);
    assert_eq!(
        short(&piece),
        [
            "+ dynamic_redirect ssl and http.host eq \"shop.test\" and starts_with(http.request.uri.path, \"/old/\")",
            "+ dynamic_redirect not ssl and http.host eq \"shop.test\" and http.request.uri.path eq \"/join\"",
            "+ dynamic_redirect ssl and http.host eq \"shop.test\" and http.request.uri.path strict wildcard \"/old/*/x\"",
            "+ dynamic_redirect ssl and http.host eq \"www.shop.test\"",
        ]
    );
    let targets: Vec<Value> = piece.changes.iter().map(target).collect();
    assert_eq!(
        targets,
        [
            json!({"expression": "wildcard_replace(http.request.uri.path, \"/old/*\", \"https://shop.test/new/${1}?a=$$b\", \"s\")"}),
            json!({"value": "https://app.shop.test/signup"}),
            json!({"expression": "wildcard_replace(http.request.uri.path, \"/old/*/x\", \"https://shop.test/${1}\", \"s\")"}),
            json!({"expression": "concat(\"https://shop.test\", http.request.uri.path)"}),
        ]
    );
    let after = applied(&live, &piece);
    let order: Vec<ApiObject> = rules(&after, Phase::Redirects);
    let order: Vec<&str> = order.iter().filter_map(|rule| rule.text("description")).collect();
    assert_eq!(
        order,
        [
            "http://shop.test/join to https://app.shop.test/signup",
            "https://shop.test/old/*/x to https://shop.test/$1",
            "https://shop.test/old/* to https://shop.test/new/$1?a=$b",
            "https://www.shop.test/* to https://shop.test/$1",
        ]
    );
    assert_eq!(short(&plain(spec, &after)), Vec::<String>::new());
}

#[test]
fn a_redirect_of_ours_is_changed_in_place() {
    let spec = |to: &str| {
        format!(
            "domain: shop.test\nhosts: {{apex: {{}}}}\nredirects: [{{from: \"https://shop.test/a\", to: \"{to}\"}}]"
        )
    };
    let first = free(&[]);
    let live = applied(&first, &plain(&spec("https://shop.test/b"), &first));
    let piece = plain(&spec("https://shop.test/c"), &live);
    let change = &piece.changes[0];
    assert_eq!(target(change), json!({"value": "https://shop.test/c"}));
    let id = |rule: &Option<ApiObject>| rule.as_ref().and_then(|rule| rule.get("id").cloned());
    assert!(id(&change.before).is_some() && id(&change.before) == id(&change.after));
    // By hand, in the dashboard.
    let mut off = live.clone();
    if let Some(Seen::Answer(Some(ruleset))) = off.phases.get_mut(Phase::Redirects.name()) {
        ruleset.0["rules"][0]["enabled"] = json!(false);
    }
    assert_eq!(plain(&spec("https://shop.test/b"), &off).changes.len(), 1);
}

#[test]
fn what_redirects_already_needs_no_rule_unless_it_is_ours() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\nredirects: [{from: \"https://shop.test/a\", to: \"https://shop.test/b\", status: 301}]";
    let seen = "at: 2026-11-21T12:00:00Z\nhttp:\n  \"https://shop.test/a?launch-ready=1\": {answer: {status: 301, location: \"https://shop.test/b?launch-ready=1\"}}\n  \"https://shop.test/b?launch-ready=1\": {answer: {status: 200}}";
    let bare = free(&[]);
    assert!(pieces(spec, seen, &bare, &Wishes::default()).changes.is_empty());
    let live = applied(&bare, &plain(spec, &bare));
    let piece = pieces(spec, seen, &live, &Wishes { prune: true, ..Wishes::default() });
    assert!(piece.changes.is_empty() && piece.left.is_empty(), "{:?}", piece.left);
}

#[test]
fn a_failing_redirect_is_promised() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\nredirects: [{from: \"https://shop.test/a\", to: \"https://shop.test/b\"}]";
    let seen =
        "at: 2026-11-21T12:00:00Z\nhttp:\n  \"https://shop.test/a?launch-ready=1\": {answer: {status: 404}}";
    let piece = pieces(spec, seen, &free(&[]), &Wishes::default());
    let promised: Vec<(&str, &str)> =
        piece.changes[0].turns_green.iter().map(|p| (p.check.as_str(), p.subject.as_str())).collect();
    assert_eq!(
        promised,
        [
            ("http/redirect-missing", "https://shop.test/a"),
            ("cloudflare/redirect-rule-missing", "https://shop.test/a")
        ]
    );
}

#[test]
fn a_redirect_that_no_rule_can_make_is_left() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\nredirects:\n  - {from: \"https://grey.shop.test/*\", to: \"https://shop.test/$1\"}\n  - {from: \"https://other.test/*\", to: \"https://shop.test/$1\"}\n  - {from: \"https://shop.test/a?b=1\", to: \"https://shop.test/\"}\n  - {from: \"https://shop.test/*\", to: \"https://$1.shop.test/\"}\n";
    let piece = plain(spec, &free(&[]));
    assert_eq!(short(&piece), Vec::<String>::new());
    let left = reasons(&piece);
    for (at, word) in ["not proxied", "not in the zone", "a query", "in the host"].iter().enumerate() {
        assert!(left[at].0 == Reason::Needs && left[at].1.contains(word), "{:?}", left[at]);
    }
}

#[test]
fn a_plan_has_so_many_rules_and_no_more() {
    let nine: Vec<Value> = (0..9)
        .map(|n| foreign(&format!("{n:032}"), &format!("http.host eq \"{n}.shop.test\""), "https://x.test/"))
        .collect();
    let spec = "domain: shop.test\nhosts: {apex: {}}\nredirects: [{from: \"https://shop.test/a\", to: \"https://shop.test/c\"}, {from: \"https://shop.test/b\", to: \"https://shop.test/c\"}]";
    let piece = plain(spec, &free(&[(Phase::Redirects, json!(nine))]));
    assert_eq!(piece.changes.len(), 1);
    let (reason, message) = reasons(&piece)[0];
    assert_eq!(reason, Reason::Plan);
    assert!(
        message.contains("`free` has 10 redirect rules, and 9 are there, 9 of them not ours"),
        "{message}"
    );
    assert_eq!((piece.read.rules, piece.read.foreign_rules), (9, 9));
}

#[test]
fn a_rule_of_somebody_elses_is_left_or_taken_over() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\nredirects: [{from: \"https://shop.test/a\", to: \"https://shop.test/b\"}]";
    let expression = "(ssl and http.host eq \"shop.test\" and http.request.uri.path eq \"/a\")";
    let live = free(&[(Phase::Redirects, json!([foreign("f", expression, "https://shop.test/x")]))]);
    let piece = plain(spec, &live);
    assert!(piece.changes.is_empty());
    assert_eq!(reasons(&piece)[0].0, Reason::Foreign);
    let wishes = Wishes { adopt: true, ..Wishes::default() };
    let piece = pieces(spec, "at: 2026-11-21T12:00:00Z", &live, &wishes);
    assert!(piece.changes[0].adopts);
    let after = applied(&live, &piece);
    let own = rules(&after, Phase::Redirects);
    assert!(own.len() == 1 && own[0].text("ref").is_some_and(|own| own.starts_with(super::OURS)), "{own:?}");
    assert!(pieces(spec, "at: 2026-11-21T12:00:00Z", &after, &wishes).changes.is_empty());
    // A wider one in front takes the request away.
    let live =
        free(&[(Phase::Redirects, json!([foreign("f", "http.host eq \"shop.test\"", "https://x.test/")]))]);
    let piece = plain(spec, &live);
    assert!(piece.changes.is_empty() && reasons(&piece)[0].1.contains("by hand f"), "{:?}", reasons(&piece));
}

#[test]
fn what_nothing_asks_for_goes_only_with_prune() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\nredirects: [{from: \"https://shop.test/a\", to: \"https://shop.test/b\"}]";
    let bare =
        free(&[(Phase::Redirects, json!([foreign("f", "http.host eq \"x.shop.test\"", "https://x.test/")]))]);
    let live = applied(&bare, &plain(spec, &bare));
    let none = "domain: shop.test\nhosts: {apex: {}}";
    let piece = plain(none, &live);
    assert_eq!((piece.changes.len(), reasons(&piece)[0].0), (0, Reason::Surplus));
    let piece = pieces(none, "at: 2026-11-21T12:00:00Z", &live, &Wishes { prune: true, ..Wishes::default() });
    let after = applied(&live, &piece);
    let left = rules(&after, Phase::Redirects);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].text("ref"), Some("f"));
}

#[test]
fn a_phase_that_could_not_be_read_is_left() {
    let spec = "domain: shop.test\ncloudflare: {waf: managed, cache: [{path: /a, ttl: 0s}], rate_limits: [{path: /login, requests: 5, period: 10s}]}\nredirects: [{from: \"https://shop.test/a\", to: \"https://shop.test/b\"}]";
    let mut live = zone("pro", &proxied(), &[("always_use_https", json!("on"))], &[]);
    for phase in live.phases.values_mut() {
        *phase = Seen::Unobserved(Remote::new("no permission"));
    }
    let piece = plain(spec, &live);
    assert!(piece.changes.is_empty());
    let left = reasons(&piece);
    assert!(left.iter().all(|(reason, _)| *reason == Reason::Unread) && left.len() == 4, "{left:?}");
    assert!(left[0].1.contains("`Zone > Single Redirect > Edit`"), "{}", left[0].1);
}

#[test]
fn what_the_api_alone_writes_is_not_sent_back() {
    let managed = json!({"id": "m", "ref": "m", "version": "2", "last_updated": "x", "categories": ["a"], "action": "execute",
        "expression": "true", "enabled": true, "unheard-of": {"kept": null},
        "action_parameters": {"id": "4814384a9e5d4991b9815dcfc25d2f1f", "version": "latest"}});
    let ruleset: ApiObject = serde_json::from_value(json!({"rules": [managed]})).expect("one");
    let merged = super::merged(Phase::Managed.name(), Some(&ruleset), &[]);
    assert_eq!(
        merged,
        [json!({"id": "m", "ref": "m", "action": "execute", "expression": "true", "enabled": true,
            "unheard-of": {"kept": null}, "action_parameters": {"id": "4814384a9e5d4991b9815dcfc25d2f1f"}})]
    );
}

#[test]
fn rules_that_were_moved_among_ours_are_put_back() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\nredirects: [{from: \"https://shop.test/*\", to: \"https://x.test/$1\"}, {from: \"https://shop.test/b\", to: \"https://shop.test/c\"}]";
    let bare = free(&[]);
    let live = applied(&bare, &plain(spec, &bare));
    let mut moved = live.clone();
    if let Some(Seen::Answer(Some(ruleset))) = moved.phases.get_mut(Phase::Redirects.name()) {
        ruleset.0["rules"].as_array_mut().expect("rules").reverse();
    }
    let piece = plain(spec, &moved);
    assert_eq!(piece.changes.len(), 2);
    assert!(piece.changes.iter().all(|change| matches!(change.subject, Subject::Rule { .. })));
    assert!(plain(spec, &applied(&moved, &piece)).changes.is_empty());
}
