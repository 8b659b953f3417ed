//! Whether an endpoint answers at all.

use std::net::IpAddr;

use url::{Host, Url};

use super::answer::{Answer, Call, sender};
use super::trial::Trial;
use crate::check::{Status, Verdict, World, http, seen, tls};
use crate::item::Webhook;
use crate::observed::{Failure, FailureKind};
use crate::private::PrivateRanges;
use crate::web::edge::{Error, Said};

pub(in crate::check) fn unreachable(webhook: &Webhook, world: &World) -> Verdict {
    let trial = match Trial::of(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    if let Some(verdict) = silence(&trial, world) {
        return verdict;
    }
    if let Some(fault) = tls::refused(&webhook.url, world) {
        return refused(&trial, &fault);
    }
    if let Some(verdict) = own_certificate(&webhook.url, world) {
        return verdict;
    }
    if is_open_to_readers(&webhook.url, world) {
        return over_plain_http(&trial, world);
    }
    let calls = asked(&trial);
    let count = calls.iter().filter(|call| call.posted().is_some()).count();
    Verdict::pass(format!("answers {count} of {} requests", calls.len()))
}

/// The verdict of all other checks where the endpoint is not heard.
pub(super) fn silent(trial: &Trial, world: &World) -> Option<Verdict> {
    let verdict = silence(trial, world)?;
    if verdict.status != Status::Fail {
        return Some(verdict);
    }
    let reason = "the endpoint cannot be reached";
    Some(Verdict::not_judged("webhooks/unreachable", trial.webhook.name, reason))
}

/// What was sent as events are sent, or whatever was sent where there is none of it.
fn asked<'w>(trial: &Trial<'_, 'w>) -> Vec<Call<'w>> {
    let posts = trial.posts();
    if posts.is_empty() { trial.all() } else { posts }
}

/// The verdict where the endpoint is not heard: nothing answers, or the edge answers for it with an error.
fn silence(trial: &Trial, world: &World) -> Option<Verdict> {
    let calls = asked(trial);
    let errors: Vec<(&Call, Error)> =
        calls.iter().filter_map(|call| Some((call, edge_error(call)?))).collect();
    if calls.iter().filter(|call| call.posted().is_some()).count() > errors.len() {
        return None;
    }
    let url = &trial.webhook.url;
    let failures: Vec<&Failure> = calls.iter().filter_map(failure).collect();
    if let Some(failure) = failures.iter().find(|failure| is_without_connection(failure)) {
        return Some(no_answer(url, failure, world));
    }
    // What the others would have shown may be that only one request has no answer.
    let unobserved = calls.iter().find_map(|call| match call.answer() {
        Answer::Unobserved(reason) => Some(reason.as_str()),
        _ => None,
    });
    if let Some(reason) = unobserved {
        return Some(seen::unobserved(url.host_str().unwrap_or_default(), reason, world));
    }
    if let Some((call, error)) = errors.first() {
        let exchange = &call.posted()?.answer;
        let told = seen::edge(url, exchange, world).filter(|told| told.because.is_some());
        return Some(told.unwrap_or_else(|| at_the_edge(url, *error)));
    }
    let failed = failures.first().map(|failure| no_answer(url, failure, world));
    Some(failed.unwrap_or_else(|| Verdict::unknown(seen::NOT_OBSERVED)))
}

fn failure<'w>(call: &Call<'w>) -> Option<&'w Failure> {
    match call.answer() {
        Answer::Failed(failure) => Some(failure),
        _ => None,
    }
}

fn edge_error(call: &Call) -> Option<Error> {
    match call.posted()?.answer.edge()? {
        Said::Error(error) => Some(error),
        _ => None,
    }
}

/// True where there was no connection, whatever would have been sent over it.
fn is_without_connection(failure: &Failure) -> bool {
    use FailureKind::{Alert, Bogus, ClientCertificate, Handshake, NoAddress, NotTls, Refused, TimedOut};
    matches!(
        failure.kind,
        NoAddress | Bogus | Refused | TimedOut | Handshake | Alert | NotTls | ClientCertificate
    )
}

fn at_the_edge(url: &Url, error: Error) -> Verdict {
    let (number, cause) = (error.number(), error.explained());
    Verdict::fail(format!("{} gets Cloudflare's error {number}: {}", seen::shown(url), cause.what))
        .expected("an answer of the endpoint itself")
        .observed(format!("{}; what fails is {}", error.status, cause.hop))
        .label("edge has no answer")
        .help(cause.help)
}

fn no_answer(url: &Url, failure: &Failure, world: &World) -> Verdict {
    seen::known_fault(url, failure, world).unwrap_or_else(|| {
        Verdict::fail(format!("{} does not answer: {}", seen::shown(url), failure.detail))
            .expected("an HTTP answer")
            .observed(failure.detail.as_str())
            .label("no answer")
            .help(http::answer_help(url, failure))
    })
}

fn refused(trial: &Trial, fault: &str) -> Verdict {
    let url = seen::shown(&trial.webhook.url);
    Verdict::fail(format!("senders refuse {url}: its certificate {fault}"))
        .expected("a certificate that clients accept")
        .observed(fault)
        .label("bad certificate")
        .help("have a certificate issued for this host and serve its whole chain; declare the host under `hosts` to see each fault by itself")
}

/// The verdict of checks that need what is signed to be sent: it goes to no peer whose certificate is one to
/// refuse.
pub(super) fn distrusted(webhook: &Webhook, world: &World) -> Option<Verdict> {
    let reason = "nothing signed is sent where the certificate is not to be trusted";
    let refused = tls::refused(&webhook.url, world)
        .map(|_| Verdict::not_judged("webhooks/unreachable", webhook.name, reason));
    refused.or_else(|| own_certificate(&webhook.url, world))
}

/// The finding about the certificate of a declared host: providers refuse it as browsers do.
fn own_certificate(url: &Url, world: &World) -> Option<Verdict> {
    let host = world.items.host(url.host_str()?)?;
    if url.scheme() != "https" || url.port_or_known_default() != Some(443) {
        return None;
    }
    let check = tls::certificate_finding(host, world)?;
    Some(Verdict::not_judged(check, &host.name, "senders refuse its certificate"))
}

/// True for a URL over plain HTTP that others are on the way to.
fn is_open_to_readers(url: &Url, world: &World) -> bool {
    if url.scheme() != "http" {
        return false;
    }
    let is_public = |address: &IpAddr| PrivateRanges::Forbidden.fault(*address).is_none();
    match url.host() {
        Some(Host::Ipv4(address)) => is_public(&address.into()),
        Some(Host::Ipv6(address)) => is_public(&address.into()),
        Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => false,
        Some(Host::Domain(name)) => {
            let found = seen::addresses(name, world).found;
            found.is_empty() || found.iter().any(is_public)
        }
        None => false,
    }
}

fn over_plain_http(trial: &Trial, world: &World) -> Verdict {
    let url = &trial.webhook.url;
    let verdict = Verdict::fail(format!(
        "{} is plain HTTP: everybody on the way reads the events, and may change those that are not signed",
        seen::shown(url)
    ))
    .expected("https")
    .observed("http")
    .label("not encrypted")
    .help(format!("serve the endpoint over HTTPS, and register the https URL at {}", sender(trial)));
    let host = url.host_str().and_then(|host| world.items.host(host));
    if host.is_none_or(crate::item::Host::is_production) { verdict } else { verdict.mild() }
}
