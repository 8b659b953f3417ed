//! DKIM keys over the wire: each check in a world in which it alone fails, and one in which it passes.

use crate::checks::{Case, mail, prove, report};
use crate::lab::{Builder, ED25519, RSA_512, RSA_1024, RSA_2048, good_key};
use crate::run::{finding, findings};

const RELAY: &str = "domain: shop.test\nemail: {send: [{name: relay, dkim: [s1]}]}";
const MICROSOFT: &str = "domain: shop.test\nemail: {send: [microsoft-365]}";

const DMARC: &str = "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test";

/// A domain whose mail is right but for its keys.
fn base(world: &mut Builder) {
    mail(world, &["v=spf1 mx -all"], &[DMARC]);
}

/// These texts at the selector `s1`.
fn texts(world: &mut Builder, texts: &[String]) {
    base(world);
    for text in texts {
        world.zone("shop.test").txt("s1._domainkey", text);
    }
}

fn text(world: &mut Builder, content: &str) {
    texts(world, &[content.to_owned()]);
}

fn good(world: &mut Builder) {
    text(world, &good_key());
}

/// Microsoft's two aliases as it gives them to everybody; keys behind those that are named.
fn microsoft(world: &mut Builder, keys: &[&str]) {
    mail(world, &["v=spf1 mx include:spf.protection.outlook.com -all"], &[DMARC]);
    world.zone("outlook.com").txt("spf.protection", "v=spf1 ip4:203.0.113.0/24 -all");
    for selector in ["selector1", "selector2"] {
        let target = format!("{selector}-shop-test._domainkey.shop.onmicrosoft.com.");
        world.zone("shop.test").cname(&format!("{selector}._domainkey"), &target);
    }
    let zone = world.zone("onmicrosoft.com");
    for selector in keys {
        zone.txt(&format!("{selector}-shop-test._domainkey.shop"), good_key());
    }
}

#[test]
fn missing() {
    prove(&[
        Case {
            check: "email/dkim-missing",
            spec: RELAY,
            broken: |world| text(world, "v=spf1 -all"),
            sound: good,
        },
        // A CNAME chain that ends at nothing, and one that ends at a key.
        Case {
            check: "email/dkim-missing",
            spec: "domain: shop.test\nemail:\n  dkim: [{selector: s1, cname: s1.host.test}]",
            broken: |world| {
                base(world);
                world.zone("shop.test").cname("s1._domainkey", "s1.host.test.");
                world.zone("host.test").cname("s1", "keys.deep.test.");
                world.zone("deep.test");
            },
            sound: |world| {
                base(world);
                world.zone("shop.test").cname("s1._domainkey", "s1.host.test.");
                world.zone("host.test").cname("s1", "keys.deep.test.");
                world.zone("deep.test").txt("keys", good_key());
            },
        },
        // Cloudflare's proxy hides the alias behind its own addresses.
        Case {
            check: "email/dkim-missing",
            spec: RELAY,
            broken: |world| {
                base(world);
                world.zone("shop.test").a("s1._domainkey", "104.16.0.1");
            },
            sound: good,
        },
        // Without its second alias Microsoft cannot change keys.
        Case {
            check: "email/dkim-missing",
            spec: MICROSOFT,
            broken: |world| {
                microsoft(world, &["selector1"]);
                world.zone("shop.test").without("selector2._domainkey", "CNAME");
            },
            sound: |world| microsoft(world, &["selector2"]),
        },
    ]);
}

#[test]
fn a_proxied_alias_is_told_from_an_absent_one() {
    let report = report(RELAY, |world| {
        base(world);
        world.zone("shop.test").a("s1._domainkey", "104.16.0.1");
    });
    let finding = finding(&report, "email/dkim-missing", "s1._domainkey.shop.test");
    assert_eq!(finding["observed"], "A 104.16.0.1, no TXT record");
    assert!(finding["help"].as_str().expect("help").contains("DNS only"), "{finding:#}");
}

