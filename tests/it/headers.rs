//! The headers of answers, on real sockets: a world in which exactly one thing is wrong with them, and one in
//! which nothing is.

use crate::checks::{Case, apex, prove, report, site};
use crate::lab::{Builder, Cert, Lab, Response, Weather};
use crate::run::{check, findings};

const SPEC: &str = "domain: shop.test";

/// The apex with another header than sites of the lab send by themselves.
fn apex_with(world: &mut Builder, name: &str, value: &str) {
    world.site("shop.test").header_everywhere(name, value);
    apex(world);
}

/// The apex with this Strict-Transport-Security in place of the usual one.
fn apex_with_hsts(world: &mut Builder, values: &[&str]) {
    world.zone("shop.test").a("@", "203.0.113.10");
    let site = world.site("shop.test").page("/*", 200, "hello");
    for value in values {
        site.header_everywhere("Strict-Transport-Security", *value);
    }
}

#[test]
fn strict_transport_security() {
    let preload = "domain: shop.test\ntls: {hsts: {max_age: 365d, include_subdomains: true, preload: true}}";
    prove(&[
        Case {
            check: "http/hsts-weak",
            spec: SPEC,
            broken: |world| apex_with_hsts(world, &["max-age=300"]),
            sound: apex,
        },
        Case {
            check: "http/hsts-weak",
            spec: SPEC,
            broken: |world| {
                apex_with_hsts(world, &["max-age=31536000", "max-age=31536000; includeSubDomains"]);
            },
            sound: apex,
        },
        Case {
            check: "http/hsts-weak",
            spec: SPEC,
            broken: |world| apex_with_hsts(world, &["max-age=365d"]),
            sound: |world| apex_with_hsts(world, &["MAX-AGE=\"15552000\" ;"]),
        },
        Case {
            check: "http/hsts-weak",
            spec: preload,
            broken: apex,
            sound: |world| apex_with_hsts(world, &["max-age=31536000; includeSubDomains; preload"]),
        },
    ]);
}

/// A subdomain without HTTPS has a fault of its own, so two findings are right; what is wrong with a certificate
/// is one.
#[test]
fn hsts_that_shuts_a_subdomain_out() {
    let spec = "domain: shop.test\nhosts: {apex: {}, app: {}}";
    let world: fn(&mut Builder) = |world| {
        apex_with_hsts(world, &["max-age=31536000; includeSubDomains"]);
        world.zone("shop.test").a("app", "203.0.113.11");
        site(world, "app.shop.test");
    };
    let sound = report(spec, world);
    assert_eq!(findings(&sound, "fail"), Vec::<String>::new());
    assert!(findings(&sound, "pass").contains(&"http/hsts-unsafe shop.test".to_owned()));
    let closed: fn(&mut Builder) = |world| {
        apex_with_hsts(world, &["max-age=31536000; includeSubDomains"]);
        world.zone("shop.test").a("app", "203.0.113.11");
        site(world, "app.shop.test");
        world.weather("app.shop.test", 443, Weather::Refused);
    };
    let failed = findings(&report(spec, closed), "fail");
    assert_eq!(failed, ["tls/unreachable app.shop.test", "http/hsts-unsafe shop.test"]);
    let own: fn(&mut Builder) = |world| {
        world.site("app.shop.test").cert(Cert::good().self_signed());
        apex_with_hsts(world, &["max-age=31536000; includeSubDomains"]);
        world.zone("shop.test").a("app", "203.0.113.11");
        site(world, "app.shop.test");
    };
    let failed = findings(&report(spec, own), "fail");
    assert_eq!(failed, ["tls/certificate-self-signed app.shop.test"]);
}

