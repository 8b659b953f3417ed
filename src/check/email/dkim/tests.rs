//! What other judges are told of a selector, and what pages are too long for.

use super::*;
use crate::check::Fixture;

const ED25519: &str = "p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=";
const SHORT: &str = "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs2oJ+1yG2PyeRXh0rZqVl13QKOrqnx95aR4C7rtcsqtx5w6074xRIoBjz3xRWCjbfOlKhkuW5lW4JWFIIzVdMCAwEAAQ==";

fn fixture(email: &str, dns: &str) -> Fixture {
    let spec = format!("domain: shop.test\nemail: {email}\n");
    let observed = format!("at: 2026-11-22T00:00:00Z\ndns:\n{dns}");
    Fixture::new(&spec, &observed).expect("a fixture")
}

fn published(texts: &[&str]) -> String {
    let one = |text: &&str| format!("{{name: s1._domainkey.shop.test, type: TXT, value: '{text}'}}");
    let all: Vec<String> = texts.iter().map(one).collect();
    format!("  s1._domainkey.shop.test TXT: {{answer: {{records: [{}]}}}}\n", all.join(", "))
}

/// What the first selector is good for: a word, or the check that is red for it.
fn first_usable(email: &str, dns: &str) -> String {
    let fixture = fixture(email, dns);
    let world = fixture.world();
    match usable(&world.items.selectors[0], &world) {
        Ok(Usable { testing, strict }) => format!("usable {testing} {strict}"),
        Err(verdict) => match verdict.because {
            Some(cause) => cause.check,
            None => format!("{:?}", verdict.status),
        },
    }
}

#[test]
fn a_selector_is_usable_or_another_check_says_why_not() {
    let relay = "{send: [{name: relay, dkim: [s1]}]}";
    let ed = format!("k=ed25519; {ED25519}");
    let cases = [
        (published(&[&ed]), "usable false false"),
        (published(&[&format!("t=y:s; {ed}")]), "usable true true"),
        (published(&["v=DKIM1; p="]), "email/dkim-revoked"),
        (published(&["v=DKIM1"]), "email/dkim-invalid"),
        (published(&[&ed, &ed]), "email/dkim-invalid"),
        (published(&[SHORT]), "email/dkim-weak"),
        (published(&["to do"]), "email/dkim-missing"),
        (published(&[&format!("\"{ed}\"")]), "dns/value-malformed"),
        ("  s1._domainkey.shop.test TXT: {answer: {nxdomain: true}}\n".to_owned(), "email/dkim-missing"),
        ("  s1._domainkey.shop.test TXT: {unobserved: timed out}\n".to_owned(), "Unknown"),
        ("  a.test A: {answer: {}}\n".to_owned(), "Unknown"),
    ];
    for (dns, wanted) in cases {
        assert_eq!(first_usable(relay, &dns), wanted, "{dns}");
    }
    let other = format!("{{dkim: [{{selector: s1, key: '{SHORT}'}}]}}");
    assert_eq!(first_usable(&other, &published(&[&ed])), "email/dkim-differs");
}

