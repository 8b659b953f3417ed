//! Which findings a plan turns green, and by which of its changes.

use std::collections::BTreeSet;

use super::after::{About, Zone, changed_names, observed};
use super::applied::applied;
use super::judged::{Bad, bad, bad_in, failing};
use super::slot::Slot;
use crate::check::Check;
use crate::cloudflare::plan::{Change, Context, Promise, Subject};
use crate::observed::ApiObject;

/// Sets that are tried one by one.
const MOST: usize = 50;
/// A zone of more records is looked at less closely.
const LARGE: usize = 2_000;

/// Writes on each change what it turns green.
pub(super) fn add(changes: &mut [Change], objects: &[ApiObject], context: Context<'_, '_>) {
    if changes.is_empty() {
        return;
    }
    proxy_states(changes);
    // Until it is delegated, nobody sees the zone.
    if context.live.status.as_str() != "active" {
        return;
    }
    let sets = sets(changes);
    let scene = Scene { objects, context, before: Zone::of(context.live, objects) };
    let red = failing(context.world, &of_records);
    if red.is_empty() {
        return;
    }
    let after = scene.judged(changes.iter(), &of_records);
    let mended: Vec<(&'static str, String)> = red.difference(&after).cloned().collect();
    for (promise, owners) in owners(&mended, &sets, changes, &scene) {
        for owner in owners {
            let own = sets.get(owner).into_iter().flat_map(|(_, indices)| indices);
            for index in own {
                if let Some(change) = changes.get_mut(*index) {
                    change.turns_green.push(promise.clone());
                }
            }
        }
    }
    for change in changes {
        change.turns_green.sort();
        change.turns_green.dedup();
    }
}

fn of_records(check: &Check) -> bool {
    matches!(check.area(), "dns" | "email")
}

/// A record whose proxy state changes is as declared afterwards.
fn proxy_states(changes: &mut [Change]) {
    for change in changes {
        let proxied = |object: &Option<ApiObject>| object.as_ref()?.flag("proxied");
        if let (Some(before), Some(after)) = (proxied(&change.before), proxied(&change.after))
            && before != after
            && let Subject::Record { name, kind } = &change.subject
        {
            let subject = format!("{name} {kind}");
            change.turns_green.push(Promise { check: "cloudflare/proxy-differs".into(), subject });
        }
    }
}

/// The changes that belong together, by their places in the plan.
type Sets = Vec<(Slot, Vec<usize>)>;

fn sets(changes: &[Change]) -> Sets {
    let mut all: Sets = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let Some(object) = change.after.as_ref().or(change.before.as_ref()) else { continue };
        let slot = super::live::slot_of(object);
        match all.iter_mut().find(|(known, _)| *known == slot) {
            Some((_, indices)) => indices.push(index),
            None => all.push((slot, vec![index])),
        }
    }
    all
}

/// The zone, and what its records make of the world.
struct Scene<'a, 'w> {
    objects: &'a [ApiObject],
    context: Context<'a, 'w>,
    before: Zone,
}

impl Scene<'_, '_> {
    fn judged<'c>(
        &self,
        changes: impl Iterator<Item = &'c Change>,
        selected: &dyn Fn(&Check) -> bool,
    ) -> Bad {
        let after = Zone::of(self.context.live, &applied(self.objects, changes));
        let names = changed_names(&self.before, &after);
        if names.is_empty() {
            return bad(self.context.world, selected);
        }
        let seen = observed(self.context.world.observed, &self.before, &after, About::Names(&names));
        bad_in(&seen, self.context.world, selected)
    }
}

/// Which sets each finding owes its turning green to.
fn owners(
    mended: &[(&'static str, String)],
    sets: &Sets,
    changes: &[Change],
    scene: &Scene<'_, '_>,
) -> Vec<(Promise, Vec<usize>)> {
    let mut found: Vec<Option<Vec<usize>>> = mended.iter().map(|(_, subject)| named(subject, sets)).collect();
    let ids: BTreeSet<&str> =
        mended.iter().zip(&found).filter(|(_, own)| own.is_none()).map(|((id, _), _)| *id).collect();
    let selected = |check: &Check| ids.contains(check.id);
    let open = |found: &[Option<Vec<usize>>]| found.iter().any(Option::is_none);
    let small = sets.len() <= MOST && scene.objects.len() <= LARGE;
    // A set that is enough, then sets without which the others are not.
    for alone in [true, false] {
        if !small || !open(&found) {
            break;
        }
        let before = found.clone();
        for (number, (_, indices)) in sets.iter().enumerate() {
            let part = changes.iter().enumerate().filter(|(index, _)| indices.contains(index) == alone);
            let red = scene.judged(part.map(|(_, change)| change), &selected);
            for (at, finding) in mended.iter().enumerate() {
                let owes = red.contains(finding) != alone;
                if owes
                    && before.get(at).is_some_and(Option::is_none)
                    && let Some(own) = found.get_mut(at)
                {
                    own.get_or_insert_default().push(number);
                }
            }
        }
    }
    let promise =
        |(id, subject): &(&'static str, String)| Promise { check: (*id).into(), subject: subject.clone() };
    // Nobody knows better than by the name.
    let rest = |subject: &str| below(subject, sets);
    let all = mended.iter().zip(found);
    all.map(|(finding, own)| (promise(finding), own.unwrap_or_else(|| rest(&finding.1)))).collect()
}

/// The one set that a subject like `shop.test MX` names.
fn named(subject: &str, sets: &Sets) -> Option<Vec<usize>> {
    let (name, kind) = subject.split_once(' ')?;
    let own = |slot: &Slot| {
        slot.name() == name
            && match slot {
                Slot::Addresses(_) => matches!(kind, "A" | "AAAA" | "CNAME"),
                Slot::Selector(_) => matches!(kind, "TXT" | "CNAME"),
                Slot::Policy(..) | Slot::Texts(_) => kind == "TXT",
                Slot::Others(_, own) => own == kind,
            }
    };
    let mut all = sets.iter().enumerate().filter(|(_, (slot, _))| own(slot)).map(|(number, _)| number);
    let first = all.next()?;
    all.next().is_none().then(|| vec![first])
}

/// The sets at the name that a subject names, or else all.
fn below(subject: &str, sets: &Sets) -> Vec<usize> {
    let name = subject.split(' ').next().unwrap_or(subject);
    let at: Vec<usize> =
        (0..sets.len()).filter(|n| sets.get(*n).is_some_and(|(slot, _)| slot.name() == name)).collect();
    if at.is_empty() { (0..sets.len()).collect() } else { at }
}
