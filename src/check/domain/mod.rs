//! Judges of `domain/*`: what the registry says of the domain.

pub(super) mod registrar;
pub(super) mod servers;

use super::seen::{self, Judged, NOT_OBSERVED};
use super::{Status, Verdict, World};
use crate::observed::{Registration, Remote, Seen};
use crate::spec::registrable::{Registrable, registration_of};

/// Statuses with which a name is out of the DNS, or on its way out (RFC 8056), and what to do; the worst first.
const HOLDS: &[(&str, &str)] = &[
    (
        "redemption period",
        "the name was deleted and can still be had back: ask the registrar to restore it today; that costs a fee and is possible for about 30 days",
    ),
    (
        "pending delete",
        "the registry deletes the name within days, and nobody can stop that: choose another name, or have it caught when it is free",
    ),
    (
        "server hold",
        "the registry took the name out of the DNS: ask the registrar's support for the registry's reason, and what lifts it",
    ),
    (
        "client hold",
        "the registrar took the name out of the DNS: pay the open invoice, or confirm the owner's e-mail address by the link that the registrar sent, then ask its support to lift the hold",
    ),
];

/// What is registered of the domain; a verdict where nothing can be.
fn registrable(world: &World) -> Judged<Registrable> {
    let reason = || format!("{} is a public suffix: nobody registers it", world.domain());
    registration_of(world.domain()).ok_or_else(|| Box::new(Verdict::not_applicable(reason())))
}

/// What the registry said of the domain, whether it is registered or not.
fn answer<'w>(registrable: &Registrable, world: &'w World) -> Judged<&'w Registration> {
    let verdict = match (world.observed.registrations.get(&registrable.name), &registrable.nobody) {
        (Some(Seen::Answer(answer)), _) => return Ok(answer),
        (Some(Seen::Failed(failure)), _) => Verdict::unknown(failure.detail.as_str()),
        (Some(Seen::Unobserved(reason)), _) => Verdict::unknown(reason.as_str()),
        (None, Some(nobody)) => Verdict::not_applicable(nobody),
        (None, None) => Verdict::unknown(NOT_OBSERVED),
    };
    Err(Box::new(verdict))
}

/// Judges a registration that exists.
fn registered(world: &World, judge: impl FnOnce(&str, &Registration) -> Verdict) -> Verdict {
    let judged = registrable(world).and_then(|registrable| {
        let answer = answer(&registrable, world)?;
        Ok(if answer.registered { judge(&registrable.name, answer) } else { unregistered_first(world) })
    });
    judged.unwrap_or_else(|verdict| *verdict)
}

fn unregistered_first(world: &World) -> Verdict {
    Verdict::not_judged("domain/unregistered", world.domain(), "the domain is not registered")
}

pub(super) fn unregistered(world: &World) -> Verdict {
    let judged = registrable(world).and_then(|registrable| {
        let answer = answer(&registrable, world);
        let answer = answer.map_err(|verdict| Box::new(by_delegation(*verdict, &registrable, world)))?;
        Ok(judge_unregistered(&registrable.name, answer, world))
    });
    judged.unwrap_or_else(|verdict| *verdict)
}

/// A registry that does not answer, or has no RDAP service, still delegates: only names that are
/// registered and not on hold are in its zone.
fn by_delegation(verdict: Verdict, registrable: &Registrable, world: &World) -> Verdict {
    let name = &registrable.name;
    let servers = servers::delegated(name, world).filter(|servers| !servers.is_empty());
    match servers.filter(|_| verdict.status == Status::Unknown) {
        Some(servers) => {
            Verdict::pass(format!("the registry delegates {name} to {}", seen::listed(&servers)))
        }
        None => verdict,
    }
}

fn judge_unregistered(name: &str, answer: &Registration, world: &World) -> Verdict {
    if answer.registered {
        return Verdict::pass(format!("{name} is registered"));
    }
    // Some suffixes (ac.uk, gov.br) have a registry of their own below the one that was asked.
    if let Some(servers) = servers::delegated(name, world) {
        return Verdict::unknown(format!(
            "{} knows no registration of {name}, yet its name servers delegate it to {}",
            answer.source,
            seen::listed(&servers)
        ));
    }
    let has = |kind| match world.observed.dns(name, kind) {
        Some(Seen::Answer(answer)) => answer.of_type(kind).any(|record| record.name.as_str() == name),
        _ => false,
    };
    if has("NS") || has("SOA") {
        return Verdict::unknown(format!(
            "{} knows no registration of {name}, yet it is in the DNS",
            answer.source
        ));
    }
    Verdict::fail(format!("nobody has registered {name}"))
        .expected("a registration")
        .observed("404 Not Found")
        .label("not registered")
        .help(format!(
            "register {name} now, before somebody else does; if you believe it is yours, look for it at your registrar: it may have run out, or be spelt otherwise here"
        ))
        .evidence(answer.source.as_str())
}

