//! Whether the answers tell strangers about the inside.

use crate::check::webhooks::answer::{Answer, Call};
use crate::check::webhooks::reach;
use crate::check::webhooks::trial::Trial;
use crate::check::{Verdict, World, seen};
use crate::item::Webhook;
use crate::observed::Leak;

pub(in crate::check) fn error_leaks_internals(webhook: &Webhook, world: &World) -> Verdict {
    let trial = match Trial::of(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    let calls = trial.all();
    let leaks: Vec<(&Call, &Leak)> =
        calls.iter().flat_map(|call| leaks(call).iter().map(move |leak| (call, leak))).collect();
    if !leaks.is_empty() {
        return failed(&trial, &leaks);
    }
    if let Some(verdict) = reach::silent(&trial, world) {
        return verdict;
    }
    if let Err(verdict) = Trial::heard(webhook, world) {
        return *verdict;
    }
    let lost = calls.iter().find_map(|call| match call.answer() {
        Answer::Unobserved(reason) => Some(trial.lost(call.what, reason.as_str())),
        _ => None,
    });
    if let Some(verdict) = lost {
        return verdict;
    }
    let count = calls.iter().filter(|call| call.own().is_some()).count();
    Verdict::pass(format!("{count} answers show nothing of the inside"))
}

fn leaks<'w>(call: &Call<'w>) -> &'w [Leak] {
    call.own().map_or(&[], |posted| &posted.leaks)
}

/// `a Python stack trace: File "/srv/app/hook.py"`
fn words(leak: &Leak) -> String {
    match &leak.shown {
        Some(shown) => format!("{}: {}", leak.what, seen::cut(shown.as_str())),
        None => leak.what.to_string(),
    }
}

fn failed(trial: &Trial, leaks: &[(&Call, &Leak)]) -> Verdict {
    let (call, _) = leaks[0];
    let mut what: Vec<String> = Vec::new();
    for (_, leak) in leaks {
        let words = leak.what.to_string();
        if !what.contains(&words) {
            what.push(words);
        }
    }
    let status = call.posted().map_or(0, |posted| posted.answer.status);
    let verdict = Verdict::fail(format!(
        "{} answers {status} to {} and shows {}",
        seen::shown(&trial.webhook.url),
        call.what,
        seen::listed(&what)
    ))
    .expected("a short answer without the reason, as `{\"error\": \"invalid signature\"}`")
    .observed(words(leaks[0].1))
    .label("shows internals")
    .help("turn the debug mode of the framework off in production (`DEBUG=False`, `APP_DEBUG=false`, `NODE_ENV=production`), catch errors at the top of the handler, log them there with an id, and answer with that id alone");
    leaks
        .iter()
        .fold(verdict, |verdict, (call, leak)| verdict.evidence(format!("{}: {}", call.what, words(leak))))
}
