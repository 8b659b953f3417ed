//! From a plan to its steps.

use serde_json::{Map, Value};

use super::{Image, Live, Request, Step, batch};
use crate::cloudflare::plan::{Change, Plan, Subject};
use crate::cloudflare::rules;
use crate::observed::ApiObject;

/// A plan that speaks of something that was not read: it was not made from this reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("the plan changes {0}, which was not read")]
#[diagnostic(code(cloudflare::unread), help("make the plan again: launch-ready plan"))]
pub struct Unmade(String);

/// All rules of a phase as one request takes them, from the ruleset that is there and what changes in it.
pub(crate) type Merge<'m> = &'m dyn Fn(&str, Option<&ApiObject>, &[Change]) -> Vec<Value>;

/// Settings that come after the rules: where HTTPS works and redirects stand, browsers may be told to insist.
const LAST: [&str; 2] = ["always_use_https", "security_header"];

/// The order of the phases: where requests go, then how they are answered, then who is kept out.
const PHASES: [&str; 5] = [
    "http_request_dynamic_redirect",
    "http_request_cache_settings",
    "http_request_firewall_managed",
    "http_request_firewall_custom",
    "http_ratelimit",
];

/// The steps of a plan, in the order in which they are safe: records (new ones before those that go), the
/// mode of TLS and other settings, rules, what makes browsers insist on HTTPS, and DNSSEC.
///
/// # Errors
///
/// Where the plan changes what was not read.
pub(crate) fn steps(plan: &Plan, live: &Live) -> Result<Vec<Step>, Unmade> {
    steps_merging(plan, live, &rules::merged)
}

/// As [`steps`], with another way to put rules together.
///
/// # Errors
///
/// As [`steps`].
pub(crate) fn steps_merging(plan: &Plan, live: &Live, merge: Merge) -> Result<Vec<Step>, Unmade> {
    let mut made = records(plan, live)?;
    let (last, first): (Vec<_>, Vec<_>) = settings(plan).into_iter().partition(|(id, _)| LAST.contains(id));
    for (id, change) in first {
        made.push(setting(id, change, live)?);
    }
    for phase in phases(plan) {
        made.push(phase_step(phase, plan, live, merge)?);
    }
    for (id, change) in last {
        made.push(setting(id, change, live)?);
    }
    let dnssec = plan.changes.iter().filter(|change| change.subject == Subject::Dnssec);
    for change in dnssec {
        made.push(signing(change, live)?);
    }
    let steps = made.into_iter().enumerate();
    Ok(steps
        .map(|(index, (request, before, after))| Step {
            id: format!("{}-{}", index + 1, request.label()),
            request,
            before,
            after,
        })
        .collect())
}

type Made = (Request, Image, Image);

fn records(plan: &Plan, live: &Live) -> Result<Vec<Made>, Unmade> {
    let is_record = |change: &&Change| matches!(change.subject, Subject::Record { .. });
    let changes: Vec<&Change> = plan.changes.iter().filter(is_record).collect();
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let all = live.records.as_ref().ok_or_else(|| Unmade("records".into()))?;
    let batches = batch::packed(&changes, batch::most(&plan.zone.plan));
    Ok(batches
        .into_iter()
        .map(|changes| {
            let (names, before, after) = batch::images(&changes, all);
            let image = |records| Image::Records { names: names.clone(), records };
            (Request::Records(batch::body(&changes)), image(before), image(after))
        })
        .collect())
}

/// The settings that change: the mode of TLS first, since others rest on it.
fn settings(plan: &Plan) -> Vec<(&str, &Change)> {
    let mut found: Vec<(&str, &Change)> = plan
        .changes
        .iter()
        .filter_map(|change| match &change.subject {
            Subject::Setting(id) => Some((id.as_str(), change)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(id, _)| (LAST.iter().position(|last| last == id), *id != "ssl"));
    found
}

fn setting(id: &str, change: &Change, live: &Live) -> Result<Made, Unmade> {
    let unread = || Unmade(format!("the setting {id}"));
    let before = live.settings.get(id).ok_or_else(unread)?.clone();
    let after = change.after.clone().ok_or_else(unread)?;
    Ok((Request::Setting(id.to_owned(), after.clone()), Image::Setting(before), Image::Setting(after)))
}

fn signing(change: &Change, live: &Live) -> Result<Made, Unmade> {
    let unread = || Unmade("DNSSEC".into());
    let before = live.dnssec.clone().ok_or_else(unread)?;
    let after = change.after.clone().ok_or_else(unread)?;
    Ok((Request::Dnssec(after.clone()), Image::Dnssec(before), Image::Dnssec(after)))
}

/// The phases whose rules change, in their order.
fn phases(plan: &Plan) -> Vec<&str> {
    let mut found: Vec<&str> = plan
        .changes
        .iter()
        .filter_map(|change| match &change.subject {
            Subject::Rule { phase, .. } => Some(phase.as_str()),
            _ => None,
        })
        .collect();
    found.sort_by_key(|phase| (PHASES.iter().position(|known| known == phase), *phase));
    found.dedup();
    found
}

fn phase_step(phase: &str, plan: &Plan, live: &Live, merge: Merge) -> Result<Made, Unmade> {
    let before = live.phases.get(phase).ok_or_else(|| Unmade(format!("the rules of {phase}")))?.clone();
    let is_of_it =
        |change: &&Change| matches!(&change.subject, Subject::Rule { phase: of, .. } if of == phase);
    let changes: Vec<Change> = plan.changes.iter().filter(is_of_it).cloned().collect();
    let rules = Value::from(merge(phase, before.as_ref(), &changes));
    let body = ApiObject(Map::from_iter([("rules".to_owned(), rules)]));
    Ok((Request::Rules(phase.to_owned(), body.clone()), Image::Rules(before), Image::Rules(Some(body))))
}
