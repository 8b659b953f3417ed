//! A table of ways in which servers decide about origins, and what is said of each.

use std::fmt::Write as _;

use super::{cors_open, cors_origin_development, cors_origin_missing};
use crate::check::verdict::Weight;
use crate::check::{Fixture, Status, Verdict};

const OWN: &str = "https://app.shop.co.uk";
const URL: &str = "https://api.shop.co.uk/me";
const DECLARED: &str = "domain: shop.co.uk
hosts: {app: {}, api: {kind: api}}
endpoints: [{url: \"https://api.shop.co.uk/me\", cors: {allow: [\"https://app.shop.co.uk\"]}}]";
const UNDECLARED: &str = "domain: shop.co.uk\nhosts: {app: {}, api: {kind: api, health: /me}}";

/// A server: the value of Access-Control-Allow-Origin for an origin.
type Server = fn(&str) -> Option<String>;

/// What is seen of a server that is asked on behalf of every origin of the spec.
fn fixture(spec: &str, server: Server, credentials: bool) -> Fixture {
    let head = "at: 2026-11-21T12:00:00Z\nhttp:\n  \"https://api.shop.co.uk/me\": {answer: {status: 200}}\n";
    let targets = Fixture::new(spec, head).expect("a good spec");
    let mut observed = format!("{head}cors:\n");
    for target in &targets.world().items.cross_origins {
        for origin in target.origins() {
            for method in ["GET", "OPTIONS"] {
                let allowed =
                    server(origin).map(|value| format!(", allow_origin: '{value}'")).unwrap_or_default();
                let allowed = if credentials && !allowed.is_empty() {
                    format!("{allowed}, allow_credentials: 'true'")
                } else {
                    allowed
                };
                let _ = writeln!(
                    observed,
                    "  '{method} {URL} origin {origin}': {{answer: {{status: 200{allowed}}}}}"
                );
            }
        }
    }
    Fixture::new(spec, &observed).expect("a good observation")
}

/// A word for each of open, missing and development.
fn letters(fixture: &Fixture) -> String {
    let world = fixture.world();
    let letter = |verdict: &Verdict| match (verdict.status, verdict.weight) {
        (Status::Fail, Weight::Mild) => "mild",
        (Status::Fail, _) => "fail",
        (Status::Pass, _) => "pass",
        (Status::Unknown, _) => "open?",
        _ => "none",
    };
    let target = &world.items.cross_origins[0];
    [cors_open, cors_origin_missing, cors_origin_development]
        .map(|judge| letter(&judge(target, &world)))
        .join(" ")
}

fn put_back(origin: &str, is_in: bool) -> Option<String> {
    is_in.then(|| origin.to_owned())
}

/// The categories of `CORScanner`, and sound servers.
const WITH_CREDENTIALS: &[(&str, Server, &str)] = &[
    ("a list", |origin| put_back(origin, origin == OWN), "pass pass pass"),
    ("reflect_origin", |origin| put_back(origin, true), "fail pass open?"),
    ("prefix_match", |origin| put_back(origin, origin.starts_with(OWN)), "fail pass pass"),
    ("suffix_match", |origin| put_back(origin, origin.ends_with("shop.co.uk")), "fail pass pass"),
    ("trust_null", |origin| put_back(origin, origin == OWN || origin == "null"), "fail pass pass"),
    (
        "include_match",
        |origin| {
            put_back(origin, OWN == origin || "shop.co.uk".contains(origin.trim_start_matches("https://")))
        },
        "fail pass pass",
    ),
    (
        "not_escape_dot",
        |origin| put_back(origin, origin == OWN || origin == "https://appxshop.co.uk"),
        "fail pass pass",
    ),
    (
        "trust_any_subdomain",
        |origin| put_back(origin, origin.starts_with("https://") && origin.ends_with(".shop.co.uk")),
        "pass pass pass",
    ),
    (
        "https_trust_http",
        |origin| {
            put_back(
                origin,
                origin.trim_start_matches("https://").trim_start_matches("http://") == "app.shop.co.uk",
            )
        },
        "mild pass pass",
    ),
    (
        "custom_third_parties",
        |origin| put_back(origin, origin == OWN || origin.ends_with(".netlify.app")),
        "pass pass fail",
    ),
    (
        "special_characters_bypass",
        |origin| put_back(origin, origin.contains("app.shop.co.uk")),
        "fail pass pass",
    ),
    ("localhost left on the list", |origin| put_back(origin, origin.contains("localhost")), "pass fail fail"),
    ("a wildcard with credentials", |_| Some("*".to_owned()), "pass mild none"),
    ("one fixed origin", |_| Some("https://old.example".to_owned()), "pass fail pass"),
    ("nobody", |_| None, "pass fail pass"),
];

/// The same without Access-Control-Allow-Credentials.
const WITHOUT_CREDENTIALS: &[(&str, Server, &str)] = &[
    ("a list", |origin| put_back(origin, origin == OWN), "pass pass pass"),
    ("a wildcard", |_| Some("*".to_owned()), "pass pass none"),
    ("reflect_origin", |origin| put_back(origin, true), "pass pass none"),
    ("prefix_match", |origin| put_back(origin, origin.starts_with(OWN)), "mild pass pass"),
    ("trust_null", |origin| put_back(origin, origin == OWN || origin == "null"), "fail pass pass"),
    ("null for all", |_| Some("null".to_owned()), "fail fail pass"),
    (
        "two values",
        |origin| put_back(origin, true).map(|origin| format!("{origin}, {origin}")),
        "pass fail pass",
    ),
];

#[test]
fn servers_are_told_apart() {
    for (table, credentials) in [(WITH_CREDENTIALS, true), (WITHOUT_CREDENTIALS, false)] {
        for (name, server, expected) in table {
            assert_eq!(letters(&fixture(DECLARED, *server, credentials)), *expected, "{name}, {credentials}");
        }
    }
}

#[test]
fn where_nobody_says_who_calls_no_silence_is_a_fault() {
    for (name, server, expected) in [
        ("nobody", (|_| None) as Server, "pass none pass"),
        ("one fixed origin", |_| Some("https://old.example".to_owned()), "pass mild pass"),
        ("one fixed own origin", |_| Some("https://team.shop.co.uk".to_owned()), "pass none pass"),
        ("what is no origin", |_| Some("https://old.example/".to_owned()), "pass none pass"),
        ("a pattern", |_| Some("*.old.example".to_owned()), "pass none pass"),
        ("the site", |origin| put_back(origin, origin == OWN), "pass pass pass"),
        ("localhost alone", |origin| put_back(origin, origin.contains("localhost")), "pass mild fail"),
        (
            "names below the domain",
            |origin| put_back(origin, origin.ends_with("-probe.shop.co.uk")),
            "pass none pass",
        ),
        ("a wildcard", |_| Some("*".to_owned()), "pass pass none"),
    ] {
        assert_eq!(letters(&fixture(UNDECLARED, server, false)), expected, "{name}");
    }
    let rehearsed = UNDECLARED.replace("app: {}", "app: {}, next: {environment: staging}");
    let next: Server = |origin| put_back(origin, origin == "https://next.shop.co.uk");
    assert_eq!(letters(&fixture(&rehearsed, next, false)), "pass mild pass");
    let staging = UNDECLARED.replace("kind: api", "kind: api, environment: staging");
    let localhost: Server = |origin| put_back(origin, origin.contains("localhost"));
    assert_eq!(letters(&fixture(&staging, localhost, true)), "pass none none");
    let reflecting: Server = |origin| put_back(origin, true);
    assert_eq!(letters(&fixture(&staging, reflecting, true)), "mild none none");
}

#[test]
fn what_is_lost_is_neither_right_nor_wrong() {
    let fixture = fixture(DECLARED, |origin| put_back(origin, origin == OWN), true);
    let world = fixture.world();
    let target = &world.items.cross_origins[0];
    let keys: Vec<String> = world.observed.cors.keys().cloned().collect();
    for key in keys {
        let mut observed = world.observed.clone();
        observed.cors.remove(&key);
        let without =
            crate::check::World::new(world.document, &observed, world.at, world.thresholds, world.private);
        for judge in [cors_open, cors_origin_missing, cors_origin_development] {
            assert_ne!(judge(target, &without).status, Status::Fail, "without {key}");
        }
    }
}
