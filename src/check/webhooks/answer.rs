//! One request to an endpoint, and what its answer says.

use super::trial::Trial;
use super::{redirect, terms};
use crate::check::Verdict;
use crate::observed::{Exchange, Failure, FailureKind, Posted, Remote, Seen};
use crate::web::edge::Said;

/// What an answer says about an event that was sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer<'w> {
    /// It was taken: 2xx.
    Accepted(&'w Posted),
    /// It was refused, and the sender is told that the fault is its own: 4xx.
    Refused(&'w Posted),
    /// There is nothing, or it broke: 404, 405, 410, 5xx.
    Broken(&'w Posted),
    /// It leads elsewhere: 3xx.
    Redirected(&'w Posted),
    /// The endpoint wants to be asked less often.
    Busy(u16),
    /// A proxy at the edge answered in the endpoint's place.
    Edge(&'w Exchange, Said),
    /// There was no answer.
    Failed(&'w Failure),
    /// Nobody knows.
    Unobserved(&'w Remote),
}

/// Cloudflare's page for clients that ask too often.
const RATE_LIMITED: u16 = 1015;

/// What came of a request.
pub(super) fn read(seen: &Seen<Posted>) -> Answer<'_> {
    let posted = match seen {
        Seen::Answer(posted) => posted,
        Seen::Failed(failure) => return Answer::Failed(failure),
        Seen::Unobserved(reason) => return Answer::Unobserved(reason),
    };
    match (posted.answer.edge(), posted.answer.status) {
        (Some(Said::Refused(RATE_LIMITED)), status) | (None, status @ 429) => Answer::Busy(status),
        // Where the edge tells of an error, the endpoint broke, or its connection.
        (Some(Said::Error(_)), _) | (None, 404 | 405 | 410) => Answer::Broken(posted),
        (Some(said), _) => Answer::Edge(&posted.answer, said),
        (None, 200..=299) => Answer::Accepted(posted),
        (None, 300..=399) => Answer::Redirected(posted),
        (None, 400..=499) => Answer::Refused(posted),
        (None, _) => Answer::Broken(posted),
    }
}

/// One request to an endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'w> {
    /// What was sent, in a clause: `a body without a signature`.
    pub(super) what: &'w str,
    /// What came of it.
    pub(super) seen: &'w Seen<Posted>,
    /// True for what a provider might send too, so that nothing before the endpoint has a reason to keep it
    /// away.
    pub(super) ordinary: bool,
}

impl<'w> Call<'w> {
    /// What its answer says.
    pub(super) fn answer(&self) -> Answer<'w> {
        read(self.seen)
    }

    /// The answer, where there is one.
    pub(super) fn posted(&self) -> Option<&'w Posted> {
        match self.seen {
            Seen::Answer(posted) => Some(posted),
            Seen::Failed(_) | Seen::Unobserved(_) => None,
        }
    }

    /// The answer of the endpoint itself, or of what stands before it and is not the edge.
    pub(super) fn own(&self) -> Option<&'w Posted> {
        match self.answer() {
            Answer::Accepted(posted)
            | Answer::Refused(posted)
            | Answer::Broken(posted)
            | Answer::Redirected(posted) => posted.answer.edge().is_none().then_some(posted),
            Answer::Busy(_) | Answer::Edge(..) | Answer::Failed(_) | Answer::Unobserved(_) => None,
        }
    }

    /// As a fact: `a body without a signature: 401`.
    pub(super) fn fact(&self) -> String {
        format!("{}: {}", self.what, self.outcome())
    }

    /// What came of it, in short.
    pub(super) fn outcome(&self) -> String {
        match self.answer() {
            Answer::Accepted(posted) | Answer::Refused(posted) | Answer::Broken(posted) => {
                posted.answer.status.to_string()
            }
            Answer::Redirected(posted) => redirect::shown(&posted.answer),
            Answer::Busy(status) => format!("{status}, asked too often"),
            Answer::Edge(exchange, _) => format!("{} by the edge", exchange.status),
            Answer::Failed(failure) => failure.detail.to_string(),
            Answer::Unobserved(reason) => reason.to_string(),
        }
    }

    /// The verdict where nobody can say whether the endpoint takes or refuses this: `None` where it does one
    /// of them.
    pub(super) fn open(&self, trial: &Trial) -> Option<Box<Verdict>> {
        let name = trial.webhook.name;
        let cause = |check, reason: &str| Verdict::not_judged(check, name, reason);
        let verdict = match self.answer() {
            Answer::Accepted(_) | Answer::Refused(_) => return None,
            Answer::Broken(posted) => {
                let reason = format!("it answers {} to {}", posted.answer.status, self.what);
                cause("webhooks/refusal-is-server-error", &reason)
            }
            Answer::Redirected(_) => {
                cause("webhooks/redirects", &format!("it answers a redirect to {}", self.what))
            }
            Answer::Edge(..) if self.ordinary => {
                cause("webhooks/challenged", "the edge keeps programs away from it")
            }
            Answer::Edge(..) => Verdict::unknown(format!(
                "the edge keeps {} away, so that the endpoint never saw it",
                self.what
            )),
            Answer::Busy(status) => Verdict::unknown(busy(status, self.what)),
            Answer::Failed(failure) if is_late(failure) => {
                cause("webhooks/slow", &format!("{} got no answer in time", self.what))
            }
            Answer::Failed(failure) => {
                let reason = format!("{} got no answer: {}", self.what, failure.detail);
                cause("webhooks/refusal-is-server-error", &reason)
            }
            Answer::Unobserved(reason) => trial.lost(self.what, reason.as_str()),
        };
        Some(Box::new(verdict))
    }
}

/// Why nothing is said of an endpoint that wants to be asked less often.
pub(super) fn busy(status: u16, what: &str) -> String {
    format!(
        "answers {status} to {what}: it wants to be asked less often; run again later, or let this network through"
    )
}

/// True where the answer was waited for and did not come.
pub(super) fn is_late(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::NoAnswer | FailureKind::TimedOut)
}

/// `Stripe`, or `the provider`.
pub(super) fn sender(trial: &Trial) -> &'static str {
    terms::name(trial.webhook)
}
