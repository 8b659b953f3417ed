//! Certificates and chains on real sockets: each fault under its own check, and several at once.

use serde_json::Value;

use crate::checks::{Case, apex, prove, report};
use crate::lab::{Builder, Cert, Chain, Client, Lab, Oddity, Staple};
use crate::run::{check, finding, findings, launch_ready_in, shop};

const SPEC: &str = "domain: shop.test";

fn shown(world: &mut Builder, cert: Cert) {
    apex(world);
    world.site("shop.test").cert(cert);
}

#[test]
fn keys_and_signatures() {
    prove(&[
        Case {
            check: "tls/certificate-weak-key",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().odd(Oddity::WeakKey)),
            sound: apex,
        },
        Case {
            check: "tls/certificate-weak-signature",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().odd(Oddity::WeakSignature)),
            sound: apex,
        },
        Case {
            check: "tls/certificate-lifetime",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().lasting(900)),
            sound: |world| shown(world, Cert::good().lasting(199)),
        },
    ]);
}

#[test]
fn issuers() {
    prove(&[Case {
        check: "tls/certificate-issuer-differs",
        spec: "domain: shop.test\ntls: {issuers: [\"Let's Encrypt\"]}",
        broken: apex,
        sound: |world| {
            world.issuer("Let's Encrypt");
            apex(world);
        },
    }]);
}

#[test]
fn chains() {
    prove(&[
        Case {
            check: "tls/chain-order",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().sent(Chain::Reversed)),
            sound: apex,
        },
        Case {
            check: "tls/chain-order",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().sent(Chain::RootFirst)),
            sound: apex,
        },
        Case {
            check: "tls/chain-order",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().sent(Chain::WithRoot)),
            sound: apex,
        },
        Case {
            check: "tls/chain-order",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().sent(Chain::Twice)),
            sound: apex,
        },
        Case {
            check: "tls/chain-order",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().sent(Chain::WithStranger)),
            sound: apex,
        },
        Case {
            check: "tls/chain-expiring",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().intermediate_ends(20)),
            sound: |world| shown(world, Cert::good().intermediate_ends(90)),
        },
        Case {
            check: "tls/chain-expired",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().intermediate_ends(-2)),
            sound: apex,
        },
        Case {
            check: "tls/chain-expired",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().intermediate_ends(-40)),
            sound: apex,
        },
    ]);
}

#[test]
fn certificates_that_are_not_for_servers() {
    let odd = [Oddity::Authority, Oddity::ForClients, Oddity::UnknownExtension, Oddity::MustStaple];
    let words = ["CA:TRUE", "clientAuth", "1.3.6.1.4.1.55555.1", "must-staple"];
    for (oddity, words) in odd.into_iter().zip(words) {
        let lab = shop(|world| {
            world.site("shop.test").cert(Cert::good().odd(oddity));
        });
        let report = check(&lab, SPEC, &["--format", "json"]).json();
        assert_eq!(findings(&report, "fail"), ["tls/certificate-untrusted shop.test"], "{oddity:?}");
        let message = finding(&report, "tls/certificate-untrusted", "shop.test")["message"].to_string();
        assert!(message.contains(words), "{oddity:?}: {message}");
    }
}

#[test]
fn a_common_name_is_no_name() {
    let lab = shop(|world| {
        world.site("shop.test").cert(Cert::good().odd(Oddity::CommonNameOnly));
    });
    let report = check(&lab, SPEC, &["--format", "json"]).json();
    assert_eq!(findings(&report, "fail"), ["tls/certificate-name-mismatch shop.test"]);
    let message = finding(&report, "tls/certificate-name-mismatch", "shop.test")["message"].to_string();
    assert!(message.contains("only its common name does"), "{message}");
}

fn failed_with(cert: &Cert) -> Vec<String> {
    let lab = shop(|world| {
        world.site("shop.test").cert(cert.clone());
    });
    findings(&check(&lab, SPEC, &["--format", "json"]).json(), "fail")
}

