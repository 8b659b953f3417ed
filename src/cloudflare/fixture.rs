//! Zones for tests, and what becomes of them once a plan is made true.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::endpoint::Phase;
use super::plan::{Action, Context, Piece, Subject, Wishes};
use super::{rules, settings};
use crate::check::Fixture;
use crate::observed::{ApiObject, CloudflareZone, Seen};

/// A zone `shop.test` of a plan, with these records, settings (id and value) and rules by phase.
pub(super) fn zone(
    plan: &str,
    records: &Value,
    own: &[(&str, Value)],
    rules: &[(Phase, Value)],
) -> CloudflareZone {
    let setting = |(id, value): &(&str, Value)| {
        ((*id).to_owned(), json!({"id": id, "value": value, "editable": true, "modified_on": null}))
    };
    let settings: BTreeMap<String, Value> = own.iter().map(setting).collect();
    let phase = |phase: Phase| {
        let found = rules.iter().find(|(own, _)| *own == phase);
        let ruleset = found.map(|(_, rules)| json!({"id": "a".repeat(32), "version": "1", "rules": rules}));
        (phase.name().to_owned(), json!({ "answer": ruleset }))
    };
    let phases: BTreeMap<String, Value> = Phase::ALL.into_iter().map(phase).collect();
    let zone = json!({
        "id": "0123456789abcdef0123456789abcdef", "name": "shop.test", "status": "active", "type": "full",
        "plan": plan, "account": ["abcdefabcdefabcdefabcdefabcdefab", "Shop"],
        "token": {"id": "t", "status": "active"},
        "records": {"answer": records}, "settings": {"answer": settings},
        "dnssec": {"answer": {"status": "disabled"}}, "phases": phases,
        "bots": {"answer": {"fight_mode": false}}, "certificates": {"answer": []},
    });
    serde_json::from_value(zone).expect("a zone")
}

/// Records of the apex and of www, both proxied.
pub(super) fn proxied() -> Value {
    json!([
        {"id": "1", "name": "shop.test", "type": "A", "content": "203.0.113.10", "proxied": true, "ttl": 1},
        {"id": "2", "name": "www.shop.test", "type": "CNAME", "content": "shop.test", "proxied": true, "ttl": 1},
    ])
}

/// What settings and rules add to the plan.
pub(super) fn pieces(spec: &str, observed: &str, live: &CloudflareZone, wishes: &Wishes) -> Piece {
    let fixture = Fixture::new(spec, observed).expect("a fixture");
    let world = fixture.world();
    let context = Context { world: &world, live, wishes };
    let mut whole = settings::piece(context);
    let rules = rules::piece(context);
    whole.changes.extend(rules.changes);
    whole.left.extend(rules.left);
    whole.rails.extend(rules.rails);
    whole.read.add(rules.read);
    whole
}

/// The same where nothing was observed and nothing more is allowed.
pub(super) fn plain(spec: &str, live: &CloudflareZone) -> Piece {
    pieces(spec, "at: 2026-11-21T12:00:00Z", live, &Wishes::default())
}

/// The zone after the changes, as the API would show it.
pub(super) fn applied(live: &CloudflareZone, piece: &Piece) -> CloudflareZone {
    let mut after = live.clone();
    for change in &piece.changes {
        let Some(wanted) = &change.after else { continue };
        match (&change.subject, &mut after.settings) {
            (Subject::Setting(id), Seen::Answer(settings)) => {
                let value = wanted.get("value").cloned().unwrap_or_default();
                settings.entry(id.clone()).or_default().0.insert("value".into(), value);
            }
            (Subject::Dnssec, _) => {
                after.dnssec =
                    Seen::Answer(serde_json::from_value(json!({"status": "pending"})).expect("one"));
            }
            _ => {}
        }
    }
    for phase in Phase::ALL {
        let touched =
            |subject: &Subject| matches!(subject, Subject::Rule { phase: own, .. } if own == phase.name());
        if !piece.changes.iter().any(|change| touched(&change.subject)) {
            continue;
        }
        let Some(Seen::Answer(ruleset)) = after.phases.get_mut(phase.name()) else { continue };
        let rules = rules::merged(phase.name(), ruleset.as_ref(), &piece.changes);
        let shown: Vec<Value> = rules.into_iter().map(shown).collect();
        *ruleset =
            Some(ApiObject(serde_json::from_value(json!({"version": "2", "rules": shown})).expect("one")));
    }
    after
}

/// A rule as the API shows it: with an id that follows the ref, and what it adds.
fn shown(mut rule: Value) -> Value {
    if rule.get("id").is_none() {
        rule["id"] = json!(format!("id of {}", rule["ref"]));
    }
    rule["version"] = json!("7");
    rule["last_updated"] = json!("2026-11-21T12:00:00Z");
    rule
}

/// What a piece changes, in short.
pub(super) fn short(piece: &Piece) -> Vec<String> {
    let sign = |action| match action {
        Action::Add => "+",
        Action::Change => "~",
        Action::Delete => "-",
    };
    let of = |change: &super::plan::Change| {
        let name = match &change.subject {
            Subject::Rule { phase, .. } => {
                let rule = change.after.as_ref().or(change.before.as_ref());
                let text = rule.and_then(|rule| rule.text("expression")).unwrap_or_default().to_owned();
                format!("{} {text}", phase.trim_start_matches("http_").trim_start_matches("request_"))
            }
            Subject::Setting(id) => {
                let value = change.after.as_ref().and_then(|after| after.get("value")).cloned();
                format!("{id} {}", value.unwrap_or_default())
            }
            other => format!("{other:?}"),
        };
        format!("{} {name}", sign(change.action))
    };
    piece.changes.iter().map(of).collect()
}
