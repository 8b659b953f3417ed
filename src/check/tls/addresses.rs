//! Whether every address of a host serves the same.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::{client, covers, unspoken};
use crate::check::dns::{family, takeover};
use crate::check::{Status, Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Failure, FailureKind, Path, Remote, Seen, Visit, visit};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The addresses of a host that were looked at one by one.
struct Looked<'w> {
    answered: Vec<(IpAddr, &'w Visit)>,
    failed: Vec<(IpAddr, &'w Failure)>,
    unobserved: Vec<&'w Remote>,
}

impl<'w> Looked<'w> {
    fn at(host: &Host, found: &[IpAddr], world: &'w World) -> Self {
        let mut looked = Self { answered: Vec::new(), failed: Vec::new(), unobserved: Vec::new() };
        let Some(url) = host.root("https") else { return looked };
        for address in found.iter().copied().collect::<BTreeSet<IpAddr>>() {
            match world.observed.visits.get(&visit(&url, address)) {
                Some(Seen::Answer(answer)) => looked.answered.push((address, answer)),
                Some(Seen::Failed(failure)) => looked.failed.push((address, failure)),
                Some(Seen::Unobserved(reason)) => looked.unobserved.push(reason),
                None => {}
            }
        }
        looked
    }

    fn count(&self) -> usize {
        self.answered.len() + self.failed.len() + self.unobserved.len()
    }

    /// The address that the others are compared with: a good one, and one of the most that serve the
    /// same; the first of several.
    fn reference(&self, host: &Host, world: &World) -> Option<(IpAddr, &'w Visit)> {
        let alike = |one: &Visit| {
            let same = |other: &Visit| {
                other.certificate == one.certificate && other.status / 100 == one.status / 100
            };
            self.answered.iter().filter(|(_, other)| same(other)).count()
        };
        let worth = |one: &Visit| (fault(one, host, world).is_none(), one.status < 500, alike(one));
        self.answered.iter().rev().max_by_key(|(_, one)| worth(one)).copied()
    }
}

/// Why clients refuse the certificate that an address shows, in a clause.
pub(in crate::check) fn fault(shown: &Visit, host: &Host, world: &World) -> Option<String> {
    if !shown.names.iter().any(|name| covers(name.as_str(), &host.name)) {
        let names: Vec<String> = shown.names.iter().take(3).map(Remote::to_string).collect();
        return Some(format!("shows a certificate for {}", seen::cut(&seen::listed(&names))));
    }
    if let Some(end) = shown.not_after.filter(|end| world.at > *end) {
        return Some(format!("shows a certificate that expired on {}", seen::day(end)));
    }
    if let Some(start) = shown.not_before.filter(|start| world.at < *start) {
        return Some(format!("shows a certificate that is not valid before {}", seen::day(start)));
    }
    let what = match shown.path? {
        Path::Trusted => return None,
        Path::SelfSigned => "a self-signed certificate",
        Path::Incomplete => "a certificate without its intermediate",
        Path::Untrusted => "a certificate that leads to no trusted root",
        Path::Malformed => "a certificate that cannot be read",
    };
    Some(format!("shows {what}"))
}

/// What an address does otherwise than the one that it is compared with, in a clause.
fn difference(shown: &Visit, other: &Visit, host: &Host, world: &World) -> Option<String> {
    if let Some(fault) =
        fault(shown, host, world).filter(|own| fault(other, host, world).as_ref() != Some(own))
    {
        return Some(fault);
    }
    // The first digit of a status says what became of the request (RFC 9110 section 15); who asks for
    // patience says nothing.
    let patience = shown.status == 429 || other.status == 429;
    (shown.status / 100 != other.status / 100 && !patience)
        .then(|| format!("answers {} instead of {}", shown.status, other.status))
}

/// The addresses of a host that can be compared, or the verdict without them.
fn looked<'w>(host: &Host, world: &'w World) -> seen::Judged<Looked<'w>> {
    let stop = |verdict| Err(Box::new(verdict));
    if takeover::is_possible(&host.name, world) {
        let reason = "it leads to a hosting at which nobody holds it";
        return stop(Verdict::not_judged("dns/takeover-possible", &host.name, reason));
    }
    let addresses = seen::addresses(&host.name, world);
    if addresses.found.iter().any(|address| world.private.fault(*address).is_some()) {
        let reason = "an address of it is not public";
        return stop(Verdict::not_judged("dns/address-private", &host.name, reason));
    }
    let all = Looked::at(host, &addresses.found, world);
    if all.count() < 2 {
        // Whatever DNS says of it, or does not.
        if world.observed.redirected.contains(&host.name) {
            let reason = "`--connect` says where the host is: only that was looked at";
            return stop(Verdict::not_applicable(reason));
        }
        return stop(match (addresses.found.as_slice(), addresses.gap) {
            (_, Some(gap)) if gap.because.is_some() => *gap,
            (_, Some(gap)) => seen::unobserved(&host.name, &gap.message, world),
            ([], None) => seen::no_address(&host.name),
            ([_], None) => Verdict::not_applicable(format!("{} has one address", host.name)),
            _ => Verdict::unknown(seen::NOT_OBSERVED),
        });
    }
    without_ipv6(host, all, &addresses.found, world)
}

