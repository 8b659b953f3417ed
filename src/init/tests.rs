//! The file as a whole: it is a spec, whatever a domain publishes, and its comments are specs too.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::observed::{Certificate, DnsAnswer, DnsRecord, Exchange, Handshake, Path, question};
use crate::spec::{Document, load};

const DOMAIN: &str = "shop.test";

fn today() -> Date {
    jiff::civil::date(2026, 11, 21)
}

fn observed() -> Observed {
    Observed::new(Timestamp::UNIX_EPOCH)
}

/// Adds a record to the answer of its own name and type.
fn publish(observed: &mut Observed, label: &str, kind: &str, priority: Option<u16>, value: &str) {
    let name = if label == "@" { DOMAIN.to_owned() } else { format!("{label}.{DOMAIN}") };
    let key = question(&name, if kind == "CNAME" { "A" } else { kind });
    let answer = observed.dns.entry(key).or_insert_with(|| Seen::Answer(DnsAnswer::default()));
    let Seen::Answer(answer) = answer else { return };
    let (name, value) = (Remote::new(&name), Remote::new(value));
    answer.records.push(DnsRecord { name, kind: kind.into(), ttl: 300, priority, value });
}

fn parsed(text: &str) -> Document {
    load::parse("launch-ready.yaml", text).unwrap_or_else(|errors| panic!("{:?}\n{text}", errors.errors))
}

/// Takes the `#` of every example away.
fn uncommented(text: &str) -> String {
    let is_example = |line: &str| {
        let bare = line.trim_start_matches("# ").trim_start();
        ["endpoints:", "secrets:", "webhooks:", "cloudflare:", "monitoring:", "handover:"]
            .iter()
            .any(|key| bare.starts_with(key))
    };
    let mut on = false;
    text.lines()
        .map(|line| {
            on = line.starts_with('#') && (on || is_example(line));
            if on { line.trim_start_matches("# ").to_owned() + "\n" } else { format!("{line}\n") }
        })
        .collect()
}

#[test]
fn the_sections_to_decide_are_right_once_they_are_uncommented() {
    let mut observed = observed();
    publish(&mut observed, "@", "NS", None, "ada.ns.cloudflare.com");
    let text = uncommented(&spec_of(DOMAIN, &observed, today()));
    let spec = parsed(&text).spec;
    assert!(spec.webhooks.is_some() && spec.handover.is_some() && spec.cloudflare.is_some(), "{text}");
    assert!(text.contains("client: <name of the client>"), "{text}");
    assert!(spec.secrets.is_some() && spec.monitoring.is_some() && spec.endpoints.len() == 2, "{text}");
}

#[test]
fn a_domain_that_shows_nothing_is_a_spec_too() {
    let text = spec_of(DOMAIN, &observed(), today());
    let spec = parsed(&text).spec;
    assert!(spec.hosts.is_none() && spec.email.is_none() && spec.dns.is_none(), "{text}");
    assert!(text.starts_with("# yaml-language-server: $schema=./launch-ready.schema.json\n"));
    assert!(text.lines().all(|line| line.chars().count() <= 110 && !line.ends_with(' ')), "{text}");
}

#[test]
fn a_domain_without_mail_is_told() {
    let mut observed = observed();
    publish(&mut observed, "@", "MX", Some(0), ".");
    publish(&mut observed, "@", "TXT", None, "v=spf1 -all");
    let text = spec_of(DOMAIN, &observed, today());
    assert!(text.contains("\nemail: none"), "{text}");
    assert!(text.contains("type: MX, value: \".\", priority: 0"), "{text}");
    parsed(&text);
}

#[test]
fn secrets_and_what_no_file_can_hold_are_not_written() {
    let key = format!("sk_live_{}", "a".repeat(24));
    let mut observed = observed();
    publish(&mut observed, "@", "TXT", None, &key);
    publish(&mut observed, "@", "TXT", None, "bell\u{7}");
    publish(&mut observed, "@", "TXT", None, "fine");
    let text = spec_of(DOMAIN, &observed, today());
    assert!(!text.contains(&key) && text.contains("looks like a Stripe live key"), "{text}");
    let records = parsed(&text).spec.dns.expect("a section").records;
    assert_eq!(records.len(), 1, "{text}");
    assert!(text.contains("invisible or control characters: apex TXT: bell\\u{7}"), "{text}");
}

