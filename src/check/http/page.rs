//! Which answers of a host its headers are judged on.

use url::Url;

use super::trail::{End, Trail};
use super::wrong_status;
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World, blame};
use crate::item::{DeclaredUrl, Host};
use crate::observed::{Exchange, Seen};

/// A page of a host.
pub(super) struct Page<'w> {
    /// Its address.
    pub(super) url: Url,
    /// The answer.
    pub(super) exchange: &'w Exchange,
}

impl<'w> Page<'w> {
    /// The page that visitors of a production host see: where its root leads on the host itself, or else
    /// the first declared URL that is a success. Of an API the declared URLs come first.
    pub(super) fn of(host: &Host, world: &'w World) -> Judged<Self> {
        if host.redirect_only {
            return Err(not_applicable(format!("{} only redirects", host.name)));
        }
        only_production(host)?;
        let Some(root) = host.root("https") else { return Err(Box::new(seen::no_url(host))) };
        let declared = world.items.urls.iter().filter(|declared| is_of(declared, host));
        let declared = declared.map(|declared| declared.url.clone());
        let urls: Vec<Url> = if host.is_api() {
            declared.chain([root]).collect()
        } else {
            std::iter::once(root).chain(declared).collect()
        };
        let mut reason = None;
        for url in urls {
            match page(&url, host, world) {
                Ok(page) => return Ok(page),
                // The first one says what keeps the host from being judged.
                Err(verdict) => reason = reason.or(Some(verdict)),
            }
        }
        Err(reason.unwrap_or_else(|| not_applicable(format!("{} has no page", host.name))))
    }

    /// True for what browsers show as a page; without a type they guess, and guess so.
    pub(super) fn is_html(&self) -> bool {
        let kind = self.exchange.header("content-type").next().map_or("", |kind| kind.as_str());
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        matches!(kind.as_str(), "" | "text/html" | "application/xhtml+xml")
    }

    /// The values of a header, in the order of its fields.
    pub(super) fn values(&self, name: &str) -> Vec<&'w str> {
        let fields = self.exchange.headers.iter().filter(|(key, _)| key == name);
        fields.map(|(_, value)| value.as_str()).collect()
    }
}

fn not_applicable(reason: String) -> Box<Verdict> {
    Box::new(Verdict::not_applicable(reason))
}

/// Staging and the like are held to less.
pub(super) fn only_production(host: &Host) -> Judged<()> {
    if host.is_production() {
        return Ok(());
    }
    Err(not_applicable(format!("{} is not a production host", host.name)))
}

fn is_of(declared: &DeclaredUrl, host: &Host) -> bool {
    declared.url.scheme() == "https" && declared.url.host_str() == Some(host.name.as_str())
}

/// Where a URL leads on its own host, and that is a success.
fn page<'w>(url: &Url, host: &Host, world: &'w World) -> Judged<Page<'w>> {
    seen::http(url, world)?;
    let trail = Trail::of(url, world);
    let last = trail.ends().map_or(url, |(_, last)| last);
    if last.host_str() != Some(host.name.as_str()) {
        return Err(not_applicable(format!("{} leads to {}", seen::shown(url), seen::shown(last))));
    }
    let exchange = match &trail.end {
        End::Answer(exchange) => *exchange,
        End::Failed(failure) => return Err(Box::new(seen::unanswered(last, failure, world))),
        End::Unobserved(reason) => return Err(Box::new(seen::unobserved(&host.name, reason, world))),
        End::Endless => return Err(Box::new(trail.endless(world))),
    };
    if let Some(verdict) = seen::edge(last, exchange, world) {
        return Err(Box::new(verdict));
    }
    if last.scheme() != "https" {
        return Err(not_applicable(format!("{} leads to plain HTTP", seen::shown(url))));
    }
    if (200..300).contains(&exchange.status) {
        return Ok(Page { url: last.clone(), exchange });
    }
    let status = exchange.status;
    Err(Box::new(wrong_status(url, status, world).unwrap_or_else(|| {
        Verdict::not_applicable(format!("{} answers {status}, which is no page to judge", seen::shown(url)))
    })))
}

/// Every answer of a host itself that was seen, with its URL. An error where there is none.
pub(super) fn answers<'w>(host: &Host, world: &'w World) -> Judged<Vec<(&'w str, &'w Exchange)>> {
    if let Some(verdict) = blame::elsewhere(&host.name, world) {
        return Err(Box::new(verdict));
    }
    let own = world.observed.asked_of(&host.name).filter_map(|(url, seen)| match seen {
        // What the edge answers in its place is not the host's.
        Seen::Answer(exchange) if exchange.edge().is_none() => Some((url, exchange)),
        _ => None,
    });
    let own: Vec<_> = own.collect();
    if !own.is_empty() {
        return Ok(own);
    }
    let Some(root) = host.root("https") else { return Err(Box::new(seen::no_url(host))) };
    seen::http(&root, world)?;
    Err(Box::new(Verdict::unknown(seen::NOT_OBSERVED)))
}
