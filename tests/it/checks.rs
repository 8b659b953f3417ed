//! Every check on real sockets: a world in which exactly it fails, and one in which it passes.

use crate::lab::{Builder, Cert, Lab, Port80, Response, Weather, good_key};
use crate::run::{check, failing, findings};

const HSTS: &str = "max-age=31536000";
/// A record that asks for all there is.
const DMARC: &[&str] = &["v=DMARC1; p=reject; rua=mailto:dmarc@shop.test"];

/// A check, a spec, and two worlds.
pub(crate) struct Case {
    pub(crate) check: &'static str,
    pub(crate) spec: &'static str,
    pub(crate) broken: fn(&mut Builder),
    pub(crate) sound: fn(&mut Builder),
}

/// Runs the cases: in the broken world nothing but the check fails, in the sound one nothing does
/// and the check passes.
pub(crate) fn prove(cases: &[Case]) {
    for case in cases {
        let broken = report(case.spec, case.broken);
        let mut failed = findings(&broken, "fail");
        failed.extend(failing(&broken, case.check));
        assert!(
            !failed.is_empty() && failed.iter().all(|found| found.split(' ').next() == Some(case.check)),
            "{} in the broken world: {failed:#?}\nunknown: {:#?}",
            case.check,
            findings(&broken, "unknown")
        );
        let sound = report(case.spec, case.sound);
        assert_eq!(findings(&sound, "fail"), Vec::<String>::new(), "{} in the sound world", case.check);
        let passed = findings(&sound, "pass");
        assert!(
            passed.iter().any(|found| found.split(' ').next() == Some(case.check)),
            "{}: {passed:#?}",
            case.check
        );
    }
}

pub(crate) fn report(spec: &str, world: fn(&mut Builder)) -> serde_json::Value {
    let mut builder = Lab::builder();
    builder.zone("shop.test");
    world(&mut builder);
    let lab = builder.start();
    check(&lab, spec, &["--format", "json"]).json()
}

/// The apex resolves and serves well.
pub(crate) fn apex(world: &mut Builder) {
    world.zone("shop.test").a("@", "203.0.113.10");
    site(world, "shop.test");
}

/// A host that serves well: HTTPS forced, HSTS sent.
pub(crate) fn site(world: &mut Builder, host: &str) {
    world.site(host).page("/*", 200, "hello").header_everywhere("Strict-Transport-Security", HSTS);
}

/// `www` exists too, and does what the handler says.
fn www(world: &mut Builder, base: Option<&str>) {
    world.zone("shop.test").a("www", "203.0.113.10");
    match base {
        Some(base) => {
            world
                .site("www.shop.test")
                .redirect_all(base)
                .header_everywhere("Strict-Transport-Security", HSTS);
        }
        None => site(world, "www.shop.test"),
    }
}

#[test]
fn dns() {
    prove(&[
        Case {
            check: "dns/record-missing",
            spec: "domain: shop.test\ndns: {records: [{name: apex, type: TXT, value: verify=1}]}",
            broken: apex,
            sound: |world| {
                apex(world);
                world.zone("shop.test").txt("@", "verify=1");
            },
        },
        Case {
            check: "dns/record-differs",
            spec: "domain: shop.test\ndns: {records: [{name: apex, type: A, value: 203.0.113.10}]}",
            broken: |world| {
                world.zone("shop.test").a("@", "203.0.113.11");
                site(world, "shop.test");
            },
            sound: apex,
        },
        Case {
            check: "dns/host-unresolved",
            spec: "domain: shop.test\nhosts: {apex: {}, api: {kind: api}}",
            broken: apex,
            sound: |world| {
                apex(world);
                world.zone("shop.test").a("api", "203.0.113.10");
                site(world, "api.shop.test");
            },
        },
        Case {
            check: "dns/address-private",
            spec: "domain: shop.test",
            broken: |world| {
                world.zone("shop.test").a("@", "10.0.0.1");
                site(world, "shop.test");
            },
            sound: apex,
        },
        Case {
            check: "dns/cname-dangling",
            spec: "domain: shop.test\nhosts: {apex: {}, app: {}}",
            broken: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "gone.host.test.");
            },
            sound: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "here.host.test.");
                world.zone("host.test").a("here", "203.0.113.10");
                site(world, "app.shop.test");
            },
        },
        Case {
            check: "dns/cname-loop",
            spec: "domain: shop.test\nhosts: {apex: {}, app: {}}",
            broken: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "a").cname("a", "b").cname("b", "a");
            },
            sound: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "a").cname("a", "@");
                site(world, "app.shop.test");
            },
        },
    ]);
}

