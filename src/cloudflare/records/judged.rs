//! What the checks of DNS and mail say of a world that is only thought of.

use std::collections::BTreeSet;

use crate::check::{Check, Status, World, engine};
use crate::observed::Observed;

/// Findings that are red, or cannot be told because of one that is: check and subject.
pub(super) type Bad = BTreeSet<(&'static str, String)>;

/// The red findings of a world.
pub(super) fn failing(world: &World<'_>, selected: &dyn Fn(&Check) -> bool) -> Bad {
    found(world, selected, |status, _| status == Status::Fail)
}

/// The red findings of a world, and those that hang on one.
pub(super) fn bad(world: &World<'_>, selected: &dyn Fn(&Check) -> bool) -> Bad {
    found(world, selected, |status, caused| status == Status::Fail || caused)
}

/// The same where something else was observed.
pub(super) fn bad_in(observed: &Observed, world: &World<'_>, selected: &dyn Fn(&Check) -> bool) -> Bad {
    bad(&in_place(observed, world), selected)
}

/// The same spec in another world.
pub(super) fn in_place<'a>(observed: &'a Observed, world: &World<'a>) -> World<'a> {
    World::new(world.document, observed, world.at, world.thresholds, world.private)
}

fn found(world: &World<'_>, selected: &dyn Fn(&Check) -> bool, counts: impl Fn(Status, bool) -> bool) -> Bad {
    let all = engine::judge(world, selected).into_iter();
    let counting = all.filter(|judged| counts(judged.verdict.status, judged.verdict.because.is_some()));
    counting.map(|judged| (judged.check.id, judged.subject)).collect()
}