/// Where a whole family is another check's matter, only the other one is compared.
fn without_ipv6<'w>(
    host: &Host,
    all: Looked<'w>,
    found: &[IpAddr],
    world: &'w World,
) -> seen::Judged<Looked<'w>> {
    let answers = all.answered.iter().any(|(address, _)| address.is_ipv6());
    let status = family::ipv6_broken(host, world).status;
    let untold = !answers && !all.unobserved.is_empty();
    if status != Status::Fail && !untold {
        return Ok(all);
    }
    let four: Vec<IpAddr> = found.iter().copied().filter(IpAddr::is_ipv4).collect();
    let four = Looked::at(host, &four, world);
    if four.count() >= 2 {
        return Ok(four);
    }
    Err(Box::new(match status {
        Status::Fail => {
            Verdict::not_judged("dns/ipv6-broken", &host.name, "without IPv6 one address is left")
        }
        Status::Unknown => {
            Verdict::not_judged("dns/ipv6-broken", &host.name, "IPv6 could not be tried from here")
        }
        _ => Verdict::not_applicable("one address could be looked at from here"),
    }))
}

/// Who does otherwise than the others, and how.
fn astray(looked: &Looked, host: &Host, world: &World) -> Option<(IpAddr, Vec<(IpAddr, String)>)> {
    let (reference, model) = looked.reference(host, world)?;
    let failed = looked.failed.iter().map(|(address, failure)| (*address, failure.detail.to_string()));
    let different = looked
        .answered
        .iter()
        .filter_map(|(address, shown)| Some((*address, difference(shown, model, host, world)?)));
    Some((reference, failed.chain(different).collect()))
}

pub(in crate::check) fn address_unreachable(host: &Host, world: &World) -> Verdict {
    let looked = match looked(host, world) {
        Ok(looked) => looked,
        Err(verdict) => return *verdict,
    };
    let Some((reference, astray)) = astray(&looked, host, world) else {
        return nowhere(host, &looked, world);
    };
    if !astray.is_empty() {
        return differs(host, looked.count(), reference, &astray);
    }
    if let Some(reason) = looked.unobserved.first() {
        return Verdict::unknown(reason.as_str());
    }
    let ends: BTreeSet<Timestamp> = looked.answered.iter().filter_map(|(_, shown)| shown.not_after).collect();
    // Servers that each renew their own on one day are as good as servers with one certificate.
    if ends.first().zip(ends.last()).is_some_and(|(first, last)| first.duration_until(*last) > DAY) {
        return rolling(host, &looked);
    }
    let status = looked.answered.first().map_or(0, |(_, shown)| shown.status);
    Verdict::pass(format!("all {} addresses serve the same: {status}", looked.count()))
}

