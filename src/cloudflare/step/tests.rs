use serde_json::json;

use super::*;
use crate::cloudflare::plan::{Action, Change, Origin, Plan, Read, Subject, ZoneFacts};

fn object(value: Value) -> ApiObject {
    serde_json::from_value(value).expect("an object")
}

fn record(id: usize, name: &str, kind: &str, content: &str) -> ApiObject {
    object(json!({"id": format!("{id:032x}"), "name": name, "type": kind, "content": content, "ttl": 300,
        "proxied": false, "comment": null, "tags": [], "modified_on": "2026-01-01T00:00:00Z"}))
}

fn wanted(name: &str, kind: &str, content: &str) -> ApiObject {
    object(json!({"name": name, "type": kind, "content": content, "ttl": 300, "proxied": false,
        "comment": "launch-ready:", "tags": []}))
}

fn change(subject: Subject, before: Option<ApiObject>, after: Option<ApiObject>) -> Change {
    let action = match (&before, &after) {
        (None, _) => Action::Add,
        (_, None) => Action::Delete,
        _ => Action::Change,
    };
    let spec = Origin { path: "dns".into(), line: 1 };
    Change { subject, action, adopts: false, before, after, spec, why: None, turns_green: Vec::new() }
}

fn of_record(before: Option<ApiObject>, after: Option<ApiObject>) -> Change {
    let some = before.as_ref().or(after.as_ref()).expect("a record");
    let subject =
        Subject::Record { name: canonical::name_of(some).into(), kind: canonical::type_of(some).into() };
    change(subject, before, after)
}

fn plan(kind: &str, changes: Vec<Change>) -> Plan {
    let zone = ZoneFacts {
        id: "0".repeat(32),
        name: "shop.test".into(),
        account: ("1".repeat(32), "Shop".into()),
        plan: kind.into(),
        status: "active".into(),
        name_servers: Vec::new(),
    };
    Plan { zone, changes, refusals: Vec::new(), left: Vec::new(), read: Read::default() }
}

fn records(records: Vec<ApiObject>) -> Live {
    Live { records: Some(records), ..Live::default() }
}

fn operations(step: &Step) -> usize {
    let Request::Records(body) = &step.request else { return 0 };
    body.0.values().filter_map(Value::as_array).map(Vec::len).sum()
}

#[test]
fn records_are_one_request_and_a_swap_is_whole() {
    let alias = record(1, "www.shop.test", "CNAME", "old.test");
    let text = record(2, "shop.test", "TXT", "\"a\"");
    let live = records(vec![alias.clone(), text.clone(), record(3, "x.shop.test", "A", "192.0.2.9")]);
    let changes = vec![
        of_record(Some(alias.clone()), None),
        of_record(None, Some(wanted("www.shop.test", "A", "192.0.2.1"))),
        of_record(Some(text.clone()), Some(wanted("shop.test", "TXT", "\"b\""))),
    ];
    let steps = steps(&plan("free", changes), &live).expect("steps");
    let [step] = steps.as_slice() else { panic!("{steps:?}") };
    let Request::Records(body) = &step.request else { panic!("{step:?}") };
    assert_eq!(
        Value::Object(body.0.clone()),
        json!({
            "deletes": [{"id": alias.get("id")}],
            "patches": [{"id": text.get("id"), "name": "shop.test", "type": "TXT", "content": "\"b\"", "ttl": 300,
                "proxied": false, "comment": "launch-ready:"}],
            "posts": [{"name": "www.shop.test", "type": "A", "content": "192.0.2.1", "ttl": 300, "proxied": false,
                "comment": "launch-ready:", "tags": []}],
        })
    );
    let Image::Records { names, records } = &step.before else { panic!("{step:?}") };
    assert_eq!(names.iter().collect::<Vec<_>>(), ["shop.test", "www.shop.test"]);
    assert_eq!(*records, [alias, text]);
    assert_eq!(step.standing(&live), Some(Standing::Before));
}

#[test]
fn a_zone_says_where_a_step_stands() {
    let text = record(2, "shop.test", "TXT", "\"a\"");
    let other = record(3, "shop.test", "TXT", "\"other\"");
    let live = records(vec![text.clone(), other.clone()]);
    let changes = vec![of_record(Some(text.clone()), Some(wanted("shop.test", "TXT", "\"b\"")))];
    let step = steps(&plan("free", changes), &live).expect("steps").remove(0);
    let mut done = text.clone();
    done.0.insert("content".into(), "\"b\"".into());
    done.0.insert("comment".into(), "launch-ready:".into());
    done.0.insert("modified_on".into(), "2026-02-02T00:00:00Z".into());
    let elsewhere = record(9, "mail.shop.test", "A", "192.0.2.2");
    assert_eq!(step.standing(&records(vec![other.clone(), done.clone(), elsewhere])), Some(Standing::After));
    // Made anew by somebody else, with the same content: not the record that was reviewed.
    let anew = record(7, "shop.test", "TXT", "\"a\"");
    assert_eq!(step.standing(&records(vec![anew, other.clone()])), Some(Standing::Elsewhere));
    let more = record(8, "shop.test", "TXT", "\"more\"");
    let raced = records(vec![text, other, more]);
    assert_eq!(step.standing(&raced), Some(Standing::Elsewhere));
    let conflicts = step.conflicts(&raced);
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].subject.as_str(), "shop.test TXT");
    assert!(conflicts[0].now.as_ref().is_some_and(|now| now.as_str().contains("more")), "{conflicts:?}");
    assert!(conflicts[0].wanted.as_ref().is_some_and(|wanted| wanted.as_str().contains("\"b\"")));
    assert_eq!(step.standing(&Live::default()), None);
}

