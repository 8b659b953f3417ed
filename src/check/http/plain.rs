//! Whether plain HTTP is left behind at once.

use url::Url;

use super::trail::{End, Trail};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Exchange, Failure, FailureKind, Seen};

pub(in crate::check) fn https_not_forced(host: &Host, world: &World) -> Verdict {
    let Some(url) = host.root("http") else { return seen::no_url(host) };
    if let Some(verdict) = closed(&url, world) {
        return verdict;
    }
    let exchange = match seen::http(&url, world) {
        Ok(exchange) => exchange,
        Err(verdict) => return *verdict,
    };
    if !exchange.is_redirect() {
        return no_https(host, world).unwrap_or_else(|| served(exchange, &url, host));
    }
    let trail = Trail::of(&url, world);
    if trail.is_endless() {
        return trail.endless(world);
    }
    let first = trail.urls.get(1).unwrap_or(&url);
    if first.scheme() == "https" && first.host_str() == url.host_str() {
        return Verdict::pass(format!("leads to {}", seen::shown(first)));
    }
    let Some(secure) = trail.urls.iter().find(|url| url.scheme() == "https") else {
        let last = trail.ends().map_or(&url, |(_, last)| last);
        return match &trail.end {
            End::Answer(exchange) => {
                seen::edge(last, exchange, world).unwrap_or_else(|| served(exchange, last, host))
            }
            End::Failed(failure) if trail.hops() > 0 => match seen::known_fault(last, failure, world) {
                Some(verdict) => verdict,
                None => astray(&trail, failure, host),
            },
            End::Failed(failure) => seen::unanswered(last, failure, world),
            End::Unobserved(reason) => seen::unobserved(last.host_str().unwrap_or_default(), reason, world),
            End::Endless => trail.endless(world),
        };
    };
    if !world.thresholds.https_same_host_first {
        return Verdict::pass(format!("leads to {}", seen::shown(secure)));
    }
    Verdict::fail(format!("{url} leads to {} before HTTPS on the same host", seen::shown(first)))
        .expected(format!("a redirect to https://{}/ first", host.name))
        .observed(trail.shown())
        .label("leaves the host first")
        .help(help(host))
}

/// Where there is no HTTPS at all, there is nothing to lead to yet.
fn no_https(host: &Host, world: &World) -> Option<Verdict> {
    let verdict = *seen::handshake(host, world).err()?;
    verdict.because.as_ref().is_some_and(|cause| cause.check == "tls/unreachable").then_some(verdict)
}

/// Nothing is served in plain where nothing listens on port 80. Where something does, and only
/// this run got no answer from it, nobody knows what others get.
fn closed(url: &Url, world: &World) -> Option<Verdict> {
    let Some(Seen::Failed(failure)) = world.observed.http(url) else { return None };
    match failure.kind {
        FailureKind::Refused => Some(Verdict::pass("port 80 is closed")),
        FailureKind::TimedOut => Some(Verdict::pass("port 80 is closed: it takes no connection")),
        _ => None,
    }
}

/// Plain HTTP leads on, but never to HTTPS.
fn astray(trail: &Trail, failure: &Failure, host: &Host) -> Verdict {
    Verdict::fail(format!("plain HTTP leads to a dead URL instead of HTTPS: {}", failure.detail))
        .expected(format!("a redirect to https://{}/", host.name))
        .observed(trail.shown())
        .label("plain HTTP")
        .help(help(host))
}

/// The end of the way is plain HTTP.
fn served(exchange: &Exchange, url: &Url, host: &Host) -> Verdict {
    let status = exchange.status;
    let is_error = (400..600).contains(&status);
    if is_error && host.is_api() {
        return Verdict::pass(format!("refuses plain HTTP with {status}"));
    }
    let what = if is_error {
        format!("{} answers {status} instead of redirecting to HTTPS", seen::shown(url))
    } else {
        format!("{} serves content over plain HTTP", seen::shown(url))
    };
    Verdict::fail(what)
        .expected(format!("a redirect to https://{}/", host.name))
        .observed(status.to_string())
        .label("plain HTTP")
        .help(help(host))
}

fn help(host: &Host) -> String {
    format!(
        "redirect `http://{0}/*` to `https://{0}/$1` with 301 (nginx: `return 301 https://$host$request_uri;`; Cloudflare: SSL/TLS > Edge Certificates > Always Use HTTPS)",
        host.name
    )
}
