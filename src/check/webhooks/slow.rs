//! Whether an endpoint answers in the time that it has.

use std::time::Duration;

use super::answer::{Answer, Call, is_late, sender};
use super::terms;
use super::trial::Trial;
use crate::check::{Verdict, World, seen};
use crate::item::Webhook;
use crate::latency::{in_words, may_exceed, percentile, seconds, spread};
use crate::observed::{Sample, Seen};
use crate::spec::Place;
use crate::webhook::Attempt;

/// What senders wait for at least where theirs is not known: most of those that say so wait five to fifteen
/// seconds.
const USUAL: Duration = Duration::from_secs(10);

/// One answer's time.
struct Timed<'w> {
    what: String,
    millis: u64,
    /// True for the first call, which may wake a service that sleeps.
    cold: bool,
    call: Option<Call<'w>>,
}

/// All that was timed.
struct Times<'w> {
    all: Vec<Timed<'w>>,
    /// What was waited for in vain, as facts.
    late: Vec<String>,
    /// Why some were not timed, one each.
    open: Vec<String>,
    /// Milliseconds of warm answers, by which the 95th percentile is judged.
    warm: Vec<u64>,
    /// True where those are answers to signed events.
    signed: bool,
}

impl<'w> Times<'w> {
    fn of(trial: &Trial<'_, 'w>) -> Self {
        let mut times =
            Self { all: Vec::new(), late: Vec::new(), open: Vec::new(), warm: Vec::new(), signed: false };
        let unsigned = trial.call(Attempt::Unsigned).map(|call| call.what);
        for call in trial.posts() {
            times.call(call, unsigned == Some(call.what));
        }
        for (index, sample) in trial.seen.samples.iter().enumerate() {
            times.sample(index + 1, sample);
        }
        times.signed = !trial.seen.samples.is_empty();
        let judged =
            times.all.iter().filter(|timed| if times.signed { timed.call.is_none() } else { !timed.cold });
        times.warm = judged.map(|timed| timed.millis).collect();
        times
    }

    fn call(&mut self, call: Call<'w>, cold: bool) {
        match call.answer() {
            Answer::Unobserved(reason) => self.not_timed(format!("{}: {reason}", call.what)),
            Answer::Busy(status) => self.not_timed(super::answer::busy(status, call.what)),
            Answer::Failed(failure) if is_late(failure) => self.late.push(call.fact()),
            Answer::Failed(_) | Answer::Edge(..) => {}
            Answer::Accepted(_) | Answer::Refused(_) | Answer::Broken(_) | Answer::Redirected(_) => {
                let Some(posted) = call.own() else { return };
                let (what, millis) = (call.what.to_owned(), posted.millis);
                self.all.push(Timed { what, millis, cold, call: Some(call) });
            }
        }
    }

    fn sample(&mut self, number: usize, sample: &Sample) {
        let what = format!("event {number} of the samples");
        match &sample.status {
            Seen::Answer(429) => self.not_timed(super::answer::busy(429, &what)),
            Seen::Answer(_) => self.all.push(Timed { what, millis: sample.millis, cold: false, call: None }),
            Seen::Failed(failure) if is_late(failure) => {
                self.late.push(format!("{what}: {}", failure.detail));
            }
            Seen::Failed(failure) => self.not_timed(format!("{what}: {}", failure.detail)),
            Seen::Unobserved(reason) => self.not_timed(format!("{what}: {reason}")),
        }
    }

    fn not_timed(&mut self, why: String) {
        self.open.push(why);
    }