#[test]
fn a_redirect_to_a_secret_stays_out() {
    let key = format!("ghp_{}", "a".repeat(36));
    let mut observed = observed();
    publish(&mut observed, "blog", "A", None, "203.0.113.10");
    let to = format!("https://blogs.test/?token={key}");
    let exchange = Exchange {
        status: 302,
        headers: Vec::new(),
        location: Some(to.parse().expect("a URL")),
        body_bytes: 0,
        excerpt: None,
        ..Exchange::default()
    };
    observed.http.insert("https://blog.shop.test/".into(), Seen::Answer(exchange));
    let text = spec_of(DOMAIN, &observed, today());
    assert!(text.contains("leads to blogs.test") && !text.contains(&key), "{text}");
    parsed(&text);
}

#[test]
fn a_wildcard_is_found_by_the_name_that_checks_ask_for() {
    let nobodys = crate::item::improbable_name(DOMAIN);
    assert!(questions::first(DOMAIN).contains(&(nobodys.clone(), "A")));
    let mut observed = observed();
    let label = nobodys.split('.').next().expect("a label");
    for label in [label, "*", "www", "api"] {
        publish(&mut observed, label, "A", None, "203.0.113.10");
    }
    let text = spec_of(DOMAIN, &observed, today());
    assert!(text.contains("a wildcard:") && !text.contains("name: api"), "{text}");
}

#[test]
fn issuers_of_any_kind_are_declared() {
    let mut observed = observed();
    publish(&mut observed, "@", "CAA", None, "0 issue \"Ca.test; validationmethods=dns-01\"");
    publish(&mut observed, "@", "CAA", None, "0  issuewild   \"wild.test\"");
    publish(&mut observed, "@", "CAA", None, "0 issue \"broken.test; %\"");
    publish(&mut observed, "@", "CAA", None, "0 issuemail \"mail.test\"");
    let text = spec_of(DOMAIN, &observed, today());
    assert!(text.contains("caa: [ca.test, wild.test]"), "{text}");
}

#[test]
fn existence_is_told_from_silence() {
    let mut seen = observed();
    assert!(matches!(existence(DOMAIN, &seen), Existence::Unknown(_)));
    seen.dns.insert(question(DOMAIN, "SOA"), Seen::Unobserved("no answer".into()));
    assert_eq!(existence(DOMAIN, &seen), Existence::Unknown("no answer".into()));
    let missing = DnsAnswer { nxdomain: true, ..DnsAnswer::default() };
    seen.dns.insert(question(DOMAIN, "NS"), Seen::Answer(missing));
    assert_eq!(existence(DOMAIN, &seen), Existence::Missing);
    seen.dns.insert(question(DOMAIN, "SOA"), Seen::Answer(DnsAnswer::default()));
    assert_eq!(existence(DOMAIN, &seen), Existence::Exists);
}

#[test]
fn products_are_named_after_their_domain() {
    assert_eq!(title("circle-garden.test"), "Circle Garden");
    assert_eq!(title("xn--bcher-kva.test"), "Xn Bcher Kva");
}

/// Texts as strangers publish them.
fn strange() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,60}",
        ".{0,60}",
        "[ '\"\\\\#:*@&!%|>{}\\[\\],-]{0,12}",
        "v=spf1( (include|ip4|ip6|a|mx|redirect|exists)?[:=]?[ -~]{0,16}){0,4} [-~?+]?all",
        "v=DMARC1; p=(none|reject|x); rua=mailto:[ -~]{0,20}(,mailto:a@b.test)?",
        "[a-z0-9.-]{1,30}",
        "0 issue \"[ -~]{0,20}\"",
        Just(".".to_owned()),
    ]
}