#[test]
fn several_faults_are_all_told() {
    let all = |slugs: &[&str]| slugs.iter().map(|slug| format!("tls/{slug} shop.test")).collect::<Vec<_>>();
    assert_eq!(
        failed_with(&Cert::good().untrusted().other_name().expired(3)),
        all(&["certificate-expired", "certificate-name-mismatch", "certificate-untrusted"])
    );
    assert_eq!(
        failed_with(&Cert::good().untrusted().not_yet_valid(3)),
        all(&["certificate-not-yet-valid", "certificate-untrusted"])
    );
    assert_eq!(
        failed_with(&Cert::good().self_signed().other_name().expired(3)),
        all(&["certificate-expired", "certificate-name-mismatch", "certificate-self-signed"])
    );
    assert_eq!(
        failed_with(&Cert::good().odd(Oddity::WeakKey).expired(3)),
        all(&["certificate-expired", "certificate-weak-key"])
    );
    assert_eq!(failed_with(&Cert::good().valid(20, -20)), all(&["certificate-expired"]));
}

#[test]
fn staples() {
    prove(&[
        Case {
            check: "tls/certificate-revoked",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().stapled(Staple::Revoked)),
            sound: |world| shown(world, Cert::good().stapled(Staple::Good)),
        },
        Case {
            check: "tls/certificate-untrusted",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().odd(Oddity::MustStaple)),
            sound: |world| shown(world, Cert::good().odd(Oddity::MustStaple).stapled(Staple::Good)),
        },
    ]);
    assert_eq!(failed_with(&Cert::good().stapled(Staple::Forged)), Vec::<String>::new());
}

/// A policy that asks for lists, and where they are kept.
fn with_lists(lab: &Lab) -> Value {
    with_lists_in(&lab.folder().join("cache"), lab)
}

#[expect(clippy::disallowed_methods, reason = "a test writes its own files")]
fn with_lists_in(cache: &std::path::Path, lab: &Lab) -> Value {
    let policy = lab.folder().join("lists.yaml");
    std::fs::write(&policy, "thresholds: {certificate_revocation_lists: true}").expect("a policy");
    let mut arguments = vec!["check".to_owned(), "-".into(), "--format".into(), "json".into()];
    arguments.extend(["--policy".into(), policy.display().to_string()]);
    arguments.extend(lab.args());
    let cache = cache.display().to_string();
    launch_ready_in(&[("XDG_CACHE_HOME", &cache)], &arguments, SPEC).json()
}

#[test]
fn lists_are_asked_where_the_policy_says_so_and_kept() {
    let lab = shop(|world| {
        world.site("shop.test").cert(Cert::good().listed(true));
    });
    for _ in 0..2 {
        let report = with_lists(&lab);
        assert_eq!(findings(&report, "fail"), ["tls/certificate-revoked shop.test"]);
        let message = finding(&report, "tls/certificate-revoked", "shop.test")["message"].to_string();
        assert!(message.contains("(keyCompromise), says the authority's revocation list"), "{message}");
    }
    assert_eq!(lab.count_requests("http://aia.lab.test/list.crl"), 1);
    assert_eq!(findings(&check(&lab, SPEC, &["--format", "json"]).json(), "fail"), Vec::<String>::new());
    let lab = shop(|world| {
        world.site("shop.test").cert(Cert::good().listed(false));
    });
    let report = with_lists(&lab);
    assert_eq!(finding(&report, "tls/certificate-revoked", "shop.test")["status"], "pass");
}

#[test]
fn a_kept_list_that_does_not_fit_any_more_is_fetched_anew() {
    let cache = tempfile::tempdir().expect("a folder");
    let lab = || {
        shop(|world| {
            world.site("shop.test").cert(Cert::good().listed(true));
        })
    };
    // Each lab has an authority of its own, with another key.
    with_lists_in(cache.path(), &lab());
    let second = lab();
    let report = with_lists_in(cache.path(), &second);
    assert_eq!(findings(&report, "fail"), ["tls/certificate-revoked shop.test"], "{report:#}");
    assert_eq!(second.count_requests("http://aia.lab.test/list.crl"), 1);
}

