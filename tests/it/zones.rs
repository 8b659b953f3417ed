//! Checks of zones, name servers and what they publish, on real sockets.

use serde_json::Value;

use crate::checks::{Case, apex, prove, site};
use crate::lab::{Builder, Fault, Lab};
use crate::run::{check, finding, findings};

const DOMAIN: &str = "domain: shop.test";
const ADDRESS: &str =
    "domain: shop.test\ndns: {records: [{name: apex, type: A, value: 203.0.113.10, ttl: 300}]}";

#[test]
fn servers_and_delegation() {
    prove(&[
        Case {
            check: "dns/nameserver-count",
            spec: DOMAIN,
            broken: |world| {
                apex(world);
                world.zone("shop.test").ns("@", "ns1").a("ns1", "203.0.113.53");
            },
            sound: apex,
        },
        Case {
            check: "dns/nameserver-count",
            spec: DOMAIN,
            broken: |world| {
                apex(world);
                let zone = world.zone("shop.test").ns("@", "ns1").ns("@", "ns2");
                zone.a("ns1", "203.0.113.53").a("ns2", "203.0.113.53");
            },
            sound: apex,
        },
        Case {
            check: "dns/nameserver-lame",
            spec: ADDRESS,
            broken: |world| {
                apex(world);
                world.server_fault("ns2.shop.test", Fault::Refused);
            },
            sound: apex,
        },
        Case {
            check: "dns/nameserver-lame",
            spec: ADDRESS,
            broken: |world| {
                apex(world);
                world.server_fault("ns2.shop.test", Fault::NotAuthoritative);
            },
            sound: apex,
        },
        Case {
            check: "dns/nameserver-lame",
            spec: ADDRESS,
            broken: |world| {
                apex(world);
                world.server_fault("ns1.shop.test", Fault::Garbage);
            },
            sound: apex,
        },
        Case {
            check: "dns/delegation-differs",
            spec: DOMAIN,
            broken: |world| {
                apex(world);
                world.zone("shop.test").ns("@", "ns1").ns("@", "ns2").ns("@", "ns3");
                let zone = world.zone("shop.test").a("ns1", "203.0.113.53").a("ns2", "198.51.100.53");
                zone.a("ns3", "192.0.2.53");
                world.zone("test").ns("shop.test.", "ns1.shop.test.").ns("shop.test.", "ns2.shop.test.");
            },
            sound: apex,
        },
        Case {
            check: "dns/zone-transfer-open",
            spec: DOMAIN,
            broken: |world| {
                apex(world);
                world.open_transfer("ns2.shop.test");
            },
            sound: apex,
        },
        Case {
            check: "dns/soa-values",
            spec: DOMAIN,
            broken: |world| {
                apex(world);
                world.zone("shop.test").record("@", "SOA 1 60 30 100 604800");
            },
            sound: apex,
        },
    ]);
}

#[test]
fn answers() {
    prove(&[
        Case {
            check: "dns/nameservers-disagree",
            spec: ADDRESS,
            broken: |world| {
                apex(world);
                world.at_server("ns2.shop.test", |names| {
                    names.zone("shop.test").without("@", "A").a("@", "203.0.113.99");
                });
            },
            sound: apex,
        },
        Case {
            check: "dns/nameservers-disagree",
            spec: DOMAIN,
            broken: |world| {
                apex(world);
                world.at_server("ns2.shop.test", |names| {
                    names.zone("shop.test").record("@", "SOA 7");
                });
            },
            sound: apex,
        },
        Case {
            check: "dns/propagation-pending",
            spec: ADDRESS,
            broken: |world| {
                apex(world);
                world.at_resolver(|names| {
                    names.zone("shop.test").without("@", "A").ttl(240).a("@", "203.0.113.99");
                });
            },
            sound: apex,
        },
        Case {
            check: "dns/propagation-pending",
            spec: "domain: shop.test\ndns: {records: [{name: apex, type: TXT, value: verify=1}]}",
            broken: |world| {
                apex(world);
                world.zone("shop.test").txt("@", "verify=1");
                world.at_resolver(|names| {
                    names.zone("shop.test").without("@", "TXT");
                });
            },
            sound: |world| {
                apex(world);
                world.zone("shop.test").txt("@", "verify=1");
            },
        },
        Case {
            check: "dns/record-unexpected",
            spec: "domain: shop.test\ndns: {records: [{name: apex, type: A, value: 203.0.113.10}]}",
            broken: |world| {
                apex(world);
                world.zone("shop.test").a("@", "203.0.113.11");
            },
            sound: apex,
        },
    ]);
}

