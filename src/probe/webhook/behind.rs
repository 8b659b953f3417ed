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
            if !declared.counts_on() {
                return None;
            }
            Some(Effect { declared, event }.look(self.session, &self.mask, 0).await)
        });
        join_all(each).await
    }

    /// Waits for what the event must do.
    pub(super) async fn look_for_effects(&self, event: &Event, before: Vec<Option<Seen<Counted>>>) {
        let effects = self.effects();
        let wanted = effects.iter().zip(before).filter(|((_, declared), _)| !declared.is_absent());
        let found = wanted.map(async |((index, declared), before)| {
            let effect = Effect { declared, event };
            let begun = Instant::now();
            let first = match &before {
                // Without the count from before nothing can be said of the one from after.
                Some(unread @ (Seen::Failed(_) | Seen::Unobserved(_))) => unread.clone(),
                _ => self.wait_for(&effect, count(before.as_ref())).await,
            };
            let held_after = holds(&first).then(|| millis(begun.elapsed()));
            Looked { effect: *index, attempt: None, at_once: false, before, first, held_after, last: None }
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
        self.session.limits.polling(effect.declared.within(), look, decided).await
    }

    /// What there is now that the same event came again and again.
    pub(super) async fn look_again(&self, event: &Event) {
        let (looked, effects) = (self.notes().effects.clone(), self.effects());
        let again = looked.into_iter().map(async |mut looked| {
            if let Some((_, declared)) = effects.get(looked.effect) {
                looked.last = self.settled(&Effect { declared, event }, &looked).await;
            }
            looked
        });
        let again = join_all(again).await;
        self.notes().effects = again;
    }

    /// How often an event took effect that came several times at once.
    pub(super) async fn look_for_what_came_at_once(&self, event: &Event, before: Vec<Option<Seen<Counted>>>) {
        let effects = self.effects();
        let told = self.notes().effects.clone();
        let held = |index: usize| told.iter().any(|looked| looked.effect == index && holds(&looked.first));
        // An effect that cannot tell events apart says nothing of the second one.
        let wanted = effects
            .iter()
            .zip(before)
            .filter(|((index, declared), _)| held(*index) && tells_events_apart(declared));
        let found = wanted.map(async |((index, declared), before)| {
            let effect = Effect { declared, event };
            let had = count(before.as_ref());
            let begun = Instant::now();
            let first = self.wait_for(&effect, had).await;
            let held_after = holds(&first).then(|| millis(begun.elapsed()));
            let mut looked = Looked {
                effect: *index,
                attempt: None,
                at_once: true,
                before,
                first,
                held_after,
                last: None,
            };
            looked.last = self.settled(&effect, &looked).await;
            looked
        });
        let found = join_all(found).await;
        self.notes().effects.extend(found);
    }

    /// What there is when all that is to come has come, where the effect held; sooner where it no longer
    /// does.
    async fn settled(&self, effect: &Effect<'_>, looked: &Looked) -> Option<Seen<Counted>> {
        if !holds(&looked.first) {
            return None;
        }
        // What came once after a while would come again after that while.
        let settled = Duration::from_millis(looked.held_after.unwrap_or(0)) * 2 + SETTLING;
        let look = async || effect.look(self.session, &self.mask, count(looked.before.as_ref())).await;
        let moved = |counted: &Seen<Counted>| !holds(counted);
        Some(self.session.limits.polling(settled.min(effect.declared.within()), look, moved).await)
    }

    /// Sends events of the declared type that must be refused, and looks for what they must not do.
    pub(super) async fn look_for_what_must_not_be(&self) {
        let effects = self.effects();
        let absent: Vec<_> = effects.iter().filter(|(_, declared)| declared.is_absent()).collect();
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
            Looked {
                effect: *index,
                attempt,
                at_once: false,
                before: None,
                first,
                held_after: None,
                last: None,
            }
        });
        let found = join_all(found).await;
        self.notes().effects.extend(found);
    }
}

/// True where the effect of one event is not mistaken for that of another one.
fn tells_events_apart(declared: &WebhookEffect) -> bool {
    !declared.is_absent() && (declared.counts_on() || declared.url.contains("{{"))
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
