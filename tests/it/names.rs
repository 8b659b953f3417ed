//! Checks of what names lead to, on real sockets: CAA, takeover, both families, wildcards.

use crate::checks::{Case, apex, prove, report, site};
use crate::lab::{Builder, Cert, Fault, has_ipv6};
use crate::run::{check, finding, findings};

#[test]
fn caa() {
    prove(&[
        Case {
            check: "dns/caa-missing",
            spec: "domain: shop.test\ndns: {caa: [letsencrypt.org]}",
            broken: apex,
            sound: |world| {
                apex(world);
                world.zone("shop.test").caa("@", "issue", "\"letsencrypt.org\"");
            },
        },
        Case {
            check: "dns/caa-forbids-issuer",
            spec: "domain: shop.test\nhosts: {apex: {}, app: {}}",
            broken: |world| issued_by("Let's Encrypt", "digicert.com", world),
            sound: |world| issued_by("Let's Encrypt", "letsencrypt.org; validationmethods=dns-01", world),
        },
        // RFC 8657: a method that no authority knows; then one authority for wildcards and one for others.
        Case {
            check: "dns/caa-forbids-issuer",
            spec: "domain: shop.test\nhosts: {apex: {}, app: {}}\ndns: {caa: [letsencrypt.org, pki.goog]}",
            broken: |world| {
                issued_by("Let's Encrypt", "letsencrypt.org; validationmethods=dns01", world);
                world.zone("shop.test").caa("@", "issuewild", "\"pki.goog\"");
            },
            sound: |world| {
                issued_by("Let's Encrypt", "letsencrypt.org; accounturi=https://acme.test/1", world);
                world.zone("shop.test").caa("@", "issuewild", "\"pki.goog\"");
            },
        },
        Case {
            check: "dns/caa-forbids-issuer",
            spec: "domain: shop.test\nhosts: {app: {}}",
            broken: |world| {
                issued_by("Google Trust Services", "pki.goog", world);
                world.site("app.shop.test").cert(Cert::good().wildcard());
                world.zone("shop.test").caa("@", "issuewild", "\";\"");
            },
            sound: |world| {
                issued_by("Google Trust Services", "pki.goog", world);
                world.site("app.shop.test").cert(Cert::good().wildcard());
            },
        },
    ]);
}

/// Two hosts with certificates of that organisation, and a CAA record that lets in that name.
fn issued_by(organisation: &str, lets_in: &str, world: &mut Builder) {
    apex(world);
    world.issuer(organisation);
    world.zone("shop.test").a("app", "203.0.113.10").caa("@", "issue", &format!("\"{lets_in}\""));
    site(world, "app.shop.test");
}

/// One set of records that shuts one authority out is one red line.
#[test]
fn inherited_records_fail_once() {
    let spec = "domain: shop.test\nhosts: {apex: {}, app: {}}\ndns: {caa: [pki.goog]}";
    let report = report(spec, |world| issued_by("Let's Encrypt", ";", world));
    assert_eq!(findings(&report, "fail"), ["dns/caa-forbids-issuer shop.test"]);
    let second = finding(&report, "dns/caa-forbids-issuer", "app.shop.test");
    assert_eq!(second["because"]["subject"], "shop.test");
    let first = finding(&report, "dns/caa-forbids-issuer", "shop.test");
    assert_eq!(
        first["message"],
        "the CAA records of shop.test shut out pki.goog (declared in `dns.caa`) and Let's Encrypt (issued the certificate in use)"
    );
}

