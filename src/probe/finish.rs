//! Turns a run's answers into an [`Observed`]: chains are judged here, once it is known which
//! intermediates the other hosts sent.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::{join_all, join3};
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::certificate::{facts, issuer_urls, list_urls};
use super::hello::{Heard, otherwise, replies};
use super::memo::Memo;
use super::path::{Roots, Way};
use super::problem::{Problem, seen};
use super::revocation;
use super::session::{List, Session, Visited};
use super::smtp::Talk;
use super::tls::Shown;
use crate::observed::{
    Anchor, CloudflareZone, Handshake, Observed, Path, Remote, Revocation, Seen, Served, Smtp, Visit,
    question,
};
use crate::takeover::Service;

/// How often the issuer of a fetched certificate is fetched again.
const MOST_STEPS: usize = 3;
/// Certificates that live no longer than this need not be on a revocation list.
const SHORT: SignedDuration = SignedDuration::from_hours(10 * 24);
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
    (observed.tls, observed.smtp, observed.visits) = chains(session, roots, deadline, cut, &heard).await;
    observed.offers = heard.into_iter().map(|(origin, heard)| (origin, seen(heard.map(replies)))).collect();
    observed.http = kept(&session.http, cut);
    observed.contents = kept(&session.contents, cut);
    observed.samples = session.samples.take();
    observed.cors = kept(&session.cors, cut);
    observed.webhooks = session.webhooks.take();
    observed.dns = kept(&session.dns, cut);
    for (key, answer) in kept(&session.others, cut) {
        if let Some((server, question)) = key.split_once(' ') {
            observed.resolvers.entry(server.to_owned()).or_default().insert(question.to_owned(), answer);
        }
    }
    observed.zones = session.zones.take();
    observed.files = kept(&session.files, cut);
    observed.logos = kept(&session.logos, cut);
    observed.redirected = session.redirected.borrow().iter().cloned().collect();
    observed.served = served(session, cut);
    drop_excerpts(&mut observed);
    let zone = |(name, outcome): (String, Option<_>)| outcome.unwrap_or_else(|| (name, unanswered(cut)));
    let zones = session.dnssec.all().into_iter().map(zone);
    observed.dnssec = zones.map(|(zone, outcome)| (zone, seen(outcome))).collect();
    observed.registrations = kept(&session.registrations, cut);
    observed.registered = kept(&session.registered, cut);
    observed.cloudflare = cloudflare_zone(session, cut);
    observed.scanned = session.scanned.take();
    observed
}

/// The zone at Cloudflare, where it was asked for.
fn cloudflare_zone(session: &Session<'_>, cut: &str) -> Option<Seen<CloudflareZone>> {
    let (_, zone) = session.cloudflare.all().pop()?;
    Some(seen(zone.unwrap_or_else(|| unanswered(cut)).map(Rc::unwrap_or_clone)))
}

