//! SPF on real sockets: each check with a world in which exactly it fails, and one in which it passes.

use crate::checks::{Case, apex, prove, report};
use crate::lab::{Builder, Lab, good_key};
use crate::run::{check, findings};

const PLAIN: &str = "domain: shop.test";

/// The domain with that record.
fn spf(world: &mut Builder, record: &str) {
    apex(world);
    world.zone("shop.test").txt("@", record);
}

/// A domain that may be included.
fn included(world: &mut Builder, name: &str, record: &str) {
    world.zone(name).txt("@", record);
}

/// What a declared sender needs beside SPF.
fn signed(world: &mut Builder) {
    world
        .zone("shop.test")
        .txt("google._domainkey", good_key())
        .txt("s1._domainkey", good_key())
        .txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test");
}

#[test]
fn records() {
    prove(&[
        Case {
            check: "email/spf-invalid",
            spec: PLAIN,
            broken: |world| spf(world, "v=spf1 ip4:203.0.113.300 -all"),
            sound: |world| spf(world, "v=spf1 ip4:203.0.113.30 -all"),
        },
        Case {
            check: "email/spf-invalid",
            spec: PLAIN,
            broken: |world| {
                spf(world, "v=spf1 include:mail.test -all");
                included(world, "mail.test", "v=spf1 ip4:203.0.113.0/33 -all");
            },
            sound: |world| {
                spf(world, "v=spf1 include:mail.test -all");
                included(world, "mail.test", "v=spf1 ip4:203.0.113.0/32 -all");
            },
        },
        Case {
            check: "email/spf-invalid",
            spec: PLAIN,
            broken: |world| {
                spf(world, "v=spf1 include:gone.mail.test -all");
                included(world, "mail.test", "v=spf1 -all");
            },
            sound: |world| {
                spf(world, "v=spf1 include:mail.test -all");
                included(world, "mail.test", "v=spf1 -all");
            },
        },
        Case {
            check: "email/spf-loop",
            spec: PLAIN,
            broken: |world| {
                spf(world, "v=spf1 include:mail.test -all");
                included(world, "mail.test", "v=spf1 include:shop.test -all");
            },
            sound: |world| {
                spf(world, "v=spf1 include:mail.test include:mail.test -all");
                included(world, "mail.test", "v=spf1 ip4:203.0.113.30 -all");
            },
        },
        Case {
            check: "email/spf-after-all",
            spec: PLAIN,
            broken: |world| spf(world, "v=spf1 -all ip4:203.0.113.30"),
            sound: |world| spf(world, "v=spf1 ip4:203.0.113.30 -all"),
        },
        Case {
            check: "email/spf-ptr",
            spec: PLAIN,
            broken: |world| spf(world, "v=spf1 ptr -all"),
            sound: |world| spf(world, "v=spf1 a -all"),
        },
    ]);
}

/// `n` terms that each cost one look-up and find an address.
fn costly(world: &mut Builder, n: usize) {
    let terms: Vec<String> = (0..n).map(|n| format!("a:h{n}.shop.test")).collect();
    spf(world, &format!("v=spf1 {} -all", terms.join(" ")));
    for n in 0..n {
        world.zone("shop.test").a(&format!("h{n}"), "203.0.113.30");
    }
}

#[test]
fn budgets() {
    prove(&[
        Case {
            check: "email/spf-too-many-lookups",
            spec: PLAIN,
            broken: |world| costly(world, 11),
            sound: |world| costly(world, 10),
        },
        Case {
            check: "email/spf-too-many-void-lookups",
            spec: PLAIN,
            broken: |world| spf(world, "v=spf1 a:x.shop.test a:y.shop.test a:z.shop.test -all"),
            sound: |world| spf(world, "v=spf1 a:x.shop.test a:y.shop.test -all"),
        },
    ]);
}

#[test]
fn senders() {
    prove(&[
        Case {
            check: "email/spf-sender-missing",
            spec: "domain: shop.test\nemail: {send: [{name: relay, ip: [203.0.113.25], dkim: [s1]}]}",
            broken: |world| {
                spf(world, "v=spf1 -all");
                signed(world);
            },
            sound: |world| {
                spf(world, "v=spf1 a:relay.shop.test -all");
                world.zone("shop.test").a("relay", "203.0.113.25");
                signed(world);
            },
        },
        Case {
            check: "email/spf-sender-missing",
            spec: "domain: shop.test\nemail: {send: [google-workspace]}",
            broken: |world| {
                spf(world, "v=spf1 -all");
                signed(world);
            },
            // Through a redirect, and two levels down.
            sound: |world| {
                spf(world, "v=spf1 redirect=_spf.shop.test");
                world.zone("shop.test").txt("_spf", "v=spf1 include:all.shop.test -all");
                world.zone("shop.test").txt("all", "v=spf1 include:_spf.google.com -all");
                world.zone("google.com").txt("_spf", "v=spf1 ip4:203.0.113.99 -all");
                signed(world);
            },
        },
    ]);
}

