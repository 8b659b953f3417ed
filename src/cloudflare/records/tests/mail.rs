//! Records of mail: only what a check misses, in the words that it prints.

use super::*;

fn mail(email: &str, records: Vec<ApiObject>, wishes: &Wishes) -> Piece {
    planned_with(&format!("domain: shop.test\nemail:{email}\n"), NOBODY, &zone(records), wishes)
}

/// The same, and nothing is planned after it.
fn settled(email: &str, records: Vec<ApiObject>, wishes: &Wishes) -> Vec<String> {
    let first = mail(email, records.clone(), wishes);
    let next = after(&zone(records), &first.changes);
    let again = mail(email, records_of(&next).to_vec(), wishes);
    assert_eq!(lines(&again.changes), Vec::<String>::new(), "the second plan is empty");
    lines(&first.changes)
}

#[test]
fn a_domain_gets_what_its_mail_needs() {
    let email = " {receive: {mx: [mail.shop.test]}, send: [{name: relay, ip: [203.0.113.25]}], dkim: [{selector: s1, cname: s1.host.test}, {selector: s2, key: v=DKIM1; k=ed25519; p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=}], dmarc: {policy: reject, reports: [mailto:d@shop.test]}, mta_sts: testing, tls_rpt: [mailto:t@shop.test]}";
    assert_eq!(
        settled(email, vec![], &NO),
        [
            "+ shop.test TXT \"v=spf1 ip4:203.0.113.25 -all\"",
            "+ _dmarc.shop.test TXT \"v=DMARC1; p=reject; rua=mailto:d@shop.test\"",
            "+ shop.test MX 10 mail.shop.test",
            "+ s1._domainkey.shop.test CNAME s1.host.test (a proxied alias hides the key that it leads to)",
            "+ s2._domainkey.shop.test TXT \"v=DKIM1; k=ed25519; p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=\"",
            "+ _mta-sts.shop.test TXT \"v=STSv1; id=20261122T000000;\"",
            "+ _smtp._tls.shop.test TXT \"v=TLSRPTv1; rua=mailto:t@shop.test\"",
        ]
    );
}

#[test]
fn what_is_sound_is_not_rewritten() {
    let email = " {receive: any, spf: {all: softfail}, dmarc: {policy: quarantine}}";
    let records = || {
        vec![
            record(1, "shop.test", "MX 10 mail.shop.test", json!({})),
            record(2, "shop.test", "TXT v=spf1  mx  a ~all", json!({})),
            ours(3, "_dmarc.shop.test", "TXT v=DMARC1;p=reject; rua=mailto:x@shop.test", json!({})),
        ]
    };
    let piece = mail(email, records(), &ALL);
    assert_eq!((lines(&piece.changes), left(&piece)), (vec![], vec![]));
}

#[test]
fn a_record_that_fails_is_mended_where_it_stands() {
    let email = " {receive: any, spf: {all: fail}, dmarc: {policy: reject}}";
    let weak = |make: fn(usize, &str, &str, Json) -> ApiObject| {
        vec![
            make(1, "shop.test", "MX 10 mail.shop.test", json!({})),
            make(2, "shop.test", "TXT v=spf1 mx ?all", json!({})),
            make(3, "shop.test", "TXT other=1", json!({})),
            make(4, "_dmarc.shop.test", "TXT v=DMARC1; p=none; rua=mailto:x@shop.test", json!({})),
        ]
    };
    let mended = [
        "~ shop.test TXT \"v=spf1 mx -all\"",
        "~ _dmarc.shop.test TXT \"v=DMARC1; p=reject; rua=mailto:x@shop.test\"",
    ];
    assert_eq!(settled(email, weak(ours), &NO), mended);
    assert_eq!(settled(email, weak(record), &ADOPT), mended);
    let piece = mail(email, weak(record), &NO);
    assert!(piece.changes.is_empty());
    assert_eq!(piece.left.len(), 2);
}

#[test]
fn two_spf_records_become_one_or_stay_as_they_are() {
    let email = " {receive: any}";
    let records = || {
        vec![
            record(1, "shop.test", "MX 10 mail.shop.test", json!({})),
            record(2, "shop.test", "TXT v=spf1 mx -all", json!({})),
            record(3, "shop.test", "TXT v=spf1 ip4:203.0.113.1 -all", json!({})),
            record(4, "_dmarc.shop.test", "TXT v=DMARC1; p=reject; rua=mailto:x@shop.test", json!({})),
        ]
    };
    assert_eq!(
        settled(email, records(), &ALL),
        [
            "- shop.test TXT \"v=spf1 ip4:203.0.113.1 -all\"",
            "~ shop.test TXT \"v=spf1 ip4:203.0.113.1 mx -all\"",
        ]
    );
    let piece = mail(email, records(), &ADOPT);
    assert!(piece.changes.is_empty());
    assert_eq!(
        left(&piece),
        [
            "Surplus TXT \"v=spf1 ip4:203.0.113.1 -all\" must go, for there may be only one at shop.test: `--prune` deletes it"
        ]
    );
}

#[test]
fn a_domain_without_mail_says_so() {
    assert_eq!(
        settled(" none", vec![record(1, "shop.test", "TXT other=1", json!({}))], &NO),
        [
            "+ shop.test MX 0 .",
            "+ shop.test TXT \"v=spf1 -all\"",
            "+ _dmarc.shop.test TXT \"v=DMARC1; p=reject\"",
        ]
    );
}

