//! Name servers that do not speak for the zone they are named for.

use std::collections::BTreeSet;

use super::{nobody_asked, zone};
use crate::check::{Status, Verdict, World, seen};
use crate::item;
use crate::observed::{DnsAnswer, FailureKind, Seen, Server};

/// How a server fails to speak for the zone.
enum Lameness {
    /// It does not.
    Speaks,
    /// It fails: in what way, as a clause.
    Lame(String),
    /// Nothing comes back, which may be this side's fault.
    Silent(String),
    /// It could not be asked.
    Unknown(String),
}

fn lameness(server: &Server, origin: &str) -> Lameness {
    let who = server.address.map_or(server.name.clone(), |address| format!("{} ({address})", server.name));
    match server.answer(origin, "SOA") {
        None if server.address.is_none() => Lameness::Lame(format!("{who} has no address")),
        None => Lameness::Unknown(seen::NOT_OBSERVED.into()),
        Some(Seen::Unobserved(reason)) => Lameness::Unknown(reason.to_string()),
        Some(Seen::Failed(failure)) if failure.kind == FailureKind::NoAnswer => {
            Lameness::Silent(failure.detail.to_string())
        }
        Some(Seen::Failed(failure)) => Lameness::Lame(failure.detail.to_string()),
        Some(Seen::Answer(answer)) if answer.unauthoritative => {
            Lameness::Lame(format!("{who} answers, but does not speak for {origin} (no AA flag)"))
        }
        Some(Seen::Answer(answer)) if answer.of_type("SOA").next().is_none() => {
            Lameness::Lame(format!("{who} says that there is no zone {origin}"))
        }
        Some(Seen::Answer(_)) => Lameness::Speaks,
    }
}

/// True where a name server of that address family answered in this run: then silence is the
/// server's own.
fn family_works(ipv6: bool, world: &World) -> bool {
    let servers = world.observed.zones.values().flat_map(|zone| &zone.servers);
    let of_family = servers.filter(|server| server.address.is_some_and(|address| address.is_ipv6() == ipv6));
    let mut answers = of_family.flat_map(|server| server.answers.values());
    let answered = |seen: &Seen<DnsAnswer>| match seen {
        Seen::Answer(_) => true,
        Seen::Failed(failure) => matches!(failure.kind, FailureKind::ErrorCode | FailureKind::Refused),
        Seen::Unobserved(_) => false,
    };
    answers.any(answered)
        || (!ipv6
            && world.observed.zones.values().any(|zone| matches!(zone.delegation, Some(Seen::Answer(_)))))
}

/// The verdict of a check on a name that could not be looked up, where no name server of its zone
/// speaks for it.
pub(in crate::check) fn silenced(name: &str, world: &World) -> Option<Verdict> {
    let (origin, zone) = world.observed.zone_of(name, "A")?;
    let speaks = |server: &Server| matches!(lameness(server, origin), Lameness::Speaks);
    let item = world.items.zones.iter().find(|item| item.origin == origin)?;
    let dead = !zone.servers.iter().any(speaks) && nameserver_lame(item, world).status == Status::Fail;
    let reason = "no name server speaks for its zone";
    dead.then(|| Verdict::not_judged("dns/nameserver-lame", origin, reason))
}

pub(in crate::check) fn nameserver_lame(item: &item::Zone, world: &World) -> Verdict {
    let Some(zone) = zone(item, world).filter(|zone| !zone.servers.is_empty()) else {
        return nobody_asked(&item.origin, world);
    };
    let (mut lame, mut unknown, mut speaking) = (Vec::new(), Vec::new(), BTreeSet::new());
    for server in &zone.servers {
        match lameness(server, &item.origin) {
            Lameness::Speaks => drop(speaking.insert(server.name.clone())),
            Lameness::Lame(what) => lame.push(what),
            Lameness::Silent(what) if family_works(server.address.is_some_and(|a| a.is_ipv6()), world) => lame.push(what),
            Lameness::Silent(what) => unknown.push(format!("{what}; none of that address family answered: port 53 may be closed to the outside here, or there is no IPv6")),
            Lameness::Unknown(what) => unknown.push(what),
        }
    }
    if !lame.is_empty() {
        return Verdict::fail(seen::listed(&lame))
            .expected(format!("an authoritative answer for {} from every name server", item.origin))
            .observed(seen::listed(&lame))
            .label("does not speak for it")
            .help(format!("load the zone on that server, or take the server out of the delegation at the registrar and out of the zone's NS records; then ask it: `dig @SERVER {} SOA +norecurse`", item.origin));
    }
    match unknown.into_iter().next() {
        // An address family that this machine cannot reach says nothing; the server answers on another.
        Some(reason) if !zone.servers.iter().all(|server| speaking.contains(&server.name)) => {
            Verdict::unknown(reason)
        }
        _ => {
            Verdict::pass(format!("{} of {} name servers speak for the zone", speaking.len(), speaking.len()))
        }
    }
}
