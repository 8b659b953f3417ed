//! Aliases that share their name with other records.

use std::collections::BTreeSet;

use crate::check::{Verdict, World, seen};
use crate::item::Name;
use crate::observed::Seen;

pub(in crate::check) fn cname_conflict(owner: &Name, world: &World) -> Verdict {
    let name = owner.name.as_str();
    let asked = super::view::own(name, "CNAME", world);
    if asked.is_empty() {
        if let Some(reason) = super::view::own_failure(name, "CNAME", world) {
            return Verdict::unknown(reason);
        }
        let zone = super::zone::origin(name, "CNAME", world);
        return super::view::nobody_asked(&zone, world);
    }
    let Some(target) = asked.iter().find_map(|(_, answer)| {
        answer.of_type("CNAME").find(|record| record.name.as_str() == name).map(|record| record.value.clone())
    }) else {
        return Verdict::not_applicable(format!("{name} is no alias"));
    };
    let beside = beside(name, world);
    if beside.is_empty() {
        return Verdict::pass(format!("nothing stands beside the alias {name} -> {target}"));
    }
    let kinds = seen::listed(&beside);
    let verdict = Verdict::fail(format!("{name} is an alias of {target} and has {kinds} records of its own"))
        .expected("a CNAME alone at its name (RFC 1034 section 3.6.2)")
        .observed(format!("CNAME {target} beside {kinds}"))
        .label("alias and records");
    if world.observed.zones.contains_key(name) {
        return verdict.help(format!(
            "a zone's own name cannot be an alias: publish the addresses of {target} as A and AAAA records, or use your DNS provider's flattening (ALIAS, ANAME)"
        ));
    }
    verdict.help("which of them a resolver sees is luck: delete the alias, or everything else at that name")
}

/// The types of the name's own records other than the alias, as its name servers gave them.
fn beside(name: &str, world: &World) -> Vec<String> {
    let servers = world.observed.zone_of(name, "CNAME").into_iter().flat_map(|(_, zone)| &zone.servers);
    let answers = servers.flat_map(|server| server.answers.values()).filter_map(|seen| match seen {
        Seen::Answer(answer) if !answer.unauthoritative => Some(answer),
        _ => None,
    });
    let records = answers.flat_map(|answer| &answer.records).filter(|record| record.name.as_str() == name);
    let kinds: BTreeSet<&str> = records.map(|record| record.kind.as_str()).collect();
    // DNSSEC signs and proves at every name (RFC 4034 sections 3 and 4).
    let own = |kind: &&&str| !["CNAME", "RRSIG", "NSEC", "NSEC3"].contains(*kind);
    kinds.iter().filter(own).map(|kind| (*kind).to_owned()).collect()
}
