//! Who may keep what, and for how long.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{answers, for_visitors, pages};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Exchange, Remote};
use crate::web::asset::{is_entry, is_hashed};
use crate::web::cache::Caching;
use crate::web::cookie::{Cookie, is_session};

/// How long a page or what starts an application may be used unasked without harm: Firebase Hosting's
/// default for everything.
const SHORT: Duration = Duration::from_hours(1);
/// From here on a deployment does not reach those who came yesterday.
const LONG: Duration = Duration::from_hours(24);
/// A file whose name changes with its content should be kept at least this long.
const WORTHWHILE: Duration = Duration::from_hours(1);

/// What an answer says of caches, as it is written.
fn written(exchange: &Exchange) -> String {
    let fields = ["cache-control", "expires"];
    let all = fields.iter().flat_map(|field| exchange.header(field).map(move |value| (field, value)));
    let all: Vec<String> =
        all.map(|(field, value)| format!("{field}: {}", seen::cut(value.as_str()))).collect();
    if all.is_empty() { "no Cache-Control".into() } else { format!("`{}`", all.join("; ")) }
}

fn length(age: Duration) -> String {
    seen::length(SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX))
}

pub(in crate::check) fn entry_cached(host: &Host, world: &World) -> Verdict {
    let pages = match pages(host, world) {
        Ok(pages) => pages,
        Err(verdict) => return *verdict,
    };
    let documents = pages.shown.iter().map(|shown| (shown.url.clone(), shown.exchange));
    let workers: Vec<&Url> = pages.shown.iter().flat_map(|shown| &shown.page.workers).collect();
    let files = answers(host, world).filter(|(url, exchange)| {
        let starts = is_entry(url) || workers.contains(&url);
        // Where every path answers with the page, there is no such file.
        let is_file = exchange.page.is_none() || is_document(url);
        exchange.status == 200 && starts && is_file
    });
    let mut kept: Vec<(Url, Duration, &Exchange)> = Vec::new();
    for (url, exchange) in documents.chain(files) {
        let age = Caching::of(exchange).browser.unwrap_or_default();
        if age > SHORT && !kept.iter().any(|(known, ..)| *known == url) {
            kept.push((url, age, exchange));
        }
    }
    if kept.is_empty() {
        return pages.or_gap(Verdict::pass("browsers ask for the pages and for what starts the application"));
    }
    let longest = kept.iter().map(|(_, age, _)| *age).max().unwrap_or_default();
    let lines = kept.iter().map(|(url, age, exchange)| {
        format!("{} for {} ({})", seen::shown(url), length(*age), written(exchange))
    });
    let lines: Vec<String> = lines.collect();
    let immutable = kept.iter().any(|(.., exchange)| Caching::of(exchange).immutable);
    let verdict =
        Verdict::fail(format!("browsers keep what a deployment replaces: {}", seen::listed(&lines)))
            .expected(format!("at most {} for what keeps its name", length(SHORT)))
            .observed(format!("up to {}{}", length(longest), if immutable { ", immutable" } else { "" }))
            .label("kept too long")
            .help(help(&kept));
    if longest < LONG { verdict.mild() } else { verdict }
}

fn is_document(url: &Url) -> bool {
    std::path::Path::new(url.path()).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("html"))
}

fn help(kept: &[(Url, Duration, &Exchange)]) -> String {
    let names: Vec<String> = kept.iter().map(|(url, ..)| format!("`{}`", Remote::new(url.path()))).collect();
    format!(
        "send `Cache-Control: no-cache` with {}, and long lifetimes only with files that have a hash in their name (nginx: a `location =` of its own; Cloudflare: a cache rule with browser TTL `respect origin`); who came before keeps the old one until it ends",
        seen::listed(&names)
    )
}

