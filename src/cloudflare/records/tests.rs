//! Whole plans of records.

mod mail;
mod property;
mod rails;
mod sets;

use serde_json::{Value as Json, json};

use super::applied::applied;
use super::{piece, proxied_after};
use crate::check::Fixture;
use crate::cloudflare::plan::{Action, Change, Context, Piece, Subject, Wishes};
use crate::observed::{ApiObject, CloudflareToken, CloudflareZone, Seen};

/// Nothing that a run allows beyond what is ours.
static NO: Wishes = Wishes { adopt: false, prune: false, allow: Vec::new() };
static ADOPT: Wishes = Wishes { adopt: true, prune: false, allow: Vec::new() };
static PRUNE: Wishes = Wishes { adopt: false, prune: true, allow: Vec::new() };
static ALL: Wishes = Wishes { adopt: true, prune: true, allow: Vec::new() };

const NOBODY: &str = "at: 2026-11-22T00:00:00Z";

/// A record as the API shows it; `said` is `TYPE VALUE` as people write it, an MX with its priority.
fn record(id: usize, name: &str, said: &str, more: Json) -> ApiObject {
    let (kind, value) = said.split_once(' ').expect("a type and a value");
    let mut object = json!({
        "id": format!("{id:032x}"), "name": name, "type": kind, "ttl": 1, "proxied": false, "proxiable": true,
        "comment": null, "tags": [], "settings": {}, "meta": {}, "created_on": "2026-01-01T00:00:00Z",
    });
    match kind {
        "MX" => {
            let (priority, host) = value.split_once(' ').expect("a priority");
            object["priority"] = json!(priority.parse::<u16>().expect("a number"));
            object["content"] = json!(host);
        }
        "TXT" => object["content"] = json!(super::text::quoted(value)),
        _ => object["content"] = json!(value),
    }
    let Json::Object(more) = more else { panic!("no object") };
    for (name, value) in more {
        object[name.as_str()] = value;
    }
    ApiObject(object.as_object().expect("an object").clone())
}

/// The same, of ours.
fn ours(id: usize, name: &str, said: &str, more: Json) -> ApiObject {
    let mut object = record(id, name, said, more);
    if object.get("comment").is_none() {
        object.0.insert("comment".into(), json!("launch-ready: made before"));
    }
    object
}

fn zone(records: Vec<ApiObject>) -> CloudflareZone {
    let nothing = || "not asked".into();
    CloudflareZone {
        id: "0".repeat(32),
        name: "shop.test".into(),
        status: "active".into(),
        paused: false,
        kind: "full".into(),
        plan: "free".into(),
        account: ("a".repeat(32), "Shop".into()),
        name_servers: Vec::new(),
        token: CloudflareToken { id: String::new(), status: "active".into(), expires: None, zones: None },
        records: Seen::Answer(records),
        settings: Seen::Unobserved(nothing()),
        dnssec: Seen::Unobserved(nothing()),
        phases: std::collections::BTreeMap::new(),
        bots: Seen::Unobserved(nothing()),
        certificates: Seen::Unobserved(nothing()),
    }
}

fn records_of(zone: &CloudflareZone) -> &[ApiObject] {
    match &zone.records {
        Seen::Answer(records) => records,
        _ => panic!("no records"),
    }
}

/// The plan of a spec for a zone, and what was observed.
fn planned_with(spec: &str, observed: &str, zone: &CloudflareZone, wishes: &Wishes) -> Piece {
    let fixture = Fixture::new(spec, observed).expect("a fixture");
    let world = fixture.world();
    piece(Context { world: &world, live: zone, wishes })
}

fn planned(dns: &str, zone: &CloudflareZone, wishes: &Wishes) -> Piece {
    planned_with(&format!("domain: shop.test\ndns:\n  records:\n{dns}"), NOBODY, zone, wishes)
}

/// The zone after a plan, as the API would show it.
fn after(zone: &CloudflareZone, changes: &[Change]) -> CloudflareZone {
    let mut records = applied(records_of(zone), changes.iter());
    for (number, record) in records.iter_mut().enumerate() {
        record.0.entry("id").or_insert_with(|| json!(format!("{:032x}", 0xffff_0000 + number)));
    }
    CloudflareZone { records: Seen::Answer(records), ..zone.clone() }
}

/// `+ A shop.test 203.0.113.10 proxied (why)`, one line for each change.
fn lines(changes: &[Change]) -> Vec<String> {
    changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let Subject::Record { name, .. } = &change.subject else { panic!("no record") };
    let sign = match change.action {
        Action::Add => "+",
        Action::Change => "~",
        Action::Delete => "-",
    };
    let object = change.after.as_ref().or(change.before.as_ref()).expect("an object");
    let proxied = if object.flag("proxied") == Some(true) { " proxied" } else { "" };
    let why = change.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{sign} {name} {}{proxied}{why}", super::shown(object))
}

/// `Foreign shop.test has ...`, one line for each thing left.
fn left(piece: &Piece) -> Vec<String> {
    piece.left.iter().map(|left| format!("{:?} {}", left.reason, left.message)).collect()
}

#[test]
fn a_name_is_proxied_where_its_record_is_afterwards() {
    let zone = zone(vec![
        record(1, "shop.test", "A 203.0.113.10", json!({"proxied": true})),
        record(2, "api.shop.test", "A 203.0.113.10", json!({})),
        record(3, "*.eu.shop.test", "CNAME shop.test", json!({"proxied": true})),
        record(4, "old.shop.test", "A 203.0.113.10", json!({"proxied": true})),
    ]);
    let spec = "domain: shop.test\nhosts: {apex: {}, www: redirect}\ndns:\n  records:\n    - {name: app, type: A, value: 203.0.113.11, proxied: true}\n    - {name: old, type: A, value: 203.0.113.10, proxied: false}\n";
    let fixture = Fixture::new(spec, NOBODY).expect("a fixture");
    let world = fixture.world();
    let context = |wishes| Context { world: &world, live: &zone, wishes };
    for (name, proxied) in [
        ("shop.test", true),
        ("www.shop.test", true),
        ("app.shop.test", true),
        ("api.shop.test", false),
        ("x.eu.shop.test", true),
        ("x.shop.test", false),
        ("old.shop.test", true),
    ] {
        assert_eq!(proxied_after(name, context(&NO)), proxied, "{name}");
    }
    assert!(!proxied_after("old.shop.test", context(&ADOPT)));
}

#[test]
fn what_could_not_be_read_is_said_and_nothing_is_planned() {
    let mut zone = zone(Vec::new());
    zone.records = Seen::Unobserved("the token has no DNS Read".into());
    let piece = planned("    - {name: apex, type: A, value: 203.0.113.10}\n", &zone, &ALL);
    assert!(piece.changes.is_empty());
    assert_eq!(
        left(&piece),
        ["Unread the records of shop.test could not be read: the token has no DNS Read"]
    );
}
