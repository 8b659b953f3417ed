//! Bad weather in what comes after the handshake: answers that are larger, slower or stranger than HTTP
//! allows. Each ends within its time limit, with one red line or with none.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lab::{BrokenH2, Builder, Response, Weather};
use crate::run::{check, finding, findings, shop};

/// 64 MiB of `a` in brotli.
const BROTLI_BOMB: &[u8] = &[
    0xcf, 0xff, 0xff, 0x7f, 0x00, 0x24, 0xc2, 0xe2, 0xb1, 0x40, 0x72, 0xef, 0xff, 0x9f, 0xff, 0xff, 0x0f,
    0x80, 0x04, 0x40, 0x1c, 0x16, 0x80, 0xee, 0xfd, 0x3f, 0xff, 0xff, 0xff, 0x01, 0x90, 0x00, 0x88, 0xc3,
    0x02, 0xd0, 0xbd, 0xff, 0xe7, 0xff, 0xff, 0x3f, 0x00, 0x12, 0x00, 0x71, 0x58, 0x00, 0xba, 0xf7, 0xff,
    0x03,
];

/// What is said of a shop changed so; nothing may take longer than the time limit and some slack.
fn report(change: impl Fn(&mut Builder)) -> Value {
    report_with(change, "0")
}

fn report_with(change: impl Fn(&mut Builder), retries: &str) -> Value {
    let lab = shop(change);
    let begun = Instant::now();
    let options = ["--timeout", "700ms", "--retries", retries, "--only", "tls,http", "--format", "json"];
    let outcome = check(&lab, "domain: shop.test", &options);
    assert!(begun.elapsed() < Duration::from_secs(8), "took {:?}", begun.elapsed());
    outcome.json()
}

/// 64 MiB of `a`, compressed.
fn gzip_bomb() -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        encoder.write_all(&vec![b'a'; 1024 * 1024]).expect("memory takes all");
    }
    encoder.finish().expect("memory takes all")
}

#[test]
fn a_bomb_is_an_answer() {
    for (coding, bomb) in [("gzip", gzip_bomb()), ("br", BROTLI_BOMB.to_vec())] {
        let report = report(|world| {
            let page = Response::new(200, bomb.clone()).header("Content-Encoding", coding);
            world.site("shop.test").handler("/", move |_| page.clone());
        });
        let failed = findings(&report, "fail");
        assert!(!failed.iter().any(|found| found.contains("unreachable")), "{coding}: {failed:?}");
        assert!(findings(&report, "pass").contains(&"http/status-differs https://shop.test/".to_owned()));
    }
}

/// What `http/unreachable` says of a host that is broken so.
fn unreachable(broken: BrokenH2) -> String {
    let report = report(|world| {
        world.weather("shop.test", 443, Weather::H2(broken));
    });
    assert_eq!(findings(&report, "fail"), ["http/unreachable https://shop.test/"], "{broken:?} {report:#}");
    finding(&report, "http/unreachable", "https://shop.test/")["observed"].to_string()
}

#[test]
fn what_is_not_http_2_is_no_answer() {
    for broken in
        [BrokenH2::Garbage, BrokenH2::DataOnStreamZero, BrokenH2::BrokenHpack, BrokenH2::EndlessHeaders]
    {
        let words = unreachable(broken);
        assert!(words.contains("HTTP") || words.contains("larger than"), "{broken:?}: {words}");
    }
}

#[test]
fn silence_over_http_2_is_no_answer() {
    assert!(unreachable(BrokenH2::Silent).contains("700 ms"));
}

#[test]
fn silence_on_the_first_connection_is_no_silence() {
    let first = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let report = report_with(
        |world| {
            let first = std::sync::Arc::clone(&first);
            world.site("shop.test").handler("/late", move |_| {
                let silent = first.swap(false, std::sync::atomic::Ordering::SeqCst);
                let delay = if silent { Duration::from_secs(3) } else { Duration::ZERO };
                Response::new(200, "here").delay(delay)
            });
            world.site("shop.test").redirect("/", 302, "/late");
        },
        "2",
    );
    let passed = findings(&report, "pass");
    assert!(passed.contains(&"http/redirect-loop https://shop.test/".to_owned()), "{report:#}");
}

#[test]
fn a_stream_that_the_server_ends_is_no_answer() {
    for broken in [BrokenH2::GoAway, BrokenH2::Reset] {
        let words = unreachable(broken);
        assert!(words.contains("ended") || words.contains("closed"), "{broken:?}: {words}");
        assert!(!words.contains("calm"), "{words}");
    }
}
