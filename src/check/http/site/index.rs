//! What search engines may keep: production, and nothing else.

use super::{Shown, answer, asks_for_login, file, for_visitors, front, is_main, page};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Host;
use crate::observed::Remote;
use crate::web::robots::{Robots, Rule, is_noindex, is_noindex_header};

/// The crawler whose index most visitors use.
const CRAWLER: &str = "googlebot";

pub(in crate::check) fn noindex(host: &Host, world: &World) -> Verdict {
    match indexing(host, world) {
        Ok(verdict) | Err(verdict) => *verdict,
    }
}

fn indexing(host: &Host, world: &World) -> Judged<Box<Verdict>> {
    for_visitors(host)?;
    let front = front(host, world)?;
    if asks_for_login(&front) {
        let why = format!("{} asks for a login", seen::shown(&front.url));
        return Err(Box::new(Verdict::not_applicable(why)));
    }
    // An application beside the site may stay out of the index on purpose.
    let weighed = |verdict: Verdict| if is_main(host, world) { verdict } else { verdict.mild() };
    if let Some(fault) = kept_out(&front) {
        return Ok(Box::new(weighed(fault)));
    }
    if let Some(fault) = forbidden(host, &front, world)? {
        return Ok(Box::new(weighed(fault)));
    }
    let others = declared(host, world);
    let fault = others.iter().filter(|shown| !asks_for_login(shown)).find_map(kept_out);
    Ok(Box::new(match fault {
        Some(fault) => fault.mild(),
        None => Verdict::pass("search engines may crawl and keep it"),
    }))
}

/// The declared pages of a host that were seen.
fn declared<'w>(host: &Host, world: &'w World) -> Vec<Shown<'w>> {
    let own = world.items.urls.iter().filter(|declared| declared.url.host_str() == Some(host.name.as_str()));
    own.filter_map(|declared| page(&declared.url, host, world).ok()).collect()
}

/// Where a page says that it wants to be in no index.
fn said(shown: &Shown) -> Option<String> {
    let header = shown.exchange.header("x-robots-tag").find(|value| is_noindex_header(value.as_str()));
    let meta = || shown.page.robots.iter().find(|value| is_noindex(value.as_str()));
    let header = header.map(|value| format!("`X-Robots-Tag: {}`", seen::cut(value.as_str())));
    header.or_else(|| Some(format!("`<meta name=\"robots\" content=\"{}\">`", seen::cut(meta()?.as_str()))))
}

fn kept_out(shown: &Shown) -> Option<Verdict> {
    let said = said(shown)?;
    let verdict = Verdict::fail(format!(
        "{} tells search engines to leave it out: {said}",
        seen::shown(&shown.url)
    ))
    .expected("no noindex on a production page")
    .observed(said)
    .label("not to be found")
    .help("remove it from production: most often it is left from staging, in a template, a `robots` setting of the framework, or an `add_header X-Robots-Tag` of the proxy; then ask for a new crawl in Google Search Console");
    Some(verdict)
}

/// What robots.txt does to the first page of a host.
enum Crawling {
    Allowed,
    Forbidden(Rule),
    /// The file answers with an error of the server, which crawlers take for a ban (RFC 9309 section
    /// 2.3.1.4).
    Unreachable(u16),
}

fn crawling(host: &Host, shown: &Shown, world: &World) -> Judged<Crawling> {
    let Some(url) = host.robots() else { return Err(Box::new(seen::no_url(host))) };
    let (_, file) = file(&url, world)?;
    if (500..600).contains(&file.status) {
        return Ok(Crawling::Unreachable(file.status));
    }
    if !(200..300).contains(&file.status) {
        return Ok(Crawling::Allowed);
    }
    let lines: Vec<String> = file.lines.iter().map(Remote::as_sent).collect();
    let robots = Robots::read(lines.iter().map(String::as_str));
    let rule = robots.forbids(CRAWLER, shown.url.path()).cloned();
    Ok(rule.map_or(Crawling::Allowed, Crawling::Forbidden))
}

