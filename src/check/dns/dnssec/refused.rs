//! Single answers that a resolver refuses (RFC 4035 section 5.5), in a zone that may be well otherwise.

use std::collections::BTreeSet;

use super::super::alias;
use super::state::State;
use crate::check::{Verdict, World, seen};
use crate::item;
use crate::observed::{FailureKind, Seen};
use crate::spec::Place;
use crate::spec::names::climb;

/// Questions that a message names.
const MOST: usize = 3;

/// A question whose answer some resolver takes for bogus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Refused<'w> {
    name: &'w str,
    kind: &'w str,
}

/// Each of them once.
pub(super) fn all<'w>(world: &'w World) -> BTreeSet<Refused<'w>> {
    let observed = world.observed;
    let answers = std::iter::once(&observed.dns).chain(observed.resolvers.values()).flatten();
    let bogus = answers.filter(|(_, seen)| match seen {
        Seen::Failed(failure) => failure.kind == FailureKind::Bogus,
        Seen::Answer(_) | Seen::Unobserved(_) => false,
    });
    bogus
        .filter_map(|(question, _)| question.split_once(' '))
        .map(|(name, kind)| Refused { name, kind })
        .collect()
}

impl<'w> Refused<'w> {
    /// True for that question.
    pub(super) fn is(&self, name: &str, kind: &str) -> bool {
        self.kind == kind && self.name.eq_ignore_ascii_case(name.trim_end_matches('.'))
    }

    /// The end of its aliases, where it has any: what is refused stands there.
    fn end(&self, world: &World) -> Option<String> {
        let end = alias::last(self.name, world);
        (self.kind != "CNAME" && end != self.name).then_some(end)
    }

    /// The judged zone whose finding tells of it: that of the end, or else that of the name, whose
    /// owner chose where it leads. None where nobody validates that zone: then it was not for its
    /// signatures that the resolver failed.
    pub(super) fn zone(&self, world: &'w World) -> Option<&'w str> {
        let end = self.end(world).and_then(|end| zone_of(&end, self.kind, world));
        let zone = end.or_else(|| zone_of(self.name, self.kind, world))?;
        State::of(zone, world).is_ok_and(|state| state.is_validated()).then_some(zone)
    }

    /// Where the spec speaks of it, the most exact place first.
    fn place(&self, world: &World) -> Option<Place> {
        let items = &world.items;
        let set = items.record_sets.iter().find(|set| self.is(&set.name, set.kind)).map(|set| &set.place);
        let host = || items.host(self.name).map(|host| &host.place);
        let owner = || items.owners.iter().find(|owner| owner.name == self.name).map(|owner| &owner.place);
        set.or_else(host).or_else(owner).cloned()
    }

    /// `app.shop.test A (through edge.shop.test)`
    fn shown(&self, world: &World) -> String {
        let through = self.end(world).map_or(String::new(), |end| format!(" (through {end})"));
        format!("{} {}{through}", self.name, self.kind)
    }
}

/// The closest of the judged zones at or above a name. A DS belongs to the zone above.
fn zone_of<'w>(name: &str, kind: &str, world: &'w World) -> Option<&'w str> {
    let mut above = climb(name).skip(usize::from(kind == "DS"));
    above
        .find_map(|at| world.items.zones.iter().find(|zone| zone.origin == at))
        .map(|zone| zone.origin.as_str())
}

/// The verdict where answers about names in a zone are refused.
pub(super) fn verdict(zone: &item::Zone, world: &World) -> Option<Verdict> {
    let refused = all(world).into_iter().filter(|refused| refused.zone(world) == Some(&zone.origin));
    let mut placed: Vec<(Refused, Option<Place>)> =
        refused.map(|refused| (refused, refused.place(world))).collect();
    // What the spec speaks of comes first.
    placed.sort_by_key(|(_, place)| place.is_none());
    let (first, place) = placed.first()?;
    let mut shown: Vec<String> = placed.iter().take(MOST).map(|(refused, _)| refused.shown(world)).collect();
    if placed.len() > MOST {
        shown.push(format!("{} more", placed.len() - MOST));
    }
    let (what, verb) = (seen::in_full(&shown), if placed.len() == 1 { "does" } else { "do" });
    let end = first.end(world);
    let at = end.as_deref().unwrap_or(first.name);
    let verdict = Verdict::fail(format!(
        "{what} {verb} not validate: resolvers that validate answer SERVFAIL, so their users get nothing there"
    ))
    .expected("a signature that validates over every set of records")
    .observed(format!("SERVFAIL for {what}, and the data where the resolver is told not to validate"))
    .label("its signature is broken")
    .help(cure(at, first.kind, world));
    Some(match place {
        Some(place) => verdict.at(place.clone()),
        None => verdict,
    })
}

fn cure(at: &str, kind: &str, world: &World) -> String {
    match zone_of(at, kind, world) {
        Some(zone) => format!(
            "have {zone} signed anew at your DNS provider: over {at} {kind} there is no signature, or one that has ended or was made over other data; then ask `dig +dnssec {kind} {at}`"
        ),
        None => format!(
            "tell whoever runs {at} that their signatures do not validate (`dig +dnssec {kind} {at}` shows them), or lead the name elsewhere"
        ),
    }
}
