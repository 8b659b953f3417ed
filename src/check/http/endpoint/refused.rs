//! Whether an endpoint that must refuse anonymous callers does.

use url::Url;

use crate::check::http::trail::{End, Trail};
use crate::check::{Verdict, World, seen};
use crate::item::Endpoint;
use crate::login::is_login;
use crate::observed::{Exchange, Seen};
use crate::spec::Place;

pub(in crate::check) fn not_refused(endpoint: &Endpoint, world: &World) -> Verdict {
    if !endpoint.refuses() {
        return Verdict::not_applicable("anonymous callers may call it");
    }
    let exchange = match seen::http(&endpoint.url, world) {
        Ok(exchange) => exchange,
        Err(verdict) => return *verdict,
    };
    if !exchange.is_redirect() {
        return answered(exchange, &endpoint.url, endpoint, world);
    }
    let trail = Trail::of(&endpoint.url, world);
    if let Some(login) = trail.urls.iter().skip(1).find(|to| is_login(&endpoint.url, to)) {
        return Verdict::pass(format!("leads to a login, {}", seen::shown(login)));
    }
    let (_, last) = trail.ends().unwrap_or((&endpoint.url, &endpoint.url));
    let verdict = match &trail.end {
        End::Answer(_) if !matches!(last.scheme(), "http" | "https") => {
            Verdict::unknown(format!("leads out of the web, to {}", seen::shown(last)))
        }
        End::Answer(end) if is_success(end) && !is_same_place(&endpoint.url, last) => {
            led_away(&endpoint.url, last)
        }
        End::Answer(end) => answered(end, last, endpoint, world),
        End::Failed(failure) => seen::known_fault(last, failure, world).unwrap_or_else(|| {
            Verdict::unknown(format!(
                "leads to {}, which does not answer: {}",
                seen::shown(last),
                failure.detail
            ))
        }),
        End::Unobserved(reason) => seen::unobserved(last.host_str().unwrap_or_default(), reason, world),
        End::Endless => return ring(&trail, world),
    };
    verdict.evidence(trail.shown())
}

/// A ring of redirects shows nobody anything; whether that is meant is another finding's matter.
fn ring(trail: &Trail, world: &World) -> Verdict {
    let told = world.items.starts.iter().any(|start| start.url == *trail.told_at(world));
    if told {
        return trail.endless(world);
    }
    Verdict::unknown("it redirects without end, so that nobody knows whether it refuses")
}

fn is_success(exchange: &Exchange) -> bool {
    (200..300).contains(&exchange.status)
}

/// True where a redirect leads to the same page under another name: with a slash, over HTTPS, below it.
fn is_same_place(from: &Url, to: &Url) -> bool {
    let bare = |url: &Url| url.path().trim_end_matches('/').to_ascii_lowercase();
    let (from, to) = (bare(from), bare(to));
    to == from || to.strip_prefix(&from).is_some_and(|rest| rest.starts_with('/')) && !from.is_empty()
}

/// A redirect to a page that is neither a login nor the endpoint.
fn led_away(from: &Url, to: &Url) -> Verdict {
    if to.host_str() == from.host_str() && to.path() == "/" {
        return Verdict::pass("leads away, to the start page");
    }
    Verdict::unknown(format!(
        "leads to {}, and a program cannot tell whether that is a login: answer 401 or 403, or redirect to a page named `login`",
        seen::shown(to)
    ))
}

fn answered(exchange: &Exchange, url: &Url, endpoint: &Endpoint, world: &World) -> Verdict {
    let status = exchange.status;
    if let Some(verdict) = seen::edge(url, exchange, world) {
        return verdict;
    }
    let declared = endpoint.declared.status.as_ref().map(|status| status.value);
    match status {
        401 | 402 | 403 | 404 | 407 | 410 | 451 => Verdict::pass(format!("refuses with {status}")),
        400..=499 if declared == Some(status) => Verdict::pass(format!("refuses with {status}, as declared")),
        200..=299 => let_in(exchange, url, endpoint, world),
        405 => Verdict::unknown("answers 405: it takes no GET, and other methods are not tried"),
        429 => Verdict::unknown("answers 429: this client asked too often to be told"),
        500..=599 => Verdict::unknown(format!("answers {status}: it fails before it could refuse")),
        _ => Verdict::unknown(format!("answers {status}, which neither refuses nor lets in")),
    }
}

fn let_in(exchange: &Exchange, url: &Url, endpoint: &Endpoint, world: &World) -> Verdict {
    let content = match world.observed.contents.get(endpoint.url.as_str()) {
        Some(Seen::Answer(content)) if *url == endpoint.url => Some(content),
        _ => None,
    };
    if content.is_some_and(|content| content.login) {
        return Verdict::pass(format!(
            "answers {} with a page that only asks for a password",
            exchange.status
        ))
        .evidence("programs would understand 401, or a redirect to the login");
    }
    let observed = match exchange.body_bytes {
        0 => format!("{} without content", exchange.status),
        bytes => format!("{} with {bytes} bytes", exchange.status),
    };
    let verdict = Verdict::fail(format!("{} answers anybody: {observed}", seen::shown(url)))
        .expected("401, 403, 404 or a redirect to a login")
        .observed(observed)
        .label("lets anybody in")
        .help("check on the server, before anything is read or written, who is calling, and answer 401 or 403; hiding a link or a check in the page's script protects nothing (if this is only the empty shell of a web app, declare the API that it reads instead)");
    let verdict = match &endpoint.declared.refuse_anonymous {
        Some(refuse) => verdict.at(Place::new(format!("{}.refuse_anonymous", endpoint.path), refuse.span)),
        None => verdict,
    };
    match content.and_then(|content| content.excerpt.as_ref()) {
        Some(excerpt) => verdict.evidence(format!("the body begins: {excerpt}")),
        None => verdict,
    }
}
