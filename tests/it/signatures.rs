//! `dns/dnssec-*` where a zone is well as a whole: zones below it, single answers, single servers.

use crate::checks::{Case, prove, report, site};
use crate::dnssec::{REQUIRED, under_the_root};
use crate::lab::{Builder, Fault, Lab, Names, Signing};
use crate::run::{check, finding, findings, launch_ready};

type World = fn(&mut Builder);

/// A zone below, with an address of a name that the spec declares.
fn child(world: &mut Builder, signing: Signing) {
    under_the_root(world, Signing::good());
    world.zone("eu.shop.test").txt("deep", "a=b").sign(signing);
}

const CHILD: &str = "domain: shop.test\nhosts: {apex: {}}\ndns: {nameservers: [ns1.shop.test, ns2.shop.test], records: [\
                     {name: apex, type: TXT, value: a=1}, {name: deep.eu, type: TXT, value: a=b}]}";

#[test]
fn a_delegated_child_is_a_zone_of_its_own() {
    let good: fn(&mut Builder) = |world| child(world, Signing::good());
    let case = |check, broken| Case { check, spec: CHILD, broken, sound: good };
    prove(&[
        case("dns/dnssec-bogus", |world| child(world, Signing::wrong_ds())),
        case("dns/dnssec-bogus", |world| child(world, Signing::expired(3))),
        case("dns/dnssec-ds-orphan", |world| child(world, Signing::orphan_ds())),
        case("dns/dnssec-ds-missing", |world| child(world, Signing::without_ds())),
        case("dns/dnssec-signature-expiring", |world| child(world, Signing::ends_in(30))),
    ]);
    let report = report(CHILD, |world| child(world, Signing::wrong_ds()));
    assert_eq!(findings(&report, "fail"), ["dns/dnssec-bogus eu.shop.test"]);
    let own = finding(&report, "dns/dnssec-bogus", "eu.shop.test");
    assert_eq!(own["spec"]["path"], "dns.records[1]");
    // No registrar knows of it.
    let help = own["help"].as_str().expect("help");
    assert!(
        help.starts_with("in the zone shop.test, replace the DS of eu.shop.test by `eu.shop.test DS "),
        "{help}"
    );
    assert_eq!(finding(&report, "dns/dnssec-bogus", "shop.test")["spec"]["path"], "dns.nameservers");
    assert_eq!(finding(&report, "dns/dnssec-bogus", "shop.test")["status"], "pass");
    assert_eq!(bare_unknowns(&report), Vec::<String>::new());
}

/// Neither the child's own trouble nor that of its parent leaves a question open.
#[test]
fn an_unsigned_child_and_a_dead_one_are_told_as_what_they_are() {
    let unsigned = report(CHILD, |world| {
        under_the_root(world, Signing::good());
        world.zone("eu.shop.test").txt("deep", "a=b");
    });
    assert_eq!(unsigned["verdict"], "ready", "{unsigned:#}");
    assert_eq!(finding(&unsigned, "dns/dnssec-unsigned", "eu.shop.test")["level"], "info");
    let dead = report(CHILD, |world| {
        child(world, Signing::good());
        world.zone("eu.shop.test").broken("@", "*", Fault::Servfail).broken("deep", "*", Fault::Servfail);
        for server in ["ns1.eu.shop.test", "ns2.eu.shop.test"] {
            world.server_fault(server, Fault::Refused);
        }
    });
    assert_eq!(findings(&dead, "fail"), ["dns/nameserver-lame eu.shop.test"]);
    let bogus = finding(&dead, "dns/dnssec-bogus", "eu.shop.test");
    assert_eq!(bogus["because"]["check"], "dns/nameserver-lame", "{bogus:#}");
}

/// The errors and warnings that say "could not tell" and name no finding that is the cause.
fn bare_unknowns(report: &serde_json::Value) -> Vec<String> {
    let all = report["findings"].as_array().expect("findings").iter();
    let bare = all.filter(|f| f["status"] == "unknown" && f["because"].is_null());
    bare.map(|f| format!("{} {}: {}", f["check"], f["subject"], f["message"])).collect()
}

const ONE: &str = "domain: shop.test\nhosts: {apex: {}, app: {}}\nemail: {receive: any}\ndns: {records: [\
                   {name: apex, type: TXT, value: a=1}, {name: one, type: TXT, value: x=1}]}";

fn one(world: &mut Builder) {
    under_the_root(world, Signing::good());
    let zone = world.zone("shop.test").txt("one", "x=1").a("app", "203.0.113.10");
    zone.mx("@", 10, "mail").a("mail", "203.0.113.25");
    zone.txt("@", "v=spf1 mx -all").txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test");
    site(world, "app.shop.test");
}

