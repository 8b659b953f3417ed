//! `dns/dnssec-*` on really signed zones.

use crate::checks::{Case, apex, prove, report};
use crate::lab::{Builder, Lab, Signing};
use crate::run::{check, finding, findings, launch_ready};

/// Root, `test` and `shop.test`, signed; only the last one in some other way than well.
pub(crate) fn under_the_root(world: &mut Builder, shop: Signing) {
    apex(world);
    chained_to_the_root(world, shop);
}

/// The same for a world whose apex is there already.
pub(crate) fn chained_to_the_root(world: &mut Builder, shop: Signing) {
    world.zone("shop.test").txt("@", "a=1");
    world.zone(".").sign(Signing::good().anchored());
    world.zone("test").sign(Signing::good());
    world.zone("shop.test").sign(shop);
}

/// `test` and `shop.test`, signed, in a world without a root: only the resolver has an anchor.
fn without_root(world: &mut Builder, shop: Signing) {
    apex(world);
    world.zone("test").sign(Signing::good());
    world.zone("shop.test").sign(shop);
}

type Fault = fn() -> Signing;
type World = fn(&mut Builder);

pub(crate) const REQUIRED: &str = "domain: shop.test\ndns: {dnssec: required}";

#[test]
fn every_check_fails_alone_and_passes() {
    let good: fn(&mut Builder) = |world| under_the_root(world, Signing::good());
    let case = |check, broken| Case { check, spec: "domain: shop.test", broken, sound: good };
    prove(&[
        case("dns/dnssec-bogus", |world| under_the_root(world, Signing::wrong_ds())),
        case("dns/dnssec-bogus", |world| under_the_root(world, Signing::expired(3))),
        case("dns/dnssec-bogus", |world| under_the_root(world, Signing::broken_signatures())),
        case("dns/dnssec-ds-orphan", |world| under_the_root(world, Signing::orphan_ds())),
        case("dns/dnssec-ds-missing", |world| under_the_root(world, Signing::without_ds())),
        case("dns/dnssec-signature-expiring", |world| under_the_root(world, Signing::ends_in(30))),
        Case { check: "dns/dnssec-unsigned", spec: REQUIRED, broken: apex, sound: good },
        // A server that signs each answer has never more than a day or two left.
        Case {
            check: "dns/dnssec-signature-expiring",
            spec: REQUIRED,
            broken: |world| under_the_root(world, Signing::ends_in(1)),
            sound: |world| under_the_root(world, Signing::online()),
        },
    ]);
}

/// The same where no anchor is known here, with a resolver that validates and one that does not.
#[test]
fn without_a_root_the_resolver_s_word_and_the_data_are_enough() {
    let faults: [(&str, Fault); 6] = [
        ("dns/dnssec-bogus", Signing::wrong_ds),
        ("dns/dnssec-bogus", || Signing::expired(3)),
        ("dns/dnssec-bogus", Signing::broken_signatures),
        ("dns/dnssec-ds-orphan", Signing::orphan_ds),
        ("dns/dnssec-ds-missing", Signing::without_ds),
        ("dns/dnssec-signature-expiring", || Signing::ends_in(30)),
    ];
    for (id, fault) in faults {
        for signing in [fault(), fault().unnoticed()] {
            let judged = judged(|world| without_root(world, signing.clone()));
            assert_eq!(findings(&judged, "fail"), [format!("{id} shop.test")], "{signing:?}");
        }
    }
    let vouched = judged(|world| without_root(world, Signing::good()));
    assert_eq!(vouched["verdict"], "ready", "{vouched:#}");
    assert_eq!(
        finding(&vouched, "dns/dnssec-bogus", "shop.test")["message"],
        "the resolver validates shop.test"
    );
    let alone = judged(|world| without_root(world, Signing::good().unnoticed()));
    assert_eq!(findings(&alone, "unknown"), ["dns/dnssec-bogus shop.test"]);
}

fn judged(world: impl Fn(&mut Builder)) -> serde_json::Value {
    let mut builder = Lab::builder();
    world(&mut builder);
    check(&builder.start(), "domain: shop.test", &["--format", "json"]).json()
}

