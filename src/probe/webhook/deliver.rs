//! Delivers a signed event, the same again, and another one several times at once.

use futures_util::future::join_all;
use jiff::Timestamp;

use super::post::{Way, posted, send, without_secrets};
use super::trial::{Trial, made};
use crate::observed::{Delivery, Posted, Sample, Seen, Turn};
use crate::probe::problem::{Problem, seen};
use crate::webhook::{Event, Fault, Request};

/// What tells the delivered event from the others of the run.
const DELIVERED: &str = "delivered";
/// What tells the event that comes several times at once.
const AT_THE_SAME_TIME: &str = "at_once";
/// How often it comes.
const AT_ONCE: usize = 5;
/// Events by which latency is measured: the least number of which the 95th percentile is not the largest.
const SAMPLES: usize = 20;

impl Trial<'_> {
    /// Delivers an event, and the same again, where the spec asks for that.
    pub(super) async fn deliveries(&self) {
        if !self.webhook.is_delivered_to() {
            return;
        }
        let event = self.undeliverable().map_or_else(|| self.event(DELIVERED), Err);
        let event = match event {
            Ok(event) => event,
            Err(why) => {
                self.notes().undelivered = Some(self.mask.text(&why).into());
                return;
            }
        };
        let before = self.counts_before(&event).await;
        let first = self.deliver(Turn::First, &event).await;
        let accepted = matches!(&first, Seen::Answer(posted) if self.webhook.accepts(posted.answer.status));
        self.kept(Turn::First, &event, first);
        if !accepted {
            return;
        }
        self.look_for_effects(&event, before).await;
        self.deliver_again(&event).await;
        self.look_again(&event).await;
        self.deliver_at_once().await;
        self.deliver_rotated(&event).await;
        self.measure().await;
        self.look_for_what_must_not_be().await;
    }

    /// Why nothing is delivered.
    fn undeliverable(&self) -> Option<String> {
        let name = self.webhook.declared.secret.as_ref().map_or("the secret", |name| name.value.as_str());
        if let Some(why) = self.sender().not_forged() {
            return Some(why);
        }
        if self.secret.is_none() {
            return Some(format!("{name} is not set here"));
        }
        if let Some(why) = &self.notes().unusable {
            return Some(format!("{name} cannot sign: {why}"));
        }
        (!self.answered()).then(|| "the endpoint did not answer what must be refused".to_owned())
    }

    /// An event of the declared type: of the payload file, or a sample of the provider's.
    pub(super) fn event(&self, label: &str) -> Result<Event, String> {
        let (provider, kind, run) = (self.webhook.provider, self.webhook.first_kind(), self.run());
        match self.session.settings.sending.payloads.get(&self.index) {
            Some(text) => Event::from_payload(provider, text, kind, run, label)
                .map_err(|why| format!("the payload file cannot be used: {why}")),
            None => Ok(Event::sample(provider, kind, run, label)),
        }
    }

    async fn deliver(&self, turn: Turn, event: &Event) -> Seen<Posted> {
        let Some(secret) = &self.secret else { return Seen::Unobserved("there is no secret".into()) };
        let (sent, sender) = (self.session.now(), self.sender());
        let rotated = if turn == Turn::Rotated { sender.rotated(event, secret, sent) } else { None };
        self.post(rotated.unwrap_or_else(|| sender.delivery(event, secret, sent)), sent).await
    }

    /// Sends what proves to know the secret.
    pub(super) async fn post(&self, request: Result<Request, Fault>, sent: Timestamp) -> Seen<Posted> {
        let outcome = async {
            let answer = send(self.session, &made(request)?, Way::Verified).await?;
            Ok::<_, Problem>(Posted { sent: Some(sent), ..posted(&answer, &self.mask) })
        };
        without_secrets(seen(outcome.await), &self.mask)
    }

    fn kept(&self, which: Turn, event: &Event, outcome: Seen<Posted>) {
        let (id, kind) = (event.id.as_str().into(), event.kind.as_str().into());
        self.notes().deliveries.push(Delivery { which, event: id, kind, outcome });
    }

    /// A new event, several times at once: who looks whether it is known and then acts acts several times.
    async fn deliver_at_once(&self) {
        let Ok(event) = self.event(AT_THE_SAME_TIME) else { return };
        let before = self.counts_before(&event).await;
        for outcome in join_all((0..AT_ONCE).map(|_| self.deliver(Turn::AtOnce, &event))).await {
            self.kept(Turn::AtOnce, &event, outcome);
        }
        self.look_for_what_came_at_once(&event, before).await;
    }

    /// The same event once more.
    async fn deliver_again(&self, event: &Event) {
        let again = self.deliver(Turn::Again, event).await;
        self.kept(Turn::Again, event, again);
    }

    /// The same event once more, with the signatures of two keys.
    async fn deliver_rotated(&self, event: &Event) {
        if !self.sender().scheme.rotation.0.is_empty() {
            let rotated = self.deliver(Turn::Rotated, event).await;
            self.kept(Turn::Rotated, event, rotated);
        }
    }

    /// How long events of a type take that nobody acts on, one after another.
    async fn measure(&self) {
        if self.webhook.declared.max_latency.is_none() {
            return;
        }
        for number in 0..SAMPLES {
            let event = Event::inert(self.webhook.provider, self.run(), &format!("sample_{number}"));
            let sample = sample(self.deliver(Turn::First, &event).await);
            let barred = matches!(sample.status, Seen::Answer(429) | Seen::Unobserved(_));
            self.notes().samples.push(sample);
            if barred {
                return;
            }
        }
    }
}

fn sample(outcome: Seen<Posted>) -> Sample {
    match outcome {
        Seen::Answer(posted) if posted.answer.edge().is_some() => {
            let why = "the edge before the endpoint keeps this client out";
            Sample { millis: posted.millis, status: Seen::Unobserved(why.into()) }
        }
        Seen::Answer(posted) => Sample { millis: posted.millis, status: Seen::Answer(posted.answer.status) },
        Seen::Failed(failure) => Sample { millis: 0, status: Seen::Failed(failure) },
        Seen::Unobserved(reason) => Sample { millis: 0, status: Seen::Unobserved(reason) },
    }
}
