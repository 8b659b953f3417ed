//! Records of ours that the spec asks for no more.

use std::collections::BTreeSet;

use super::desired::{origin, subject};
use super::live::{Live, Records};
use super::slot::Slot;
use crate::cloudflare::plan::{Action, Change, Context, Left, Origin, Reason};
use crate::observed::ApiObject;
use crate::spec::Place;

/// Those at places of which nothing is wanted. `seen` are the places that were compared already.
pub(super) fn of<'r, 'a>(
    changes: &[Change],
    records: &'r Records<'a>,
    seen: &BTreeSet<Slot>,
) -> Vec<&'r Live<'a>> {
    let touched: BTreeSet<String> = changes.iter().map(super::id).collect();
    let is_touched = |object: &ApiObject| object.text("id").is_some_and(|id| touched.contains(id));
    let ours = records.all.iter().filter(|record| record.ours && !record.read_only);
    ours.filter(|record| !seen.contains(&record.slot) && !is_touched(record.object)).collect()
}

/// Where the spec says whether they go.
fn place(context: Context<'_, '_>) -> Origin {
    let spec = &context.world.document.spec;
    let prune = spec.cloudflare.as_ref().and_then(|section| section.value.prune.as_ref());
    let place = prune.map_or_else(
        || Place::new("domain", spec.domain.span),
        |prune| Place::new("cloudflare.prune", prune.span),
    );
    origin(&place, context.world.document)
}

/// One that stays, for nobody allowed to delete it.
pub(super) fn left(record: &Live<'_>, context: Context<'_, '_>) -> Left {
    let message = format!(
        "{} has {}, which launch-ready made and the spec asks for no more: `--prune` deletes it",
        crate::observed::Remote::new(&record.name),
        super::shown(record.object)
    );
    let subject = subject(&record.name, record.kind);
    Left { subject, reason: Reason::Surplus, message, spec: place(context) }
}

/// Those that go.
pub(super) fn deletions(gone: &[ApiObject], context: Context<'_, '_>) -> Vec<Change> {
    let one = |record: &Live<'_>| Change {
        subject: subject(&record.name, record.kind),
        action: Action::Delete,
        adopts: false,
        before: Some(record.object.clone()),
        after: None,
        spec: place(context),
        why: Some("the spec asks for it no more".to_owned()),
        turns_green: Vec::new(),
    };
    Records::of(gone, context.live.name.as_str()).all.iter().map(one).collect()
}
