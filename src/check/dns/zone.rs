//! Zones: their delegation and their name servers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::record;
use super::view::nobody_asked;
use crate::check::{Verdict, World, seen};
use crate::item;
use crate::observed::{Delegation, DnsAnswer, FailureKind, Seen, Server, Transfer, Zone};

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
    let named = seen::listed(&names.iter().cloned().collect::<Vec<_>>());
    let verdict = |what: String, observed: String| {
        Verdict::fail(what)
            .expected("at least two name servers on different addresses (RFC 2182 section 5)")
            .observed(observed)
            .label("one fault and all is dark")
            .help("add a second name server in another place, at the registrar and in the zone; every managed DNS provider gives two or more")
    };
    if names.is_empty() {
        return verdict(format!("{} is delegated to no name server", item.origin), "none".into());
    }
    if names.len() == 1 {
        return verdict(format!("{} has one name server only: {named}", item.origin), named);
    }
    let found: Vec<BTreeSet<IpAddr>> = names.iter().map(|name| addresses(name, zone, world)).collect();
    let all: BTreeSet<&IpAddr> = found.iter().flatten().collect();
    // Servers without address are told by `dns/nameserver-lame`.
    match (all.len(), found.iter().filter(|addresses| !addresses.is_empty()).count()) {
        (1, 2..) => {
            let address = all.iter().next().map_or(String::new(), ToString::to_string);
            verdict(format!("the name servers {named} are all at {address}"), address)
        }
        _ => Verdict::pass(format!("{} name servers: {named}", names.len())),
    }
}

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

/// The authoritative answers for the zone's own name, by server.
fn own_answers<'w>(zone: &'w Zone, origin: &str, kind: &str) -> Vec<(&'w Server, &'w DnsAnswer)> {
    let answer = |server: &'w Server| match server.answer(origin, kind)? {
        Seen::Answer(answer) if !answer.unauthoritative => Some((server, answer)),
        _ => None,
    };
    zone.servers.iter().filter_map(answer).collect()
}

pub(in crate::check) fn nameservers_disagree(item: &item::Zone, world: &World) -> Verdict {
    let Some(zone) = zone(item, world) else { return nobody_asked(&item.origin, world) };
    let answers = own_answers(zone, &item.origin, "SOA");
    let names: BTreeSet<&str> = answers.iter().map(|(server, _)| server.name.as_str()).collect();
    if names.is_empty() {
        return nobody_asked(&item.origin, world);
    }
    let fault = |what: String, said: Vec<String>| {
        Verdict::fail(what)
            .expected("the same answer from every name server")
            .observed(seen::listed(&said))
            .label("not of one mind")
            .help("look whether the zone was changed on one server only, and whether transfers or the provider's sync work; while they differ, it is luck what a visitor gets")
    };
    for record in &world.items.records {
        let kind = record.record.kind.name();
        if origin(&record.name, kind, world) == item.origin
            && let Some(said) = record::dissent(record, world)
        {
            let what =
                format!("the name servers of {} disagree about {}", item.origin, record::subject(record));
            return fault(what, said).at(record.place.clone());
        }
    }
    let mut serials: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (server, answer) in &answers {
        if let Some(serial) = serial(answer) {
            serials.entry(serial.to_owned()).or_default().insert(&server.name);
        }
    }
    if serials.len() > 1 {
        let said: Vec<String> = serials
            .iter()
            .map(|(serial, servers)| {
                let servers: Vec<String> = servers.iter().map(|server| (*server).to_owned()).collect();
                format!("{}: serial {serial}", seen::listed(&servers))
            })
            .collect();
        return fault(format!("the name servers of {} have different versions of it", item.origin), said);
    }
    if names.len() < 2 {
        return Verdict::not_applicable("one name server answered, so there is nothing to compare");
    }
    Verdict::pass(format!("{} name servers give the same answers", names.len()))
}

/// The third field of a SOA.
fn serial(answer: &DnsAnswer) -> Option<&str> {
    answer.values("SOA").next()?.as_str().split(' ').nth(2)
}

