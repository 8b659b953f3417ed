//! Whether an endpoint answers deliveries with a redirect.

use url::Url;

use super::answer::{Answer, Call, sender};
use super::trial::Trial;
use super::{edge, reach, terms};
use crate::check::{Verdict, World, seen};
use crate::item::Webhook;
use crate::login::is_login;
use crate::observed::Exchange;

/// `308 to https://shop.test/hook/`
pub(super) fn shown(exchange: &Exchange) -> String {
    match &exchange.location {
        Some(to) => format!("{} to {}", exchange.status, seen::shown(to)),
        None => format!("{} to nowhere", exchange.status),
    }
}

fn redirected<'w>(call: &Call<'w>) -> Option<&'w Exchange> {
    match call.answer() {
        Answer::Redirected(posted) => Some(&posted.answer),
        _ => None,
    }
}

/// The verdict of other checks where the endpoint redirects whatever comes.
pub(super) fn led_away(trial: &Trial) -> Option<Verdict> {
    let posts = trial.posts();
    let first = posts.iter().find(|call| call.ordinary && call.own().is_some())?;
    redirected(first)?;
    // Where a valid event is taken, only refusals are redirected.
    let reason = "it answers with a redirect";
    (!trial.takes_valid()).then(|| Verdict::not_judged("webhooks/redirects", trial.webhook.name, reason))
}

pub(in crate::check) fn redirects(webhook: &Webhook, world: &World) -> Verdict {
    let trial = match Trial::of(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    if let Some(verdict) = reach::silent(&trial, world).or_else(|| edge::kept_away(&trial)) {
        return verdict;
    }
    let posts = trial.posts();
    let led: Vec<(&Call, &Exchange)> =
        posts.iter().filter_map(|call| Some((call, redirected(call)?))).collect();
    if let Some((call, exchange)) = led.first() {
        let verdict = failed(&trial, call, exchange);
        return led.iter().fold(verdict, |verdict, (call, _)| verdict.evidence(call.fact()));
    }
    let open = posts.iter().find_map(|call| match call.answer() {
        Answer::Unobserved(reason) => Some(trial.lost(call.what, reason.as_str())),
        Answer::Busy(status) => Some(Verdict::unknown(super::answer::busy(status, call.what))),
        _ => None,
    });
    open.unwrap_or_else(|| {
        let count = posts.iter().filter(|call| call.own().is_some()).count();
        Verdict::pass(format!("none of {count} answers is a redirect"))
    })
}

fn failed(trial: &Trial, call: &Call, exchange: &Exchange) -> Verdict {
    let (from, who) = (&trial.webhook.url, sender(trial));
    let follows = terms::follows(trial.webhook);
    let only_refusals = trial.takes_valid();
    let why = if only_refusals {
        "a refusal should be one".to_owned()
    } else if follows {
        format!("{who} follows it, and each delivery takes twice as long")
    } else {
        format!("{who} does not follow redirects")
    };
    let verdict =
        Verdict::fail(format!("{} answers {} with {}; {why}", seen::shown(from), call.what, shown(exchange)))
            .expected(if only_refusals { "401, 403 or 400" } else { "an answer at this URL" })
            .observed(shown(exchange))
            .label("redirects")
            .help(help(trial, exchange));
    if follows || only_refusals { verdict.mild() } else { verdict }
}

fn help(trial: &Trial, exchange: &Exchange) -> String {
    let (from, who) = (&trial.webhook.url, sender(trial));
    let Some(to) = &exchange.location else {
        return "answer at this URL; the redirect says not even where it leads".into();
    };
    if is_login(from, to) {
        return "a check for logged-in people stands before the endpoint: take its path out of that middleware, and let the signature alone decide".into();
    }
    let what = match difference(from, to) {
        Some(what) => format!("{what}: "),
        None => String::new(),
    };
    let to = seen::shown(to);
    format!("{what}register {to} at {who} and write it here, or answer at this URL without a redirect")
}

/// In what the two URLs differ, where it is one of the usual ways.
fn difference(from: &Url, to: &Url) -> Option<&'static str> {
    let bare = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let host = |url: &Url| url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
    if bare(from) != bare(to) || host(from) != host(to) {
        return None;
    }
    if from.host_str() != to.host_str() {
        return Some("the site's canonical host is another (www or not)");
    }
    if from.scheme() != to.scheme() {
        return Some("only the scheme differs");
    }
    (from.path() != to.path()).then_some("only the slash at the end differs")
}
