//! The lab's DNS answers what stands in the lab's Cloudflare.

use serde_json::{Value, json};

use super::super::client::{ask, ask_with, question, texts};
use super::SHOP;
use crate::lab::{ANYCAST, CloudZone, Lab};

fn served(describe: impl FnOnce(&CloudZone)) -> (Lab, CloudZone) {
    let mut world = Lab::builder();
    let zone = world.cloudflare().zone(SHOP);
    describe(&zone);
    world.zone("host.test").a("pages", "192.0.2.44");
    world.serves(&zone);
    (world.start(), zone)
}

fn addresses(lab: &Lab, name: &str) -> Vec<String> {
    texts(&ask(lab, name, "A"))
}

#[test]
fn dns_answers_what_stands_in_the_zone_now() {
    let (lab, zone) = served(|zone| drop(zone.record_of("A", "api", "203.0.113.10", false)));
    assert_eq!(addresses(&lab, "api.shop.test"), ["A 203.0.113.10"]);
    let record = zone.records()[0].clone();
    zone.edit_record(record["id"].as_str().expect("an id"), &json!({ "content": "203.0.113.20" }));
    assert_eq!(addresses(&lab, "api.shop.test"), ["A 203.0.113.20"]);
    let server = lab.addr("ada.ns.cloudflare.test", 53);
    let answer = ask_with(server, &question("api.shop.test", "A")).expect("an answer");
    assert_eq!((texts(&answer), answer.metadata.authoritative), (vec!["A 203.0.113.20".to_owned()], true));
    zone.remove_record(record["id"].as_str().expect("an id"));
    assert_eq!(addresses(&lab, "api.shop.test"), Vec::<String>::new());
    assert_eq!(texts(&ask(&lab, SHOP, "NS")), ["NS ada.ns.cloudflare.test.", "NS bob.ns.cloudflare.test."]);
}

#[test]
fn what_is_proxied_is_answered_with_addresses_of_cloudflare() {
    let (lab, zone) = served(|zone| {
        zone.record_of("A", "@", "203.0.113.10", true);
        zone.record_of("CNAME", "www", "pages.host.test", true);
        zone.record_of("CNAME", "blog", "pages.host.test", false);
    });
    let anycast: Vec<String> = ANYCAST[..2].iter().map(|address| format!("A {address}")).collect();
    assert_eq!(addresses(&lab, SHOP), anycast);
    assert_eq!(addresses(&lab, "www.shop.test"), anycast);
    assert_eq!(texts(&ask(&lab, "www.shop.test", "CNAME")), Vec::<String>::new());
    assert_eq!(texts(&ask(&lab, SHOP, "AAAA")).len(), 2);
    assert_eq!(ask(&lab, SHOP, "A").answers[0].ttl, 300);
    assert_eq!(addresses(&lab, "blog.shop.test"), ["CNAME pages.host.test.", "A 192.0.2.44"]);
    zone.pending();
    assert_eq!(addresses(&lab, SHOP), ["A 203.0.113.10"], "a pending zone shows the origin");
    zone.status("active").paused();
    assert_eq!(addresses(&lab, SHOP), ["A 203.0.113.10"], "and so does a paused one");
}

#[test]
fn an_alias_at_the_apex_is_flattened_and_authorities_are_added() {
    let (lab, zone) = served(|zone| {
        zone.record_of("CNAME", "@", "pages.host.test", false);
        zone.record(&json!({ "type": "CAA", "name": "@", "ttl": 1,
            "data": { "flags": 0, "tag": "issue", "value": "ca.test" } }));
    });
    assert_eq!(addresses(&lab, SHOP), ["A 192.0.2.44"]);
    assert_eq!(texts(&ask(&lab, SHOP, "CNAME")), Vec::<String>::new());
    let authorities = texts(&ask(&lab, SHOP, "CAA"));
    assert!(authorities.contains(&"CAA 0 issue \"ca.test\"".to_owned()), "{authorities:?}");
    assert_eq!(authorities.len(), 11);
    zone.certificate(false, "active");
    assert_eq!(texts(&ask(&lab, SHOP, "CAA")).len(), 1);
}

#[test]
fn every_type_that_the_lab_carries_arrives() {
    let given =
        |kind: &str, name: &str, data: Value| json!({ "type": kind, "name": name, "data": data, "ttl": 120 });
    let (lab, _) = served(|zone| {
        zone.record(
            &json!({ "type": "MX", "name": "@", "content": "mx.host.test", "priority": 10, "ttl": 60 }),
        );
        zone.record_of("TXT", "@", &"x".repeat(300), false);
        zone.record(&given(
            "SRV",
            "_sip._tcp",
            json!({ "priority": 1, "weight": 5, "port": 443, "target": "sip.host.test" }),
        ));
        let tlsa = json!({ "usage": 3, "selector": 1, "matching_type": 1, "certificate": "abcd" });
        zone.record(&given("TLSA", "_25._tcp.mx", tlsa));
        zone.record_of("NS", "sub", "ns1.host.test", false);
        zone.record(&given(
            "DS",
            "sub",
            json!({ "key_tag": 12345, "algorithm": 13, "digest_type": 2, "digest": "AB" }),
        ));
    });
    let mx = ask(&lab, SHOP, "MX");
    assert_eq!((texts(&mx), mx.answers[0].ttl), (vec!["MX 10 mx.host.test.".to_owned()], 60));
    assert_eq!(texts(&ask(&lab, SHOP, "TXT")), [format!("TXT {}", "x".repeat(300))]);
    assert_eq!(texts(&ask(&lab, "_sip._tcp.shop.test", "SRV")), ["SRV 1 5 443 sip.host.test."]);
    assert_eq!(texts(&ask(&lab, "_25._tcp.mx.shop.test", "TLSA")).len(), 1);
    assert_eq!(texts(&ask(&lab, "sub.shop.test", "DS")), ["DS 12345 13 2 AB"]);
}

#[test]
fn a_cache_can_lag_behind() {
    let mut world = Lab::builder();
    let zone = world.cloudflare().zone(SHOP);
    let record = zone.record_of("A", "api", "203.0.113.10", false);
    world.serves(&zone).at_resolver(|names| {
        names.freeze();
    });
    let lab = world.start();
    zone.edit_record(record["id"].as_str().expect("an id"), &json!({ "content": "203.0.113.20" }));
    assert_eq!(addresses(&lab, "api.shop.test"), ["A 203.0.113.10"]);
    let answer = ask_with(lab.addr("ada.ns.cloudflare.test", 53), &question("api.shop.test", "A"));
    assert_eq!(texts(&answer.expect("an answer")), ["A 203.0.113.20"]);
}
