//! Whether the provider delivers to the webhook at all.

use super::{Answer, answer, fact, named};
use crate::check::{Verdict, World, seen};
use crate::item::Webhook;
use crate::observed::{KeyMode, RegisteredEndpoint};
use crate::webhook::registration::kin::Kin;

pub(in crate::check) fn not_registered(webhook: &Webhook, world: &World) -> Verdict {
    match answer(webhook, world) {
        Ok(answer) => judged(&answer),
        Err(verdict) => *verdict,
    }
}

pub(super) fn judged(answer: &Answer) -> Verdict {
    let same = answer.same();
    if same.is_empty() {
        return nowhere(answer);
    }
    let fitting: Vec<_> = same.iter().copied().filter(|endpoint| answer.fits(endpoint)).collect();
    if fitting.is_empty() {
        return test_mode(answer, &same);
    }
    let Some(endpoint) = fitting.iter().find(|endpoint| endpoint.enabled) else {
        let reason = format!("{} has disabled the endpoint", answer.provider.name);
        return Verdict::not_judged("webhooks/registration-stale", answer.webhook.name, &reason);
    };
    let mode = if endpoint.live == Some(false) {
        " in test mode, as is right for a host that is not production"
    } else {
        ""
    };
    Verdict::pass(format!("{} delivers to {}{mode}", answer.provider.name, named(endpoint)))
}

/// No endpoint has exactly this URL.
fn nowhere(answer: &Answer) -> Verdict {
    let (provider, key) = (&answer.provider.name, &answer.said.key);
    // Keys show one mode; of the other one nothing is known.
    let blind = match answer.key_mode() {
        Some(KeyMode::Test) if answer.production => Some(("a test key, which shows test mode alone", "live")),
        Some(KeyMode::Live) if !answer.production => {
            Some(("a live key, which shows live mode alone", "test"))
        }
        _ => None,
    };
    if let Some((what, other)) = blind {
        return Verdict::unknown(format!(
            "{key} holds {what}: whether {provider} delivers to this URL takes a {other} key"
        ));
    }
    let url = seen::shown(&answer.webhook.url);
    let near = nearest(answer);
    let observed = match &near {
        Some((endpoint, how)) => format!("the nearest is {}: {how}", named(endpoint)),
        None => "no endpoint like it".into(),
    };
    let what = match &near {
        Some((endpoint, _)) => format!("{provider} delivers nothing to {url}, but to {}", named(endpoint)),
        None => format!("{provider} delivers nothing to {url}"),
    };
    let help = match &near {
        Some((_, how)) => format!(
            "set the endpoint's URL to {url} under {} ({how} now), or declare the one that is meant: {provider} delivers to the letter",
            answer.console()
        ),
        None => format!(
            "add an endpoint for {url} under {}, with the events that the product acts on",
            answer.console()
        ),
    };
    let verdict = Verdict::fail(what)
        .expected("an enabled endpoint with exactly this URL")
        .observed(observed)
        .label("not registered")
        .help(help);
    near.iter().fold(verdict, |verdict, (endpoint, _)| verdict.evidence(fact(endpoint)))
}

/// The endpoint that was probably meant, and what is other about it: enabled ones first, those of the same
/// host before those of others.
fn nearest<'w>(answer: &Answer<'w>) -> Option<(&'w RegisteredEndpoint, String)> {
    let near = answer.said.endpoints.iter().filter_map(|endpoint| match answer.kin(endpoint) {
        Kin::Near(differences) => Some((
            0,
            endpoint,
            seen::in_full(&differences.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()),
        )),
        Kin::Moved => Some((1, endpoint, "it is on another host".to_owned())),
        _ => None,
    });
    let best = near.min_by_key(|(rank, endpoint, how)| (*rank, !endpoint.enabled, how.len()));
    best.map(|(_, endpoint, how)| (endpoint, how))
}

/// The URL is registered where only test events come from.
fn test_mode(answer: &Answer, same: &[&RegisteredEndpoint]) -> Verdict {
    let (provider, key) = (&answer.provider.name, &answer.said.key);
    let known = answer.key_mode() == Some(KeyMode::Test);
    let with =
        if known { format!(" ({key} holds a test key, which shows nothing else)") } else { String::new() };
    let help = if known {
        format!(
            "give {key} a live key with {}, and register the URL in live mode under {}",
            answer.registration.rights,
            answer.console()
        )
    } else {
        format!(
            "register the URL in live mode too, under {}, and give the product that endpoint's secret",
            answer.console()
        )
    };
    let url = seen::shown(&answer.webhook.url);
    let verdict = Verdict::fail(format!("{provider} delivers only test events to {url}{with}"))
        .expected("an enabled endpoint in live mode")
        .observed("test mode")
        .label("test mode")
        .help(help);
    same.iter().fold(verdict, |verdict, endpoint| verdict.evidence(fact(endpoint)))
}
