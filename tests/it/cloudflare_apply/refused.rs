//! What keeps a plan from being applied.

use std::path::Path;

use launch_ready::cloudflare::saved::{Saved, write};
use serde_json::json;

use super::{Desk, foreign};
use crate::lab::Token;

/// A saved plan of the desk.
fn saved(desk: &Desk, more: &[&str]) -> String {
    let file = desk.path("plan.json");
    let spec = desk.path("launch-ready.yaml");
    let outcome = desk.run("plan", &[&[spec.as_str(), "--out", &file], more].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    file
}

/// An apply that is refused, and why; nothing was written.
fn refused(desk: &Desk, more: &[&str]) -> String {
    let before = desk.cloudflare.state();
    let outcome = desk.run("apply", more);
    assert_eq!(outcome.code, 2, "{}\n{}", outcome.out, outcome.err);
    assert_eq!(desk.cloudflare.state(), before);
    assert_eq!(desk.cloudflare.writes(), 0);
    outcome.err
}

#[test]
fn a_saved_plan_is_applied_as_it_was_reviewed() {
    let desk = Desk::new(foreign);
    let file = saved(&desk, &[]);
    desk.apply(&[&file]);
    desk.assert_nothing_is_left();
    // It is so already: nothing is sent.
    let writes = desk.cloudflare.writes();
    let again = desk.apply(&[&file]);
    assert_eq!((again["applied"]["steps"].as_u64(), desk.cloudflare.writes()), (Some(0), writes));
}

#[test]
fn a_plan_of_a_zone_that_changed_is_refused_with_all_three_sides() {
    let desk = Desk::new(foreign);
    let file = saved(&desk, &[]);
    desk.zone.setting("ssl", json!("full"));
    desk.zone.record_of("TXT", "@", "\"dashboard=today\"", false);
    let why = refused(&desk, &[&file, "--yes"]);
    for part in
        ["setting ssl", "flexible", "full", "strict", "shop.test TXT", "dashboard=today", "2 things changed"]
    {
        assert!(why.contains(part), "{part}: {why}");
    }
}

#[test]
fn a_plan_that_was_edited_is_refused() {
    let desk = Desk::new(foreign);
    let file = saved(&desk, &[]);
    let text = std::fs::read_to_string(&file).expect("a plan").replace("verify=new", "verify=evil");
    std::fs::write(&file, text).expect("a plan");
    assert!(refused(&desk, &[&file, "--yes"]).contains("its hash is another"));
}

#[test]
fn a_plan_of_another_spec_is_refused() {
    let desk = Desk::new(foreign);
    let file = saved(&desk, &[]);
    std::fs::write(desk.path("launch-ready.yaml"), format!("{}# more\n", super::SPEC)).expect("a spec");
    assert!(refused(&desk, &[&file, "--yes"]).contains("changed after"));
}

#[test]
fn a_plan_of_yesterday_is_refused() {
    let desk = Desk::new(foreign);
    let file = saved(&desk, &[]);
    let mut plan = Saved::read(Path::new(&file)).expect("a plan");
    plan.expires = plan.at;
    write(Path::new(&file), &plan).expect("a file");
    assert!(refused(&desk, &[&file, "--yes"]).contains("could be applied until"));
}

#[test]
fn nobody_agrees_where_nobody_can_be_asked() {
    let desk = Desk::new(foreign);
    assert!(refused(&desk, &[]).contains("standard input is no terminal"));
}

#[test]
fn a_token_that_may_only_read_changes_nothing_and_says_what_it_lacks() {
    let desk = Desk::new(foreign);
    let reader = desk.cloudflare.token(Token::reader("reader"));
    let before = desk.cloudflare.state();
    let outcome = desk.run_as(&reader, "apply", &["--yes"]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    assert_eq!(desk.cloudflare.state(), before);
    assert!(outcome.err.contains("nothing was written"), "{}", outcome.err);
    assert!(outcome.err.contains("DNS") && outcome.err.contains("Edit"), "{}", outcome.err);
}

#[test]
fn a_rail_holds_until_it_is_lifted() {
    let spec = "domain: shop.test\ncloudflare: {settings: {ssl: flexible}}\n";
    let desk = Desk::with(spec, |zone| {
        zone.record_of("A", "@", "203.0.113.10", true);
        zone.setting("ssl", json!("strict"));
    });
    let why = refused(&desk, &["--yes"]);
    assert!(why.contains("--allow weaker-ssl"), "{why}");
    desk.apply(&["--allow", "weaker-ssl"]);
    assert_eq!(desk.zone.setting_of("ssl"), "flexible");
}
