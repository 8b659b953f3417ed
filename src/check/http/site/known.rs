//! Pages that are known: those that nobody has replaced yet, and those that tell too much.

use url::Url;

use super::{answers, told_of_front};
use crate::check::http::trail::Trail;
use crate::check::{Status, Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Exchange, Seen};
use crate::web::signature::{self, Kind, Signature};

/// What an answer is, of some kinds.
fn known(exchange: &Exchange, kinds: &[Kind]) -> Option<&'static Signature> {
    let all = exchange.marks.iter().filter_map(|id| signature::find(id));
    all.filter(|signature| kinds.contains(&signature.kind))
        .min_by_key(|signature| signature.kind == Kind::Leftover)
}

pub(in crate::check) fn placeholder_page(host: &Host, world: &World) -> Verdict {
    if host.redirect_only || !host.is_production() {
        return Verdict::not_applicable(format!("{} shows no site of production", host.name));
    }
    let Some(root) = host.root("https") else { return seen::no_url(host) };
    let trail = Trail::of(&root, world);
    let last = trail.ends().map_or(&root, |(_, last)| last).clone();
    if last.host_str() != Some(host.name.as_str()) {
        return Verdict::not_applicable(format!("{root} leads to {}", seen::shown(&last)));
    }
    let front = match seen::http(&last, world) {
        Ok(exchange) => exchange,
        Err(verdict) => return *verdict,
    };
    let declared = world.items.urls.iter().map(|declared| declared.url.clone());
    let declared = declared.filter(|url| url.origin() == root.origin());
    let others = declared.chain(host.entries()).filter_map(|url| match world.observed.http(&url) {
        Some(Seen::Answer(exchange)) => Some((url, exchange)),
        _ => None,
    });
    let kinds = [Kind::Placeholder, Kind::Leftover];
    let found = std::iter::once((last, front)).chain(others);
    let found = found.filter_map(|(url, exchange)| Some((url, known(exchange, &kinds)?)));
    match found.min_by_key(|(_, signature)| signature.kind == Kind::Leftover) {
        Some((url, signature)) => placeholder(&url, signature, host),
        None => Verdict::pass("shows no page of a server, a parking service or a starter"),
    }
}

fn placeholder(url: &Url, signature: &Signature, host: &Host) -> Verdict {
    let verb = if signature.kind == Kind::Leftover { "still has" } else { "shows" };
    let verdict = Verdict::fail(format!("{} {verb} {}", seen::shown(url), signature.name))
        .expected("the product")
        .observed(signature.name.as_str())
        .label("not the product")
        .help(match signature.kind {
            Kind::Leftover => "write the product's own: it is what browser tabs, search results and shared links show",
            _ => "deploy the product here, and look whether the name leads to the right server and the server knows the name (`server_name` of nginx, the custom domain in the hosting's console)",
        });
    if signature.kind == Kind::Leftover || host.is_api() { verdict.mild() } else { verdict }
}

pub(in crate::check) fn debug_exposed(host: &Host, world: &World) -> Verdict {
    if host.redirect_only {
        return Verdict::not_applicable(format!("{} only redirects", host.name));
    }
    let kinds = [Kind::Debug, Kind::Listing];
    let found: Vec<(Url, &Signature)> =
        answers(host, world).filter_map(|(url, exchange)| Some((url, known(exchange, &kinds)?))).collect();
    let Some(absent) = host.absent() else { return seen::no_url(host) };
    match (found.as_slice(), seen::http(&absent, world)) {
        ([], Ok(_)) => Verdict::pass("neither debug pages nor listings of directories were met"),
        ([], Err(verdict)) if verdict.because.is_some() => *verdict,
        ([], Err(verdict)) => told_of_front(host, world).unwrap_or(*verdict),
        // What was seen is not this host's own.
        (_, Err(verdict)) if verdict.because.is_some() && verdict.status == Status::Unknown => *verdict,
        (found, _) => exposed(found, host),
    }
}

fn exposed(found: &[(Url, &Signature)], host: &Host) -> Verdict {
    let lines: Vec<String> = found
        .iter()
        .map(|(url, signature)| format!("{} shows {}", seen::shown(url), signature.name))
        .collect();
    let only_listings = found.iter().all(|(_, signature)| signature.kind == Kind::Listing);
    let (label, help) = if only_listings {
        (
            "lists a directory",
            "switch listings off (nginx: no `autoindex on`; Apache: `Options -Indexes`; Caddy: no `browse`; a bucket: no list permission for everybody)",
        )
    } else {
        (
            "shows its inside",
            "switch debugging off in production (Django `DEBUG = False`, Flask without `debug=True`, Laravel `APP_DEBUG=false`, Rails and Express with the environment `production`, PHP `display_errors = Off`, Spring `server.error.include-stacktrace: never`), and change secrets that the page may have shown",
        )
    };
    let verdict = Verdict::fail(seen::listed(&lines))
        .expected("an error page that tells nothing")
        .observed(seen::listed(
            &found.iter().map(|(_, signature)| signature.name.clone()).collect::<Vec<_>>(),
        ))
        .label(label)
        .help(help);
    if host.is_production() { verdict } else { verdict.mild() }
}