    /// Those that took longer than that, slowest first.
    fn over(&self, limit: u64) -> Vec<&Timed<'w>> {
        let mut over: Vec<&Timed> = self.all.iter().filter(|timed| timed.millis > limit).collect();
        over.sort_by_key(|timed| std::cmp::Reverse(timed.millis));
        over
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

pub(in crate::check) fn slow(webhook: &Webhook, world: &World) -> Verdict {
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    let times = Times::of(&trial);
    if let Some(verdict) = over_patience(&trial, &times) {
        return verdict;
    }
    // How fast a wrong path answers says nothing about the handler.
    let first = trial.call(Attempt::Unsigned).map(|call| call.answer());
    if let Some(Answer::Broken(posted)) = first.filter(|_| !trial.takes_valid()) {
        let reason = format!("it answers {}", posted.answer.status);
        return Verdict::not_judged("webhooks/refusal-is-server-error", webhook.name, &reason);
    }
    if let Some(verdict) = over_budget(&trial, &times) {
        return verdict;
    }
    if let Some(why) = times.open.first() {
        return trial.lost("not all was timed", why);
    }
    within(&trial, &times)
}

/// The time after which the provider gives up, and whose it is.
fn patience(trial: &Trial) -> (u64, String) {
    match terms::timeout(trial.webhook) {
        Some(time) => (millis(time), format!("{} waits {}", sender(trial), seconds(millis(time)))),
        None => (
            millis(USUAL),
            format!("how long {} waits is not known; {} is usual", sender(trial), seconds(millis(USUAL))),
        ),
    }
}

/// The verdict where an answer came later than the provider waits, or did not come at all.
fn over_patience(trial: &Trial, times: &Times) -> Option<Verdict> {
    let (limit, whose) = patience(trial);
    let over = times.over(limit);
    let facts: Vec<String> =
        over.iter().map(|timed| format!("{}: {}", timed.what, seconds(timed.millis))).collect();
    let facts: Vec<String> = times.late.iter().cloned().chain(facts).collect();
    let first = facts.first()?;
    let asked = times.all.len() + times.late.len();
    let verdict = Verdict::fail(format!(
        "{} is too slow to answer {} of {asked} requests ({first}): {whose}",
        seen::shown(&trial.webhook.url),
        facts.len()
    ))
    .expected(format!("an answer within {}", seconds(limit)))
    .observed(first.as_str())
    .label("too slow")
    .help(help(over.iter().any(|timed| timed.cold) && facts.len() == 1));
    Some(facts.into_iter().fold(verdict, Verdict::evidence))
}

fn help(cold: bool) -> &'static str {
    if cold {
        "only the first call is slow: the service sleeps when nobody calls; keep one instance alive (minimum instances, provisioned concurrency), or make its start cheaper"
    } else {
        "verify, store the event, answer 200, and do the work afterwards in a queue or a background task: what comes too late is sent again, so that the same work is done twice"
    }
}

/// The verdict where the 95th percentile is over what the spec allows, whatever has not come.
fn over_budget(trial: &Trial, times: &Times) -> Option<Verdict> {
    let budget = trial.webhook.declared.max_latency.as_ref()?;
    let limit = millis(budget.value.0);
    let wanted = times.warm.len() + times.open.len();
    let over = times.warm.iter().filter(|took| **took > limit).count();
    if over <= may_exceed(wanted) {
        return None;
    }
    let words = in_words(percentile(95, &times.warm)?, times.warm.len(), of_what(times));
    let verdict = Verdict::fail(format!(
        "{} is too slow: {words}, over the {} that is declared",
        seen::shown(&trial.webhook.url),
        seconds(limit)
    ))
    .expected(format!("at most {}", seconds(limit)))
    .observed(spread(&times.warm))
    .label("too slow")
    .help(help(false))
    .at(Place::new(format!("{}.max_latency", trial.webhook.path), budget.span));
    Some(cold(times, verdict))
}

fn of_what(times: &Times) -> &'static str {
    if times.signed { "samples" } else { "answers" }
}

fn cold(times: &Times, verdict: Verdict) -> Verdict {
    match times.all.iter().find(|timed| timed.cold) {
        Some(first) => {
            verdict.evidence(format!("the first call took {} and is not counted", seconds(first.millis)))
        }
        None => verdict,
    }
}

fn within(trial: &Trial, times: &Times) -> Verdict {
    let (_, whose) = patience(trial);
    let slowest = times.all.iter().map(|timed| timed.millis).max();
    let Some(slowest) = slowest else { return Verdict::unknown(seen::NOT_OBSERVED) };
    let verdict = match percentile(95, &times.warm) {
        Some(p95) => {
            Verdict::pass(in_words(p95, times.warm.len(), of_what(times))).evidence(spread(&times.warm))
        }
        None => Verdict::pass(format!("the only answer took {}", seconds(slowest))),
    };
    let verdict = if times.signed {
        verdict
    } else {
        verdict.evidence("these are mostly answers to what must be refused: how long real work takes shows with `test: deliveries`")
    };
    cold(times, verdict).evidence(whose)
}