#[test]
fn whoever_is_not_declared_is_named() {
    let spec = "domain: shop.test\nemail: {send: [google-workspace]}";
    let report = report(spec, |world| {
        spf(world, "v=spf1 include:_spf.google.com include:mail.zendesk.com -all");
        world.zone("google.com").txt("_spf", "v=spf1 ip4:203.0.113.99 -all");
        world.zone("zendesk.com").txt("mail", "v=spf1 ip4:203.0.113.98 -all");
        signed(world);
    });
    assert_eq!(findings(&report, "fail"), ["email/spf-sender-stale shop.test"]);
}

#[test]
fn the_tree_is_asked_level_by_level_and_each_question_once() {
    let mut world = Lab::builder();
    spf(&mut world, "v=spf1 include:a.mail.test include:b.mail.test -all");
    let zone = world.zone("mail.test");
    zone.txt("a", "v=spf1 include:c.mail.test -all").txt("b", "v=spf1 include:c.mail.test -all");
    zone.txt("c", "v=spf1 ip4:203.0.113.9 -all");
    let lab = world.start();
    let report = check(&lab, PLAIN, &["--format", "json"]).json();
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    for name in ["shop.test", "a.mail.test", "b.mail.test", "c.mail.test"] {
        assert_eq!(lab.count_questions(name, "TXT"), 1, "{name}");
    }
}

/// A provider's networks behind a term that does not pass, or behind one that refuses them first.
#[test]
fn a_provider_that_is_refused_is_not_authorised() {
    let sound: fn(&mut Builder) = |world| google(world, "v=spf1 include:mine.shop.test -all");
    let case = |broken: fn(&mut Builder)| Case {
        check: "email/spf-sender-missing",
        spec: "domain: shop.test\nemail: {send: [google-workspace]}",
        broken,
        sound,
    };
    prove(&[
        case(|world| google(world, "v=spf1 -include:_spf.google.com -all")),
        case(|world| google(world, "v=spf1 ?include:_spf.google.com -all")),
        case(|world| google(world, "v=spf1 -ip4:203.0.113.0/24 include:_spf.google.com -all")),
    ]);
}

/// Google's record, and one of the domain's own that leads to it.
fn google(world: &mut Builder, record: &str) {
    spf(world, record);
    world.zone("shop.test").txt("mine", "v=spf1 include:_spf.google.com -all");
    world.zone("google.com").txt("_spf", "v=spf1 ip4:203.0.113.99 -all");
    signed(world);
}

#[test]
fn an_include_is_needed_for_what_it_leads_to() {
    let spec = "domain: shop.test\nemail: {send: [google-workspace]}";
    let report = report(spec, |world| google(world, "v=spf1 include:mine.shop.test -all"));
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    let flat = crate::checks::report(spec, |world| google(world, "v=spf1 ip4:203.0.113.64/26 -all"));
    assert_eq!(findings(&flat, "fail"), Vec::<String>::new());
}

#[test]
fn return_paths_of_mx_and_text_are_looked_at() {
    fn path(world: &mut Builder, text: &str) {
        spf(world, "v=spf1 -all");
        signed(world);
        world.zone("shop.test").txt("resend._domainkey", good_key());
        world.zone("shop.test").mx("send", 10, "feedback-smtp.eu-west-1.amazonses.com.").txt("send", text);
        world.zone("amazonses.com").txt("@", "v=spf1 ip4:203.0.113.98 -all");
    }
    prove(&[Case {
        check: "email/spf-sender-missing",
        spec: "domain: shop.test\nemail: {send: [{provider: resend, return_path: send}]}",
        broken: |world| path(world, "verify=1"),
        sound: |world| path(world, "v=spf1 include:amazonses.com ~all"),
    }]);
}

#[test]
fn a_part_of_the_checks_does_not_hide_its_causes() {
    let mut world = Lab::builder();
    spf(&mut world, "v=spf1 ip4:203.0.113.30-all");
    let lab = world.start();
    let report = check(&lab, PLAIN, &["--format", "json", "--only", "email"]).json();
    assert_eq!(findings(&report, "fail"), ["dns/value-malformed shop.test TXT"]);
    let skipped = check(&lab, PLAIN, &["--format", "json", "--only", "email", "--skip", "dns"]).json();
    assert_eq!(findings(&skipped, "fail"), Vec::<String>::new());
}
