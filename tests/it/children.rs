//! Zones below the domain's, on real sockets.

use std::collections::BTreeSet;

use crate::checks::apex;
use crate::lab::Lab;
use crate::run::{check, findings};

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
