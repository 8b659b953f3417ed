//! Judges of `dns/*`.

pub(super) mod alias;
pub(super) mod caa;
pub(super) mod conflict;
pub(super) mod cutover;
pub(super) mod damage;
pub(super) mod dnssec;
pub(super) mod family;
pub(super) mod record;
pub(super) mod takeover;
mod view;
pub(super) mod wildcard;
pub(super) mod zone;

use super::{Status, Verdict, World, domain, seen};
use crate::item::{Host, Name};
use crate::spec::model::RecordType;
use alias::{Chain, End};

pub(super) fn host_unresolved(host: &Host, world: &World) -> Verdict {
    let addresses = seen::addresses(&host.name, world);
    if !addresses.found.is_empty() {
        let found: Vec<String> = addresses.found.iter().map(ToString::to_string).collect();
        return Verdict::pass(format!("resolves to {}", seen::listed(&found)));
    }
    let chain = Chain::of(&host.name, world);
    match chain.end {
        End::Loop | End::TooLong => {
            return Verdict::not_judged("dns/cname-loop", &host.name, "its aliases never end");
        }
        End::Missing if chain.is_alias() => {
            let check = if takeover::is_possible(&host.name, world) {
                "dns/takeover-possible"
            } else {
                "dns/cname-dangling"
            };
            let reason = "its alias leads to a name that does not exist";
            return Verdict::not_judged(check, &host.name, reason);
        }
        _ => {}
    }
    if let Some(gap) = addresses.gap {
        return *gap;
    }
    let own = view::own_addresses(&host.name, world);
    if !own.is_empty() {
        let own = seen::listed(&own.into_iter().collect::<Vec<_>>());
        return Verdict::unknown(format!(
            "the name servers give {own}, but the resolver still says that there is no address: ask again later, or another resolver"
        ));
    }
    let absent = || domain::out_of_dns(world).or_else(|| zone::undelegated(&host.name, world));
    if let Some(verdict) = addresses.nxdomain.then(absent).flatten() {
        return verdict;
    }
    if let Some(subject) = missing_record(host, world) {
        return Verdict::not_judged("dns/record-missing", subject, "its declared record is missing");
    }
    let (what, observed) = if addresses.nxdomain {
        (format!("{} does not exist", host.name), "NXDOMAIN")
    } else {
        (format!("{} exists, but has neither an A nor an AAAA record", host.name), "no A, no AAAA")
    };
    Verdict::fail(what)
        .expected("an A or AAAA record")
        .observed(observed)
        .label("does not resolve")
        .help(format!(
            "publish `{0} A <IPv4 address of its server>`, or `{0} CNAME <name that the hosting gives>`; then ask `dig {0} A`",
            host.name
        ))
}

/// The finding of a declared address or alias of the host that does not exist: then that is the
/// cause.
fn missing_record(host: &Host, world: &World) -> Option<String> {
    let leads = |kind| matches!(kind, RecordType::A | RecordType::Aaaa | RecordType::Cname);
    let mut own = world.items.records.iter().filter(|r| r.name == host.name && leads(r.record.kind.value));
    own.find(|record| record::record_missing(record, world).status != Status::Pass).map(record::subject)
}

pub(super) fn address_private(host: &Host, world: &World) -> Verdict {
    let addresses = seen::addresses(&host.name, world);
    let faults: Vec<String> = addresses
        .found
        .iter()
        .filter_map(|address| world.private.fault(*address).map(|kind| format!("{address} ({kind})")))
        .collect();
    if !faults.is_empty() {
        let faults = seen::listed(&faults);
        return Verdict::fail(format!("{} resolves to {faults}: nobody outside can reach that", host.name))
            .expected("public addresses only")
            .observed(faults)
            .label("not a public address")
            .help("publish the public address of the server or load balancer instead; for a launch inside a private network, run with `--allow-private`, or with its range: `--allow-private=10.0.0.0/8`");
    }
    match addresses.gap {
        Some(_) if Chain::of(&host.name, world).never_ends() => {
            Verdict::not_judged("dns/cname-loop", &host.name, "its aliases never end")
        }
        Some(gap) => *gap,
        None if addresses.found.is_empty() => seen::no_address(&host.name),
        None => Verdict::pass("every address is fine"),
    }
}

pub(super) fn cname_dangling(name: &Name, world: &World) -> Verdict {
    let chain = Chain::of(&name.name, world);
    match &chain.end {
        End::Loop | End::TooLong => {
            Verdict::not_judged("dns/cname-loop", &name.name, "the aliases never end")
        }
        End::Unknown(reason) => not_looked_up(name, reason, world),
        End::Exists | End::Missing if !chain.is_alias() => {
            Verdict::not_applicable(format!("{} is no alias", name.name))
        }
        End::Exists => Verdict::pass(chain.to_string()),
        End::Missing if damage::fault(chain.owner(), "CNAME", world).is_some() => {
            let subject = format!("{} CNAME", chain.owner());
            Verdict::not_judged("dns/value-malformed", subject, "the alias was damaged when it was entered")
        }
        End::Missing if takeover::is_possible(&name.name, world) => Verdict::not_judged(
            "dns/takeover-possible",
            &name.name,
            "the missing name is one that a hosting gives out",
        ),
        End::Missing => {
            let target = chain.last();
            Verdict::fail(format!("{chain}, which does not exist"))
                .expected("an alias of a name that exists")
                .observed(format!("{target}: NXDOMAIN"))
                .label("leads nowhere")
                .help(format!(
                    "if {target} is mistyped, correct the record of {}; if the service behind it was given up, delete the record: whoever registers {target} can answer in your name",
                    chain.owner()
                ))
        }
    }
}

/// The verdict where the aliases of a name are not known, with the finding that says why.
fn not_looked_up(name: &Name, reason: &str, world: &World) -> Verdict {
    seen::dns(&name.name, "A", world).map_or_else(|verdict| *verdict, |_| Verdict::unknown(reason))
}

pub(super) fn cname_loop(name: &Name, world: &World) -> Verdict {
    let chain = Chain::of(&name.name, world);
    let (what, observed) = match &chain.end {
        End::Loop => (format!("{chain}, where it began to repeat"), "a loop"),
        End::TooLong => (format!("{chain}, and still no end"), "more than 8 aliases"),
        End::Unknown(reason) => return not_looked_up(name, reason, world),
        End::Exists | End::Missing if chain.is_alias() => return Verdict::pass(chain.to_string()),
        End::Exists | End::Missing => {
            return Verdict::not_applicable(format!("{} is no alias", name.name));
        }
    };
    Verdict::fail(what)
        .expected(format!("at most {} aliases that end at an address", alias::LONGEST))
        .observed(observed)
        .label("aliases never end")
        .help(format!(
            "point {} at the final name directly, or give it the A and AAAA records of the server",
            name.name
        ))
}
