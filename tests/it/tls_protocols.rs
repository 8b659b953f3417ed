//! Versions and suites on real sockets: servers that take what no library speaks any more.

use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};
use serde_json::Value;

use crate::checks::{Case, apex, prove, site};
use crate::lab::{Builder, Cert, Oddity, Refusal};
use crate::run::{check, finding, findings, shop};

const SSL3: u16 = 0x0300;
const TLS_1_0: u16 = 0x0301;
const TLS_1_1: u16 = 0x0302;
const TLS_1_2: u16 = 0x0303;

const RSA_AES_CBC: u16 = 0x002f;
const RSA_AES_GCM: u16 = 0x009c;
const RSA_3DES: u16 = 0x000a;
const RSA_RC4: u16 = 0x0005;
const RSA_NULL: u16 = 0x0002;
const RSA_EXPORT: u16 = 0x0003;
const RSA_DES: u16 = 0x0009;
const DH_ANON: u16 = 0x0034;
const DHE_GCM: u16 = 0x009e;
const ECDHE_CBC: u16 = 0xc013;
const ECDHE_GCM: u16 = 0xc02f;

#[test]
fn protocols() {
    prove(&[
        Case {
            check: "tls/legacy-version",
            spec: "domain: shop.test",
            broken: |world| {
                apex(world);
                world.site("shop.test").also_takes(TLS_1_0, ECDHE_CBC);
            },
            sound: apex,
        },
        Case {
            check: "tls/below-minimum-version",
            spec: "domain: shop.test\ntls: {min_version: \"1.3\"}",
            broken: apex,
            sound: |world| {
                apex(world);
                world.site("shop.test").tls_versions(&[&TLS13]);
            },
        },
        Case {
            check: "tls/weak-cipher",
            spec: "domain: shop.test",
            broken: |world| {
                apex(world);
                world.site("shop.test").also_takes(TLS_1_2, RSA_3DES);
            },
            sound: apex,
        },
        Case {
            check: "tls/no-modern-version",
            spec: "domain: shop.test",
            broken: |world| {
                apex(world);
                world.site("shop.test").tls_versions(&[&TLS12]);
            },
            sound: apex,
        },
    ]);
}

fn report(change: impl Fn(&mut Builder)) -> Value {
    let lab = shop(change);
    check(&lab, "domain: shop.test", &["--format", "json", "--timeout", "2s", "--retries", "1"]).json()
}

/// What is said of a shop that takes these.
fn taking(takes: &[(u16, u16)], alone: bool) -> Value {
    report(|world| {
        let site = world.site("shop.test");
        for (version, suite) in takes {
            if alone {
                site.takes_only(*version, *suite)
            } else {
                site.also_takes(*version, *suite)
            };
        }
    })
}

fn text<'r>(report: &'r Value, check: &str, key: &str) -> &'r str {
    finding(report, check, "shop.test")[key].as_str().unwrap_or_default()
}

fn cause<'r>(report: &'r Value, check: &str) -> &'r str {
    finding(report, check, "shop.test")["because"]["check"].as_str().unwrap_or_default()
}

#[test]
fn one_finding_lists_every_old_version() {
    let takes = [(SSL3, RSA_3DES), (TLS_1_0, RSA_AES_CBC), (TLS_1_1, RSA_AES_CBC)];
    let report = taking(&takes, false);
    assert_eq!(findings(&report, "fail"), ["tls/legacy-version shop.test"], "{report:#}");
    assert_eq!(text(&report, "tls/legacy-version", "observed"), "SSLv3, TLS 1.0 and TLS 1.1 too");
    let evidence = finding(&report, "tls/legacy-version", "shop.test")["evidence"].to_string();
    assert!(evidence.contains("SSLv3 with TLS_RSA_WITH_3DES_EDE_CBC_SHA"), "{evidence}");
}