#[test]
fn the_fewest_batches_are_sent_and_no_name_is_torn() {
    let adds = |names: usize, each: usize| -> Vec<Change> {
        let one = |number: usize| {
            of_record(
                None,
                Some(wanted(&format!("h{}.shop.test", number / each), "TXT", &format!("\"{number}\""))),
            )
        };
        (0..names * each).map(one).collect()
    };
    let made =
        |kind: &str, changes: Vec<Change>| steps(&plan(kind, changes), &records(Vec::new())).expect("steps");
    assert_eq!(made("free", adds(200, 1)).len(), 1);
    assert_eq!(made("free", adds(201, 1)).len(), 2);
    assert_eq!(made("free", adds(1000, 1)).len(), 5);
    assert_eq!(made("pro", adds(1000, 1)).len(), 1);
    let torn = made("free", adds(100, 3));
    assert_eq!(torn.iter().map(operations).collect::<Vec<_>>(), [198, 102]);
}

#[test]
fn what_goes_goes_last() {
    let old: Vec<ApiObject> =
        (0..50).map(|n| record(n, &format!("a{n}.shop.test"), "A", "192.0.2.1")).collect();
    let mut changes: Vec<Change> = old.iter().map(|record| of_record(Some(record.clone()), None)).collect();
    changes.extend(
        (0..210).map(|n| of_record(None, Some(wanted(&format!("z{n}.shop.test"), "A", "192.0.2.1")))),
    );
    let steps = steps(&plan("free", changes), &records(old)).expect("steps");
    assert_eq!(steps.iter().map(operations).collect::<Vec<_>>(), [200, 60]);
    let Request::Records(first) = &steps[0].request else { panic!() };
    assert!(first.get("deletes").is_none());
}

#[test]
fn everything_comes_in_the_order_that_is_safe() {
    let setting = |id: &str| change(Subject::Setting(id.into()), None, Some(object(json!({"value": "on"}))));
    let rule = |phase: &str| {
        let rule = object(json!({"ref": "launch-ready:x", "expression": "true", "action": "skip"}));
        change(Subject::Rule { phase: phase.into(), reference: "launch-ready:x".into() }, None, Some(rule))
    };
    let changes = vec![
        change(Subject::Dnssec, None, Some(object(json!({"status": "active"})))),
        setting("security_header"),
        setting("always_use_https"),
        rule("http_ratelimit"),
        rule("http_request_dynamic_redirect"),
        setting("min_tls_version"),
        setting("ssl"),
        of_record(None, Some(wanted("shop.test", "A", "192.0.2.1"))),
    ];
    let off = || object(json!({"value": "off"}));
    let ids = ["security_header", "always_use_https", "min_tls_version", "ssl"];
    let foreign = object(
        json!({"version": "3", "rules": [{"id": "a", "ref": "a", "version": "1", "expression": "true", "action": "block"}]}),
    );
    let live = Live {
        records: Some(Vec::new()),
        settings: ids.into_iter().map(|id| (id.to_owned(), off())).collect(),
        dnssec: Some(object(json!({"status": "disabled"}))),
        phases: [
            ("http_ratelimit".to_owned(), Some(foreign)),
            ("http_request_dynamic_redirect".to_owned(), None),
        ]
        .into(),
    };
    let steps = steps(&plan("free", changes.clone()), &live).expect("steps");
    let order: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(
        order,
        [
            "1-records",
            "2-setting-ssl",
            "3-setting-min_tls_version",
            "4-rules-http_request_dynamic_redirect",
            "5-rules-http_ratelimit",
            "6-setting-always_use_https",
            "7-setting-security_header",
            "8-dnssec"
        ]
    );
    assert!(steps.iter().all(|step| step.standing(&live) == Some(Standing::Before)));
    let Request::Rules(_, body) = &steps[4].request else { panic!() };
    assert_eq!(body.objects("rules").len(), 2);
    let text = serde_json::to_string(&steps).expect("JSON");
    assert_eq!(serde_json::from_str::<Vec<Step>>(&text).expect("steps"), steps);
    assert!(steps_of_nothing(changes).is_err());
}

fn steps_of_nothing(changes: Vec<Change>) -> Result<Vec<Step>, Unmade> {
    steps(&plan("free", changes), &Live::default())
}
