//! How fast a run is.
//!
//! (a) looks at a product of forty items in a world where every DNS answer and every TCP round
//! trip takes 25 ms, and prints the time as a multiple of the critical path: the longest chain of
//! round trips that depend on each other. (b) the same for a product of DNS alone: the parent, every
//! name server, DNSSEC. (c) parses, judges and renders a large recorded run.

#![expect(clippy::print_stderr, reason = "a benchmark says what it measured")]

#[path = "../tests/lab/mod.rs"]
mod lab;

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use lab::{Builder, Lab};
use launch_ready::item;
use launch_ready::judge::{Options, judge};
use launch_ready::observed::{Observed, Seen};
use launch_ready::policy::Policy;
use launch_ready::private::PrivateRanges;
use launch_ready::probe::{Connect, Settings, Silent, TrustAnchors, observe};
use launch_ready::report::{Style, human, json};
use launch_ready::spec::{Document, load};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

const ROUND_TRIP: Duration = Duration::from_millis(25);
const DOMAIN: &str = "garden.test";

/// A spec of `hosts` hosts and as many TXT records, with redirects and mail: four items a host.
fn spec(hosts: usize) -> String {
    let mut text = format!("domain: {DOMAIN}\ncanonical: apex\nhosts:\n  apex: {{}}\n  www: redirect\n");
    for n in 0..hosts {
        let _ = writeln!(text, "  h{n}: {{pages: [/, /login]}}");
    }
    text.push_str("dns:\n  records:\n");
    for n in 0..hosts {
        let _ = writeln!(text, "    - {{name: h{n}, type: A, value: 203.0.113.10}}");
        let _ = writeln!(text, "    - {{name: t{n}, type: TXT, value: verify={n}}}");
    }
    text.push_str("email:\n  receive: any\n  send: [{name: relay, dkim: [s1]}]\n");
    text
}

fn world(hosts: usize) -> Builder {
    let mut world = Lab::builder();
    let zone = world.zone(DOMAIN);
    zone.a("@", "203.0.113.10").cname("www", "@").mx("@", 10, "mail").txt("@", "v=spf1 -all");
    zone.txt("_dmarc", "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test")
        .txt("s1._domainkey", lab::good_key());
    for n in 0..hosts {
        zone.a(&format!("h{n}"), "203.0.113.10").txt(&format!("t{n}"), format!("verify={n}"));
    }
    world.site(DOMAIN).page("/*", 200, "hi");
    world.site(&format!("www.{DOMAIN}")).redirect_all(&format!("https://{DOMAIN}"));
    for n in 0..hosts {
        world.site(&format!("h{n}.{DOMAIN}")).page("/*", 200, "hi");
    }
    world
}

fn settings(lab: &Lab) -> Settings {
    let connect = lab.connects().into_iter().map(|(host, port, to)| Connect {
        host,
        port: Some(port),
        to_ip: to.ip(),
        to_port: Some(to.port()),
    });
    Settings {
        anchors: TrustAnchors::default(),
        resolvers: vec![lab.resolver_addr()],
        connect: connect.collect(),
        extra_roots: CertificateDer::pem_file_iter(lab.ca_file())
            .expect("the lab's root")
            .filter_map(Result::ok)
            .collect(),
        timeout: Duration::from_secs(10),
        deadline: Duration::from_mins(1),
        retries: 0,
        concurrency: 128,
        private: PrivateRanges::Allowed,
        ..Settings::default()
    }
}

fn look(document: &Document, settings: &Settings) -> Observed {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let at = "2026-11-21T12:00:00Z".parse().expect("a time");
    runtime.block_on(observe(document, settings, at, &Silent)).expect("observed")
}

/// The longest chain of round trips that depend on each other: for each hop one for TCP, one for
/// TLS 1.3 where there is TLS, and one for the answer. A hop whose URL another start asks anyway
/// depends on nothing. DNS adds none: the lab is reached by `--connect`, so nothing waits for it.
fn critical_path(document: &Document, observed: &Observed) -> u32 {
    let starts = item::starts(document, observed);
    let asked_anyway = |url: &url::Url| {
        starts.iter().any(|start| start.url == *url)
            || item::urls(document, observed).iter().any(|u| u.url == *url)
    };
    let length = |start: &item::Start| {
        let mut url = Some(start.url.clone());
        let mut trips = 0;
        while let Some(hop) = url {
            trips += if hop.scheme() == "https" { 3 } else { 2 };
            url = match observed.http(&hop) {
                Some(Seen::Answer(answer)) => answer.location.clone().filter(|next| !asked_anyway(next)),
                _ => None,
            };
        }
        trips
    };
    starts.iter().map(length).max().unwrap_or(0)
}

/// A product without hosts: what is left is DNS.
fn records_only() -> String {
    let mut text = format!("domain: {DOMAIN}\nhosts: {{}}\ndns:\n  records:\n");
    for n in 0..9 {
        let _ = writeln!(text, "    - {{name: h{n}, type: A, value: 203.0.113.10}}");
        let _ = writeln!(text, "    - {{name: t{n}, type: TXT, value: verify={n}}}");
    }
    text.push_str("    - {name: gone, type: TXT, value: a=b}\n");
    text
}

