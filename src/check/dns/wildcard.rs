//! Whether names resolve that nobody declared.

use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::item::improbable_name;
use crate::observed::DnsAnswer;
use crate::spec::names::full_name;

pub(in crate::check) fn wildcard_unintended(world: &World) -> Verdict {
    let domain = world.domain();
    if is_declared(world) {
        return Verdict::not_applicable(format!("`*.{domain}` is declared"));
    }
    let name = improbable_name(domain);
    let mut found = Vec::new();
    let mut gap = None;
    for kind in ["A", "AAAA"] {
        match answer(&name, kind, world) {
            Ok(answer) => found.extend(leads_to(answer, kind)),
            Err(verdict) => gap = Some(verdict),
        }
    }
    found.dedup();
    match (found.is_empty(), gap) {
        (true, Some(gap)) => *gap,
        (true, None) => Verdict::pass(format!("{name}, which nobody declared, does not resolve")),
        (false, _) => unintended(domain, &name, &found),
    }
}

/// What is known of the improbable name. Today that is the resolver's answer; what the zone's own
/// servers say would go before it, because some networks answer every name.
fn answer<'w>(name: &str, kind: &str, world: &'w World) -> Judged<&'w DnsAnswer> {
    seen::dns(name, kind, world)
}

/// The first alias where there is one, or else the addresses.
fn leads_to(answer: &DnsAnswer, kind: &str) -> Vec<String> {
    match answer.values("CNAME").next() {
        Some(target) => vec![seen::cut(target.as_str())],
        None => answer.values(kind).map(|address| seen::cut(address.as_str())).collect(),
    }
}

/// True where a host or a record of the spec is named `*`.
fn is_declared(world: &World) -> bool {
    let domain = world.domain();
    let wildcard = format!("*.{domain}");
    let hosts = world.document.spec.hosts.iter().flat_map(|hosts| &hosts.0);
    world.items.records.iter().any(|record| record.name == wildcard)
        || hosts.into_iter().any(|(key, _)| full_name(key, domain) == wildcard)
}

fn unintended(domain: &str, name: &str, found: &[String]) -> Verdict {
    let found = seen::listed(found);
    Verdict::fail(format!(
        "{name}, which nobody declared, resolves to {found}: every name under {domain} does"
    ))
    .expected("NXDOMAIN")
    .observed(found)
    .label("every name resolves")
    .help(format!(
        "delete the record `*.{domain}` and publish each name that is needed; if it is meant, declare it: `dns: {{records: [{{name: \"*\", ...}}]}}`. Ask one of the zone's own servers too (`dig NS {domain}`, then `dig @SERVER {name}`): if that says NXDOMAIN, it is your network's resolver that answers every name"
    ))
}