#[test]
fn invalid() {
    prove(&[
        Case {
            check: "email/dkim-invalid",
            spec: RELAY,
            broken: |world| text(world, &good_key()[..255]),
            // In strings of its own, as the form split them.
            sound: |world| {
                base(world);
                let (first, second) = RSA_2048.split_at(200);
                let strings = format!("TXT \"v=DKIM1; k=rsa; \" \"p={first}\" \"{second}\"");
                world.zone("shop.test").record("s1._domainkey", &strings);
            },
        },
        // The halves as two records.
        Case {
            check: "email/dkim-invalid",
            spec: RELAY,
            broken: |world| {
                let key = good_key();
                texts(world, &[key[..255].to_owned(), key[255..].to_owned()]);
            },
            sound: good,
        },
        Case {
            check: "email/dkim-invalid",
            spec: RELAY,
            broken: |world| text(world, &format!("v=DKIM1; k=ed25519; p={RSA_2048}")),
            sound: |world| text(world, &format!("v=DKIM1; k=ed25519; p={ED25519}")),
        },
        Case {
            check: "email/dkim-invalid",
            spec: RELAY,
            broken: |world| text(world, &format!("k=rsa; v=DKIM1; p={RSA_2048}")),
            sound: good,
        },
        // Declared in `dns.records` too, where another record beside it is no other red line.
        Case {
            check: "email/dkim-invalid",
            spec: "domain: shop.test\ndns:\n  records: [{name: s1._domainkey, type: TXT, value: \"k=ed25519; p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=\"}]\nemail: {send: [{name: relay, dkim: [s1]}]}",
            broken: |world| texts(world, &[format!("k=ed25519; p={ED25519}"), "token=abc".to_owned()]),
            sound: |world| text(world, &format!("k=ed25519; p={ED25519}")),
        },
    ]);
}

#[test]
fn a_key_cut_at_one_string_is_told_so() {
    let report = report(RELAY, |world| text(world, &good_key()[..255]));
    let finding = finding(&report, "email/dkim-invalid", "s1._domainkey.shop.test");
    let message = finding["message"].as_str().expect("a message");
    assert!(message.contains("up to where one string of a TXT record ends (character 256)"), "{message}");
}

#[test]
fn a_private_key_is_named_and_never_shown() {
    // The beginning of one, with nothing behind it that was ever a key.
    let secret = format!("MIIEowIBAAKCAQEA{}", "Secret".repeat(30));
    let mut builder = crate::lab::Lab::builder();
    builder.zone("shop.test");
    text(&mut builder, &format!("v=DKIM1; k=rsa; p={} {}", &secret[..90], &secret[90..]));
    let lab = builder.start();
    for format in ["json", "human"] {
        let outcome = crate::run::check(&lab, RELAY, &["--format", format]);
        assert_eq!(outcome.code, 1, "{}", outcome.err);
        assert!(outcome.out.contains("PRIVATE key"), "{}", outcome.out);
        assert!(!outcome.out.contains("SecretSecret"), "{}", outcome.out);
    }
}

#[test]
fn revoked() {
    prove(&[Case {
        check: "email/dkim-revoked",
        spec: RELAY,
        broken: |world| text(world, "v=DKIM1; k=rsa; p="),
        sound: good,
    }]);
}