#[test]
fn what_is_published() {
    prove(&[
        Case {
            check: "dns/cname-conflict",
            spec: "domain: shop.test\nhosts: {apex: {}, app: {}}",
            broken: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "@").txt("app", "verify=1");
                site(world, "app.shop.test");
            },
            sound: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "@");
                site(world, "app.shop.test");
            },
        },
        Case {
            check: "dns/ttl-too-long",
            spec: "domain: shop.test\ndns: {cutover: \"2126-12-01T08:00:00Z\"}",
            broken: |world| {
                world.zone("shop.test").ttl(86_400);
                apex(world);
            },
            sound: apex,
        },
        Case {
            check: "dns/value-malformed",
            spec: "domain: shop.test\ndns: {records: [{name: apex, type: MX, value: mail.shop.test, priority: 10}]}",
            broken: |world| {
                apex(world);
                world.zone("shop.test").mx("@", 10, "mail.shop.test").txt("@", "v=spf1 mx -all");
                world.zone("shop.test").txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test");
            },
            sound: |world| {
                apex(world);
                world.zone("shop.test").mx("@", 10, "mail").a("mail", "203.0.113.25");
                world
                    .zone("shop.test")
                    .txt("@", "v=spf1 mx -all")
                    .txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test");
            },
        },
        Case {
            check: "dns/value-malformed",
            spec: "domain: shop.test\nhosts: {apex: {}, app: {}}\ndns: {records: [{name: app, type: CNAME, value: shop.test}]}",
            broken: |world| {
                apex(world);
                world.zone("shop.test").cname("app.shop.test", "@");
            },
            sound: |world| {
                apex(world);
                world.zone("shop.test").cname("app", "@");
                site(world, "app.shop.test");
            },
        },
    ]);
}

/// A world in which every question takes its time, and what it was asked.
fn looked_at(spec: &str, describe: impl Fn(&mut Builder)) -> (Lab, Value) {
    let mut world = Lab::builder();
    describe(&mut world);
    let lab = world.start();
    let report = check(&lab, spec, &["--format", "json"]).json();
    (lab, report)
}

#[test]
fn no_server_is_asked_a_question_twice() {
    let spec = "domain: shop.test\nhosts: {apex: {}, www: redirect, app: {}}\ndns: {records: [\
                {name: apex, type: A, value: 203.0.113.10}, {name: gone, type: TXT, value: a=b}]}";
    let (lab, _) = looked_at(spec, |world| {
        apex(world);
        world.zone("shop.test").cname("app", "@").cname("www", "@");
        site(world, "app.shop.test");
        world.site("www.shop.test").redirect_all("https://shop.test");
    });
    let mut asked: Vec<String> = lab.log().questions().iter().map(|q| format!("{q:?}")).collect();
    let count = asked.len();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), count, "{asked:#?}");
    assert!(asked.iter().any(|question| question.contains("ns2.shop.test") && question.contains("gone")));
}

#[test]
fn a_delegated_child_is_asked_at_its_own_servers() {
    let spec = "domain: shop.test\nhosts: {apex: {}}\ndns: {records: [\
                {name: deep.eu.shop.test, type: TXT, value: a=b}, {name: apex, type: A, value: 203.0.113.10}]}";
    let (_, report) = looked_at(spec, |world| {
        apex(world);
        world.zone("eu.shop.test").txt("deep", "a=b");
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let passed = findings(&report, "pass");
    for found in ["dns/nameserver-lame eu.shop.test", "dns/delegation-differs eu.shop.test"] {
        assert!(passed.contains(&found.to_owned()), "{passed:#?}");
    }
    let passed = finding(&report, "dns/record-missing", "deep.eu.shop.test TXT");
    assert_eq!(passed["status"], "pass");
}

#[test]
fn a_domain_inside_a_zone_is_judged_by_that_zone() {
    let (_, report) = looked_at("domain: launch.shop.test", |world| {
        world.zone("shop.test").a("launch", "203.0.113.10");
        site(world, "launch.shop.test");
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    assert!(findings(&report, "pass").contains(&"dns/nameserver-lame shop.test".to_owned()), "{report:#}");
}

#[test]
fn a_resolver_without_memory_of_the_new_host_makes_nothing_red() {
    let (_, report) = looked_at("domain: shop.test\nhosts: {apex: {}, app: {}}", |world| {
        apex(world);
        world.zone("shop.test").a("app", "203.0.113.10");
        site(world, "app.shop.test");
        world.at_resolver(|names| {
            names.zone("shop.test").without("app", "*");
        });
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let unresolved = finding(&report, "dns/host-unresolved", "app.shop.test");
    assert_eq!(unresolved["status"], "unknown");
    assert!(unresolved["message"].as_str().expect("words").contains("203.0.113.10"), "{unresolved:#}");
}

#[test]
fn silence_everywhere_is_nobodys_fault() {
    let mut world = Lab::builder();
    apex(&mut world);
    for server in ["ns1.shop.test", "ns2.shop.test", "a.nic.test", "b.nic.test"] {
        world.server_fault(server, Fault::Silent);
    }
    let options = ["--format", "json", "--timeout", "300ms", "--retries", "0"];
    let report = check(&world.start(), ADDRESS, &options).json();
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let lame = finding(&report, "dns/nameserver-lame", "shop.test");
    assert!(lame["message"].as_str().expect("words").contains("port 53 may be closed"), "{lame:#}");
    // The resolver's word stands in for them.
    assert_eq!(finding(&report, "dns/record-differs", "shop.test A")["status"], "pass");
}
