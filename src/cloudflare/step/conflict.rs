//! What somebody else changed: what the plan was made for, what is there now, and what was wanted.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Image, Live, Request, Standing, Step};
use crate::cloudflare::canonical;
use crate::observed::{ApiObject, Remote, shown};

/// One thing that is neither as the plan was made for nor as it is wanted to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// `shop.test TXT`, `setting ssl`, a rule's `ref`.
    pub subject: Remote,
    /// What the plan was made for; `None` where nothing was there.
    pub planned: Option<Remote>,
    /// What is there now.
    pub now: Option<Remote>,
    /// What was wanted.
    pub wanted: Option<Remote>,
}

impl Step {
    /// What keeps it from being sent; empty where nothing does.
    pub fn conflicts(&self, live: &Live) -> Vec<Conflict> {
        match self.standing(live) {
            Some(Standing::Before | Standing::After) => Vec::new(),
            Some(Standing::Elsewhere) | None => self.changed(live),
        }
    }

    /// What is no longer as the plan was made for, be it as it is wanted.
    pub(crate) fn changed(&self, live: &Live) -> Vec<Conflict> {
        match (&self.request, &self.before, &self.after) {
            (
                Request::Records(_),
                Image::Records { names, records },
                Image::Records { records: after, .. },
            ) => {
                let now = live.at(names).unwrap_or_default();
                sets(records, after, &now)
            }
            (Request::Setting(id, _), Image::Setting(before), Image::Setting(after)) => {
                let value = |object: &ApiObject| object.shown("value");
                let now = live.settings.get(id).and_then(value);
                vec![conflict(&format!("setting {id}"), value(before), now, value(after))]
            }
            (Request::Dnssec(_), Image::Dnssec(before), Image::Dnssec(after)) => {
                let status = |object: &ApiObject| object.shown("status");
                let now = live.dnssec.as_ref().and_then(status);
                vec![conflict("DNSSEC", status(before), now, status(after))]
            }
            (Request::Rules(phase, _), Image::Rules(before), Image::Rules(after)) => {
                let now = live.phases.get(phase).and_then(Option::as_ref);
                rules(phase, before.as_ref(), after.as_ref(), now)
            }
            _ => Vec::new(),
        }
    }
}

fn conflict(subject: &str, planned: Option<Remote>, now: Option<Remote>, wanted: Option<Remote>) -> Conflict {
    Conflict { subject: Remote::new(subject), planned, now, wanted }
}

/// The record sets that are not as they were.
fn sets(before: &[ApiObject], after: &[ApiObject], now: &[&ApiObject]) -> Vec<Conflict> {
    let key = |record: &ApiObject| (canonical::name_of(record), canonical::type_of(record));
    let keys: BTreeSet<_> = before.iter().chain(now.iter().copied()).map(key).collect();
    let of = |records: &mut dyn Iterator<Item = &ApiObject>, wanted: &(String, String)| {
        let mut values: Vec<String> =
            records.filter(|record| key(record) == *wanted).map(|record| value(record).to_string()).collect();
        values.sort();
        (!values.is_empty()).then(|| Remote::new(&values.join(" | ")))
    };
    let mut found = Vec::new();
    for set in keys {
        let there: Vec<&ApiObject> = now.iter().copied().filter(|record| key(record) == set).collect();
        let planned: Vec<ApiObject> = before.iter().filter(|record| key(record) == set).cloned().collect();
        if !canonical::are_records(&there, &planned, true) {
            found.push(conflict(
                &format!("{} {}", set.0, set.1),
                of(&mut before.iter(), &set),
                of(&mut now.iter().copied(), &set),
                of(&mut after.iter(), &set),
            ));
        }
    }
    found
}

/// A record's value, and what else may have changed.
fn value(record: &ApiObject) -> Remote {
    let content = record.get("content").or_else(|| record.get("data")).map(shown).unwrap_or_default();
    let priority = record.number("priority").map(|priority| format!("{priority} ")).unwrap_or_default();
    let proxied = if record.flag("proxied") == Some(true) { ", proxied" } else { "" };
    let ttl = match record.number("ttl") {
        Some(ttl) if ttl > 1 => format!(", TTL {ttl}"),
        _ => String::new(),
    };
    let comment =
        record.shown("comment").map(|comment| format!(", comment \"{comment}\"")).unwrap_or_default();
    Remote::new(&format!("{priority}{content}{proxied}{ttl}{comment}"))
}

/// The rules that are not as they were, or that stand elsewhere.
fn rules(
    phase: &str,
    before: Option<&ApiObject>,
    after: Option<&ApiObject>,
    now: Option<&ApiObject>,
) -> Vec<Conflict> {
    let (planned, wanted, live) =
        (canonical::rules_of(before), canonical::rules_of(after), canonical::rules_of(now));
    let known: BTreeSet<String> = planned.iter().chain(&live).map(reference).collect();
    let find = |rules: &[ApiObject], name: &str| rules.iter().find(|rule| reference(rule) == name).cloned();
    let mut found = Vec::new();
    for name in known {
        let (was, is) = (find(&planned, &name), find(&live, &name));
        let same = match (&was, &is) {
            (Some(was), Some(is)) => canonical::is_rule(is, was) && canonical::is_rule(was, is),
            _ => false,
        };
        if !same {
            let words = |rule: Option<ApiObject>| rule.as_ref().map(rule_words);
            found.push(conflict(&name, words(was), words(is), words(find(&wanted, &name))));
        }
    }
    if found.is_empty() {
        let order = |rules: &[ApiObject]| {
            let names: Vec<String> = rules.iter().map(reference).collect();
            Some(Remote::new(&names.join(", ")))
        };
        found.push(conflict(&format!("order of {phase}"), order(&planned), order(&live), order(&wanted)));
    }
    found
}

fn reference(rule: &ApiObject) -> String {
    rule.text("ref").or_else(|| rule.text("id")).unwrap_or("a new rule").to_owned()
}

fn rule_words(rule: &ApiObject) -> Remote {
    let part = |name: &str| rule.shown(name).map(|text| text.to_string()).unwrap_or_default();
    let off = if rule.flag("enabled") == Some(false) { " (off)" } else { "" };
    Remote::new(&format!("{} {} {}{off}", part("action"), part("expression"), part("action_parameters")))
}