#[test]
fn every_broken_family_is_told_by_itself() {
    let suites = [RSA_NULL, DH_ANON, RSA_EXPORT, RSA_DES, RSA_RC4, RSA_3DES];
    let all: Vec<(u16, u16)> = suites.iter().map(|suite| (TLS_1_2, *suite)).collect();
    let report = taking(&all, false);
    assert_eq!(findings(&report, "fail"), ["tls/weak-cipher shop.test"], "{report:#}");
    let observed = text(&report, "tls/weak-cipher", "observed");
    assert_eq!(
        observed,
        "TLS_RSA_WITH_NULL_SHA, TLS_DH_anon_WITH_AES_128_CBC_SHA, TLS_RSA_EXPORT_WITH_RC4_40_MD5, TLS_RSA_WITH_DES_CBC_SHA, TLS_RSA_WITH_RC4_128_SHA and TLS_RSA_WITH_3DES_EDE_CBC_SHA"
    );
    assert_eq!(finding(&report, "tls/weak-cipher", "shop.test")["level"], "warning");
}

#[test]
fn suites_for_old_clients_beside_good_ones_are_no_alarm() {
    let lesser = taking(&[(TLS_1_2, RSA_AES_GCM)], false);
    assert_eq!(finding(&lesser, "tls/weak-cipher", "shop.test")["level"], "info");
    assert_eq!(lesser["verdict"], "ready", "{lesser:#}");
    let cbc = taking(&[(TLS_1_2, ECDHE_CBC), (TLS_1_2, DHE_GCM)], false);
    assert_eq!(findings(&cbc, "fail"), Vec::<String>::new(), "{cbc:#}");
    let lab = shop(|world| {
        world.site("shop.test").also_takes(TLS_1_2, ECDHE_CBC);
    });
    let strict = check(&lab, "domain: shop.test", &["--format", "json", "--policy", "strict"]).json();
    assert!(findings(&strict, "fail").contains(&"tls/weak-cipher shop.test".to_owned()), "{strict:#}");
}

#[test]
fn a_server_that_is_too_old_is_one_red_line_and_its_certificate_is_judged() {
    for (version, name) in [(SSL3, "SSLv3"), (TLS_1_0, "TLS 1.0"), (TLS_1_1, "TLS 1.1")] {
        let report = taking(&[(version, RSA_AES_CBC)], true);
        assert_eq!(findings(&report, "fail"), ["tls/legacy-version shop.test"], "{report:#}");
        assert_eq!(text(&report, "tls/legacy-version", "observed"), format!("{name} alone"));
        for check in ["tls/unreachable", "tls/weak-cipher", "tls/no-modern-version", "http/hsts-missing"] {
            assert_eq!(cause(&report, check), "tls/legacy-version", "{check}: {report:#}");
        }
        let passed = findings(&report, "pass");
        for check in ["tls/certificate-untrusted", "tls/certificate-expired", "tls/certificate-name-mismatch"]
        {
            assert!(passed.contains(&format!("{check} shop.test")), "{check}: {report:#}");
        }
        assert_eq!(report["verdict"], "not_ready");
    }
}

#[test]
fn faults_of_a_certificate_that_was_read_in_the_clear_are_told_too() {
    let report = report(|world| {
        world.site("shop.test").takes_only(TLS_1_0, RSA_AES_CBC).cert(Cert::good().expired(3).other_name());
    });
    let expected = [
        "tls/certificate-expired shop.test",
        "tls/certificate-name-mismatch shop.test",
        "tls/legacy-version shop.test",
    ];
    assert_eq!(findings(&report, "fail"), expected, "{report:#}");
}

#[test]
fn a_key_that_the_library_does_not_take_is_the_one_red_line() {
    let report = report(|world| {
        world.site("shop.test").takes_only(TLS_1_2, ECDHE_GCM).cert(Cert::good().odd(Oddity::WeakKey));
    });
    assert_eq!(findings(&report, "fail"), ["tls/certificate-weak-key shop.test"], "{report:#}");
    for check in ["tls/unreachable", "tls/client-certificate-required", "http/hsts-missing"] {
        assert_eq!(cause(&report, check), "tls/certificate-weak-key", "{check}: {report:#}");
    }
}