/// The status that keeps the name out of the DNS.
fn hold(registration: &Registration) -> Option<&'static (&'static str, &'static str)> {
    HOLDS.iter().find(|(status, _)| has_status(registration, status))
}

fn has_status(registration: &Registration, wanted: &str) -> bool {
    let plain = |status: &Remote| {
        let words = status.as_str().to_ascii_lowercase();
        words.split_whitespace().collect::<String>()
    };
    let wanted: String = wanted.split_whitespace().collect();
    registration.status.iter().any(|status| plain(status) == wanted)
}

/// The statuses as one text.
fn statuses(registration: &Registration) -> String {
    let statuses: Vec<String> = registration.status.iter().map(|status| seen::cut(status.as_str())).collect();
    if statuses.is_empty() { "no status".into() } else { statuses.join(", ") }
}

pub(super) fn on_hold(world: &World) -> Verdict {
    let verdict = hold_of(world);
    match registrable(world) {
        Ok(registrable) if verdict.because.is_none() => by_delegation(verdict, &registrable, world),
        _ => verdict,
    }
}

fn hold_of(world: &World) -> Verdict {
    registered(world, |name, registration| match hold(registration) {
        Some((status, help)) => Verdict::fail(format!("the registration of {name} is in status `{status}`"))
            .expected("no hold and no deletion")
            .observed(statuses(registration))
            .label("out of the DNS")
            .help(*help)
            .evidence(registration.source.as_str()),
        None => Verdict::pass(format!("{name}: {}", statuses(registration))),
    })
}

/// The verdict of a check on a name that does not exist, where the registration is why.
pub(super) fn out_of_dns(world: &World) -> Option<Verdict> {
    if unregistered(world).status == Status::Fail {
        return Some(unregistered_first(world));
    }
    let held = on_hold(world).status == Status::Fail;
    held.then(|| Verdict::not_judged("domain/on-hold", world.domain(), "the registration is on hold"))
}

pub(super) fn expiring(world: &World) -> Verdict {
    registered(world, |name, registration| {
        let Some(expires) = registration.expires else {
            return Verdict::unknown(format!(
                "the registry does not say when the registration of {name} ends"
            ));
        };
        let (left, end) = (world.at.duration_until(expires), seen::day(expires));
        if left.is_negative() {
            return ended(name, &end, &seen::length(left), registration, world);
        }
        let least = world.thresholds.registration_remaining;
        if left.unsigned_abs() >= least {
            return Verdict::pass(format!("{} left ({end})", seen::length(left)));
        }
        let least = jiff::SignedDuration::try_from(least).unwrap_or(jiff::SignedDuration::MAX);
        Verdict::fail(format!("the registration of {name} ends in {} ({end})", seen::length(left)))
            .expected(format!("at least {} left", seen::length(least)))
            .observed(format!("{} left", seen::length(left)))
            .label("ends soon")
            .help(format!(
                "{}; then switch on auto-renew and see that the card on file is valid",
                renew(registration)
            ))
            .evidence(registration.source.as_str())
    })
}

/// Past its end a registration is first held, then deleted: one fault, told by `domain/on-hold`
/// as soon as that speaks.
fn ended(name: &str, end: &str, ago: &str, registration: &Registration, world: &World) -> Verdict {
    if hold(registration).is_some() {
        return Verdict::not_judged(
            "domain/on-hold",
            world.domain(),
            "the registration has ended and is on hold",
        );
    }
    Verdict::fail(format!("the registration of {name} ended {ago} ago ({end}); the registrar can switch it off at any time"))
        .expected("an end in the future")
        .observed(format!("ended {end}"))
        .label("has ended")
        .help(format!("{} today, while it costs no restore fee; then switch on auto-renew and see that the card on file is valid", renew(registration)))
        .evidence(registration.source.as_str())
}

fn renew(registration: &Registration) -> String {
    match &registration.registrar {
        Some(registrar) => format!("renew it at {}", seen::cut(registrar.as_str())),
        None => "renew it at the registrar".into(),
    }
}

pub(super) fn transfer_unlocked(world: &World) -> Verdict {
    registered(world, |name, registration| {
        let locks =
            ["client transfer prohibited", "server transfer prohibited", "transfer prohibited", "locked"];
        if let Some(lock) = locks.into_iter().find(|lock| has_status(registration, lock)) {
            return Verdict::pass(format!("{name}: {lock}"));
        }
        if registration.status.is_empty() {
            return Verdict::unknown(format!("the registry publishes no status of {name}"));
        }
        Verdict::fail(format!("nothing keeps {name} from being transferred to another registrar"))
            .expected("client transfer prohibited, or server transfer prohibited")
            .observed(statuses(registration))
            .label("transfer lock is off")
            .help("switch on the transfer lock (registrar lock) in the registrar's console; it is taken off for the hour in which a transfer is wanted")
            .evidence(registration.source.as_str())
    })
}
