//! One cause, one red line; and cures that mend. What pages are too long for.

use crate::check::engine::{Judgement, judge};
use crate::check::{Fixture, Status};

fn fixture(spec: &str, dns: &[&str]) -> Fixture {
    let observed = format!("at: 2026-11-22T00:00:00Z\ndns:\n  {}\n", dns.join("\n  "));
    Fixture::new(&format!("domain: shop.test\n{spec}"), &observed).expect("a fixture")
}

/// `shop.test TXT: v=spf1 -all`, as what was observed has it.
fn texts(name: &str, texts: &[&str]) -> String {
    let all: Vec<String> =
        texts.iter().map(|text| format!("{{name: {name}, type: TXT, value: '{text}'}}")).collect();
    format!("{name} TXT: {{answer: {{records: [{}]}}}}", all.join(", "))
}

const MX: &str =
    "shop.test MX: {answer: {records: [{name: shop.test, type: MX, priority: 10, value: mx.host.test}]}}";

fn red(fixture: &Fixture) -> Vec<Judgement> {
    let mut all = judge(&fixture.world(), &|check| check.area() != "spec");
    all.retain(|judgement| judgement.verdict.status == Status::Fail);
    all
}

fn red_ids(spec: &str, dns: &[&str]) -> Vec<&'static str> {
    red(&fixture(spec, dns)).iter().map(|judgement| judgement.check.id).collect()
}

#[test]
fn damage_in_entry_is_one_red_line() {
    let pasted = texts("shop.test", &["\"v=spf1 -all\""]);
    assert_eq!(red_ids("", &[MX, &pasted]), ["dns/value-malformed"]);
    let elsewhere = texts("shop.test.shop.test", &["v=spf1 -all"]);
    let declared = "dns: {records: [{name: apex, type: TXT, value: v=spf1 -all}]}";
    let gone = "shop.test TXT: {answer: {records: []}}";
    assert_eq!(red_ids(declared, &[MX, gone, &elsewhere]), ["dns/value-malformed"]);
    for (name, text, email) in [
        ("_mta-sts", "v=STSv1; id=1;", "{mta_sts: testing}"),
        ("_smtp._tls", "v=TLSRPTv1; rua=mailto:t@shop.test", "{tls_rpt: [\"mailto:t@shop.test\"]}"),
        ("default._bimi", "v=BIMI1; l=https://shop.test/a.svg; a=", "{}"),
        ("_dmarc", "v=DMARC1; p=reject; rua=mailto:d@shop.test", "{}"),
    ] {
        let spec =
            format!("email: {email}\ndns: {{records: [{{name: {name}, type: TXT, value: \"{text}\"}}]}}");
        let pasted = texts(&format!("{name}.shop.test"), &[&format!("\"{text}\"")]);
        assert_eq!(red_ids(&spec, &[&pasted]), ["dns/value-malformed"], "{text}");
    }
}

#[test]
fn damage_of_a_neighbour_hides_nothing() {
    let both = texts("shop.test", &["\"proof=1\"", "v=spf1 ip4:203.0.113.300 -all"]);
    assert_eq!(red_ids("", &[MX, &both]), ["dns/value-malformed", "email/spf-invalid"]);
}

/// The help of the one finding of that check.
fn help(check: &str, dns: &[&str]) -> String {
    let all = red(&fixture("", dns));
    let found = all.into_iter().find(|judgement| judgement.check.id == check).expect("a finding");
    found.verdict.help.expect("a help")
}

#[test]
fn what_must_go_is_not_in_the_record_to_publish() {
    let own = texts("shop.test", &["v=spf1 include:a.test include:b.test ~all"]);
    let (sound, broken) = (texts("a.test", &["v=spf1 -all"]), texts("b.test", &["v=spf1 ip4:1 -all"]));
    let told = help("email/spf-invalid", &[&own, &sound, &broken]);
    assert!(told.contains("publish `shop.test TXT \"v=spf1 include:a.test ~all\"`"), "{told}");
    let redirected = texts("shop.test", &["v=spf1 ip4:203.0.113.1 redirect=b.test"]);
    let told = help("email/spf-invalid", &[&redirected, &broken]);
    assert!(told.contains("publish `shop.test TXT \"v=spf1 ip4:203.0.113.1 -all\"`"), "{told}");
    let own = texts("shop.test", &["v=spf1 a:x.test a:y.test a:z.test a:shop.test -all"]);
    let mut dns =
        vec![own, "shop.test A: {answer: {records: [{name: a, type: A, value: 203.0.113.1}]}}".into()];
    for name in ["x.test", "y.test", "z.test"] {
        dns.push(format!("{name} A: {{answer: {{nxdomain: true}}}}"));
        dns.push(format!("{name} AAAA: {{answer: {{nxdomain: true}}}}"));
    }
    dns.push("shop.test AAAA: {answer: {records: []}}".into());
    let dns: Vec<&str> = dns.iter().map(String::as_str).collect();
    let told = help("email/spf-too-many-void-lookups", &dns);
    assert!(told.contains("publish `shop.test TXT \"v=spf1 a:shop.test -all\"`"), "{told}");
}

