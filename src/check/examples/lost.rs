//! What if one answer had not come? A failed observation is never a failure, and never a pass.

use std::collections::BTreeMap;

use super::{CATALOGUE, Fixture, assert_none, findings, of, unfounded};
use crate::check::Status;
use crate::observed::{Observed, Seen, Webhook};
use crate::report::Finding;

/// The answers of one kind.
type Field<T> = fn(&mut Observed) -> &mut BTreeMap<String, Seen<T>>;

/// Loses each answer of one kind in turn, and looks at what is said then.
fn lose<T>(fixture: &mut Fixture, field: Field<T>, mut look: impl FnMut(&str, &[Finding])) {
    let keys: Vec<String> = field(&mut fixture.observed).keys().cloned().collect();
    for key in keys {
        let lost = Seen::Unobserved("no answer within 5 s".into());
        let kept = field(&mut fixture.observed).insert(key.clone(), lost);
        look(&key, &findings(fixture));
        field(&mut fixture.observed).extend(kept.map(|kept| (key, kept)));
    }
}

/// What is said of the same thing without that answer, and must not be.
fn wrong(before: &[Finding], after: &[Finding]) -> Vec<String> {
    let was = |finding: &Finding| {
        let same = |other: &&Finding| other.check == finding.check && other.subject == finding.subject;
        before.iter().find(same)
    };
    let mut found = Vec::new();
    for finding in after {
        // Where the cause of what was not judged is not known any more, the check speaks for itself.
        let judged = was(finding).filter(|was| was.because.is_none() && was.status != finding.status);
        if let Some(was) = judged.filter(|_| matches!(finding.status, Status::Fail | Status::Pass)) {
            let (check, subject) = (&finding.check, &finding.subject);
            found.push(format!("{check} {subject}: {:?}, was {:?}", finding.status, was.status));
        }
        found.extend(unfounded(finding, after).filter(|_| finding.because.is_some()));
    }
    found
}

#[test]
fn an_answer_that_did_not_come_decides_nothing_about_mail() {
    let mut faults = Vec::new();
    for check in CATALOGUE.iter().filter(|check| check.area() == "email") {
        for example in of(check).unwrap_or_default() {
            let Ok(mut fixture) = Fixture::new(&example.spec, &example.observed) else { continue };
            let before = findings(&fixture);
            let mut look = |key: &str, after: &[Finding]| {
                let (id, title) = (check.id, &example.title);
                let wrong = wrong(&before, after).into_iter();
                faults.extend(wrong.map(|what| format!("checks/{id}.md, `{title}`, without {key}: {what}")));
            };
            lose(&mut fixture, |observed| &mut observed.dns, &mut look);
            lose(&mut fixture, |observed| &mut observed.smtp, &mut look);
            lose(&mut fixture, |observed| &mut observed.files, &mut look);
            lose(&mut fixture, |observed| &mut observed.logos, &mut look);
            lose(&mut fixture, |observed| &mut observed.tls, &mut look);
            lose(&mut fixture, |observed| &mut observed.dnssec, &mut look);
        }
    }
    assert_none(&faults);
}

/// What a webhook showed, without one part of it: each in turn, with its name.
fn without_each(webhook: &Webhook) -> Vec<(String, Webhook)> {
    fn lost<T>() -> Seen<T> {
        Seen::Unobserved("no answer within 5 s".into())
    }
    let mut all = Vec::new();
    let mut lose = |what: String, change: &dyn Fn(&mut Webhook)| {
        let mut without = webhook.clone();
        change(&mut without);
        all.push((what, without));
    };
    for name in webhook.attempts.keys() {
        lose(name.clone(), &|without| {
            without.attempts.insert(name.clone(), lost());
        });
    }
    for index in 0..webhook.deliveries.len() {
        lose(format!("delivery {index}"), &|without| without.deliveries[index].outcome = lost());
    }
    for index in 0..webhook.samples.len() {
        lose(format!("sample {index}"), &|without| without.samples[index].status = lost());
    }
    for (index, looked) in webhook.effects.iter().enumerate() {
        lose(format!("the effect {index}"), &|without| without.effects[index].first = lost());
        if looked.before.is_some() {
            lose(format!("effect {index} before"), &|without| without.effects[index].before = Some(lost()));
        }
        if looked.last.is_some() {
            lose(format!("effect {index} in the end"), &|without| without.effects[index].last = Some(lost()));
        }
    }
    all
}

#[test]
fn an_answer_that_did_not_come_decides_nothing_about_webhooks() {
    let mut faults = Vec::new();
    for check in CATALOGUE.iter().filter(|check| check.area() == "webhooks") {
        for example in of(check).unwrap_or_default() {
            let Ok(mut fixture) = Fixture::new(&example.spec, &example.observed) else { continue };
            let before = findings(&fixture);
            let whole = fixture.observed.webhooks.clone();
            for (name, webhook) in &whole {
                for (what, without) in without_each(webhook) {
                    fixture.observed.webhooks.insert(name.clone(), without);
                    let wrong = wrong(&before, &findings(&fixture)).into_iter();
                    let (id, title) = (check.id, &example.title);
                    faults
                        .extend(wrong.map(|why| format!("checks/{id}.md, `{title}`, without {what}: {why}")));
                }
                fixture.observed.webhooks.insert(name.clone(), webhook.clone());
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn an_answer_that_did_not_come_decides_nothing_about_registrations() {
    let mut faults = Vec::new();
    for check in CATALOGUE.iter().filter(|check| check.area() == "webhooks") {
        for example in of(check).unwrap_or_default() {
            let Ok(mut fixture) = Fixture::new(&example.spec, &example.observed) else { continue };
            let before = findings(&fixture);
            let mut look = |key: &str, after: &[Finding]| {
                let (id, title) = (check.id, &example.title);
                let wrong = wrong(&before, after).into_iter();
                faults.extend(wrong.map(|what| format!("checks/{id}.md, `{title}`, without {key}: {what}")));
            };
            lose(&mut fixture, |observed| &mut observed.registered, &mut look);
            for seen in fixture.observed.registered.values_mut() {
                let Seen::Answer(registered) = seen else { continue };
                if registered.deliveries.is_some() {
                    registered.deliveries = Some(Seen::Unobserved("no answer within 5 s".into()));
                }
            }
            look("its deliveries", &findings(&fixture));
        }
    }
    assert_none(&faults);
}
