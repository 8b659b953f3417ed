//! Mail exchangers on real sockets: their records, their conversations, their certificates, and the
//! names of their addresses.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::checks::{Case, apex, prove, report};
use crate::dnssec::under_the_root;
use crate::lab::{Association, Builder, Cert, Lab, MailFault, Signing, Weather};
use crate::run::{check, finding, findings};

const ANY: &str = "domain: shop.test\nemail: {receive: any}";
const DECLARED: &str = "domain: shop.test\nemail: {receive: {mx: [mail.shop.test]}}";

/// A domain that receives mail well.
fn mail(world: &mut Builder) {
    apex(world);
    let zone = world.zone("shop.test").mx("@", 10, "mail").a("mail", "203.0.113.25");
    zone.txt("@", "v=spf1 mx -all").txt("_dmarc", "v=DMARC1; p=reject");
}

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
    world.zone("shop.test").txt("@", "v=spf1 -all").txt("_dmarc", "v=DMARC1; p=reject");
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

/// What is found in a world whose mail server has a fault, and how long that took.
fn found(fault: impl Fn(&mut Builder)) -> (Value, Duration) {
    let mut world = Lab::builder();
    mail(&mut world);
    fault(&mut world);
    let lab = world.start();
    let begun = Instant::now();
    let options = ["--format", "json", "--timeout", "600ms", "--retries", "0"];
    (check(&lab, ANY, &options).json(), begun.elapsed())
}

/// Each kind of weather on port 25, what is said of it, and which words it leaves.
#[test]
fn bad_weather_is_told_apart_and_ends_in_time() {
    use MailFault as F;
    let reach = "email/smtp-unreachable";
    let starttls = "email/starttls-missing";
    let faults: [(MailFault, &str, &str, &str); 9] = [
        (
            F::Greets("SSH-2.0-OpenSSH_9.9"),
            reach,
            "fail",
            "is not SMTP: it begins with `SSH-2.0-OpenSSH_9.9`",
        ),
        (
            F::Greets("554 5.7.1 no"),
            reach,
            "unknown",
            "greets with `554 5.7.1 no`; run once from another network",
        ),
        (F::AnswersEhlo("421 4.7.0 busy"), reach, "unknown", "answers EHLO with `421 4.7.0 busy`"),
        (F::SlowDrip, reach, "fail", "within 600 ms"),
        (F::EndlessLine, reach, "fail", "a line of more than 2048 bytes"),
        (F::EndlessReply, reach, "fail", "goes on after 100 lines"),
        (F::ClosesAtEhlo, reach, "fail", "connection closed by"),
        (F::Injects, starttls, "fail", "14 bytes in the clear behind its answer to STARTTLS"),
        (F::GarbageForTls, starttls, "fail", "is not TLS"),
    ];
    for (fault, id, status, words) in faults {
        let (report, took) = found(|world| {
            world.mail_server("mail.shop.test").fault(fault);
        });
        told(&report, took, (id, status, words));
    }
    let weathers = [
        (Weather::Silent, "no greeting from"),
        (Weather::Reset, "connection reset by"),
        (Weather::CloseAtOnce, "connection closed by"),
    ];
    for (weather, words) in weathers {
        let (report, took) = found(|world| {
            world.weather("mail.shop.test", 25, weather);
        });
        told(&report, took, (reach, "fail", words));
    }
    let (report, took) = found(|world| {
        world.mail_server("mail.shop.test").fault(F::SilentForTls);
    });
    told(&report, took, (starttls, "fail", "no answer to the TLS ClientHello"));
}

fn told(report: &Value, took: Duration, (id, status, words): (&str, &str, &str)) {
    let told = finding(report, id, "mail.shop.test");
    assert_eq!(told["status"], status, "{told:#}");
    assert!(told["message"].as_str().expect("words").contains(words), "{words}: {told:#}");
    assert!(took < Duration::from_secs(5), "{words}: {took:?}");
    let failed = findings(report, "fail");
    let expected: &[String] = if status == "fail" { &[format!("{id} mail.shop.test")] } else { &[] };
    assert_eq!(failed, expected, "one cause, one red line");
}

