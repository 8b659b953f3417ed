//! DMARC on real sockets: each check in a world where it alone fails, and in one where it passes.

use crate::checks::{Case, mail, prove, report};
use crate::lab::{Builder, Fault};
use crate::run::{finding, findings};

const SPEC: &str = "domain: shop.test";
const SPF: &[&str] = &["v=spf1 mx -all"];
const SOUND: &str = "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test";

/// A domain that receives mail, with this at `_dmarc`.
fn with(world: &mut Builder, texts: &[&str]) {
    mail(world, SPF, texts);
}

fn sound(world: &mut Builder) {
    with(world, &[SOUND]);
}

/// Reports go to another domain, which receives mail.
fn external(world: &mut Builder) {
    with(world, &["v=DMARC1; p=reject; rua=mailto:shop@reports.test!10m"]);
    world.zone("reports.test").mx("@", 10, "mx").a("mx", "203.0.113.30");
}

#[test]
fn records() {
    prove(&[
        Case {
            check: "email/dmarc-missing",
            spec: SPEC,
            broken: |world| {
                mail(world, &["v=spf1 mx -all", SOUND], &[]);
            },
            sound,
        },
        Case {
            check: "email/dmarc-missing",
            spec: SPEC,
            broken: |world| {
                with(world, &[]);
                world.zone("shop.test").cname("_dmarc", "gone.reports.test.");
            },
            sound: |world| {
                with(world, &[]);
                world.zone("shop.test").cname("_dmarc", "shop.reports.test.");
                world.zone("reports.test").txt("shop", SOUND);
            },
        },
        Case {
            check: "email/dmarc-multiple",
            spec: SPEC,
            broken: |world| with(world, &[SOUND, "v=DMARC1; p=none"]),
            sound: |world| with(world, &[SOUND, "other=1"]),
        },
        Case {
            check: "email/dmarc-invalid",
            spec: SPEC,
            broken: |world| with(world, &["v=DMARC1; p=rejct; rua=mailto:dmarc@shop.test"]),
            sound,
        },
        Case {
            check: "email/dmarc-invalid",
            spec: SPEC,
            broken: |world| with(world, &["v=dmarc1; p=reject"]),
            sound: |world| with(world, &["v=DMARC1;\tp=reject; rua=mailto:dmarc@shop.test; pct=100;"]),
        },
        Case {
            check: "email/dmarc-invalid",
            spec: SPEC,
            broken: |world| with(world, &["v=DMARC1; p=reject; rua=dmarc@shop.test"]),
            sound,
        },
        Case {
            check: "email/dmarc-invalid",
            spec: "domain: shop.test\nemail: none",
            broken: |world| {
                crate::checks::apex(world);
                world
                    .zone("shop.test")
                    .mx("@", 0, ".")
                    .txt("@", "v=spf1 -all")
                    .txt("_dmarc", "v=DMARC1; p=reject; p=none");
            },
            sound: |world| {
                crate::checks::apex(world);
                world
                    .zone("shop.test")
                    .mx("@", 0, ".")
                    .txt("@", "v=spf1 -all")
                    .txt("_dmarc", "v=DMARC1; p=reject");
            },
        },
    ]);
}

#[test]
fn policies() {
    prove(&[
        Case {
            check: "email/dmarc-policy-weak",
            spec: SPEC,
            broken: |world| with(world, &["v=DMARC1; rua=mailto:dmarc@shop.test"]),
            sound: |world| with(world, &["v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.test"]),
        },
        Case {
            check: "email/dmarc-subdomain-weak",
            spec: SPEC,
            broken: |world| with(world, &["v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@shop.test"]),
            sound,
        },
        Case {
            check: "email/dmarc-subdomain-weak",
            spec: "domain: shop.test\nemail: {dmarc: {policy: quarantine, subdomain_policy: reject}}",
            broken: |world| with(world, &["v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.test"]),
            sound: |world| with(world, &["v=DMARC1; p=quarantine; sp=reject; rua=mailto:dmarc@shop.test"]),
        },
        Case {
            check: "email/dmarc-testing",
            spec: SPEC,
            broken: |world| with(world, &["v=DMARC1; p=reject; t=y; rua=mailto:dmarc@shop.test"]),
            sound,
        },
        Case {
            check: "email/dmarc-testing",
            spec: SPEC,
            broken: |world| with(world, &["v=DMARC1; p=reject; pct=20; rua=mailto:dmarc@shop.test"]),
            sound: |world| with(world, &["v=DMARC1; p=reject; pct=100; t=n; rua=mailto:dmarc@shop.test"]),
        },
    ]);
}

