//! What was tried on one webhook, as judges read it.

use super::answer::{Answer, Call};
use super::terms;
use super::{edge, reach, redirect};
use crate::check::tls::client;
use crate::check::{Verdict, World, blame, seen};
use crate::item::Webhook;
use crate::observed::{self, Turn};
use crate::webhook::Attempt;

/// What must be refused, in the order in which it is sent.
pub(super) const REFUSALS: &[Attempt] = &[
    Attempt::Unsigned,
    Attempt::WrongKey,
    Attempt::EmptySignature,
    Attempt::GarbledSignature,
    Attempt::LongSignature,
    Attempt::TestSecret,
    Attempt::Stale,
    Attempt::Tampered,
    Attempt::Reserialised,
];

/// A webhook and what was tried on it.
#[derive(Debug, Clone)]
pub(super) struct Trial<'i, 'w> {
    /// The webhook.
    pub(super) webhook: &'i Webhook<'i>,
    /// What was seen.
    pub(super) seen: &'w observed::Webhook,
    /// The verdict where nothing signed was sent because the endpoint's certificate is one to refuse.
    distrust: Option<Box<Verdict>>,
}

impl<'i, 'w> Trial<'i, 'w> {
    /// What was tried, or the verdict where nothing was.
    pub(super) fn of(webhook: &'i Webhook<'i>, world: &'w World) -> seen::Judged<Self> {
        if !webhook.is_tried() {
            let reason = "nothing is sent to it (`test: off`)";
            return Err(Box::new(Verdict::not_applicable(reason)));
        }
        let Some(seen) = world.observed.webhooks.get(webhook.name) else {
            return Err(Box::new(Verdict::unknown(seen::NOT_OBSERVED)));
        };
        let host = webhook.url.host_str().unwrap_or_default();
        if let Some(verdict) =
            blame::elsewhere(host, world).or_else(|| client::turned_away(&webhook.url, world))
        {
            return Err(Box::new(verdict));
        }
        Ok(Self { webhook, seen, distrust: reach::distrusted(webhook, world).map(Box::new) })
    }

    /// What was tried, where the endpoint itself answered; otherwise the verdict that names what stands
    /// before it.
    pub(super) fn heard(webhook: &'i Webhook<'i>, world: &'w World) -> seen::Judged<Self> {
        let trial = Self::of(webhook, world)?;
        let before = reach::silent(&trial, world)
            .or_else(|| edge::kept_away(&trial))
            .or_else(|| redirect::led_away(&trial));
        match before {
            Some(verdict) => Err(Box::new(verdict)),
            None => Ok(trial),
        }
    }

    /// The verdict where something that was to be sent was not seen.
    pub(super) fn lost(&self, what: &str, reason: &str) -> Verdict {
        let unknown = || Verdict::unknown(format!("{what}: {reason}"));
        self.distrust.as_deref().cloned().unwrap_or_else(unknown)
    }

