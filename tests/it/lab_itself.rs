//! The lab does what it says: looked at with clients that share no code with the product.

mod apis;
mod client;
mod cloudflare;
mod dns;
mod receivers;
mod web;

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{ask, fetch, texts};
use tokio::io::AsyncWriteExt;

use crate::lab::Lab;

const HOST: &str = "shop.test";

#[test]
fn round_trips_take_their_time() {
    let mut world = Lab::builder();
    world.round_trip(Duration::from_millis(60)).zone(HOST).a("@", "203.0.113.7");
    world.site(HOST).page("/", 200, "hi");
    let lab = world.start();
    // The quickest of three: a busy machine makes some of them late.
    let trips = |work: &dyn Fn()| {
        let timed = |_| {
            let start = Instant::now();
            work();
            start.elapsed().as_millis() / 60
        };
        (0..3).map(timed).min()
    };
    assert_eq!(trips(&|| drop(ask(&lab, HOST, "A"))), Some(1), "the answer");
    assert_eq!(trips(&|| drop(fetch(&lab, HOST, "/"))), Some(3), "TCP, TLS, HTTP");
}

#[test]
fn args_name_every_host_and_nothing_leaves_the_machine() {
    let mut world = Lab::builder();
    world.zone(HOST).a("@", "203.0.113.10").mx("@", 10, "mail").a("mail", "203.0.113.11").ns("@", "ns1");
    world.site(HOST).page("/", 200, "");
    let lab = world.start();

    let args = lab.args();
    assert_eq!(args[..2], ["--resolver".to_owned(), lab.resolver_addr().to_string()]);
    assert!(args.contains(&format!("shop.test:443={}", lab.addr(HOST, 443))));
    let hosts: Vec<_> = lab.connects().into_iter().map(|(host, port, _)| format!("{host}:{port}")).collect();
    let (registry, own): (Vec<_>, Vec<_>) = hosts.iter().partition(|host| host.contains(".nic.test:"));
    let mail = ["mail.shop.test:25", "mail.shop.test:80", "mail.shop.test:443"];
    assert_eq!(own, [&mail[..], &["ns1.shop.test:53", "shop.test:80", "shop.test:443"]].concat());
    assert!(registry.contains(&&"a.nic.test:53".to_owned()), "{registry:?}");
    let error = TcpStream::connect(lab.addr("mail.shop.test", 443)).expect_err("no web server");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let mut mail = TcpStream::connect(lab.addr("mail.shop.test", 25)).expect("a mail server");
    let mut greeting = [0; 18];
    mail.read_exact(&mut greeting).expect("a greeting");
    assert_eq!(&greeting, b"220-mail.shop.test");
}

#[test]
fn labs_are_quick_to_start_many_at_a_time_and_gone_when_dropped() {
    let start = Instant::now();
    let labs: Vec<_> = (0..10)
        .map(|number| {
            let mut world = Lab::builder();
            world.zone(HOST).a("@", &format!("203.0.113.{number}"));
            world.site(HOST).page("/", 200, number.to_string());
            world.start()
        })
        .collect();
    let each = start.elapsed() / 10;
    assert!(each < Duration::from_millis(100), "{each:?}");
    for (number, lab) in labs.iter().enumerate() {
        assert_eq!(texts(&ask(lab, HOST, "A")), [format!("A 203.0.113.{number}")]);
        assert!(fetch(lab, HOST, "/").ends_with(&format!("\r\n\r\n{number}")));
    }
    let left: Vec<_> = labs.iter().map(|lab| (lab.ca_file(), lab.addr(HOST, 443))).collect();
    drop(labs);
    for (ca_file, addr) in left {
        assert!(!ca_file.exists());
        assert!(TcpStream::connect(addr).is_err());
    }
}

#[test]
fn a_test_can_bring_a_server_of_its_own() {
    let mut world = Lab::builder();
    let greet = Arc::new(|mut stream: tokio::net::TcpStream, _| {
        Box::pin(async move { stream.write_all(b"220 mail ESMTP").await.unwrap_or(()) }) as _
    });
    world.zone(HOST).mx("@", 10, "mail").a("mail", "203.0.113.11");
    world.service("mail.shop.test", 25, greet);
    let lab = world.start();

    let mut banner = String::new();
    let mut stream = TcpStream::connect(lab.addr("mail.shop.test", 25)).expect("a mail server");
    stream.read_to_string(&mut banner).expect("a banner");
    assert_eq!(banner, "220 mail ESMTP");
    assert_eq!(lab.log().connections(), ["mail.shop.test:25"]);
}
