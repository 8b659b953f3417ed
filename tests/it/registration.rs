//! What the registry says: every check of `domain/*` on real sockets, and a registry that does
//! not answer as it should.

use std::time::Duration;

use serde_json::Value;

use crate::checks::{Case, apex, prove};
use crate::lab::{Builder, Lab, Registry, Response};
use crate::run::{RDAP_URL, check, finding, findings, launch_ready_in};

/// The checks that only RDAP can answer: that the name is delegated says that it is registered and
/// not on hold.
const AREA: [&str; 3] = ["domain/expiring", "domain/transfer-unlocked", "domain/registrar-differs"];

/// A sound product, whose registration is sound too.
fn sound(world: &mut Builder) {
    apex(world);
    let found = world.registry().domain("shop.test");
    found.servers(&["NS1.shop.test.", "ns2.shop.test"]).registrar("Example Registrar, Inc.");
}

#[test]
fn domain() {
    prove(&[
        Case {
            check: "domain/on-hold",
            spec: "domain: shop.test",
            broken: |world| {
                apex(world);
                world.registry().domain("shop.test").status(&["clientHold", "client transfer prohibited"]);
            },
            sound,
        },
        Case {
            check: "domain/expiring",
            spec: "domain: shop.test",
            broken: |world| {
                apex(world);
                world.registry().domain("shop.test").ends_in(29);
            },
            sound: |world| {
                apex(world);
                world.registry().domain("shop.test").ends_in(31);
            },
        },
        Case {
            check: "domain/expiring",
            spec: "domain: shop.test",
            broken: |world| {
                apex(world);
                world.registry().domain("shop.test").ends_in(-3);
            },
            sound,
        },
        Case {
            check: "domain/transfer-unlocked",
            spec: "domain: shop.test",
            broken: |world| {
                apex(world);
                world.registry().domain("shop.test").status(&["active"]);
            },
            sound,
        },
        Case {
            check: "domain/nameservers-differ",
            spec: "domain: shop.test\ndns: {nameservers: cloudflare}",
            broken: sound,
            sound: |world| {
                sound(world);
                let [ada, bob] = ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"];
                world.registry().domain("shop.test").servers(&[ada, bob]);
                world.zone("shop.test").ns("@", "ada.ns.cloudflare.com.").ns("@", "bob.ns.cloudflare.com.");
                world.zone("cloudflare.com").a("ada.ns", "203.0.113.53").a("bob.ns", "198.51.100.53");
            },
        },
        Case {
            check: "domain/registrar-differs",
            spec: "domain: shop.test\nhandover: {accounts: [{name: registrar, provider: Example Registrar}]}",
            broken: |world| {
                apex(world);
                world.registry().domain("shop.test").registrar("Other Registrar Ltd");
            },
            sound,
        },
    ]);
}

/// A name that nobody has registered is not in the DNS either: one cause, one red line.
#[test]
fn a_free_name_is_one_red_line() {
    let spec = "domain: shop.test\nhosts: {apex: {}, api: {kind: api}}";
    let mut builder = Lab::builder();
    builder.zone("test").txt("@", "the zone above");
    builder.registry();
    let report = check(&builder.start(), spec, &["--format", "json"]).json();
    assert_eq!(findings(&report, "fail"), ["domain/unregistered shop.test"], "{report:#}");
    let cause = &finding(&report, "dns/host-unresolved", "api.shop.test")["because"];
    assert_eq!(cause["check"], "domain/unregistered");
    let mut builder = Lab::builder();
    sound(&mut builder);
    let report = check(&builder.start(), "domain: shop.test", &["--format", "json"]).json();
    assert!(findings(&report, "pass").contains(&"domain/unregistered shop.test".to_owned()), "{report:#}");
    assert_eq!(report["verdict"], "ready", "{report:#}");
}

/// A report about a sound product whose registry is changed, and the lab that it came from.
fn looked(change: impl Fn(&mut Registry), spec: &str, options: &[&str]) -> (Lab, Value) {
    let mut builder = Lab::builder();
    apex(&mut builder);
    change(builder.registry());
    let lab = builder.start();
    let all: Vec<&str> = ["--format", "json"].iter().chain(options).copied().collect();
    let outcome = check(&lab, spec, &all);
    let raw = |c: char| c.is_control() && c != '\n';
    assert!(!outcome.out.chars().any(raw), "a raw control character: {:?}", outcome.out);
    (lab, outcome.json())
}

const SPEC: &str =
    "domain: shop.test\nhandover: {accounts: [{name: registrar, provider: Example Registrar}]}";

/// Nothing is said about the registration, and each check says why.
fn assert_could_not_tell(report: &Value, word: &str) {
    for id in AREA {
        let finding = finding(report, id, "shop.test");
        assert_eq!(finding["status"], "unknown", "{finding:#}");
        assert!(finding["message"].as_str().expect("words").contains(word), "{word} in {finding:#}");
    }
    assert_eq!(findings(report, "fail"), Vec::<String>::new());
    assert_eq!(report["verdict"], "undetermined");
    let delegated = finding(report, "domain/on-hold", "shop.test");
    assert_eq!(delegated["message"], "the registry delegates shop.test to ns1.shop.test and ns2.shop.test");
}

#[test]
fn the_registry_is_asked_once() {
    let spec = format!("{SPEC}\nhosts: {{apex: {{}}, www: redirect}}");
    let (lab, report) = looked(
        |registry| {
            registry
                .domain("shop.test")
                .servers(&["ada.ns.cloudflare.com"])
                .registrar("EXAMPLE REGISTRAR LLC");
        },
        &spec,
        &["--only", "domain", "--concurrency", "1"],
    );
    assert_eq!(findings(&report, "pass").len(), 5, "{report:#}");
    assert_eq!(lab.count_lookups("shop.test"), 1);
}

