//! All rules of a phase as one request takes them.

use serde_json::Value;

use crate::cloudflare::plan::{Action, Change, Subject};
use crate::observed::ApiObject;

/// What is there, with what changes in its place, and what is new behind it.
pub(crate) fn merged(_phase: &str, live: Option<&ApiObject>, changes: &[Change]) -> Vec<Value> {
    let find = |reference: &str| {
        changes.iter().find(|change| matches!(&change.subject, Subject::Rule { reference: of, .. } if of.as_str() == reference))
    };
    let strip = |mut rule: ApiObject| {
        rule.0.remove("version");
        rule.0.remove("last_updated");
        rule.0.remove("categories");
        Value::Object(rule.0)
    };
    let mut rules = Vec::new();
    for rule in live.map(|set| set.objects("rules")).unwrap_or_default() {
        match find(rule.text("ref").unwrap_or_default()) {
            None => rules.push(strip(rule)),
            Some(change) => {
                if let Some(mut after) = change.after.clone() {
                    if let Some(id) = rule.get("id") {
                        after.0.insert("id".into(), id.clone());
                    }
                    rules.push(Value::Object(after.0));
                }
            }
        }
    }
    let new = changes
        .iter()
        .filter(|change| change.action == Action::Add)
        .filter_map(|change| change.after.clone());
    rules.extend(new.map(|rule| Value::Object(rule.0)));
    rules
}
