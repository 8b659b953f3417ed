//! Whether secure pages load anything in the clear.

use super::{Shown, pages};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Remote, Resource};
use crate::web::page::is_insecure;

/// What of a page goes in the clear.
#[derive(Default)]
struct Insecure {
    /// What browsers block, and where forms send what people enter.
    broken: Vec<String>,
    /// What they ask over HTTPS instead.
    upgraded: Vec<String>,
}

pub(in crate::check) fn mixed_content(host: &Host, world: &World) -> Verdict {
    let pages = match pages(host, world) {
        Ok(pages) => pages,
        Err(verdict) => return *verdict,
    };
    let mut all = Insecure::default();
    for shown in pages.shown.iter().filter(|shown| !upgrades(shown)) {
        look(shown, &mut all);
    }
    let Insecure { broken, upgraded } = all;
    if broken.is_empty() && upgraded.is_empty() {
        return pages.or_gap(Verdict::pass("nothing is loaded over plain HTTP"));
    }
    let found: Vec<String> = broken.iter().chain(&upgraded).cloned().collect();
    let verdict = Verdict::fail(format!("{} uses plain HTTP: {}", host.name, seen::listed(&found)))
        .expected("https: for all that a page loads and for all its forms")
        .observed(format!("{} over http:", found.len()))
        .label("loads over HTTP")
        .help("write `https://` in their addresses; where all of them answer over HTTPS, `Content-Security-Policy: upgrade-insecure-requests` makes browsers do that (Cloudflare: SSL/TLS > Edge Certificates > Automatic HTTPS Rewrites)");
    if broken.is_empty() { verdict.mild() } else { verdict }
}

fn look(shown: &Shown, all: &mut Insecure) {
    let at = seen::shown(&shown.url);
    let line = |what: &str, url: &url::Url| format!("{what} {} on {at}", seen::shown(url));
    let insecure = shown.page.resources.iter().filter(|resource| is_insecure(&resource.url));
    for Resource { kind, url } in insecure {
        let list = if kind.is_blockable() { &mut all.broken } else { &mut all.upgraded };
        list.push(line(kind.name(), url));
    }
    all.broken.extend(shown.page.insecure_forms.iter().map(|url| line("form to", url)));
}

/// True where the page tells browsers to ask everything over HTTPS (W3C Upgrade Insecure Requests).
fn upgrades(shown: &Shown) -> bool {
    let policies = shown.exchange.header("content-security-policy").chain(&shown.page.csp);
    let mut directives = policies.map(Remote::as_str).flat_map(|policy| policy.split([';', ',']));
    directives.any(|directive| directive.trim().eq_ignore_ascii_case("upgrade-insecure-requests"))
}