#[test]
fn weak() {
    prove(&[
        Case {
            check: "email/dkim-weak",
            spec: RELAY,
            broken: |world| text(world, &format!("v=DKIM1; p={RSA_512}")),
            sound: good,
        },
        Case {
            check: "email/dkim-weak",
            spec: RELAY,
            broken: |world| text(world, &format!("v=DKIM1; p={RSA_1024}")),
            sound: |world| text(world, &format!("k=ed25519; p={ED25519}")),
        },
    ]);
    let level = |key: &'static str| {
        let mut builder = crate::lab::Lab::builder();
        builder.zone("shop.test");
        text(&mut builder, &format!("p={key}"));
        let lab = builder.start();
        let outcome = crate::run::check(&lab, RELAY, &["--format", "json"]);
        let report = outcome.json();
        let finding = finding(&report, "email/dkim-weak", "s1._domainkey.shop.test");
        (finding["level"].as_str().expect("a level").to_owned(), outcome.code)
    };
    assert_eq!(level(RSA_1024), ("warning".to_owned(), 0));
    assert_eq!(level(RSA_512), ("error".to_owned(), 1));
}

#[test]
fn testing() {
    prove(&[Case {
        check: "email/dkim-testing",
        spec: RELAY,
        broken: |world| text(world, &format!("v=DKIM1; t=y; p={RSA_2048}")),
        sound: |world| text(world, &format!("v=DKIM1; t=s; p={RSA_2048}")),
    }]);
}

#[test]
fn differs() {
    prove(&[
        Case {
            check: "email/dkim-differs",
            spec: "domain: shop.test\nemail:\n  dkim: [{selector: s1, key: \"v=DKIM1; k=ed25519; p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=\"}]",
            broken: good,
            sound: |world| text(world, &format!("k=ed25519; n=ours; p={ED25519}")),
        },
        Case {
            check: "email/dkim-differs",
            spec: "domain: shop.test\nemail:\n  dkim: [{selector: s1, cname: s1.host.test}]",
            broken: good,
            sound: |world| {
                base(world);
                world.zone("shop.test").cname("s1._domainkey", "s1.host.test.");
                world.zone("host.test").txt("s1", good_key());
            },
        },
        // Another customer's key, or nobody's: no name of Microsoft's.
        Case {
            check: "email/dkim-differs",
            spec: MICROSOFT,
            broken: |world| {
                microsoft(world, &["selector1", "selector2"]);
                let zone = world.zone("shop.test").without("selector1._domainkey", "CNAME");
                zone.cname("selector1._domainkey", "selector1.host.test.");
                world.zone("host.test").txt("selector1", good_key());
            },
            sound: |world| microsoft(world, &["selector1"]),
        },
    ]);
}

/// Quotes that a form left are told by `dns/value-malformed`, a record that `dns.records` declares
/// otherwise by `dns/record-differs`.
#[test]
fn a_fault_that_another_check_names_is_red_once() {
    let quoted = report(RELAY, |world| text(world, &format!("\"{}\"", good_key())));
    assert_eq!(findings(&quoted, "fail"), ["dns/value-malformed s1._domainkey.shop.test TXT"]);
    let spec = "domain: shop.test\ndns:\n  records: [{name: s1._domainkey, type: TXT, value: \"v=DKIM1; k=ed25519; p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=\"}]\nemail: {dkim: [{selector: s1, key: \"k=ed25519; p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=\"}]}";
    for wrong in [|world: &mut Builder| good(world), |world: &mut Builder| text(world, "v=DKIM1; p=")] {
        let report = report(spec, wrong);
        assert_eq!(findings(&report, "fail"), ["dns/record-differs s1._domainkey.shop.test TXT"]);
    }
}

/// An alias that is right needs no other record: what it leads to is missing.
#[test]
fn a_right_alias_that_leads_nowhere_stays_as_it_is() {
    let spec = "domain: shop.test\nemail:\n  dkim: [{selector: s1, cname: s1.host.test}]";
    let report = report(spec, |world| {
        base(world);
        world.zone("shop.test").cname("s1._domainkey", "s1.host.test.");
        world.zone("host.test");
    });
    let finding = finding(&report, "email/dkim-missing", "s1._domainkey.shop.test");
    assert_eq!(finding["observed"], "s1.host.test: NXDOMAIN");
    assert!(!finding["help"].as_str().expect("help").contains("publish"), "{finding:#}");
}
