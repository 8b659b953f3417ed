//! Where zones begin and end: whose word about them counts, on real sockets.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::checks::apex;
use crate::lab::{Fault, Lab};
use crate::run::{check, finding, findings};

/// Whoever delegates every name keeps no run busy.
#[test]
fn only_some_children_are_looked_at() {
    let names: Vec<String> = (0..12).map(|index| format!("c{index}.shop.test")).collect();
    let records: Vec<String> =
        names.iter().map(|name| format!("{{name: deep.{name}, type: TXT, value: a=b}}")).collect();
    let spec =
        format!("domain: shop.test\nhosts: {{apex: {{}}}}\ndns: {{records: [{}]}}", records.join(", "));
    let mut world = Lab::builder();
    apex(&mut world);
    for name in &names {
        world.zone(name).txt("deep", "a=b");
    }
    let lab = world.start();
    let report = check(&lab, &spec, &["--format", "json"]).json();
    let asked = lab.log().questions().into_iter().filter(|q| names.contains(&q.name) && q.kind == "SOA");
    let children: BTreeSet<String> =
        asked.filter(|q| q.server.ends_with(&q.name)).map(|question| question.name).collect();
    assert_eq!(children.len(), 8, "{children:?}");
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
}

/// A report about a sound product where these servers of the zone above know nothing of the domain
/// and say so without the AA flag.
fn with_strangers(servers: &[&str]) -> Value {
    let mut world = Lab::builder();
    apex(&mut world);
    for server in servers {
        world.name_server(server).zone("test").txt("@", "not yours");
        world.server_fault(server, Fault::NotAuthoritative);
    }
    check(&world.start(), "domain: shop.test", &["--format", "json"]).json()
}

#[test]
fn a_parent_s_server_that_does_not_speak_for_it_is_not_believed() {
    let report = with_strangers(&["a.nic.test"]);
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    assert_eq!(finding(&report, "dns/delegation-differs", "shop.test")["status"], "pass");
    let report = with_strangers(&["a.nic.test", "b.nic.test"]);
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let differs = finding(&report, "dns/delegation-differs", "shop.test");
    assert_eq!(differs["status"], "unknown");
    let words = differs["message"].as_str().expect("words");
    assert!(words.contains("b.nic.test of test does not speak for it"), "{words}");
}
