//! Whatever stands in a zone and whatever a spec asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::cloudflare::records::comment::is_ours;

const NAMES: [&str; 5] =
    ["shop.test", "www.shop.test", "mail.shop.test", "s1._domainkey.shop.test", "_dmarc.shop.test"];

fn said() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "A 203.0.113.1",
        "A 203.0.113.2",
        "AAAA 2001:db8::1",
        "CNAME a.host.test",
        "CNAME b.host.test",
        "MX 10 mail.shop.test",
        "MX 20 mx.host.test",
        "TXT v=spf1 mx -all",
        "TXT v=spf1 ?all",
        "TXT v=DMARC1; p=none",
        "TXT token=1",
        "TXT token=2",
        "CAA 0 issue \"letsencrypt.org\"",
        "NS ns1.host.test",
    ])
}

/// A zone that the API would hold: an alias alone among the addresses of its name, nothing twice.
fn zones() -> impl Strategy<Value = Vec<ApiObject>> {
    let one = (proptest::sample::select(NAMES.to_vec()), said(), any::<bool>(), any::<bool>());
    proptest::collection::vec(one, 0..14).prop_map(|drawn| {
        let mut seen = BTreeSet::new();
        let mut records: Vec<ApiObject> = Vec::new();
        for (number, (name, said, own, proxied)) in drawn.into_iter().enumerate() {
            let kind = said.split(' ').next().unwrap_or_default();
            if !seen.insert((name, said)) || !fits(&records, name, kind) {
                continue;
            }
            let proxied = proxied && ["A", "AAAA", "CNAME"].contains(&kind);
            let make = if own { ours } else { record };
            records.push(make(number, name, said, json!({"proxied": proxied})));
        }
        records
    })
}

fn fits(records: &[ApiObject], name: &str, kind: &str) -> bool {
    let own = records.iter().filter(|record| record.text("name") == Some(name));
    let mut kinds = own.filter_map(|record| record.text("type"));
    !kinds.any(|other| {
        let address = |kind: &str| ["A", "AAAA", "CNAME"].contains(&kind);
        address(other) && address(kind) && (other == "CNAME" || kind == "CNAME")
    })
}

fn specs() -> impl Strategy<Value = String> {
    let one = (proptest::sample::select(NAMES.to_vec()), said(), proptest::option::of(any::<bool>()));
    let records = proptest::collection::vec(one, 0..8);
    let mail = proptest::sample::select(vec![
        "",
        "email: none\n",
        "email: {receive: any, dmarc: {policy: reject}}\n",
        "email: {receive: {mx: [mail.shop.test]}, send: [postmark], dkim: [{selector: s1, cname: s1.host.test}], mta_sts: testing, tls_rpt: [mailto:t@shop.test]}\n",
    ]);
    let caa = proptest::sample::select(vec!["", "  caa: [letsencrypt.org, pki.goog]\n"]);
    (records, mail, caa, any::<bool>()).prop_map(|(records, mail, caa, redirects)| {
        let hosts = if redirects { "hosts: {apex: {}, www: redirect}\n" } else { "" };
        let mut spec = format!("domain: shop.test\n{hosts}{mail}dns:\n{caa}  records:\n    []\n");
        let mut all = String::new();
        for (name, said, proxied) in records {
            let (kind, value) = said.split_once(' ').unwrap_or_default();
            let (priority, value) = match (kind, value.split_once(' ')) {
                ("MX", Some((priority, host))) => (format!(", priority: {priority}"), host),
                _ => (String::new(), value),
            };
            let proxied = proxied.filter(|_| ["A", "AAAA", "CNAME"].contains(&kind));
            let proxied = proxied.map_or_else(String::new, |proxied| format!(", proxied: {proxied}"));
            let _ =
                writeln!(all, "    - {{name: {name}, type: {kind}, value: '{value}'{priority}{proxied}}}");
        }
        if !all.is_empty() {
            spec = spec.replace("    []\n", &all);
        }
        spec
    })
}

