//! Requests are held against the description of the API.

use serde_json::{Value, json};

use super::{Desk, a};
use crate::lab::Cloudflare;

#[test]
fn a_request_that_is_not_as_described_is_refused_and_kept() {
    let desk = Desk::new(|_| {});
    let with = |field: &str, value: Value| {
        let mut record = a("www", "203.0.113.10");
        record[field] = value;
        record
    };
    let zone = format!("/zones/{}", desk.zone.id());
    let records = format!("{zone}/dns_records");
    let wrong = [
        ("POST", records.clone(), with("proxid", json!(true))),
        ("POST", records.clone(), with("ttl", json!(5))),
        ("POST", records.clone(), with("content", json!("203.0.113.300"))),
        ("POST", records.clone(), json!({ "type": "A", "name": "www", "ttl": 1 })),
        ("POST", records.clone(), json!({ "type": "MX", "name": "@", "content": "mx.test", "ttl": 1 })),
        (
            "POST",
            records.clone(),
            json!({ "type": "TXT", "name": "@", "content": "x", "ttl": 1, "proxied": true }),
        ),
        ("GET", format!("{records}?per_page=many"), Value::Null),
        ("GET", format!("{records}?colour=red"), Value::Null),
        ("GET", format!("{records}?order=colour"), Value::Null),
        ("PATCH", format!("{zone}/settings/ssl"), json!({ "value": "on" })),
        (
            "PUT",
            format!("{zone}/rulesets/phases/http_ratelimit/entrypoint"),
            json!({ "rules": [{ "action": "block" }] }),
        ),
        ("GET", "/zones/of/nobody".to_owned(), Value::Null),
        ("DELETE", "/ips".to_owned(), Value::Null),
    ];
    for (number, (method, path, body)) in wrong.iter().enumerate() {
        let got = desk.send(&desk.token, method, path, body).expect("an answer");
        if Cloudflare::checks_requests() {
            assert_eq!(
                (got.status, desk.cloudflare.violations().len()),
                (400, number + 1),
                "{method} {path} {body}"
            );
        }
    }
    if Cloudflare::checks_requests() {
        let found = desk.cloudflare.violations();
        let reasons: Vec<&str> = found.iter().map(|violation| violation.reason.as_str()).collect();
        for (at, part) in
            [(0, "proxid"), (1, "5 "), (2, "203.0.113.300"), (3, "content"), (4, "priority"), (9, "on")]
        {
            assert!(reasons[at].contains(part), "{part}: {reasons:#?}");
        }
        let failed =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| desk.cloudflare.assert_no_violation()));
        assert!(failed.is_err());
    }
    assert_eq!(desk.zone.records(), Vec::<Value>::new());
}

#[test]
fn requests_that_are_as_described_pass() {
    let desk = Desk::new(|_| {});
    for path in [
        "/dns_records?per_page=5000&page=1&comment.startswith=x&match=all&include_shadow_metadata=true",
        "/dnssec",
        "/settings",
        "/settings/min_tls_version",
        "/bot_management",
        "/ssl/universal/settings",
        "/rulesets",
        "/ssl/certificate_packs?status=all",
        "/ssl/verification",
        "/dns_records/export",
        "/rulesets/phases/http_request_cache_settings/entrypoint",
    ] {
        let got = desk.get(path);
        assert!([200, 404].contains(&got.status), "{path}: {}", got.body);
    }
    let verify = desk.send(&desk.token, "GET", "/user/tokens/verify", &Value::Null).expect("an answer");
    assert_eq!(verify.status, 200);
    desk.cloudflare.assert_no_violation();
    assert_eq!(desk.cloudflare.calls().len(), 12);
}
