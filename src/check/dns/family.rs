//! Whether both families of a host's addresses serve the same.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::check::{Status, Verdict, World, seen, tls};
use crate::item::Host;
use crate::observed::{Failure, Remote, Seen, Visit, visit};
use crate::provider::cloudflare;

/// What one address of each family showed.
struct Both<'w> {
    four: (IpAddr, &'w Seen<Visit>),
    six: (IpAddr, &'w Seen<Visit>),
}

pub(in crate::check) fn ipv6_broken(host: &Host, world: &World) -> Verdict {
    match both(host, world) {
        Ok(both) => compared(host, &both, world),
        Err(verdict) => *verdict,
    }
}

/// The visits to the host, or the verdict without them.
fn both<'w>(host: &Host, world: &'w World) -> seen::Judged<Both<'w>> {
    let addresses = seen::addresses(&host.name, world);
    let least = |six: bool| addresses.found.iter().copied().filter(|ip| ip.is_ipv6() == six).min();
    let (Some(four), Some(six)) = (least(false), least(true)) else {
        return Err(Box::new(match addresses.gap {
            Some(gap) if gap.because.is_some() => *gap,
            Some(gap) => seen::unobserved(&host.name, &gap.message, world),
            None => one_family(host, addresses.found.first()),
        }));
    };
    if [four, six].iter().any(|address| world.private.fault(*address).is_some()) {
        let reason = "an address of it is not public";
        return Err(Box::new(Verdict::not_judged("dns/address-private", &host.name, reason)));
    }
    let Some(url) = host.root("https") else { return Err(Box::new(seen::no_url(host))) };
    let visited = |six: bool| -> Vec<(IpAddr, &Seen<Visit>)> {
        let family: BTreeSet<IpAddr> =
            addresses.found.iter().copied().filter(|address| address.is_ipv6() == six).collect();
        let seen = |address| Some((address, world.observed.visits.get(&visit(&url, address))?));
        family.into_iter().filter_map(seen).collect()
    };
    match chosen(host, &visited(false), &visited(true)) {
        Some(both) => Ok(both),
        _ if world.observed.redirected.contains(&host.name) => Err(Box::new(Verdict::not_applicable(
            "`--connect` says where the host is, and not for both families",
        ))),
        _ => Err(Box::new(Verdict::unknown(seen::NOT_OBSERVED))),
    }
}

/// One address of each family: a family serves where one of its addresses does, and serves the same where
/// one does. What the others do is the matter of `tls/address-unreachable`.
fn chosen<'w>(
    host: &Host,
    four: &[(IpAddr, &'w Seen<Visit>)],
    six: &[(IpAddr, &'w Seen<Visit>)],
) -> Option<Both<'w>> {
    let answers = |one: &&(IpAddr, &'w Seen<Visit>)| matches!(one.1, Seen::Answer(_));
    let four = four.iter().find(answers).or(four.first())?;
    let same = |one: &&(IpAddr, &'w Seen<Visit>)| match (four.1, one.1) {
        (Seen::Answer(own), Seen::Answer(other)) => {
            differences(host, (four.0, own), (one.0, other)).status == Status::Pass
        }
        _ => false,
    };
    let six = six.iter().find(same).or_else(|| six.iter().find(answers)).or(six.first())?;
    Some(Both { four: *four, six: *six })
}

fn one_family(host: &Host, only: Option<&IpAddr>) -> Verdict {
    match only {
        None => seen::no_address(&host.name),
        Some(IpAddr::V4(_)) => Verdict::not_applicable(format!("{} has no IPv6 address", host.name)),
        Some(IpAddr::V6(_)) => Verdict::not_applicable(format!("{} has no IPv4 address", host.name)),
    }
}

fn compared(host: &Host, both: &Both, world: &World) -> Verdict {
    let ((four, four_seen), (six, six_seen)) = (both.four, both.six);
    match (four_seen, six_seen) {
        (Seen::Answer(own), Seen::Answer(other)) => differences(host, (four, own), (six, other)),
        (_, Seen::Unobserved(_)) if all_cloudflare(host, world) => {
            Verdict::pass("Cloudflare's edge answers both families")
        }
        (_, Seen::Unobserved(reason)) => Verdict::unknown(format!(
            "{reason}; if this machine has no way to IPv6, run once from a network that has it"
        )),
        (Seen::Unobserved(reason), _) => Verdict::unknown(reason.as_str()),
        (Seen::Answer(own), Seen::Failed(failure)) => dead(host, (four, own), six, failure),
        (Seen::Failed(_), Seen::Answer(other)) => Verdict::pass(format!("{six} answers {}", other.status)),
        (Seen::Failed(failure), Seen::Failed(_)) => neither(host, failure, world),
    }
}

fn all_cloudflare(host: &Host, world: &World) -> bool {
    let found = seen::addresses(&host.name, world).found;
    found.into_iter().filter(IpAddr::is_ipv6).all(cloudflare::is_proxy)
}

/// Neither family serves: that is no matter of IPv6.
fn neither(host: &Host, failure: &Failure, world: &World) -> Verdict {
    let tls = host.root("https").and_then(|url| world.observed.tls(&url));
    match tls {
        Some(Seen::Failed(_)) => {
            Verdict::not_judged("tls/unreachable", &host.name, "IPv4 does not serve either")
        }
        _ => Verdict::unknown(format!("IPv4 does not serve either: {}", failure.detail)),
    }
}

fn dead(host: &Host, (four, own): (IpAddr, &Visit), six: IpAddr, failure: &Failure) -> Verdict {
    failed(host, six, format!("{} serves at {four}, but not at {six}: {}", host.name, failure.detail))
        .expected(format!("{} as at {four}", own.status))
        .observed(failure.detail.as_str())
        .label("IPv6 is dead")
}

fn failed(host: &Host, six: IpAddr, what: String) -> Verdict {
    Verdict::fail(what).help(format!(
        "make the server answer there too (nginx: `listen [::]:443 ssl;`; the firewall must let TCP 443 through for IPv6 as well), or delete the record `{0} AAAA {six}` until it does; then try `curl -6sv -o /dev/null https://{0}/`",
        host.name
    ))
}

fn differences(host: &Host, (four, own): (IpAddr, &Visit), (six, other): (IpAddr, &Visit)) -> Verdict {
    let covers = |visit: &Visit| visit.names.iter().any(|name| tls::covers(name.as_str(), &host.name));
    if covers(own) && !covers(other) {
        let names: Vec<String> = other.names.iter().take(3).map(Remote::to_string).collect();
        let what = format!("a certificate for {}", seen::cut(&seen::listed(&names)));
        return elsewhere(host, four, six, &what).observed(what).expected(format!("one for {}", host.name));
    }
    // The first digit of a status says what became of the request (RFC 9110 section 15).
    if own.status / 100 != other.status / 100 {
        // One of the two asked for patience; that says nothing about the other.
        if own.status == 429 || other.status == 429 {
            return Verdict::unknown(format!("{} asks for fewer requests (429)", host.name));
        }
        let what = format!("{} instead of {}", other.status, own.status);
        return elsewhere(host, four, six, &what)
            .observed(other.status.to_string())
            .expected(own.status.to_string());
    }
    Verdict::pass(format!("{four} and {six} serve the same: {}, {}", own.status, other.status))
}

fn elsewhere(host: &Host, four: IpAddr, six: IpAddr, what: &str) -> Verdict {
    let what = format!("{} serves something else at {six} than at {four}: {what}", host.name);
    failed(host, six, what).label("IPv6 serves otherwise")
}
