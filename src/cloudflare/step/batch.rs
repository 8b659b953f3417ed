//! Changes of records as transactions: as few as the zone's plan allows, and what belongs to one name is never
//! torn apart, so that an alias and the addresses in its place change together or not at all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::cloudflare::canonical;
use crate::cloudflare::plan::{Action, Change};
use crate::observed::{ApiObject, Remote};

/// Most operations of one batch (developers.cloudflare.com, "Batch record changes").
const MOST: (usize, usize) = (200, 3500);

/// Members that a patch leaves out where they stay as they are.
const KEPT: [&str; 2] = ["tags", "settings"];

/// How many operations a batch of a zone may have, by the zone's plan.
pub(super) fn most(plan: &Remote) -> usize {
    let paid = ["pro", "business", "enterprise"];
    if paid.contains(&plan.as_str().to_ascii_lowercase().as_str()) { MOST.1 } else { MOST.0 }
}

/// The changes of each batch, in their order.
pub(super) fn packed<'c>(changes: &[&'c Change], most: usize) -> Vec<Vec<&'c Change>> {
    let mut by_name: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_name.entry(name(change)).or_default().push(change);
    }
    let is_removal = |group: &Vec<&Change>| group.iter().all(|change| change.action == Action::Delete);
    let (mut last, mut first): (Vec<_>, Vec<_>) = by_name.into_values().partition(is_removal);
    let mut batches: Vec<Vec<&Change>> = Vec::new();
    // Large ones first: that leaves the smallest gaps. Names decide among equals, so that the same plan gives
    // the same requests.
    first.sort_by_key(|group| std::cmp::Reverse(group.len()));
    last.sort_by_key(|group| std::cmp::Reverse(group.len()));
    for group in first {
        put(&mut batches, 0, group, most);
    }
    // What only goes, goes when everything else is there.
    let from = batches.len().saturating_sub(1);
    for group in last {
        put(&mut batches, from, group, most);
    }
    batches
}

fn put<'c>(batches: &mut Vec<Vec<&'c Change>>, from: usize, group: Vec<&'c Change>, most: usize) {
    let open = batches.iter_mut().skip(from).find(|batch| batch.len() + group.len() <= most);
    match open {
        Some(batch) => batch.extend(group),
        None => batches.push(group),
    }
}

/// The name that a change of a record is about.
pub(super) fn name(change: &Change) -> String {
    change.before.as_ref().or(change.after.as_ref()).map(canonical::name_of).unwrap_or_default()
}

/// The body of a batch. Lists that would be empty are left out.
pub(super) fn body(changes: &[&Change]) -> ApiObject {
    let mut lists: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for change in changes {
        let (list, operation) = operation(change);
        lists.entry(list).or_default().push(operation);
    }
    ApiObject(lists.into_iter().map(|(list, operations)| (list.to_owned(), operations.into())).collect())
}

fn operation(change: &Change) -> (&'static str, Value) {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => ("patches", patch(before, after)),
        (Some(before), None) => ("deletes", json!({"id": before.get("id")})),
        (None, after) => ("posts", Value::Object(after.clone().unwrap_or_default().0)),
    }
}

/// A patch says everything that is wanted of the record; what is attached to it and stays is not repeated.
fn patch(before: &ApiObject, after: &ApiObject) -> Value {
    let stays = |name: &str, value: &Value| {
        let is_empty = |value: &Value| canonical::text(value).len() <= 2;
        KEPT.contains(&name) && before.get(name).map_or_else(|| is_empty(value), |there| there == value)
    };
    let mut members: Map<String, Value> = after
        .0
        .iter()
        .filter(|(name, value)| !stays(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(id) = before.get("id") {
        members.insert("id".into(), id.clone());
    }
    Value::Object(members)
}

/// The names of a batch, what stands there, and what will.
pub(super) fn images(
    changes: &[&Change],
    live: &[ApiObject],
) -> (BTreeSet<String>, Vec<ApiObject>, Vec<ApiObject>) {
    let names: BTreeSet<String> = changes.iter().map(|change| name(change)).collect();
    let there = live.iter().filter(|record| names.contains(&canonical::name_of(record)));
    let before: Vec<ApiObject> = there.cloned().collect();
    let gone: BTreeSet<&str> =
        changes.iter().filter_map(|change| change.before.as_ref()?.text("id")).collect();
    let stays = |record: &&ApiObject| record.text("id").is_none_or(|id| !gone.contains(id));
    let mut after: Vec<ApiObject> = before.iter().filter(stays).cloned().collect();
    after.extend(changes.iter().filter_map(|change| change.after.clone()));
    (names, before, after)
}
