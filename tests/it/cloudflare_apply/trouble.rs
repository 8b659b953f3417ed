//! The network, the API and other people get in the way.

use std::time::Duration;

use serde_json::json;

use super::{Desk, REQUESTS, foreign};
use crate::lab::{Upset, When};

/// Every request meets the trouble once, and the zone is as wanted in the end, each change made once.
fn survives(upset: &Upset) {
    for nth in 1..=REQUESTS {
        let desk = Desk::new(foreign);
        let before = desk.theirs();
        desk.cloudflare.upset(When::write(nth), upset.clone());
        desk.apply(&[]);
        assert_eq!(desk.theirs(), before, "{upset:?} {nth}");
        assert_eq!(desk.cloudflare.changes(), REQUESTS, "{upset:?} {nth}");
        assert_eq!(desk.zone.records_at("TXT", "shop.test").len(), 2, "{upset:?} {nth}");
    }
}

#[test]
fn a_connection_that_drops_before_the_change_is_tried_again() {
    survives(&Upset::DropsBefore);
}

#[test]
fn a_connection_that_drops_after_the_change_is_looked_at_and_not_sent_twice() {
    survives(&Upset::DropsAfter);
}

#[test]
fn a_failing_api_is_looked_at_whether_it_did_it_or_not() {
    survives(&Upset::Fails(500, "internal".into()));
    survives(&Upset::FailsAfter);
}

#[test]
fn an_answer_that_nobody_can_read_is_looked_at() {
    survives(&Upset::Garbage);
}

#[test]
fn too_many_requests_are_waited_for() {
    survives(&Upset::TooMany(1));
}

#[test]
fn who_is_kept_waiting_for_too_long_stops_and_goes_on_later() {
    let desk = Desk::new(foreign);
    desk.cloudflare.upset(When::write(2), Upset::TooMany(3600));
    let outcome = desk.run("apply", &["--yes"]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    assert!(
        outcome.err.contains("1 of 4 steps are done") && outcome.err.contains("--resume"),
        "{}",
        outcome.err
    );
    desk.apply(&["--resume"]);
    assert_eq!(desk.cloudflare.changes(), REQUESTS);
    desk.assert_nothing_is_left();
}

#[test]
fn somebody_who_changes_a_record_set_at_the_same_time_is_not_written_over() {
    let desk = Desk::new(foreign);
    // After the plan was made and before the records are looked at again.
    let zone = desk.zone.clone();
    let mut once = Some(());
    desk.cloudflare.before(When::always().path("/settings/"), move |_| {
        if once.take().is_some() {
            zone.record_of("TXT", "@", "\"dashboard=now\"", false);
            zone.setting("ssl", json!("full"));
        }
    });
    let outcome = desk.run("apply", &["--yes"]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    assert!(outcome.err.contains("setting ssl"), "{}", outcome.err);
    assert_eq!(desk.zone.setting_of("ssl"), "full");
    assert_eq!(desk.zone.records_at("TXT", "shop.test").len(), 2);
}

#[test]
fn somebody_who_adds_a_rule_in_the_last_moment_keeps_it() {
    let desk = Desk::new(foreign);
    let zone = desk.zone.clone();
    let mut once = Some(());
    desk.cloudflare.before(When::always().method("PUT").path("/entrypoint"), move |_| {
        if once.take().is_some() {
            let spring = zone.ruleset("http_request_dynamic_redirect")["rules"][0]["id"].clone();
            zone.rules(
                "http_request_dynamic_redirect",
                &[json!({"id": spring}), json!({"action": "redirect", "expression": "http.host eq \"late.shop.test\"", "description": "late",
                    "action_parameters": {"from_value": {"status_code": 302, "target_url": {"value": "https://shop.test/late"}}}})],
            );
        }
    });
    let report = desk.apply(&[]);
    let rules = desk.zone.ruleset("http_request_dynamic_redirect");
    let descriptions: Vec<_> = rules["rules"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|rule| rule["description"].as_str())
        .collect();
    assert_eq!(descriptions[..2], ["spring", "late"], "{descriptions:?}");
    assert_eq!(descriptions.len(), 3);
    assert!(report["applied"]["notes"].to_string().contains("kept beside ours"), "{report:#}");
    desk.assert_nothing_is_left();
}

/// Applies, interrupts while one write is on its way, and counts what was changed.
fn interrupted_at(desk: &Desk, nth: usize) -> usize {
    desk.cloudflare.upset(When::write(nth), Upset::Slow(Duration::from_millis(800)));
    let mut child = desk.start(&["--yes"]);
    while desk.cloudflare.writes() < nth {
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.expect("kill").success());
    assert_eq!(child.wait().expect("an end").code(), Some(130));
    desk.cloudflare.changes()
}

#[test]
fn an_interrupt_during_the_last_request_ends_before_the_proof() {
    let desk = Desk::new(foreign);
    assert_eq!(interrupted_at(&desk, REQUESTS), REQUESTS);
    desk.assert_nothing_is_left();
}

#[test]
fn an_interrupt_waits_for_the_answer_and_says_where_it_stands() {
    let desk = Desk::new(foreign);
    assert_eq!(interrupted_at(&desk, 2), 2);
    desk.apply(&["--resume"]);
    assert_eq!(desk.cloudflare.changes(), REQUESTS);
    desk.assert_nothing_is_left();
}