pub(in crate::check) fn private_response_cached(host: &Host, world: &World) -> Verdict {
    if host.redirect_only || !host.is_production() {
        return Verdict::not_applicable(format!("{} serves no visitors of production", host.name));
    }
    let shared: Vec<(Url, String, bool)> =
        answers(host, world).filter_map(|(url, exchange)| shared_cookie(url, exchange, world.at)).collect();
    let Some(root) = host.root("https") else { return seen::no_url(host) };
    if shared.is_empty() {
        return match seen::http(&root, world) {
            Ok(_) => Verdict::pass("no answer with a session's cookie may be kept for others"),
            Err(verdict) => *verdict,
        };
    }
    let lines: Vec<String> =
        shared.iter().map(|(url, what, _)| format!("{} {what}", seen::shown(url))).collect();
    let verdict = Verdict::fail(format!("one visitor's session may be given to another: {}", seen::listed(&lines)))
        .expected("`private` or `no-store` where a session's cookie is set")
        .observed(seen::listed(&lines))
        .label("kept for others")
        .help("send `Cache-Control: private, no-store` with every answer that sets such a cookie, or set no cookie on what is the same for everybody; purge the CDN then");
    if shared.iter().any(|(.., says_so)| *says_so) { verdict } else { verdict.mild() }
}

/// Where an answer sets a session's cookie and may be kept for others: how that is known, and whether it
/// is said in so many words.
fn shared_cookie(url: Url, exchange: &Exchange, now: Timestamp) -> Option<(Url, String, bool)> {
    let cookie = exchange.header("set-cookie").find_map(|cookie| session_name(cookie.as_str(), now))?;
    let from_cache = ["cf-cache-status", "x-cache"].iter().any(|field| {
        exchange.header(field).any(|value| value.as_str().trim().to_ascii_uppercase().starts_with("HIT"))
    });
    let caching = Caching::of(exchange);
    if !from_cache && !caching.is_shared() {
        return None;
    }
    let how = if from_cache {
        "came from a shared cache".into()
    } else {
        format!("is sent with {}", written(exchange))
    };
    let says_so = from_cache || caching.publicly;
    Some((url, format!("sets `{}` and {how}", seen::cut(Remote::new(cookie).as_str())), says_so))
}

/// The name of a cookie that is set and says who somebody is.
fn session_name(header: &str, now: Timestamp) -> Option<&str> {
    let cookie = Cookie::parse(header)?;
    let kept = !cookie.is_deletion(now) && !cookie.is_of_the_hosting();
    // A cookie without a value is none any more.
    let emptied = header.split(';').next().is_some_and(|pair| pair.trim_end().ends_with('='));
    (kept && !emptied && is_session(cookie.name)).then_some(cookie.name)
}

pub(in crate::check) fn asset_uncached(host: &Host, world: &World) -> Verdict {
    if let Err(verdict) = for_visitors(host) {
        return *verdict;
    }
    let hashed: Vec<(Url, &Exchange)> = answers(host, world)
        .filter(|(url, exchange)| exchange.status == 200 && exchange.page.is_none() && is_hashed(url))
        .collect();
    if hashed.is_empty() {
        return match super::front(host, world) {
            Ok(_) => Verdict::not_applicable("the page loads no file of this host with a hash in its name"),
            Err(verdict) => *verdict,
        };
    }
    let brief = |exchange: &Exchange| match Caching::of(exchange).browser {
        Some(age) => age < WORTHWHILE,
        None => !has_validator(exchange),
    };
    let lines: Vec<String> = hashed
        .iter()
        .filter(|(_, exchange)| brief(exchange))
        .map(|(url, exchange)| format!("{} ({})", seen::shown(url), written(exchange)))
        .collect();
    if lines.is_empty() {
        return Verdict::pass(format!("{} with a hash in the name may be kept", count(hashed.len(), "file")));
    }
    Verdict::fail(format!("files whose names change with their content are asked for again and again: {}", seen::listed(&lines)))
        .expected("`Cache-Control: public, max-age=31536000, immutable`")
        .observed(seen::listed(&lines))
        .label("never kept")
        .help("send `Cache-Control: public, max-age=31536000, immutable` with the directory of the hashed files, and nowhere else")
}

/// True where a browser can guess a lifetime, or ask whether what it has is still right (RFC 9111 sections
/// 4.2.2 and 4.3).
fn has_validator(exchange: &Exchange) -> bool {
    ["last-modified", "etag"].iter().any(|field| exchange.header(field).next().is_some())
}

fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
