//! What came of events behind the endpoint.

use jiff::SignedDuration;

use super::answer::Answer;
use super::trial::Trial;
use crate::check::{Status, Verdict, World, seen};
use crate::item::Webhook;
use crate::observed::{Counted, Looked, Seen, Turn};
use crate::spec::model::WebhookEffect;
use crate::webhook::Attempt;

/// What refused events did all the same.
pub(super) struct Acted {
    /// As facts.
    pub(super) facts: Vec<String>,
    /// The verdict where that could not be read.
    pub(super) open: Option<Box<Verdict>>,
}

/// What an event that must be refused did behind the endpoint.
pub(super) fn appeared(trial: &Trial, attempt: Attempt) -> Acted {
    let mut acted = Acted { facts: Vec::new(), open: None };
    let effects = trial.webhook.effects();
    let of_attempt = |looked: &&Looked| looked.attempt.as_deref() == Some(attempt.name());
    for looked in trial.seen.effects.iter().filter(of_attempt) {
        let Some((_, effect)) = effects.get(looked.effect).filter(|(_, effect)| effect.is_absent()) else {
            continue;
        };
        let unread = |why: String| {
            let what = attempt.what();
            Some(Box::new(Verdict::unknown(format!("whether {what} had an effect could not be read: {why}"))))
        };
        match readable(&looked.first, effect).and_then(|counted| Ok((counted, before(looked, effect)?))) {
            Err(why) => acted.open = acted.open.or_else(|| unread(why)),
            Ok((counted, before)) if is_there(counted, before, effect) => {
                acted.facts.push(format!("{}: its effect appeared, {}", attempt.what(), shown(counted)));
            }
            Ok(_) => {}
        }
    }
    acted
}

/// Whether what must not appear is there. A declared count is how many are expected of an event that counts:
/// of one that does not, each is too many.
fn is_there(counted: &Counted, before: usize, effect: &WebhookEffect) -> bool {
    let by_value = effect.json.as_ref().is_none_or(|json| json.equals.is_some());
    match counted.count.filter(|_| !by_value) {
        Some(count) => count > before,
        None => counted.holds,
    }
}

/// What an effect's URL answered, or why that says nothing.
pub(super) fn readable<'w>(seen: &'w Seen<Counted>, effect: &WebhookEffect) -> Result<&'w Counted, String> {
    let counted = match seen {
        Seen::Answer(counted) => counted,
        Seen::Failed(failure) => return Err(failure.detail.to_string()),
        Seen::Unobserved(reason) => return Err(reason.to_string()),
    };
    let status = counted.status;
    match status {
        _ if counted.holds => Ok(counted),
        401 | 403 => {
            Err(format!("the effect's URL answers {status}: give the credentials that it wants in `headers`"))
        }
        404 | 410 => Ok(counted),
        200..=299 => match counted.not_json.as_ref().filter(|_| effect.json.is_some()) {
            Some(why) => Err(format!("the effect's URL answers no JSON: {why}")),
            None => Ok(counted),
        },
        _ => Err(format!("the effect's URL answers {status}")),
    }
}

/// How many there were before anything was delivered: 0 where that was not asked for.
pub(super) fn before(looked: &Looked, effect: &WebhookEffect) -> Result<usize, String> {
    match &looked.before {
        None => Ok(0),
        Some(before) => Ok(readable(before, effect)?.count.unwrap_or(0)),
    }
}

/// `finds 2`, or the status where nothing is counted.
pub(super) fn shown(counted: &Counted) -> String {
    match counted.count {
        Some(count) => format!("{count} found"),
        None => format!("answered {}", counted.status),
    }
}

/// How many there must be, as it is declared.
pub(super) fn wanted(effect: &WebhookEffect) -> Option<usize> {
    let count = effect.json.as_ref()?.count.as_ref()?;
    usize::try_from(count.value).ok()
}

