//! What is published at a name and type: what each name server says itself, or, where none could
//! be asked, what the resolver says.

use std::collections::BTreeSet;

use super::zone::lame::silenced;
use super::zone::undelegated;
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World, domain};
use crate::observed::{DnsAnswer, Seen, Server};

/// The answers that tell what is published.
#[derive(Debug)]
pub(in crate::check) enum View<'w> {
    /// Of the zone's own servers, by name; one answer for each address.
    Servers(Vec<(&'w str, &'w DnsAnswer)>),
    /// Of the resolver: no name server could be asked for it.
    Resolver(&'w DnsAnswer),
}

impl<'w> View<'w> {
    /// Looks at a name and type.
    pub(in crate::check) fn of(name: &str, kind: &str, world: &'w World) -> Judged<Self> {
        let own = own(name, kind, world);
        if !own.is_empty() {
            return Ok(Self::Servers(own));
        }
        // The answer to the question for an address begins with the alias too.
        let asked = kind != "CNAME" || world.observed.dns(name, kind).is_some();
        seen::dns(name, if asked { kind } else { "A" }, world).map(Self::Resolver).map_err(|verdict| {
            // The name servers' own failure says more than the resolver's.
            match own_failure(name, kind, world).filter(|_| verdict.because.is_none()) {
                Some(reason) => Box::new(Verdict::unknown(reason)),
                None => verdict,
            }
        })
    }

    /// The answers.
    pub(in crate::check) fn answers(&self) -> Vec<&'w DnsAnswer> {
        match self {
            Self::Servers(answers) => answers.iter().map(|(_, answer)| *answer).collect(),
            Self::Resolver(answer) => vec![answer],
        }
    }

    /// True where name servers spoke for themselves, so that a TTL is the published one.
    pub(in crate::check) fn is_own(&self) -> bool {
        matches!(self, Self::Servers(_))
    }
}

/// What the servers of the name's zone say, without those that do not speak for it: they know no
/// SOA of it, or claim no authority.
pub(in crate::check) fn own<'w>(name: &str, kind: &str, world: &'w World) -> Vec<(&'w str, &'w DnsAnswer)> {
    let Some((origin, zone)) = world.observed.zone_of(name, kind) else { return Vec::new() };
    let speaks = |server: &&Server| {
        let soa = server.answer(origin, "SOA").and_then(authoritative);
        soa.is_some_and(|soa| soa.of_type("SOA").next().is_some())
    };
    let servers = zone.servers.iter().filter(speaks);
    servers.filter_map(|s| Some((s.name.as_str(), authoritative(s.answer(name, kind)?)?))).collect()
}

fn authoritative(seen: &Seen<DnsAnswer>) -> Option<&DnsAnswer> {
    match seen {
        Seen::Answer(answer) if !answer.unauthoritative => Some(answer),
        _ => None,
    }
}

/// The addresses that the name servers publish for a name.
pub(super) fn own_addresses(name: &str, world: &World) -> BTreeSet<String> {
    let of = |kind: &'static str| {
        own(name, kind, world).into_iter().flat_map(move |(_, answer)| answer.values(kind))
    };
    of("A").chain(of("AAAA")).map(ToString::to_string).collect()
}

/// Why the name servers that speak for the zone did not answer one question, where they failed.
pub(super) fn own_failure(name: &str, kind: &str, world: &World) -> Option<String> {
    let servers = world.observed.zone_of(name, kind).into_iter().flat_map(|(_, zone)| &zone.servers);
    let failed = |seen: &Seen<DnsAnswer>| match seen {
        Seen::Failed(failure) => Some(failure.detail.to_string()),
        _ => None,
    };
    servers.filter_map(|server| server.answer(name, kind)).find_map(failed)
}

/// The verdict of a check that only the name servers themselves can answer, where none did.
pub(super) fn nobody_asked(zone: &str, world: &World) -> Verdict {
    if let Some(cause) = domain::out_of_dns(world).or_else(|| undelegated(zone, world)) {
        return cause;
    }
    if let Some(cause) = silenced(zone, world) {
        return cause;
    }
    let resolver = match world.observed.dns(zone, "NS") {
        Some(Seen::Unobserved(reason)) => Some(reason.to_string()),
        _ => None,
    };
    let reason = own_failure(zone, "SOA", world).or(resolver);
    Verdict::unknown(reason.unwrap_or_else(|| seen::NOT_OBSERVED.to_owned()))
}
