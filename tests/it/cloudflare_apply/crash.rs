//! The program is killed at every request, and goes on as if nothing had happened.

use std::time::Duration;

use super::{Desk, REQUESTS, foreign};
use crate::lab::{Upset, When};

/// Kills an apply while a request hangs, resumes, and compares with an apply that nobody killed.
fn killed_at(nth: usize, upset: &Upset, meaning: &serde_json::Value) {
    let desk = Desk::new(foreign);
    let before = desk.theirs();
    desk.cloudflare.upset(When::request(nth), upset.clone());
    let mut child = desk.start(&["--yes"]);
    let came = desk.cloudflare.wait_for_calls(nth, Duration::from_secs(30));
    // The request that hangs may be one that others do not wait for; where the apply is over, it was.
    child.kill().expect("a process");
    child.wait().expect("an end");
    assert!(came, "request {nth} never came");
    desk.cloudflare.calm();
    let report = desk.apply(&["--resume"]);
    assert_eq!(report["applied"]["remaining"], 0);
    assert_eq!(desk.cloudflare.state().meaning(), *meaning, "{nth} {upset:?}");
    assert_eq!(desk.theirs(), before, "{nth} {upset:?}");
    assert_eq!(desk.cloudflare.changes(), REQUESTS, "{nth} {upset:?}");
}

#[test]
fn a_killed_apply_goes_on_at_every_request() {
    let calm = Desk::new(foreign);
    calm.apply(&[]);
    let meaning = calm.cloudflare.state().meaning();
    let calls = calm.cloudflare.calls();
    let last = calls.iter().rposition(|call| call.changed).expect("a change") + 1;
    for nth in 1..=last + 1 {
        killed_at(nth, &Upset::HangsBefore, &meaning);
    }
    for nth in 1..=last {
        if calls[nth - 1].changed {
            killed_at(nth, &Upset::HangsAfter, &meaning);
        }
    }
}
