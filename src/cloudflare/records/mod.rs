//! DNS records: what the spec wants of them, and what that changes.
//!
//! ```text
//! spec ─▶ desired ──────┐
//!                       ├─▶ compare, slot by slot ─▶ changes ─▶ rails
//! API ──▶ live ─────────┘                               └─▶ applied ─▶ after: what DNS would answer ─▶ promises
//! ```
//!
//! Everything here is pure. Records that belong together ([`slot::Slot`]) are changed as a whole or left
//! alone as a whole.

mod after;
mod applied;
mod beside;
mod comment;
mod compare;
mod desired;
mod judged;
mod live;
mod orphans;
mod promises;
mod rails;
mod slot;
#[cfg(test)]
mod tests;
mod text;
mod value;

use std::collections::BTreeSet;

use super::plan::{Action, Change, Context, Left, Origin, Piece, Read, Reason};
use crate::observed::{ApiObject, Remote, Seen};
use crate::spec::Place;
use crate::spec::names::{climb, is_under};
use applied::applied;
use compare::{Outcome, Terms, compare};
use desired::{Desired, Wanted, origin, subject};
use live::{Live, Records};
use slot::Slot;
use value::Value;

/// What the records add to the plan.
pub(crate) fn piece(context: Context<'_, '_>) -> Piece {
    let objects = match &context.live.records {
        Seen::Answer(objects) => objects,
        Seen::Failed(failure) => return unread(context, &failure.detail),
        Seen::Unobserved(reason) => return unread(context, reason),
    };
    let Settled { mut changes, left, gone } = settled(objects, context);
    changes.extend(orphans::deletions(&gone, context));
    let rails = rails::of(objects, &changes, context);
    promises::add(&mut changes, objects, context);
    let read = count(&Records::of(objects, context.live.name.as_str()), &changes);
    Piece { changes, left, rails, read }
}

/// Rounds after which nothing more is taken away: each one takes what only the one before needed.
const MOST_ROUNDS: usize = 8;

/// What is wanted of a zone without what goes.
struct Settled {
    changes: Vec<Change>,
    left: Vec<Left>,
    /// Records of ours that the spec asks for no more, where the run deletes those.
    gone: Vec<ApiObject>,
}

/// Compares until nothing more goes: what goes makes room, and needs nothing any more.
fn settled(objects: &[ApiObject], context: Context<'_, '_>) -> Settled {
    let mut gone: Vec<ApiObject> = Vec::new();
    let mut view = objects.to_vec();
    for round in 1.. {
        let records = Records::of(&view, context.live.name.as_str());
        let wanted = desired::of(context, &records);
        let Compared { changes, mut left, seen } = compared(&wanted, &records, context);
        let orphans = orphans::of(&changes, &records, &seen);
        if !context.wishes.prune {
            left.extend(orphans.iter().map(|orphan| orphans::left(orphan, context)));
        } else if !orphans.is_empty() && round < MOST_ROUNDS {
            let going: BTreeSet<usize> = orphans.iter().map(|orphan| orphan.index).collect();
            gone.extend(orphans.iter().map(|orphan| orphan.object.clone()));
            let stays = view.iter().enumerate().filter(|(index, _)| !going.contains(index));
            view = stays.map(|(_, object)| object.clone()).collect();
            continue;
        }
        return Settled { changes, left, gone };
    }
    Settled { changes: Vec::new(), left: Vec::new(), gone }
}

/// True where Cloudflare answers for a name once the plan is applied: what a rule about its URLs needs.
pub(crate) fn proxied_after(name: &str, context: Context<'_, '_>) -> bool {
    let Seen::Answer(objects) = &context.live.records else { return false };
    let zone = context.live.name.as_str();
    let records = Records::of(objects, zone);
    let wanted = desired::addresses(context, &records);
    let after = |name: String| {
        let slot = Slot::Addresses(name);
        let standing = records.at(&slot);
        let changes = one(&slot, wanted.at(&slot), &wanted, &records, context).changes;
        let asked = wanted.kept.contains(&slot) || !wanted.at(&slot).is_empty();
        let stays = |record: &&Live<'_>| asked || !record.ours || !context.wishes.prune;
        let own: Vec<ApiObject> =
            standing.into_iter().filter(stays).map(|record| record.object.clone()).collect();
        Some(applied(&own, changes.iter())).filter(|own| !own.is_empty())
    };
    // A wildcard answers for the names that have no record of their own.
    let above = climb(name).skip(1).take_while(|above| is_under(above, zone));
    let mut names = std::iter::once(name.to_owned()).chain(above.map(|above| format!("*.{above}")));
    let found = names.find_map(after).unwrap_or_default();
    found.iter().any(|record| record.flag("proxied") == Some(true))
}

