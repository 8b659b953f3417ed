//! Whether an event that comes several times takes effect once.

use super::answer::{Answer, Call, busy, sender};
use super::effect::{self, Wanted, before, readable, shown};
use super::terms;
use super::trial::Trial;
use crate::check::{Verdict, World, seen};
use crate::item::Webhook;
use crate::observed::Turn;

pub(in crate::check) fn not_idempotent(webhook: &Webhook, world: &World) -> Verdict {
    if let Some(verdict) = not_asked(webhook) {
        return verdict;
    }
    let trial = match Trial::heard(webhook, world) {
        Ok(trial) => trial,
        Err(verdict) => return *verdict,
    };
    if let Some(verdict) = effect::not_delivered(&trial, world) {
        return verdict;
    }
    let duplicates: Vec<Call> =
        [Turn::Again, Turn::AtOnce].into_iter().flat_map(|turn| trial.turns(turn)).collect();
    let wanted = effect::all_wanted(&trial);
    let refused: Vec<&Call> = duplicates.iter().filter(|call| is_refused(call, &trial)).collect();
    let moved: Vec<(&Wanted, String)> =
        wanted.iter().filter_map(|wanted| Some((wanted, moved(wanted).or_else(|| raced(wanted))?))).collect();
    if let Some((first, how)) = moved.first() {
        let verdict = taken_twice(first, how);
        let verdict = moved
            .iter()
            .fold(verdict, |v, (wanted, how)| v.evidence(format!("{}: {how}", effect::target(wanted))));
        return refused.iter().fold(verdict, |verdict, call| verdict.evidence(call.fact()));
    }
    if let Some(first) = refused.first() {
        let verdict = turned_down(first, refused.len(), duplicates.len(), &trial);
        return refused.iter().fold(verdict, |verdict, call| verdict.evidence(call.fact()));
    }
    if let Some(verdict) = duplicates.iter().find_map(|call| open(call, &trial)) {
        return verdict;
    }
    settled(&trial, &duplicates, &wanted)
}

/// The verdict where the spec asks for no deliveries.
pub(super) fn not_asked(webhook: &Webhook) -> Option<Verdict> {
    let reason = "signed events are delivered only with `test: deliveries`";
    let asked = webhook.is_delivered_to() || !webhook.is_tried();
    (!asked).then(|| Verdict::not_applicable(reason))
}

/// True where the provider would take the answer to a duplicate for a failure, and send it again.
fn is_refused(call: &Call, trial: &Trial) -> bool {
    match call.answer() {
        Answer::Accepted(posted) => !trial.webhook.accepts(posted.answer.status),
        Answer::Refused(_) | Answer::Broken(_) | Answer::Redirected(_) => true,
        Answer::Failed(failure) => !super::answer::is_late(failure),
        Answer::Busy(_) | Answer::Edge(..) | Answer::Unobserved(_) => false,
    }
}

fn open(call: &Call, trial: &Trial) -> Option<Verdict> {
    let name = trial.webhook.name;
    match call.answer() {
        Answer::Busy(status) => Some(Verdict::unknown(busy(status, call.what))),
        Answer::Unobserved(reason) => Some(trial.lost(call.what, reason.as_str())),
        Answer::Failed(_) => {
            Some(Verdict::not_judged("webhooks/slow", name, &format!("{} got no answer in time", call.what)))
        }
        Answer::Edge(..) => Some(Verdict::unknown(format!("the edge answered {}", call.what))),
        _ => None,
    }
}

/// What moved between the first delivery and the last, in words.
fn moved(wanted: &Wanted) -> Option<String> {
    let looked = wanted.looked?;
    let first = readable(&looked.first, wanted.effect).ok()?;
    let last = readable(looked.last.as_ref()?, wanted.effect).ok()?;
    let before = before(looked, wanted.effect).ok()?;
    let most = effect::wanted(wanted.effect).map(|count| before + count);
    let grown = |first: usize, last: usize| last > most.map_or(first, |most| most.max(first));
    match (first.count, last.count) {
        (Some(one), Some(other)) if grown(one, other) => {
            Some(format!("{one} after the first delivery, {other} after all of them"))
        }
        _ if first.holds && !last.holds => {
            Some(format!("{} after the first delivery, {} after all of them", shown(first), shown(last)))
        }
        _ => None,
    }
}

