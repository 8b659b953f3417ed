//! Many records, and records that change their type.

use std::fmt::Write as _;

use serde_json::json;

use super::Desk;
use crate::lab::Plan;

fn many(count: usize) -> String {
    let mut spec =
        "domain: shop.test\nhosts: {apex: {}}\ncloudflare: {prune: true}\ndns:\n  records:\n".to_owned();
    for number in 0..count {
        let _ = writeln!(spec, "    - {{name: h{number}, type: A, value: 203.0.113.{}}}", number % 200 + 1);
    }
    spec
}

#[test]
fn many_records_are_as_few_requests_as_the_plan_allows() {
    for (plan, count) in [(Plan::Free, 150), (Plan::Pro, 1000)] {
        let desk = Desk::with(&many(count), |zone| {
            zone.plan(plan).record_of("A", "@", "203.0.113.10", true);
            zone.setting("always_use_https", json!("on")).setting("ssl", json!("strict"));
        });
        let report = desk.apply(&[]);
        assert_eq!(report["applied"]["steps"], 1);
        assert_eq!(desk.cloudflare.writes(), 1);
        assert_eq!(desk.zone.records().len(), count + 1);
    }
}

#[test]
fn an_alias_and_the_addresses_in_its_place_change_in_one_batch() {
    let spec = "domain: shop.test\ncloudflare: {}\nhosts: {apex: {}}\ndns:\n  records:\n    - {name: www, type: A, value: 203.0.113.10}\n    - {name: www, type: AAAA, value: \"2001:db8::10\"}\n";
    let desk = Desk::with(spec, |zone| {
        zone.record_of("A", "@", "203.0.113.10", true);
        zone.record(&json!({"name": "www", "type": "CNAME", "content": "old.example.net", "ttl": 1, "comment": "launch-ready: www"}));
    });
    desk.apply(&[]);
    let batches: Vec<_> =
        desk.cloudflare.calls().into_iter().filter(|call| call.path.ends_with("/batch")).collect();
    assert_eq!(batches.len(), 1);
    assert_eq!(desk.zone.records_at("CNAME", "www.shop.test").len(), 0);
    assert_eq!(desk.zone.records_at("A", "www.shop.test").len(), 1);
    assert_eq!(desk.zone.records_at("AAAA", "www.shop.test").len(), 1);
    desk.assert_nothing_is_left();
}
