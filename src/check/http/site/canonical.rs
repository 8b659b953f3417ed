//! Whether pages name themselves by the product's address.

use url::{Host as Named, Url};

use super::{Shown, pages};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::spec::names::{canonical_name, other_name};

/// Domains at which hosting services give out addresses of single deployments.
const PREVIEWS: &[&str] = &[
    "amplifyapp.com",
    "azurestaticapps.net",
    "azurewebsites.net",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "lovable.app",
    "netlify.app",
    "ngrok-free.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "railway.app",
    "replit.app",
    "run.app",
    "surge.sh",
    "trycloudflare.com",
    "vercel.app",
    "web.app",
    "webflow.io",
    "workers.dev",
];

/// Labels by which test systems go. None of two letters: `qa` and `ci` are countries with shops of their own.
const REHEARSALS: &[&str] = &[
    "dev",
    "develop",
    "development",
    "local",
    "localhost",
    "preprod",
    "preview",
    "sandbox",
    "stage",
    "staging",
    "stg",
    "test",
    "testing",
    "uat",
];

pub(in crate::check) fn canonical_link_differs(host: &Host, world: &World) -> Verdict {
    let pages = match pages(host, world) {
        Ok(pages) => pages,
        Err(verdict) => return *verdict,
    };
    let wrong: Vec<String> = pages.shown.iter().flat_map(|shown| wrong_links(shown, host, world)).collect();
    if wrong.is_empty() {
        let named = pages.shown.iter().find_map(|shown| shown.page.canonical.first());
        let pass =
            named.map_or("names no other address".to_owned(), |url| format!("names {}", seen::shown(url)));
        return pages.or_gap(Verdict::pass(pass));
    }
    let own = own_name(host, world);
    Verdict::fail(format!("{} is given out under another address: {}", host.name, seen::listed(&wrong)))
        .expected(format!("https://{own}/..."))
        .observed(seen::listed(&wrong))
        .label("names another address")
        .help(format!("write them from the production address (`metadataBase` of Next, `site` of Astro, `baseURL` of Hugo, `SITE_URL`): https://{own}"))
}

/// The name by which the pages of a host should call themselves.
fn own_name(host: &Host, world: &World) -> String {
    let other = other_name(&world.document.spec);
    if other.as_deref() == Some(host.name.as_str()) {
        canonical_name(&world.document.spec)
    } else {
        host.name.clone()
    }
}

/// What each link of a page says, and why that is wrong.
fn wrong_links(shown: &Shown, host: &Host, world: &World) -> Vec<String> {
    let page = shown.page;
    let at = seen::shown(&shown.url);
    let strict = [("rel=canonical", &page.canonical), ("og:url", &page.og_url)];
    let strict =
        strict.into_iter().flat_map(|(what, urls)| urls.iter().map(move |url| (what.to_owned(), url, true)));
    let loose = page.alternates.iter().map(|other| (format!("hreflang={}", other.lang), &other.url, false));
    let wrong = strict.chain(loose).filter_map(|(what, url, strict)| {
        let why = fault(url, host, world, strict)?;
        Some(format!("{what} of {at} is {} ({why})", seen::shown(url)))
    });
    wrong.collect()
}

/// Why a page of a host must not name an address. Other languages may have domains of their own.
fn fault(url: &Url, host: &Host, world: &World, strict: bool) -> Option<String> {
    let name = url.host_str().unwrap_or_default();
    let of_machine = match url.host() {
        Some(Named::Domain(name)) => {
            name == "localhost" || [".localhost", ".local"].iter().any(|end| name.ends_with(end))
        }
        Some(Named::Ipv4(_) | Named::Ipv6(_)) | None => true,
    };
    if of_machine {
        return Some("a developer's machine".into());
    }
    if world.items.host(name).is_some_and(|other| !other.is_production()) {
        return Some("not a production host".into());
    }
    if is_rehearsal(name, world) {
        return Some("a test system, by its name".into());
    }
    if is_preview(name) && name != host.name {
        return Some("the hosting's own address".into());
    }
    if other_name(&world.document.spec).is_some_and(|other| other == name) {
        return Some(format!("not canonical: {} is", canonical_name(&world.document.spec)));
    }
    if strict && !is_own(name, host, world) {
        return Some("another host".into());
    }
    (url.scheme() == "http").then(|| "plain HTTP".into())
}

/// Names of the own domain at which nobody expects the product itself, unless the spec declares it there.
fn is_rehearsal(name: &str, world: &World) -> bool {
    let below = name.strip_suffix(world.domain()).and_then(|rest| rest.strip_suffix('.'));
    let mut labels = below.unwrap_or_default().split('.');
    world.items.host(name).is_none() && labels.any(|label| REHEARSALS.contains(&label))
}

fn is_preview(name: &str) -> bool {
    PREVIEWS.iter().any(|domain| name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
}

/// True for the host itself and for every other of the product's that shows pages in production. Without
/// a declared canonical host, apex and `www` are one.
fn is_own(name: &str, host: &Host, world: &World) -> bool {
    let bare = |name: &str| name.strip_prefix("www.").unwrap_or(name).to_owned();
    let product = world.items.hosts.iter().filter(|other| other.is_production() && !other.redirect_only);
    bare(name) == bare(&host.name) || product.map(|other| &other.name).any(|other| other == name)
}