fn with_certificate(world: &mut Builder, cert: Cert) {
    apex(world);
    world.site("shop.test").cert(cert);
}

#[test]
fn tls() {
    let spec = "domain: shop.test";
    prove(&[
        Case {
            check: "tls/unreachable",
            spec,
            broken: |world| {
                apex(world);
                world.weather("shop.test", 443, Weather::Refused);
            },
            sound: apex,
        },
        Case {
            check: "tls/certificate-expired",
            spec,
            broken: |world| with_certificate(world, Cert::good().expired(2)),
            sound: apex,
        },
        Case {
            check: "tls/certificate-not-yet-valid",
            spec,
            broken: |world| with_certificate(world, Cert::good().not_yet_valid(2)),
            sound: apex,
        },
        Case {
            check: "tls/certificate-expiring",
            spec: "domain: shop.test\ntls: {min_remaining: 21d}",
            broken: |world| with_certificate(world, Cert::good().expiring(20)),
            sound: |world| with_certificate(world, Cert::good().expiring(23)),
        },
        Case {
            check: "tls/certificate-name-mismatch",
            spec,
            broken: |world| with_certificate(world, Cert::good().other_name()),
            sound: apex,
        },
        Case {
            check: "tls/certificate-untrusted",
            spec,
            broken: |world| with_certificate(world, Cert::good().untrusted()),
            sound: apex,
        },
        Case {
            check: "tls/certificate-self-signed",
            spec,
            broken: |world| with_certificate(world, Cert::good().self_signed()),
            sound: apex,
        },
        Case {
            check: "tls/chain-incomplete",
            spec,
            broken: |world| with_certificate(world, Cert::good().incomplete_with_aia()),
            sound: apex,
        },
    ]);
}

#[test]
fn http() {
    prove(&[
        Case {
            check: "http/unreachable",
            spec: "domain: shop.test\nendpoints: [{url: \"https://shop.test/api\"}]",
            broken: |world| {
                world.zone("shop.test").a("@", "203.0.113.10");
                world.site("shop.test").trouble("/api", crate::lab::Trouble::GarbageStatusLine);
                site(world, "shop.test");
            },
            sound: apex,
        },
        Case {
            check: "http/https-not-forced",
            spec: "domain: shop.test",
            broken: |world| {
                apex(world);
                world.site("shop.test").on_port_80(Port80::Same);
            },
            sound: |world| {
                apex(world);
                world.site("shop.test").on_port_80(Port80::Closed);
            },
        },
        Case {
            check: "http/status-differs",
            spec: "domain: shop.test\nhosts: {apex: {health: /healthz}}",
            broken: |world| {
                world.zone("shop.test").a("@", "203.0.113.10");
                world.site("shop.test").page("/healthz", 503, "no");
                site(world, "shop.test");
            },
            sound: apex,
        },
        Case {
            check: "http/hsts-missing",
            spec: "domain: shop.test",
            broken: |world| {
                world.zone("shop.test").a("@", "203.0.113.10");
                world.site("shop.test").page("/*", 200, "hello");
            },
            sound: apex,
        },
        Case {
            check: "http/canonical-split",
            spec: "domain: shop.test\ncanonical: apex",
            broken: |world| {
                apex(world);
                www(world, None);
            },
            sound: |world| {
                apex(world);
                www(world, Some("https://shop.test"));
            },
        },
    ]);
}

/// A redirect of `/old/*` to `/new/$1` with 301, and what the server does instead.
const REDIRECT: &str = "domain: shop.test\nredirects: [{from: \"https://shop.test/old/*\", to: \"https://shop.test/new/$1\", status: 301}]";

fn old_leads_to(world: &mut Builder, handler: fn(&str) -> Response) {
    world.zone("shop.test").a("@", "203.0.113.10");
    world.site("shop.test").handler("/old/*", move |request| {
        handler(request.path_and_query.trim_start_matches("/old/")).header("Strict-Transport-Security", HSTS)
    });
    site(world, "shop.test");
}

fn old_leads_well(world: &mut Builder) {
    old_leads_to(world, |rest| Response::redirect(301, &format!("https://shop.test/new/{rest}")));
}

