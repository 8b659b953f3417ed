//! Whether an endpoint takes what it must take.

use super::answer::{Answer, Call, busy, is_late, sender};
use super::terms;
use super::trial::Trial;
use crate::check::{Status, Verdict, World, seen};
use crate::item::Webhook;
use crate::observed::{Posted, Turn};
use crate::webhook::Attempt;

/// What to do where the body is checked as the endpoint writes it, not as it came.
const REWRITTEN: &str = "verify the raw bytes (`express.raw`, `request.body` before parsing, `req.rawBody`): the endpoint took an event whose JSON was written anew after it was signed, so it checks what it wrote itself from the parsed JSON, and real events, whose bytes differ from that, are refused";

/// Clocks that differ by less are right enough for every provider but Paddle, whose window is 5 s.
const SKEW: i64 = 5;

pub(in crate::check) fn valid_refused(webhook: &Webhook, world: &World) -> Verdict {
    if let Some(verdict) = terms::cannot_forge(webhook).map(Verdict::not_applicable) {
        return verdict;
    }
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    let shook = trial.call(Attempt::HandshakeRight);
    let first = trial.turns(Turn::First).into_iter().next();
    let outcomes = [shook.map(|call| handshake(&call, &trial)), first.map(|call| delivery(&call, &trial))];
    let mut outcomes: Vec<Outcome> = outcomes.into_iter().flatten().collect();
    // Where it is refused as every duplicate is, that has its own finding.
    if trial.turns(Turn::Again).iter().all(|call| matches!(call.answer(), Answer::Accepted(_))) {
        outcomes.extend(trial.turns(Turn::Rotated).iter().map(|call| rotated(call, &trial)));
    }
    let mut open = None;
    let mut passed = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Wrong(verdict) => return *verdict,
            Outcome::Open(verdict) => open = open.or(Some(verdict)),
            Outcome::Right(fact) => passed.push(fact),
        }
    }
    // A handshake that works is worth a pass where no more is asked for.
    let is_asked = |verdict: &Verdict| passed.is_empty() || verdict.status == Status::Unknown;
    let missing = || no_token(&trial).or_else(|| trial.undelivered().filter(is_asked));
    match open.map(|verdict| *verdict).or_else(missing) {
        Some(verdict) => verdict,
        None => Verdict::pass(format!("takes {}", seen::in_full(&passed))),
    }
}

/// What came of something that must be taken.
enum Outcome {
    Wrong(Box<Verdict>),
    Open(Box<Verdict>),
    /// As a fact.
    Right(String),
}

impl Outcome {
    fn wrong(verdict: Verdict) -> Self {
        Self::Wrong(Box::new(verdict))
    }

    fn open(verdict: Verdict) -> Self {
        Self::Open(Box::new(verdict))
    }
}

/// The verdict where a handshake cannot be played for want of its token.
fn no_token(trial: &Trial) -> Option<Verdict> {
    let token = trial.webhook.declared.verify_token.as_ref()?;
    let unset = trial.seen.unset.contains(&token.value);
    unset.then(|| Verdict::unknown(format!("{} is not set here", seen::cut(&token.value))))
}

fn handshake(call: &Call, trial: &Trial) -> Outcome {
    let posted = match call.answer() {
        Answer::Accepted(posted)
        | Answer::Refused(posted)
        | Answer::Broken(posted)
        | Answer::Redirected(posted) => posted,
        other => return unanswered(other, call, trial),
    };
    if posted.right == Some(true) {
        return Outcome::Right(format!("{} with {}", call.what, posted.answer.status));
    }
    let (url, who) = (seen::shown(&trial.webhook.url), sender(trial));
    let outcome = call.outcome();
    let observed = if matches!(call.answer(), Answer::Accepted(_)) {
        format!("{outcome} without the right answer")
    } else {
        outcome
    };
    Outcome::wrong(
        Verdict::fail(format!("{url} does not answer the handshake by which {who} makes sure that it is yours: {observed}"))
            .expected("the challenge, as the provider describes it")
            .observed(observed)
            .label("handshake fails")
            .help(format!("answer the handshake before anything else of the event is read, with what {who} sent along, and as it wants it; without that no event is ever sent (a wrong secret or token in this run's environment looks the same)")),
    )
}

fn delivery(call: &Call, trial: &Trial) -> Outcome {
    let taken = |posted: &Posted| trial.webhook.accepts(posted.answer.status);
    match call.answer() {
        Answer::Accepted(posted) if taken(posted) => {
            Outcome::Right(format!("{} with {}", call.what, posted.answer.status))
        }
        Answer::Accepted(posted) => Outcome::wrong(not_counted(posted.answer.status, trial)),
        Answer::Refused(posted) | Answer::Redirected(posted) => Outcome::wrong(refused(call, posted, trial)),
        Answer::Broken(posted) => match trial.call(Attempt::Unsigned).map(|call| call.answer()) {
            // It answers so to everything.
            Some(Answer::Broken(other)) if other.answer.status == posted.answer.status => {
                let reason = format!("it answers {} to everything", posted.answer.status);
                let check = "webhooks/refusal-is-server-error";
                Outcome::open(Verdict::not_judged(check, trial.webhook.name, &reason))
            }
            _ => Outcome::wrong(refused(call, posted, trial)),
        },
        other => unanswered(other, call, trial),
    }
}

