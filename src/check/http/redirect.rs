//! Redirects that must happen, and where redirects lead.

use url::Url;

use super::canonical_split;
use super::trail::{End, LONGEST, Trail};
use crate::check::{Status, Verdict, World, seen, tls};
use crate::item::{Redirect, Start};
use crate::observed::{FailureKind, Seen};

pub(in crate::check) fn redirect_missing(redirect: &Redirect, world: &World) -> Verdict {
    let ask = &redirect.ask;
    if let Some(Seen::Failed(failure)) = world.observed.http(ask) {
        return seen::host_fault(ask, failure, world).unwrap_or_else(|| {
            let what = format!("{} does not answer: {}", seen::shown(ask), failure.detail);
            missing(redirect, what, failure.detail.as_str())
        });
    }
    let exchange = match seen::http(ask, world) {
        Ok(exchange) => exchange,
        Err(verdict) => return *verdict,
    };
    if let Some(location) = exchange.location.as_ref().filter(|_| exchange.is_redirect()) {
        return Verdict::pass(format!("answers {} and leads to {}", exchange.status, seen::shown(location)));
    }
    if is_split(redirect, world) {
        let reason = "both apex and www serve the site";
        return Verdict::not_judged("http/canonical-split", world.domain(), reason);
    }
    let status = exchange.status;
    let without = if (300..400).contains(&status) { " without a Location" } else { "" };
    let observed = format!("{status}{without}");
    missing(redirect, format!("{} answers {observed} and redirects nowhere", seen::shown(ask)), &observed)
}

fn missing(redirect: &Redirect, what: String, observed: &str) -> Verdict {
    let (from, to, status) =
        (seen::cut(&redirect.from), target_form(redirect), redirect.status.unwrap_or(301));
    let from_host = redirect.ask.host_str().unwrap_or_default();
    Verdict::fail(what)
        .expected(format!("a redirect to {}", seen::shown(&redirect.target)))
        .observed(observed)
        .label("does not redirect")
        .help(format!(
            "redirect `{from}` to `{to}` with {status}, the query kept; {from_host} needs a DNS record and a certificate for that too"
        ))
}

/// The target as a rule: what `*` captured is `$1`.
fn target_form(redirect: &Redirect) -> String {
    let mut target = redirect.target.clone();
    target.set_query(None);
    let target = seen::cut(target.as_str());
    if redirect.from.contains('*') { target.replace(crate::item::PROBE_PATH, "$1") } else { target }
}

/// True where the redirect is only implied by `canonical`, and the split says what is wrong.
fn is_split(redirect: &Redirect, world: &World) -> bool {
    let www = format!("www.{}", world.domain());
    let one_of_both = |url: &Url| url.host_str().is_some_and(|host| host == world.domain() || host == www);
    redirect.implied
        && one_of_both(&redirect.ask)
        && one_of_both(&redirect.target)
        && canonical_split(world).status == Status::Fail
}

/// The verdict of a check that needs the redirect to happen, where it does not.
fn not_there(redirect: &Redirect, world: &World) -> Option<Verdict> {
    let verdict = redirect_missing(redirect, world);
    match verdict.status {
        Status::Pass => None,
        Status::Fail => Some(Verdict::not_judged(
            "http/redirect-missing",
            redirect.from.clone(),
            "the redirect does not happen",
        )),
        _ => Some(verdict),
    }
}