/// A resolver that cannot say whether there are records leaves everything open.
#[test]
fn servfail_on_the_climb_is_unknown() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\ndns: {caa: [pki.goog]}";
    let report = report(spec, |world| {
        apex(world);
        world.zone("shop.test").broken("@", "CAA", Fault::Servfail);
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    let unknown = findings(&report, "unknown");
    assert_eq!(unknown, ["dns/caa-missing shop.test", "dns/caa-forbids-issuer shop.test"]);
}

/// `store` is an alias of a hosting that gives names out.
fn hosted(world: &mut Builder, status: u16, page: &str) {
    apex(world);
    world.zone("shop.test").cname("store", "na-west1.surge.sh.");
    world.zone("surge.sh").a("na-west1", "203.0.113.30");
    world.site("store.shop.test").page("/", status, page);
}

#[test]
fn takeover() {
    prove(&[
        Case {
            check: "dns/takeover-possible",
            spec: "domain: shop.test\nhosts: {apex: {}, store: {}}",
            broken: |world| hosted(world, 404, "<h1>project not found</h1>"),
            sound: |world| {
                hosted(world, 200, "<h1>The store</h1>");
                world
                    .site("store.shop.test")
                    .header_everywhere("Strict-Transport-Security", "max-age=31536000");
            },
        },
        Case {
            check: "dns/takeover-possible",
            spec: "domain: shop.test\nhosts: {apex: {}, app: {}}",
            broken: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "shop-app.azurewebsites.net.");
            },
            sound: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "shop-app.azurewebsites.net.");
                world.zone("azurewebsites.net").a("shop-app", "203.0.113.30");
                site(world, "app.shop.test");
            },
        },
        // For a name that nobody holds there is no certificate: plain HTTP tells.
        Case {
            check: "dns/takeover-possible",
            spec: "domain: shop.test\nhosts: {apex: {}, store: {}}",
            broken: |world| {
                hosted(world, 404, "project not found");
                world.port_80(crate::lab::Port80::Same);
                world.site("shop.test").on_port_80(crate::lab::Port80::ToHttps);
                world.weather("store.shop.test", 443, crate::lab::Weather::Reset);
            },
            sound: apex_and_store,
        },
    ]);
}

fn apex_and_store(world: &mut Builder) {
    hosted(world, 200, "The store");
    world.site("store.shop.test").header_everywhere("Strict-Transport-Security", "max-age=31536000");
}

/// A declared alias is looked at although no host is declared there, and only its page is kept.
#[test]
#[expect(clippy::disallowed_methods, reason = "the recording is a file")]
fn a_declared_alias_is_asked_for_its_page() {
    let mut world = Builder::default();
    world.zone("shop.test");
    hosted(&mut world, 404, "project not found");
    let lab = world.start();
    let spec = "domain: shop.test\nhosts: {apex: {}}\ndns: {records: [{name: store, type: CNAME, value: na-west1.surge.sh}]}";
    let recording = lab.folder().join("seen.json").display().to_string();
    let report = check(&lab, spec, &["--format", "json", "--record", &recording]).json();
    assert_eq!(findings(&report, "fail"), ["dns/takeover-possible store.shop.test"]);
    let seen = std::fs::read_to_string(&recording).expect("a recording");
    let seen: serde_json::Value = serde_json::from_str(&seen).expect("JSON");
    assert_eq!(seen["http"]["https://store.shop.test/"]["answer"]["excerpt"], "project not found");
    assert_eq!(seen["http"]["https://shop.test/"]["answer"]["excerpt"], serde_json::Value::Null);
}

/// The host has both families; the lab serves IPv6 as `six` says.
fn both_families(world: &mut Builder) {
    apex(world);
    world.zone("shop.test").aaaa("@", "2001:db8::10");
}

fn same_on_ipv6(world: &mut Builder) {
    both_families(world);
    let six = world.site_on_ipv6("shop.test").page("/*", 200, "hello");
    six.header_everywhere("Strict-Transport-Security", "max-age=31536000");
}

#[test]
fn families() {
    if !has_ipv6() {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: this machine has no IPv6 loopback");
        }
        return;
    }
    let spec = "domain: shop.test\nhosts: {apex: {}}";
    let broken: [fn(&mut Builder); 4] = [
        |world| {
            both_families(world);
            world.refuse_ipv6("shop.test");
        },
        |world| {
            same_on_ipv6(world);
            world.site_on_ipv6("shop.test").cert(Cert::good().other_name());
        },
        |world| {
            both_families(world);
            world.site_on_ipv6("shop.test").page("/*", 500, "no");
        },
        // Another server, which knows no such name and ends the handshake.
        |world| {
            both_families(world);
            world.site_on_ipv6("old.shop.test").page("/*", 200, "old");
            world.stranger_on_ipv6("shop.test");
        },
    ];
    prove(&broken.map(|broken| Case { check: "dns/ipv6-broken", spec, broken, sound: same_on_ipv6 }));
}

/// Where `--connect` names one family only, there is nothing to compare.
#[test]
fn one_overridden_family_is_not_compared() {
    let report = report("domain: shop.test\nhosts: {apex: {}}", both_families);
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    assert_eq!(finding(&report, "dns/ipv6-broken", "shop.test")["status"], "not_applicable");
}

#[test]
fn wildcard() {
    prove(&[Case {
        check: "dns/wildcard-unintended",
        spec: "domain: shop.test\nhosts: {apex: {}}",
        broken: |world| {
            apex(world);
            world.zone("shop.test").a("*", "203.0.113.10");
        },
        sound: apex,
    }]);
}
