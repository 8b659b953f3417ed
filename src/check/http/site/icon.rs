//! Whether a site has an icon.

use url::Url;

use super::{for_visitors, front};
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::item::Host;
use crate::observed::{Exchange, Remote, Seen};
use crate::web::page::is_html;

pub(in crate::check) fn favicon_missing(host: &Host, world: &World) -> Verdict {
    match icon(host, world) {
        Ok(verdict) | Err(verdict) => *verdict,
    }
}

fn icon(host: &Host, world: &World) -> Judged<Box<Verdict>> {
    for_visitors(host)?;
    let front = front(host, world)?;
    let Some(usual) = host.favicon() else { return Err(Box::new(seen::no_url(host))) };
    if front.page.inline_icon {
        return Ok(Box::new(Verdict::pass("the icon stands in the page")));
    }
    // Of those that the page names, the first on this host were asked.
    let named = &front.page.icons;
    if let Some(other) = named.iter().find(|icon| world.observed.http(icon).is_none()) {
        return Ok(Box::new(Verdict::pass(format!("the page names {}", seen::shown(other)))));
    }
    let mut broken = Vec::new();
    let mut gap = None;
    for url in named.iter().chain([&usual]) {
        match seen::http(url, world) {
            Ok(exchange) if is_icon(url, exchange) => {
                return Ok(Box::new(Verdict::pass(format!("{} is there", seen::shown(url)))));
            }
            Ok(exchange) => broken.push(format!("{} answers {}", seen::shown(url), what(exchange))),
            Err(verdict) if matches!(world.observed.http(url), Some(Seen::Failed(_))) => {
                broken.push(format!("{} does not answer", seen::shown(url)));
                gap = gap.or(verdict.because.is_some().then_some(verdict));
            }
            Err(verdict) => gap = gap.or(Some(verdict)),
        }
    }
    if let Some(gap) = gap {
        return Err(gap);
    }
    let which = if named.is_empty() { "names no icon" } else { "names icons that are not there" };
    Ok(Box::new(
        Verdict::fail(format!("{} {which}: {}", seen::shown(&front.url), seen::listed(&broken)))
            .expected("an icon")
            .observed(seen::listed(&broken))
            .label("no icon")
            .help(format!(
                "serve {usual}, or name an icon in the head: `<link rel=\"icon\" href=\"/icon.svg\">`"
            )),
    ))
}

/// A picture, or a redirect to somewhere that may have one.
fn is_icon(url: &Url, exchange: &Exchange) -> bool {
    if let Some(to) = exchange.location.as_ref().filter(|_| exchange.is_redirect()) {
        return to != url && to.path() != "/";
    }
    (200..300).contains(&exchange.status) && !is_page(exchange)
}

fn is_page(exchange: &Exchange) -> bool {
    exchange.page.is_some() || exchange.header("content-type").any(|kind| is_html(Some(kind.as_str()), b""))
}

fn what(exchange: &Exchange) -> String {
    let status = exchange.status;
    let kind = exchange.header("content-type").next().map(Remote::as_str);
    match kind.filter(|_| (200..300).contains(&status)) {
        Some(kind) => format!("{status} with `{}`", seen::cut(kind)),
        None => status.to_string(),
    }
}
