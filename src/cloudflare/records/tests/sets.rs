//! Set by set: what is there, what is ours, what is somebody else's.

use super::*;

const WEB: &str = "    - {name: apex, type: A, value: 203.0.113.10, purpose: web site}\n";

#[test]
fn what_is_there_is_left_as_it_is_whoever_made_it() {
    for object in [
        record(1, "shop.test", "A 203.0.113.10", json!({"comment": "Ada's"})),
        ours(1, "shop.test", "A 203.0.113.10", json!({"ttl": 3600})),
        record(1, "Shop.test", "A 203.0.113.10", json!({"proxied": true})),
    ] {
        let piece = planned(WEB, &zone(vec![object]), &ALL);
        assert_eq!((lines(&piece.changes), left(&piece)), (vec![], vec![]));
    }
}

#[test]
fn what_is_missing_is_added_whole() {
    let dns = "    - {name: www, type: CNAME, value: '@', proxied: true, ttl: 300, purpose: web site}\n    - {name: _sip._tcp, type: SRV, value: 5 5060 sip.shop.test, priority: 10, ttl: 10}\n    - {name: apex, type: TXT, values: [\"a=1\", \"b=2\"]}\n";
    let piece = planned(dns, &zone(vec![]), &NO);
    let sent: Vec<Json> =
        piece.changes.iter().map(|change| json!(change.after.as_ref().expect("a record").0)).collect();
    assert_eq!(
        sent,
        [
            json!({"name": "www.shop.test", "type": "CNAME", "content": "shop.test", "ttl": 1, "proxied": true, "comment": "launch-ready: web site"}),
            json!({"name": "_sip._tcp.shop.test", "type": "SRV", "data": {"priority": 10, "weight": 5, "port": 5060, "target": "sip.shop.test"}, "ttl": 60, "proxied": false, "comment": "launch-ready:"}),
            json!({"name": "shop.test", "type": "TXT", "content": "\"a=1\"", "ttl": 1, "proxied": false, "comment": "launch-ready:"}),
            json!({"name": "shop.test", "type": "TXT", "content": "\"b=2\"", "ttl": 1, "proxied": false, "comment": "launch-ready:"}),
        ]
    );
    assert_eq!((piece.changes[2].spec.path.as_str(), piece.changes[2].spec.line), ("dns.records[2]", 6));
}

#[test]
fn what_is_ours_is_changed_in_place_and_keeps_its_tags() {
    let live = ours(7, "shop.test", "A 203.0.113.9", json!({"tags": ["a:b"], "proxied": true}));
    let piece = planned(WEB, &zone(vec![live.clone()]), &NO);
    assert_eq!(lines(&piece.changes), ["~ shop.test A 203.0.113.10 proxied"]);
    let change = &piece.changes[0];
    assert_eq!(change.before.as_ref(), Some(&live));
    let sent = change.after.as_ref().expect("a record");
    assert_eq!((sent.get("tags"), sent.get("id")), (Some(&json!(["a:b"])), None));
    assert_eq!(sent.text("comment"), Some("launch-ready: web site"));
    assert!(!change.adopts);
}

#[test]
fn a_foreign_record_in_the_way_is_left_alone_or_adopted() {
    let zone = zone(vec![
        record(1, "shop.test", "A 203.0.113.9", json!({"comment": "Ada's"})),
        ours(2, "shop.test", "A 203.0.113.8", json!({})),
    ]);
    let dns = "    - {name: apex, type: A, values: [203.0.113.10, 203.0.113.11]}\n";
    let piece = planned(dns, &zone, &NO);
    assert!(piece.changes.is_empty(), "half of it would be done: {:?}", lines(&piece.changes));
    assert_eq!(
        left(&piece),
        ["Foreign shop.test has A 203.0.113.9, which launch-ready did not make: `--adopt` takes it over"]
    );
    assert_eq!((piece.read.records, piece.read.foreign_records), (2, 1));
    let piece = planned(dns, &zone, &ADOPT);
    assert_eq!(lines(&piece.changes), ["~ shop.test A 203.0.113.10", "~ shop.test A 203.0.113.11"]);
    assert_eq!(piece.changes.iter().map(|change| change.adopts).collect::<Vec<_>>(), [false, true]);
    let adopted = piece.changes[1].after.as_ref().expect("a record");
    assert_eq!(adopted.text("comment"), Some("launch-ready: Ada's"));
}