/// How often an event took effect that came several times at once, where that is too often.
fn raced(wanted: &Wanted) -> Option<String> {
    let (looked, alone) = (wanted.at_once?, wanted.looked?);
    let had = before(looked, wanted.effect).ok()?;
    // As often as the event that came alone.
    let usual = readable(&alone.first, wanted.effect).ok()?.count?;
    let usual = usual.checked_sub(before(alone, wanted.effect).ok()?)?;
    let counts = [Some(&looked.first), looked.last.as_ref()].into_iter().flatten();
    let most = counts.filter_map(|seen| readable(seen, wanted.effect).ok()?.count).max()?;
    let came = most.checked_sub(had).filter(|came| *came > effect::wanted(wanted.effect).unwrap_or(usual))?;
    Some(format!("{came} for one new event that came five times at once"))
}

fn taken_twice(wanted: &Wanted, how: &str) -> Verdict {
    let place = crate::spec::Place::new(format!("{}.url", wanted.path), wanted.effect.url.span);
    Verdict::fail(format!(
        "an event that is delivered several times takes effect more than once: {} shows {how}",
        effect::target(wanted)
    ))
    .expected("the same after the first delivery and after all of them")
    .observed(how)
    .label("takes effect twice")
    .help("store the event's id in the same transaction as its effect, with a unique index on it, and answer 200 without doing anything where it is there already; a look-up before the insert is not enough, because deliveries arrive at the same time")
    .at(place)
}

fn turned_down(call: &Call, count: usize, of: usize, trial: &Trial) -> Verdict {
    let (url, who) = (seen::shown(&trial.webhook.url), sender(trial));
    let again = match terms::retries(trial.webhook) {
        Some(retries) => format!(" ({retries})"),
        None => String::new(),
    };
    Verdict::fail(format!(
        "{url} took an event, and answers {} to {}: {who} takes that for a failure and sends it once more{again}",
        call.outcome(),
        call.what
    ))
    .expected(format!("{} to each", terms::accepted(trial.webhook)))
    .observed(format!("{count} of {of} duplicates were not taken"))
    .label("refuses duplicates")
    .help("answer a duplicate as the first delivery was answered, 200, and do nothing; where several arrive at once, let the later ones wait for the first, or answer 200 as soon as the id is stored")
}

/// All duplicates were taken. Whether that took effect once shows only where there is an effect to count.
fn settled(trial: &Trial, duplicates: &[Call], wanted: &[Wanted]) -> Verdict {
    let count = duplicates.len();
    if count == 0 {
        let reason = trial.seen.undelivered.as_ref();
        return Verdict::unknown(reason.map_or(seen::NOT_OBSERVED, |reason| reason.as_str()));
    }
    // What never appeared cannot show whether it appeared twice.
    if wanted.iter().any(effect::is_missing) {
        let reason = "its effect did not appear as it should";
        return Verdict::not_judged("webhooks/effect-missing", trial.webhook.name, reason);
    }
    let unread = wanted.iter().find_map(unread);
    if let Some(why) = unread {
        return Verdict::unknown(why);
    }
    let counted: Vec<&Wanted> = wanted.iter().filter(|wanted| count_of(wanted).is_some()).collect();
    let Some(first) = counted.first() else {
        return Verdict::not_applicable(format!(
            "all {count} duplicates are taken; whether they took effect shows only where an `effect` with `json` counts it"
        ));
    };
    let Some(found) = count_of(first) else { return Verdict::unknown(seen::NOT_OBSERVED) };
    // One of those that came at once is no duplicate.
    let count = count - usize::from(!trial.turns(Turn::AtOnce).is_empty());
    let verdict =
        Verdict::pass(format!("{count} duplicates changed nothing: {found} found before and after them"));
    let lines = counted
        .iter()
        .filter_map(|wanted| Some(format!("{}: {}", effect::target(wanted), count_of(wanted)?)));
    lines.fold(verdict, Verdict::evidence)
}

/// How many there were in the end.
fn count_of(wanted: &Wanted) -> Option<usize> {
    let looked = wanted.looked?;
    readable(looked.last.as_ref()?, wanted.effect).ok()?.count
}

/// Why it is not known what the duplicates did.
fn unread(wanted: &Wanted) -> Option<String> {
    let what = effect::target(wanted);
    let Some(looked) = wanted.looked else { return Some(format!("{what}: {}", seen::NOT_OBSERVED)) };
    let Some(last) = &looked.last else { return Some(format!("{what} was not read after the duplicates")) };
    let first = readable(&looked.first, wanted.effect).err();
    let why = first
        .or_else(|| readable(last, wanted.effect).err())
        .or_else(|| before(looked, wanted.effect).err())?;
    Some(format!("{what} could not be read: {why}"))
}
