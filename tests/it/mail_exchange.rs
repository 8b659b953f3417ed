//! Mail exchangers on real sockets: their records, their conversations, their certificates, and the
//! names of their addresses.

mod dane;
mod weather;

use crate::checks::{Case, apex, prove, sound_mail as mail};
use crate::lab::{Builder, Cert, Lab, MailFault, Weather};
use crate::run::{check, findings};

const ANY: &str = "domain: shop.test\nemail: {receive: any}";
const DECLARED: &str = "domain: shop.test\nemail: {receive: {mx: [mail.shop.test]}}";

/// The same, with a mail server that gets something wrong.
fn faulty(world: &mut Builder, fault: MailFault) {
    mail(world);
    world.mail_server("mail.shop.test").fault(fault);
}

fn certified(world: &mut Builder, cert: Cert) {
    mail(world);
    world.mail_server("mail.shop.test").cert(cert);
}

/// A domain without MX, but with everything else.
fn without_mx(world: &mut Builder) {
    apex(world);
    world
        .zone("shop.test")
        .txt("@", "v=spf1 -all")
        .txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test");
}

/// The domain's MX leads to that name, whatever stands there.
fn exchanged(world: &mut Builder, host: &str) {
    without_mx(world);
    world.zone("shop.test").mx("@", 10, host);
}

#[test]
fn records() {
    prove(&[
        Case {
            check: "email/mx-differs",
            spec: DECLARED,
            broken: |world| {
                mail(world);
                world.zone("shop.test").mx("@", 20, "mx.old.test.");
                world.zone("old.test").a("mx", "203.0.113.99");
            },
            sound: mail,
        },
        Case {
            check: "email/mx-differs",
            spec: "domain: shop.test\nemail: {receive: google-workspace}",
            broken: mail,
            sound: |world| {
                exchanged(world, "smtp.google.com.");
                world.zone("google.com").a("smtp", "203.0.113.60");
            },
        },
        Case {
            check: "email/mx-differs",
            spec: "domain: shop.test\nemail: {receive: {mx: [mail.shop.test]}}\ndns: {records: [{name: apex, type: MX, value: mail.shop.test, priority: 10}]}",
            broken: |world| {
                mail(world);
                world.zone("shop.test").mx("@", 10, "gone.old.test.");
                world.zone("old.test");
            },
            sound: mail,
        },
        Case { check: "email/mx-invalid", spec: ANY, broken: |world| exchanged(world, "mail"), sound: mail },
        Case {
            check: "email/mx-invalid",
            spec: DECLARED,
            broken: |world| {
                exchanged(world, "mail");
                world.zone("shop.test").cname("mail", "mx").a("mx", "203.0.113.25");
            },
            sound: mail,
        },
        Case {
            check: "email/mx-invalid",
            spec: DECLARED,
            broken: |world| exchanged(world, "203.0.113.25."),
            sound: mail,
        },
        Case {
            check: "email/mx-invalid",
            spec: "domain: shop.test",
            broken: |world| {
                mail(world);
                world.zone("shop.test").mx("@", 0, ".");
            },
            sound: mail,
        },
        Case {
            check: "email/mx-invalid",
            spec: ANY,
            broken: |world| {
                exchanged(world, "mail");
                world.zone("shop.test").a("mail", "10.0.0.25");
            },
            sound: mail,
        },
    ]);
}

#[test]
fn conversations() {
    prove(&[
        Case {
            check: "email/smtp-unreachable",
            spec: ANY,
            broken: |world| {
                mail(world);
                world.weather("mail.shop.test", 25, Weather::Refused);
            },
            sound: mail,
        },
        Case {
            check: "email/starttls-missing",
            spec: "domain: shop.test",
            broken: |world| faulty(world, MailFault::NoStarttls),
            sound: mail,
        },
        Case {
            check: "email/starttls-missing",
            spec: ANY,
            broken: |world| faulty(world, MailFault::AnswersStarttls("454 4.7.0 TLS not available")),
            sound: mail,
        },
        Case {
            check: "email/starttls-missing",
            spec: ANY,
            broken: |world| faulty(world, MailFault::AnswersEhlo("502 5.5.1 what is that")),
            sound: mail,
        },
        Case {
            check: "email/starttls-certificate",
            spec: ANY,
            broken: |world| certified(world, Cert::good().other_name().expired(3)),
            sound: |world| certified(world, Cert::good().wildcard()),
        },
        Case {
            check: "email/starttls-certificate",
            spec: "domain: shop.test",
            broken: |world| certified(world, Cert::good().self_signed()),
            sound: mail,
        },
        Case {
            check: "email/reverse-dns",
            spec: ANY,
            broken: |world| {
                mail(world);
                world.zone("113.0.203.in-addr.arpa");
            },
            sound: |world| {
                mail(world);
                world.zone("113.0.203.in-addr.arpa").ptr("25", "mail.shop.test.");
            },
        },
        Case {
            check: "email/reverse-dns",
            spec: "domain: shop.test\nemail: {send: [{name: relay, ip: [203.0.113.70]}]}",
            broken: |world| {
                without_mx(world);
                world.zone("shop.test").without("@", "TXT").txt("@", "v=spf1 ip4:203.0.113.70 -all");
                world.zone("113.0.203.in-addr.arpa").ptr("70", "relay.shop.test.");
            },
            sound: |world| {
                without_mx(world);
                world.zone("shop.test").without("@", "TXT").txt("@", "v=spf1 ip4:203.0.113.70 -all");
                world.zone("shop.test").a("relay", "203.0.113.70");
                world.zone("113.0.203.in-addr.arpa").ptr("70", "relay.shop.test.");
            },
        },
    ]);
}

/// No mail is ever sent, and nobody is asked twice.
#[test]
fn each_server_is_talked_to_once() {
    let mut world = Lab::builder();
    mail(&mut world);
    world.zone("shop.test").mx("@", 20, "mx2").a("mx2", "203.0.113.26");
    let lab = world.start();
    let report = check(&lab, ANY, &["--format", "json"]).json();
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    for host in ["mail", "mx2"] {
        let place = format!("{host}.shop.test:25");
        assert_eq!(lab.log().connections().iter().filter(|to| **to == place).count(), 1, "{place}");
        let name = format!("{host}.shop.test");
        for kind in ["A", "AAAA", "CNAME"] {
            assert_eq!(lab.count_questions(&name, kind), 1, "{name} {kind}");
        }
        assert_eq!(lab.count_questions(&format!("_25._tcp.{name}"), "TLSA"), 1);
    }
    assert_eq!(lab.count_questions("25.113.0.203.in-addr.arpa", "PTR"), 1);
}

/// What is observed can be judged again.
#[test]
fn conversations_are_recorded() {
    let mut world = Lab::builder();
    faulty(&mut world, MailFault::NoStarttls);
    let lab = world.start();
    let file = lab.folder().join("seen.json").display().to_string();
    let first = check(&lab, ANY, &["--format", "json", "--record", &file]);
    let again = check(&lab, ANY, &["--format", "json", "--replay", &file]);
    assert_eq!(first.json()["counts"], again.json()["counts"]);
}