#[test]
fn redirects() {
    prove(&[
        Case { check: "http/redirect-missing", spec: REDIRECT, broken: apex, sound: old_leads_well },
        Case {
            check: "http/redirect-target-differs",
            spec: REDIRECT,
            broken: |world| old_leads_to(world, |_| Response::redirect(301, "https://shop.test/new/")),
            sound: old_leads_well,
        },
        Case {
            check: "http/redirect-status-differs",
            spec: REDIRECT,
            broken: |world| {
                old_leads_to(world, |rest| Response::redirect(302, &format!("https://shop.test/new/{rest}")));
            },
            sound: old_leads_well,
        },
        Case {
            check: "http/redirect-loop",
            spec: REDIRECT,
            broken: |world| {
                old_leads_to(world, |rest| Response::redirect(301, &format!("https://shop.test/old/{rest}")));
            },
            sound: old_leads_well,
        },
        Case {
            check: "http/redirect-chain",
            spec: REDIRECT,
            broken: |world| {
                for (from, to) in [("/a/*", "b"), ("/b/*", "c"), ("/c/*", "new")] {
                    world.site("shop.test").handler(from, move |request| {
                        let rest = request.path_and_query.get(3..).unwrap_or_default();
                        Response::redirect(301, &format!("https://shop.test/{to}/{rest}"))
                    });
                }
                old_leads_to(world, |rest| Response::redirect(301, &format!("https://shop.test/a/{rest}")));
            },
            sound: old_leads_well,
        },
    ]);
}

#[test]
fn email() {
    prove(&[
        Case {
            check: "email/mx-missing",
            spec: "domain: shop.test\nemail: {receive: any}",
            broken: mail_without_mx,
            sound: |world| {
                mail_without_mx(world);
                world.zone("shop.test").mx("@", 10, "mail").a("mail", "203.0.113.25");
            },
        },
        Case {
            check: "email/spf-missing",
            spec: "domain: shop.test\nemail: {send: [{name: relay, ip: [203.0.113.25]}]}",
            broken: |world| mail(world, &[], DMARC),
            sound: |world| mail(world, &["v=spf1 mx -all"], DMARC),
        },
        Case {
            check: "email/spf-multiple",
            spec: "domain: shop.test",
            broken: |world| mail(world, &["v=spf1 mx -all", "v=spf1 a -all"], DMARC),
            sound: |world| mail(world, &["v=spf1 mx -all", "other"], DMARC),
        },
        Case {
            check: "email/spf-permissive",
            spec: "domain: shop.test",
            broken: |world| mail(world, &["v=spf1 mx ?all"], DMARC),
            sound: |world| mail(world, &["v=spf1 mx ~all"], DMARC),
        },
        Case {
            check: "email/spf-permissive",
            spec: "domain: shop.test",
            broken: |world| {
                mail(world, &["v=spf1 redirect=_spf.shop.test"], DMARC);
                world.zone("shop.test").txt("_spf", "v=spf1 mx +all");
            },
            sound: |world| {
                mail(world, &["v=spf1 redirect=_spf.shop.test"], DMARC);
                world.zone("shop.test").txt("_spf", "v=spf1 redirect=spf.host.test");
                world.zone("host.test").txt("spf", "v=spf1 mx -all");
            },
        },
        Case {
            check: "email/spf-invalid",
            spec: "domain: shop.test\nemail: none",
            broken: |world| without_mail(world, "v=spf1 redirect=gone.shop.test", "v=DMARC1; p=reject"),
            sound: |world| without_mail(world, "v=spf1 -all", "v=DMARC1; p=reject"),
        },
        Case {
            check: "email/dkim-missing",
            spec: "domain: shop.test\nemail: {send: [{name: relay, dkim: [s1]}]}",
            broken: |world| mail(world, &["v=spf1 mx -all"], DMARC),
            sound: |world| {
                mail(world, &["v=spf1 mx -all"], DMARC);
                world.zone("shop.test").txt("s1._domainkey", good_key());
            },
        },
        Case {
            check: "email/dmarc-missing",
            spec: "domain: shop.test",
            broken: |world| mail(world, &["v=spf1 mx -all"], &[]),
            sound: |world| mail(world, &["v=spf1 mx -all"], DMARC),
        },
        Case {
            check: "email/dmarc-policy-weak",
            spec: "domain: shop.test\nemail: {dmarc: {policy: reject}}",
            broken: |world| {
                mail(world, &["v=spf1 mx -all"], &["v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.test"]);
            },
            sound: |world| mail(world, &["v=spf1 mx -all"], DMARC),
        },
    ]);
}

/// A domain that says that it receives no mail, with these records.
fn without_mail(world: &mut Builder, spf: &str, dmarc: &str) {
    apex(world);
    world.zone("shop.test").mx("@", 0, ".").txt("@", spf).txt("_dmarc", dmarc);
}

fn mail_without_mx(world: &mut Builder) {
    apex(world);
    world.zone("shop.test").txt("@", "v=spf1 -all").txt("_dmarc", DMARC[0]);
}

