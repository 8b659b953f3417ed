//! Zones: their delegation and their name servers.

pub(in crate::check) mod delegation;
pub(in crate::check) mod disagree;
pub(in crate::check) mod lame;
pub(in crate::check) mod soa;

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::record;
use super::view::nobody_asked;
use crate::check::{Verdict, World, domain, seen};
use crate::item;
use crate::observed::{Delegation, DnsAnswer, Seen, Server, Zone};

/// The origin of the zone that holds a name and type; the domain where none was seen.
pub(super) fn origin(name: &str, kind: &str, world: &World) -> String {
    world
        .observed
        .zone_of(name, kind)
        .map_or_else(|| world.domain().to_owned(), |(origin, _)| origin.to_owned())
}

fn zone<'w>(item: &item::Zone, world: &'w World) -> Option<&'w Zone> {
    world.observed.zones.get(&item.origin)
}

/// What the parent says, where it was asked and answered.
fn delegation(zone: &Zone) -> Option<&Delegation> {
    match &zone.delegation {
        Some(Seen::Answer(delegation)) => Some(delegation),
        _ => None,
    }
}

/// The names of the servers that visitors are sent to: the parent's, or else those that the
/// resolver knows.
fn servers(item: &item::Zone, zone: Option<&Zone>, world: &World) -> BTreeSet<String> {
    if let Some(delegation) = zone.and_then(delegation) {
        return delegation.servers.iter().map(ToString::to_string).collect();
    }
    match world.observed.dns(&item.origin, "NS") {
        Some(Seen::Answer(answer)) => answer.values("NS").map(ToString::to_string).collect(),
        _ => BTreeSet::new(),
    }
}

/// The verdict of a check on a name that does not exist, where the parent delegates its zone to
/// nobody.
pub(in crate::check) fn undelegated(name: &str, world: &World) -> Option<Verdict> {
    let (origin, zone) = world.observed.zone_of(name, "A")?;
    let nobody = delegation(zone).is_some_and(|delegation| delegation.servers.is_empty());
    let reason = "the zone is delegated to no name server";
    nobody.then(|| Verdict::not_judged("dns/nameserver-count", origin, reason))
}

/// The addresses of a name server: the resolver's and the glue.
fn addresses(server: &str, zone: Option<&Zone>, world: &World) -> BTreeSet<IpAddr> {
    let glue = zone.and_then(delegation).into_iter().flat_map(|delegation| &delegation.glue);
    let glue = glue.filter(|record| record.name.as_str() == server);
    let glue = glue.filter_map(|record| record.value.as_str().parse().ok());
    glue.chain(seen::addresses(server, world).found).collect()
}

pub(in crate::check) fn nameserver_count(item: &item::Zone, world: &World) -> Verdict {
    let zone = zone(item, world);
    let names = servers(item, zone, world);
    if names.is_empty() && zone.and_then(delegation).is_none() {
        return nobody_asked(&item.origin, world);
    }
    let list = seen::listed(&names.iter().cloned().collect::<Vec<_>>());
    let verdict = |what: String, observed: String| {
        Verdict::fail(what)
            .expected("at least two name servers on different addresses (RFC 2182 section 5)")
            .observed(observed)
            .label("one fault and all is dark")
            .help("add a second name server in another place, at the registrar and in the zone; every managed DNS provider gives two or more")
    };
    if names.is_empty() {
        if let Some(cause) = domain::out_of_dns(world) {
            return cause;
        }
        return verdict(format!("{} is delegated to no name server", item.origin), "none".into())
            .label("not delegated")
            .help(format!("the zone above knows no name servers for {0}: if it is not registered yet, register it; if it is, enter the name servers of your DNS provider at the registrar; then ask `dig {0} NS +trace`", item.origin));
    }
    if names.len() == 1 {
        return verdict(format!("{} has one name server only: {list}", item.origin), list);
    }
    let found: Vec<BTreeSet<IpAddr>> = names.iter().map(|name| addresses(name, zone, world)).collect();
    let all: BTreeSet<IpAddr> = found.iter().flatten().copied().collect();
    let (six, four): (Vec<IpAddr>, Vec<IpAddr>) = all.iter().copied().partition(IpAddr::is_ipv6);
    // One machine may have an address of each family. Servers without address are told by
    // `dns/nameserver-lame`.
    let somewhere = found.iter().filter(|addresses| !addresses.is_empty()).count();
    if somewhere > 1 && six.len() < 2 && four.len() < 2 {
        let all = seen::listed(&all.iter().map(ToString::to_string).collect::<Vec<_>>());
        return verdict(format!("the name servers {list} are all at {all}"), all);
    }
    Verdict::pass(format!("{} name servers: {list}", names.len()))
}

/// The authoritative answers for the zone's own name, by server.
fn own_answers<'w>(zone: &'w Zone, origin: &str, kind: &str) -> Vec<(&'w Server, &'w DnsAnswer)> {
    let answer = |server: &'w Server| match server.answer(origin, kind)? {
        Seen::Answer(answer) if !answer.unauthoritative => Some((server, answer)),
        _ => None,
    };
    zone.servers.iter().filter_map(answer).collect()
}
