//! The way back.

use serde_json::json;

use super::{Desk, foreign};

fn file(desk: &Desk) -> String {
    let folder = desk.applies().into_iter().next().expect("a folder");
    folder.join("rollback.json").display().to_string()
}

#[test]
fn a_rollback_brings_back_what_was_there() {
    let desk = Desk::new(foreign);
    let before = desk.cloudflare.state();
    desk.apply(&[]);
    let outcome = desk.run("rollback", &[&file(&desk), "--yes"]);
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.out, outcome.err);
    assert_eq!(desk.cloudflare.state().meaning(), before.meaning());
    desk.cloudflare.assert_no_violation();
    // A second time there is nothing left to bring back.
    let writes = desk.cloudflare.writes();
    assert_eq!(desk.run("rollback", &[&file(&desk), "--yes"]).code, 0);
    assert_eq!(desk.cloudflare.writes(), writes);
}

#[test]
fn what_was_deleted_and_adopted_comes_back() {
    let spec = "domain: shop.test\ncloudflare: {}\ndns:\n  records:\n    - {name: apex, type: A, value: 203.0.113.10}\n    - {name: www, type: A, value: 203.0.113.10, purpose: shop}\n";
    let desk = Desk::with(spec, |zone| {
        zone.record_of("A", "@", "203.0.113.10", false);
        zone.record(&json!({"name": "www", "type": "CNAME", "content": "old.example.net", "ttl": 120, "comment": "since 2019"}));
    });
    let before = desk.cloudflare.state();
    desk.apply(&["--adopt"]);
    assert_eq!(desk.zone.records_at("A", "www.shop.test").len(), 1);
    let outcome = desk.run("rollback", &[&file(&desk), "--yes"]);
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.out, outcome.err);
    assert_eq!(desk.cloudflare.state().meaning(), before.meaning());
    assert_eq!(desk.zone.records_at("CNAME", "www.shop.test")[0]["comment"], "since 2019");
}

#[test]
fn a_record_of_ours_beside_a_new_one_is_not_taken_for_it() {
    let spec =
        "domain: shop.test\ncloudflare: {}\ndns:\n  records:\n    - {name: note, type: TXT, value: new}\n";
    let desk = Desk::with(spec, |zone| {
        zone.record(&json!({"name": "note", "type": "TXT", "content": "\"old\"", "ttl": 1, "comment": "launch-ready: note"}));
    });
    let before = desk.cloudflare.state();
    desk.apply(&[]);
    assert_eq!(desk.zone.records_at("TXT", "note.shop.test").len(), 2);
    for round in ["first", "second"] {
        let outcome = desk.run("rollback", &[&file(&desk), "--yes"]);
        assert_eq!(outcome.code, 0, "{round}: {}\n{}", outcome.out, outcome.err);
        assert_eq!(desk.cloudflare.state().meaning(), before.meaning());
    }
}

#[test]
fn a_rollback_can_be_rolled_back_although_its_rules_are_gone() {
    let desk = Desk::new(foreign);
    desk.apply(&[]);
    let applied = desk.cloudflare.state();
    let first = file(&desk);
    let known = desk.applies();
    assert_eq!(desk.run("rollback", &[&first, "--yes"]).code, 0);
    let way_back = desk.applies().into_iter().find(|folder| !known.contains(folder)).expect("its own folder");
    let way_back = way_back.join("rollback.json").display().to_string();
    let outcome = desk.run("rollback", &[&way_back, "--yes"]);
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.out, outcome.err);
    assert_eq!(desk.cloudflare.state().meaning(), applied.meaning());
    desk.cloudflare.assert_no_violation();
}

#[test]
fn what_was_changed_again_stays() {
    let desk = Desk::new(foreign);
    desk.apply(&[]);
    desk.zone.setting("ssl", json!("full"));
    let outcome = desk.run("rollback", &[&file(&desk), "--yes"]);
    assert_eq!(outcome.code, 1, "{}\n{}", outcome.out, outcome.err);
    assert!(outcome.out.contains("setting ssl was changed again"), "{}", outcome.out);
    assert_eq!(desk.zone.setting_of("ssl"), "full");
    assert_eq!(desk.zone.setting_of("min_tls_version"), "1.0");
    assert_eq!(desk.zone.records_at("TXT", "shop.test").len(), 1);
}

#[test]
fn a_rollback_asks_too() {
    let desk = Desk::new(foreign);
    desk.apply(&[]);
    let writes = desk.cloudflare.writes();
    let outcome = desk.run("rollback", &[&file(&desk)]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    assert_eq!(desk.cloudflare.writes(), writes);
}
