//! The way back: what an apply found, and a plan that brings it back. Only what the apply changed is touched,
//! and only where it still is as the apply left it.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::canonical;
use super::plan::{Action, Change, Left, Plan, Read, Reason, Subject, ZoneFacts};
use super::rules;
use super::saved::{self, Saved, SavedError, SpecHash};
use super::step::{self, Image, Live, Request, Standing, Step, Unmade};
use crate::observed::{ApiObject, Remote};
use crate::report::model::Tool;

/// The name of the format.
pub const SCHEMA: &str = "launch-ready/rollback/v1";

/// Members of a record that are sent; the API writes all others.
const SENT: [&str; 11] = [
    "name",
    "type",
    "content",
    "data",
    "ttl",
    "proxied",
    "priority",
    "comment",
    "tags",
    "settings",
    "private_routing",
];

/// What an apply found, and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// The spec that was applied.
    pub spec: SpecHash,
    /// When the plan was made.
    pub at: Timestamp,
    /// The zone.
    pub zone: ZoneFacts,
    /// What was changed.
    pub changes: Vec<Change>,
    /// How, with everything that was there before.
    pub steps: Vec<Step>,
}

impl Rollback {
    /// The way back from a plan.
    pub(super) fn of(plan: &Saved) -> Self {
        Self {
            schema: SCHEMA.into(),
            tool: plan.tool.clone(),
            spec: plan.spec.clone(),
            at: plan.at,
            zone: plan.plan.zone.clone(),
            changes: plan.plan.changes.clone(),
            steps: plan.steps.clone(),
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON.
    pub(super) fn text(&self) -> serde_json::Result<String> {
        saved::sealed(self)
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Where it is something else, or was edited.
    pub fn read(path: &Path) -> Result<Self, SavedError> {
        let read: Self = saved::open(path)?;
        if read.schema == SCHEMA {
            Ok(read)
        } else {
            let why = Remote::new(&format!("its schema is `{}`, not {SCHEMA}", read.schema));
            Err(SavedError::NoPlan { path: path.display().to_string(), why })
        }
    }

    /// The plan that brings back what was there, from the zone as it is now. Like every plan it is shown,
    /// confirmed, and applied only while the zone stays as it was read.
    ///
    /// # Errors
    ///
    /// Where the zone was not read as far as the way back needs it.
    pub fn plan(&self, live: &Live, token: &str, now: Timestamp) -> Result<Saved, Unmade> {
        let mut plan = Plan {
            zone: self.zone.clone(),
            changes: Vec::new(),
            refusals: Vec::new(),
            left: Vec::new(),
            read: Read { records: live.records.as_ref().map_or(0, Vec::len), ..Read::default() },
        };
        for change in self.changes.iter().rev() {
            match self.back(change, live) {
                Back::There => {}
                Back::To(change) => plan.changes.push(*change),
                Back::Left(reason, message) => plan.left.push(Left {
                    subject: change.subject.clone(),
                    reason,
                    message,
                    spec: change.spec.clone(),
                }),
            }
        }
        let steps = step::steps_merging(&plan, live, &|phase, ruleset, changes| {
            self.untouched(phase, live).unwrap_or_else(|| rules::merged(phase, ruleset, changes))
        })?;
        Ok(Saved::of(self.spec.clone(), plan, steps, token.to_owned(), now))
    }

    fn back(&self, change: &Change, live: &Live) -> Back {
        match (&change.subject, &change.before, &change.after) {
            (Subject::Record { .. }, None, Some(after)) => self.made(change, after, live),
            _ => back(change, live),
        }
    }

    /// What becomes of a record that the apply made.
    fn made(&self, change: &Change, after: &ApiObject, live: &Live) -> Back {
        let all = live.records.as_deref().unwrap_or_default();
        if let Some(made) = all.iter().find(|record| canonical::is_record(record, after)) {
            return to(change, Some(made.clone()), None);
        }
        // One of ours that stood beside it before the apply is not what became of it.
        let is_new = |record: &&ApiObject| {
            !self.found().any(|was| was.text("id") == record.text("id") || canonical::is_record(record, was))
        };
        if all.iter().filter(is_new).any(|record| of_ours(record, after)) {
            changed_since(change)
        } else {
            Back::There
        }
    }

    /// The records that the apply found where it changed some.
    fn found(&self) -> impl Iterator<Item = &ApiObject> {
        self.steps.iter().flat_map(|step| match &step.before {
            Image::Records { records, .. } => records.as_slice(),
            _ => &[],
        })
    }

    /// The rules that a phase had, in their order, where nobody changed it since the apply.
    fn untouched(&self, phase: &str, live: &Live) -> Option<Vec<Value>> {
        let step =
            self.steps.iter().find(|step| matches!(&step.request, Request::Rules(of, _) if of == phase))?;
        let Image::Rules(before) = &step.before else { return None };
        let is_as_left = step.standing(live) == Some(Standing::After);
        let now = live.phases.get(phase).and_then(Option::as_ref);
        // A rule that is gone is unknown by its id, and comes back by its `ref`.
        is_as_left.then(|| canonical::with_known_ids(rules::merged(phase, before.as_ref(), &[]), now))
    }
}

/// What becomes of one change.
enum Back {
    /// The zone already is as it was.
    There,
    /// It is undone by this.
    To(Box<Change>),
    /// It stays.
    Left(Reason, String),
}

fn back(change: &Change, live: &Live) -> Back {
    let (is, was) = match &change.subject {
        Subject::Record { .. } => return record(change, live),
        Subject::Setting(id) => (live.settings.get(id).cloned(), Setting::of(change)),
        Subject::Dnssec => return signing(change, live),
        Subject::Rule { phase, reference } => return rule(change, phase, reference.as_str(), live),
    };
    let value = |object: &Option<ApiObject>| object.as_ref().and_then(|object| object.get("value").cloned());
    let now = value(&is);
    if now == was.before {
        Back::There
    } else if now.as_ref().zip(was.after.as_ref()).is_some_and(|(now, after)| canonical::covers(now, after)) {
        let after = was.before.map(|value| ApiObject([("value".to_owned(), value)].into_iter().collect()));
        to(change, is, after)
    } else {
        changed_since(change)
    }
}

/// A setting's value before and after.
struct Setting {
    before: Option<Value>,
    after: Option<Value>,
}

impl Setting {
    fn of(change: &Change) -> Self {
        let value =
            |object: &Option<ApiObject>| object.as_ref().and_then(|object| object.get("value").cloned());
        Self { before: value(&change.before), after: value(&change.after) }
    }
}

/// The change that leads from what is to what was.
fn to(change: &Change, is: Option<ApiObject>, was: Option<ApiObject>) -> Back {
    let action = match (&is, &was) {
        (None, _) => Action::Add,
        (Some(_), None) => Action::Delete,
        (Some(_), Some(_)) => Action::Change,
    };
    Back::To(Box::new(Change {
        action,
        adopts: false,
        before: is,
        after: was,
        why: Some("as it was before the apply".into()),
        turns_green: Vec::new(),
        ..change.clone()
    }))
}

fn changed_since(change: &Change) -> Back {
    let what = match &change.subject {
        Subject::Record { name, kind } => format!("{name} {kind}"),
        Subject::Setting(id) => format!("setting {id}"),
        Subject::Dnssec => "DNSSEC".into(),
        Subject::Rule { reference, .. } => format!("rule {reference}"),
    };
    Back::Left(
        Reason::Foreign,
        format!(
            "{what} was changed again after the apply, and stays as it is: undo it by hand where that is meant"
        ),
    )
}

fn record(change: &Change, live: &Live) -> Back {
    let all = live.records.as_deref().unwrap_or_default();
    let as_it_was = |before: &ApiObject| all.iter().any(|record| canonical::is_record(record, before));
    match (&change.before, &change.after) {
        (Some(before), None) if as_it_was(before) => Back::There,
        (Some(before), None) => to(change, None, Some(sent(before))),
        (Some(before), Some(after)) => {
            let same = |record: &&ApiObject| record.text("id") == before.text("id");
            match all.iter().find(same) {
                Some(now) if canonical::is_record(now, before) => Back::There,
                Some(now) if canonical::is_record(now, after) => {
                    to(change, Some(now.clone()), Some(emptied(sent(before), now)))
                }
                _ => changed_since(change),
            }
        }
        (None, _) => Back::There,
    }
}

/// A record that was ours and at that place, whatever it says now.
fn of_ours(record: &ApiObject, after: &ApiObject) -> bool {
    canonical::name_of(record) == canonical::name_of(after)
        && canonical::type_of(record) == canonical::type_of(after)
        && record.text("comment").is_some_and(|comment| comment.starts_with("launch-ready:"))
}

/// What was empty and no longer is, is said, so that a patch empties it again.
fn emptied(mut wanted: ApiObject, now: &ApiObject) -> ApiObject {
    for (name, nothing) in [("comment", Value::from("")), ("tags", Value::from(Vec::<Value>::new()))] {
        if now.get(name).is_some() && wanted.get(name).is_none() {
            wanted.0.insert(name.into(), nothing);
        }
    }
    wanted
}

/// A record as it is sent.
fn sent(record: &ApiObject) -> ApiObject {
    let sent = SENT.iter().filter_map(|name| Some(((*name).to_owned(), record.get(name)?.clone())));
    let mut sent: serde_json::Map<String, Value> = sent.collect();
    let kind = canonical::type_of(record);
    if canonical::is_in_data(&kind) && sent.contains_key("data") {
        // The API makes the text form of it.
        sent.remove("content");
    } else {
        sent.remove("data");
    }
    if !["MX", "URI"].contains(&kind.as_str()) {
        sent.remove("priority");
    }
    ApiObject(sent)
}

fn signing(change: &Change, live: &Live) -> Back {
    let status =
        |object: Option<&ApiObject>| object.and_then(|object| object.text("status")).map(str::to_owned);
    let (now, before) = (status(live.dnssec.as_ref()), status(change.before.as_ref()));
    match now.as_deref() {
        _ if now == before => Back::There,
        // Nobody validates by a DS record that no registrar has.
        Some("pending") => {
            let after = ApiObject([("status".to_owned(), "disabled".into())].into_iter().collect());
            to(change, live.dnssec.clone(), Some(after))
        }
        _ => Back::Left(
            Reason::Needs,
            "DNSSEC stays on: a zone whose DS record is at the registrar and that is no longer signed cannot be resolved. Take the DS record out there, wait until it is in no cache, then switch it off by hand".into(),
        ),
    }
}

fn rule(change: &Change, phase: &str, reference: &str, live: &Live) -> Back {
    let rules = canonical::rules_of(live.phases.get(phase).and_then(Option::as_ref));
    let is = rules.into_iter().find(|rule| rule.text("ref") == Some(reference));
    let same = |rule: &ApiObject, wanted: &Option<ApiObject>| {
        wanted.as_ref().is_some_and(|wanted| canonical::is_rule(rule, wanted))
    };
    match is {
        None if change.before.is_none() => Back::There,
        None if change.after.is_none() => to(change, None, change.before.clone().map(without_ids)),
        Some(now) if same(&now, &change.before) => Back::There,
        Some(now) if same(&now, &change.after) => {
            to(change, Some(now), change.before.clone().map(without_ids))
        }
        _ => changed_since(change),
    }
}

fn without_ids(mut rule: ApiObject) -> ApiObject {
    for name in ["id", "version", "last_updated", "categories"] {
        rule.0.remove(name);
    }
    rule
}
