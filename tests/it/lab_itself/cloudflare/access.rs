//! Tokens, and the zones that they see.

use serde_json::{Value, json};

use super::super::client::exchange;
use super::{Desk, SHOP, a};
use crate::lab::{Permission, Plan, Token};

#[test]
fn tokens_are_known_malformed_or_unknown() {
    let desk = Desk::new(|_| {});
    let verify =
        |token: &str| desk.send(token, "GET", "/user/tokens/verify", &Value::Null).expect("an answer");
    let known = verify(&desk.token).result();
    assert_eq!((known["status"].as_str(), known["id"].as_str().map(str::len)), (Some("active"), Some(32)));
    assert_eq!(verify(&"x".repeat(40)).code(), (401, 1000));
    for malformed in ["short", "a b", &"ü".repeat(40)] {
        assert_eq!(verify(malformed).code(), (400, 6111), "{malformed}");
    }
    let base = desk.lab.cloudflare_url().expect("an API");
    let (status, _, body) = exchange(&base, ("GET", "/zones"), &[], b"").expect("an answer");
    assert!(status == 400 && body.contains("9106"), "{body}");
    let key =
        [("X-Auth-Email", "a@shop.test"), ("X-Auth-Key", "c2547eb745079dac9320b638f5e225cf483cc5cfdda41")];
    assert!(exchange(&base, ("GET", "/zones"), &key, b"").expect("an answer").2.contains("9103"));
}

#[test]
fn a_token_tells_when_it_ends_and_whose_it_is() {
    let desk = Desk::new(|_| {});
    let ends = Token::reader("ends").expires_on("2026-12-01T00:00:00Z").not_before("2026-01-01T00:00:00Z");
    let ends = desk.cloudflare.token(ends);
    let seen = desk.send(&ends, "GET", "/user/tokens/verify", &Value::Null).expect("an answer").result();
    assert_eq!(seen["expires_on"], "2026-12-01T00:00:00Z");
    assert_eq!(seen["not_before"], "2026-01-01T00:00:00Z");
    let off = desk.cloudflare.token(Token::reader("off").status("disabled"));
    let seen = desk.send(&off, "GET", "/user/tokens/verify", &Value::Null).expect("an answer").result();
    assert_eq!(seen["status"], "disabled");
    assert_eq!(desk.send(&off, "GET", "/zones", &Value::Null).expect("an answer").code(), (401, 1000));
    let account = "acc0000000000000000000000000cafe";
    let own = desk.cloudflare.token(Token::reader("account").of_account(account));
    let path = format!("/accounts/{account}/tokens/verify");
    assert_eq!(desk.send(&own, "GET", &path, &Value::Null).expect("an answer").result()["status"], "active");
    let of_user = desk.send(&own, "GET", "/user/tokens/verify", &Value::Null).expect("an answer");
    assert_eq!(of_user.code(), (401, 1000));
    desk.cloudflare.revoke(&desk.token);
    assert_eq!(desk.get("").code(), (401, 1000));
}

#[test]
fn a_missing_permission_is_an_authentication_error() {
    let desk = Desk::new(|zone| drop(zone.record_of("A", "@", "203.0.113.10", true)));
    let reader = desk.cloudflare.token(Token::reader("reader"));
    let zone = format!("/zones/{}", desk.zone.id());
    let status = |token: &str, method: &str, path: &str, body: &Value| {
        desk.send(token, method, &format!("{zone}{path}"), body).expect("an answer").status
    };
    for path in
        ["", "/dns_records", "/settings", "/dnssec", "/bot_management", "/ssl/verification", "/rulesets"]
    {
        assert_eq!(status(&reader, "GET", path, &Value::Null), 200, "{path}");
    }
    let before = desk.cloudflare.state();
    let denied = desk.send(&reader, "POST", &format!("{zone}/dns_records"), &a("www", "203.0.113.10"));
    assert_eq!(denied.expect("an answer").code(), (403, 10000));
    assert_eq!(status(&reader, "PATCH", "/settings/ssl", &json!({ "value": "strict" })), 403);
    assert_eq!(status(&reader, "PATCH", "/dnssec", &json!({ "status": "active" })), 403);
    assert_eq!(status(&reader, "PUT", "/bot_management", &json!({ "fight_mode": true })), 403);
    assert_eq!(desk.cloudflare.state(), before);
    let dns = desk.cloudflare.token(Token::new("dns", &[Permission::DnsWrite]));
    assert_eq!(
        [status(&dns, "GET", "/dns_records", &Value::Null), status(&dns, "GET", "/settings", &Value::Null)],
        [200, 403]
    );
    let phase = "/rulesets/phases/http_request_dynamic_redirect/entrypoint";
    assert_eq!(status(&dns, "GET", phase, &Value::Null), 403);
}