#[test]
fn one_header_at_a_time() {
    prove(&[
        Case {
            check: "http/security-headers-missing",
            spec: SPEC,
            broken: |world| apex_with(world, "X-Content-Type-Options", "no-sniff"),
            sound: apex,
        },
        Case {
            check: "http/security-headers-missing",
            spec: SPEC,
            broken: |world| {
                apex_with(world, "Referrer-Policy", "no-referrer-when-downgrade");
            },
            sound: |world| apex_with(world, "Referrer-Policy", "unsafe-url, same-origin"),
        },
        Case {
            check: "http/csp-missing",
            spec: SPEC,
            broken: |world| apex_with(world, "Content-Security-Policy", ""),
            sound: |world| apex_with(world, "Content-Security-Policy", "default-src 'self'"),
        },
        Case {
            check: "http/csp-weak",
            spec: SPEC,
            broken: |world| apex_with(world, "Content-Security-Policy", "default-src 'self' 'unsafe-inline'"),
            sound: |world| {
                // Of two policies each is enforced.
                let site = world.site("shop.test");
                site.header_everywhere("Content-Security-Policy", "default-src 'self' 'unsafe-inline'");
                apex_with(world, "Content-Security-Policy", "script-src 'self'");
            },
        },
        Case {
            check: "http/version-disclosed",
            spec: SPEC,
            broken: |world| apex_with(world, "Server", "nginx/1.22.1"),
            sound: |world| apex_with(world, "Server", "nginx"),
        },
        Case {
            check: "http/cookie-flags",
            spec: SPEC,
            broken: |world| apex_with(world, "Set-Cookie", "lang=de; Path=/; SameSite=Lax"),
            sound: |world| apex_with(world, "Set-Cookie", "lang=de; Path=/; Secure; SameSite=Lax"),
        },
    ]);
}

/// All headers are absent: one finding names them.
#[test]
fn an_unadorned_site_is_told_once() {
    let report = report(SPEC, |world| {
        world.site("shop.test").unadorned();
        apex(world);
    });
    let told = report["findings"].as_array().expect("findings").iter();
    let told: Vec<&str> = told
        .filter(|finding| finding["check"] == "http/security-headers-missing" && finding["status"] == "fail")
        .filter_map(|finding| finding["message"].as_str())
        .collect();
    assert_eq!(
        told,
        [
            "https://shop.test/ sends no X-Content-Type-Options, no X-Frame-Options, no Referrer-Policy and no Permissions-Policy"
        ]
    );
}

#[test]
fn the_edge_in_the_servers_place() {
    let case = |broken| Case {
        check: "http/edge-error",
        spec: SPEC,
        broken,
        sound: |world| apex_with(world, "Server", "cloudflare"),
    };
    prove(&[
        case(|world| {
            world
                .site("shop.test")
                .response("/*", Response::new(530, "error code: 1016").header("Server", "cloudflare"));
            apex(world);
        }),
        case(|world| {
            let page = "<span class=\"cf-error-code\">1020</span>";
            world.site("shop.test").response(
                "/*",
                Response::new(403, page).header("Server", "cloudflare").header("Content-Type", "text/html"),
            );
            apex(world);
        }),
    ]);
}

/// Whoever asks for a browser says nothing about the site: nothing fails, and what is not known is said.
#[test]
fn a_challenge_is_no_answer() {
    let world: fn(&mut Builder) = |world| {
        let page = Response::new(403, "<title>Just a moment...</title>")
            .header("Server", "cloudflare")
            .header("cf-mitigated", "challenge");
        world.site("shop.test").unadorned().response("/*", page);
        apex(world);
    };
    let report = report(SPEC, world);
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    assert_eq!(report["verdict"], "undetermined");
    let unknown = findings(&report, "unknown");
    for check in ["http/status-differs", "http/hsts-missing", "http/csp-missing", "http/edge-error"] {
        assert!(unknown.iter().any(|found| found.starts_with(check)), "{check}: {unknown:#?}");
    }
    let told = report["findings"].as_array().expect("findings").iter();
    let mut told = told.filter(|finding| finding["check"] == "http/status-differs");
    let message = told.next().and_then(|finding| finding["message"].as_str()).unwrap_or_default();
    assert!(message.starts_with("not tested: the edge challenged us"), "{message}");
}

/// The values of cookies stand neither in what is recorded nor in any output.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
fn the_values_of_cookies_are_not_recorded() {
    let mut world = Lab::builder();
    apex_with(&mut world, "Set-Cookie", "sid=5ecre7-4nd-m0re; Path=/");
    let lab = world.start();
    let file = std::env::temp_dir().join(format!("launch-ready-cookies-{}.json", std::process::id()));
    let path = file.to_str().expect("a path");
    let outcome = check(&lab, SPEC, &["--record", path, "--format", "json", "-v"]);
    let recorded = std::fs::read_to_string(&file).expect("a recording");
    std::fs::remove_file(&file).expect("the recording can be removed");
    assert!(recorded.contains("sid=***; Path=/"), "{recorded}");
    assert!(![recorded, outcome.out, outcome.err].iter().any(|text| text.contains("5ecre7")));
}