/// The longest chain: the zone's servers from the resolver, their address, their SOA, a record that
/// is missing, the same with the zone's name twice.
const DNS_CHAIN: u32 = 5;

fn dns_alone(criterion: &mut Criterion) {
    let document = load::parse("bench.yaml", &records_only()).expect("a good spec");
    let mut builder = world(9);
    builder.round_trip(ROUND_TRIP);
    let lab = builder.start();
    let settings = settings(&lab);
    let time = median(&document, &settings);
    eprintln!(
        "dns alone: {} questions; {time:?} = {:.1} round trips; the longest dependent chain has {DNS_CHAIN}",
        lab.log().questions().len() / 9,
        time.as_secs_f64() / ROUND_TRIP.as_secs_f64()
    );
    let mut group = criterion.benchmark_group("observe");
    group.sample_size(10);
    group.bench_function("dns alone, 25 ms a round trip", |bencher| {
        bencher.iter(|| look(&document, &settings));
    });
    group.finish();
}

/// Of nine runs.
fn median(document: &Document, settings: &Settings) -> Duration {
    let mut times: Vec<Duration> = (0..9)
        .map(|_| {
            let start = Instant::now();
            black_box(look(document, settings));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[4]
}

fn delayed(criterion: &mut Criterion) {
    let document = load::parse("bench.yaml", &spec(9)).expect("a good spec");
    let mut builder = world(9);
    builder.round_trip(ROUND_TRIP);
    let lab = builder.start();
    let settings = settings(&lab);
    let observed = look(&document, &settings);
    let path = ROUND_TRIP * critical_path(&document, &observed);
    let time = median(&document, &settings);
    let questions = observed.dns.len() + observed.tls.len() + observed.http.len();
    eprintln!(
        "delayed: {questions} questions; critical path {path:?}; median {time:?} = {:.2} times the critical path",
        time.as_secs_f64() / path.as_secs_f64()
    );
    let mut group = criterion.benchmark_group("observe");
    group.sample_size(10);
    group.bench_function("40 items, 25 ms a round trip", |bencher| {
        bencher.iter(|| look(&document, &settings));
    });
    group.finish();
}

/// How far away hosts are in the benches of doors.
const FAR: Duration = Duration::from_millis(50);

/// Hosts and nothing else: TLS and HTTP in depth.
fn doors(criterion: &mut Criterion, hosts: usize, round_trip: Duration, hard_limit: &str) {
    let mut text = format!("domain: {DOMAIN}\nhosts:\n  apex: {{}}\n");
    for n in 1..hosts {
        let _ = writeln!(text, "  h{n}: {{}}");
    }
    let document = load::parse("bench.yaml", &text).expect("a good spec");
    let mut builder = world(hosts);
    builder.round_trip(round_trip);
    let lab = builder.start();
    let settings = Settings { only_web: true, concurrency: 1024, ..settings(&lab) };
    let time = median(&document, &settings);
    let trips = match round_trip {
        Duration::ZERO => String::new(),
        _ => format!(" = {:.2} round trips", time.as_secs_f64() / round_trip.as_secs_f64()),
    };
    let (connections, requests) = (lab.log().connections().len() / 9, lab.log().requests().len() / 9);
    eprintln!(
        "doors: {hosts} hosts, {} ms a round trip: {time:?}{trips}; {connections} connections, {requests} requests ({hard_limit})",
        round_trip.as_millis()
    );
    let mut group = criterion.benchmark_group("doors");
    group.sample_size(10);
    let name = format!("{hosts} hosts, {} ms a round trip", round_trip.as_millis());
    group.bench_function(name, |bencher| bencher.iter(|| look(&document, &settings)));
    group.finish();
}

fn all_doors(criterion: &mut Criterion) {
    doors(criterion, 1, FAR, "at most 3.5 round trips");
    doors(criterion, 10, FAR, "at most 4.5 round trips");
    doors(criterion, 50, Duration::ZERO, "at most 150 ms");
}

fn replayed(criterion: &mut Criterion) {
    let text = spec(300);
    let document = load::parse("bench.yaml", &text).expect("a good spec");
    let lab = world(300).start();
    let recording = serde_json::to_string(&look(&document, &settings(&lab))).expect("JSON");
    let policy = Policy::named("baseline", |_| Err("built in".into())).expect("the policy");
    let options = Options { private: PrivateRanges::Allowed, ..Options::default() };
    let style = Style { color: false, width: 100, verbose: 2, quiet: false, unicode: true };
    eprintln!("replayed: a recording of {} kB", recording.len() / 1024);
    criterion.bench_function("parse, judge and render 300 hosts", |bencher| {
        bencher.iter(|| {
            let document = load::parse("bench.yaml", &text).expect("a good spec");
            let observed: Observed = serde_json::from_str(&recording).expect("a recording");
            let report = judge(&document, &observed, &policy, &options);
            black_box((human::render(&report, Some(&document), &style), json::one(&report).is_ok()));
        });
    });
}

criterion_group!(benches, delayed, dns_alone, all_doors, replayed);
criterion_main!(benches);
