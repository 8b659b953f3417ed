//! What is wanted and what stands there, compared set by set: a set is changed as a whole or not at all.

mod pair;
mod write;

use super::desired::{Desired, subject};
use super::live::Live;
use super::slot::{Slot, exclude_each_other};
use crate::cloudflare::plan::{Action, Change, Left, Reason, Wishes};
use pair::{Pairs, pair};
use write::{after, differs};

/// What a run allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    /// Beyond what is ours.
    pub(super) wishes: &'a Wishes,
    /// The zone's plan: `free`, ...
    pub(super) plan: &'a str,
}

/// What comes of one set.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// In the order in which they are made; a swap's deletion comes before its addition.
    pub(super) changes: Vec<Change>,
    /// What is left alone.
    pub(super) left: Vec<Left>,
}

/// Compares one set. `live` is everything that stands in the slot.
pub(super) fn compare(slot: &Slot, wanted: &[Desired], live: &[&Live<'_>], terms: Terms<'_>) -> Outcome {
    let Some(first) = wanted.first() else { return Outcome::default() };
    let pairs = pair(slot, wanted, live, terms);
    let set = Set { slot, first, terms };
    if let Some(left) = set.obstacle(&pairs) {
        return Outcome { changes: Vec::new(), left: vec![left] };
    }
    let mut outcome = Outcome::default();
    set.rest(&pairs, &mut outcome);
    let proxied = live.iter().any(|record| record.proxied);
    for (desired, record) in &pairs.together {
        if differs(desired, record) {
            outcome.changes.push(set.change(desired, record));
        }
    }
    for desired in &pairs.missing {
        outcome.changes.push(set.addition(desired, proxied, &pairs));
    }
    outcome
}

/// One set of records and what is asked of it.
struct Set<'a> {
    slot: &'a Slot,
    first: &'a Desired,
    terms: Terms<'a>,
}

impl Set<'_> {
    fn left(&self, kind: &str, reason: Reason, message: String) -> Left {
        let spec = self.first.origin.clone();
        Left { subject: subject(self.slot.name(), kind), reason, message, spec }
    }

    /// Why the whole set stays as it is.
    fn obstacle(&self, pairs: &Pairs<'_, '_>) -> Option<Left> {
        let touched = pairs.together.iter().filter(|(desired, record)| differs(desired, record));
        let touched: Vec<&Live<'_>> = touched.map(|(_, record)| *record).chain(pairs.leaving()).collect();
        let blocking = touched.iter().copied().chain(pairs.in_the_way.iter().copied());
        let kind = &self.first.kind;
        let name = self.slot.name();
        if let Some(record) = blocking.clone().find(|record| record.read_only) {
            let message = format!("the {} record of {name} is managed by Cloudflare itself", record.kind);
            return Some(self.left(kind, Reason::ReadOnly, message));
        }
        if let Some(record) = blocking.clone().find(|record| !record.ours && !self.terms.wishes.adopt) {
            let shown = super::shown(record.object);
            let message =
                format!("{name} has {shown}, which launch-ready did not make: `--adopt` takes it over");
            return Some(self.left(kind, Reason::Foreign, message));
        }
        let record = pairs.surplus.first().filter(|_| self.is_single())?;
        if !record.ours && !self.terms.wishes.adopt {
            let shown = super::shown(record.object);
            let message = format!(
                "{shown} must go, for there may be only one at {name}, and launch-ready did not make it: `--adopt --prune` deletes it"
            );
            return Some(self.left(kind, Reason::Foreign, message));
        }
        if !self.terms.wishes.prune {
            let shown = super::shown(record.object);
            let message =
                format!("{shown} must go, for there may be only one at {name}: `--prune` deletes it");
            return Some(self.left(kind, Reason::Surplus, message));
        }
        None
    }

    /// True where one more record than wanted spoils all; so it is with a null MX.
    fn is_single(&self) -> bool {
        let null = self.first.kind == "MX" && self.first.value.words().get(1).is_some_and(|host| host == ".");
        self.slot.is_single() || null
    }

    /// What stands there and has no part in what is wanted: it makes room, or is too much.
    fn rest(&self, pairs: &Pairs<'_, '_>, outcome: &mut Outcome) {
        for record in &pairs.swapped {
            let why = format!("it makes room for the {} record", self.first.kind);
            outcome.changes.push(self.deletion(record, Some(why)));
        }
        let allowed = |record: &&&Live<'_>| (record.ours || self.terms.wishes.adopt) && !record.read_only;
        for record in pairs.surplus.iter().filter(allowed) {
            if self.terms.wishes.prune {
                outcome.changes.push(self.deletion(record, None));
            } else {
                let shown = super::shown(record.object);
                let message = format!("{shown} is not wanted: `--prune` deletes it");
                outcome.left.push(self.left(record.kind, Reason::Surplus, message));
            }
        }
    }

    fn deletion(&self, record: &Live<'_>, why: Option<String>) -> Change {
        Change {
            subject: subject(&record.name, record.kind),
            action: Action::Delete,
            adopts: !record.ours,
            before: Some(record.object.clone()),
            after: None,
            spec: self.first.origin.clone(),
            why,
            turns_green: Vec::new(),
        }
    }

    fn change(&self, desired: &Desired, record: &Live<'_>) -> Change {
        Change {
            subject: desired.subject(),
            action: Action::Change,
            adopts: !record.ours,
            before: Some(record.object.clone()),
            after: Some(after(desired, Some(record), record.proxied, self.terms.plan)),
            spec: desired.origin.clone(),
            why: desired.why.map(str::to_owned),
            turns_green: Vec::new(),
        }
    }

    fn addition(&self, desired: &Desired, proxied: bool, pairs: &Pairs<'_, '_>) -> Change {
        let swapped = pairs.swapped.iter().find(|record| exclude_each_other(record.kind, &desired.kind));
        let swapped = swapped.map(|record| format!("in place of the {}", record.kind));
        Change {
            subject: desired.subject(),
            action: Action::Add,
            adopts: false,
            before: None,
            after: Some(after(desired, None, proxied, self.terms.plan)),
            spec: desired.origin.clone(),
            why: swapped.or(desired.why.map(str::to_owned)),
            turns_green: Vec::new(),
        }
    }
}