#[test]
fn reports() {
    prove(&[
        Case {
            check: "email/dmarc-no-reports",
            spec: SPEC,
            broken: |world| with(world, &["v=DMARC1; p=reject"]),
            sound,
        },
        Case {
            check: "email/dmarc-no-reports",
            spec: "domain: shop.test\nemail: {dmarc: {reports: [\"mailto:dmarc@shop.test\"]}}",
            broken: |world| with(world, &["v=DMARC1; p=reject; rua=mailto:old@shop.test"]),
            sound,
        },
        Case { check: "email/dmarc-reports-unauthorised", spec: SPEC, broken: external, sound: agreed },
        Case {
            check: "email/dmarc-reports-unauthorised",
            spec: SPEC,
            broken: external,
            sound: |world| {
                external(world);
                world.zone("reports.test").txt("*._report._dmarc", "v=DMARC1");
            },
        },
        Case {
            check: "email/dmarc-reports-unauthorised",
            spec: SPEC,
            broken: |world| {
                agreed(world);
                world.zone("reports.test").without("@", "MX");
            },
            sound: agreed,
        },
        // One organisation needs no consent, unless a part of it keeps to itself.
        Case {
            check: "email/dmarc-reports-unauthorised",
            spec: SPEC,
            broken: |world| {
                within(world);
                world.zone("shop.test").txt("_dmarc.in", "v=DMARC1; p=reject; psd=n");
            },
            sound: within,
        },
    ]);
}

fn agreed(world: &mut Builder) {
    external(world);
    world.zone("reports.test").txt("shop.test._report._dmarc", "v=DMARC1; rua=mailto:all@reports.test");
}

fn within(world: &mut Builder) {
    with(world, &["v=DMARC1; p=reject; rua=mailto:dmarc@in.shop.test"]);
    world.zone("shop.test").mx("in", 10, "mail");
}

/// Who shall publish what stands in the help, word by word.
#[test]
fn the_help_holds_the_other_domain_s_record() {
    let report = report(SPEC, external);
    let found = finding(&report, "email/dmarc-reports-unauthorised", "shop.test");
    let help = found["help"].as_str().expect("help");
    assert!(help.contains("`shop.test._report._dmarc.reports.test TXT \"v=DMARC1;\"`"), "{help}");
}

/// An address that the spec declares is looked at before anybody publishes it.
#[test]
fn declared_destinations_are_asked_too() {
    let spec = "domain: shop.test\nemail: {dmarc: {reports: [\"mailto:shop@reports.test\"]}}";
    let report = report(spec, |world| {
        external(world);
        world.zone("shop.test").without("_dmarc", "TXT").txt("_dmarc", "v=DMARC1; p=reject");
    });
    assert_eq!(
        findings(&report, "fail"),
        ["email/dmarc-reports-unauthorised shop.test", "email/dmarc-no-reports shop.test"]
    );
}

/// The shortest name with a record is the organisation's (RFC 9989 section 4.10.2).
#[test]
fn a_subdomain_inherits_from_its_organisation() {
    let report = report("domain: a.b.shop.test\nemail: {receive: any}", |world| {
        world.zone("shop.test").txt("_dmarc", "v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@shop.test");
        let zone = world.zone("shop.test").txt("_dmarc.b", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test");
        zone.mx("a.b", 10, "mail").a("mail", "203.0.113.25").mx("@", 10, "mail").txt("a.b", "v=spf1 mx -all");
        zone.a("a.b", "203.0.113.10");
        crate::checks::site(world, "a.b.shop.test");
    });
    assert_eq!(findings(&report, "fail"), ["email/dmarc-policy-weak a.b.shop.test"]);
    let found = finding(&report, "email/dmarc-policy-weak", "a.b.shop.test");
    assert_eq!(found["observed"], "sp=none");
    assert_eq!(finding(&report, "email/dmarc-subdomain-weak", "a.b.shop.test")["status"], "not_applicable");
}

/// What could not be asked is no verdict; a silent top-level domain is no riddle.
#[test]
fn silence_is_no_verdict() {
    let own = report(SPEC, |world| {
        sound(world);
        world.zone("shop.test").broken("_dmarc", "TXT", Fault::Servfail);
    });
    assert_eq!(findings(&own, "fail"), Vec::<String>::new());
    let unknown = findings(&own, "unknown");
    for check in
        ["missing", "multiple", "invalid", "policy-weak", "testing", "no-reports", "reports-unauthorised"]
    {
        let id = format!("email/dmarc-{check} shop.test");
        assert!(unknown.contains(&id), "{id} in {unknown:#?}");
    }
    let top = report(SPEC, |world| {
        sound(world);
        world.zone("test").broken("_dmarc", "TXT", Fault::Servfail);
    });
    let words = [findings(&top, "fail"), findings(&top, "unknown")].concat();
    assert!(!words.iter().any(|found| found.starts_with("email/dmarc")), "{words:#?}");
    let other = report(SPEC, |world| {
        external(world);
        world.zone("reports.test").broken("shop.test._report._dmarc", "TXT", Fault::Servfail);
    });
    assert_eq!(
        finding(&other, "email/dmarc-reports-unauthorised", "shop.test")["status"],
        "unknown",
        "{other:#}"
    );
}

/// What was damaged in entry is one red line.
#[test]
fn damage_has_one_red_line() {
    let report = report(SPEC, |world| with(world, &["\"v=DMARC1; p=reject; rua=mailto:dmarc@shop.test\""]));
    assert_eq!(findings(&report, "fail"), ["dns/value-malformed _dmarc.shop.test TXT"]);
}
