//! The lab does what it says: looked at with clients that share no code with the product.

mod client;

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use client::{ask, ask_tcp, ask_with, fetch, fetch_all, plain, question, texts, tls_error};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;

use crate::lab::{AIA_HOST, Cert, Fault, Lab, Port80, Response, Trouble, Weather};

const HOST: &str = "shop.test";

#[test]
fn resolver_follows_aliases_from_zone_to_zone() {
    let mut world = Lab::builder();
    world
        .zone(HOST)
        .cname("www", "edge.cdn.test.")
        .cname("loop", "loop")
        .cname("lost", "nowhere.invalid.");
    world
        .zone("cdn.test")
        .a("edge", "203.0.113.7")
        .a("edge", "203.0.113.8");
    let lab = world.start();

    let found = ask(&lab, "www.shop.test", "A");
    assert_eq!(
        texts(&found),
        ["CNAME edge.cdn.test.", "A 203.0.113.7", "A 203.0.113.8"]
    );
    assert!(found.metadata.recursion_available && !found.metadata.authoritative);
    assert_eq!(ask(&lab, "loop.shop.test", "A").answers.len(), 10);
    let lost = ask(&lab, "lost.shop.test", "AAAA");
    assert_eq!(
        (lost.metadata.response_code, lost.answers.len()),
        (ResponseCode::NXDomain, 1)
    );
}

#[test]
fn nothing_there_and_no_such_name_are_told_apart() {
    let mut world = Lab::builder();
    world
        .zone(HOST)
        .a("deep.er", "203.0.113.7")
        .a("*.any", "203.0.113.9");
    let lab = world.start();

    for (name, code) in [
        ("er.shop.test", ResponseCode::NoError),
        ("none.shop.test", ResponseCode::NXDomain),
    ] {
        let answer = ask(&lab, name, "A");
        assert_eq!(
            (answer.metadata.response_code, answer.answers.len()),
            (code, 0),
            "{name}"
        );
        assert_eq!(
            answer.authorities[0].record_type(),
            RecordType::SOA,
            "{name}"
        );
    }
    assert_eq!(
        ask(&lab, "not-ours.example", "A").metadata.response_code,
        ResponseCode::NXDomain
    );
    assert_eq!(texts(&ask(&lab, "x.any.shop.test", "A")), ["A 203.0.113.9"]);
}

