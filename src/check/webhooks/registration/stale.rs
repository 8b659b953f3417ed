//! Whether the provider delivers where nobody should get events any more, or twice.

use url::Url;

use super::{Answer, answer, fact, missing, named};
use crate::check::faults::{self, Fault};
use crate::check::{Status, Verdict, World, seen};
use crate::item::Webhook;
use crate::observed::RegisteredEndpoint;
use crate::webhook::registration::kin::Kin;

pub(in crate::check) fn registration_stale(webhook: &Webhook, world: &World) -> Verdict {
    let answer = match answer(webhook, world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    let same = answer.same();
    let fitting: Vec<_> = same.into_iter().filter(|endpoint| answer.fits(endpoint)).collect();
    let delivering: Vec<_> = fitting.iter().copied().filter(|endpoint| endpoint.enabled).collect();
    let is_missing = fitting.is_empty() && missing::judged(&answer).status == Status::Fail;
    let mut found = Vec::new();
    if delivering.is_empty() {
        found.extend(fitting.first().map(|endpoint| (*endpoint, disabled(&answer, endpoint))));
    }
    let twice = delivering.iter().enumerate().filter_map(|(index, endpoint)| {
        let earlier = delivering[..index].iter().find(|earlier| share_events(earlier, endpoint))?;
        Some((*endpoint, duplicate(&answer, earlier, endpoint)))
    });
    found.extend(twice);
    let elsewhere = answer.said.endpoints.iter().filter(|endpoint| endpoint.enabled && answer.fits(endpoint));
    // Where nothing is registered for the URL, its nearest relatives are told by that finding.
    let others = elsewhere.filter_map(|endpoint| Some((endpoint, old(&answer, endpoint, is_missing)?)));
    found.extend(others);
    if found.is_empty() {
        return fine(&answer, is_missing);
    }
    let facts: Vec<String> = found.iter().map(|(endpoint, _)| fact(endpoint)).collect();
    let all = found.into_iter().map(|(_, fault)| fault).collect();
    match faults::verdict(all, "stale registration") {
        Some(verdict) => facts.into_iter().fold(verdict, Verdict::evidence),
        None => fine(&answer, is_missing),
    }
}

fn fine(answer: &Answer, is_missing: bool) -> Verdict {
    if is_missing {
        return answer.unregistered();
    }
    if answer.same().is_empty() {
        // What is not known of the endpoint itself is not known here.
        return missing::judged(answer);
    }
    Verdict::pass(format!("{} delivers to no old or second address", answer.provider.name))
}

fn disabled(answer: &Answer, endpoint: &RegisteredEndpoint) -> Fault {
    let provider = &answer.provider.name;
    Fault {
        what: format!("the endpoint at {provider}, {}, is disabled: no event comes", named(endpoint)),
        expected: "an enabled endpoint".into(),
        observed: "disabled".into(),
        help: format!(
            "see under {} why it was disabled (after days of failures a provider does that by itself), mend that, and enable it; have the events of that time sent again",
            answer.console()
        ),
        mild: false,
    }
}

fn duplicate(answer: &Answer, first: &RegisteredEndpoint, second: &RegisteredEndpoint) -> Fault {
    Fault {
        what: format!(
            "{} has the URL twice ({} and {}): the same event comes twice, signed with two secrets",
            answer.provider.name,
            seen::cut(first.id.as_str()),
            seen::cut(second.id.as_str())
        ),
        expected: "one endpoint for the URL".into(),
        observed: "2 enabled endpoints that share types of events".into(),
        help: format!(
            "delete one of them under {}: the one whose secret the product does not have",
            answer.console()
        ),
        mild: false,
    }
}

/// Why an endpoint at another address should not be there; `None` where it may.
fn old(answer: &Answer, endpoint: &RegisteredEndpoint, is_missing: bool) -> Option<Fault> {
    let host = Url::parse(endpoint.url.as_str()).ok()?.host_str()?.to_owned();
    let (provider, at) = (&answer.provider.name, named(endpoint));
    let delete = |why: &str| format!("delete that endpoint under {}{why}", answer.console());
    let (what, help, mild) = match answer.kin(endpoint) {
        Kin::Near(differences) if !is_missing => (
            format!("{provider} delivers to {at} too: {}", differences.join(", ")),
            delete(", so that no event comes twice"),
            false,
        ),
        Kin::Moved if !is_missing && answer.own.is_own(&host) => (
            format!("{provider} delivers to the same path on another host too: {at}"),
            delete(", once nothing there is needed any more"),
            false,
        ),
        // Another product of the account may have the same path.
        Kin::Moved if !is_missing => (
            format!("{provider} delivers to the same path on a host of another domain too: {at}"),
            delete(", if it is an old place of this product; if it is another product's, waive this"),
            true,
        ),
        Kin::Development if answer.production => (
            format!("{provider} delivers real events to a development host: {at}"),
            delete(": whoever runs what is behind that name reads customers' data"),
            false,
        ),
        Kin::Unknown => (
            format!("{provider} delivers to a host that the spec does not know: {at}"),
            delete(", or declare the host if it is in use"),
            false,
        ),
        _ => return None,
    };
    Some(Fault {
        what,
        expected: format!("deliveries to {} alone", seen::shown(&answer.webhook.url)),
        observed: at,
        help,
        mild,
    })
}

fn share_events(one: &RegisteredEndpoint, other: &RegisteredEndpoint) -> bool {
    let common = || one.events.iter().any(|kind| other.events.contains(kind));
    one.apart == other.apart && (one.all_events || other.all_events || common())
}
