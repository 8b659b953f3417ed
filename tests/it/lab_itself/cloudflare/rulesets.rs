//! Rulesets and their rules.

use serde_json::{Value, json};

use super::Desk;
use crate::lab::Plan;

const REDIRECTS: &str = "/rulesets/phases/http_request_dynamic_redirect/entrypoint";

fn redirect(name: &str) -> Value {
    json!({
        "ref": name, "description": name, "enabled": true, "action": "redirect",
        "expression": format!("(http.host eq \"{name}.shop.test\")"),
        "action_parameters": { "from_value": { "status_code": 301, "preserve_query_string": true,
            "target_url": { "expression": "concat(\"https://shop.test\", http.request.uri.path)" } } },
    })
}

fn put(desk: &Desk, rules: &[Value]) -> super::Got {
    desk.ask("PUT", REDIRECTS, &json!({ "rules": rules }))
}

#[test]
fn a_phase_that_nobody_used_has_no_entrypoint() {
    let desk = Desk::new(|_| {});
    let missing = desk.get(REDIRECTS);
    assert_eq!(missing.code(), (404, 10003));
    let text = "could not find entrypoint ruleset in the http_request_dynamic_redirect phase";
    assert_eq!(missing.body["errors"][0]["message"], text);
    let list = desk.get("/rulesets").result();
    assert_eq!(
        (list.as_array().map(Vec::len), &list[0]["id"]),
        (Some(1), &json!("77454fe2d30c4220b5701f6fdfb893ba"))
    );
    desk.zone.plan(Plan::Pro);
    assert_eq!(desk.get("/rulesets").result().as_array().map(Vec::len), Some(4));
}

#[test]
fn rules_keep_their_ids_by_ref_and_versions_move() {
    let desk = Desk::new(|_| {});
    let first = put(&desk, &[redirect("www"), redirect("old")]).result();
    assert_eq!((&first["version"], &first["rules"][0]["version"]), (&json!("1"), &json!("1")));
    assert_eq!((&first["kind"], &first["rules"][0]["enabled"]), (&json!("zone"), &json!(true)));
    let mut changed = redirect("old");
    changed["description"] = json!("another text");
    let second = put(&desk, &[redirect("new"), changed, redirect("www")]).result();
    assert_eq!((&second["version"], &second["id"]), (&json!("2"), &first["id"]));
    assert_eq!(second["rules"][1]["id"], first["rules"][1]["id"]);
    assert_eq!(second["rules"][2]["id"], first["rules"][0]["id"]);
    assert_ne!(second["rules"][0]["id"], first["rules"][0]["id"]);
    assert_eq!((&second["rules"][1]["version"], &second["rules"][2]["version"]), (&json!("2"), &json!("1")));
    assert_eq!(second["rules"][2]["last_updated"], first["rules"][0]["last_updated"]);
    assert_eq!(desk.get(REDIRECTS).result(), second);
    let path = format!("/rulesets/{}", second["id"].as_str().expect("an id"));
    assert_eq!(desk.get(&path).result(), second);
    desk.cloudflare.assert_no_violation();
}

#[test]
fn a_rule_without_a_ref_gets_a_new_id_each_time() {
    let desk = Desk::new(|_| {});
    let mut nameless = redirect("www");
    nameless.as_object_mut().expect("an object").remove("ref");
    let first = put(&desk, &[nameless.clone()]).result();
    assert_eq!(first["rules"][0]["ref"], first["rules"][0]["id"]);
    let second = put(&desk, &[nameless.clone()]).result();
    assert_ne!(second["rules"][0]["id"], first["rules"][0]["id"]);
    nameless["id"] = second["rules"][0]["id"].clone();
    let third = put(&desk, &[nameless]).result();
    assert_eq!(third["rules"][0], second["rules"][0]);
    assert_eq!(third["version"], "3");
}

#[test]
fn a_dry_run_checks_everything_and_changes_nothing() {
    let desk = Desk::new(|_| {});
    let dry = format!("{REDIRECTS}?dry_run=true");
    let said = desk.ask("PUT", &dry, &json!({ "rules": [redirect("www")] }));
    assert_eq!((said.status, &said.body["result"]), (200, &Value::Null));
    assert_eq!(desk.zone.ruleset("http_request_dynamic_redirect"), Value::Null);
    let mut wrong = redirect("www");
    wrong["expression"] = json!("(http.host eq \"www.shop.test\"");
    assert_eq!(desk.ask("PUT", &dry, &json!({ "rules": [wrong] })).code(), (400, 20127));
    assert_eq!((desk.cloudflare.writes(), desk.cloudflare.changes()), (0, 0));
    desk.cloudflare.assert_no_violation();
}

