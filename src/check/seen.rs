//! How judges read what was observed: an answer, or the verdict that goes with having none.
//! A failed or missing observation never becomes a pass or a fail here.

mod words;

use std::net::IpAddr;

use url::Url;

use super::dns::alias::Chain;
use super::dns::dnssec;
use super::dns::zone::{self, lame};
use super::http::edge::edge_error;
use super::tls::{self, chain, client};
use super::{Status, Verdict, World, blame, domain};
use crate::item::{DeclaredUrl, Host};
use crate::observed::{Certificate, DnsAnswer, Exchange, Failure, FailureKind, Handshake, Path, Seen};
use crate::spec::names::is_under;
use crate::web::edge::Said;

pub(super) use words::{character, cut, day, in_full, length, listed, quoted, shown, txt};

/// The thing to judge, or the verdict without it.
pub(super) type Judged<T> = Result<T, Box<Verdict>>;

/// Why there is no verdict where nobody asked.
pub(super) const NOT_OBSERVED: &str = "not observed in this run";

fn unknown<T>(reason: impl Into<String>) -> Judged<T> {
    Err(Box::new(Verdict::unknown(reason)))
}

/// The resolver's answer.
pub(super) fn dns<'w>(name: &str, kind: &str, world: &'w World) -> Judged<&'w DnsAnswer> {
    match world.observed.dns(name, kind) {
        Some(Seen::Answer(answer)) => match denial_cause(name, answer, world) {
            Some(cause) => Err(Box::new(cause)),
            None => Ok(answer),
        },
        Some(Seen::Failed(failure)) if failure.kind == FailureKind::Bogus => {
            let cause = dnssec::fault(name, kind, world);
            Err(Box::new(cause.unwrap_or_else(|| Verdict::unknown(failure.detail.as_str()))))
        }
        Some(Seen::Failed(failure)) => {
            unknown(format!("{name} {kind} could not be looked up: {}", failure.detail))
        }
        Some(Seen::Unobserved(reason)) => {
            let cause = lame::silenced(name, world).or_else(|| endless(name, world));
            Err(Box::new(cause.unwrap_or_else(|| Verdict::unknown(reason.as_str()))))
        }
        None => unknown(NOT_OBSERVED),
    }
}

/// The finding that says why a name seems not to exist, where it is no matter of that name.
fn denial_cause(name: &str, answer: &DnsAnswer, world: &World) -> Option<Verdict> {
    if !answer.records.is_empty() {
        return None;
    }
    let gone = || domain::out_of_dns(world).or_else(|| zone::undelegated(name, world));
    let gone = (answer.nxdomain && is_under(name, world.domain())).then(gone).flatten();
    gone.or_else(|| lame::denied_by_luck(name, world))
}

/// The finding that says why a resolver gave up on a name: its aliases lead in a ring.
fn endless(name: &str, world: &World) -> Option<Verdict> {
    let judged = world.items.names.iter().any(|item| item.name == name);
    let endless = judged && Chain::of(name, world).never_ends();
    endless.then(|| Verdict::not_judged("dns/cname-loop", name, "its aliases never end"))
}

/// What is known of a name's addresses.
#[derive(Debug)]
pub(super) struct Addresses {
    /// Those that were seen.
    pub(super) found: Vec<IpAddr>,
    /// Why there may be others: not both questions were answered.
    pub(super) gap: Option<Box<Verdict>>,
    /// True where the name does not exist at all.
    pub(super) nxdomain: bool,
}

/// The A and AAAA answers of a name.
pub(super) fn addresses(name: &str, world: &World) -> Addresses {
    let mut all = Addresses { found: Vec::new(), gap: None, nxdomain: false };
    for kind in ["A", "AAAA"] {
        match dns(name, kind, world) {
            Ok(answer) => {
                all.nxdomain |= answer.nxdomain;
                all.found
                    .extend(answer.values(kind).filter_map(|value| value.as_str().parse::<IpAddr>().ok()));
            }
            Err(verdict) => all.gap = Some(verdict),
        }
    }
    // A name that does not exist has no record of any type (RFC 8020).
    if all.nxdomain {
        all.gap = None;
    }
    all
}

