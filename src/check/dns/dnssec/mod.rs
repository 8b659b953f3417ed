//! Judges of `dns/dnssec-*`.

mod expiring;
mod refused;
mod state;

use std::collections::BTreeSet;

use super::super::seen;
use super::super::{Status, Verdict, World};
use crate::item::Zone;
use crate::observed::{ChainState, Remote};
use crate::spec::Place;
use crate::spec::model::Dnssec as Demand;
use crate::spec::names::is_below;
use state::{State, Trouble};

pub(in crate::check) use expiring::dnssec_signature_expiring;

/// The verdict at `dns.dnssec` where the spec says that and no more exact place is known. Zones
/// below the domain have one: what is declared in them.
fn placed(verdict: Verdict, zone: &Zone, world: &World) -> Verdict {
    let dnssec = world.document.spec.dns.as_ref().and_then(|dns| dns.dnssec.as_ref());
    let is_below = is_below(&zone.origin, world.domain());
    match dnssec.filter(|_| verdict.place.is_none() && !is_below) {
        Some(dnssec) => verdict.at(Place::new("dns.dnssec", dnssec.span)),
        None => verdict,
    }
}

/// Judges what is known of the zone, or says why nothing is.
fn judged(zone: &Zone, world: &World, judge: impl FnOnce(&State) -> Verdict) -> Verdict {
    let verdict = match State::of(&zone.origin, world) {
        Ok(state) => judge(&state),
        Err(verdict) => *verdict,
    };
    placed(verdict, zone, world)
}

/// The finding that says why a resolver refuses the answer to a question, where one does.
pub(in crate::check) fn fault(name: &str, kind: &str, world: &World) -> Option<Verdict> {
    let question = refused::all(world).into_iter().find(|refused| refused.is(name, kind))?;
    let zone = question.zone(world)?;
    Some(match State::of(zone, world) {
        Ok(state) if state.is_orphan() => orphaned(&state),
        Ok(state) if state.is_broken() => invalid(&state),
        _ => Verdict::not_judged("dns/dnssec-bogus", zone, "the resolver refuses the answer as bogus"),
    })
}

fn orphaned(state: &State) -> Verdict {
    let reason = "the parent's DS promises signatures that the zone does not have";
    Verdict::not_judged("dns/dnssec-ds-orphan", state.zone, reason)
}

fn invalid(state: &State) -> Verdict {
    Verdict::not_judged("dns/dnssec-bogus", state.zone, "the zone's signatures do not validate")
}

pub(in crate::check) fn dnssec_bogus(zone: &Zone, world: &World) -> Verdict {
    let chain = chain(zone, world);
    // What is wrong with the whole zone is the cause of the rest.
    if chain.status == Status::Fail || chain.because.is_some() {
        return chain;
    }
    refused::verdict(zone, world).unwrap_or(chain)
}

/// Whether the chain down to the zone holds.
fn chain(zone: &Zone, world: &World) -> Verdict {
    judged(zone, world, |state| {
        if state.is_orphan() {
            return orphaned(state);
        }
        let strays = state.strays();
        match state.trouble() {
            Some(trouble) if strays.is_empty() || !state.is_mixed() => return bogus(state, &trouble),
            // The resolver's trouble may be that of the server which it happened to ask.
            _ if !strays.is_empty() => return astray(state, strays),
            _ => {}
        }
        let zone = state.zone;
        match state.seen.chain {
            ChainState::Secure => {
                Verdict::pass(format!("every link holds from the trust anchor down to {zone}"))
            }
            _ if state.seen.vouched_by_resolver => Verdict::pass(format!("the resolver validates {zone}")),
            ChainState::Insecure if state.has_ds() => {
                Verdict::not_applicable(format!("no chain of trust reaches the parent of {zone}"))
            }
            ChainState::Insecure => {
                Verdict::not_applicable(format!("the parent of {zone} has no DS, so nobody validates it"))
            }
            ChainState::Indeterminate | ChainState::Bogus => Verdict::unknown(format!(
                "every link that was seen down to {zone} holds, but where the chain begins is not known: {}",
                state.seen.reason.as_ref().map_or("no trust anchor was reached", Remote::as_str)
            )),
        }
    })
}

fn bogus(state: &State, trouble: &Trouble) -> Verdict {
    let (zone, what) = (state.zone, &trouble.what);
    Verdict::fail(format!(
        "{zone} does not validate: {what}; visitors behind validating resolvers do not reach it, and certificate authorities refuse to issue for it"
    ))
    .expected("signatures that validate from the trust anchor down")
    .observed(what.as_str())
    .label("DNSSEC is broken")
    .help(cure(state, trouble))
}

fn astray(state: &State, strays: BTreeSet<String>) -> Verdict {
    let (zone, strays) = (state.zone, seen::in_full(&Vec::from_iter(strays)));
    Verdict::fail(format!(
        "{strays}, but the parent of {zone} has a DS: validating resolvers refuse what they get there, so the domain fails for some of them and at times"
    ))
    .expected("the same signatures from every name server")
    .observed(strays)
    .label("servers sign differently")
    .help(format!(
        "load the signed zone on every name server, from one signer (transfers, or the provider's sync), or take the server out of the delegation; then ask each: `dig @SERVER +dnssec +norecurse SOA {zone}`"
    ))
}

