//! Settings, DNSSEC, bots, certificates.

use serde_json::{Value, json};

use super::Desk;
use crate::lab::Plan;

#[test]
fn settings_have_values_of_their_own() {
    let desk = Desk::new(|_| {});
    let all = desk.get("/settings").result();
    let all = all.as_array().expect("a list");
    for id in [
        "ssl",
        "min_tls_version",
        "always_use_https",
        "security_header",
        "0rtt",
        "http2",
        "ech",
        "rocket_loader",
    ] {
        assert!(all.iter().any(|setting| setting["id"] == id), "{id}");
    }
    let before = desk.get("/settings/ssl").result();
    assert_eq!((&before["value"], &before["modified_on"]), (&json!("full"), &Value::Null));
    let after = desk.ask("PATCH", "/settings/ssl", &json!({ "value": "strict" })).result();
    assert!(after["value"] == "strict" && after["modified_on"].is_string());
    let hsts = json!({ "strict_transport_security": { "enabled": true, "max_age": 31_536_000, "include_subdomains": true,
        "preload": false, "nosniff": true } });
    assert_eq!(
        desk.ask("PATCH", "/settings/security_header", &json!({ "value": hsts })).result()["value"],
        hsts
    );
    assert_eq!(desk.zone.setting_of("security_header"), hsts);
    assert_eq!(desk.get("/settings/no_such_thing").code(), (400, 1006));
    desk.cloudflare.assert_no_violation();
}

#[test]
fn what_the_plan_lacks_cannot_be_edited() {
    let desk = Desk::new(|_| {});
    assert_eq!(desk.get("/settings/polish").result()["editable"], false);
    let polish = json!({ "value": "lossless" });
    assert_eq!(desk.ask("PATCH", "/settings/polish", &polish).code(), (403, 1015));
    desk.zone.plan(Plan::Pro);
    assert_eq!(desk.ask("PATCH", "/settings/polish", &polish).result()["value"], "lossless");
    desk.zone.editable("min_tls_version", false);
    assert_eq!(
        desk.ask("PATCH", "/settings/min_tls_version", &json!({ "value": "1.2" })).code(),
        (403, 1015)
    );
}

#[test]
fn dnssec_waits_for_the_registrar() {
    let desk = Desk::new(|_| {});
    assert_eq!(desk.get("/dnssec").result()["status"], "disabled");
    let on = desk.ask("PATCH", "/dnssec", &json!({ "status": "active" })).result();
    assert_eq!((on["status"].as_str(), on["key_tag"].as_u64()), (Some("pending"), Some(42)));
    assert!(on["ds"].as_str().is_some_and(|ds| ds.starts_with("shop.test. 3600 IN DS 42 13 2 ")));
    desk.zone.dnssec("active");
    assert_eq!(desk.get("/dnssec").result()["status"], "active");
    assert_eq!(desk.ask("PATCH", "/dnssec", &json!({ "status": "active" })).result()["status"], "active");
    assert_eq!(desk.ask("PATCH", "/dnssec", &json!({ "status": "disabled" })).result()["ds"], Value::Null);
}

#[test]
fn bots_are_fought_as_the_plan_allows() {
    let desk = Desk::new(|_| {});
    assert_eq!(
        desk.ask("PUT", "/bot_management", &json!({ "fight_mode": true })).result()["fight_mode"],
        true
    );
    assert_eq!(desk.get("/bot_management").result()["fight_mode"], true);
    let sbfm = json!({ "sbfm_definitely_automated": "block" });
    assert_eq!(desk.ask("PUT", "/bot_management", &sbfm).status, 403);
    desk.zone.plan(Plan::Pro);
    assert_eq!(desk.ask("PUT", "/bot_management", &sbfm).result()["sbfm_definitely_automated"], "block");
}

#[test]
fn certificates_are_shown_as_they_come() {
    let desk = Desk::new(|zone| {
        zone.certificate(true, "pending_validation");
    });
    assert_eq!(desk.get("/ssl/universal/settings").result()["enabled"], true);
    assert_eq!(desk.get("/ssl/certificate_packs").result()[0]["status"], "pending_validation");
    assert_eq!(desk.get("/ssl/verification").result()[0]["certificate_status"], "pending_validation");
    desk.zone.certificate(false, "active");
    assert_eq!(desk.get("/ssl/certificate_packs").result(), json!([]));
    assert_eq!(
        desk.ask("PATCH", "/ssl/universal/settings", &json!({ "enabled": true })).result()["enabled"],
        true
    );
    desk.cloudflare.assert_no_violation();
}