#[test]
fn one_answer_that_does_not_validate_fails_the_zone() {
    let case = |broken| Case { check: "dns/dnssec-bogus", spec: ONE, broken, sound: one };
    let worlds: [(World, &str, &str); 3] = [
        (|world| spoiled(world, "one", "TXT"), "one.shop.test TXT", "dns.records[1]"),
        (|world| spoiled(world, "app", "A"), "app.shop.test A", "hosts.app"),
        (|world| spoiled(world, "@", "MX"), "shop.test MX", "email"),
    ];
    for (world, question, path) in worlds {
        prove(&[case(world)]);
        let report = report(ONE, world);
        assert_eq!(findings(&report, "fail"), ["dns/dnssec-bogus shop.test"]);
        let bogus = finding(&report, "dns/dnssec-bogus", "shop.test");
        let message = bogus["message"].as_str().expect("words");
        assert!(message.starts_with(&format!("{question} does not validate")), "{message}");
        assert_eq!(bogus["spec"]["path"], path);
        assert_eq!(bare_unknowns(&report), Vec::<String>::new());
    }
}

fn spoiled(world: &mut Builder, name: &str, kind: &str) {
    one(world);
    world.zone("shop.test").spoil(name, kind);
}

/// Only the end of the alias is refused; the name that the spec speaks of leads there.
#[test]
fn an_alias_of_something_bogus_says_where_it_leads() {
    let worlds: [(World, &str); 2] = [
        (
            |world| aliased(world, "edge.shop.test"),
            "app.shop.test A (through edge.shop.test) does not validate",
        ),
        (
            |world| aliased(world, "edge.host.test"),
            "app.shop.test A (through edge.host.test) does not validate",
        ),
    ];
    for (world, words) in worlds {
        let report = report("domain: shop.test\nhosts: {apex: {}, app: {}}", world);
        assert_eq!(findings(&report, "fail"), ["dns/dnssec-bogus shop.test"]);
        let bogus = finding(&report, "dns/dnssec-bogus", "shop.test");
        assert!(bogus["message"].as_str().expect("words").starts_with(words), "{bogus:#}");
        assert_eq!(bogus["spec"]["path"], "hosts.app");
        assert_eq!(bare_unknowns(&report), Vec::<String>::new());
    }
}

fn aliased(world: &mut Builder, target: &str) {
    under_the_root(world, Signing::good());
    world.zone("shop.test").cname("app", &format!("{target}."));
    let (label, zone) = target.split_once('.').expect("a name in a zone");
    world.zone(zone).sign(Signing::good()).a(label, "203.0.113.10").spoil(label, "A");
    site(world, "app.shop.test");
}

/// What a run saw is judged the same again.
#[test]
fn a_recording_keeps_what_was_refused() {
    let mut builder = Lab::builder();
    spoiled(&mut builder, "one", "TXT");
    let lab = builder.start();
    let file = lab.folder().join("seen.json").display().to_string();
    let first = check(&lab, ONE, &["--format", "json", "--record", &file]).json();
    let again = ["check", "-", "--format", "json", "--replay", &file].map(str::to_owned);
    let again = launch_ready(&again, ONE).json();
    assert_eq!(findings(&first, "fail"), ["dns/dnssec-bogus shop.test"]);
    for (check, subject) in
        [("dns/dnssec-bogus", "shop.test"), ("dns/propagation-pending", "one.shop.test TXT")]
    {
        assert_eq!(finding(&first, check, subject), finding(&again, check, subject));
    }
}

#[test]
fn a_name_server_that_signs_otherwise_is_named() {
    let good: fn(&mut Builder) = |world| under_the_root(world, Signing::good());
    let case = |broken| Case { check: "dns/dnssec-bogus", spec: REQUIRED, broken, sound: good };
    let worlds: [(World, &str); 3] = [
        (
            |world| other_server(world, |names| names.strip_signatures()),
            "ns2.shop.test serves the zone without signatures",
        ),
        (
            |world| other_server(world, |names| names.sign_otherwise("shop.test", Signing::good())),
            "ns2.shop.test signs with a key that is not among the zone's",
        ),
        (
            |world| other_server(world, |names| names.sign_otherwise("shop.test", Signing::expired(3))),
            "ns2.shop.test signs with a key that is not among the zone's",
        ),
    ];
    for (world, words) in worlds {
        prove(&[case(world)]);
        let report = report(REQUIRED, world);
        let bogus = finding(&report, "dns/dnssec-bogus", "shop.test");
        assert!(bogus["message"].as_str().expect("words").contains(words), "{bogus:#}");
        assert_eq!(bare_unknowns(&report), Vec::<String>::new());
    }
}

fn other_server(world: &mut Builder, change: fn(&mut Names) -> &mut Names) {
    under_the_root(world, Signing::good());
    world.at_server("ns2.shop.test", move |names| {
        change(names);
    });
}
