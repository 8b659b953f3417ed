//! Bad input and bad weather: each ends within its time limit, with the right verdict or a clear
//! error, and nothing raw reaches the terminal.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lab::{Builder, Fault, Trouble, Weather};
use crate::run::{Outcome, check, finding, findings, shop};

/// How long one request may take in these tests.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Time for starting the process and for everything that is not waiting.
const SLACK: Duration = Duration::from_secs(6);

/// A good apex, changed by `change`, checked with a short time limit.
fn run(change: impl Fn(&mut Builder), spec: &str, options: &[&str]) -> Outcome {
    let lab = shop(change);
    let mut all = vec!["--timeout", "2s", "--retries", "0"];
    all.extend(options);
    let started = Instant::now();
    let outcome = check(&lab, spec, &all);
    let most = TIMEOUT * 3 + SLACK;
    assert!(started.elapsed() < most, "took {:?}: {}", started.elapsed(), outcome.out);
    assert_printable(&outcome);
    outcome
}

fn report(change: impl Fn(&mut Builder), spec: &str) -> Value {
    run(change, spec, &["--format", "json"]).json()
}

fn assert_printable(outcome: &Outcome) {
    let raw = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    for text in [&outcome.out, &outcome.err] {
        assert!(!text.chars().any(raw), "a raw control character: {text:?}");
    }
}

/// The observed text of `tls/unreachable` in this weather on port 443.
fn tls_unreachable(weather: Weather) -> String {
    let report = report(
        |world| {
            world.weather("shop.test", 443, weather);
        },
        "domain: shop.test",
    );
    assert_eq!(findings(&report, "fail"), ["tls/unreachable shop.test"], "{report:#}");
    finding(&report, "tls/unreachable", "shop.test").to_string()
}

fn assert_holds(text: &str, words: &[&str]) {
    assert!(words.iter().any(|word| text.contains(word)), "none of {words:?} in {text}");
}

#[test]
fn garbage_on_the_tls_port() {
    assert_holds(&tls_unreachable(Weather::Garbage), &["not TLS", "does not speak TLS"]);
}

#[test]
fn plain_http_on_the_tls_port() {
    assert_holds(&tls_unreachable(Weather::PlainHttp), &["speaks plain HTTP on this port, not TLS"]);
}

#[test]
fn accepts_and_never_answers() {
    assert_holds(&tls_unreachable(Weather::Silent), &["2 s"]);
    assert_holds(&tls_unreachable(Weather::SilentAfterHello), &["2 s"]);
}

#[test]
fn reset_closed_refused_alert() {
    assert_holds(&tls_unreachable(Weather::Reset), &["reset"]);
    assert_holds(&tls_unreachable(Weather::CloseAtOnce), &["closed", "reset"]);
    assert_holds(&tls_unreachable(Weather::Refused), &["refused"]);
    assert_holds(&tls_unreachable(Weather::TlsAlert(40)), &["alert", "refused the handshake"]);
}

#[test]
fn a_certificate_of_ten_megabytes() {
    assert_holds(
        &tls_unreachable(Weather::HugeChain),
        &["certificate chain that is larger than clients take"],
    );
}

#[test]
fn a_handshake_byte_by_byte_is_one() {
    let report = report(
        |world| {
            world.site("shop.test").byte_by_byte().also_takes(0x0301, 0xc013);
        },
        "domain: shop.test",
    );
    // Old versions are read as well as new ones.
    assert_eq!(findings(&report, "fail"), ["tls/legacy-version shop.test"], "{report:#}");
    assert_eq!(findings(&report, "unknown"), Vec::<String>::new(), "{report:#}");
}

/// What a declared page in this trouble leads to.
fn trouble(trouble: Trouble) -> Value {
    let spec = "domain: shop.test\nendpoints: [{url: \"https://shop.test/x\"}]";
    report(
        |world| {
            world.site("shop.test").trouble("/x", trouble);
        },
        spec,
    )
}

#[test]
fn an_endless_or_slow_body_is_an_answer() {
    for kind in [Trouble::EndlessBody, Trouble::SlowDrip, Trouble::CutBody] {
        let report = trouble(kind);
        assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    }
}

#[test]
fn headers_without_end_are_no_answer() {
    for kind in [Trouble::HugeHeaders, Trouble::EndlessHeaders, Trouble::GarbageStatusLine, Trouble::NoAnswer]
    {
        let report = trouble(kind);
        assert_eq!(findings(&report, "fail"), ["http/unreachable https://shop.test/x"], "{report:#}");
    }
}

#[test]
fn a_header_that_is_not_utf_8_is_read() {
    let report = trouble(Trouble::OddHeaders);
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
}