#[test]
fn only_who_may_read_tokens_sees_what_tokens_may() {
    let desk = Desk::new(|_| {});
    let path = "/user/tokens/permission_groups";
    assert_eq!(desk.send(&desk.token, "GET", path, &Value::Null).expect("an answer").code(), (403, 10000));
    let curious = desk.cloudflare.token(Token::reader("curious").with(Permission::TokensRead));
    let groups = desk.send(&curious, "GET", path, &Value::Null).expect("an answer").result();
    assert!(groups.as_array().is_some_and(|all| all.iter().any(|group| group["name"] == "DNS Write")));
    let own = desk.send(&curious, "GET", "/user/tokens/verify", &Value::Null).expect("an answer").result();
    let path = format!("/user/tokens/{}", own["id"].as_str().expect("an id"));
    let whole = desk.send(&curious, "GET", &path, &Value::Null).expect("an answer").result();
    let names = whole["policies"][0]["permission_groups"].as_array().expect("groups");
    assert!(names.iter().any(|group| group["name"] == "API Tokens Read"));
}

#[test]
fn zones_are_found_by_name_and_page() {
    let desk = Desk::new(|zone| {
        zone.plan(Plan::Pro);
    });
    for number in 0..6 {
        desk.cloudflare.zone(&format!("other{number}.test")).pending();
    }
    let list = |query: &str| {
        desk.send(&desk.token, "GET", &format!("/zones{query}"), &Value::Null).expect("an answer")
    };
    let found = list("?name=shop.test").result();
    assert_eq!((found.as_array().map(Vec::len), &found[0]["plan"]["legacy_id"]), (Some(1), &json!("pro")));
    assert_eq!(
        (&found[0]["status"], &found[0]["name_servers"][0]),
        (&json!("active"), &json!("ada.ns.cloudflare.test"))
    );
    assert_eq!(list("?name=hop.test").result(), json!([]));
    let page = list("?per_page=5&page=2");
    assert_eq!(
        page.body["result_info"],
        json!({ "page": 2, "per_page": 5, "count": 2, "total_count": 7, "total_pages": 2 })
    );
    let pending = list("?name=other3.test").result();
    assert_eq!((&pending[0]["status"], &pending[0]["activated_on"]), (&json!("pending"), &Value::Null));
    let narrow = desk.cloudflare.token(Token::writer("narrow").only(&["other1.test"]));
    let seen = desk.send(&narrow, "GET", "/zones", &Value::Null).expect("an answer").result();
    assert_eq!(seen.as_array().map(Vec::len), Some(1));
    let hidden = format!("/zones/{}", desk.zone.id());
    assert_eq!(desk.send(&narrow, "GET", &hidden, &Value::Null).expect("an answer").code(), (404, 7003));
    assert_eq!(desk.get("").result()["name"], SHOP);
}

#[test]
fn the_ranges_are_public() {
    let desk = Desk::new(|_| {});
    let base = desk.lab.cloudflare_url().expect("an API");
    let (status, _, body) = exchange(&base, ("GET", "/ips"), &[], b"").expect("an answer");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &body["result"]["ipv4_cidrs"]), (200, &json!(["104.16.0.0/13"])));
}
