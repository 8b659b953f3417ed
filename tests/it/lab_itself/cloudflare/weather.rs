//! What goes wrong on the way, and who else is at work.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Desk, a};
use crate::lab::{Upset, When};

#[test]
fn too_many_requests_are_told_to_wait() {
    let desk = Desk::new(|_| {});
    desk.cloudflare.limit(2, 2, 7);
    let statuses: Vec<u16> = (0..5).map(|_| desk.get("").status).collect();
    assert_eq!(statuses, [200, 200, 429, 429, 200]);
    desk.cloudflare.calm().limit(0, 1, 7);
    let refused = desk.get("");
    assert_eq!(
        (refused.header("Retry-After"), refused.header("x-ratelimit-remaining")),
        (Some("7"), Some("0"))
    );
    assert_eq!(desk.get("").header("x-ratelimit-limit"), Some("1200"));
}

#[test]
fn a_connection_is_dropped_before_or_after_the_write() {
    let desk = Desk::new(|_| {});
    let path = format!("/zones/{}/dns_records", desk.zone.id());
    desk.cloudflare.upset(When::write(1), Upset::DropsBefore).upset(When::write(2), Upset::DropsAfter);
    desk.cloudflare.upset(When::write(3), Upset::DropsWithin);
    assert!(desk.send(&desk.token, "POST", &path, &a("one", "203.0.113.1")).is_err());
    assert_eq!(desk.zone.records().len(), 0);
    assert!(desk.send(&desk.token, "POST", &path, &a("one", "203.0.113.1")).is_err());
    assert_eq!(desk.zone.records().len(), 1);
    let cut = desk.send(&desk.token, "POST", &path, &a("two", "203.0.113.1"));
    assert!(cut.is_err() || cut.is_ok_and(|cut| cut.body.is_null()));
    assert_eq!(desk.zone.records().len(), 2);
    assert_eq!(desk.post_record(&a("one", "203.0.113.1")).code(), (400, 81058));
    let calls = desk.cloudflare.calls();
    let seen: Vec<_> = calls.iter().map(|call| (call.status, call.changed)).collect();
    assert_eq!(seen, [(0, false), (0, true), (0, true), (400, false)]);
    assert_eq!((calls[0].method.as_str(), &calls[0].body["name"]), ("POST", &json!("one")));
}

#[test]
fn servers_fail_in_json_in_html_and_in_no_language() {
    let desk = Desk::new(|_| {});
    let hostile = "\u{1b}[31m::error::<script>alert(1)</script>";
    desk.cloudflare.upset(When::request(1), Upset::Fails(500, hostile.to_owned()));
    desk.cloudflare.upset(When::request(2), Upset::Page(502, hostile.to_owned()));
    desk.cloudflare.upset(When::request(3), Upset::Garbage).upset(When::request(4), Upset::Huge(3_000_000));
    desk.cloudflare.upset(When::write(1), Upset::FailsAfter);
    let failed = desk.get("");
    assert_eq!((failed.status, failed.body["errors"][0]["message"].as_str()), (500, Some(hostile)));
    let page = desk.get("");
    assert_eq!((page.status, &page.body), (502, &Value::Null));
    assert_eq!(page.header("Content-Type"), Some("text/html; charset=UTF-8"));
    assert_eq!(desk.get("").body, Value::Null);
    let huge = desk.get("");
    let length: usize =
        huge.header("Content-Length").and_then(|length| length.parse().ok()).expect("a length");
    assert!(length >= 3_000_000 && huge.body["success"] == true);
    assert_eq!((desk.post_record(&a("www", "203.0.113.1")).status, desk.zone.records().len()), (500, 1));
    desk.zone.raw_record(
        &json!({ "type": "TXT", "name": "evil.shop.test", "content": hostile, "comment": hostile }),
    );
    assert_eq!(desk.get("/dns_records?name=evil.shop.test").result()[0]["content"], hostile);
}

#[test]
fn answers_take_their_time_or_never_come() {
    let desk = Desk::new(|_| {});
    desk.cloudflare.upset(When::request(1), Upset::Slow(Duration::from_millis(80)));
    let start = Instant::now();
    assert_eq!(desk.get("").status, 200);
    assert!(start.elapsed() >= Duration::from_millis(80));
    desk.cloudflare.upset(When::write(1), Upset::HangsAfter).upset(When::write(2), Upset::HangsBefore);
    for (name, stand) in [("one", 1), ("two", 1)] {
        let base = desk.lab.cloudflare_url().expect("an API");
        let path = format!("/zones/{}/dns_records", desk.zone.id());
        let bearer = format!("Bearer {}", desk.token);
        let body = a(name, "203.0.113.1").to_string();
        let calls = desk.cloudflare.calls().len();
        std::thread::spawn(move || {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
            super::super::client::exchange(&base, ("POST", &path), &headers, body.as_bytes())
        });
        assert!(desk.cloudflare.wait_for_calls(calls + 1, Duration::from_secs(10)));
        // The API does one thing after the other, so that this one is over when the next is answered.
        assert_eq!(desk.get("").status, 200);
        assert_eq!(desk.zone.records().len(), stand);
    }
}

#[test]
fn somebody_else_is_at_work() {
    let desk = Desk::new(|_| {});
    let rival = desk.zone.clone();
    desk.cloudflare.before(When::request(2).path("/dns_records"), move |_| {
        rival.record_of("A", "www", "203.0.113.66", false);
    });
    let rival = desk.zone.clone();
    desk.cloudflare.after(When::write(1), move |_| {
        rival.setting("ssl", json!("off"));
    });
    assert_eq!(desk.get("/dns_records").result(), json!([]));
    let cname = json!({ "type": "CNAME", "name": "www", "content": "host.test", "ttl": 1 });
    assert_eq!(desk.post_record(&cname).code(), (400, 81053));
    assert_eq!(desk.get("/settings/ssl").result()["value"], "off");
    let token = desk.token.clone();
    desk.cloudflare.before(When::request(2), move |cloudflare| cloudflare.revoke(&token));
    assert_eq!([desk.get("").status, desk.get("").status], [200, 401]);
}

#[test]
fn a_state_can_be_compared_and_taken_back() {
    let desk = Desk::new(|zone| {
        zone.record_of("A", "www", "203.0.113.10", true);
        zone.setting("ssl", json!("full"));
    });
    let foreign = |item: &Value| item["comment"].is_null();
    let before = desk.cloudflare.state();
    let mut ours = a("api", "203.0.113.11");
    ours["comment"] = json!("ours");
    let made = desk.post_record(&ours).result();
    let now = desk.cloudflare.state();
    assert_ne!(now, before);
    assert_eq!(now.bytes_of(foreign), before.bytes_of(foreign));
    assert_eq!(now.json()["shop.test"]["records"].as_array().map(Vec::len), Some(2));
    let id = made["id"].as_str().expect("an id");
    assert_eq!(desk.ask("DELETE", &format!("/dns_records/{id}"), &Value::Null).status, 200);
    desk.post_record(&ours);
    assert_ne!(desk.cloudflare.state(), now);
    assert_eq!(desk.cloudflare.state().meaning(), now.meaning());
    desk.zone
        .edit_record(desk.zone.records()[0]["id"].as_str().expect("an id"), &json!({ "proxied": false }));
    assert_ne!(desk.cloudflare.state().bytes_of(foreign), before.bytes_of(foreign));
    desk.cloudflare.restore(&before);
    assert_eq!(desk.cloudflare.state(), before);
}
