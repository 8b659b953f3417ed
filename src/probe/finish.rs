//! Turns a run's answers into an [`Observed`]: chains are judged here, once it is known which
//! intermediates the other hosts sent.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::certificate::{facts, issuer_urls};
use super::hello::{Heard, otherwise, replies};
use super::memo::Memo;
use super::path::Roots;
use super::problem::{Problem, seen};
use super::session::Session;
use super::smtp::Talk;
use super::tls::Shown;
use crate::observed::{Handshake, Observed, Path, Remote, Seen, Smtp, question};
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
    let heard = session.offers.all().into_iter();
    let heard: BTreeMap<String, Result<Vec<Heard>, Problem>> =
        heard.map(|(origin, heard)| (origin, heard.unwrap_or_else(|| unanswered(cut)))).collect();
    (observed.tls, observed.smtp) = chains(session, roots, deadline, cut, &heard).await;
    observed.offers = heard.into_iter().map(|(origin, heard)| (origin, seen(heard.map(replies)))).collect();
    observed.http = kept(&session.http, cut);
    observed.contents = kept(&session.contents, cut);
    observed.samples = session.samples.take();
    observed.cors = kept(&session.cors, cut);
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
    let zone = |(name, outcome): (String, Option<_>)| outcome.unwrap_or_else(|| (name, unanswered(cut)));
    let zones = session.dnssec.all().into_iter().map(zone);
    observed.dnssec = zones.map(|(zone, outcome)| (zone, seen(outcome))).collect();
    observed.registrations = kept(&session.registrations, cut);
    observed
}

/// What was answered, by question; `cut` says why there is no answer where there is none.
fn kept<T: Clone>(memo: &Memo<Result<T, Problem>>, cut: &str) -> BTreeMap<String, Seen<T>> {
    let answers = memo.all().into_iter();
    answers.map(|(key, answer)| (key, seen(answer.unwrap_or_else(|| unanswered(cut))))).collect()
}

fn unanswered<T>(cut: &str) -> Result<T, Problem> {
    Err(Problem::Unobserved(cut.to_owned()))
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

/// Handshakes and conversations, their chains judged.
async fn chains(
    session: &Session<'_>,
    roots: &Roots,
    deadline: Instant,
    cut: &str,
    heard: &BTreeMap<String, Result<Vec<Heard>, Problem>>,
) -> (BTreeMap<String, Seen<Handshake>>, BTreeMap<String, Seen<Smtp>>) {
    let (mut shown, talks) = (session.tls.all(), session.smtp.all());
    for (origin, shown) in &mut shown {
        if let (Some(Err(problem)), Some(Ok(heard))) = (&*shown, heard.get(origin)) {
            *shown = Some(otherwise(problem, heard));
        }
    }
    let mail = talks.iter().filter_map(|(_, talk)| talk.as_ref()?.as_ref().ok()?.starttls.as_ref());
    let all = shown.iter().filter_map(|(_, shown)| shown.as_ref()).chain(mail);
    let pool = intermediates(all);
    let judges = Judges { session, roots, pool: &pool, deadline };
    let handshakes = shown.into_iter().map(async |(origin, shown)| {
        let shown = shown.unwrap_or_else(|| unanswered(cut));
        (origin, judges.outcome(shown).await)
    });
    let talks = talks.into_iter().map(async |(key, talk)| {
        let smtp = match talk.unwrap_or_else(|| unanswered(cut)) {
            Ok(talk) => Ok(judges.conversation(talk).await),
            Err(problem) => Err(problem),
        };
        (key, seen(smtp))
    });
    let (handshakes, talks) = join(join_all(handshakes), join_all(talks)).await;
    (handshakes.into_iter().collect(), talks.into_iter().collect())
}

/// What any server sent beside its own certificate.
fn intermediates<'a>(all: impl Iterator<Item = &'a Result<Shown, Problem>>) -> Vec<CertificateDer<'static>> {
    let mut pool: Vec<CertificateDer<'static>> = Vec::new();
    for der in all.flatten().flat_map(|shown| shown.chain.iter().skip(1)) {
        if !pool.contains(der) {
            pool.push(der.clone());
        }
    }
    pool
}

/// All that the judgement of a chain needs.
struct Judges<'a, 's> {
    session: &'a Session<'s>,
    roots: &'a Roots,
    pool: &'a [CertificateDer<'static>],
    deadline: Instant,
}

impl Judges<'_, '_> {
    async fn outcome(&self, shown: Result<Shown, Problem>) -> Seen<Handshake> {
        seen(match shown {
            Ok(shown) => Ok(self.handshake(shown).await),
            Err(problem) => Err(problem),
        })
    }

    async fn conversation(&self, talk: Talk) -> Smtp {
        let starttls = match talk.starttls {
            Some(shown) => Some(self.outcome(shown).await),
            None => None,
        };
        Smtp { greeting: talk.greeting, extensions: talk.extensions, starttls }
    }

    async fn handshake(&self, shown: Shown) -> Handshake {
        let Self { session, roots, pool, deadline } = *self;
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
            alpn: shown.alpn,
            clear: shown.clear,
            chain: shown.chain.iter().map(facts).collect(),
            path,
        }
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
