//! What was fetched over HTTPS for mail: policies and logos. Clients take it only from a server whose
//! certificate they trust.

use url::Url;

use super::{cause, declared_too};
use crate::check::seen::{self, NOT_OBSERVED};
use crate::check::{Status, Verdict, World, blame, dns, tls};
use crate::observed::{Failure, FailureKind, Seen};

/// The checks that say why clients refuse a declared host's certificate.
const CERTIFICATE: &[&str] = &[
    "tls/certificate-expired",
    "tls/certificate-not-yet-valid",
    "tls/certificate-name-mismatch",
    "tls/certificate-self-signed",
    "tls/chain-incomplete",
    "tls/certificate-untrusted",
];

/// Why nothing was fetched.
pub(super) enum Unfetched {
    /// The server is at fault.
    Fault {
        /// What is wrong, in a clause.
        why: String,
        kind: Kind,
    },
    /// Nobody knows, or another finding says it.
    Elsewhere(Box<Verdict>),
}

/// What to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its name leads to no address.
    Name,
    /// Its certificate.
    Certificate,
    /// It does not answer at all, which may pass.
    Silence,
    /// Anything else.
    Server,
}

impl Kind {
    fn of(failure: FailureKind) -> Self {
        match failure {
            FailureKind::NoAddress => Self::Name,
            FailureKind::TimedOut | FailureKind::NoAnswer => Self::Silence,
            _ => Self::Server,
        }
    }
}

fn fault<T>(why: String, kind: Kind) -> Result<T, Unfetched> {
    Err(Unfetched::Fault { why, kind })
}

fn elsewhere<T>(verdict: Verdict) -> Result<T, Unfetched> {
    Err(Unfetched::Elsewhere(Box::new(verdict)))
}

/// What was fetched, or why nothing was that clients take.
pub(super) fn from<'w, T>(
    url: &Url,
    outcome: Option<&'w Seen<T>>,
    world: &World,
) -> Result<&'w T, Unfetched> {
    let host = url.host_str().unwrap_or_default();
    if let Some(verdict) = blame::elsewhere(host, world) {
        return elsewhere(verdict);
    }
    match outcome {
        None => elsewhere(Verdict::unknown(NOT_OBSERVED)),
        Some(Seen::Unobserved(reason)) => elsewhere(seen::unobserved(host, reason.as_str(), world)),
        Some(Seen::Failed(failure)) => {
            if let Some(verdict) = known(url, failure, world) {
                return elsewhere(verdict);
            }
            // A request that failed below HTTP failed as the handshake did.
            let below = match world.observed.tls(url) {
                Some(Seen::Failed(below)) if failure.kind == FailureKind::Handshake => below.kind,
                _ => failure.kind,
            };
            fault(format!("it cannot be fetched: {}", failure.detail), Kind::of(below))
        }
        // Where `--connect` chose the address, DNS was not needed to get there; clients need it.
        Some(Seen::Answer(_)) if is_absent(host, world) => match absent(host, world) {
            Some(verdict) => elsewhere(verdict),
            None => fault(format!("{host} does not resolve"), Kind::Name),
        },
        Some(Seen::Answer(answer)) => certificate(url, world).map(|()| answer),
    }
}

/// True where DNS says that a name, not an address, leads nowhere.
fn is_absent(host: &str, world: &World) -> bool {
    let addresses = seen::addresses(host, world);
    addresses.found.is_empty() && addresses.gap.is_none()
}

/// The finding that says why a request failed.
fn known(url: &Url, failure: &Failure, world: &World) -> Option<Verdict> {
    let host = url.host_str()?;
    if let Some(verdict) = seen::host_fault(url, failure, world) {
        return Some(verdict);
    }
    (failure.kind == FailureKind::NoAddress).then(|| absent(host, world)).flatten()
}

/// The finding that says why a name does not resolve.
fn absent(host: &str, world: &World) -> Option<Verdict> {
    if seen::is_host(host, world) {
        return Some(seen::no_address(host));
    }
    let declared =
        || ["A", "AAAA", "CNAME"].iter().find_map(|kind| declared_too(host, kind, |_| true, world));
    let alias = world.items.names.iter().find(|name| name.name == host);
    let dangling = alias.filter(|name| dns::cname_dangling(name, world).status == Status::Fail);
    let reason = "its alias leads to a name that does not exist";
    dangling.map(|_| Verdict::not_judged("dns/cname-dangling", host, reason)).or_else(declared)
}

fn certificate(url: &Url, world: &World) -> Result<(), Unfetched> {
    let name = url.host_str().unwrap_or_default();
    if let Some(why) = tls::refused(url, world) {
        return fault(format!("clients refuse the certificate of {name}: it {why}"), Kind::Certificate);
    }
    if let Some(host) = world.items.host(name)
        && let Some(check) = cause::of_host(CERTIFICATE, host, world)
    {
        return elsewhere(Verdict::not_judged(check, name, "clients refuse its certificate"));
    }
    match world.observed.tls(url) {
        Some(Seen::Answer(_)) => Ok(()),
        Some(Seen::Unobserved(reason)) => elsewhere(Verdict::unknown(reason.as_str())),
        Some(Seen::Failed(failure)) => elsewhere(Verdict::unknown(failure.detail.as_str())),
        None => elsewhere(Verdict::unknown(NOT_OBSERVED)),
    }
}
