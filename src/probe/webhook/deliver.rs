//! Delivers signed events, and looks at what they do.

use std::time::Duration;

use futures_util::future::join_all;

use super::effect::Effect;
use super::post::{Way, posted, send, without_secrets};
use super::trial::Trial;
use crate::observed::{Counted, Delivery, Looked, Posted, Sample, Seen, Turn};
use crate::probe::problem::{Problem, seen};
use crate::spec::model::WebhookEffect;
use crate::webhook::{Attempt, Event, Fault, Request};

/// How often the same event comes at once.
const AT_ONCE: usize = 5;
/// How long a second effect may take longer than the first one did.
const SETTLING: Duration = Duration::from_millis(500);
/// Events by which latency is measured.
const SAMPLES: usize = 20;

impl Trial<'_> {
    /// Delivers an event, and the same again, where the spec asks for that.
    pub(super) async fn deliveries(&self) {
        if !self.webhook.is_delivered_to() {
            return;
        }
        if let Some(why) = self.undeliverable() {
            self.notes().undelivered = Some(why.into());
            return;
        }
        let payload = self.session.settings.sending.payloads.get(&self.index).map(String::as_str);
        let event = self.sender.sample(self.webhook.first_kind(), payload, self.run());
        let before = self.counts_before(&event).await;
        let first = self.deliver(Turn::First, &event).await;
        let accepted = matches!(&first, Seen::Answer(posted) if self.accepts(posted));
        self.kept(Turn::First, &event, first);
        if !accepted {
            return;
        }
        self.look_for_effects(&event, before).await;
        self.deliver_again(&event).await;
        self.look_again(&event).await;
        self.measure().await;
        self.look_for_what_must_not_be().await;
    }

    /// Why nothing is delivered.
    fn undeliverable(&self) -> Option<String> {
        if let Some(why) = self.sender.cannot_forge() {
            return Some(why);
        }
        if self.secret.is_none() {
            let name = self.webhook.declared.secret.as_ref().map_or("the secret", |name| name.value.as_str());
            return Some(format!("{name} is not set here"));
        }
        (!self.answered()).then(|| "the endpoint did not answer what must be refused".to_owned())
    }

    fn accepts(&self, posted: &Posted) -> bool {
        self.sender.accepts(posted.answer.status)
    }

    async fn deliver(&self, turn: Turn, event: &Event) -> Seen<Posted> {
        let sent = self.session.now();
        let secret = self.secret.as_ref().map_or("", |secret| secret.expose());
        let request = match turn {
            Turn::Rotated => match self.sender.rotated(event, secret, sent) {
                Some(request) => request,
                None => return Seen::Unobserved("this scheme knows no second signature".into()),
            },
            _ => self.sender.delivery(event, secret, sent),
        };
        self.post(request, sent).await
    }

    async fn post(&self, request: Result<Request, Fault>, sent: jiff::Timestamp) -> Seen<Posted> {
        let outcome = async {
            let answer = send(self.session, &self.made(request)?, Way::Verified).await?;
            Ok::<_, Problem>(Posted { sent: Some(sent), ..posted(&answer, &self.mask) })
        };
        without_secrets(seen(outcome.await), &self.mask)
    }

    fn kept(&self, which: Turn, event: &Event, outcome: Seen<Posted>) {
        let delivery =
            Delivery { which, event: event.id.as_str().into(), kind: event.kind.as_str().into(), outcome };
        self.notes().deliveries.push(delivery);
    }

    /// The same event once more, then several times at once, then with the signatures of two keys.
    async fn deliver_again(&self, event: &Event) {
        let again = self.deliver(Turn::Again, event).await;
        self.kept(Turn::Again, event, again);
        let at_once = join_all((0..AT_ONCE).map(|_| self.deliver(Turn::AtOnce, event))).await;
        for outcome in at_once {
            self.kept(Turn::AtOnce, event, outcome);
        }
        if self.sender.rotates() {
            let rotated = self.deliver(Turn::Rotated, event).await;
            self.kept(Turn::Rotated, event, rotated);
        }
    }

    /// How long events of a type take that nobody acts on, one after another.
    async fn measure(&self) {
        if self.webhook.declared.max_latency.is_none() {
            return;
        }
        let secret = self.secret.as_ref().map_or("", |secret| secret.expose());
        for number in 0..SAMPLES {
            let event = self.sender.inert(self.run(), &format!("sample{number}"));
            let sent = self.session.now();
            let outcome = self.post(self.sender.delivery(&event, secret, sent), sent).await;
            let millis = if let Seen::Answer(posted) = &outcome { posted.millis } else { 0 };
            let status = match outcome {
                Seen::Answer(posted) if posted.answer.edge().is_some() => {
                    Seen::Unobserved("the edge before the endpoint keeps this client out".into())
                }
                Seen::Answer(posted) => Seen::Answer(posted.answer.status),
                Seen::Failed(failure) => Seen::Failed(failure),
                Seen::Unobserved(reason) => Seen::Unobserved(reason),
            };
            let barred = matches!(status, Seen::Answer(429) | Seen::Unobserved(_));
            self.notes().samples.push(Sample { millis, status });
            if barred {
                return;
            }
        }
    }

    fn effects(&self) -> impl Iterator<Item = (usize, &WebhookEffect)> {
        self.webhook.effects().into_iter().map(|(_, effect)| effect).enumerate()
    }

    fn effect<'e>(&'e self, declared: &'e WebhookEffect, event: &'e Event) -> Effect<'e> {
        Effect { declared, event, run: self.run() }
    }

    /// What there is before anything is delivered, where the spec asks for that; by effect.
    async fn counts_before(&self, event: &Event) -> Vec<Option<Seen<Counted>>> {
        let each = self.effects().map(async |(_, declared)| {
            let asked = declared.before.as_ref().is_some_and(|before| before.value);
            match asked {
                true => Some(self.effect(declared, event).look(self.session, &self.mask, 0).await),
                false => None,
            }
        });
        join_all(each).await
    }

    /// Waits for what the event must do.
    async fn look_for_effects(&self, event: &Event, before: Vec<Option<Seen<Counted>>>) {
        let wanted = self.effects().zip(before).filter(|((_, declared), _)| !is_absent(declared));
        let found = join_all(wanted.map(async |((index, declared), before)| {
            let effect = self.effect(declared, event);
            let begun = tokio::time::Instant::now();
            let had = count(before.as_ref());
            let first = match &before {
                // Without the count from before nothing can be said of the one from after.
                Some(Seen::Failed(_) | Seen::Unobserved(_)) => None,
                _ => {
                    let look = async || effect.look(self.session, &self.mask, had).await;
                    let decided =
                        |counted: &Seen<Counted>| is_decided(counted) || effect.is_over(counted, had);
                    Some(self.session.limits.polling(effect.within(), look, decided).await)
                }
            };
            let first = first.or_else(|| before.clone()).unwrap_or(Seen::Unobserved("not looked for".into()));
            let held_after =
                holds(&first).then(|| u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
            Looked { effect: index, attempt: None, before, first, held_after, last: None }
        }))
        .await;
        self.notes().effects.extend(found);
    }

    /// What there is now that the same event came again and again.
    async fn look_again(&self, event: &Event) {
        let looked = self.notes().effects.clone();
        let again = join_all(looked.into_iter().map(async |mut looked| {
            if !holds(&looked.first) {
                return looked;
            }
            if let Some((_, declared)) = self.effects().nth(looked.effect) {
                let (effect, had) = (self.effect(declared, event), count(looked.before.as_ref()));
                // What came once after a while would come again after that while.
                let while_ = Duration::from_millis(looked.held_after.unwrap_or(0)) * 2 + SETTLING;
                let look = async || effect.look(self.session, &self.mask, had).await;
                let limits = &self.session.limits;
                looked.last =
                    Some(limits.polling(while_.min(effect.within()), look, |now| !holds(now)).await);
            }
            looked
        }))
        .await;
        self.notes().effects = again;
    }

    /// Looks for effects of events that must be refused.
    async fn look_for_what_must_not_be(&self) {
        let absent = self.effects().filter(|(_, declared)| is_absent(declared));
        let events = [Attempt::Unsigned, Attempt::WrongKey]
            .map(|attempt| (attempt, self.sender.event(attempt, self.run())));
        let each =
            absent.flat_map(|(index, declared)| events.iter().map(move |event| (index, declared, event)));
        let found = join_all(each.map(async |(index, declared, (attempt, event))| {
            let first = self.effect(declared, event).look(self.session, &self.mask, 0).await;
            Looked {
                effect: index,
                attempt: Some(attempt.name().into()),
                before: None,
                first,
                held_after: None,
                last: None,
            }
        }))
        .await;
        self.notes().effects.extend(found);
    }
}

fn is_absent(declared: &WebhookEffect) -> bool {
    declared.absent.as_ref().is_some_and(|absent| absent.value)
}

fn count(counted: Option<&Seen<Counted>>) -> usize {
    match counted {
        Some(Seen::Answer(counted)) => counted.count.unwrap_or(0),
        _ => 0,
    }
}

fn holds(counted: &Seen<Counted>) -> bool {
    matches!(counted, Seen::Answer(counted) if counted.holds)
}

/// True where to wait longer is of no use.
fn is_decided(counted: &Seen<Counted>) -> bool {
    match counted {
        Seen::Answer(counted) => counted.holds,
        // A token that is not set will not be set later.
        Seen::Unobserved(_) => true,
        Seen::Failed(_) => false,
    }
}
