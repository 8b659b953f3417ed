//! Many changes of records in one transaction.

use serde_json::{Value, json};

use super::{Desk, a};
use crate::lab::Plan;

#[test]
fn a_batch_swaps_an_address_for_an_alias() {
    let desk = Desk::new(|_| {});
    let old = desk.zone.record_of("A", "www", "203.0.113.10", false);
    let kept = desk.zone.record_of("A", "api", "203.0.113.11", false);
    let done = desk
        .ask(
            "POST",
            "/dns_records/batch",
            &json!({
                "posts": [{ "type": "CNAME", "name": "www", "content": "host.test", "ttl": 1 }],
                "patches": [{ "id": kept["id"], "content": "203.0.113.12" }],
                "deletes": [{ "id": old["id"] }],
            }),
        )
        .result();
    assert_eq!((&done["posts"][0]["name"], &done["deletes"][0]["id"]), (&json!("www.shop.test"), &old["id"]));
    assert_eq!((&done["patches"][0]["content"], &done["puts"]), (&json!("203.0.113.12"), &json!([])));
    assert_eq!(desk.zone.records_at("CNAME", "www.shop.test").len(), 1);
    assert_eq!(desk.zone.records().len(), 2);
    desk.cloudflare.assert_no_violation();
}

#[test]
fn the_first_mistake_undoes_all_of_a_batch() {
    let desk = Desk::new(|_| {});
    let old = desk.zone.record_of("A", "www", "203.0.113.10", false);
    let before = desk.cloudflare.state();
    let batch = json!({ "deletes": [{ "id": old["id"] }],
        "posts": [a("one", "203.0.113.1"), a("one", "203.0.113.1"), a("two", "203.0.113.2")] });
    assert_eq!(desk.ask("POST", "/dns_records/batch", &batch).code(), (400, 81058));
    assert_eq!(desk.cloudflare.state(), before);
    let gone = json!({ "posts": [a("one", "203.0.113.1")], "deletes": [{ "id": "f".repeat(32) }] });
    assert_eq!(desk.ask("POST", "/dns_records/batch", &gone).code(), (404, 81044));
    assert_eq!(desk.cloudflare.state(), before);
    assert_eq!((desk.cloudflare.writes(), desk.cloudflare.changes()), (2, 0));
}

#[test]
fn a_batch_is_as_large_as_the_plan_allows() {
    let desk = Desk::new(|_| {});
    let posts = |count: usize| -> Value {
        let posts: Vec<Value> = (0..count).map(|number| a(&format!("n{number}"), "203.0.113.1")).collect();
        json!({ "posts": posts })
    };
    assert_eq!(desk.ask("POST", "/dns_records/batch", &posts(201)).status, 400);
    assert_eq!(
        desk.ask("POST", "/dns_records/batch", &posts(200)).result()["posts"].as_array().map(Vec::len),
        Some(200)
    );
    desk.zone.plan(Plan::Business);
    let more = json!({ "posts": (300..600).map(|n| a(&format!("n{n}"), "203.0.113.1")).collect::<Vec<_>>() });
    assert_eq!(desk.ask("POST", "/dns_records/batch", &more).status, 200);
}
