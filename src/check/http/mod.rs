//! Judges of `http/*`.

pub(super) mod cookie;
pub(super) mod cors;
pub(super) mod csp;
pub(super) mod edge;
pub(super) mod endpoint;
pub(super) mod guard;
pub(super) mod hsts;
mod page;
pub(super) mod plain;
pub(super) mod redirect;
pub(super) mod site;
mod trail;
pub(super) mod version;

use url::Url;

use super::{Status, Verdict, World, seen, tls};
use crate::item::{DeclaredUrl, Host};
use crate::observed::{Failure, FailureKind, Seen};
use crate::spec::Place;
use crate::spec::model::Canonical;
use trail::{End, Trail};

pub(super) fn unreachable(declared: &DeclaredUrl, world: &World) -> Verdict {
    match world.observed.http(&declared.url) {
        Some(Seen::Failed(failure)) => match seen::host_fault(&declared.url, failure, world) {
            Some(verdict) => verdict,
            None => {
                Verdict::fail(format!("{} does not answer: {}", seen::shown(&declared.url), failure.detail))
                    .expected("an HTTP answer")
                    .observed(failure.detail.as_str())
                    .label("no answer")
                    .help(answer_help(&declared.url, failure))
            }
        },
        _ => match seen::http(&declared.url, world) {
            Ok(exchange) => match tls::refused(&declared.url, world) {
                Some(fault) => refused(declared, &fault),
                None => Verdict::pass(format!("answers {}", exchange.status)),
            },
            Err(verdict) => *verdict,
        },
    }
}

fn refused(declared: &DeclaredUrl, fault: &str) -> Verdict {
    Verdict::fail(format!("clients refuse {}: its certificate {fault}", seen::shown(&declared.url)))
        .expected("a certificate that clients accept")
        .observed(fault)
        .label("bad certificate")
        .help("have a certificate issued for this host and serve its whole chain; declare the host under `hosts` to see each fault by itself")
}

/// What to do where a URL gives no answer.
pub(super) fn answer_help(url: &Url, failure: &Failure) -> String {
    let advice = match failure.kind {
        FailureKind::NoAddress => "publish an A, AAAA or CNAME record for the host, or correct the URL",
        FailureKind::Bogus => "mend the signatures of its zone (DNSSEC)",
        FailureKind::Refused => {
            "nothing listens there: start the service, or correct the port or the address in DNS"
        }
        FailureKind::TimedOut => {
            "packets to that port are dropped: look whether the service runs and whether the firewall lets it through, or correct the address in DNS"
        }
        FailureKind::NoAnswer => {
            "the service accepts the connection but hangs: look whether it is overloaded or waits for something behind it, a database or an upstream"
        }
        FailureKind::Reset => {
            "the connection is cut before the answer: look in the logs of the proxy and of the service behind it"
        }
        FailureKind::NotHttp
        | FailureKind::ErrorCode
        | FailureKind::Garbled
        | FailureKind::NotSmtp
        | FailureKind::Declined => {
            "what listens there does not speak HTTP: correct the port, or the proxy's upstream"
        }
        FailureKind::TooLarge => {
            "the answer's header is larger than clients accept: most often cookies that pile up"
        }
        FailureKind::ClientCertificate => {
            "the server wants a client certificate, which visitors have not: take `ssl_verify_client` or its like out there"
        }
        FailureKind::Handshake | FailureKind::Alert | FailureKind::NotTls => {
            "TLS fails on this host: mend its certificate and its HTTPS listener first"
        }
    };
    format!("{advice}; then try `curl -sv -o /dev/null '{}'`", seen::shown(url))
}