fn forbidden(host: &Host, shown: &Shown, world: &World) -> Judged<Option<Verdict>> {
    let robots = format!("https://{}/robots.txt", host.name);
    Ok(match crawling(host, shown, world)? {
        Crawling::Allowed => None,
        Crawling::Forbidden(rule) => Some(
            Verdict::fail(format!(
                "{robots} forbids search engines {}: line {} says `Disallow: {}`",
                seen::shown(&shown.url),
                rule.line,
                Remote::new(&rule.path)
            ))
            .expected("no rule that forbids the first page")
            .observed(format!("`Disallow: {}`", Remote::new(&rule.path)))
            .label("not to be crawled")
            .help("deploy the production robots.txt: `User-agent: *` and an empty `Disallow:` let everybody crawl everything; a CDN may still hold the old file"),
        ),
        Crawling::Unreachable(status) => Some(
            Verdict::fail(format!("{robots} answers {status}, which search engines take for a ban of the whole site"))
                .expected("200 with rules, or 404")
                .observed(status.to_string())
                .label("robots.txt fails")
                .help("make it answer: a static file, or 404 where there are no rules")
                .mild(),
        ),
    })
}

pub(in crate::check) fn staging_indexable(host: &Host, world: &World) -> Verdict {
    match exposure(host, world) {
        Ok(verdict) | Err(verdict) => *verdict,
    }
}

fn exposure(host: &Host, world: &World) -> Judged<Box<Verdict>> {
    let not_for = |why: String| Err(Box::new(Verdict::not_applicable(why)));
    if host.redirect_only || host.is_production() {
        return not_for(format!("{} is a production host", host.name));
    }
    if host.is_api() {
        return not_for(format!("programs call {}, not browsers", host.name));
    }
    let Some(root) = host.root("https") else { return Err(Box::new(seen::no_url(host))) };
    let pass = |what: String| Ok(Box::new(Verdict::pass(what)));
    let (url, exchange) = match answer(&root, host, world) {
        Ok(found) => found,
        Err(verdict) if verdict.status == Status::NotApplicable => return pass(verdict.message),
        Err(verdict) => return Err(verdict),
    };
    if exchange.status >= 400 {
        return pass(format!("answers strangers {}", exchange.status));
    }
    let shown = page(&root, host, world)?;
    if asks_for_login(&shown) {
        return pass(format!("{} asks for a login", seen::shown(&url)));
    }
    match said(&shown) {
        Some(said) => pass(format!("says {said}")),
        None => Ok(Box::new(open(host, &shown, world)?)),
    }
}

/// Nothing on the page keeps it out of an index; robots.txt keeps out crawlers, and not the address.
fn open(host: &Host, shown: &Shown, world: &World) -> Judged<Verdict> {
    let help = format!(
        "ask for a login on all of {0} (HTTP authentication in the proxy, or Cloudflare Access), or send `X-Robots-Tag: noindex` with every answer (nginx: `add_header X-Robots-Tag noindex always;`)",
        host.name
    );
    let verdict = |message: String, observed: String| {
        Verdict::fail(message)
            .expected("a login, or noindex")
            .observed(observed)
            .label("open to the public")
            .help(help.clone())
    };
    Ok(match crawling(host, shown, world)? {
        Crawling::Forbidden(rule) => verdict(
            format!(
                "only robots.txt keeps search engines from {}: an address that others link to is indexed all the same",
                seen::shown(&shown.url)
            ),
            format!("`Disallow: {}` in robots.txt, no noindex", Remote::new(&rule.path)),
        )
        .mild(),
        Crawling::Allowed | Crawling::Unreachable(_) => verdict(
            format!("search engines may index {}, and anybody may open it", seen::shown(&shown.url)),
            format!("{} without noindex or login", shown.exchange.status),
        ),
    })
}