/// True where `dns/host-unresolved` and `tls/unreachable` speak about the name.
pub(super) fn is_host(name: &str, world: &World) -> bool {
    world.items.host(name).is_some()
}

/// The verdict of a check on a host that has no address.
pub(super) fn no_address(host: &str) -> Verdict {
    Verdict::not_judged("dns/host-unresolved", host, "the host has no address")
}

/// The verdict where a host's name makes no URL.
pub(super) fn no_url(host: &Host) -> Verdict {
    Verdict::unknown(format!("{} is not a host name that can be asked", host.name))
}

/// The TLS handshake of a host.
pub(super) fn handshake<'w>(host: &Host, world: &'w World) -> Judged<&'w Handshake> {
    let Some(url) = host.root("https") else { return Err(Box::new(no_url(host))) };
    if let Some(verdict) = blame::elsewhere(&host.name, world) {
        return Err(Box::new(verdict));
    }
    match world.observed.tls(&url) {
        Some(Seen::Answer(handshake)) => Ok(handshake),
        Some(Seen::Failed(failure)) => Err(Box::new(if failure.kind == FailureKind::NoAddress {
            no_address(&host.name)
        } else {
            no_handshake(&host.name, &url, world)
        })),
        Some(Seen::Unobserved(reason)) => Err(Box::new(unobserved(&host.name, reason.as_str(), world))),
        None => unknown(NOT_OBSERVED),
    }
}

/// The verdict where a host could not be asked: a refused answer or a ring of aliases is a cause of
/// that, and a red line of its own.
pub(super) fn unobserved(host: &str, reason: &str, world: &World) -> Verdict {
    if let Some(verdict) = ["A", "AAAA"].iter().find_map(|kind| dnssec::fault(host, kind, world)) {
        return verdict;
    }
    if is_host(host, world) && Chain::of(host, world).never_ends() {
        return Verdict::not_judged("dns/cname-loop", host, "its aliases never end");
    }
    let Addresses { found, gap, .. } = addresses(host, world);
    if let Some(gap) = gap.filter(|gap| found.is_empty() && gap.because.is_some()) {
        return *gap;
    }
    // Nobody asks an address that is not public; `dns/address-private` is the red line.
    if is_host(host, world) && !found.is_empty() && found.iter().all(|ip| world.private.fault(*ip).is_some())
    {
        return Verdict::not_judged("dns/address-private", host, "its address is not public");
    }
    Verdict::unknown(reason)
}

fn no_handshake(host: &str, url: &Url, world: &World) -> Verdict {
    let unreachable = || Verdict::not_judged("tls/unreachable", host, "there is no TLS connection");
    tls::unspoken(host, url, world).unwrap_or_else(unreachable)
}

/// The certificate of a host.
pub(super) fn certificate<'w>(host: &Host, world: &'w World) -> Judged<&'w Certificate> {
    let handshake = handshake(host, world)?;
    if handshake.path == Path::Malformed {
        let reason = "the certificate cannot be read";
        return Err(Box::new(Verdict::not_judged("tls/certificate-untrusted", &host.name, reason)));
    }
    if chain::begins_wrong(host, handshake).is_some() {
        return Err(Box::new(chain::order_first(host)));
    }
    match handshake.chain.first() {
        Some(certificate) => Ok(certificate),
        None => unknown("the server sent no certificate"),
    }
}

/// The answer to a GET.
pub(super) fn http<'w>(url: &Url, world: &'w World) -> Judged<&'w Exchange> {
    if let Some(verdict) = url.host_str().and_then(|host| blame::elsewhere(host, world)) {
        return Err(Box::new(verdict));
    }
    if let Some(verdict) = client::turned_away(url, world) {
        return Err(Box::new(verdict));
    }
    whosever(url, world)
}