#[test]
fn single_rules_are_added_edited_moved_and_removed() {
    let desk = Desk::new(|_| {});
    let first = put(&desk, &[redirect("one"), redirect("two")]).result();
    let ruleset = format!("/rulesets/{}", first["id"].as_str().expect("an id"));
    let refs = |ruleset: &Value| -> Vec<String> {
        let rules = ruleset["rules"].as_array().expect("rules");
        rules.iter().filter_map(|rule| rule["ref"].as_str()).map(str::to_owned).collect()
    };
    let added = desk.ask("POST", &format!("{ruleset}/rules"), &redirect("three")).result();
    assert_eq!(
        (refs(&added), &added["version"]),
        (vec!["one".into(), "two".into(), "three".into()], &json!("2"))
    );
    let rule = format!("{ruleset}/rules/{}", added["rules"][2]["id"].as_str().expect("an id"));
    let moved = desk.ask("PATCH", &rule, &json!({ "position": { "before": "" } }));
    assert_eq!(refs(&moved.result()), ["three", "one", "two"]);
    let mut edit = redirect("three");
    edit["enabled"] = json!(false);
    let edited = desk.ask("PATCH", &rule, &edit).result();
    assert_eq!(
        (&edited["rules"][0]["enabled"], &edited["rules"][0]["id"]),
        (&json!(false), &added["rules"][2]["id"])
    );
    assert_eq!(refs(&desk.ask("DELETE", &rule, &Value::Null).result()), ["one", "two"]);
    assert_eq!(desk.ask("DELETE", &rule, &Value::Null).code(), (404, 10003));
    assert_eq!(desk.ask("DELETE", &ruleset, &Value::Null).status, 204);
    assert_eq!(desk.get(REDIRECTS).code(), (404, 10003));
}

#[test]
fn a_plan_has_so_many_rules_and_no_more() {
    let desk = Desk::new(|_| {});
    let rules: Vec<Value> = (0..11).map(|number| redirect(&format!("r{number}"))).collect();
    let refused = put(&desk, &rules);
    assert_eq!(refused.code(), (400, 20217));
    assert!(refused.body["errors"][0]["message"].as_str().is_some_and(|text| text.ends_with("11 out of 10")));
    assert_eq!(put(&desk, &rules[..10]).status, 200);
    let twice = put(&desk, &[redirect("www"), redirect("www")]);
    assert_eq!(twice.code(), (400, 20129));
    desk.zone.plan(Plan::Pro);
    assert_eq!(put(&desk, &rules).status, 200);
}

#[test]
fn what_the_plan_does_not_include_is_refused() {
    let desk = Desk::new(|_| {});
    let managed = |id: &str| {
        json!({ "rules": [{ "action": "execute", "expression": "true",
        "action_parameters": { "id": id } }] })
    };
    let phase = "/rulesets/phases/http_request_firewall_managed/entrypoint";
    let paid = managed("efb7b8c949ac4650a09736fc376e9aee");
    assert_eq!(desk.ask("PUT", phase, &paid).code(), (400, 20120));
    assert_eq!(desk.ask("PUT", phase, &managed("77454fe2d30c4220b5701f6fdfb893ba")).status, 200);
    let mut regex = redirect("www");
    regex["expression"] = json!("http.host matches \"^www\"");
    assert_eq!(put(&desk, &[regex]).code(), (400, 20120));
    let limit = |period: u64| {
        json!({ "rules": [{ "action": "block", "expression": "true", "ratelimit": {
        "characteristics": ["cf.colo.id", "ip.src"], "period": period, "requests_per_period": 50,
        "mitigation_timeout": 10 } }] })
    };
    let phase_of_limits = "/rulesets/phases/http_ratelimit/entrypoint";
    assert_eq!(desk.ask("PUT", phase_of_limits, &limit(60)).code(), (400, 20120));
    assert_eq!(desk.ask("PUT", phase_of_limits, &limit(10)).status, 200);
    desk.zone.plan(Plan::Pro);
    assert_eq!(desk.ask("PUT", phase, &paid).status, 200);
    desk.cloudflare.assert_no_violation();
}