#[test]
fn a_busy_registry_is_could_not_tell() {
    for later in ["3600", "Fri, 01 Jan 2100 00:00:00 GMT"] {
        let busy = |registry: &mut Registry| {
            registry.answers(Response::new(429, "{}").header("Retry-After", later));
        };
        let (lab, report) = looked(busy, SPEC, &[]);
        assert_could_not_tell(&report, "the registry asks to come back later");
        // It asked for a long pause: it is not asked again at all.
        assert_eq!(lab.count_lookups("shop.test"), 1);
    }
}

#[test]
fn a_short_pause_is_kept_and_the_answer_counts() {
    let later = Response::new(503, "{}").header("Retry-After", "1");
    let (lab, report) = looked(
        |registry| {
            registry.first(later.clone()).domain("shop.test");
        },
        "domain: shop.test",
        &[],
    );
    assert_eq!(report["verdict"], "ready", "{report:#}");
    assert_eq!(lab.count_lookups("shop.test"), 2);
}

#[test]
fn a_registry_that_fails_is_could_not_tell() {
    type Change = fn(&mut Registry) -> &mut Registry;
    let cases: [(Change, &str); 6] = [
        (|registry| registry.answers(Response::new(500, "oops")), "answered 500"),
        (|registry| registry.answers(Response::new(403, "")), "answered 403"),
        (Registry::garbage, "it is not JSON"),
        (Registry::endless, "more than 1048576 bytes"),
        (|registry| registry.slow(Duration::from_secs(20)), "within 700 ms"),
        (|registry| registry.answers(Response::new(200, "{}")), "it describes no domain"),
    ];
    for (change, word) in cases {
        let change = |registry: &mut Registry| {
            change(registry);
        };
        let (_, report) = looked(change, SPEC, &["--timeout", "700ms", "--retries", "0"]);
        assert_could_not_tell(&report, word);
    }
}

#[test]
fn redirects_are_followed_for_a_while() {
    let (_, report) = looked(
        |registry| {
            registry.redirect("/rdap/domain/shop.test", "/rdap/domain/elsewhere");
            registry.redirect("/rdap/domain/elsewhere", "/rdap/domain/elsewhere");
        },
        SPEC,
        &[],
    );
    assert_could_not_tell(&report, "redirects more than 5 times");
    let (_, report) = looked(
        |registry| {
            registry.redirect("/rdap/domain/shop.test", "ftp://127.0.0.1/");
        },
        SPEC,
        &[],
    );
    assert_could_not_tell(&report, "which is not https");
}

/// What the environment's RDAP service leads to where no lab sets it.
fn with_service(url: &str, spec: &str) -> (i32, String) {
    let arguments = ["check", "-", "--resolver", "127.0.0.1:9", "--timeout", "700ms", "--retries", "0"];
    let options = ["--only", "domain", "--format", "json"];
    let all: Vec<String> = arguments.iter().chain(&options).map(|text| (*text).to_owned()).collect();
    let outcome = launch_ready_in(&[(RDAP_URL, url)], &all, spec);
    (outcome.code, outcome.out + &outcome.err)
}

#[test]
fn an_unreachable_registry_is_could_not_tell() {
    // Nothing listens on the discard port of loopback.
    let (code, text) = with_service("http://127.0.0.1:9", "domain: shop.test");
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("127.0.0.1 could not be asked"), "{text}");
}

#[test]
fn a_service_that_is_no_address_is_a_usage_error() {
    let (code, text) = with_service("rdap.example.com", "domain: shop.test");
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("LAUNCH_READY_RDAP_URL"), "{text}");
}

#[test]
fn a_service_with_a_password_is_refused_without_showing_it() {
    let (code, text) = with_service("https://me:secret@rdap.example.com/", "domain: shop.test");
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("LAUNCH_READY_RDAP_URL"), "{text}");
    assert!(text.contains("user name or a password") && !text.contains("secret"), "{text}");
    assert!(!text.contains("in a spec"), "{text}");
}

#[test]
fn nobody_asks_about_a_reserved_name() {
    let (code, text) = with_service("", "domain: shop.test");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("names under .test are reserved (RFC 6761): nobody registers them"), "{text}");
}

#[test]
fn an_ending_without_service_is_could_not_tell() {
    let (code, text) = with_service("", "domain: shop.nosuchending");
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("the registry of .nosuchending offers no RDAP service"), "{text}");
}

#[test]
fn a_sub_domain_asks_about_what_is_registered() {
    let mut builder = Lab::builder();
    builder.registry().domain("shop.co.uk");
    builder.registry().domain("xn--bcher-kva.test").ends_in(3);
    let lab = builder.start();
    let options = ["--only", "domain", "--format", "json"];
    let report = check(&lab, "domain: app.shop.co.uk", &options).json();
    assert_eq!(findings(&report, "pass").len(), 4, "{report:#}");
    assert_eq!(lab.count_lookups("shop.co.uk"), 1);
    let report = check(&lab, "domain: www.bücher.test", &options).json();
    assert_eq!(findings(&report, "fail"), ["domain/expiring www.xn--bcher-kva.test"], "{report:#}");
}

/// What a run saw of the registry is judged again without one.
#[test]
fn a_recording_holds_the_registration() {
    let mut builder = Lab::builder();
    sound(&mut builder);
    let lab = builder.start();
    let file = lab.folder().join("seen.json").display().to_string();
    let first = check(&lab, "domain: shop.test", &["--format", "json", "--record", &file]).json();
    let again = check(&lab, "domain: shop.test", &["--format", "json", "--replay", &file]).json();
    assert_eq!(first["findings"], again["findings"]);
    assert_eq!(lab.count_lookups("shop.test"), 1);
}
