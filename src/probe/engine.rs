//! Asks what a spec needs, everything at once. Which questions run side by side is decided here;
//! below, only one question's own parts do (its addresses, its two families, its handshake).

use futures_util::future::{join, join_all, join3, join4};
use jiff::Timestamp;
use url::Url;

use super::Files;
use super::cloudflare;
use super::cors;
use super::dnssec;
use super::endpoint;
use super::files;
use super::mail;
use super::names;
use super::problem::seen;
use super::registration as registered;
use super::served;
use super::session::Session;
use super::site;
use super::webhook;
use super::zone;
use crate::item;
use crate::observed::{Observed, question};
use crate::spec::Document;
use crate::spec::registrable::registration_of;

/// Redirects followed from one start.
const MOST_HOPS: usize = 10;
/// Aliases followed from one name.
const MOST_ALIASES: usize = 9;

/// Asks everything.
pub(super) async fn gather(session: &Session<'_>, document: &Document, at: Timestamp) {
    let reading = Box::pin(files::observe(session, document));
    if session.settings.files == Files::Alone {
        reading.await;
    } else {
        join(reading, Box::pin(ask(session, document, at))).await;
    }
}

/// Asks everything over the network.
async fn ask(session: &Session<'_>, document: &Document, at: Timestamp) {
    let nothing = Observed::new(at);
    let owned = item::owned_records(document, &nothing);
    let domain = &document.spec.domain.value.0;
    let answers = join4(
        hosts(session, document, &nothing),
        implied_www(session, document, at),
        records(session, document),
        names::gather(session, document, &nothing),
    );
    let zones = join3(
        zone::walk(session, domain, &owned),
        dnssec::observe(session, domain),
        registration(session, document, at),
    );
    let beside = join(mail::gather(session, document), zones);
    let webhooks = join3(
        webhook::refusals(session, document),
        registered::observe(session, document, at),
        cloudflare::observe(session, document),
    );
    // On the heap: each is large, and whoever waits for a run would carry them along.
    let answers = Box::pin(join(answers, Box::pin(webhooks)));
    let beside = Box::pin(beside);
    if session.settings.only_web {
        answers.await;
    } else {
        join(answers, beside).await;
    }
    // Last, when nothing else of this run keeps the servers busy: how long they take is measured.
    Box::pin(endpoint::sample(session, &item::endpoints(document))).await;
    Box::pin(webhook::deliveries(session, document)).await;
    if session.settings.reading.exposed {
        Box::pin(served::exposed(session, document)).await;
    }
}

/// Names, redirects and URLs, as far as `observed` says which hosts there are.
async fn hosts(session: &Session<'_>, document: &Document, observed: &Observed) {
    let names = item::names(document, observed);
    let starts = item::starts(document, observed).into_iter().map(|start| start.url);
    // Both ends at once: where the rule does what it should, the second is needed.
    let redirects =
        item::redirects(document).into_iter().flat_map(|redirect| [redirect.ask, redirect.target]);
    let declared = item::urls(document, observed).into_iter().map(|declared| declared.url);
    let endpoints = item::endpoints(document);
    let cross = item::cross_origins(document, observed);
    let accepted = endpoints.iter().map(|endpoint| endpoint.url.clone());
    let called = cross.iter().map(|target| target.url.clone());
    let urls: Vec<Url> = starts.chain(redirects).chain(declared).chain(accepted).chain(called).collect();
    let hosts = item::hosts(document, observed);
    let secured: Vec<Url> = hosts.iter().filter_map(|host| host.root("https")).collect();
    let security_txt = item::security_txt(document, &hosts);
    let read = if session.settings.reading.sites { item::read_sites(document, &hosts) } else { Vec::new() };
    let look = served::look(document);
    // Before anything is asked: what is asked anyway is read at once.
    for site in &read {
        session.read_all_of(&site.host, &look);
    }
    let web = join3(
        // Who looks into a body asks first, so that its question is everybody's.
        join_all(endpoints.iter().map(|accepted| endpoint::content(session, &accepted.url, &endpoints))),
        join_all(urls.iter().map(|url| follow(session, url))),
        join_all(cross.iter().map(|target| cors::observe(session, target))),
    );
    join4(
        join_all(names.iter().map(async |name| {
            let aliases = aliases(session, &name.name).await;
            names::hosting(session, &name.name, &aliases).await;
        })),
        web,
        join_all(hosts.iter().map(|host| names::addresses(session, host))),
        join3(
            join_all(hosts.iter().map(async |host| {
                site::look(session, host).await;
                if let Some(site) = read.iter().find(|site| site.host == host.name) {
                    Box::pin(served::crawl(session, host, site, &look)).await;
                }
            })),
            join_all(security_txt.iter().map(|url| site::security_txt(session, url))),
            // Behind the others in the queue for connections: nothing waits for these.
            join_all(secured.iter().map(|url| session.offer(url))),
        ),
    )
    .await;
}