pub(in crate::check) fn redirect_target_differs(redirect: &Redirect, world: &World) -> Verdict {
    if let Some(verdict) = not_there(redirect, world) {
        return verdict;
    }
    let target = &redirect.target;
    let trail = Trail::of(&redirect.ask, world);
    let last = trail.ends().map_or(target, |(_, last)| last);
    let dead = matches!(trail.end, End::Failed(_)) || tls::refused(last, world).is_some();
    if !dead && trail.urls.iter().skip(1).any(|url| same(url, target)) {
        return Verdict::pass(format!("leads to {}", seen::shown(target)));
    }
    let what = match &trail.end {
        End::Endless => return trail.endless(world),
        End::Unobserved(reason) => {
            return seen::unobserved(last.host_str().unwrap_or_default(), reason, world);
        }
        End::Failed(failure) => match seen::known_fault(last, failure, world) {
            Some(verdict) => return verdict,
            None => format!("leads to {}, which does not answer: {}", seen::shown(last), failure.detail),
        },
        End::Answer(_) => match tls::refused(last, world) {
            Some(fault) => format!("leads to {}, whose certificate {fault}", seen::shown(last)),
            None => format!("ends at {}: {}", seen::shown(last), lost(last, target)),
        },
    };
    Verdict::fail(format!("{} {what}", seen::shown(&redirect.ask)))
        .expected(seen::shown(target))
        .observed(seen::shown(last))
        .label("must lead here")
        .help(format!(
            "make the rule `{}` lead to `{}` with the query kept (nginx: `$request_uri` holds both; Cloudflare: a dynamic redirect with \"Preserve query string\")",
            seen::cut(&redirect.from),
            target_form(redirect)
        ))
        .evidence(trail.shown())
        .at(redirect.target_place.clone())
}

/// Equal but for a slash at the end of the path, and for the fragment.
fn same(left: &Url, right: &Url) -> bool {
    left.scheme() == right.scheme()
        && left.host_str() == right.host_str()
        && left.port_or_known_default() == right.port_or_known_default()
        && left.path().trim_end_matches('/') == right.path().trim_end_matches('/')
        && left.query() == right.query()
}

/// What a URL lacks of the one that was wanted.
fn lost(url: &Url, wanted: &Url) -> &'static str {
    let bare = |url: &Url| url.path().trim_end_matches('/').is_empty();
    let path = bare(url) && !bare(wanted);
    let query = url.query().is_none() && wanted.query().is_some();
    match (path, query) {
        _ if url.host_str() != wanted.host_str() => "that is another host",
        (true, true) => "path and query were dropped",
        (true, false) => "the path was dropped",
        (false, true) => "the query was dropped",
        _ if url.scheme() != wanted.scheme() => "that is another scheme",
        _ if url.path() == wanted.path() => "the query was changed",
        _ => "that is another path",
    }
}

pub(in crate::check) fn redirect_status_differs(redirect: &Redirect, world: &World) -> Verdict {
    let Some(wanted) = redirect.status else {
        return Verdict::not_applicable("no status is declared");
    };
    if let Some(verdict) = not_there(redirect, world) {
        return verdict;
    }
    let status = match seen::http(&redirect.ask, world) {
        Ok(exchange) => exchange.status,
        Err(verdict) => return *verdict,
    };
    if status == wanted {
        return Verdict::pass(format!("answers {status}"));
    }
    let verdict =
        Verdict::fail(format!("{} answers {status} instead of {wanted}", seen::shown(&redirect.ask)))
            .expected(wanted.to_string())
            .observed(status.to_string())
            .label("another status")
            .help(format!("set the rule's status to {wanted}, or declare `status: {status}`"));
    match &redirect.status_place {
        Some(place) => verdict.at(place.clone()),
        None => verdict,
    }
}

pub(in crate::check) fn redirect_loop(start: &Start, world: &World) -> Verdict {
    let trail = Trail::of(&start.url, world);
    if !trail.is_endless() {
        return match ended(start, &trail, world) {
            Some(verdict) => verdict,
            None if trail.hops() == 0 => Verdict::pass("does not redirect"),
            None => Verdict::pass(trail.shown()),
        };
    }
    if trail.told_at(world) != &start.url {
        return trail.endless(world);
    }
    let (what, observed) = if trail.hops() > LONGEST {
        (
            format!("more than {LONGEST} redirects from {}", start.url),
            format!("more than {LONGEST} redirects"),
        )
    } else {
        (format!("the redirects from {} come back to where they were", start.url), trail.shown())
    };
    Verdict::fail(what)
        .expected("redirects that end")
        .observed(observed)
        .label("never ends")
        .help(loop_help(&trail, world))
        .evidence(trail.shown())
}