#[test]
fn a_selector_that_waits_is_no_fault_and_signs_nothing() {
    let alias = |selector: &str, more: &str| {
        format!(
            "  {selector}._domainkey.shop.test TXT: {{answer: {{records: [{{name: {selector}._domainkey.shop.test, type: CNAME, value: {selector}-shop._domainkey.shop.onmicrosoft.com}}{more}]}}}}\n"
        )
    };
    let key = format!(", {{name: k, type: TXT, value: 'k=ed25519; {ED25519}'}}");
    let both = "{send: [microsoft-365]}";
    let waits = alias("selector1", "") + &alias("selector2", &key);
    assert_eq!(first_usable(both, &waits), "NotApplicable");
    let status = |dns: &str| {
        let fixture = fixture(both, dns);
        let world = fixture.world();
        let all = world.items.selectors.iter().map(|selector| dkim_missing(selector, &world).status);
        let differs = world.items.selectors.iter().map(|selector| dkim_differs(selector, &world).status);
        (all.collect::<Vec<_>>(), differs.collect::<Vec<_>>())
    };
    let (pass, fail, unknown) = (Status::Pass, Status::Fail, Status::Unknown);
    assert_eq!(status(&waits), (vec![pass, pass], vec![pass, pass]));
    // Neither has a key, or nobody knows whether the other has.
    assert_eq!(
        status(&(alias("selector1", "") + &alias("selector2", ""))),
        (vec![fail, fail], vec![unknown, unknown])
    );
    let silent = alias("selector1", "") + "  selector2._domainkey.shop.test TXT: {unobserved: timed out}\n";
    assert_eq!(status(&silent), (vec![unknown, unknown], vec![unknown, unknown]));
    // An empty key at the name of the next one is no withdrawn key, unless nothing signs.
    let empty = ", {name: k, type: TXT, value: 'v=DKIM1; k=rsa; p='}";
    let red = |dns: &str| {
        let fixture = fixture(both, dns);
        let world = fixture.world();
        let judges = [dkim_missing, dkim_invalid, dkim_revoked, dkim_weak, dkim_testing, dkim_differs];
        let all = world.items.selectors.iter().map(|selector| {
            judges.iter().filter(|judge| judge(selector, &world).status == Status::Fail).count()
        });
        all.collect::<Vec<_>>()
    };
    assert_eq!(red(&(alias("selector1", &key) + &alias("selector2", empty))), [0, 0]);
    assert_eq!(first_usable(both, &(alias("selector1", empty) + &alias("selector2", &key))), "NotApplicable");
    let none = alias("selector1", empty) + &alias("selector2", empty);
    assert_eq!((red(&none), first_usable(both, &none).as_str()), (vec![1, 1], "email/dkim-revoked"));
    let silent =
        alias("selector1", empty) + "  selector2._domainkey.shop.test TXT: {unobserved: timed out}\n";
    assert_eq!(first_usable(both, &silent), "Unknown");
    // A withdrawn key does not stand in for one.
    let revoked = alias("selector1", "") + &alias("selector2", ", {name: k, type: TXT, value: 'p='}");
    assert_eq!(status(&revoked).0, [fail, pass]);
}

#[test]
fn what_only_some_accounts_of_a_provider_have_is_no_difference() {
    let differs = |target: &str| {
        let dns = format!(
            "  s1._domainkey.shop.test TXT: {{answer: {{records: [{{name: s1._domainkey.shop.test, type: CNAME, value: {target}}}, {{name: k, type: TXT, value: 'k=ed25519; {ED25519}'}}]}}}}\n"
        );
        let fixture = fixture("{send: [{provider: amazon-ses, dkim: [s1]}]}", &dns);
        let world = fixture.world();
        dkim_differs(&world.items.selectors[0], &world)
    };
    assert_eq!(differs("s1.dkim.amazonses.com").status, Status::Pass);
    // Told, not documented: good enough to recognise it.
    assert_eq!(differs("s1.dkim.eu-central-1.amazonses.com").status, Status::Pass);
    let other = differs("s2.dkim.amazonses.com");
    assert_eq!(
        (other.status, other.expected.as_deref()),
        (Status::Fail, Some("CNAME s1.dkim.amazonses.com"))
    );
    assert_eq!(
        other.help.as_deref(),
        Some("publish `s1._domainkey.shop.test CNAME s1.dkim.amazonses.com` (DNS only, not proxied)")
    );
}

#[test]
fn white_space_that_keys_may_hold_arrives_as_an_escape() {
    let value =
        crate::observed::Remote::new("k=ed25519; p=aXlmrfvylsohp48jjLKt\r\n\tjgg9PmJhx1466YagaYVDDo8=");
    assert!(value.as_str().contains("\\u{9}"));
    assert!(dkim::Record::parse(&value.as_sent()).is_ok());
}

proptest::proptest! {
    #[test]
    fn any_text_can_be_judged(text in "\\PC{0,60}", second in proptest::option::of("[a-zA-Z=;/+ ]{0,60}")) {
        let quoted = |text: &str| text.replace('\'', "''");
        let texts: Vec<String> = std::iter::once(text).chain(second).map(|text| quoted(&text)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let spec = "domain: shop.test\nemail: {dkim: [{selector: s1, cname: s1.host.test}]}\n";
        let observed = format!("at: 2026-11-22T00:00:00Z\ndns:\n{}", published(&texts));
        if let Ok(fixture) = Fixture::new(spec, &observed) {
            let world = fixture.world();
            let selector = &world.items.selectors[0];
            let judges = [dkim_missing, dkim_invalid, dkim_revoked, dkim_weak, dkim_testing, dkim_differs];
            let failed = judges.iter().filter(|judge| judge(selector, &world).status == Status::Fail).count();
            proptest::prop_assert!(failed <= 2);
        }
    }
}
