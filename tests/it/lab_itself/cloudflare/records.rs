//! Records one at a time.

use serde_json::{Value, json};

use super::{Desk, a};
use crate::lab::Plan;

#[test]
fn a_record_is_kept_in_the_form_of_the_api() {
    let desk = Desk::new(|_| {});
    let cases = [
        (a("WWW", "203.0.113.10"), "www.shop.test", "203.0.113.10"),
        (a("@", "203.0.113.11"), "shop.test", "203.0.113.11"),
        (a("api.shop.test.", "203.0.113.12"), "api.shop.test", "203.0.113.12"),
        (a("bücher", "203.0.113.12"), "xn--bcher-kva.shop.test", "203.0.113.12"),
        (
            json!({ "type": "AAAA", "name": "@", "content": "2001:DB8:0:0::1", "ttl": 1 }),
            "shop.test",
            "2001:db8::1",
        ),
        (
            json!({ "type": "CNAME", "name": "docs", "content": "Docs.Host.TEST.", "ttl": 1 }),
            "docs.shop.test",
            "docs.host.test",
        ),
        (
            json!({ "type": "TXT", "name": "@", "content": "v=spf1 -all", "ttl": 1 }),
            "shop.test",
            "\"v=spf1 -all\"",
        ),
        (
            json!({ "type": "MX", "name": "@", "content": "mx.host.test", "priority": 10, "ttl": 1 }),
            "shop.test",
            "mx.host.test",
        ),
    ];
    for (given, name, content) in cases {
        let made = desk.post_record(&given).result();
        assert_eq!((made["name"].as_str(), made["content"].as_str()), (Some(name), Some(content)));
        let id = made["id"].as_str().expect("an id");
        assert_eq!(desk.get(&format!("/dns_records/{id}")).result(), made);
    }
    let long = desk
        .post_record(&json!({ "type": "TXT", "name": "long", "content": "x".repeat(300), "ttl": 1 }))
        .result();
    assert_eq!(long["content"], format!("\"{}\" \"{}\"", "x".repeat(255), "x".repeat(45)));
    for field in ["created_on", "modified_on", "settings", "tags", "meta", "comment", "proxiable"] {
        assert!(long.get(field).is_some(), "{field}");
    }
}

#[test]
fn data_makes_the_content_of_the_other_types() {
    let desk = Desk::new(|_| {});
    let cases = [
        ("CAA", json!({ "flags": 0, "tag": "issue", "value": "ca.test" }), "0 issue \"ca.test\""),
        (
            "SRV",
            json!({ "priority": 1, "weight": 5, "port": 443, "target": "Sip.Host.test" }),
            "5 443 sip.host.test",
        ),
        (
            "TLSA",
            json!({ "usage": 3, "selector": 1, "matching_type": 1, "certificate": "abcd" }),
            "3 1 1 abcd",
        ),
        ("DS", json!({ "key_tag": 42, "algorithm": 13, "digest_type": 2, "digest": "ABCD" }), "42 13 2 ABCD"),
        ("HTTPS", json!({ "priority": 1, "target": ".", "value": "alpn=\"h2\"" }), "1 . alpn=\"h2\""),
        (
            "SVCB",
            json!({ "priority": 1, "target": "svc.host.test", "value": "port=8443" }),
            "1 svc.host.test port=8443",
        ),
    ];
    for (at, (kind, data, content)) in cases.into_iter().enumerate() {
        let made = desk
            .post_record(&json!({ "type": kind, "name": format!("n{at}"), "data": data, "ttl": 1 }))
            .result();
        assert_eq!(made["content"], content, "{kind}");
        assert_eq!(made["priority"].is_null(), kind != "SRV");
    }
    let uri = json!({ "type": "URI", "name": "u", "priority": 10, "ttl": 1,
        "data": { "weight": 1, "target": "https://a.test/" } });
    assert_eq!(desk.post_record(&uri).result()["content"], "1 \"https://a.test/\"");
    desk.cloudflare.assert_no_violation();
}