    /// One attempt, where it was made.
    pub(super) fn call(&self, attempt: Attempt) -> Option<Call<'w>> {
        let seen = self.seen.attempts.get(attempt.name())?;
        Some(Call { what: attempt.what(), seen, ordinary: terms::is_ordinary(attempt) })
    }

    /// Those of these attempts that were made.
    pub(super) fn calls(&self, attempts: &[Attempt]) -> Vec<Call<'w>> {
        attempts.iter().filter_map(|attempt| self.call(*attempt)).collect()
    }

    /// The signed deliveries.
    pub(super) fn deliveries(&self) -> Vec<Call<'w>> {
        let call = |delivery: &'w observed::Delivery| Call {
            what: turn(delivery.which),
            seen: &delivery.outcome,
            ordinary: true,
        };
        self.seen.deliveries.iter().map(call).collect()
    }

    /// The signed deliveries of one kind.
    pub(super) fn turns(&self, which: Turn) -> Vec<Call<'w>> {
        self.deliveries().into_iter().filter(|call| call.what == turn(which)).collect()
    }

    /// Everything that was sent as events are sent, in its order.
    pub(super) fn posts(&self) -> Vec<Call<'w>> {
        let mut calls = self.calls(REFUSALS);
        calls.extend(self.calls(&[Attempt::HandshakeRight, Attempt::HandshakeWrong]));
        calls.extend(self.deliveries());
        calls
    }

    /// Every answer that there is, to whatever.
    pub(super) fn all(&self) -> Vec<Call<'w>> {
        let mut calls = self.posts();
        calls.extend(self.calls(&[Attempt::Get, Attempt::Plain]));
        calls
    }

    /// True where the endpoint took something that it must take.
    pub(super) fn takes_valid(&self) -> bool {
        let shook = self.call(Attempt::HandshakeRight).and_then(|call| call.own());
        let taken = |call: &Call| matches!(call.answer(), Answer::Accepted(_));
        self.deliveries().iter().any(taken) || shook.is_some_and(|posted| posted.right == Some(true))
    }

    /// The verdict where none of these attempts was made: they mean nothing for this scheme, the endpoint did
    /// not let itself be asked on, or what they need is not there.
    pub(super) fn not_made(&self, attempts: &[Attempt]) -> Verdict {
        if let Some(verdict) = idle(self.webhook, attempts) {
            return verdict;
        }
        let secret =
            attempts.iter().any(|attempt| attempt.needs_secret()).then(|| self.no_secret()).flatten();
        let secret = secret.or_else(|| self.cut_short());
        secret.unwrap_or_else(|| Verdict::unknown(seen::NOT_OBSERVED))
    }

    /// The verdict where the endpoint answered in a way that nothing more was sent to it.
    fn cut_short(&self) -> Option<Verdict> {
        let busy = |call: &Call| matches!(call.answer(), Answer::Busy(_));
        let first = self.call(Attempt::Unsigned).into_iter();
        let mut calls = first.chain(self.all().into_iter().filter(busy));
        calls.find_map(|call| call.open(self)).map(|verdict| *verdict)
    }

    /// The verdict of a check that needs the secret, where there is none to sign with.
    pub(super) fn no_secret(&self) -> Option<Verdict> {
        let Some(secret) = &self.webhook.declared.secret else {
            let reason =
                "no `secret` is declared: name the variable that holds it to have signed events sent";
            return Some(Verdict::not_applicable(reason));
        };
        if self.seen.unset.contains(&secret.value) {
            return Some(Verdict::unknown(format!("{} is not set here", seen::cut(&secret.value))));
        }
        let unusable = self.seen.unusable.as_ref()?;
        Some(Verdict::unknown(format!("{} cannot sign: {unusable}", seen::cut(&secret.value))))
    }

    /// The verdict where no signed events are delivered to it.
    pub(super) fn undelivered(&self) -> Option<Verdict> {
        if !self.webhook.is_delivered_to() {
            let reason = "signed events are delivered only with `test: deliveries`";
            return Some(Verdict::not_applicable(reason));
        }
        if !self.seen.deliveries.is_empty() {
            return None;
        }
        let reason = self.seen.undelivered.as_ref();
        let reason = || Verdict::unknown(reason.map_or(seen::NOT_OBSERVED, |reason| reason.as_str()));
        let idle = terms::cannot_forge(self.webhook).map(Verdict::not_applicable);
        let cause = idle.or_else(|| self.no_secret()).or_else(|| self.cut_short());
        Some(cause.unwrap_or_else(reason))
    }
}

/// The verdict of a check all of whose attempts mean nothing for the webhook's scheme.
pub(super) fn idle(webhook: &Webhook, attempts: &[Attempt]) -> Option<Verdict> {
    let reasons: Option<Vec<String>> =
        attempts.iter().map(|attempt| terms::idle(webhook, *attempt)).collect();
    reasons?.into_iter().next().map(Verdict::not_applicable)
}

/// A delivery in a clause.
fn turn(which: Turn) -> &'static str {
    match which {
        Turn::First => "a valid event",
        Turn::Again => "the same event again",
        Turn::AtOnce => "the same event several times at once",
        Turn::Rotated => "the same event with the signatures of two keys",
    }
}