#[test]
fn client_certificates() {
    prove(&[
        Case {
            check: "tls/client-certificate-required",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().wants_client(Client::Required)),
            sound: apex,
        },
        Case {
            check: "tls/client-certificate-required",
            spec: SPEC,
            broken: |world| {
                shown(world, Cert::good().wants_client(Client::Required));
                world.site("shop.test").tls_versions(&[&rustls::version::TLS12]);
            },
            sound: apex,
        },
        Case {
            check: "tls/client-certificate-required",
            spec: SPEC,
            broken: |world| shown(world, Cert::good().wants_client(Client::Asked)),
            sound: apex,
        },
        Case {
            check: "tls/client-certificate-required",
            spec: SPEC,
            broken: |world| {
                world.zone("shop.test").a("@", "203.0.113.10");
                world.site("shop.test").page("/*", 400, "No required SSL certificate was sent");
                world.site("shop.test").cert(Cert::good().wants_client(Client::Asked));
            },
            sound: apex,
        },
    ]);
    let asked = report(SPEC, |world| shown(world, Cert::good().wants_client(Client::Asked)));
    assert_eq!(finding(&asked, "tls/client-certificate-required", "shop.test")["level"], "warning");
}

/// The program without `--ca-file`, on a machine whose own store has the lab's root.
fn on_a_machine_that_trusts(lab: &Lab, options: &[&str]) -> Value {
    let mut arguments = vec!["check".to_owned(), "-".into(), "--format".into(), "json".into()];
    let mut args = lab.args();
    let ca_file = args.iter().position(|arg| arg == "--ca-file").expect("the option");
    args.drain(ca_file..ca_file + 2);
    arguments.extend(args);
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    let store = lab.ca_file().display().to_string();
    launch_ready_in(&[("SSL_CERT_FILE", &store)], &arguments, SPEC).json()
}

#[test]
fn what_only_this_machine_trusts_is_told_apart() {
    let lab = shop(|_| {});
    let report = on_a_machine_that_trusts(&lab, &[]);
    assert_eq!(findings(&report, "fail"), ["tls/certificate-untrusted shop.test"]);
    let found = finding(&report, "tls/certificate-untrusted", "shop.test");
    assert!(found["message"].to_string().contains("only this machine trusts"), "{found}");
    let report = on_a_machine_that_trusts(&lab, &["--system-roots"]);
    let found = finding(&report, "tls/certificate-untrusted", "shop.test");
    assert_eq!(found["status"], "pass");
    assert!(found["message"].to_string().contains("--system-roots"), "{found}");
}

/// Two addresses, of which the lab serves the second one as a test says.
fn two_addresses(world: &mut Builder) {
    apex(world);
    world.zone("shop.test").a("@", "203.0.113.11");
}

fn same_at_both(world: &mut Builder) {
    two_addresses(world);
    at_second(world, 200, Cert::good());
}

fn at_second(world: &mut Builder, status: u16, cert: Cert) {
    let site = world.site_at("shop.test", "203.0.113.11").page("/*", status, "hello").cert(cert);
    site.header_everywhere("Strict-Transport-Security", "max-age=31536000");
}

#[test]
fn addresses() {
    let broken: [fn(&mut Builder); 5] = [
        |world| {
            two_addresses(world);
            world.refuse_at("shop.test", "203.0.113.11");
        },
        |world| {
            two_addresses(world);
            at_second(world, 200, Cert::good().expired(2));
        },
        |world| {
            two_addresses(world);
            at_second(world, 200, Cert::good().other_name());
        },
        |world| {
            two_addresses(world);
            at_second(world, 500, Cert::good());
        },
        // Good there too, but another one.
        |world| {
            two_addresses(world);
            at_second(world, 200, Cert::good().expiring(85));
        },
    ];
    let case = |broken| Case { check: "tls/address-unreachable", spec: SPEC, broken, sound: same_at_both };
    prove(&broken.map(case));
    let report = report(SPEC, same_at_both);
    let message = finding(&report, "tls/unreachable", "shop.test")["message"].to_string();
    assert!(message.contains("at all of its 2 addresses"), "{message}");
}