fn cure(state: &State, trouble: &Trouble) -> String {
    let zone = state.zone;
    let (wanted, at_parent) = (state.wanted(), state.at_parent());
    if state.names_other_keys() && !wanted.is_empty() {
        let wanted = seen::listed(&wanted);
        return format!(
            "{at_parent}, replace the DS of {zone} by {wanted}; or remove it until the zone's keys are settled"
        );
    }
    if trouble.above {
        return state.sign_parent();
    }
    let again =
        if trouble.dated { "find out why it stopped signing, and" } else { "have the zone signed anew, and" };
    format!(
        "at your DNS provider, {again} ask `dig +dnssec SOA {zone}`; if that takes longer than the outage may last, remove the DS {at_parent}: the zone then counts as unsigned"
    )
}

pub(in crate::check) fn dnssec_ds_orphan(zone: &Zone, world: &World) -> Verdict {
    judged(zone, world, |state| {
        let zone = state.zone;
        if !state.has_ds() {
            return Verdict::not_applicable(format!("the parent of {zone} has no DS"));
        }
        if state.is_signed() || state.has_signer() {
            return Verdict::pass("the parent has a DS, and the zone is signed");
        }
        if !state.is_orphan() {
            return Verdict::not_applicable(format!("no chain of trust reaches the parent of {zone}"));
        }
        let ds: Vec<String> = state.seen.ds.iter().map(ToString::to_string).collect();
        let lack = if state.seen.keys.is_empty() { "publishes no DNSKEY" } else { "signs nothing" };
        let ds = seen::listed(&ds);
        Verdict::fail(format!(
            "the parent of {zone} has a DS, but the zone {lack}: validating resolvers refuse every answer about it"
        ))
        .expected("no DS, or a zone that is signed with the key that it names")
        .observed(format!("DS {ds}; the zone {lack}"))
        .label("orphaned DS")
        .help(format!(
            "remove the DS ({ds}) {}, or have the zone signed again at your DNS provider and {}; resolvers keep the old one until its TTL has run down",
            state.at_parent(),
            state.publish("its new DS")
        ))
    })
}

pub(in crate::check) fn dnssec_ds_missing(zone: &Zone, world: &World) -> Verdict {
    judged(zone, world, |state| {
        let zone = state.zone;
        if !state.is_signed() {
            return Verdict::not_applicable(format!("{zone} is not signed"));
        }
        if state.has_ds() {
            return Verdict::pass(format!("the parent of {zone} has a DS for it"));
        }
        let lines = state.wanted();
        let publish = if lines.is_empty() {
            state.publish("the DS that your DNS provider shows")
        } else {
            state.publish(&seen::listed(&lines))
        };
        let first = match &state.seen.reason {
            Some(reason) if state.seen.chain == ChainState::Insecure => {
                format!(
                    "first mend the signatures ({reason}), or the DS will make the domain unreachable; then "
                )
            }
            _ => String::new(),
        };
        let keys: Vec<String> = state.seen.keys.iter().map(|key| key.tag.to_string()).collect();
        Verdict::fail(format!(
            "{zone} is signed, but its parent has no DS: no resolver validates the signatures"
        ))
        .expected("a DS at the parent")
        .observed(format!("keys {}, no DS", seen::listed(&keys)))
        .label("signed without DS")
        .help(format!("{first}{publish}; then ask `dig DS {zone}`"))
    })
}

pub(in crate::check) fn dnssec_unsigned(zone: &Zone, world: &World) -> Verdict {
    let demand = world.document.spec.dns.as_ref().and_then(|dns| dns.dnssec.as_ref());
    let demanded = demand.is_some_and(|demand| demand.value == Demand::Required);
    judged(zone, world, |state| {
        if state.is_orphan() {
            return orphaned(state);
        }
        if state.is_signed() || (state.has_ds() && state.has_signer()) {
            return signed(state);
        }
        let zone = state.zone;
        if seen::addresses(zone, world).nxdomain {
            return Verdict::not_applicable(format!("{zone} does not exist"));
        }
        Verdict::fail(format!("{zone} is not signed: nobody can tell a forged answer from a real one"))
            .expected(if demanded { "a signed zone, as the spec asks" } else { "a signed zone" })
            .observed("no DNSKEY, no DS")
            .label("not signed")
            .help(format!(
                "switch DNSSEC on at your DNS provider (at Cloudflare: DNS > Settings > DNSSEC), {}, then ask `dig DS {zone}`",
                state.publish("the DS that it shows")
            ))
    })
    .demanded_if(demanded)
}

fn signed(state: &State) -> Verdict {
    if state.has_ds() {
        return Verdict::pass("the zone is signed, and its parent has a DS");
    }
    Verdict::not_judged("dns/dnssec-ds-missing", state.zone, "the zone is signed, but its parent has no DS")
}