fn wishes() -> impl Strategy<Value = Wishes> {
    (any::<bool>(), any::<bool>()).prop_map(|(adopt, prune)| Wishes { adopt, prune, allow: Vec::new() })
}

/// The types of the addresses of each name.
fn addresses(records: &[ApiObject]) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for record in records {
        let (Some(name), Some(kind)) = (record.text("name"), record.text("type")) else { continue };
        if ["A", "AAAA", "CNAME"].contains(&kind) {
            found.entry(name).or_default().push(kind);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn plans_are_safe_and_come_to_an_end(records in zones(), spec in specs(), wishes in wishes()) {
        prop_assume!(Fixture::new(&spec, NOBODY).is_ok());
        let zone = zone(records.clone());
        let piece = planned_with(&spec, NOBODY, &zone, &wishes);
        for change in &piece.changes {
            if let Some(before) = &change.before {
                prop_assert!(wishes.adopt || is_ours(before), "foreign: {}", line(change));
                prop_assert_eq!(change.adopts, !is_ours(before));
            }
            if change.action == Action::Delete && change.why.as_deref().is_none_or(|why| !why.contains("makes room")) {
                prop_assert!(wishes.prune, "deleted: {}", line(change));
            }
            if let Some(sent) = &change.after {
                prop_assert!(is_ours(sent) && sent.get("ttl").is_some() && sent.get("id").is_none());
            }
        }
        let next = after(&zone, &piece.changes);
        for (name, kinds) in addresses(records_of(&next)) {
            prop_assert!(!kinds.contains(&"CNAME") || kinds.len() == 1, "{name}: {kinds:?}");
        }
        let again = planned_with(&spec, NOBODY, &next, &wishes);
        prop_assert_eq!(lines(&again.changes), Vec::<String>::new(), "after {:?}", lines(&piece.changes));
        // What is left alone is left alone as a whole.
        for left in piece.left.iter().filter(|left| left.reason == crate::cloudflare::plan::Reason::Foreign) {
            let Subject::Record { name, kind } = &left.subject else { continue };
            let touched = piece.changes.iter().any(|change| change.subject == left.subject && kind.as_str() != "TXT");
            prop_assert!(!touched, "half of {name} {kind}: {:?}", lines(&piece.changes));
        }
        // Foreign records are there afterwards as they were.
        if !wishes.adopt {
            for foreign in records.iter().filter(|record| !is_ours(record)) {
                prop_assert!(records_of(&next).contains(foreign));
            }
        }
    }
}

#[test]
fn a_thousand_records_are_planned_in_no_time() {
    let mut dns = String::new();
    let mut answers = String::new();
    let records: Vec<ApiObject> = (0..1000)
        .map(|n| {
            let _ = writeln!(dns, "    - {{name: h{n}, type: A, value: 203.0.113.{}}}", n % 250);
            let value = if n % 25 == 0 { 251 } else { n % 250 };
            let _ = writeln!(
                answers,
                "  h{n}.shop.test A: {{answer: {{records: [{{name: h{n}.shop.test, type: A, ttl: 300, value: 203.0.113.{value}}}]}}}}"
            );
            ours(n, &format!("h{n}.shop.test"), &format!("A 203.0.113.{value}"), json!({}))
        })
        .collect();
    let spec = format!(
        "domain: shop.test\nemail: {{receive: any, dmarc: {{policy: reject}}}}\ndns:\n  records:\n{dns}"
    );
    let fixture = Fixture::new(&spec, &format!("{NOBODY}\ndns:\n{answers}")).expect("a fixture");
    let world = fixture.world();
    let zone = zone(records);
    let begun = Instant::now();
    let piece = piece(Context { world: &world, live: &zone, wishes: &NO });
    let took = begun.elapsed();
    assert!(piece.changes.len() >= 40, "{:?}", lines(&piece.changes));
    let promised = piece.changes.iter().filter(|change| !change.turns_green.is_empty()).count();
    assert!(promised >= 40, "{promised}");
    // Ten times as long without optimisation; a quadratic walk would be a minute.
    assert!(took.as_secs() < 20, "{took:?}");
}
