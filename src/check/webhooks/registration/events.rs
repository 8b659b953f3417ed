//! Whether the provider sends the events that the product acts on.

use super::{answer, fact};
use crate::check::{Verdict, World, seen};
use crate::item::Webhook;
use crate::observed::RegisteredEndpoint;
use crate::spec::Place;

/// Most types that a message names as subscribed.
const MOST: usize = 8;

pub(in crate::check) fn events_differ(webhook: &Webhook, world: &World) -> Verdict {
    if webhook.declared.events.is_empty() {
        return Verdict::not_applicable("the spec declares no `events`");
    }
    let answer = match answer(webhook, world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    let receiving = match answer.receiving() {
        Ok(receiving) => receiving,
        Err(verdict) => return *verdict,
    };
    let declared = &webhook.declared.events;
    if receiving.iter().any(|endpoint| endpoint.all_events) {
        return Verdict::pass(format!("{} sends all types of events there", answer.provider.name));
    }
    let subscribed = |kind: &str| receiving.iter().any(|endpoint| takes(endpoint, kind));
    let missing: Vec<_> = declared.iter().enumerate().filter(|(_, kind)| !subscribed(&kind.value)).collect();
    let Some((index, first)) = missing.first() else {
        let count = declared.len();
        return Verdict::pass(if count == 1 {
            format!("{} is subscribed", declared[0].value)
        } else {
            format!("all {count} declared types are subscribed")
        });
    };
    let names: Vec<String> = missing.iter().map(|(_, kind)| kind.value.clone()).collect();
    let place = Place::new(format!("{}.events[{index}]", webhook.path), first.span);
    let verdict = Verdict::fail(format!(
        "{} does not send {} to {}",
        answer.provider.name,
        seen::listed(&names),
        seen::shown(&webhook.url)
    ))
    .expected(format!("{} subscribed", seen::listed(&names)))
    .observed(observed(&receiving))
    .label("not subscribed")
    .help(format!(
        "add {} to the endpoint's events under {}; events that happen until then are not sent later",
        seen::listed(&names),
        answer.console()
    ))
    .at(place);
    receiving.iter().fold(verdict, |verdict, endpoint| verdict.evidence(fact(endpoint)))
}

fn takes(endpoint: &RegisteredEndpoint, kind: &str) -> bool {
    endpoint.events.iter().any(|own| own.as_str() == kind)
}

fn observed(receiving: &[&RegisteredEndpoint]) -> String {
    let mut all: Vec<String> =
        receiving.iter().flat_map(|endpoint| &endpoint.events).map(|kind| seen::cut(kind.as_str())).collect();
    all.sort();
    all.dedup();
    match all.len() {
        0 => "no type is subscribed".into(),
        count if count > MOST => format!("{count} types, {}, ... among them", all[..MOST].join(", ")),
        _ => format!("{} subscribed", seen::in_full(&all)),
    }
}
