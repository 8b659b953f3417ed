//! What must not happen without a word.

use super::*;
use crate::cloudflare::plan::Rail;

fn rails(piece: &Piece) -> Vec<(Rail, &str)> {
    piece.rails.iter().map(|(rail, message)| (*rail, message.as_str())).collect()
}

#[test]
fn a_large_change_of_a_large_zone_is_refused() {
    let of = |count: usize, changed: usize| {
        let records = (0..count).map(|n| ours(n, &format!("h{n}.shop.test"), "A 203.0.113.9", json!({})));
        let dns: Vec<String> = (0..count)
            .map(|n| {
                let address = if n < changed { 10 } else { 9 };
                format!("    - {{name: h{n}, type: A, value: 203.0.113.{address}}}")
            })
            .collect();
        let dns = dns.join("\n");
        planned(&dns, &zone(records.collect()), &NO)
    };
    assert_eq!(
        rails(&of(10, 4)),
        [(Rail::MassChange, "4 of the 10 records of shop.test would change or go")]
    );
    assert_eq!(rails(&of(10, 3)), []);
    assert_eq!(rails(&of(9, 9)), []);
}

#[test]
fn the_last_record_of_a_kind_does_not_go_without_a_word() {
    let zone = zone(vec![
        ours(1, "shop.test", "A 203.0.113.9", json!({})),
        ours(2, "shop.test", "MX 10 mail.shop.test", json!({})),
        ours(3, "shop.test", "TXT v=spf1 mx -all", json!({})),
        ours(4, "_dmarc.shop.test", "TXT v=DMARC1; p=reject", json!({})),
        ours(5, "eu.shop.test", "NS ns1.other.test", json!({})),
        ours(6, "shop.test", "TXT other=1", json!({})),
    ]);
    let piece = planned("    []\n", &zone, &PRUNE);
    assert_eq!(piece.changes.len(), 6);
    assert_eq!(
        rails(&piece),
        [
            (Rail::ApexDeletion, "shop.test would have no address any more"),
            (Rail::MailPolicyDeletion, "the DMARC record at _dmarc.shop.test would go"),
            (Rail::MailPolicyDeletion, "the SPF record of shop.test would go"),
            (Rail::MxDeletion, "the last MX record of shop.test would go"),
            (Rail::NsDeletion, "an NS record of eu.shop.test would go"),
        ]
    );
    let dns = "    - {name: apex, type: CNAME, value: site.host.test, proxied: true}\n    - {name: apex, type: MX, value: mx.host.test, priority: 10}\n    - {name: apex, type: TXT, value: v=spf1 -all}\n    - {name: _dmarc, type: TXT, value: v=DMARC1; p=none}\n    - {name: eu, type: NS, value: ns2.other.test}\n";
    assert_eq!(rails(&planned(dns, &zone, &PRUNE)), []);
}

#[test]
fn an_address_behind_the_proxy_is_not_shown_without_a_word() {
    let zone = zone(vec![ours(1, "shop.test", "A 203.0.113.9", json!({"proxied": true}))]);
    let piece = planned("    - {name: apex, type: A, value: 203.0.113.9, proxied: false}\n", &zone, &NO);
    assert_eq!(
        rails(&piece),
        [(
            Rail::OriginExposure,
            "shop.test would no longer be proxied, so that everybody sees A 203.0.113.9"
        )]
    );
    let piece = planned("    - {name: apex, type: A, value: 203.0.113.10}\n", &zone, &NO);
    assert_eq!((lines(&piece.changes).len(), rails(&piece)), (1, vec![]));
}

#[test]
fn authorities_in_use_are_not_shut_out_without_a_word() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\ndns: {caa: [digicert.com]}\n";
    let observed = "at: 2026-11-22T00:00:00Z\ntls:\n  https://shop.test:443:\n    answer: {path: trusted, chain: [{issuer: \"C=US, O=Let's Encrypt, CN=R11\", names: [shop.test], not_before: 2026-11-01T00:00:00Z, not_after: 2027-01-30T00:00:00Z}]}\n";
    let open = zone(vec![record(1, "shop.test", "A 203.0.113.9", json!({}))]);
    let piece = planned_with(spec, observed, &open, &NO);
    assert_eq!(
        rails(&piece),
        [(Rail::CaaLockout, "the CAA records would shut out Let's Encrypt of the certificate of shop.test")]
    );
    let shut = zone(vec![record(1, "shop.test", "CAA 0 issue \"globalsign.com\"", json!({}))]);
    assert_eq!(rails(&planned_with(spec, observed, &shut, &NO)), []);
    let proxied = zone(vec![record(1, "www.shop.test", "A 203.0.113.9", json!({"proxied": true}))]);
    let spec = "domain: shop.test\nhosts: {apex: {}}\ndns: {caa: [globalsign.com]}\n";
    assert_eq!(
        rails(&planned_with(spec, NOBODY, &proxied, &NO)),
        [(
            Rail::CaaLockout,
            "the CAA records would shut out every authority that Cloudflare uses for www.shop.test"
        )]
    );
}