proptest! {
    #[test]
    fn whatever_is_published_the_file_is_a_spec_and_its_texts_come_back(
        records in proptest::collection::vec(
            (
                prop::sample::select(vec!["@", "www", "api", "mail", "autodiscover", "_dmarc", "_smtp._tls", "_mta-sts", "google._domainkey", "s1._domainkey", "k1._domainkey", "pm-bounces", "send", "launch-ready-54ec2ffbae", "*", "_sip._tls", "default._bimi"]),
                prop::sample::select(vec!["A", "AAAA", "CNAME", "MX", "TXT", "CAA", "NS", "SRV", "DS"]),
                prop::option::of(0_u16..99),
                strange(),
            ),
            0..12,
        ),
        texts in proptest::collection::vec(strange(), 0..4),
    ) {
        let mut observed = observed();
        for (label, kind, priority, value) in &records {
            let priority = if *kind == "MX" { Some(priority.unwrap_or(10)) } else { *priority };
            publish(&mut observed, label, kind, priority, value);
        }
        for text in &texts {
            publish(&mut observed, "@", "TXT", None, text);
        }
        let text = spec_of(DOMAIN, &observed, today());
        let spec = parsed(&text).spec;
        let declared: Vec<String> = spec
            .dns
            .iter()
            .flat_map(|dns| &dns.records)
            .filter(|record| record.kind.name() == "TXT")
            .flat_map(|record| record.all_values().into_iter().map(|value| value.value.clone()))
            .collect();
        for published in &texts {
            let remote = Remote::new(published);
            if quote::declarable(remote.as_str()).is_ok() && !crate::mail::spf::is_record(remote.as_str()) {
                prop_assert!(declared.iter().any(|d| d == remote.as_str()), "{:?} is not in\n{}", remote, text);
            }
        }
    }

    #[test]
    fn whatever_sites_answer_the_file_is_a_spec(
        answers in proptest::collection::vec(
            (
                prop::sample::select(vec!["", "www.", "api.", "blog.", "staging."]),
                prop::sample::select(vec![200_u16, 301, 302, 404, 503]),
                prop::option::of(prop::sample::select(vec![
                    "https://shop.test/", "https://www.shop.test/", "https://other.test/a?b=$1*#c", "myapp://open",
                ])),
                prop_oneof![strange(), "max-age=[0-9]{1,20}(; includeSubDomains)?"],
                prop_oneof![strange(), "C=US, O=[ -~]{0,20}(, Inc\\.)?, CN=x"],
            ),
            0..6,
        ),
    ) {
        let mut observed = observed();
        for (host, status, location, header, issuer) in answers {
            publish(&mut observed, if host.is_empty() { "@" } else { host.trim_end_matches('.') }, "A", None, "203.0.113.10");
            let exchange = Exchange {
                status,
                headers: vec![("strict-transport-security".into(), Remote::new(&header))],
                location: location.map(|to| to.parse().expect("a URL")),
                body_bytes: 0,
                excerpt: None,
                ..Exchange::default()
            };
            observed.http.insert(format!("https://{host}{DOMAIN}/"), Seen::Answer(exchange));
            observed.tls.insert(format!("https://{host}{DOMAIN}:443"), Seen::Answer(handshake(&issuer)));
        }
        let text = spec_of(DOMAIN, &observed, today());
        prop_assert!(parsed(&text).spec.domain.value.0 == DOMAIN);
    }
}

fn handshake(issuer: &str) -> Handshake {
    let leaf = Certificate {
        subject: Remote::default(),
        issuer: Remote::new(issuer),
        names: Vec::new(),
        not_before: Timestamp::MIN,
        not_after: Timestamp::MAX,
        sha256: String::new(),
        sha512: String::new(),
        key_sha256: String::new(),
        key_sha512: String::new(),
    };
    Handshake {
        peer: None,
        version: "1.3".into(),
        alpn: None,
        clear: false,
        chain: vec![leaf],
        path: Path::Trusted,
    }
}