pub(in crate::check) fn delegation_differs(item: &item::Zone, world: &World) -> Verdict {
    let Some(zone) = zone(item, world) else { return nobody_asked(&item.origin, world) };
    let delegation = match &zone.delegation {
        Some(Seen::Answer(delegation)) => delegation,
        Some(Seen::Failed(failure)) => return Verdict::unknown(failure.detail.to_string()),
        Some(Seen::Unobserved(reason)) => return Verdict::unknown(reason.to_string()),
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
        let list = |set: &BTreeSet<String>| seen::listed(&set.iter().cloned().collect::<Vec<_>>());
        let missing: Vec<String> = child.difference(&parent).cloned().collect();
        let foreign: Vec<String> = parent.difference(&child).cloned().collect();
        let mut faults = Vec::new();
        if !missing.is_empty() {
            faults.push(format!("the parent does not name {}", seen::listed(&missing)));
        }
        if !foreign.is_empty() {
            faults.push(format!("only the parent names {}", seen::listed(&foreign)));
        }
        return Verdict::fail(seen::listed(&faults))
            .expected(format!("{} at the parent, as in the zone", list(&child)))
            .observed(list(&parent))
            .label("two lists of servers")
            .help("at the registrar, enter the same name servers as the zone's NS records name, or correct the NS records");
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

/// A server whose glue the zone itself does not know.
fn stale_glue(delegation: &Delegation, world: &World) -> Option<(String, String, String)> {
    delegation.glue.iter().find_map(|glue| {
        let name = glue.name.as_str();
        let own: Vec<String> = seen::addresses(name, world).found.iter().map(ToString::to_string).collect();
        let stale = !own.is_empty() && !own.iter().any(|address| address == glue.value.as_str());
        stale.then(|| (name.to_owned(), glue.value.to_string(), seen::listed(&own)))
    })
}

pub(in crate::check) fn zone_transfer_open(item: &item::Zone, world: &World) -> Verdict {
    let Some(zone) = zone(item, world) else { return nobody_asked(&item.origin, world) };
    let (mut open, mut closed, mut gap) = (BTreeSet::new(), 0_usize, None);
    for server in &zone.servers {
        match &server.transfer {
            Some(Seen::Answer(Transfer::Given(_))) => drop(open.insert(server.name.clone())),
            Some(Seen::Unobserved(reason)) => gap = Some(reason.to_string()),
            // Whoever refuses, resets or hangs up gives nothing away.
            Some(Seen::Answer(Transfer::Refused) | Seen::Failed(_)) => closed += 1,
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
    match gap {
        Some(gap) if closed == 0 => Verdict::unknown(gap),
        _ if closed == 0 => nobody_asked(&item.origin, world),
        _ => Verdict::pass("no name server gives the zone away"),
    }
}

/// Ranges of the SOA's timers in seconds: RFC 1912 section 2.2, widened by what managed DNS sets.
const TIMERS: [(&str, u32, u32); 4] = [
    ("refresh", 1_200, 86_400),
    ("retry", 120, 28_800),
    ("expire", 604_800, 3_628_800),
    ("minimum", 60, 86_400),
];

pub(in crate::check) fn soa_values(item: &item::Zone, world: &World) -> Verdict {
    let own = zone(item, world).map(|zone| own_answers(zone, &item.origin, "SOA")).unwrap_or_default();
    let answer = match own.first() {
        Some((_, answer)) => *answer,
        None => match seen::dns(&item.origin, "SOA", world) {
            Ok(answer) => answer,
            Err(verdict) => return *verdict,
        },
    };
    let Some(soa) = answer.values("SOA").next() else {
        return Verdict::unknown(format!("{} has no SOA record", item.origin));
    };
    let numbers: Vec<u32> = soa.as_str().split(' ').skip(3).filter_map(|word| word.parse().ok()).collect();
    let mut faults: Vec<String> = TIMERS
        .iter()
        .zip(&numbers)
        .filter(|((_, least, most), value)| *value < least || *value > most)
        .map(|((name, least, most), value)| format!("{name} {value} (usual: {least} to {most})"))
        .collect();
    if let [refresh, retry, ..] = numbers[..]
        && retry >= refresh
    {
        faults.push(format!("retry {retry} is not below refresh {refresh}"));
    }
    if faults.is_empty() {
        return Verdict::pass(format!("the timers are in the usual ranges: {soa}"));
    }
    let faults = seen::listed(&faults);
    Verdict::fail(format!("timers of the SOA record are unusual: {faults}"))
        .expected("timers in the ranges of RFC 1912 section 2.2")
        .observed(soa.to_string())
        .label("unusual timers")
        .help("where you run the name servers yourself, correct the SOA record; a managed DNS provider chooses its own, and nothing needs to be done")
}
