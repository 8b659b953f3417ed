//! Turns a run's answers into an [`Observed`]: chains are judged here, once it is known which
//! intermediates the other hosts sent.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::certificate::{facts, issuer_urls};
use super::memo::Memo;
use super::path::Roots;
use super::problem::{Problem, seen};
use super::session::Session;
use super::tls::Shown;
use crate::observed::{Handshake, Observed, Path, Remote, Seen, question};
use crate::takeover::Service;

/// How often the issuer of a fetched certificate is fetched again.
const MOST_STEPS: usize = 3;
/// Addresses asked for missing intermediates of one chain, in one step.
const MOST_ADDRESSES: usize = 4;

/// Everything that was seen; `cut` says why there is no answer where there is none.
pub(super) async fn observed(
    session: &Session<'_>,
    roots: &Roots,
    at: Timestamp,
    deadline: Instant,
    cut: &str,
) -> Observed {
    let mut observed = Observed::new(at);
    observed.tls = handshakes(session, roots, deadline, cut).await;
    observed.http = kept(&session.http, cut);
    observed.dns = kept(&session.dns, cut);
    for (key, answer) in kept(&session.others, cut) {
        if let Some((server, question)) = key.split_once(' ') {
            observed.resolvers.entry(server.to_owned()).or_default().insert(question.to_owned(), answer);
        }
    }
    observed.zones = session.zones.take();
    observed.visits = kept(&session.visits, cut);
    observed.files = kept(&session.files, cut);
    observed.logos = kept(&session.logos, cut);
    observed.redirected = session.redirected.borrow().iter().cloned().collect();
    drop_excerpts(&mut observed);
    let unanswered = || Err(Problem::Unobserved(cut.to_owned()));
    let zone = |(name, outcome): (String, Option<_>)| outcome.unwrap_or_else(|| (name, unanswered()));
    let zones = session.dnssec.all().into_iter().map(zone);
    observed.dnssec = zones.map(|(zone, outcome)| (zone, seen(outcome))).collect();
    observed.registrations = kept(&session.registrations, cut);
    observed
}

/// What was answered, by question; `cut` says why there is no answer where there is none.
fn kept<T: Clone>(memo: &Memo<Result<T, Problem>>, cut: &str) -> BTreeMap<String, Seen<T>> {
    let unanswered = || Err(Problem::Unobserved(cut.to_owned()));
    memo.all().into_iter().map(|(key, answer)| (key, seen(answer.unwrap_or_else(unanswered)))).collect()
}

/// Keeps the text of pages only where somebody reads it: at the root of names whose aliases lead to a
/// hosting that gives names out.
fn drop_excerpts(observed: &mut Observed) {
    let dns = &observed.dns;
    let leads = |host: &str| {
        let answers = ["A", "AAAA"].into_iter().filter_map(|kind| match dns.get(&question(host, kind)) {
            Some(Seen::Answer(answer)) => Some(answer),
            _ => None,
        });
        let mut aliases = answers.flat_map(|answer| answer.values("CNAME")).map(Remote::as_str);
        Service::of(&mut aliases).is_some()
    };
    for (url, exchange) in &mut observed.http {
        let Seen::Answer(exchange) = exchange else { continue };
        let needed = Url::parse(url).is_ok_and(|url| url.path() == "/" && url.host_str().is_some_and(leads));
        exchange.excerpt = exchange.excerpt.take().filter(|_| needed);
    }
}

async fn handshakes(
    session: &Session<'_>,
    roots: &Roots,
    deadline: Instant,
    cut: &str,
) -> BTreeMap<String, Seen<Handshake>> {
    let all = session.tls.all();
    let pool = intermediates(&all);
    let judged = all.into_iter().map(async |(origin, shown)| {
        let shown = shown.unwrap_or_else(|| Err(Problem::Unobserved(cut.to_owned())));
        let handshake = match shown {
            Ok(shown) => Ok(handshake(session, roots, shown, &pool, deadline).await),
            Err(problem) => Err(problem),
        };
        (origin, seen(handshake))
    });
    join_all(judged).await.into_iter().collect()
}

/// What any host sent beside its own certificate.
fn intermediates(all: &[(String, Option<Result<Shown, Problem>>)]) -> Vec<CertificateDer<'static>> {
    let mut pool: Vec<CertificateDer<'static>> = Vec::new();
    for (_, shown) in all {
        let Some(Ok(shown)) = shown else { continue };
        for der in shown.chain.iter().skip(1) {
            if !pool.contains(der) {
                pool.push(der.clone());
            }
        }
    }
    pool
}

async fn handshake(
    session: &Session<'_>,
    roots: &Roots,
    shown: Shown,
    pool: &[CertificateDer<'static>],
    deadline: Instant,
) -> Handshake {
    let mut path = roots.path(&shown.chain, pool);
    if path == Path::Untrusted {
        path = with_fetched(session, roots, &shown.chain, pool, deadline).await;
    }
    // Nothing to be had, but the issuer is a known one: it is the server that sent too little.
    if let (Path::Untrusted, [leaf]) = (path, &shown.chain[..])
        && roots.knows_organisation(leaf)
    {
        path = Path::Incomplete;
    }
    Handshake {
        peer: Some(shown.peer),
        version: shown.version.to_owned(),
        chain: shown.chain.iter().map(facts).collect(),
        path,
    }
}

/// Judges again with what the certificates themselves say their issuers publish.
async fn with_fetched(
    session: &Session<'_>,
    roots: &Roots,
    chain: &[CertificateDer<'static>],
    pool: &[CertificateDer<'static>],
    deadline: Instant,
) -> Path {
    let mut known = pool.to_vec();
    let mut step: Vec<CertificateDer<'static>> = chain.to_vec();
    for _ in 0..MOST_STEPS {
        let urls: Vec<_> = step.iter().flat_map(issuer_urls).take(MOST_ADDRESSES).collect();
        let fetching = join_all(urls.iter().map(|url| session.certificate(url)));
        let Ok(fetched) = timeout_at(deadline, fetching).await else { break };
        step = fetched.into_iter().flatten().filter(|der| !known.contains(der)).collect();
        if step.is_empty() {
            break;
        }
        known.extend(step.iter().cloned());
        if roots.path(chain, &known) == Path::Incomplete {
            return Path::Incomplete;
        }
    }
    Path::Untrusted
}