/// Where the spec declares no hosts, `www` is one if it resolves. The work on the apex does not
/// wait for that.
async fn implied_www(session: &Session<'_>, document: &Document, at: Timestamp) {
    if document.spec.hosts.is_some() {
        return;
    }
    let www = format!("www.{}", document.spec.domain.value.0);
    let (four, six) = join(session.dns(&www, "A"), session.dns(&www, "AAAA")).await;
    let mut known = Observed::new(at);
    known.dns.insert(question(&www, "A"), seen(four));
    known.dns.insert(question(&www, "AAAA"), seen(six));
    if item::may_resolve(&known, &www) {
        hosts(session, document, &known).await;
    } else {
        let _ = aliases(session, &www).await;
    }
}

async fn records(session: &Session<'_>, document: &Document) {
    let records = item::records(document);
    join_all(records.iter().map(async |record| {
        let (name, kind) = (&record.name, record.record.kind.value.name());
        let _ = join(session.dns(name, kind), session.dns_elsewhere(name, kind)).await;
    }))
    .await;
}

/// What the registry says. No registry knows a reserved name; a service that the user names may.
async fn registration(session: &Session<'_>, document: &Document, at: Timestamp) {
    let Some(found) = registration_of(&document.spec.domain.value.0) else { return };
    if found.nobody.is_none() || session.settings.rdap.is_some() {
        // Kept in the session.
        let _ = session.registration(&found.name, at).await;
    }
}

/// The addresses of a name. Where there are none, the chain of its aliases, name by name: a
/// resolver that meets a loop or a dead end often says no more than SERVFAIL. Returns what the
/// aliases of a name with addresses lead through.
async fn aliases(session: &Session<'_>, name: &str) -> Vec<String> {
    let answers = [(session.dns(name, "A"), "A"), (session.dns(name, "AAAA"), "AAAA")];
    let answers =
        join_all(answers.map(async |(answer, kind)| (answer.await.unwrap_or_default(), kind))).await;
    if answers.iter().any(|(answer, kind)| answer.values(kind).next().is_some()) {
        let all = answers.iter().flat_map(|(answer, _)| answer.values("CNAME"));
        return all.map(|target| target.as_str().to_owned()).collect();
    }
    let mut walked = vec![name.to_ascii_lowercase()];
    while let Ok(answer) = session.dns(&walked[walked.len() - 1], "CNAME").await {
        let next = answer.values("CNAME").next().map(|target| target.as_str().to_owned());
        match next {
            Some(next) if walked.len() < MOST_ALIASES && !walked.contains(&next) => walked.push(next),
            _ => break,
        }
    }
    Vec::new()
}

/// Asks a URL and every hop that its redirects lead through.
pub(super) async fn follow(session: &Session<'_>, start: &Url) {
    let mut walked = vec![start.clone()];
    while let Ok(exchange) = session.exchange(&walked[walked.len() - 1]).await {
        let next = exchange.location.clone().filter(|url| matches!(url.scheme(), "http" | "https"));
        match next.filter(|_| exchange.is_redirect()) {
            Some(next) if walked.len() <= MOST_HOPS && !walked.contains(&next) => walked.push(next),
            _ => return,
        }
    }
}
