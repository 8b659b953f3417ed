//! Judges of what a site shows: its pages, their parts, and what every site has.

pub(in crate::check) mod caching;
pub(in crate::check) mod canonical;
pub(in crate::check) mod exposed;
pub(in crate::check) mod icon;
pub(in crate::check) mod index;
pub(in crate::check) mod known;
pub(in crate::check) mod mixed;
pub(in crate::check) mod security_txt;
pub(in crate::check) mod served;
pub(in crate::check) mod soft;
pub(in crate::check) mod transfer;

use url::Url;

use super::trail::Trail;
use super::wrong_status;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Host;
use crate::observed::{Exchange, Page, Seen, TextFile};
use crate::spec::names::canonical_name;

/// Redirects followed to a file.
const MOST_HOPS: usize = 5;

/// An HTML page of a host.
#[derive(Debug, Clone)]
struct Shown<'w> {
    url: Url,
    exchange: &'w Exchange,
    page: &'w Page,
}

/// The pages of a host that were seen, and why there may be others.
#[derive(Debug)]
struct Pages<'w> {
    shown: Vec<Shown<'w>>,
    gap: Option<Box<Verdict>>,
}

impl Pages<'_> {
    /// The verdict where nothing wrong was found.
    fn or_gap(self, pass: Verdict) -> Verdict {
        self.gap.map_or(pass, |gap| *gap)
    }
}

/// Refuses hosts that show no pages to the public.
fn for_visitors(host: &Host) -> Judged<()> {
    let refused = if host.redirect_only {
        format!("{} only redirects", host.name)
    } else if !host.is_production() {
        format!("{} is not a production host", host.name)
    } else if host.is_api() {
        format!("programs call {}, not browsers", host.name)
    } else {
        return Ok(());
    };
    Err(Box::new(Verdict::not_applicable(refused)))
}

/// The answer in which the redirects of an address on a host end, as long as they stay there.
fn answer<'w>(start: &Url, host: &Host, world: &'w World) -> Judged<(Url, &'w Exchange)> {
    let trail = Trail::of(start, world);
    if trail.is_endless() {
        return Err(Box::new(trail.endless(world)));
    }
    let last = trail.ends().map_or(start, |(_, last)| last);
    if last.host_str() != Some(host.name.as_str()) {
        let elsewhere = format!("{} leads to {}", seen::shown(start), seen::shown(last));
        return Err(Box::new(Verdict::not_applicable(elsewhere)));
    }
    Ok((last.clone(), seen::http(last, world)?))
}

/// The page in which they end.
fn page<'w>(start: &Url, host: &Host, world: &'w World) -> Judged<Shown<'w>> {
    let (url, exchange) = answer(start, host, world)?;
    if exchange.status >= 400 {
        let status = exchange.status;
        return Err(Box::new(wrong_status(start, status, world).unwrap_or_else(|| {
            Verdict::not_applicable(format!("{} answers {status}: there is no page", seen::shown(&url)))
        })));
    }
    let Some(page) = &exchange.page else {
        let what = format!("{} shows no HTML page", seen::shown(&url));
        return Err(Box::new(Verdict::not_applicable(what)));
    };
    Ok(Shown { url, exchange, page })
}

/// The first page of a host.
fn front<'w>(host: &Host, world: &'w World) -> Judged<Shown<'w>> {
    let Some(root) = host.root("https") else { return Err(Box::new(seen::no_url(host))) };
    page(&root, host, world)
}

/// Why the first page cannot be judged, where that is known.
fn told_of_front(host: &Host, world: &World) -> Option<Verdict> {
    let verdict = front(host, world).err()?;
    let is_told = verdict.status == Status::Unknown && verdict.message != seen::NOT_OBSERVED;
    is_told.then_some(*verdict)
}

/// The first page of a host and those that the spec declares, each once.
fn pages<'w>(host: &Host, world: &'w World) -> Judged<Pages<'w>> {
    for_visitors(host)?;
    let Some(root) = host.root("https") else { return Err(Box::new(seen::no_url(host))) };
    let declared = world.items.urls.iter().map(|declared| &declared.url);
    let declared = declared.filter(|url| url.origin() == root.origin() && **url != root);
    let mut found = Pages { shown: Vec::new(), gap: None };
    let mut none = None;
    for start in std::iter::once(&root).chain(declared) {
        match page(start, host, world) {
            Ok(shown) if found.shown.iter().any(|known| known.url == shown.url) => {}
            Ok(shown) => found.shown.push(shown),
            Err(verdict) if verdict.status == Status::NotApplicable => none = none.or(Some(verdict)),
            Err(verdict) => found.gap = found.gap.or(Some(verdict)),
        }
    }
    match none.filter(|_| found.shown.is_empty() && found.gap.is_none()) {
        Some(none) => Err(none),
        None => Ok(found),
    }
}

/// Everything that was asked of a host over HTTPS, and answered.
fn answers<'w>(host: &Host, world: &'w World) -> impl Iterator<Item = (Url, &'w Exchange)> {
    let root = host.root("https");
    world.observed.asked_of(&host.name).filter_map(move |(url, seen)| {
        let Seen::Answer(exchange) = seen else { return None };
        let url = Url::parse(url).ok()?;
        (Some(url.origin()) == root.as_ref().map(Url::origin)).then_some((url, exchange))
    })
}

/// A text file, in the end of its redirects, and where that is.
fn file<'w>(start: &Url, world: &'w World) -> Judged<(Url, &'w TextFile)> {
    let mut url = start.clone();
    for _ in 0..=MOST_HOPS {
        let host = url.host_str().unwrap_or_default();
        let file = match world.observed.files.get(url.as_str()) {
            Some(Seen::Answer(file)) => file,
            Some(Seen::Failed(failure)) => return Err(Box::new(seen::unanswered(&url, failure, world))),
            Some(Seen::Unobserved(reason)) => {
                return Err(Box::new(seen::unobserved(host, reason.as_str(), world)));
            }
            None => return Err(Box::new(Verdict::unknown(seen::NOT_OBSERVED))),
        };
        match file.location.as_ref().filter(|to| (300..400).contains(&file.status) && to.scheme() == "https")
        {
            Some(to) => url = to.clone(),
            None => return Ok((url, file)),
        }
    }
    Err(Box::new(Verdict::unknown(format!("the redirects of {} do not end", seen::shown(start)))))
}

/// True for the host by which the public knows the product: the canonical one, or the only one that
/// shows pages.
fn is_main(host: &Host, world: &World) -> bool {
    let canonical = canonical_name(&world.document.spec);
    host.name == canonical || !world.items.hosts.iter().any(|other| other.name == canonical)
}

/// True where a page asks who is there.
fn asks_for_login(shown: &Shown) -> bool {
    const WORDS: &[&str] = &["login", "log-in", "signin", "sign-in", "auth", "sso", "oauth", "account"];
    let path = shown.url.path().to_ascii_lowercase();
    shown.page.password || path.split('/').any(|part| WORDS.contains(&part))
}