/// A domain that receives mail, with these texts at the apex and at `_dmarc`.
pub(crate) fn mail(world: &mut Builder, apex_texts: &[&str], dmarc: &[&str]) {
    apex(world);
    let zone = world.zone("shop.test").mx("@", 10, "mail").a("mail", "203.0.113.25");
    for text in apex_texts {
        zone.txt("@", text);
    }
    for text in dmarc {
        zone.txt("_dmarc", text);
    }
}

/// A domain that receives mail well, protected by SPF and DMARC.
pub(crate) fn sound_mail(world: &mut Builder) {
    mail(world, &["v=spf1 mx -all"], DMARC);
}

#[test]
fn a_domain_without_mail_can_be_ready() {
    let refuses_all: fn(&mut Builder) = |world| {
        apex(world);
        world.zone("shop.test").txt("@", "v=spf1 -all").txt("_dmarc", DMARC[0]);
    };
    for world in [refuses_all, apex] {
        let mut builder = Lab::builder();
        world(&mut builder);
        let lab = builder.start();
        let outcome = check(&lab, "domain: shop.test\nemail: none", &["--format", "json"]);
        assert_eq!((outcome.code, &outcome.json()["verdict"]), (0, &"ready".into()), "{}", outcome.out);
    }
}

#[test]
fn what_a_domain_without_mail_publishes_is_judged() {
    let report = report("domain: shop.test\nemail: none", |world| {
        without_mail(world, "v=spf1 +all", "v=DMARC1; p=none");
    });
    let failed = findings(&report, "fail");
    // The weak policy is said by the check on domains without mail; that the record lets everybody send
    // is wrong in itself.
    assert_eq!(failed, ["email/spf-permissive shop.test", "email/parked-spoofable shop.test"]);
}

/// The spec's own checks need no world, but run through the same pipe.
#[test]
fn spec() {
    let judged = |spec: &str| {
        let mut builder = Lab::builder();
        apex(&mut builder);
        let lab = builder.start();
        findings(&check(&lab, spec, &["--format", "json"]).json(), "fail")
    };
    let api = "endpoints: [{url: \"https://api.shop.test/\"}]\n";
    assert_eq!(
        judged(&format!("domain: shop.test\nhosts: {{apex: {{}}}}\n{api}")).first().map(String::as_str),
        // The host that nobody declared does not resolve either, and its URL says so.
        Some("http/unreachable https://api.shop.test/")
    );
    assert_eq!(
        judged(
            "domain: shop.test\nwebhooks: [{name: a, url: \"https://shop.test/\", secret: whsec_0123456789abcdef0123, test: off}]"
        ),
        ["spec/inline-secret webhooks[0].secret"]
    );
    let waiver = |until| {
        format!(
            "domain: shop.test\nwaivers: [{{check: http/hsts-missing, reason: r, owner: o, until: {until}}}]"
        )
    };
    assert_eq!(judged(&waiver("2020-01-01")), ["spec/waiver-expired http/hsts-missing"]);
    assert_eq!(judged(&waiver("2099-01-01")), ["spec/waiver-unmatched http/hsts-missing"]);
}

/// `tls/*` speaks of port 443; a declared URL on another port answers for itself.
#[test]
fn another_port_is_judged_by_its_url() {
    let judged = |weather: Weather| {
        let mut world = Lab::builder();
        world.zone("shop.test");
        apex(&mut world);
        world.weather("shop.test", 8443, weather);
        let lab = world.start();
        let spec = "domain: shop.test\nendpoints: [{url: \"https://shop.test:8443/x\"}]";
        findings(
            &check(&lab, spec, &["--format", "json", "--timeout", "1s", "--retries", "0"]).json(),
            "fail",
        )
    };
    for weather in [Weather::Refused, Weather::Garbage, Weather::Reset] {
        assert_eq!(judged(weather), ["http/unreachable https://shop.test:8443/x"]);
    }
}

/// A redirect to a host that does not exist is a fault of the redirect, not a riddle.
#[test]
fn a_redirect_into_nothing_fails_once() {
    let spec =
        "domain: shop.test\nredirects: [{from: \"https://shop.test/old/*\", to: \"https://gone.test/$1\"}]";
    let report = report(spec, |world| {
        old_leads_to(world, |rest| Response::redirect(301, &format!("https://gone.test/{rest}")));
    });
    assert_eq!(findings(&report, "fail"), ["http/redirect-target-differs https://shop.test/old/*"]);
    assert_eq!(findings(&report, "unknown"), Vec::<String>::new());
}