fn unanswered(answer: Answer, call: &Call, trial: &Trial) -> Outcome {
    let (name, what) = (trial.webhook.name, call.what);
    match answer {
        Answer::Failed(failure) if is_late(failure) => {
            Outcome::open(Verdict::not_judged("webhooks/slow", name, &format!("{what} got no answer in time")))
        }
        Answer::Failed(failure) => Outcome::wrong(
            Verdict::fail(format!("{} gives no answer to {what}: {}", seen::shown(&trial.webhook.url), failure.detail))
                .expected(terms::accepted(trial.webhook))
                .observed(failure.detail.as_str())
                .label("no answer")
                .help("requests that it refuses are answered, this one is not: look in the endpoint's log for a crash at this time"),
        ),
        Answer::Unobserved(reason) => Outcome::open(trial.lost(what, reason.as_str())),
        Answer::Busy(status) => Outcome::open(Verdict::unknown(busy(status, what))),
        Answer::Edge(..) => {
            let reason = "the edge keeps programs away from it";
            Outcome::open(Verdict::not_judged("webhooks/challenged", name, reason))
        }
        Answer::Accepted(_) | Answer::Refused(_) | Answer::Broken(_) | Answer::Redirected(_) => {
            Outcome::open(Verdict::unknown(seen::NOT_OBSERVED))
        }
    }
}

fn rotated(call: &Call, trial: &Trial) -> Outcome {
    match delivery(call, trial) {
        Outcome::Wrong(_) => Outcome::wrong(
            Verdict::fail(format!(
                "{} takes an event, and answers {} to {}: events are lost while the secret is being replaced",
                seen::shown(&trial.webhook.url),
                call.outcome(),
                call.what
            ))
            .expected(terms::accepted(trial.webhook))
            .observed(call.outcome())
            .label("reads one signature")
            .help("while a secret is being replaced, the header holds a signature for the old one and one for the new one: read all of them, and take the event where one fits")
            .mild(),
        ),
        other => other,
    }
}

/// A success that the provider takes for a failure.
fn not_counted(status: u16, trial: &Trial) -> Verdict {
    let (wanted, who) = (terms::accepted(trial.webhook), sender(trial));
    Verdict::fail(format!(
        "{} answers {status} to a valid event, and {who} counts only {wanted} as delivered",
        seen::shown(&trial.webhook.url)
    ))
    .expected(wanted.clone())
    .observed(status.to_string())
    .label("not counted")
    .help(format!("answer {wanted}; {who} sends the event again until it gets that, and in the end gives up"))
}

fn refused(call: &Call, posted: &Posted, trial: &Trial) -> Verdict {
    let skew = skew(posted);
    let verdict = Verdict::fail(format!(
        "{} answers {} to an event that is signed with {}",
        seen::shown(&trial.webhook.url),
        call.outcome(),
        trial.webhook.declared.secret.as_ref().map_or("its secret".into(), |secret| seen::cut(&secret.value))
    ))
    .expected(terms::accepted(trial.webhook))
    .observed(call.outcome())
    .label("refuses valid events");
    let rewritten = trial.call(Attempt::Reserialised);
    let verdict = match rewritten.filter(|call| matches!(call.answer(), Answer::Accepted(_))) {
        Some(call) => verdict.evidence(call.fact()).help(REWRITTEN),
        None => verdict.help(help(posted.answer.status, skew)),
    };
    match skew {
        Some(seconds) => verdict.evidence(clock(seconds)),
        None => verdict,
    }
}

/// By how many seconds the server's clock is ahead of ours, where that may matter.
fn skew(posted: &Posted) -> Option<i64> {
    let date = posted.answer.header("date").next()?;
    let date = jiff::fmt::rfc2822::parse(date.as_str()).ok()?.timestamp();
    let seconds = date.as_second() - posted.sent?.as_second();
    (seconds.abs() > SKEW).then_some(seconds)
}

fn clock(seconds: i64) -> String {
    let way = if seconds > 0 { "ahead of" } else { "behind" };
    format!("the server's clock is {} s {way} that of this machine", seconds.abs())
}

fn help(status: u16, skew: Option<i64>) -> String {
    let first = match skew {
        Some(seconds) => format!("{}: set both by NTP first; then ", clock(seconds)),
        None => String::new(),
    };
    let advice = match status {
        400 | 401 | 403 | 498 => {
            "compare the secret that the endpoint holds with the one here: each endpoint at the provider has its own, and those for tests look like those for production; where they are the same, the body is most often parsed and written anew before it is verified: verify the raw bytes; where the signature passes, the type of the event may be unknown to the endpoint: give a sample of yours as `payload`"
        }
        415 => {
            "the endpoint does not take the provider's Content-Type: let its route read the raw body whatever the type"
        }
        300..=399 => "a valid event is redirected: answer it at this URL",
        500..=599 => {
            "the signature may well pass, and the endpoint breaks on the event: look in its log at the time of this run; where it needs objects that exist, give a sample of yours as `payload`"
        }
        _ => {
            "the endpoint does not take this event: where it knows only some types or needs objects that exist, answer 2xx to all others, or give a sample of yours as `payload`"
        }
    };
    format!("{first}{advice}")
}
