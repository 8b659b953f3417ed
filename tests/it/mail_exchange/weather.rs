//! Bad weather on port 25: each kind is told apart, and ends in time.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{ANY, mail};
use crate::lab::{Builder, Lab, MailFault, Weather};
use crate::run::{check, finding, findings};

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

/// Each silence takes the whole time-out: two are enough.
#[test]
fn a_silent_server_is_asked_twice() {
    let mut world = Lab::builder();
    mail(&mut world);
    world.weather("mail.shop.test", 25, Weather::Silent);
    let lab = world.start();
    let options = ["--format", "json", "--timeout", "300ms", "--retries", "5"];
    let report = check(&lab, ANY, &options).json();
    assert_eq!(findings(&report, "fail"), ["email/smtp-unreachable mail.shop.test"]);
    let connections = lab.log().connections();
    assert_eq!(connections.iter().filter(|to| **to == "mail.shop.test:25").count(), 2, "{connections:?}");
}
