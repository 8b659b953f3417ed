//! When effects are looked for: before an event, after it, after the same event again, and after what must
//! be refused.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::effect::{Effect, holds};
use super::trial::Trial;
use crate::observed::{Counted, Looked, Seen};
use crate::spec::model::WebhookEffect;
use crate::webhook::{Attempt, Event};

/// How much longer a second effect may take than the first one did.
const SETTLING: Duration = Duration::from_millis(500);
/// How long the effect of what must be refused is waited for, where the spec does not say.
const ABSENCE: Duration = Duration::from_secs(3);

impl Trial<'_> {
    fn effects(&self) -> Vec<(usize, &WebhookEffect)> {
        self.webhook.effects().into_iter().map(|(_, effect)| effect).enumerate().collect()
    }

    /// What there is before anything is delivered, where the spec asks for that; by effect.
    pub(super) async fn counts_before(&self, event: &Event) -> Vec<Option<Seen<Counted>>> {
        let effects = self.effects();
        let each = effects.iter().map(async |(_, declared)| {
            if declared.before.as_ref().is_none_or(|before| !before.value) {
                return None;
            }
            Some(Effect { declared, event }.look(self.session, &self.mask, 0).await)
        });
        join_all(each).await
    }

    /// Waits for what the event must do.
    pub(super) async fn look_for_effects(&self, event: &Event, before: Vec<Option<Seen<Counted>>>) {
        let effects = self.effects();
        let wanted = effects.iter().zip(before).filter(|((_, declared), _)| !is_absent(declared));
        let found = wanted.map(async |((index, declared), before)| {
            let effect = Effect { declared, event };
            let begun = Instant::now();
            let first = match &before {
                // Without the count from before nothing can be said of the one from after.
                Some(unread @ (Seen::Failed(_) | Seen::Unobserved(_))) => unread.clone(),
                _ => self.wait_for(&effect, count(before.as_ref())).await,
            };
            let held_after = holds(&first).then(|| millis(begun.elapsed()));
            Looked { effect: *index, attempt: None, before, first, held_after, last: None }
        });
        let found = join_all(found).await;
        self.notes().effects.extend(found);
    }

    async fn wait_for(&self, effect: &Effect<'_>, before: usize) -> Seen<Counted> {
        let look = async || effect.look(self.session, &self.mask, before).await;
        let decided = |counted: &Seen<Counted>| match counted {
            // A token that is not set will not be set later.
            Seen::Unobserved(_) => true,
            counted => holds(counted) || effect.is_over(counted, before),
        };
        self.session.limits.polling(effect.within(), look, decided).await
    }

    /// What there is now that the same event came again and again.
    pub(super) async fn look_again(&self, event: &Event) {
        let (looked, effects) = (self.notes().effects.clone(), self.effects());
        let again = looked.into_iter().map(async |mut looked| {
            let declared = effects.get(looked.effect).filter(|_| holds(&looked.first));
            if let Some((_, declared)) = declared {
                let (effect, before) = (Effect { declared, event }, count(looked.before.as_ref()));
                // What came once after a while would come again after that while.
                let settled = Duration::from_millis(looked.held_after.unwrap_or(0)) * 2 + SETTLING;
                let look = async || effect.look(self.session, &self.mask, before).await;
                let moved = |counted: &Seen<Counted>| !holds(counted);
                let limits = &self.session.limits;
                looked.last = Some(limits.polling(settled.min(effect.within()), look, moved).await);
            }
            looked
        });
        let again = join_all(again).await;
        self.notes().effects = again;
    }

    /// Sends events of the declared type that must be refused, and looks for what they must not do.
    pub(super) async fn look_for_what_must_not_be(&self) {
        let effects = self.effects();
        let absent: Vec<_> = effects.iter().filter(|(_, declared)| is_absent(declared)).collect();
        let mut events = Vec::new();
        for attempt in [Attempt::Unsigned, Attempt::WrongKey].into_iter().filter(|_| !absent.is_empty()) {
            let Ok(event) = self.event(attempt.name()) else { continue };
            let sent = self.session.now();
            // Whatever was answered: what counts here is what it did.
            let _ = self.post(self.sender().forged(attempt, &event, sent), sent).await;
            events.push((attempt, event));
        }
        let each = absent.iter().flat_map(|effect| events.iter().map(move |event| (*effect, event)));
        let found = each.map(async |((index, declared), (attempt, event))| {
            let effect = Effect { declared, event };
            let look = async || effect.look(self.session, &self.mask, 0).await;
            let within = declared.within.as_ref().map_or(ABSENCE, |within| within.value.0);
            let appeared = |counted: &Seen<Counted>| holds(counted) || matches!(counted, Seen::Unobserved(_));
            let first = self.session.limits.polling(within, look, appeared).await;
            let attempt = Some(attempt.name().to_owned());
            Looked { effect: *index, attempt, before: None, first, held_after: None, last: None }
        });
        let found = join_all(found).await;
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

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