/// One effect that must appear, its path in the spec, and what was seen of it.
pub(super) struct Wanted<'i, 'w> {
    /// `webhooks[0].effect`
    pub(super) path: String,
    /// As declared.
    pub(super) effect: &'i WebhookEffect,
    /// What was looked for by the delivered event.
    pub(super) looked: Option<&'w Looked>,
    /// What was looked for by the event that came several times at once.
    pub(super) at_once: Option<&'w Looked>,
}

/// The effects that must appear after the delivery.
pub(super) fn all_wanted<'i, 'w>(trial: &Trial<'i, 'w>) -> Vec<Wanted<'i, 'w>> {
    let effects = trial.webhook.effects().into_iter().enumerate();
    let wanted = effects.filter(|(_, (_, effect))| !effect.is_absent());
    wanted
        .map(|(index, (path, effect))| {
            let mut of_delivery =
                trial.seen.effects.iter().filter(|looked| looked.effect == index && looked.attempt.is_none());
            let looked = of_delivery.clone().find(|looked| !looked.at_once);
            Wanted { path, effect, looked, at_once: of_delivery.find(|looked| looked.at_once) }
        })
        .collect()
}

/// The verdict where the event did not arrive in the first place, so that nothing comes of it.
pub(super) fn not_delivered(trial: &Trial, world: &World) -> Option<Verdict> {
    if let Some(verdict) = trial.undelivered() {
        return Some(verdict);
    }
    let name = trial.webhook.name;
    let first = trial.turns(Turn::First).into_iter().next();
    let Some(first) = first else { return Some(Verdict::unknown(seen::NOT_OBSERVED)) };
    match first.answer() {
        Answer::Accepted(_) => None,
        Answer::Unobserved(reason) => Some(trial.lost(first.what, reason.as_str())),
        _ => {
            let valid = super::valid_refused(trial.webhook, world);
            let reason = "the endpoint does not take the event";
            Some(match valid.status {
                Status::Fail => Verdict::not_judged("webhooks/valid-refused", name, reason),
                _ => valid,
            })
        }
    }
}

pub(in crate::check) fn effect_missing(webhook: &Webhook, world: &World) -> Verdict {
    if webhook.effects().iter().all(|(_, effect)| effect.is_absent()) {
        return Verdict::not_applicable("no `effect` is declared that must appear");
    }
    if let Some(verdict) = super::once::not_asked(webhook) {
        return verdict;
    }
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    let wanted = all_wanted(&trial);
    if let Some(verdict) = not_delivered(&trial, world) {
        return verdict;
    }
    let missing: Vec<(&Wanted, Missing)> =
        wanted.iter().filter_map(|wanted| Some((wanted, Missing::of(wanted)?))).collect();
    if let Some((first, how)) = missing.first() {
        let verdict = how.failed(first, &trial);
        let rest = missing.iter().map(|(wanted, how)| format!("{}: {}", target(wanted), how.words(wanted)));
        return rest.fold(verdict, Verdict::evidence);
    }
    if let Some(why) = wanted.iter().find_map(unread) {
        return Verdict::unknown(why);
    }
    let facts: Vec<String> = wanted.iter().filter_map(appeared_after).collect();
    let verdict = match facts.as_slice() {
        [one] => Verdict::pass(format!("appeared {one}")),
        all => Verdict::pass(format!("all {} appeared", all.len())),
    };
    let lines = wanted.iter().zip(&facts).map(|(wanted, fact)| format!("{}: {fact}", target(wanted)));
    lines.fold(verdict, Verdict::evidence)
}

/// Why it is not known whether an effect appeared.
fn unread(wanted: &Wanted) -> Option<String> {
    let what = target(wanted);
    let Some(looked) = wanted.looked else { return Some(format!("{what}: {}", seen::NOT_OBSERVED)) };
    let why = readable(&looked.first, wanted.effect).err().or_else(|| before(looked, wanted.effect).err())?;
    Some(format!("{what} could not be read: {why}"))
}

