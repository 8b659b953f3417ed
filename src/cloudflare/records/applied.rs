//! The records of a zone after a plan.

use std::collections::BTreeMap;

use crate::cloudflare::plan::{Action, Change};
use crate::observed::ApiObject;

/// The records after these changes: what is changed stays in its place and keeps its id, what is new comes
/// last and has none.
pub(super) fn applied<'c>(
    records: &[ApiObject],
    changes: impl Iterator<Item = &'c Change>,
) -> Vec<ApiObject> {
    let mut becomes: BTreeMap<&str, Option<&ApiObject>> = BTreeMap::new();
    let mut new = Vec::new();
    for change in changes {
        let id = change.before.as_ref().and_then(|before| before.text("id"));
        match (change.action, id, &change.after) {
            (Action::Add, _, Some(after)) => new.push(after.clone()),
            (Action::Change, Some(id), Some(after)) => drop(becomes.insert(id, Some(after))),
            (Action::Delete, Some(id), _) => drop(becomes.insert(id, None)),
            _ => {}
        }
    }
    let one = |record: &ApiObject| match record.text("id").and_then(|id| becomes.get(id)) {
        None => Some(record.clone()),
        Some(None) => None,
        Some(Some(after)) => {
            let ApiObject(mut members) = (*after).clone();
            members.extend(record.get("id").map(|id| ("id".to_owned(), id.clone())));
            Some(ApiObject(members))
        }
    };
    records.iter().filter_map(one).chain(new).collect()
}