#[test]
fn records_of_every_type_arrive() {
    let mut world = Lab::builder();
    let zone = world.zone(HOST);
    zone.aaaa("@", "2001:db8::1")
        .mx("@", 10, "mail")
        .ns("@", "ns1")
        .caa("@", "issue", "ca.test");
    zone.record("_sip._tcp", "SRV 0 5 443 sip")
        .record("q", r#"TXT "a b" "c""#)
        .raw("@", "DS", &[1, 2, 3]);
    let lab = world.start();

    let expected = [
        ("shop.test", "AAAA", "AAAA 2001:db8::1"),
        ("shop.test", "MX", "MX 10 mail.shop.test."),
        ("shop.test", "NS", "NS ns1.shop.test."),
        ("shop.test", "CAA", "CAA 0 issue \"ca.test\""),
        ("_sip._tcp.shop.test", "SRV", "SRV 0 5 443 sip.shop.test."),
        ("q.shop.test", "TXT", "TXT a bc"),
    ];
    for (name, kind, text) in expected {
        assert_eq!(texts(&ask(&lab, name, kind)), [text]);
    }
    assert_eq!(ask(&lab, HOST, "DS").answers.len(), 1);
}

#[test]
fn txt_records_take_any_bytes_and_long_answers_go_over_tcp() {
    let evil = b"v=spf1 \x1b[31m \xff -all";
    let mut world = Lab::builder();
    world
        .zone(HOST)
        .txt("evil", evil)
        .txt("long", "x".repeat(3000));
    let lab = world.start();

    let wire = ask(&lab, "evil.shop.test", "TXT")
        .to_vec()
        .expect("an answer");
    assert!(wire.windows(evil.len()).any(|window| window == evil));
    assert!(ask(&lab, "long.shop.test", "TXT").metadata.truncation);
    assert_eq!(
        texts(&ask_tcp(&lab, "long.shop.test", "TXT"))[0].len(),
        3004
    );
    let transports: Vec<_> = lab
        .log()
        .questions()
        .into_iter()
        .map(|asked| asked.transport)
        .collect();
    assert_eq!(transports, ["udp", "udp", "tcp"]);
    assert_eq!(lab.count_questions("long.shop.test", "TXT"), 2);
}

#[test]
fn faults_come_as_scripted() {
    let mut world = Lab::builder();
    let zone = world.zone(HOST);
    for name in ["fail", "refuse", "tc", "id", "once", "late", "mute", "junk"] {
        zone.a(name, "203.0.113.7");
    }
    zone.broken("fail", "*", Fault::Servfail)
        .broken("refuse", "A", Fault::Refused);
    zone.broken("tc", "A", Fault::TruncatedUdp)
        .broken("id", "A", Fault::WrongId);
    zone.broken("once", "A", Fault::First(1, Box::new(Fault::Servfail)));
    zone.broken("late", "A", Fault::Late(Duration::from_millis(60)));
    zone.broken("mute", "A", Fault::Silent)
        .broken("junk", "A", Fault::Garbage);
    let lab = world.start();
    let code = |name| ask(&lab, name, "A").metadata.response_code;

    assert_eq!(code("fail.shop.test"), ResponseCode::ServFail);
    assert_eq!(code("refuse.shop.test"), ResponseCode::Refused);
    assert_eq!(
        (code("once.shop.test"), code("once.shop.test")),
        (ResponseCode::ServFail, ResponseCode::NoError)
    );
    assert!(ask(&lab, "tc.shop.test", "A").metadata.truncation);
    assert_eq!(
        texts(&ask_tcp(&lab, "tc.shop.test", "A")),
        ["A 203.0.113.7"]
    );
    let query = question("id.shop.test", "A");
    assert_ne!(
        ask_with(lab.resolver_addr(), &query)
            .expect("an answer")
            .metadata
            .id,
        query.metadata.id
    );
    let start = Instant::now();
    assert_eq!(code("late.shop.test"), ResponseCode::NoError);
    assert!(start.elapsed() >= Duration::from_millis(60));
    for name in ["mute.shop.test", "junk.shop.test"] {
        assert!(
            ask_with(lab.resolver_addr(), &question(name, "A")).is_none(),
            "{name}"
        );
    }
}

#[test]
fn name_servers_answer_for_their_own_and_may_disagree() {
    let mut world = Lab::builder();
    world
        .zone(HOST)
        .ns("@", "ns1")
        .ns("@", "ns2")
        .record("@", "SOA 7");
    world
        .name_server("ns2.shop.test")
        .zone(HOST)
        .record("@", "SOA 6");
    let lab = world.start();

    let serial = |server| {
        let answer = ask_with(lab.addr(server, 53), &question(HOST, "SOA")).expect("an answer");
        assert!(answer.metadata.authoritative && !answer.metadata.recursion_available);
        texts(&answer)[0].split(' ').nth(3).map(str::to_owned)
    };
    assert_eq!(
        (serial("ns1.shop.test"), serial("ns2.shop.test")),
        (Some("7".into()), Some("6".into()))
    );
    let foreign = ask_with(
        lab.addr("ns1.shop.test", 53),
        &question("other.example", "A"),
    )
    .expect("an answer");
    assert_eq!(foreign.metadata.response_code, ResponseCode::Refused);
}

#[test]
fn ad_is_set_for_signed_zones_when_asked_for() {
    let mut world = Lab::builder();
    world.zone(HOST).signed().a("@", "203.0.113.7");
    world.zone("plain.test").a("@", "203.0.113.7");
    let lab = world.start();

    let ad = |name, wanted| {
        let mut query = question(name, "A");
        query.metadata.authentic_data = wanted;
        ask_with(lab.resolver_addr(), &query)
            .expect("an answer")
            .metadata
            .authentic_data
    };
    assert_eq!(
        (ad(HOST, true), ad(HOST, false), ad("plain.test", true)),
        (true, false, false)
    );
}

#[test]
fn sites_serve_pages_redirects_and_handlers() {
    let mut world = Lab::builder();
    world
        .site(HOST)
        .page("/", 200, "<h1>hi</h1>")
        .header("Strict-Transport-Security", "max-age=31536000");
    world
        .site(HOST)
        .endless_redirects("/on")
        .redirect_loop("/loop");
    world.site(HOST).handler("/echo", |request| {
        Response::new(201, format!("{} {:?}", request.method, request.tls))
    });
    world
        .site("www.shop.test")
        .redirect_all("https://shop.test");
    world
        .site("old.shop.test")
        .on_port_80(Port80::Same)
        .page("/", 200, "in the clear");
    let lab = world.start();

    let home = fetch(&lab, HOST, "/?a=b");
    assert!(
        home.starts_with("HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=31536000\r\n"),
        "{home}"
    );
    assert!(
        home.ends_with("Content-Length: 11\r\n\r\n<h1>hi</h1>"),
        "{home}"
    );
    assert!(
        fetch(&lab, "www.shop.test", "/a?b=c").contains("Location: https://shop.test/a?b=c\r\n")
    );
    assert!(fetch(&lab, HOST, "/on?hop=4").contains("Location: /on?hop=5\r\n"));
    assert!(fetch(&lab, HOST, "/loop").contains("Location: /loop\r\n"));
    assert!(fetch(&lab, HOST, "/echo").ends_with("GET true"));
    assert!(fetch(&lab, HOST, "/none").starts_with("HTTP/1.1 404 "));
    let insecure = plain(&lab, HOST, "/x?y").expect("an answer");
    assert!(
        insecure.contains("301 Moved Permanently\r\nLocation: https://shop.test/x?y\r\n"),
        "{insecure}"
    );
    assert!(
        plain(&lab, "old.shop.test", "/")
            .expect("an answer")
            .ends_with("in the clear")
    );
    assert_eq!(lab.count_requests("https://shop.test/loop"), 1);
    assert_eq!(
        lab.log()
            .connections()
            .iter()
            .filter(|to| *to == "*:80")
            .count(),
        2
    );
}

#[test]
fn a_connection_takes_several_requests() {
    let mut world = Lab::builder();
    world
        .site(HOST)
        .page("/", 200, "one")
        .page("/two", 200, "two");
    let lab = world.start();
    let both = fetch_all(&lab, HOST, &["/", "/two"]);
    assert!(both.contains("one") && both.ends_with("two"), "{both}");
    assert_eq!(lab.log().connections(), ["*:443"]);
}

#[test]
fn certificates_come_as_scripted() {
    let mut world = Lab::builder();
    let certs = [
        ("good", Cert::good(), ""),
        ("wild", Cert::good().wildcard(), ""),
        (
            "many",
            Cert::good().names(["many.shop.test", "shop.test"]),
            "",
        ),
        ("soon", Cert::good().expiring(3), ""),
        ("old", Cert::good().expired(2), "Expired"),
        ("early", Cert::good().not_yet_valid(2), "NotValidYet"),
        ("other", Cert::good().other_name(), "NotValidForName"),
        ("own", Cert::good().self_signed(), "UnknownIssuer"),
        ("stranger", Cert::good().untrusted(), "UnknownIssuer"),
        ("half", Cert::good().incomplete(), "UnknownIssuer"),
        ("aia", Cert::good().incomplete_with_aia(), "UnknownIssuer"),
    ];
    for (label, cert, _) in &certs {
        world
            .site(&format!("{label}.shop.test"))
            .page("/", 200, "")
            .cert(cert.clone());
    }
    let lab = world.start();
    for (label, _, expected) in &certs {
        let error = tls_error(&lab, &format!("{label}.shop.test")).unwrap_or_default();
        assert!(
            error.contains(expected) && error.is_empty() == expected.is_empty(),
            "{label}: {error}"
        );
    }
    let pkix = plain(&lab, AIA_HOST, "/intermediate.cer").expect("an answer");
    assert!(pkix.contains("application/pkix-cert"));
    let leaf = &lab.ca().chain(&Cert::good().incomplete_with_aia(), HOST)[0];
    let url = b"http://aia.lab.test/intermediate.cer";
    assert!(leaf.windows(url.len()).any(|window| window == url));
}

#[test]
fn only_the_scripted_tls_versions_are_spoken() {
    let mut world = Lab::builder();
    world
        .site(HOST)
        .page("/", 200, "")
        .tls_versions(&[&rustls::version::TLS12]);
    let lab = world.start();
    assert_eq!(
        client::tls_version(&lab, HOST),
        Some(rustls::ProtocolVersion::TLSv1_2)
    );
}

#[test]
fn an_unknown_name_gets_an_alert() {
    let mut world = Lab::builder();
    world.site(HOST).page("/", 200, "");
    let lab = world.start();
    let error = client::tls_error_at(&lab, lab.addr(HOST, 443), "else.test").expect("no such site");
    assert!(
        error.contains("UnrecognisedName") || error.contains("UnrecognizedName"),
        "{error}"
    );
}

#[test]
fn bad_weather_on_a_tls_port() {
    let expected = [
        (Weather::Silent, "WouldBlock"),
        (Weather::SilentAfterHello, "WouldBlock"),
        (Weather::Reset, "ConnectionReset"),
        (Weather::CloseAtOnce, "UnexpectedEof"),
        (Weather::Garbage, "InvalidMessage"),
        (Weather::PlainHttp, "InvalidMessage"),
        (Weather::TlsAlert(40), "HandshakeFailure"),
        (Weather::Refused, "ConnectionRefused"),
        (Weather::ConnectTimesOut, "TimedOut"),
    ];
    let mut world = Lab::builder();
    for (number, (weather, _)) in expected.iter().enumerate() {
        world.weather(&format!("w{number}.test"), 443, *weather);
    }
    let lab = world.start();
    for (number, (weather, text)) in expected.iter().enumerate() {
        let error = tls_error(&lab, &format!("w{number}.test")).expect("bad weather");
        assert!(error.contains(text), "{weather:?}: {error}");
    }
}

#[test]
fn trouble_below_http() {
    let mut world = Lab::builder();
    let troubles = [
        (Trouble::EndlessBody, "200 OK", 100_000),
        (Trouble::HugeHeaders, "X-Lab-1023: ", 1_000_000),
        (Trouble::EndlessHeaders, "X-Lab: and one more", 100_000),
        (Trouble::OddHeaders, "Server: lab \u{fffd}", 50),
        (Trouble::GarbageStatusLine, "ICY 2OO", 10),
        (Trouble::CutBody, "Content-Length: 1000", 50),
        (Trouble::SlowDrip, "\r\n\r\n.", 50),
        (Trouble::NoAnswer, "", 0),
    ];
    world.site(HOST).on_port_80(Port80::Same);
    for (number, (trouble, ..)) in troubles.iter().enumerate() {
        world.site(HOST).trouble(&format!("/{number}"), *trouble);
        world.weather(&format!("h{number}.test"), 80, Weather::Http(*trouble));
    }
    let lab = world.start();
    for (number, (trouble, text, least)) in troubles.iter().enumerate() {
        for answer in [
            plain(&lab, HOST, &format!("/{number}")),
            plain(&lab, &format!("h{number}.test"), "/"),
        ] {
            let answer = answer.expect("something to read");
            assert!(
                answer.contains(text) && answer.len() >= *least,
                "{trouble:?}: {} bytes",
                answer.len()
            );
        }
    }
}

#[test]
fn round_trips_take_their_time() {
    let mut world = Lab::builder();
    world
        .round_trip(Duration::from_millis(60))
        .zone(HOST)
        .a("@", "203.0.113.7");
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
    assert_eq!(
        trips(&|| drop(fetch(&lab, HOST, "/"))),
        Some(3),
        "TCP, TLS, HTTP"
    );
}

#[test]
fn args_name_every_host_and_nothing_leaves_the_machine() {
    let mut world = Lab::builder();
    world
        .zone(HOST)
        .a("@", "203.0.113.10")
        .mx("@", 10, "mail")
        .a("mail", "203.0.113.11")
        .ns("@", "ns1");
    world.site(HOST).page("/", 200, "");
    let lab = world.start();

    let args = lab.args();
    assert_eq!(
        args[..2],
        ["--resolver".to_owned(), lab.resolver_addr().to_string()]
    );
    assert!(args.contains(&format!("shop.test:443={}", lab.addr(HOST, 443))));
    let hosts: Vec<_> = lab
        .connects()
        .into_iter()
        .map(|(host, port, _)| format!("{host}:{port}"))
        .collect();
    let mail = [
        "mail.shop.test:25",
        "mail.shop.test:80",
        "mail.shop.test:443",
    ];
    assert_eq!(
        hosts,
        [
            &mail[..],
            &["ns1.shop.test:53", "shop.test:80", "shop.test:443"]
        ]
        .concat()
    );
    let error = TcpStream::connect(lab.addr("mail.shop.test", 25)).expect_err("no mail server");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
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
        assert_eq!(
            texts(&ask(lab, HOST, "A")),
            [format!("A 203.0.113.{number}")]
        );
        assert!(fetch(lab, HOST, "/").ends_with(&format!("\r\n\r\n{number}")));
    }
    let left: Vec<_> = labs
        .iter()
        .map(|lab| (lab.ca_file(), lab.addr(HOST, 443)))
        .collect();
    drop(labs);
    for (ca_file, addr) in left {
        assert!(!ca_file.exists());
        assert!(TcpStream::connect(addr).is_err());
    }
}
