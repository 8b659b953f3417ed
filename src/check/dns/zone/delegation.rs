//! What the parent says of the zone, and what the zone gives to strangers.

use std::collections::{BTreeMap, BTreeSet};

use super::{nobody_asked, own_answers, zone};
use crate::check::{Verdict, World, seen};
use crate::item;
use crate::observed::{Delegation, FailureKind, Seen, Transfer};
use crate::spec::model::Nameservers;

pub(in crate::check) fn delegation_differs(item: &item::Zone, world: &World) -> Verdict {
    let Some(zone) = zone(item, world) else { return nobody_asked(&item.origin, world) };
    let delegation = match &zone.delegation {
        Some(Seen::Answer(delegation)) => delegation,
        Some(Seen::Failed(failure)) => return Verdict::unknown(failure.detail.to_string()),
        Some(Seen::Unobserved(reason)) => return Verdict::unknown(reason.to_string()),
        None if zone.parent.is_some() => return Verdict::unknown(seen::NOT_OBSERVED),
        None if matches!(world.observed.dns(&item.origin, "NS"), Some(Seen::Unobserved(_))) => {
            return nobody_asked(&item.origin, world);
        }
        None => {
            return Verdict::unknown(
                "no zone above it was found, so nobody could be asked for the delegation",
            );
        }
    };
    let parent: BTreeSet<String> = delegation.servers.iter().map(ToString::to_string).collect();
    let own = own_answers(zone, &item.origin, "NS");
    if own.is_empty() {
        return nobody_asked(&item.origin, world);
    }
    let child: BTreeSet<String> =
        own.iter().flat_map(|(_, a)| a.values("NS")).map(ToString::to_string).collect();
    if parent != child {
        return two_lists(&parent, &child, world);
    }
    match stale_glue(delegation, world) {
        Some((server, glue, own)) => {
            Verdict::fail(format!("the glue of {server} is {glue}, its own address {own}"))
                .expected(format!("{server} at {own}"))
                .observed(format!("{server} at {glue}"))
                .label("old address at the parent")
                .help("at the registrar, correct the address of that name server (host object, glue record)")
        }
        None => Verdict::pass(format!("the parent and the zone name the same {} servers", child.len())),
    }
}

/// The parent and the zone name different servers; which of them is wrong, the spec may say.
fn two_lists(parent: &BTreeSet<String>, child: &BTreeSet<String>, world: &World) -> Verdict {
    let list = |set: &BTreeSet<String>| seen::listed(&set.iter().cloned().collect::<Vec<_>>());
    let missing: Vec<String> = child.difference(parent).cloned().collect();
    let foreign: Vec<String> = parent.difference(child).cloned().collect();
    let mut faults = Vec::new();
    if !missing.is_empty() {
        faults.push(format!("the parent does not name {}", seen::listed(&missing)));
    }
    if !foreign.is_empty() {
        faults.push(format!("only the parent names {}", seen::listed(&foreign)));
    }
    let verdict = Verdict::fail(seen::in_full(&faults))
        .observed(format!("parent: {} | zone: {}", list(parent), list(child)))
        .label("two lists of servers");
    let declared = world.document.spec.dns.as_ref().and_then(|dns| dns.nameservers.as_ref());
    let declared = match declared.map(|servers| &servers.value) {
        Some(Nameservers::List(names)) => names.iter().map(|name| name.value.0.clone()).collect(),
        _ => BTreeSet::new(),
    };
    if declared == *parent {
        return verdict.expected(format!("{} in the zone, as declared and as at the parent", list(parent))).help(
            "correct the zone's NS records at your DNS provider; the registrar has the declared name servers",
        );
    }
    if declared == *child {
        return verdict
            .expected(format!("{} at the parent, as declared and as in the zone", list(child)))
            .help("enter the declared name servers at the registrar");
    }
    verdict.expected("the same name servers at the parent and in the zone").help(
        "decide which list is right: enter the zone's name servers at the registrar, or correct the zone's NS records at your DNS provider",
    )
}

/// A server whose glue the zone itself does not know.
fn stale_glue(delegation: &Delegation, world: &World) -> Option<(String, String, String)> {
    delegation.glue.iter().find_map(|glue| {
        let name = glue.name.as_str();
        // An address family that could not be looked up says nothing about its glue.
        let answer = seen::dns(name, &glue.kind, world).ok()?;
        let own: Vec<String> = answer.values(&glue.kind).map(ToString::to_string).collect();
        let stale = !own.is_empty() && !own.iter().any(|address| address == glue.value.as_str());
        stale.then(|| (name.to_owned(), glue.value.to_string(), seen::listed(&own)))
    })
}

pub(in crate::check) fn zone_transfer_open(item: &item::Zone, world: &World) -> Verdict {
    let Some(zone) = zone(item, world) else { return nobody_asked(&item.origin, world) };
    let (mut open, mut closed, mut gaps) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    for server in &zone.servers {
        let name = server.name.as_str();
        match &server.transfer {
            Some(Seen::Answer(Transfer::Given(_))) => drop(open.insert(name.to_owned())),
            // Silence may be this side's network; whoever resets or hangs up gives nothing away.
            Some(Seen::Failed(failure)) if failure.kind == FailureKind::NoAnswer => {
                gaps.insert(name, failure.detail.to_string());
            }
            Some(Seen::Answer(Transfer::Refused) | Seen::Failed(_)) => drop(closed.insert(name)),
            Some(Seen::Unobserved(reason)) => drop(gaps.insert(name, reason.to_string())),
            None => {}
        }
    }
    if !open.is_empty() {
        let open = seen::listed(&open.into_iter().collect::<Vec<_>>());
        return Verdict::fail(format!("{open} gives the whole zone {} to anybody", item.origin))
            .expected("AXFR refused to strangers (RFC 5936 section 5)")
            .observed(format!("AXFR answered by {open}"))
            .label("whole zone for anybody")
            .help(format!("allow transfers to the secondary servers only (BIND: `allow-transfer`, with a TSIG key); then try `dig @SERVER {} AXFR`", item.origin));
    }
    if let Some((_, gap)) = gaps.into_iter().find(|(name, _)| !closed.contains(name)) {
        return Verdict::unknown(gap);
    }
    if closed.is_empty() {
        return nobody_asked(&item.origin, world);
    }
    Verdict::pass("no name server gives the zone away")
}