/// No address serves: that is no matter of one of them.
fn nowhere(host: &Host, looked: &Looked, world: &World) -> Verdict {
    if looked.failed.iter().any(|(_, failure)| failure.kind == FailureKind::ClientCertificate) {
        return client::first(&host.name);
    }
    let url = host.root("https");
    if let Some(verdict) = url.as_ref().and_then(|url| unspoken(&host.name, url, world)) {
        return verdict;
    }
    let tls = url.and_then(|url| world.observed.tls(&url));
    match (tls, looked.failed.first(), looked.unobserved.first()) {
        (Some(Seen::Failed(_)), ..) => {
            Verdict::not_judged("tls/unreachable", &host.name, "none of its addresses serves")
        }
        (_, Some((_, failure)), _) => {
            Verdict::unknown(format!("none of its addresses answers: {}", failure.detail))
        }
        (_, None, Some(reason)) => Verdict::unknown(reason.as_str()),
        (_, None, None) => Verdict::unknown(seen::NOT_OBSERVED),
    }
}

fn differs(host: &Host, count: usize, reference: IpAddr, astray: &[(IpAddr, String)]) -> Verdict {
    let who = match astray.len() {
        1 => format!("one of the {count} addresses of {}", host.name),
        some => format!("{some} of the {count} addresses of {}", host.name),
    };
    let does = if astray.len() == 1 { "does" } else { "do" };
    let how: Vec<String> = astray.iter().map(|(address, how)| format!("{address} ({how})")).collect();
    let how = seen::listed(&how);
    let (first, kind) = (astray[0].0, if astray[0].0.is_ipv6() { "AAAA" } else { "A" });
    Verdict::fail(format!("{who} {does} not serve what {reference} serves: {how}"))
        .expected(format!("the same as at {reference}"))
        .observed(how)
        .label("one address differs")
        .help(format!(
            "bring the server at {first} to the state of the one at {reference} (site, certificate, firewall), or delete the record `{0} {kind} {first}` until it is; then try `curl -sv -o /dev/null --resolve {0}:443:{1} https://{0}/`",
            host.name,
            if first.is_ipv6() { format!("[{first}]") } else { first.to_string() }
        ))
}

/// All is well at each address, but not the same.
fn rolling(host: &Host, looked: &Looked) -> Verdict {
    let each: Vec<String> = looked
        .answered
        .iter()
        .map(|(address, shown)| {
            let end =
                shown.not_after.map_or_else(|| "good".to_owned(), |end| format!("until {}", seen::day(end)));
            format!("{address} ({end})")
        })
        .collect();
    let each = seen::listed(&each);
    Verdict::fail(format!("the addresses of {} show different certificates, each of them good: {each}", host.name))
        .expected("one certificate at every address")
        .observed(each)
        .label("different certificates")
        .help("nothing while a renewal reaches one server after another, or where each renews its own; otherwise find out which server is left behind: its certificate ends first")
        .mild()
}

/// True where what was seen of a host came from an address that serves otherwise than the others.
pub(in crate::check) fn misled(host: &Host, world: &World) -> bool {
    let Some(url) = host.root("https").filter(|_| !world.observed.visits.is_empty()) else { return false };
    let Some(Seen::Answer(handshake)) = world.observed.tls(&url) else { return false };
    let Some(peer) = handshake.peer else { return false };
    let Ok(looked) = looked(host, world) else { return false };
    let Some((_, astray)) = astray(&looked, host, world) else { return false };
    let wrong = |address: &IpAddr| astray.iter().any(|(other, _)| other == address);
    looked.answered.iter().any(|(address, shown)| wrong(address) && shown.peer == Some(peer))
}

/// How many addresses of a host speak TLS, in the words of a pass.
pub(super) fn speaking(host: &Host, world: &World) -> String {
    let found = seen::addresses(&host.name, world).found;
    let all = found.iter().collect::<BTreeSet<_>>().len();
    match (all, Looked::at(host, &found, world).answered.len()) {
        (0 | 1, _) => String::new(),
        (_, 0) => format!(" at one of its {all} addresses"),
        (_, some) if some == all => format!(" at all of its {all} addresses"),
        (_, some) => format!(" at {some} of its {all} addresses"),
    }
}