/// Most CI networks let nothing out to port 25.
#[test]
fn a_blocked_port_is_could_not_tell() {
    let (report, _) = found(|world| {
        world.weather("mail.shop.test", 25, Weather::ConnectTimesOut);
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    for id in ["email/smtp-unreachable", "email/starttls-missing", "email/starttls-certificate"] {
        let told = finding(&report, id, "mail.shop.test");
        assert_eq!(told["status"], "unknown");
        let message = told["message"].as_str().expect("words");
        assert!(message.contains("within 600 ms; many CI and home networks block port 25"), "{message}");
    }
}

/// Where another server answers, it is not the network.
#[test]
fn one_silent_server_among_others_fails() {
    let (report, took) = found(|world| {
        world.zone("shop.test").mx("@", 20, "mx2").a("mx2", "203.0.113.26");
        world.weather("mx2.shop.test", 25, Weather::ConnectTimesOut);
    });
    assert_eq!(findings(&report, "fail"), ["email/smtp-unreachable mx2.shop.test"]);
    assert!(took < Duration::from_secs(5));
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

/// A mail server in a zone that is signed so, with a TLSA record.
fn bound(world: &mut Builder, signing: Signing, association: Association, cert: Cert) {
    mail(world);
    under_the_root(world, signing);
    world.mail_server("mail.shop.test").cert(cert).tlsa(association);
}

#[test]
fn tlsa_records_bind_where_the_zone_is_signed() {
    prove(&[
        Case {
            check: "email/dane-mismatch",
            spec: ANY,
            broken: |world| bound(world, Signing::good(), Association::OtherKey, Cert::good()),
            sound: |world| bound(world, Signing::good(), Association::Key, Cert::good()),
        },
        Case {
            check: "email/dane-mismatch",
            spec: "domain: shop.test",
            broken: |world| bound(world, Signing::good(), Association::OtherKey, Cert::good()),
            sound: |world| {
                bound(world, Signing::good(), Association::Issuer, Cert::good());
                // One that fits is enough.
                world.mail_server("mail.shop.test").tlsa(Association::OtherKey);
            },
        },
    ]);
}

/// A record for the key makes up for the certificate (RFC 7672 section 3.1.1); the right record to
/// publish instead of a wrong one is printed.
#[test]
fn tlsa_records_vouch_and_are_told() {
    let vouched = report(ANY, |world| {
        bound(world, Signing::good(), Association::Key, Cert::good().self_signed().other_name());
    });
    assert_eq!(findings(&vouched, "fail"), Vec::<String>::new());
    let certificate = finding(&vouched, "email/starttls-certificate", "mail.shop.test");
    assert_eq!(certificate["message"], "a TLSA record vouches for the certificate (RFC 7672)");
    let wrong = report(ANY, |world| bound(world, Signing::good(), Association::OtherKey, Cert::good()));
    let told = finding(&wrong, "email/dane-mismatch", "mail.shop.test");
    let help = told["help"].as_str().expect("help");
    assert!(help.starts_with("publish `_25._tcp.mail.shop.test TLSA 3 1 1 "), "{help}");
}

#[test]
fn tlsa_records_mean_nothing_without_signatures() {
    let unsigned = report(ANY, |world| {
        mail(world);
        world.mail_server("mail.shop.test").tlsa(Association::OtherKey);
        // Without a root, nobody can tell that a zone is not signed.
        world.zone(".").sign(Signing::good().anchored());
        world.zone("test").sign(Signing::good());
    });
    assert_eq!(findings(&unsigned, "fail"), Vec::<String>::new());
    let told = finding(&unsigned, "email/dane-mismatch", "mail.shop.test");
    assert_eq!(told["status"], "not_applicable", "{told:#}");
    let message = told["message"].as_str().expect("words");
    assert!(message.contains("senders ignore the TLSA records"), "{message}");
}

/// The zone of somebody else's mail server is asked whether it is signed, and not judged.
#[test]
fn foreign_zones_are_not_judged() {
    let report = report(ANY, |world| {
        exchanged(world, "mx.host.test.");
        under_the_root(world, Signing::good());
        world.zone("host.test").a("mx", "203.0.113.60").sign(Signing::good());
        world.mail_server("mx.host.test").tlsa(Association::Key);
    });
    assert_eq!(findings(&report, "fail"), Vec::<String>::new());
    assert_eq!(finding(&report, "email/dane-mismatch", "mx.host.test")["status"], "pass");
    let all = report["findings"].as_array().expect("findings");
    assert!(all.iter().all(|finding| finding["subject"] != "host.test"), "{report:#}");
}