#[test]
fn a_domain_without_mail_has_one_record_to_publish() {
    let all = red(&fixture("email: none", &[&texts("shop.test", &["v=spf1 ptr -all"])]));
    let helps = all.iter().filter_map(|judgement| judgement.verdict.help.as_deref());
    let told: Vec<&str> = helps.filter(|help| help.contains("v=spf1")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|help| help.contains("`shop.test TXT \"v=spf1 -all\"`")), "{told:?}");
}

#[test]
fn a_policy_may_warn_from_the_first_look_up_on() {
    let own = texts("shop.test", &["v=spf1 -all"]);
    let mut fixture = fixture("", &[&own]);
    fixture.thresholds.spf_lookups_warn = 0;
    assert!(red(&fixture).iter().any(|judgement| judgement.check.id == "email/spf-too-many-lookups"));
}

/// The record of an alias that the spec declares too: the cure is that of both.
#[test]
fn the_cure_of_a_declared_alias_is_no_new_fault() {
    let alias = "mail.shop.test CNAME: {answer: {records: [{name: mail.shop.test, type: CNAME, value: mx.host.test}]}}";
    let addresses = |name: &str| {
        let alias = "{name: mail.shop.test, type: CNAME, value: mx.host.test}, ";
        let alias = if name == "mail.shop.test" { alias } else { "" };
        [
            format!(
                "{name} A: {{answer: {{records: [{alias}{{name: mx.host.test, type: A, value: 8.8.4.25}}]}}}}"
            ),
            format!("{name} AAAA: {{answer: {{records: []}}}}"),
        ]
    };
    let exchanger = |host: &str| {
        format!(
            "shop.test MX: {{answer: {{records: [{{name: shop.test, type: MX, priority: 10, value: {host}}}]}}}}"
        )
    };
    let spec = |host: &str| format!("email: {{receive: {{mx: [{host}]}}}}");
    let of = |declared: &str, published: &str| {
        let mut dns = vec![alias.to_owned(), exchanger(published)];
        dns.extend(addresses("mail.shop.test").into_iter().chain(addresses("mx.host.test")));
        let dns: Vec<&str> = dns.iter().map(String::as_str).collect();
        let all = red(&fixture(&spec(declared), &dns));
        let about = all.into_iter().filter(|judgement| judgement.check.id.starts_with("email/mx-"));
        about
            .map(|judgement| (judgement.check.id, judgement.verdict.help.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    let told = of("mail.shop.test", "mail.shop.test");
    let [(check, help)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(*check, "email/mx-invalid");
    let steps = "publish `shop.test MX 10 mx.host.test`, delete `shop.test MX 10 mail.shop.test` and write mx.host.test instead of mail.shop.test in `email.receive.mx`";
    assert!(help.starts_with(steps), "{help}");
    assert_eq!(of("mx.host.test", "mx.host.test"), []);
}

/// Nobody has that many; the rest is one finding of each check, and never "could not tell".
#[test]
fn mail_servers_beyond_the_limit_are_told_once() {
    let records: Vec<String> = (1..=23)
        .map(|n| format!("{{name: shop.test, type: MX, priority: 10, value: mx{n:02}.shop.test}}"))
        .collect();
    let observed = format!("shop.test MX: {{answer: {{records: [{}]}}}}", records.join(", "));
    let fixture = fixture("", &[&observed]);
    for id in ["email/mx-invalid", "email/smtp-unreachable", "email/starttls-certificate"] {
        let all = judge(&fixture.world(), &|check| check.id == id);
        let last = all.last().expect("a finding");
        assert_eq!((all.len(), last.subject.as_str()), (21, "mx21.shop.test"), "{id}");
        assert_eq!(last.verdict.status, Status::NotApplicable);
        let told =
            "only the first 20 MX hosts are looked at, not mx21.shop.test, mx22.shop.test and mx23.shop.test";
        assert_eq!(last.verdict.message, told);
    }
}