#[test]
fn what_is_proxied_has_the_ttl_1() {
    let desk = Desk::new(|_| {});
    let mut given = a("www", "203.0.113.10");
    given["proxied"] = json!(true);
    let made = desk.post_record(&given).result();
    assert_eq!((&made["ttl"], &made["proxied"], &made["proxiable"]), (&json!(1), &json!(true), &json!(true)));
    let path = format!("/dns_records/{}", made["id"].as_str().expect("an id"));
    let grey = desk.ask("PATCH", &path, &json!({ "proxied": false, "ttl": 120 })).result();
    assert_eq!(
        (&grey["ttl"], &grey["content"], &grey["created_on"]),
        (&json!(120), &made["content"], &made["created_on"])
    );
    assert_ne!(grey["modified_on"], made["modified_on"]);
}

#[test]
fn put_resets_what_it_does_not_say_and_patch_keeps_it() {
    let desk = Desk::new(|_| {});
    let mut given = a("www", "203.0.113.10");
    given["comment"] = json!("of a person");
    let made = desk.post_record(&given).result();
    let path = format!("/dns_records/{}", made["id"].as_str().expect("an id"));
    let patched = desk.ask("PATCH", &path, &json!({ "content": "203.0.113.11" })).result();
    assert_eq!((&patched["comment"], &patched["ttl"]), (&json!("of a person"), &json!(300)));
    let put = desk.ask("PUT", &path, &a("www", "203.0.113.12")).result();
    assert_eq!((&put["comment"], &put["id"]), (&Value::Null, &made["id"]));
    assert_eq!(desk.ask("DELETE", &path, &Value::Null).result(), json!({ "id": made["id"] }));
    assert_eq!(desk.get(&path).code(), (404, 81044));
    assert_eq!(desk.ask("DELETE", &path, &Value::Null).code(), (404, 81044));
}

#[test]
fn records_that_cannot_stand_beside_each_other_are_refused() {
    let desk = Desk::new(|zone| {
        zone.record_of("A", "www", "203.0.113.10", true);
        zone.record_of("CNAME", "docs", "host.test", false);
        zone.record_of("NS", "sub", "ns1.host.test", false);
    });
    let cname = |name: &str| json!({ "type": "CNAME", "name": name, "content": "host.test", "ttl": 1 });
    assert_eq!(desk.post_record(&cname("www")).code(), (400, 81053));
    assert_eq!(desk.post_record(&a("docs", "203.0.113.1")).code(), (400, 81054));
    assert_eq!(desk.post_record(&a("WWW.shop.test", "203.0.113.10")).code(), (400, 81058));
    assert_eq!(desk.post_record(&a("sub", "203.0.113.1")).code(), (400, 81056));
    let ns = json!({ "type": "NS", "name": "www", "content": "ns1.host.test", "ttl": 1 });
    assert_eq!(desk.post_record(&ns).code(), (400, 81055));
    assert_eq!(desk.post_record(&a("www", "203.0.113.11")).status, 200);
    let other = cname("docs");
    assert_eq!(desk.post_record(&other).code(), (400, 81058));
}

#[test]
fn records_that_are_none_are_refused_with_a_chain() {
    // The shape of these is right, so that only the server itself can object.
    let desk = Desk::new(|_| {});
    let long = "c".repeat(101);
    let with = |field: &str, value: Value| {
        let mut record = a("www", "203.0.113.10");
        record[field] = value;
        record
    };
    let cases = [
        (with("ttl", json!(30)), 9021),
        (with("comment", json!(long)), 9212),
        (with("comment", json!("two\nlines")), 9213),
        (with("tags", json!(["team:dns"])), 9301),
        (with("name", json!("a..b")), 9000),
        (json!({ "type": "CNAME", "name": "www", "content": "www.shop.test", "ttl": 1 }), 9039),
    ];
    for (given, code) in cases {
        let refused = desk.post_record(&given);
        assert_eq!(refused.code(), (400, code), "{given}");
        assert_eq!(refused.body["errors"][0]["code"], 1004);
    }
    desk.zone.plan(Plan::Pro);
    assert_eq!(desk.post_record(&with("comment", json!(long))).result()["comment"], long);
    assert_eq!(desk.post_record(&with("content", json!("203.0.113.11"))).status, 200);
    desk.cloudflare.assert_no_violation();
}

