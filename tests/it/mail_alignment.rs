//! Whether declared senders align for DMARC, on real sockets.

use crate::checks::{Case, apex, prove, report};
use crate::lab::{Builder, good_key};
use crate::run::{finding, findings};

const DMARC: &str = "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test";

/// A domain that receives mail and enforces DMARC.
fn domain(world: &mut Builder, spf: &str, dmarc: &str) {
    apex(world);
    let zone = world.zone("shop.test").mx("@", 10, "mail").a("mail", "203.0.113.25");
    zone.txt("@", spf).txt("_dmarc", dmarc);
}

#[test]
fn senders_align_by_key_or_by_return_path() {
    prove(&[
        // A provider that signs for itself, and takes bounces at home.
        Case {
            check: "email/dmarc-alignment",
            spec: "domain: shop.test\nemail: {send: [postmark]}",
            broken: |world| domain(world, "v=spf1 mx -all", DMARC),
            sound: |world| {
                domain(world, "v=spf1 mx -all", DMARC);
                world.zone("shop.test").txt("pm._domainkey", good_key());
            },
        },
        // A return path below the domain, where the policy asks for the very same name.
        Case {
            check: "email/dmarc-alignment",
            spec: "domain: shop.test\nemail: {send: [{name: relay, ip: [203.0.113.25], return_path: b}]}",
            broken: |world| {
                domain(world, "v=spf1 mx -all", "v=DMARC1; p=reject; aspf=s; rua=mailto:dmarc@shop.test");
                world.zone("shop.test").txt("b", "v=spf1 ip4:203.0.113.25 -all");
            },
            sound: |world| {
                domain(world, "v=spf1 mx -all", DMARC);
                world.zone("shop.test").txt("b", "v=spf1 ip4:203.0.113.25 -all");
            },
        },
    ]);
}

#[test]
fn a_return_path_of_another_organisation_does_not_align() {
    let spec =
        "domain: shop.test\nemail: {send: [{name: relay, ip: [203.0.113.25], return_path: b.host.test}]}";
    let report = report(spec, |world| {
        domain(world, "v=spf1 mx -all", DMARC);
        world.zone("host.test").txt("b", "v=spf1 ip4:203.0.113.25 -all");
    });
    assert_eq!(findings(&report, "fail"), ["email/dmarc-alignment relay"]);
}

#[test]
fn a_selector_that_nobody_can_know_is_asked_for() {
    let spec = "domain: shop.test\nemail: {send: [amazon-ses]}";
    let report = report(spec, |world| {
        domain(world, "v=spf1 mx -all", DMARC);
        world.zone("shop.test").txt("other._domainkey", good_key());
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    let found = finding(&report, "email/dmarc-alignment", "amazon-ses");
    let message = found["message"].as_str().unwrap_or_default();
    assert!(message.contains("dkim: [<selector>]") && message.contains("Verified identities"), "{message}");
}