fn terms<'w>(context: Context<'w, '_>) -> Terms<'w> {
    Terms { wishes: context.wishes, plan: context.live.plan.as_str() }
}

/// What comes of all sets.
struct Compared {
    changes: Vec<Change>,
    left: Vec<Left>,
    /// The sets that something is wanted of.
    seen: BTreeSet<Slot>,
}

fn compared(wanted: &Wanted, records: &Records<'_>, context: Context<'_, '_>) -> Compared {
    let seen = wanted.kept.clone();
    let mut all = Compared { changes: Vec::new(), left: wanted.left.clone(), seen };
    let mut gone = BTreeSet::new();
    for (slot, list) in &wanted.slots {
        let outcome = one(slot, list, wanted, records, context);
        // One alias may make room for several sets.
        let is_first = |change: &Change| change.action != Action::Delete || gone.insert(id(change));
        all.changes.extend(outcome.changes.into_iter().filter(is_first));
        all.left.extend(outcome.left);
        all.seen.insert(slot.clone());
    }
    all
}

fn one(
    slot: &Slot,
    list: &[Desired],
    wanted: &Wanted,
    records: &Records<'_>,
    context: Context<'_, '_>,
) -> Outcome {
    let zone = context.live.name.as_str();
    match beside::contradiction(slot, wanted, records, zone) {
        Some(left) => Outcome { changes: Vec::new(), left: vec![left] },
        None => compare(slot, list, &beside::standing(slot, wanted, records, zone), terms(context)),
    }
}

/// The id of the record that a change is about; empty where it is new.
fn id(change: &Change) -> String {
    let before = change.before.as_ref().and_then(|before| before.text("id"));
    before.unwrap_or_default().to_owned()
}

fn count(records: &Records<'_>, changes: &[Change]) -> Read {
    let touched: BTreeSet<&str> =
        changes.iter().filter_map(|change| change.before.as_ref()?.text("id")).collect();
    let foreign = records
        .all
        .iter()
        .filter(|record| !record.ours && !record.object.text("id").is_some_and(|id| touched.contains(id)));
    Read { records: records.all.len(), foreign_records: foreign.count(), ..Read::default() }
}

/// The piece where nobody knows what stands there.
fn unread(context: Context<'_, '_>, why: &Remote) -> Piece {
    let zone = context.live.name.as_str();
    let left = Left {
        subject: subject(zone, "ANY"),
        reason: Reason::Unread,
        message: format!("the records of {zone} could not be read: {why}"),
        spec: zone_origin(context),
    };
    Piece { left: vec![left], ..Piece::default() }
}

/// Where the spec says which zone it is.
fn zone_origin(context: Context<'_, '_>) -> Origin {
    let spec = &context.world.document.spec;
    let zone = spec.cloudflare.as_ref().and_then(|section| section.value.zone.as_ref());
    let place = zone.map_or_else(
        || Place::new("domain", spec.domain.span),
        |zone| Place::new("cloudflare.zone", zone.span),
    );
    origin(&place, context.world.document)
}

/// A record in harmless words: `MX 10 mail.shop.test`.
fn shown(record: &ApiObject) -> String {
    let part = |name: &str| record.shown(name).map(|text| format!(" {text}")).unwrap_or_default();
    let priority = if record.text("type") == Some("MX") { part("priority") } else { String::new() };
    let said = if record.get("content").is_some() {
        part("content")
    } else {
        format!(" {}", Remote::new(&Value::of(record).words().join(" ")))
    };
    let kind = record.shown("type").unwrap_or_default();
    let all: String = format!("{kind}{priority}{said}");
    // Keys are long.
    if all.chars().count() > 80 { format!("{}…", all.chars().take(79).collect::<String>()) } else { all }
}