#[test]
fn what_is_too_much_goes_only_where_that_is_allowed() {
    let zone = zone(vec![
        ours(1, "shop.test", "A 203.0.113.10", json!({})),
        ours(2, "shop.test", "A 203.0.113.9", json!({})),
        record(3, "shop.test", "A 203.0.113.8", json!({})),
    ]);
    let piece = planned(WEB, &zone, &NO);
    assert_eq!(
        (lines(&piece.changes), left(&piece)),
        (vec![], vec!["Surplus A 203.0.113.9 is not wanted: `--prune` deletes it".to_owned()])
    );
    assert_eq!(lines(&planned(WEB, &zone, &PRUNE).changes), ["- shop.test A 203.0.113.9"]);
    assert_eq!(
        lines(&planned(WEB, &zone, &ALL).changes),
        ["- shop.test A 203.0.113.9", "- shop.test A 203.0.113.8"]
    );
}

#[test]
fn an_alias_and_an_address_are_swapped_in_one_go() {
    let dns = "    - {name: www, type: A, value: 203.0.113.10}\n";
    let alias = |make: fn(usize, &str, &str, Json) -> ApiObject| {
        zone(vec![make(1, "www.shop.test", "CNAME old.host.test", json!({"proxied": true}))])
    };
    let swap = [
        "- www.shop.test CNAME old.host.test proxied (it makes room for the A record)",
        "+ www.shop.test A 203.0.113.10 proxied (in place of the CNAME)",
    ];
    assert_eq!(lines(&planned(dns, &alias(ours), &NO).changes), swap);
    assert!(planned(dns, &alias(record), &NO).changes.is_empty());
    assert_eq!(lines(&planned(dns, &alias(record), &ADOPT).changes), swap);
    let back = "    - {name: www, type: CNAME, value: new.host.test}\n";
    let addresses = zone(vec![
        ours(1, "www.shop.test", "A 203.0.113.10", json!({})),
        ours(2, "www.shop.test", "AAAA 2001:db8::1", json!({})),
    ]);
    assert_eq!(
        lines(&planned(back, &addresses, &NO).changes),
        [
            "- www.shop.test A 203.0.113.10 (it makes room for the CNAME record)",
            "- www.shop.test AAAA 2001:db8::1 (it makes room for the CNAME record)",
            "+ www.shop.test CNAME new.host.test (in place of the A)",
        ]
    );
}

#[test]
fn texts_of_others_stay_whatever_is_allowed() {
    let dns = "    - {name: apex, type: TXT, values: [\"google-site-verification=new\"]}\n";
    let zone = zone(vec![
        record(1, "shop.test", "TXT google-site-verification=theirs", json!({})),
        ours(2, "shop.test", "TXT google-site-verification=old", json!({})),
        record(3, "shop.test", "TXT v=spf1 -all", json!({})),
    ]);
    assert_eq!(
        lines(&planned(dns, &zone, &ALL).changes),
        ["~ shop.test TXT \"google-site-verification=new\""]
    );
}

#[test]
fn what_the_spec_wants_no_more_goes_only_where_that_is_allowed() {
    let zone = zone(vec![
        ours(1, "old.shop.test", "A 203.0.113.10", json!({})),
        record(2, "theirs.shop.test", "A 203.0.113.10", json!({})),
    ]);
    let piece = planned("    []\n", &zone, &ADOPT);
    assert!(piece.changes.is_empty());
    assert_eq!(
        left(&piece),
        [
            "Surplus old.shop.test has A 203.0.113.10, which launch-ready made and the spec asks for no more: `--prune` deletes it"
        ]
    );
    let piece = planned("    []\n", &zone, &ALL);
    assert_eq!(lines(&piece.changes), ["- old.shop.test A 203.0.113.10 (the spec asks for it no more)"]);
}

#[test]
fn what_cloudflare_manages_is_left_to_it() {
    let dns = "    - {name: apex, type: MX, value: mail.shop.test, priority: 10}\n    - {name: apex, type: NS, value: ns1.other.test}\n    - {name: 10.113.0.203.in-addr.arpa, type: PTR, value: mail.shop.test}\n";
    let routed = json!({"meta": {"read_only": true, "email_routing": true}});
    let zone = zone(vec![
        record(1, "shop.test", "MX 20 route1.mx.cloudflare.net", routed),
        record(2, "shop.test", "NS ada.ns.cloudflare.com", json!({})),
    ]);
    let piece = planned(dns, &zone, &ALL);
    assert!(piece.changes.is_empty());
    assert_eq!(
        left(&piece),
        [
            "ReadOnly the name servers of shop.test itself are Cloudflare's to say",
            "Needs 10.113.0.203.in-addr.arpa is no name of the zone shop.test: whoever runs its zone publishes it",
            "ReadOnly the MX record of shop.test is managed by Cloudflare itself",
        ]
    );
}