/// `0.4 s after the answer`
fn appeared_after(wanted: &Wanted) -> Option<String> {
    let looked = wanted.looked?;
    Some(match looked.held_after {
        Some(millis) => format!("{} after the answer", crate::latency::seconds(millis)),
        None => "in time".into(),
    })
}

/// The URL of an effect as the spec has it.
pub(super) fn target(wanted: &Wanted) -> String {
    seen::cut(&wanted.effect.url.value)
}

/// True where an effect was read and is not as it should be.
pub(super) fn is_missing(wanted: &Wanted) -> bool {
    Missing::of(wanted).is_some()
}

/// How an effect that was read is missing.
enum Missing {
    /// It never came.
    Never(String),
    /// It was there when it was looked for again, after the event had been sent again.
    Late(String),
    /// There are more than there should be.
    TooMany(String, usize),
}

impl Missing {
    fn of(wanted: &Wanted) -> Option<Self> {
        let looked = wanted.looked?;
        let counted = readable(&looked.first, wanted.effect).ok()?;
        let before = before(looked, wanted.effect).ok()?;
        if counted.holds {
            return None;
        }
        let found = shown(counted);
        if let (Some(count), Some(most)) = (counted.count, self::wanted(wanted.effect))
            && count > before + most
        {
            return Some(Self::TooMany(found, before + most));
        }
        let last = looked.last.as_ref().and_then(|last| readable(last, wanted.effect).ok());
        let later = last.is_some_and(|last| last.holds);
        Some(if later { Self::Late(found) } else { Self::Never(found) })
    }

    fn words(&self, wanted: &Wanted) -> String {
        let within = within(wanted.effect);
        match self {
            Self::Never(found) => format!("did not appear within {within} ({found})"),
            Self::Late(found) => {
                format!(
                    "did not appear within {within} ({found}), and was there after the same event had been sent again"
                )
            }
            Self::TooMany(found, most) => format!("{found} after one delivery, and {most} should be there"),
        }
    }

    fn failed(&self, wanted: &Wanted, trial: &Trial) -> Verdict {
        let what = target(wanted);
        let event = trial.seen.deliveries.first().map_or("the event", |delivery| delivery.kind.as_str());
        let found = match self {
            Self::Never(found) | Self::Late(found) | Self::TooMany(found, _) => found.clone(),
        };
        let (label, help) = match self {
            Self::Never(_) => (
                "effect missing",
                "the endpoint answers that it took the event, and nothing came of it: look in its log and its queue for the event's id, whether an error is swallowed, the work is only started after the answer and lost, or the type of the event is not handled; a sample of another kind can be given as `payload`",
            ),
            Self::Late(_) => (
                "effect late",
                "it came too late, or only when the event was sent again: look how long the queue behind the endpoint is, whether the first try failed, and raise `within` where later is fine",
            ),
            Self::TooMany(..) => (
                "too many",
                "one delivery must take effect once: look whether two handlers act on it, or whether the URL counts what was there before (`before: true` counts only what is new)",
            ),
        };
        let place = crate::spec::Place::new(format!("{}.url", wanted.path), wanted.effect.url.span);
        Verdict::fail(format!("{what} after {event}: {}", self.words(wanted)))
            .expected(expectation(wanted.effect))
            .observed(found)
            .label(label)
            .help(help)
            .at(place)
    }
}

fn within(effect: &WebhookEffect) -> String {
    seen::length(SignedDuration::try_from(effect.within()).unwrap_or(SignedDuration::MAX))
}

/// What must be there, in words.
fn expectation(effect: &WebhookEffect) -> String {
    let within = within(effect);
    match (wanted(effect), effect.json.as_ref().and_then(|json| json.equals.as_ref())) {
        (Some(count), _) => format!("{count} within {within}"),
        (None, Some(value)) => format!("{} within {within}", seen::quoted(&seen::cut(&value.value))),
        (None, None) if effect.json.is_some() => format!("something within {within}"),
        (None, None) => format!("2xx within {within}"),
    }
}