/// What undoes a ring, by the marks that its usual causes leave.
fn loop_help(trail: &Trail, world: &World) -> &'static str {
    let itself = trail.urls.windows(2).any(|pair| pair[0] == pair[1]);
    let back = bounces(trail);
    if trail.is_behind_cloudflare(world) && (itself || back) {
        // The origin sees every request in plain and sends it to HTTPS, where it already came from.
        "most likely Cloudflare's SSL mode is Flexible: the edge asks the origin over plain HTTP, and the origin redirects to HTTPS; set SSL/TLS > Overview to Full (strict), with a certificate on the origin"
    } else if back {
        "the edge asks the origin over plain HTTP while the origin redirects to HTTPS: at Cloudflare, set SSL/TLS to Full (strict) instead of Flexible; behind another proxy, make the origin trust `X-Forwarded-Proto`"
    } else if itself {
        "the URL leads to itself: a rule that forces HTTPS or a host name matches what it has already redirected; behind a proxy that ends TLS, make the application trust `X-Forwarded-Proto` and `X-Forwarded-Host` (at Cloudflare, SSL/TLS must be Full (strict), not Flexible)"
    } else {
        "two rules contradict each other: look for one at the edge (Cloudflare Rules, Page Rules) and one at the origin that undoes it, most often www against apex or a slash at the end"
    }
}

/// True where HTTPS leads back to HTTP.
fn bounces(trail: &Trail) -> bool {
    trail.urls.windows(2).any(|pair| pair[0].scheme() == "https" && pair[1].scheme() == "http")
}

/// The verdict where the end of a trail was not seen.
fn ended(start: &Start, trail: &Trail, world: &World) -> Option<Verdict> {
    let last = trail.ends().map_or(&start.url, |(_, last)| last);
    match &trail.end {
        End::Answer(_) => None,
        End::Endless => Some(trail.endless(world)),
        End::Unobserved(reason) => Some(seen::unobserved(last.host_str().unwrap_or_default(), reason, world)),
        // The redirects end, if at a dead URL: the finding about its first URL says so.
        End::Failed(_) if trail.hops() > 0 => None,
        End::Failed(failure) => {
            let plain = trail.hops() == 0 && start.url.scheme() == "http";
            let closed = matches!(failure.kind, FailureKind::Refused | FailureKind::TimedOut);
            Some(if plain && closed {
                Verdict::not_applicable("plain HTTP is not answered, so nothing redirects")
            } else {
                seen::unanswered(last, failure, world)
            })
        }
    }
}

pub(in crate::check) fn redirect_chain(start: &Start, world: &World) -> Verdict {
    let trail = Trail::of(&start.url, world);
    if trail.is_endless() {
        return trail.endless(world);
    }
    let (hops, most) = (trail.hops(), world.thresholds.redirect_hops);
    let what = if bounces(&trail) {
        format!("{} leads from HTTPS back to plain HTTP", start.url)
    } else if hops > most {
        format!("{} takes {hops} redirects", start.url)
    } else if let Some(verdict) = ended(start, &trail, world) {
        return verdict;
    } else if hops == 0 {
        return Verdict::pass("does not redirect");
    } else {
        return Verdict::pass(trail.shown());
    };
    let last = trail.ends().map_or_else(String::new, |(_, last)| seen::shown(last));
    Verdict::fail(what)
        .expected(format!("at most {most} redirects, none from HTTPS to HTTP"))
        .observed(trail.shown())
        .label("a detour")
        .help(format!("make the first rule lead straight to {last}, over HTTPS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn what_was_lost_is_named() {
        let wanted = url("https://shop.test/a/b?x=1");
        let cases = [
            ("https://shop.test/", "path and query were dropped"),
            ("https://shop.test/?x=1", "the path was dropped"),
            ("https://shop.test/a/b", "the query was dropped"),
            ("https://shop.test/a/b?x=2", "the query was changed"),
            ("https://shop.test/other?x=1", "that is another path"),
            ("https://other.test/a/b?x=1", "that is another host"),
            ("http://shop.test/a/b?x=1", "that is another scheme"),
        ];
        for (end, words) in cases {
            assert_eq!(lost(&url(end), &wanted), words, "{end}");
        }
    }

    #[test]
    fn a_slash_at_the_end_and_the_usual_port_are_no_difference() {
        assert!(same(&url("https://shop.test:443/a/?x=1"), &url("https://shop.test/a?x=1#top")));
        assert!(!same(&url("https://shop.test:8443/a?x=1"), &url("https://shop.test/a?x=1")));
        assert!(!same(&url("https://shop.test/a"), &url("https://shop.test/a?x=1")));
    }
}
