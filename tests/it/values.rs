//! Declared values on real sockets: what means the same passes, however it is written.

use crate::checks::{Case, apex, prove, report, site};
use crate::lab::{Builder, Lab};
use crate::run::{check, finding, findings};

const REVERSE: &str = "domain: shop.test\ndns: {records: [{name: 10.113.0.203.in-addr.arpa, type: PTR, value: mail.shop.test}]}";

#[test]
fn names_of_addresses() {
    prove(&[
        Case {
            check: "dns/record-missing",
            spec: REVERSE,
            broken: |world| {
                apex(world);
                world.zone("113.0.203.in-addr.arpa");
            },
            sound: named,
        },
        Case {
            check: "dns/record-differs",
            spec: REVERSE,
            broken: |world| {
                apex(world);
                world.zone("113.0.203.in-addr.arpa").record("10", "PTR host-10.hosting.test.");
            },
            sound: named,
        },
    ]);
}

/// The address has the name that it should have.
fn named(world: &mut Builder) {
    apex(world);
    world.zone("113.0.203.in-addr.arpa").record("10", "PTR Mail.shop.test.");
}

/// The zone of an address is somebody else's: the product's servers know nothing of it.
#[test]
fn only_the_resolver_is_asked_about_an_address() {
    let mut world = Lab::builder();
    named(&mut world);
    let lab = world.start();
    let report = check(&lab, REVERSE, &["--format", "json"]).json();
    let reverse = "10.113.0.203.in-addr.arpa";
    let asked = lab.log().questions();
    let asked: Vec<&str> =
        asked.iter().filter(|q| q.name.contains(reverse)).map(|q| q.server.as_str()).collect();
    assert_eq!(asked, ["resolver"]);
    let pending = finding(&report, "dns/propagation-pending", &format!("{reverse} PTR"));
    assert_eq!(pending["status"], "not_applicable");
    assert_eq!(findings(&report, "unknown"), Vec::<String>::new());
}

/// A TLSA record (RFC 6698 section 2.1), and an HTTPS record of the domain (RFC 9460 section 2.2).
fn written_otherwise(world: &mut Builder) {
    world.zone("shop.test");
    let zone = world.zone("xn--bcher-kva.test").ns("@", "ns1.shop.test.").ns("@", "ns2.shop.test.");
    zone.a("@", "203.0.113.10").mx("@", 10, "mail").a("mail", "203.0.113.25");
    site(world, "xn--bcher-kva.test");
    let zone = world.zone("xn--bcher-kva.test");
    zone.txt("@", "v=spf1 mx -all")
        .txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@xn--bcher-kva.test")
        .txt("split", "abcd");
    zone.cname("shop", "@").record("_sip._tcp", "SRV 10 5 5060 mail");
    zone.raw("_443._tcp", "TLSA", &[&[3, 1, 1][..], &[0xab; 32]].concat());
    // Priority 1, target `.`, alpn h2, ipv4hint 203.0.113.10.
    zone.raw("@", "HTTPS", &[0, 1, 0, 0, 1, 0, 3, 2, b'h', b'2', 0, 4, 0, 4, 203, 0, 113, 10]);
}

#[test]
fn what_means_the_same_is_the_same() {
    let hex = "ABABABABABABABAB ".repeat(4);
    let spec = format!(
        "domain: bücher.test
hosts: {{bücher.test: {{}}}}
dns:
  records:
    - {{name: apex, type: MX, value: Mail.bücher.test., priority: 10}}
    - {{name: shop, type: CNAME, value: \"@\"}}
    - {{name: split.bücher.test, type: TXT, value: '\"ab\" \"cd\"'}}
    - {{name: _sip._tcp, type: SRV, value: 10 5 5060 mail.BÜCHER.test}}
    - {{name: _443._tcp, type: TLSA, value: 3 1 1 {hex}}}
    - {{name: apex, type: HTTPS, value: '1 . ipv4hint=203.0.113.10 alpn=\"h2\"'}}
email: {{receive: {{mx: [mail.bücher.test]}}}}
"
    );
    let mut world = Lab::builder();
    written_otherwise(&mut world);
    let report = check(&world.start(), &spec, &["--format", "json"]).json();
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let passed = findings(&report, "pass");
    assert_eq!(passed.iter().filter(|found| found.starts_with("dns/record-differs ")).count(), 6);
}

/// The types that the other worlds do not hold, and a delegation that is declared: the servers of the
/// child speak for its NS, those of the zone for its DS.
#[test]
fn the_other_types_are_compared_too() {
    let spec = "domain: shop.test
dns:
  records:
    - {name: apex, type: AAAA, value: \"2001:DB8:0:0::10\"}
    - {name: apex, type: CAA, value: 0 ISSUE letsencrypt.org}
    - {name: eu, type: NS, values: [NS1.eu.shop.test., ns2.eu.shop.test]}
    - {name: eu, type: DS, value: 12345 13 2 ABAB}
    - {name: _svc, type: SVCB, value: 1 svc.shop.test port=8443}
";
    let describe = |world: &mut Builder, ds: u8| {
        apex(world);
        let zone = world.zone("shop.test");
        zone.aaaa("@", "2001:db8::10").caa("@", "issue", "letsencrypt.org");
        let target = b"\x03svc\x04shop\x04test\x00";
        zone.raw("_svc", "SVCB", &[&[0, 1][..], target, &[0, 3, 0, 2, 0x20, 0xfb]].concat());
        world.zone("eu.shop.test").raw("@", "DS", &[0x30, 0x39, 13, 2, 0xab, ds]);
    };
    let found = |ds| {
        let mut world = Lab::builder();
        describe(&mut world, ds);
        let report = check(&world.start(), spec, &["--format", "json", "--only", "dns"]).json();
        ["pass", "fail"].map(|status| {
            let of = |found: &String| found.starts_with("dns/record-differs ");
            findings(&report, status).into_iter().filter(of).collect::<Vec<_>>()
        })
    };
    let [passed, failed] = found(0xab);
    assert_eq!((passed.len(), failed.len()), (5, 0), "{passed:#?}{failed:#?}");
    let [passed, failed] = found(0xac);
    assert_eq!((passed.len(), &failed[..]), (4, &["dns/record-differs eu.shop.test DS".to_owned()][..]));
}

/// Resolvers and name servers rotate the records of a set.
#[test]
fn the_order_on_the_wire_is_not_told() {
    let spec = "domain: shop.test\ndns: {records: [{name: apex, type: A, value: 203.0.113.9}]}";
    let told = |world: fn(&mut Builder)| {
        let report = report(spec, world);
        finding(&report, "dns/record-differs", "shop.test A")["observed"].clone()
    };
    let one = told(|world| {
        apex(world);
        world.zone("shop.test").a("@", "203.0.113.11").a("@", "203.0.113.12");
    });
    let other = told(|world| {
        world.zone("shop.test").a("@", "203.0.113.12").a("@", "203.0.113.11");
        apex(world);
    });
    assert_eq!(one, other);
    assert_eq!(one, "203.0.113.10, TTL 300; 203.0.113.11, TTL 300; 203.0.113.12, TTL 300");
}

#[test]
fn a_value_that_is_half_a_name_is_refused() {
    let spec = "domain: shop.test\ndns: {records: [{name: www, type: CNAME, value: app}]}";
    let outcome = check(&Lab::builder().start(), spec, &[]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains("write the full name: `app.shop.test`"), "{}", outcome.err);
}