pub(super) fn status_differs(declared: &DeclaredUrl, world: &World) -> Verdict {
    let exchange = match seen::http(&declared.url, world) {
        Ok(exchange) => exchange,
        Err(verdict) => return *verdict,
    };
    if exchange.is_redirect()
        && let Some(verdict) = leads_nowhere(declared, world)
    {
        return verdict;
    }
    let status = exchange.status;
    let right = match declared.status {
        Some(wanted) => status == wanted,
        None => status < 400 || (matches!(status, 401 | 403) && !is_production(&declared.url, world)),
    };
    if right {
        return Verdict::pass(format!("answers {status}"));
    }
    let leads = exchange.location.as_ref().filter(|_| exchange.is_redirect()).map(seen::shown);
    let observed = leads.map_or(status.to_string(), |to| format!("{status}, leads to {to}"));
    let expected = declared.status.map_or("no error".to_owned(), |wanted| wanted.to_string());
    Verdict::fail(format!("{} answers {observed}", seen::shown(&declared.url)))
        .expected(expected)
        .observed(observed)
        .label("answers otherwise")
        .help(status_help(status))
}

/// The finding that says that a URL answers otherwise than declared, for checks that needed a right answer.
fn wrong_status(url: &Url, status: u16, world: &World) -> Option<Verdict> {
    let mut declared = world.items.urls.iter().filter(|declared| declared.url == *url);
    let told = declared.any(|declared| status_differs(declared, world).status == Status::Fail);
    told.then(|| Verdict::not_judged("http/status-differs", url.as_str(), &format!("it answers {status}")))
}

/// The verdict where a URL redirects for ever, or a site's start page to a URL that is dead.
fn leads_nowhere(declared: &DeclaredUrl, world: &World) -> Option<Verdict> {
    let trail = Trail::of(&declared.url, world);
    if trail.is_endless() {
        // `http/redirect-loop` speaks about starts; the way of another page joins one of theirs.
        let starts = &world.items.starts;
        let told = trail.urls.iter().any(|url| starts.iter().any(|start| start.url == *url));
        return told.then(|| trail.endless(world));
    }
    let (_, last) = trail.ends().filter(|_| declared.status.is_none())?;
    let why = match &trail.end {
        End::Failed(failure) => match seen::known_fault(last, failure, world) {
            Some(verdict) => return Some(verdict),
            None => format!("which does not answer: {}", failure.detail),
        },
        _ => format!("whose certificate {}", tls::refused(last, world)?),
    };
    let verdict =
        Verdict::fail(format!("{} leads to {}, {why}", seen::shown(&declared.url), seen::shown(last)))
            .expected("a page that opens")
            .observed(trail.shown())
            .label("leads nowhere")
            .help(format!("make {} answer, or redirect elsewhere", seen::shown(last)));
    Some(verdict)
}

fn status_help(status: u16) -> &'static str {
    match status {
        300..=399 => "declare the URL that it leads to, or declare this status, or remove the redirect",
        401 | 403 => {
            "the URL asks for a login or a rule blocks it: open it to the public, or declare this status (for a URL that must refuse: `refuse_anonymous: true`)"
        }
        404 | 410 => {
            "deploy what should be there, or correct the path; look whether the proxy passes the path on unchanged"
        }
        500..=599 => "the service or the proxy before it fails: look in its log at the time of this run",
        _ => "correct the service, or declare this status",
    }
}

/// True unless the URL's host is declared as staging, preview or development.
fn is_production(url: &Url, world: &World) -> bool {
    url.host_str().and_then(|name| world.items.host(name)).is_none_or(Host::is_production)
}

pub(super) fn hsts_missing(host: &Host, world: &World) -> Verdict {
    if !host.is_production() {
        return Verdict::not_applicable(format!("{} is not a production host", host.name));
    }
    let Some(url) = host.root("https") else { return seen::no_url(host) };
    let exchange = match seen::http(&url, world) {
        Ok(exchange) => exchange,
        Err(verdict) => return *verdict,
    };
    if let Some(value) = exchange.header("strict-transport-security").next() {
        return Verdict::pass(format!("sends `{}`", seen::cut(value.as_str())));
    }
    Verdict::fail(format!("{} sends no Strict-Transport-Security", seen::shown(&url)))
        .expected("Strict-Transport-Security")
        .observed("no such header")
        .label("no HSTS")
        .help(format!(
            "send `{}` with every HTTPS answer, errors and redirects too (nginx: `add_header ... always;`); begin with `max-age=300` and raise it when nothing breaks",
            hsts_header(world)
        ))
}

