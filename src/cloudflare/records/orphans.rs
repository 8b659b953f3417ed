//! Records of ours that the spec asks for no more.

use std::collections::BTreeSet;

use super::desired::{Wanted, origin, subject};
use super::live::Records;
use super::slot::Slot;
use crate::cloudflare::plan::{Action, Change, Context, Left, Reason};
use crate::observed::ApiObject;
use crate::spec::Place;

/// Deletes them where the run allows that, and tells of them otherwise. What stands where something is
/// wanted was compared already.
pub(super) fn add(
    changes: &mut Vec<Change>,
    left: &mut Vec<Left>,
    wanted: &Wanted,
    records: &Records<'_>,
    seen: &BTreeSet<Slot>,
    context: Context<'_, '_>,
) {
    let spec = &context.world.document.spec;
    let prune = spec.cloudflare.as_ref().and_then(|section| section.value.prune.as_ref());
    let place = prune.map_or_else(
        || Place::new("domain", spec.domain.span),
        |prune| Place::new("cloudflare.prune", prune.span),
    );
    let origin = origin(&place, context.world.document);
    let gone: BTreeSet<String> = changes.iter().map(super::id).collect();
    let is_gone = |object: &ApiObject| object.text("id").is_some_and(|id| gone.contains(id));
    let is_open = |slot: &Slot| !seen.contains(slot) && !wanted.kept.contains(slot);
    let ours = records.all.iter().filter(|record| record.ours && !record.read_only);
    for record in ours.filter(|record| is_open(&record.slot) && !is_gone(record.object)) {
        let subject = subject(&record.name, record.kind);
        if context.wishes.prune {
            changes.push(Change {
                subject,
                action: Action::Delete,
                adopts: false,
                before: Some(record.object.clone()),
                after: None,
                spec: origin.clone(),
                why: Some("the spec asks for it no more".to_owned()),
                turns_green: Vec::new(),
            });
        } else {
            let message = format!(
                "{} has {}, which launch-ready made and the spec asks for no more: `--prune` deletes it",
                record.name,
                super::shown(record.object)
            );
            left.push(Left { subject, reason: Reason::Surplus, message, spec: origin.clone() });
        }
    }
}