#[test]
fn a_declared_proxy_state_is_brought_about() {
    let dns = "    - {name: apex, type: A, value: 203.0.113.10, proxied: true}\n    - {name: api, type: A, value: 203.0.113.10, proxied: false, ttl: 120}\n";
    let zone = zone(vec![
        ours(1, "shop.test", "A 203.0.113.10", json!({"ttl": 600})),
        ours(2, "api.shop.test", "A 203.0.113.10", json!({"proxied": true})),
    ]);
    let piece = planned(dns, &zone, &NO);
    assert_eq!(
        lines(&piece.changes),
        ["~ shop.test A 203.0.113.10 proxied", "~ api.shop.test A 203.0.113.10"]
    );
    let ttl = |at: usize| piece.changes[at].after.as_ref().expect("a record").number("ttl");
    assert_eq!((ttl(0), ttl(1)), (Some(1), Some(120)));
    let promised: Vec<String> = piece
        .changes
        .iter()
        .flat_map(|change| &change.turns_green)
        .map(|p| format!("{} {}", p.check, p.subject))
        .collect();
    assert_eq!(
        promised,
        ["cloudflare/proxy-differs shop.test A", "cloudflare/proxy-differs api.shop.test A"]
    );
}

#[test]
fn a_host_that_redirects_gets_a_proxied_record() {
    let spec = "domain: shop.test\ncanonical: apex\nhosts: {apex: {}, old: redirect}\n";
    let piece = planned_with(spec, NOBODY, &zone(vec![]), &NO);
    assert_eq!(
        lines(&piece.changes),
        [
            "+ old.shop.test CNAME shop.test proxied (it redirects, and only a proxied name can)",
            "+ www.shop.test CNAME shop.test proxied (it redirects, and only a proxied name can)",
        ]
    );
    let next = after(&zone(vec![]), &piece.changes);
    let piece = planned_with(spec, NOBODY, &next, &ALL);
    assert_eq!((lines(&piece.changes), left(&piece)), (vec![], vec![]));
    let piece = planned_with("domain: shop.test\ncanonical: www\n", NOBODY, &zone(vec![]), &NO);
    assert_eq!(
        left(&piece),
        [
            "Needs shop.test has no address, and can only redirect behind Cloudflare's proxy: declare an A record of it with `proxied: true`"
        ]
    );
}

#[test]
fn authorities_that_may_not_issue_yet_are_added_beside_the_others() {
    let spec = "domain: shop.test\ndns: {caa: [letsencrypt.org, pki.goog]}\n";
    let zone = zone(vec![
        record(1, "shop.test", "CAA 0 issue \"letsencrypt.org; validationmethods=dns-01\"", json!({})),
        record(2, "shop.test", "CAA 0 issue \"digicert.com\"", json!({})),
    ]);
    let piece = planned_with(spec, NOBODY, &zone, &ALL);
    assert_eq!(lines(&piece.changes), ["+ shop.test CAA 0 issue pki.goog"]);
    assert_eq!(piece.changes[0].spec.path, "dns.caa[1]");
}

#[test]
fn an_alias_that_would_hide_a_record_makes_room_for_it() {
    let dns = "    - {name: news, type: TXT, value: hello}\n";
    let alias = |make: fn(usize, &str, &str, Json) -> ApiObject, proxied: bool| {
        zone(vec![make(1, "news.shop.test", "CNAME news.host.test", json!({"proxied": proxied}))])
    };
    let swap = [
        "- news.shop.test CNAME news.host.test (it makes room for the TXT record)",
        "+ news.shop.test TXT \"hello\" (in place of the CNAME)",
    ];
    assert_eq!(lines(&planned(dns, &alias(ours, false), &NO).changes), swap);
    assert!(planned(dns, &alias(record, false), &NO).changes.is_empty());
    assert_eq!(lines(&planned(dns, &alias(record, true), &NO).changes), ["+ news.shop.test TXT \"hello\""]);
    let alias = "    - {name: news, type: CNAME, value: news.host.test}\n";
    let text = zone(vec![record(1, "news.shop.test", "TXT hello", json!({}))]);
    let piece = planned(alias, &text, &NO);
    assert_eq!(
        (lines(&piece.changes), left(&piece)),
        (vec![], vec!["Foreign news.shop.test has TXT \"hello\", which launch-ready did not make: `--adopt` takes it over".to_owned()])
    );
}

#[test]
fn a_name_that_other_servers_have_gets_no_records() {
    let dns =
        "    - {name: eu, type: A, value: 203.0.113.10}\n    - {name: us, type: NS, value: ns1.host.test}\n";
    let zone = zone(vec![
        ours(1, "eu.shop.test", "NS ns1.host.test", json!({})),
        ours(2, "us.shop.test", "A 203.0.113.10", json!({})),
    ]);
    let piece = planned(dns, &zone, &ADOPT);
    assert!(piece.changes.is_empty());
    assert_eq!(
        left(&piece)[..2],
        [
            "Needs eu.shop.test is given to other name servers: publish the record there",
            "Needs us.shop.test has other records, and cannot be given to other name servers",
        ]
    );
}