/// The header that the spec declares, or a year.
fn hsts_header(world: &World) -> String {
    let declared = world.document.spec.tls.as_ref().and_then(|tls| tls.hsts.as_ref());
    let max_age =
        declared.and_then(|hsts| hsts.max_age.as_ref()).map_or(31_536_000, |age| age.value.0.as_secs());
    let mut header = format!("Strict-Transport-Security: max-age={max_age}");
    if let Some(hsts) = declared {
        let asked = |flag: &Option<crate::spec::Located<bool>>| flag.as_ref().is_some_and(|flag| flag.value);
        if asked(&hsts.include_subdomains) {
            header.push_str("; includeSubDomains");
        }
        if asked(&hsts.preload) {
            header.push_str("; preload");
        }
    }
    header
}

pub(super) fn canonical_split(world: &World) -> Verdict {
    let apex = world.domain().to_owned();
    let www = format!("www.{apex}");
    for name in [&www, &apex] {
        if let Some(reason) = absent(name, world) {
            return Verdict::not_applicable(reason);
        }
    }
    let mut own = Vec::new();
    for name in [&apex, &www] {
        match serves_itself(name, world) {
            Ok(serves) => own.push(serves),
            Err(verdict) => return *verdict,
        }
    }
    if own.contains(&None) {
        return Verdict::pass(format!("{apex} and {www} do not both serve the site"));
    }
    let (main, other) = match world.document.spec.canonical.as_ref().map(|c| c.value) {
        Some(Canonical::Www) => (&www, &apex),
        _ => (&apex, &www),
    };
    let statuses: Vec<String> = own.into_iter().flatten().collect();
    let verdict = Verdict::fail(format!("both names serve the site: {}", seen::listed(&statuses)))
        .expected(format!("{other} redirects to {main}"))
        .observed("neither redirects")
        .label("both names answer")
        .help(format!(
            "redirect `https://{other}/*` to `https://{main}/$1` with 301, path and query kept; plain HTTP the same way"
        ));
    match &world.document.spec.canonical {
        Some(canonical) => verdict.at(Place::new("canonical", canonical.span)),
        None => verdict,
    }
}

fn root(name: &str) -> Option<Url> {
    Url::parse(&format!("https://{name}/")).ok()
}

/// Why there is no site at a name that could split.
fn absent(name: &str, world: &World) -> Option<String> {
    let seen_at_root = root(name).and_then(|url| world.observed.http(&url));
    match seen_at_root {
        Some(Seen::Failed(failure)) if failure.kind == FailureKind::NoAddress => {
            Some(format!("{name} has no address"))
        }
        None if !seen::is_host(name, world) || name.starts_with("www.") => {
            Some(format!("{name} is not one of the hosts"))
        }
        _ => None,
    }
}

/// `https://shop.test/ answers 200` where a name's own site answers 2xx in the end.
fn serves_itself(name: &str, world: &World) -> seen::Judged<Option<String>> {
    let Some(url) = root(name) else { return Ok(None) };
    let trail = Trail::of(&url, world);
    let last = trail.ends().map_or(&url, |(_, last)| last);
    match &trail.end {
        End::Answer(exchange) => {
            if last.host_str() == Some(name)
                && let Some(verdict) = seen::edge(last, exchange, world)
            {
                return Err(Box::new(verdict));
            }
            let serves = last.host_str() == Some(name) && (200..300).contains(&exchange.status);
            Ok(serves.then(|| format!("{} answers {}", seen::shown(last), exchange.status)))
        }
        // Wherever that leads, it is not the name's own site any more.
        End::Failed(_) | End::Unobserved(_) if last.host_str() != Some(name) => Ok(None),
        End::Failed(failure) => Err(Box::new(seen::unanswered(last, failure, world))),
        End::Unobserved(reason) => Err(Box::new(seen::unobserved(name, reason, world))),
        End::Endless => Err(Box::new(trail.endless(world))),
    }
}