/// What a broken zone hides is told by one red line; nothing is a bare "could not tell".
#[test]
fn one_broken_zone_is_one_red_line() {
    let spec = "domain: shop.test\nhosts: {apex: {}, app: {}}\nemail: {receive: any, dkim: [{selector: s1}]}\n\
                dns: {dnssec: required, records: [{name: apex, type: TXT, value: a=1}]}";
    let worlds: [(&str, World); 2] = [
        ("dns/dnssec-bogus", |world| under_the_root(world, Signing::expired(3))),
        ("dns/dnssec-ds-orphan", |world| under_the_root(world, Signing::orphan_ds())),
    ];
    for ((id, world), spec) in
        worlds.into_iter().flat_map(|world| [(world, spec), (world, "domain: shop.test")])
    {
        let report = report(spec, world);
        assert_eq!(findings(&report, "fail"), [format!("{id} shop.test")]);
        for unknown in report["findings"].as_array().expect("findings") {
            if unknown["status"] == "unknown" {
                assert!(unknown["because"].is_object(), "{unknown:#}");
            }
        }
    }
}

#[test]
fn a_resolver_that_strips_signatures_leaves_it_open() {
    let report = report(REQUIRED, |world| {
        under_the_root(world, Signing::good().unnoticed());
        world.strip_signatures();
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    let unsigned = finding(&report, "dns/dnssec-unsigned", "shop.test");
    assert_eq!(unsigned["message"], "the resolver gives no DNSSEC data: ask one that does, with --resolver");
    assert_eq!(unsigned["spec"]["path"], "dns.dnssec");
}

#[test]
fn the_domain_may_lie_inside_a_zone() {
    let mut builder = Lab::builder();
    builder.zone(".").sign(Signing::good().anchored());
    builder.zone("test").sign(Signing::good());
    builder.zone("shop.test").a("app", "203.0.113.10").sign(Signing::wrong_ds());
    let lab = builder.start();
    let report = check(&lab, "domain: app.shop.test", &["--format", "json", "--only", "dns"]).json();
    assert_eq!(findings(&report, "fail"), ["dns/dnssec-bogus shop.test"]);
}

#[test]
fn the_missing_ds_is_shown_as_it_must_be() {
    let mut builder = Lab::builder();
    under_the_root(&mut builder, Signing::without_ds());
    let lab = builder.start();
    let report = check(&lab, REQUIRED, &["--format", "json"]).json();
    let missing = finding(&report, "dns/dnssec-ds-missing", "shop.test");
    let help = missing["help"].as_str().expect("help");
    let ds = help.split('`').nth(1).expect("a line").strip_prefix("shop.test DS ").expect("a DS");
    assert!(ds.split(' ').count() == 4 && ds.contains(" 13 2 "), "{help}");
    // Where DNSSEC is required, half of it is not enough.
    let unsigned = finding(&report, "dns/dnssec-unsigned", "shop.test");
    assert_eq!((&unsigned["status"], &unsigned["level"]), (&"unknown".into(), &"error".into()));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "anchors stand in a file")]
fn a_file_without_anchors_is_refused() {
    let mut builder = Lab::builder();
    apex(&mut builder);
    let lab = builder.start();
    let file = lab.folder().join("wrong.key");
    std::fs::write(&file, "; my keys\ntest. IN A 192.0.2.1\n").expect("written");
    let path = file.display().to_string();
    let outcome = check(&lab, "domain: shop.test", &["--trust-anchor", &path]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    assert!(outcome.err.contains("is not a file of trust anchors: line 2"), "{}", outcome.err);
    assert!(outcome.err.contains("DNSKEY or DS records"), "{}", outcome.err);
    let gone = ["check", "-", "--trust-anchor", "/nowhere/anchors.key"].map(str::to_owned);
    assert_eq!(launch_ready(&gone, "domain: shop.test").code, 2);
}

/// An anchor below the root is where the chain begins; nobody above it is asked.
#[test]
fn an_anchor_of_one_s_own_needs_no_root() {
    let mut builder = Lab::builder();
    apex(&mut builder);
    builder.zone("test").sign(Signing::good().anchored());
    builder.zone("shop.test").sign(Signing::good().unnoticed());
    let lab = builder.start();
    let report = check(&lab, "domain: shop.test", &["--format", "json"]).json();
    let bogus = finding(&report, "dns/dnssec-bogus", "shop.test");
    assert_eq!(bogus["message"], "every link holds from the trust anchor down to shop.test");
    assert_eq!((lab.count_questions("", "DNSKEY"), lab.count_questions("test", "DS")), (0, 0));
    for (name, kind) in [("test", "DNSKEY"), ("shop.test", "DNSKEY"), ("shop.test", "DS")] {
        assert_eq!(lab.count_questions(name, kind), 1, "{name} {kind}");
    }
    // Judged as of a later time, the same signatures have run out.
    let at = ["--format", "json", "--at", "2099-01-01T00:00:00Z"];
    let later = check(&lab, "domain: shop.test", &at).json();
    assert!(findings(&later, "fail").contains(&"dns/dnssec-bogus shop.test".to_owned()));
}
