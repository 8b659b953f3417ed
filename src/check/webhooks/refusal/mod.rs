//! How an endpoint refuses.

pub(in crate::check) mod leak;

use super::answer::{Answer, Call, busy, is_late, sender};
use super::terms;
use super::trial::{REFUSALS, Trial, idle};
use crate::check::{Verdict, World, seen};
use crate::item::Webhook;
use crate::webhook::Attempt;

pub(in crate::check) fn method_accepted(webhook: &Webhook, world: &World) -> Verdict {
    if let Some(verdict) = idle(webhook, &[Attempt::Get]) {
        return verdict;
    }
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    let Some(call) = trial.call(Attempt::Get) else { return trial.not_made(&[Attempt::Get]) };
    match call.answer() {
        Answer::Accepted(posted) => {
            let status = posted.answer.status;
            Verdict::fail(format!("{} answers {status} to a GET", seen::shown(&webhook.url)))
                .expected("405")
                .observed(status.to_string())
                .label("answers GET")
                .help("route only POST to the handler, and answer 405 with `Allow: POST` to the rest; where this is a page of the site (a fallback for all paths), make sure that the POST really reaches the handler")
        }
        Answer::Refused(_) | Answer::Broken(_) | Answer::Redirected(_) => {
            Verdict::pass(format!("does not take a GET: {}", call.outcome()))
        }
        Answer::Busy(status) => Verdict::unknown(busy(status, call.what)),
        Answer::Edge(..) => Verdict::unknown("the edge answered the GET in the endpoint's place"),
        Answer::Failed(failure) => Verdict::unknown(format!("a GET got no answer: {}", failure.detail)),
        Answer::Unobserved(reason) => Verdict::unknown(reason.as_str()),
    }
}

/// A refusal that the provider does not understand as one.
fn fault(call: &Call, webhook: &Webhook) -> Option<String> {
    let insists = terms::refusals(webhook);
    match call.answer() {
        Answer::Broken(posted) if !insists.contains(&posted.answer.status) => Some(call.outcome()),
        Answer::Refused(posted) if !insists.is_empty() && !insists.contains(&posted.answer.status) => {
            Some(call.outcome())
        }
        Answer::Failed(failure) if !is_late(failure) => Some(call.outcome()),
        _ => None,
    }
}

pub(in crate::check) fn refusal_is_server_error(webhook: &Webhook, world: &World) -> Verdict {
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    let mut calls = trial.calls(REFUSALS);
    let stranger = trial.call(Attempt::HandshakeWrong);
    // There is no harm in a 404 to somebody who does not know the handshake's token.
    calls.extend(stranger.filter(|call| call.posted().is_none_or(|posted| posted.answer.status >= 500)));
    let faults: Vec<(&Call, String)> =
        calls.iter().filter_map(|call| Some((call, fault(call, webhook)?))).collect();
    if !faults.is_empty() {
        return failed(&trial, &faults, calls.len());
    }
    let refused: Vec<&Call> =
        calls.iter().filter(|call| matches!(call.answer(), Answer::Refused(_) | Answer::Broken(_))).collect();
    if let Some(verdict) = calls.iter().find_map(|call| open(call, &trial)) {
        return verdict;
    }
    if !refused.is_empty() {
        let verdict = Verdict::pass(format!("refuses with {}", statuses(&refused)));
        return refused.iter().fold(verdict, |verdict, call| verdict.evidence(call.fact()));
    }
    nothing_refused(&trial, &calls, world)
}

/// What nobody can say of a request that was not answered.
fn open(call: &Call, trial: &Trial) -> Option<Verdict> {
    match call.answer() {
        Answer::Accepted(_) | Answer::Refused(_) | Answer::Broken(_) => None,
        _ => call.open(trial).map(|verdict| *verdict),
    }
}

/// `400`, or `400 and 401`
fn statuses(calls: &[&Call]) -> String {
    let mut all: Vec<String> = calls.iter().map(|call| call.outcome()).collect();
    all.sort_unstable();
    all.dedup();
    seen::in_full(&all)
}

/// Where everything is taken that must be refused, there is no refusal to judge.
fn nothing_refused(trial: &Trial, calls: &[Call], world: &World) -> Verdict {
    type Judge = fn(&Webhook, &World) -> Verdict;
    if calls.is_empty() {
        return trial.not_made(&[Attempt::Unsigned]);
    }
    let causes: [(&'static str, Judge); 2] = [
        ("webhooks/unsigned-accepted", super::unsigned_accepted),
        ("webhooks/forged-accepted", super::forged_accepted),
    ];
    let cause =
        causes.iter().find(|(_, judge)| judge(trial.webhook, world).status == crate::check::Status::Fail);
    match cause {
        Some((check, _)) => Verdict::not_judged(check, trial.webhook.name, "it refuses nothing"),
        None => Verdict::unknown("nothing was refused"),
    }
}

fn failed(trial: &Trial, faults: &[(&Call, String)], of: usize) -> Verdict {
    let (call, how) = &faults[0];
    let insists = terms::refusals(trial.webhook);
    let (who, url) = (sender(trial), seen::shown(&trial.webhook.url));
    let wanted = match insists {
        [] => "401, 403 or 400".to_owned(),
        statuses => seen::in_full(&statuses.iter().map(u16::to_string).collect::<Vec<_>>()),
    };
    let mut kinds: Vec<String> = faults.iter().map(|(_, how)| how.clone()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let more = match faults.len() - 1 {
        0 => String::new(),
        1 => ", and so to one more".to_owned(),
        count => format!(", and so to {count} more"),
    };
    let message = match call.answer() {
        Answer::Failed(_) => format!("{url} gives no answer to {}: {how}{more}", call.what),
        _ => format!("{url} answers {how} to {}{more}", call.what),
    };
    let verdict = Verdict::fail(message)
        .expected(wanted)
        .observed(format!("{} to {} of {of} kinds that it must refuse", seen::in_full(&kinds), faults.len()))
        .label("wrong refusal")
        .help(help(call, who, insists));
    faults.iter().fold(verdict, |verdict, (call, _)| verdict.evidence(call.fact()))
}

fn help(call: &Call, who: &str, insists: &[u16]) -> String {
    let status = call.posted().map_or(0, |posted| posted.answer.status);
    match status {
        404 | 410 => {
            "deploy the handler at this path, or correct the path: a prefix that the proxy takes away, a slash at the end; where the handler hides by 404 from whoever does not sign, answer 401 instead, so that a lost route is told from a refusal".into()
        }
        405 => "the path exists and takes no POST: route POST to the handler; a static site or a page's route answers there".into(),
        400..=499 => format!("{who} sends wrong signatures on purpose and drops the URL unless it gets {}: answer that to every signature that is absent or does not fit", seen::in_full(&insists.iter().map(u16::to_string).collect::<Vec<_>>())),
        502..=504 => "the proxy cannot reach the service behind it: look whether that runs, and at the proxy's upstream".into(),
        _ => format!(
            "an error is thrown where the signature is read: treat a header that is absent, empty, too long or not in its form as a refusal, and answer 400 or 401; {who} takes a 5xx for an outage and sends again, and your alerts cannot tell attacks from faults"
        ),
    }
}