#[test]
fn suites_that_no_browser_takes_are_an_error_and_the_one_red_line() {
    for suite in [RSA_NULL, DH_ANON, RSA_EXPORT, RSA_DES, RSA_RC4, RSA_3DES, DHE_GCM] {
        let report = taking(&[(TLS_1_2, suite)], true);
        assert_eq!(findings(&report, "fail"), ["tls/weak-cipher shop.test"], "{suite:#x}: {report:#}");
        assert_eq!(finding(&report, "tls/weak-cipher", "shop.test")["level"], "error");
        assert_eq!(cause(&report, "tls/unreachable"), "tls/weak-cipher");
        assert_eq!(cause(&report, "http/hsts-missing"), "tls/weak-cipher");
        assert_eq!(report["verdict"], "not_ready");
    }
}

#[test]
fn suites_that_only_this_program_lacks_leave_the_rest_open() {
    for suite in [RSA_AES_CBC, RSA_AES_GCM, ECDHE_CBC] {
        let report = taking(&[(TLS_1_2, suite)], true);
        assert_eq!(findings(&report, "fail"), ["tls/weak-cipher shop.test"], "{suite:#x}: {report:#}");
        assert_eq!(finding(&report, "tls/weak-cipher", "shop.test")["level"], "warning");
        let unreachable = finding(&report, "tls/unreachable", "shop.test");
        assert_eq!((&unreachable["status"], &unreachable["because"]), (&"unknown".into(), &Value::Null));
        assert!(findings(&report, "pass").contains(&"tls/certificate-untrusted shop.test".to_owned()));
        assert_eq!(report["verdict"], "undetermined", "{report:#}");
    }
}

#[test]
fn closing_and_resetting_are_ways_to_say_no() {
    for refusal in [Refusal::Close, Refusal::Reset] {
        let report = report(|world| {
            world.site("shop.test").refuses_by(refusal);
        });
        assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{refusal:?}: {report:#}");
        let passed = findings(&report, "pass");
        for check in ["tls/legacy-version shop.test", "tls/weak-cipher shop.test"] {
            assert!(passed.contains(&check.to_owned()), "{refusal:?}: {report:#}");
        }
    }
}

#[test]
fn silence_to_an_offer_is_no_answer_and_soon_given_up() {
    let started = Instant::now();
    let report = report(|world| {
        world.site("shop.test").refuses_by(Refusal::Silence);
    });
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let unknown = findings(&report, "unknown");
    assert_eq!(unknown, ["tls/legacy-version shop.test", "tls/weak-cipher shop.test"], "{report:#}");
    assert!(text(&report, "tls/legacy-version", "message").contains("no answer to the TLS ClientHello"));
    assert_eq!(report["verdict"], "undetermined");
}

#[test]
fn other_environments_are_held_to_less() {
    let lab = shop(|world| {
        world.zone("shop.test").a("staging", "203.0.113.10");
        site(world, "staging.shop.test");
        world.site("staging.shop.test").also_takes(TLS_1_0, RSA_AES_CBC).also_takes(TLS_1_2, RSA_3DES);
    });
    let spec = "domain: shop.test\nhosts: {apex: {}, staging: {environment: staging}}";
    let report = check(&lab, spec, &["--format", "json"]).json();
    assert_eq!(finding(&report, "tls/legacy-version", "staging.shop.test")["level"], "warning");
    assert_eq!(finding(&report, "tls/weak-cipher", "staging.shop.test")["level"], "info");
    assert_eq!(report["verdict"], "ready", "{report:#}");
}

#[test]
fn a_recording_keeps_what_was_offered() {
    let lab = shop(|world| {
        world.site("shop.test").takes_only(TLS_1_0, RSA_AES_CBC);
    });
    let file = lab.folder().join("seen.json").display().to_string();
    let first = check(&lab, "domain: shop.test", &["--format", "json", "--record", &file]).json();
    let arguments = ["check", "-", "--format", "json", "--replay", &file].map(str::to_owned);
    let again = crate::run::launch_ready(&arguments, "domain: shop.test").json();
    for check in ["tls/legacy-version", "tls/weak-cipher", "tls/unreachable", "tls/certificate-untrusted"] {
        assert_eq!(finding(&first, check, "shop.test"), finding(&again, check, "shop.test"));
    }
}