/// What hosts serve, by host.
fn served(session: &Session<'_>, cut: &str) -> BTreeMap<String, Served> {
    let mut all: BTreeMap<String, Served> = BTreeMap::new();
    let files: BTreeMap<String, Option<_>> = session.served.all().into_iter().collect();
    for (host, url) in session.files_of.take() {
        let outcome = files.get(&url).cloned().flatten().unwrap_or_else(|| unanswered(cut));
        let file = seen(outcome.map(|found| found.told()));
        // What was only guessed, and what a name led to that is not there, says nothing.
        if !matches!(&file, Seen::Answer(file) if file.status >= 300) {
            all.entry(host).or_default().files.insert(url, file);
        }
    }
    for (host, more) in session.unread.take() {
        all.entry(host).or_default().more = more;
    }
    for (host, exposed) in kept(&session.exposed, cut) {
        all.entry(host).or_default().exposed = Some(exposed);
    }
    all
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

/// Handshakes, conversations and visits, by what was asked.
type Shaken =
    (BTreeMap<String, Seen<Handshake>>, BTreeMap<String, Seen<Smtp>>, BTreeMap<String, Seen<Visit>>);

/// Handshakes, conversations and visits, their chains judged.
async fn chains(
    session: &Session<'_>,
    roots: &Roots,
    deadline: Instant,
    cut: &str,
    heard: &BTreeMap<String, Result<Vec<Heard>, Problem>>,
) -> Shaken {
    let (mut shown, talks) = (session.tls.all(), session.smtp.all());
    for (origin, shown) in &mut shown {
        if let (Some(Err(problem)), Some(Ok(heard))) = (&*shown, heard.get(origin)) {
            *shown = Some(otherwise(problem, heard));
        }
    }
    let mail = talks.iter().filter_map(|(_, talk)| talk.as_ref()?.as_ref().ok()?.starttls.as_ref());
    let all = shown.iter().filter_map(|(_, shown)| shown.as_ref()).chain(mail);
    let visits = session.visits.all();
    let visited = visits.iter().filter_map(|(_, visited)| visited.as_ref()?.as_ref().ok());
    let pool =
        intermediates(all.flatten().map(|shown| &shown.chain).chain(visited.map(|visited| &visited.chain)));
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
    let visits = visits.into_iter().map(async |(key, visited)| {
        let visit = match visited.unwrap_or_else(|| unanswered(cut)) {
            Ok(Visited { visit, chain }) => Ok(Visit { path: Some(judges.way(&chain).await.path), ..visit }),
            Err(problem) => Err(problem),
        };
        (key, seen(visit))
    });
    let (handshakes, talks, visits) = join3(join_all(handshakes), join_all(talks), join_all(visits)).await;
    (handshakes.into_iter().collect(), talks.into_iter().collect(), visits.into_iter().collect())
}

/// What any server sent beside its own certificate.
fn intermediates<'a>(
    all: impl Iterator<Item = &'a Arc<[CertificateDer<'static>]>>,
) -> Vec<CertificateDer<'static>> {
    let mut pool: Vec<CertificateDer<'static>> = Vec::new();
    for der in all.flat_map(|chain| chain.iter().skip(1)) {
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
        let way = self.way(&shown.chain).await;
        let Self { roots, pool, .. } = *self;
        let staple = (!shown.staple.is_empty())
            .then(|| revocation::staple(&shown.staple, &shown.chain, pool, &roots.strong, roots.now));
        Handshake {
            peer: Some(shown.peer),
            version: shown.version.to_owned(),
            alpn: shown.alpn,
            clear: shown.clear,
            chain: shown.chain.iter().map(facts).collect(),
            path: way.path,
            refusal: self.refusal(&shown.chain, way),
            anchor: way.anchor,
            weakly: way.weakly,
            lapses: way.lapses,
            client_certificate: shown.client,
            staple,
            list: self.list(&shown.chain, way).await,
        }
    }

    /// What the revocation list says that a certificate names, where the run asks for lists. Authorities
    /// need not list what ends soon anyway (CA/Browser Forum Baseline Requirements, section 4.9.7).
    async fn list(&self, chain: &[CertificateDer<'static>], way: Way) -> Option<Seen<Revocation>> {
        let Self { session, roots, .. } = *self;
        let leaf =
            chain.first().filter(|_| session.settings.revocation_lists && way.path == Path::Trusted)?;
        let lifetime = facts(leaf).lifetime();
        let url = list_urls(leaf).into_iter().next().filter(|_| lifetime > SHORT)?;
        let Some(by) = roots.by(way) else {
            return Some(Seen::Unobserved("there is no root to verify it by".into()));
        };
        let said = self.in_time(&url, session.revocation_list(&url, roots.now)).await;
        let word = |list: &List| revocation::listed(&list.der, chain, self.pool, by, roots.now);
        Some(seen(match said {
            // An authority may have changed its key, or a download may have been bad.
            Ok(list) if list.kept && word(&list).fault.is_some() => {
                self.in_time(&url, session.new_revocation_list(&url)).await.map(|list| word(&list))
            }
            list => list.map(|list| word(&list)),
        }))
    }

    async fn in_time<T>(
        &self,
        url: &Url,
        ask: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let late = || Problem::Unobserved(format!("{url} did not answer in time"));
        timeout_at(self.deadline, ask).await.unwrap_or_else(|_| Err(late()))
    }

    fn refusal(&self, chain: &[CertificateDer<'static>], way: Way) -> Option<Remote> {
        let why = (way.path == Path::Untrusted).then(|| self.roots.refusal(chain, self.pool))?;
        why.map(Remote::new)
    }

    /// Where a chain leads, and with what the others know.
    async fn way(&self, chain: &[CertificateDer<'static>]) -> Way {
        let Self { session, roots, pool, deadline } = *self;
        let mut way = roots.way(chain, pool);
        if way.path != Path::Untrusted {
            return way;
        }
        let mut known = pool.to_vec();
        if let Some(found) = with_fetched(session, roots, chain, &mut known, deadline).await {
            return found;
        }
        if roots.machine_trusts(chain, &known) {
            way.anchor = Anchor::Machine;
        } else if let [leaf] = chain
            && roots.knows_organisation(leaf)
        {
            // Nothing to be had, but the issuer is a known one: it is the server that sent too little.
            way.path = Path::Incomplete;
        }
        way
    }
}

/// Judges again with what the certificates themselves say their issuers publish.
async fn with_fetched(
    session: &Session<'_>,
    roots: &Roots,
    chain: &[CertificateDer<'static>],
    known: &mut Vec<CertificateDer<'static>>,
    deadline: Instant,
) -> Option<Way> {
    let mut step: Vec<CertificateDer<'static>> = chain.to_vec();
    for _ in 0..MOST_STEPS {
        let urls: Vec<_> = step.iter().flat_map(issuer_urls).take(MOST_ADDRESSES).collect();
        let fetching = join_all(urls.iter().map(|url| session.certificate(url)));
        let fetched = timeout_at(deadline, fetching).await.ok()?;
        step = fetched.into_iter().flatten().filter(|der| !known.contains(der)).collect();
        if step.is_empty() {
            break;
        }
        known.extend(step.iter().cloned());
        let way = roots.way(chain, known);
        if way.path == Path::Incomplete {
            return Some(way);
        }
    }
    None
}
