//! Name servers that do not speak for the zone they are named for.

use std::collections::BTreeSet;

use super::{nobody_asked, zone};
use crate::check::{Status, Verdict, World, seen};
use crate::item;
use crate::observed::{DnsAnswer, FailureKind, Seen, Server, Zone};

/// How a server stands to the zone.
enum Stand {
    /// It speaks for it.
    Speaks,
    /// It does not.
    Lame(Fault),
    /// Nothing comes back, which may be this side's fault.
    Silent(Fault),
    /// It could not be asked.
    Unknown(String),
}

/// What a server does instead of speaking for the zone.
struct Fault {
    /// In a sentence: `ns2.shop.test (192.0.2.53) ...`.
    what: String,
    /// In two or three words: `REFUSED`.
    seen: String,
    cure: String,
}

fn stand(server: &Server, origin: &str, world: &World) -> Stand {
    let Server { name, address, .. } = server;
    let who = address.map_or(name.clone(), |address| format!("{name} ({address})"));
    let fault = |what: String, seen: &str, cure: String| Fault { what, seen: format!("{who}: {seen}"), cure };
    let load = || {
        let server = address.map_or(name.clone(), |address| address.to_string());
        format!(
            "load the zone on that server, or take it out of the delegation at the registrar and out of the zone's NS records; then ask it: `dig @{server} {origin} SOA +norecurse`"
        )
    };
    let private = address.and_then(|address| world.private.fault(address));
    match server.answer(origin, "SOA") {
        None if address.is_none() => Stand::Lame(fault(
            format!("{who} has no address"),
            "no address",
            format!(
                "publish an A record for {name}, or correct its name at the registrar and in the zone's NS records"
            ),
        )),
        None => Stand::Unknown(seen::NOT_OBSERVED.into()),
        Some(Seen::Unobserved(reason)) => match private {
            Some(kind) => Stand::Lame(fault(
                format!("{who} is at a {kind} address: nobody outside can ask it"),
                "no public address",
                format!("give {name} a public address, in its own zone and in the glue at the registrar"),
            )),
            None => Stand::Unknown(reason.to_string()),
        },
        Some(Seen::Failed(failure)) => {
            let what = failure.detail.to_string();
            let start = || {
                format!(
                    "look whether the server runs and whether its firewall lets port 53 through, UDP and TCP; if it was given up, take {name} out of the delegation at the registrar and out of the zone's NS records"
                )
            };
            match failure.kind {
                FailureKind::NoAnswer => Stand::Silent(fault(what, "no answer", start())),
                FailureKind::Refused => Stand::Lame(fault(what, "connection refused", start())),
                _ => Stand::Lame(fault(what, "an error", load())),
            }
        }
        Some(Seen::Answer(answer)) if answer.unauthoritative => Stand::Lame(fault(
            format!("{who} answers, but does not speak for {origin} (no AA flag)"),
            "no AA flag",
            load(),
        )),
        Some(Seen::Answer(answer)) if answer.of_type("SOA").next().is_none() => {
            Stand::Lame(fault(format!("{who} says that there is no zone {origin}"), "no such zone", load()))
        }
        Some(Seen::Answer(_)) => Stand::Speaks,
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

/// True where what answers at every name server's address knows the zone and claims no authority, and
/// nobody spoke for the zone above either: a network that answers port 53 by itself looks like that.
fn is_intercepted(zone: &Zone, origin: &str) -> bool {
    let repeats = |server: &Server| match server.answer(origin, "SOA") {
        Some(Seen::Answer(answer)) => answer.unauthoritative && answer.of_type("SOA").next().is_some(),
        _ => false,
    };
    !matches!(zone.delegation, Some(Seen::Answer(_))) && zone.servers.iter().all(repeats)
}

/// The verdict of a check on a name that could not be looked up, where no name server of its zone
/// speaks for it.
pub(in crate::check) fn silenced(name: &str, world: &World) -> Option<Verdict> {
    let (origin, zone) = world.observed.zone_of(name, "A")?;
    let speaks = |server: &Server| matches!(stand(server, origin, world), Stand::Speaks);
    let dead = !zone.servers.is_empty() && !zone.servers.iter().any(speaks);
    dead.then(|| because_lame(origin, world, "no name server speaks for its zone"))?
}

/// The verdict of a check on a name that is said not to exist, where one of the zone's name servers
/// says that of the zone itself: whom the resolver asked is luck.
pub(in crate::check) fn denied_by_luck(name: &str, world: &World) -> Option<Verdict> {
    let (origin, zone) = world.observed.zone_of(name, "A")?;
    let denies = |server: &Server| match server.answer(origin, "SOA") {
        Some(Seen::Answer(answer)) => !answer.unauthoritative && answer.of_type("SOA").next().is_none(),
        _ => false,
    };
    let reason = "a name server of its zone denies everything";
    zone.servers.iter().any(denies).then(|| because_lame(origin, world, reason))?
}

fn because_lame(origin: &str, world: &World, reason: &str) -> Option<Verdict> {
    let item = world.items.zones.iter().find(|item| item.origin == origin)?;
    let lame = nameserver_lame(item, world).status == Status::Fail;
    lame.then(|| Verdict::not_judged("dns/nameserver-lame", origin, reason))
}

pub(in crate::check) fn nameserver_lame(item: &item::Zone, world: &World) -> Verdict {
    let Some(zone) = zone(item, world).filter(|zone| !zone.servers.is_empty()) else {
        return nobody_asked(&item.origin, world);
    };
    let (mut lame, mut unknown, mut speaking) = (Vec::new(), None, BTreeSet::new());
    for server in &zone.servers {
        let works = || family_works(server.address.is_some_and(|address| address.is_ipv6()), world);
        match stand(server, &item.origin, world) {
            Stand::Speaks => drop(speaking.insert(server.name.clone())),
            Stand::Lame(fault) => lame.push(fault),
            Stand::Silent(fault) if works() => lame.push(fault),
            Stand::Silent(fault) => {
                unknown.get_or_insert(format!(
                    "{}; none of that address family answered: port 53 may be closed to the outside here, or there is no IPv6",
                    fault.what
                ));
            }
            Stand::Unknown(what) => drop(unknown.get_or_insert(what)),
        }
    }
    if speaking.is_empty() && is_intercepted(zone, &item.origin) {
        return Verdict::unknown(
            "every name server answers without speaking for the zone, and the zone above could not be asked: something between here and them may answer in their place",
        );
    }
    if let Some(first) = lame.first() {
        let all =
            |text: fn(&Fault) -> &String| lame.iter().map(|fault| text(fault).clone()).collect::<Vec<_>>();
        return Verdict::fail(seen::in_full(&all(|fault| &fault.what)))
            .expected(format!("an authoritative answer for {} from every name server", item.origin))
            .observed(all(|fault| &fault.seen).join(" | "))
            .label("does not speak for it")
            .help(first.cure.clone());
    }
    match unknown {
        // An address family that this machine cannot reach says nothing; the server answers on another.
        Some(reason) if !zone.servers.iter().all(|server| speaking.contains(&server.name)) => {
            Verdict::unknown(reason)
        }
        _ => {
            Verdict::pass(format!("{} of {} name servers speak for the zone", speaking.len(), speaking.len()))
        }
    }
}