#[test]
fn what_is_declared_is_meant_whatever_mail_would_need() {
    let spec = "domain: shop.test\nemail: {receive: any, dmarc: {policy: reject}}\ndns:\n  records:\n    - {name: _dmarc, type: TXT, value: v=DMARC1; p=none}\n";
    let zone = zone(vec![record(1, "shop.test", "MX 10 mail.shop.test", json!({}))]);
    let lines = lines(&planned_with(spec, NOBODY, &zone, &NO).changes);
    assert_eq!(lines, ["+ _dmarc.shop.test TXT \"v=DMARC1; p=none\"", "+ shop.test TXT \"v=spf1 mx -all\""]);
}

#[test]
fn mail_does_not_go_through_the_proxy() {
    let proxied = json!({"proxied": true});
    let records = || {
        vec![
            ours(1, "mail.shop.test", "A 203.0.113.25", proxied.clone()),
            record(2, "shop.test", "MX 10 mail.shop.test", json!({})),
            ours(3, "s1._domainkey.shop.test", "CNAME s1.host.test", proxied.clone()),
        ]
    };
    let theirs = vec![record(1, "s1._domainkey.shop.test", "CNAME s1.host.test", proxied.clone())];
    let piece = planned("    []\n", &zone(theirs), &ALL);
    assert!(piece.changes.is_empty());
    assert_eq!(
        left(&piece),
        [
            "Foreign s1._domainkey.shop.test is proxied, but a proxied alias hides the key that it leads to: set it to DNS only, or declare it in `dns.records`"
        ]
    );
    let piece = planned("    []\n", &zone(records()), &NO);
    assert_eq!(
        lines(&piece.changes),
        [
            "~ mail.shop.test A 203.0.113.25 (mail does not go through the proxy)",
            "~ s1._domainkey.shop.test CNAME s1.host.test (a proxied alias hides the key that it leads to)",
        ]
    );
    let piece =
        planned("    - {name: mail, type: A, value: 203.0.113.25, proxied: true}\n", &zone(records()), &NO);
    assert_eq!(
        left(&piece)[0],
        "Needs `proxied: true` is declared, but mail does not go through the proxy: leave it out"
    );
}

#[test]
fn a_return_path_leads_to_the_provider() {
    let email = " {send: [{provider: postmark, dkim: [pm], return_path: pm-bounces}], dmarc: {policy: reject, reports: [mailto:d@shop.test]}}";
    let found = settled(email, vec![], &NO);
    assert!(found.contains(&"+ pm-bounces.shop.test CNAME pm.mtasv.net".to_owned()), "{found:?}");
}

#[test]
fn what_a_change_turns_green_is_written_on_it() {
    let spec = "domain: shop.test\nhosts: {apex: {}, www: redirect}\nemail: {receive: any, spf: {all: fail}, dmarc: {policy: reject}}\ndns:\n  records:\n    - {name: app, type: A, value: 203.0.113.10}\n";
    let answers = [
        ("shop.test A", "{records: [{name: shop.test, type: A, ttl: 300, value: 203.0.113.9}]}"),
        ("shop.test AAAA", "{}"),
        ("www.shop.test A", "{nxdomain: true}"),
        ("www.shop.test AAAA", "{nxdomain: true}"),
        ("app.shop.test A", "{nxdomain: true}"),
        (
            "shop.test MX",
            "{records: [{name: shop.test, type: MX, ttl: 300, priority: 10, value: mail.shop.test}]}",
        ),
        ("shop.test TXT", "{records: [{name: shop.test, type: TXT, ttl: 300, value: v=spf1 mx ?all}]}"),
        ("_dmarc.shop.test TXT", "{nxdomain: true}"),
    ];
    let answers: Vec<String> =
        answers.iter().map(|(key, answer)| format!("  {key}: {{answer: {answer}}}")).collect();
    let answers = answers.join("\n");
    let zone = zone(vec![
        record(1, "shop.test", "A 203.0.113.9", json!({})),
        record(2, "shop.test", "MX 10 mail.shop.test", json!({})),
        ours(3, "shop.test", "TXT v=spf1 mx ?all", json!({})),
    ]);
    let piece = planned_with(spec, &format!("{NOBODY}\ndns:\n{answers}"), &zone, &NO);
    let promises: Vec<String> = piece
        .changes
        .iter()
        .map(|change| {
            let all: Vec<String> =
                change.turns_green.iter().map(|p| format!("{} {}", p.check, p.subject)).collect();
            format!("{}: {}", line(change), all.join(", "))
        })
        .collect();
    assert_eq!(
        promises,
        [
            "+ app.shop.test A 203.0.113.10: dns/record-missing app.shop.test A",
            "+ www.shop.test CNAME shop.test proxied (it redirects, and only a proxied name can): dns/host-unresolved www.shop.test",
            "~ shop.test TXT \"v=spf1 mx -all\": email/spf-permissive shop.test",
            "+ _dmarc.shop.test TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@shop.test\": email/dmarc-missing shop.test",
        ]
    );
    let mut pending = zone.clone();
    pending.status = "pending".into();
    let piece = planned_with(spec, &format!("{NOBODY}\ndns:\n{answers}"), &pending, &NO);
    assert!(piece.changes.iter().all(|change| change.turns_green.is_empty()));
}
