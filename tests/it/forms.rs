//! Every form of a spec gets its questions asked: no judge waits for an answer that the probe
//! never sought, and none refers to a finding that is not there.

use serde_json::Value;

use crate::lab::{Builder, Fault, Lab, Weather};
use crate::run::check;

/// The apex and `www` serve; mail is set up.
fn whole(world: &mut Builder) {
    let zone = world.zone("shop.test");
    zone.a("@", "203.0.113.10").a("www", "203.0.113.10").mx("@", 10, "mail");
    zone.txt("@", "v=spf1 redirect=_spf.shop.test").txt("_spf", "v=spf1 mx -all");
    zone.txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test").cname("gone", "nowhere.host.test.");
    world.zone("host.test");
    world.site("shop.test").page("/*", 200, "hi");
    world.site("www.shop.test").redirect_all("https://shop.test");
}

/// Only the apex, and nothing beside it.
fn apex(world: &mut Builder) {
    world.zone("shop.test").a("@", "203.0.113.10");
    world.site("shop.test").page("/*", 200, "hi");
}

/// A domain without any address.
fn bare(world: &mut Builder) {
    world.zone("shop.test").txt("@", "hello");
}

/// Everything resolves, nothing answers well.
fn failing(world: &mut Builder) {
    whole(world);
    world.weather("shop.test", 443, Weather::Refused).weather("shop.test", 80, Weather::Reset);
    world.weather("www.shop.test", 443, Weather::TlsAlert(40));
    world.zone("shop.test").txt("@", "v=spf1 -all");
}

/// The apex redirects in a circle, `www` to a host that nobody declared; DNS fails in part.
fn astray(world: &mut Builder) {
    world.site("shop.test").redirect_all("https://shop.test");
    world.site("www.shop.test").redirect_all("https://other.test");
    whole(world);
    let zone = world.zone("shop.test").broken("_dmarc", "*", Fault::Servfail);
    zone.broken("_spf", "*", Fault::Servfail).broken("gone", "*", Fault::Servfail);
    world.zone("other.test").a("@", "203.0.113.11");
}

/// What is after `domain: shop.test`.
const FORMS: &[&str] = &[
    "",
    "hosts: {}",
    "hosts: {apex: {}}",
    "hosts: {www: redirect}",
    "hosts: {api: {kind: api}, staging: {environment: staging}}",
    "email: none",
    "email: {receive: any}",
    "email: {send: [{name: relay, dkim: [s1]}], dmarc: {policy: reject}}",
    "canonical: apex",
    "canonical: www",
    "canonical: www\nhosts: {apex: {}}",
    "canonical: apex\nhosts: {apex: {}, www: {}}",
    "hosts: {apex: {}, none: {pages: [/a], health: /b}}",
    "dns: {records: [{name: apex, type: TXT, value: a}, {name: x, type: MX, value: mail.shop.test, priority: 10}, {name: gone, type: CNAME, value: nowhere.host.test}]}",
    "dns: {records: [{name: 10.113.0.203.in-addr.arpa, type: PTR, value: apex}, {name: 11.0.2.192.in-addr.arpa, type: CNAME, value: 11.nets.test}]}",
    "redirects: [{from: \"https://old.test/*\", to: \"https://shop.test/$1\"}, {from: \"http://shop.test/a\", to: \"https://shop.test/b\", status: 301}]",
    "hosts: {}\nredirects: [{from: \"https://shop.test/a\", to: \"https://other.test/b\"}]",
    "endpoints: [{url: \"https://api.other.test/\"}, {url: \"http://api.shop.test/x\", status: 404}, {url: \"https://shop.test/y\", refuse_anonymous: true}]",
    "hosts: {gone: {}}",
    "hosts: {apex: {}, gone: redirect}\ncanonical: apex",
];

/// What is wrong with a report, whatever it says.
fn faults(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let named = |f: &Value| format!("{} {}", f["check"], f["subject"]);
    let mut faults = Vec::new();
    for finding in findings {
        if finding["message"].as_str().expect("a message").contains("not observed in this run") {
            faults.push(format!("{} was not asked", named(finding)));
        }
        let because = &finding["because"];
        if because.is_null() {
            continue;
        }
        let cause = findings.iter().find(|f| named(f) == named(because));
        match cause.map(|cause| cause["status"].as_str().expect("a status")) {
            None => {
                faults.push(format!("{} refers to {}, which is not there", named(finding), named(because)));
            }
            Some(status @ ("pass" | "not_applicable")) => {
                faults.push(format!("{} refers to {}, which is {status}", named(finding), named(because)));
            }
            Some(_) => {}
        }
    }
    faults
}

#[test]
fn every_form_is_asked_whole() {
    let worlds = ["whole", "apex", "bare", "failing", "astray"].into_iter();
    let describe: [fn(&mut Builder); 5] = [whole, apex, bare, failing, astray];
    let mut all = Vec::new();
    for (name, world) in worlds.zip(describe) {
        let mut builder = Lab::builder();
        world(&mut builder);
        let lab = builder.start();
        for form in FORMS {
            let spec = format!("domain: shop.test\n{form}\n");
            let outcome = check(&lab, &spec, &["--format", "json", "--retries", "0"]);
            assert!(outcome.code <= 3 && !outcome.out.is_empty(), "{form}: {}", outcome.err);
            all.extend(faults(&outcome.json()).into_iter().map(|fault| format!("{name}, `{form}`: {fault}")));
        }
    }
    assert_eq!(all, Vec::<String>::new(), "\n{}", all.join("\n"));
}