#[test]
fn lists_have_pages_and_filters() {
    let desk = Desk::new(|zone| {
        zone.plan(Plan::Pro);
        for number in 0..130 {
            let ours = if number < 7 { "ours: yes" } else { "theirs" };
            zone.record(
                &json!({ "type": "A", "name": format!("n{number}"), "content": "203.0.113.1", "ttl": 1,
                "comment": ours }),
            );
        }
    });
    let first = desk.get("/dns_records");
    assert_eq!(first.body["result"].as_array().map(Vec::len), Some(100));
    assert_eq!(first.body["result_info"]["total_pages"], 2);
    let second = desk.get("/dns_records?page=2&per_page=100");
    assert_eq!(
        (second.body["result"].as_array().map(Vec::len), &second.body["result_info"]["count"]),
        (Some(30), &json!(30))
    );
    assert_eq!(desk.get("/dns_records?per_page=5000").body["result"].as_array().map(Vec::len), Some(130));
    let count =
        |query: &str| desk.get(&format!("/dns_records?{query}")).body["result_info"]["total_count"].as_u64();
    assert_eq!(count("comment.startswith=ours%3A"), Some(7));
    assert_eq!(count("name=N4.shop.test"), Some(1));
    assert_eq!(count("name.contains=n12"), Some(11));
    assert_eq!([count("type=A"), count("type=AAAA")], [Some(130), Some(0)]);
    assert_eq!(count("name=n1.shop.test&comment=theirs"), Some(0));
    assert_eq!(count("name=n1.shop.test&comment=theirs&match=any"), Some(124));
    desk.cloudflare.assert_no_violation();
}

#[test]
fn what_email_routing_made_stays() {
    let desk = Desk::new(|zone| {
        zone.email_routing();
    });
    let records = desk.zone.records_at("MX", "shop.test");
    assert_eq!((records.len(), &records[0]["meta"]["read_only"]), (3, &json!(true)));
    let path = format!("/dns_records/{}", records[0]["id"].as_str().expect("an id"));
    assert_eq!(desk.ask("DELETE", &path, &Value::Null).code(), (400, 1046));
    assert_eq!(desk.ask("PATCH", &path, &json!({ "comment": "mine" })).code(), (400, 1046));
    let mx = json!({ "type": "MX", "name": "@", "content": "mx.host.test", "priority": 1, "ttl": 1 });
    assert_eq!(desk.post_record(&mx).code(), (403, 890_190));
}

#[test]
fn a_zone_can_be_had_as_a_file() {
    let desk = Desk::new(|zone| {
        zone.record_of("A", "www", "203.0.113.10", true);
        zone.record(
            &json!({ "type": "MX", "name": "@", "content": "mx.host.test", "priority": 5, "ttl": 300 }),
        );
        zone.record_of("TXT", "@", "v=spf1 -all", false);
    });
    let base = desk.lab.cloudflare_url().expect("an API");
    let path = format!("/zones/{}/dns_records/export", desk.zone.id());
    let bearer = format!("Bearer {}", desk.token);
    let (status, _, text) =
        super::super::client::exchange(&base, ("GET", &path), &[("Authorization", &bearer)], b"")
            .expect("an answer");
    assert_eq!(status, 200);
    for line in [
        "www.shop.test.\t1\tIN\tA\t203.0.113.10 ; cf_tags=cf-proxied:true",
        "shop.test.\t300\tIN\tMX\t5 mx.host.test.",
        "shop.test.\t1\tIN\tTXT\t\"v=spf1 -all\"",
    ] {
        assert!(text.lines().any(|own| own == line), "{line} in {text}");
    }
}