#[test]
fn endless_redirects_end() {
    let spec = "domain: shop.test\nredirects: [{from: \"https://shop.test/a\", to: \"https://shop.test/b\"}]";
    let report = report(
        |world| {
            world.site("shop.test").endless_redirects("/a");
        },
        spec,
    );
    assert!(
        findings(&report, "fail").iter().any(|found| found.starts_with("http/redirect-loop")),
        "{report:#}"
    );
}

/// What is said of a host whose DNS is in this trouble.
fn dns_trouble(fault: &Fault) -> Value {
    report(
        |world| {
            world.zone("shop.test").broken("@", "*", fault.clone());
        },
        "domain: shop.test\nhosts: {apex: {}}",
    )
}

#[test]
fn a_resolver_that_fails_is_no_absence() {
    for (fault, word) in [
        (Fault::Servfail, "SERVFAIL"),
        (Fault::Refused, "REFUSED"),
        (Fault::Silent, "2 s"),
        (Fault::Garbage, ""),
        (Fault::WrongId, ""),
    ] {
        let report = dns_trouble(&fault);
        assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
        assert_eq!(report["verdict"], "undetermined");
        let reason = finding(&report, "dns/host-unresolved", "shop.test")["message"].to_string();
        assert!(reason.contains(word), "{word} in {reason}");
    }
}

#[test]
fn truncated_udp_is_asked_again_over_tcp() {
    let report = dns_trouble(&Fault::TruncatedUdp);
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    assert!(findings(&report, "pass").contains(&"dns/host-unresolved shop.test".to_owned()), "{report:#}");
}

#[test]
fn a_lost_answer_is_asked_again() {
    let once = |world: &mut Builder| {
        world.zone("shop.test").broken("@", "A", Fault::First(1, Box::new(Fault::Silent)));
    };
    let outcome = run(once, "domain: shop.test\nhosts: {apex: {}}", &["--format", "json", "--retries", "1"]);
    assert_eq!(outcome.json()["verdict"], "ready", "{}", outcome.out);
}

#[test]
fn no_resolver_is_could_not_tell() {
    // Nothing listens on the discard port of loopback.
    let arguments = ["check", "-", "--resolver", "127.0.0.1:9", "--timeout", "2s", "--retries", "0"];
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let outcome = crate::run::launch_ready(&arguments, "domain: shop.test");
    assert_eq!(outcome.code, 3, "{}{}", outcome.out, outcome.err);
}

#[test]
fn terminal_escapes_in_txt_stay_inert() {
    let evil = |world: &mut Builder| {
        world
            .zone("shop.test")
            .mx("@", 10, "mail")
            .txt("@", b"v=spf1 \x1b[2J\x1b]0;owned\x07 \xe2\x80\xae +all\r\n");
        world.zone("shop.test").txt("_dmarc", b"v=DMARC1; p=none\xff\x1b[31m");
    };
    for format in ["human", "json"] {
        let outcome = run(evil, "domain: shop.test", &["--format", format, "-vv"]);
        assert_eq!(outcome.code, 1, "{}", outcome.out);
    }
}

#[test]
fn the_deadline_ends_the_run() {
    let silent = |world: &mut Builder| {
        world.weather("shop.test", 443, Weather::Silent);
    };
    let started = Instant::now();
    let outcome =
        run(silent, "domain: shop.test", &["--timeout", "60s", "--deadline", "600ms", "--format", "json"]);
    assert!(started.elapsed() < SLACK);
    assert_eq!(outcome.code, 3, "{}", outcome.out);
    assert!(outcome.out.contains("deadline"), "{}", outcome.out);
}

/// What is said of a host whose port 80 is in this weather.
fn plain(weather: Weather) -> (String, Value) {
    let report = report(
        |world| {
            world.weather("shop.test", 80, weather);
        },
        "domain: shop.test",
    );
    assert_eq!(findings(&report, "fail"), Vec::<String>::new(), "{report:#}");
    let status = finding(&report, "http/https-not-forced", "shop.test")["status"].clone();
    (status.as_str().expect("a status").to_owned(), report["verdict"].clone())
}

#[test]
fn only_a_closed_port_80_serves_nothing_in_plain() {
    for weather in [Weather::Refused, Weather::ConnectTimesOut] {
        assert_eq!(plain(weather), ("pass".into(), "ready".into()), "{weather:?}");
    }
    for weather in [Weather::Silent, Weather::Reset, Weather::CloseAtOnce, Weather::Garbage] {
        assert_eq!(plain(weather), ("unknown".into(), "undetermined".into()), "{weather:?}");
    }
}