/// The answer to a GET, whosever it is.
pub(super) fn whosever<'w>(url: &Url, world: &'w World) -> Judged<&'w Exchange> {
    match world.observed.http(url) {
        Some(Seen::Answer(exchange)) => match edge(url, exchange, world) {
            Some(verdict) => Err(Box::new(verdict)),
            None => Ok(exchange),
        },
        Some(Seen::Failed(failure)) => Err(Box::new(unanswered(url, failure, world))),
        Some(Seen::Unobserved(reason)) => {
            Err(Box::new(unobserved(url.host_str().unwrap_or_default(), reason.as_str(), world)))
        }
        None => unknown(NOT_OBSERVED),
    }
}

/// The verdict where a proxy at the edge answered in the server's place. What it says of this client
/// says nothing about the site.
pub(super) fn edge(url: &Url, exchange: &Exchange, world: &World) -> Option<Verdict> {
    let said = exchange.edge()?;
    let host = url.host_str().unwrap_or_default();
    let asked = world.items.asked.iter().find(|asked| asked.name == host);
    let told = || asked.is_some_and(|asked| edge_error(asked, world).status == Status::Fail);
    match said {
        Said::Challenge(_) | Said::Refused(_) => Some(Verdict::unknown(kept_out(said))),
        Said::Error(_) | Said::Barred(_) if told() => {
            Some(Verdict::not_judged("http/edge-error", host, &kept_out(said)))
        }
        // Where nobody declares that the page opens, the rule is the site's own 403.
        Said::Barred(_) => None,
        Said::Error(error) => {
            let (number, what) = (error.number(), error.explained().what);
            let who = format!("Cloudflare answers for {}", shown(url));
            Some(Verdict::unknown(format!("{who}, with error {number}: {what}")))
        }
    }
}

/// Why an answer at the edge is none of the site's.
pub(super) fn kept_out(said: Said) -> String {
    match said {
        Said::Challenge(who) => {
            format!(
                "not tested: the edge challenged us ({who} wants to see a browser); let this network through, or run from one that is"
            )
        }
        Said::Refused(code) => format!("not tested: the edge refuses this network (Cloudflare error {code})"),
        Said::Error(error) | Said::Barred(error) => {
            format!("Cloudflare answers for the server, with error {}", error.number())
        }
    }
}

/// The verdict of a host's finding that says why a request to it failed, where there is one.
pub(super) fn host_fault(url: &Url, failure: &Failure, world: &World) -> Option<Verdict> {
    let host = url.host_str().filter(|host| is_host(host, world))?;
    match failure.kind {
        FailureKind::NoAddress => Some(no_address(host)),
        FailureKind::ClientCertificate if url.port_or_known_default() == Some(443) => {
            Some(client::first(host))
        }
        // `tls/unreachable` speaks about port 443 only.
        FailureKind::Handshake if url.scheme() == "https" && url.port_or_known_default() == Some(443) => {
            Some(no_handshake(host, url, world))
        }
        _ => None,
    }
}

/// The verdict of a finding that says why the end of a redirect is dead: about its host, or about
/// a declared URL of the same server that fails too.
pub(super) fn known_fault(url: &Url, failure: &Failure, world: &World) -> Option<Verdict> {
    let dead = |declared: &&DeclaredUrl| {
        declared.url.origin() == url.origin()
            && matches!(world.observed.http(&declared.url), Some(Seen::Failed(_)))
    };
    host_fault(url, failure, world).or_else(|| {
        let declared = world.items.urls.iter().find(dead)?;
        Some(Verdict::not_judged("http/unreachable", declared.url.as_str(), "the server does not answer"))
    })
}

/// The verdict of a check that needed the answer to a request that failed: the finding that says
/// so, where one does.
pub(super) fn unanswered(url: &Url, failure: &Failure, world: &World) -> Verdict {
    if let Some(verdict) = host_fault(url, failure, world) {
        return verdict;
    }
    if world.items.declares(url) {
        return Verdict::not_judged("http/unreachable", url.as_str(), "the URL does not answer");
    }
    if let Some(redirect) = world.items.redirects.iter().find(|redirect| redirect.ask == *url) {
        return Verdict::not_judged("http/redirect-missing", &redirect.from, "the redirect does not happen");
    }
    known_fault(url, failure, world)
        .unwrap_or_else(|| Verdict::unknown(format!("{} does not answer: {}", shown(url), failure.detail)))
}
