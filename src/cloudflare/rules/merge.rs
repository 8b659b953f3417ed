//! All rules of a phase as one request writes them: what is not ours word by word and in its order.

use std::cmp::Reverse;

use serde_json::{Map, Value};

use super::super::endpoint::Phase;
use super::super::plan::{Action, Change, Subject};
use super::is_ours;
use super::language::PATH;
use crate::observed::ApiObject;

/// Members that the API alone writes, and refuses.
const READ_ONLY: [&str; 3] = ["categories", "last_updated", "version"];

/// A rule of the phase, and whether its place may be given to another one of ours.
struct Slot {
    rule: Map<String, Value>,
    is_ours: bool,
}

/// All rules of a phase after the changes, as one PUT of its entry point takes them. Rules of somebody else's
/// come back word by word, in their order; ours keep the places that ours have, the narrower before the wider;
/// new ones stand behind all others, or before all others where they skip what those would do.
pub(crate) fn merged(phase: &str, live_ruleset: Option<&ApiObject>, changes: &[Change]) -> Vec<Value> {
    let of_phase =
        |change: &&Change| matches!(&change.subject, Subject::Rule { phase: own, .. } if own == phase);
    let changes: Vec<&Change> = changes.iter().filter(of_phase).collect();
    let rules = live_ruleset.map(|ruleset| ruleset.objects("rules")).unwrap_or_default();
    let mut slots: Vec<Slot> = rules.iter().filter_map(|rule| slot(rule, &changes)).collect();
    let added = changes.iter().filter(|change| change.action == Action::Add);
    for rule in added.filter_map(|change| change.after.as_ref()) {
        let slot = Slot { rule: written(rule), is_ours: true };
        if rule.text("action") == Some("skip") { slots.insert(0, slot) } else { slots.push(slot) }
    }
    if let Some(phase) = Phase::find(phase) {
        ordered(phase, &mut slots);
    }
    slots.into_iter().map(|slot| Value::Object(slot.rule)).collect()
}

/// A rule as it is after the changes; `None` where it goes.
fn slot(rule: &ApiObject, changes: &[&Change]) -> Option<Slot> {
    let is_of = |change: &&&Change| {
        change.before.as_ref().is_some_and(|before| match (before.text("id"), rule.text("id")) {
            (Some(before), Some(own)) => before == own,
            _ => before.text("ref") == rule.text("ref"),
        })
    };
    match changes.iter().find(is_of) {
        None => Some(Slot { rule: written(rule), is_ours: is_ours(rule) }),
        Some(change) => {
            let after = change.after.as_ref()?;
            Some(Slot { rule: written(after), is_ours: is_ours(after) })
        }
    }
}

/// A rule without the members that the API alone writes.
pub(super) fn written(rule: &ApiObject) -> Map<String, Value> {
    let mut rule = rule.0.clone();
    rule.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    let parameters = rule.get_mut("action_parameters").and_then(Value::as_object_mut);
    if let Some(parameters) =
        parameters.filter(|it| it.get("version").and_then(Value::as_str) == Some("latest"))
    {
        // What a managed ruleset that is executed shows; the API has no such member, and means it anyway.
        parameters.remove("version");
    }
    rule
}

/// Puts ours in their order, into the places that ours have.
fn ordered(phase: Phase, slots: &mut [Slot]) {
    let mut ours: Vec<Map<String, Value>> =
        slots.iter().filter(|slot| slot.is_ours).map(|slot| slot.rule.clone()).collect();
    ours.sort_by_key(|rule| rank(phase, &ApiObject(rule.clone())));
    let places = slots.iter_mut().filter(|slot| slot.is_ours);
    for (place, rule) in places.zip(ours) {
        place.rule = rule;
    }
}

/// Where a rule of ours stands among ours: of redirects the first that fits is taken, of cache rules the last.
pub(super) fn rank(phase: Phase, rule: &ApiObject) -> (u8, Reverse<usize>, usize) {
    let expression = rule.text("expression").unwrap_or_default();
    let path = expression.find(PATH).and_then(|at| expression.get(at + PATH.len()..)).unwrap_or_default();
    let length = path.split('"').nth(1).map_or(0, str::len);
    let is_exact = path.starts_with(" eq ");
    match phase {
        Phase::Redirects => (u8::from(!is_exact), Reverse(length), 0),
        Phase::Cache => (u8::from(is_exact), Reverse(0), length),
        _ => (0, Reverse(0), 0),
    }
}
