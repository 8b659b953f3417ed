//! The lab's web servers, certificates and bad weather.

use super::HOST;
use super::client::{fetch, fetch_all, plain, tls_error, tls_error_at, tls_version};
use crate::lab::{AIA_HOST, Cert, Lab, Port80, Response, Trouble, Weather};

#[test]
fn sites_serve_pages_redirects_and_handlers() {
    let mut world = Lab::builder();
    world.site(HOST).page("/", 200, "<h1>hi</h1>").header("Strict-Transport-Security", "max-age=31536000");
    world.site(HOST).endless_redirects("/on").redirect_loop("/loop");
    world
        .site(HOST)
        .handler("/echo", |request| Response::new(201, format!("{} {:?}", request.method, request.tls)));
    world.site("www.shop.test").redirect_all("https://shop.test");
    world.site("old.shop.test").on_port_80(Port80::Same).page("/", 200, "in the clear");
    let lab = world.start();

    let home = fetch(&lab, HOST, "/?a=b");
    assert!(home.starts_with("HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=31536000\r\n"), "{home}");
    assert!(home.ends_with("Content-Length: 11\r\n\r\n<h1>hi</h1>"), "{home}");
    assert!(fetch(&lab, "www.shop.test", "/a?b=c").contains("Location: https://shop.test/a?b=c\r\n"));
    assert!(fetch(&lab, HOST, "/on?hop=4").contains("Location: /on?hop=5\r\n"));
    assert!(fetch(&lab, HOST, "/loop").contains("Location: /loop\r\n"));
    assert!(fetch(&lab, HOST, "/echo").ends_with("GET true"));
    assert!(fetch(&lab, HOST, "/none").starts_with("HTTP/1.1 404 "));
    let insecure = plain(&lab, HOST, "/x?y").expect("an answer");
    assert!(insecure.contains("301 Moved Permanently\r\nLocation: https://shop.test/x?y\r\n"), "{insecure}");
    assert!(plain(&lab, "old.shop.test", "/").expect("an answer").ends_with("in the clear"));
    assert_eq!(lab.count_requests("https://shop.test/loop"), 1);
    assert_eq!(lab.log().connections().iter().filter(|to| *to == "*:80").count(), 2);
}

#[test]
fn a_connection_takes_several_requests() {
    let mut world = Lab::builder();
    world.site(HOST).page("/", 200, "one").page("/two", 200, "two");
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
        ("many", Cert::good().names(["many.shop.test", "shop.test"]), ""),
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
        world.site(&format!("{label}.shop.test")).page("/", 200, "").cert(cert.clone());
    }
    let lab = world.start();
    for (label, _, expected) in &certs {
        let error = tls_error(&lab, &format!("{label}.shop.test")).unwrap_or_default();
        assert!(error.contains(expected) && error.is_empty() == expected.is_empty(), "{label}: {error}");
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
    world.site(HOST).page("/", 200, "").tls_versions(&[&rustls::version::TLS12]);
    let lab = world.start();
    assert_eq!(tls_version(&lab, HOST), Some(rustls::ProtocolVersion::TLSv1_2));
}

#[test]
fn an_unknown_name_gets_an_alert() {
    let mut world = Lab::builder();
    world.site(HOST).page("/", 200, "");
    let lab = world.start();
    let error = tls_error_at(&lab, lab.addr(HOST, 443), "else.test").expect("no such site");
    assert!(error.contains("UnrecognisedName") || error.contains("UnrecognizedName"), "{error}");
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
        for answer in [plain(&lab, HOST, &format!("/{number}")), plain(&lab, &format!("h{number}.test"), "/")]
        {
            let answer = answer.expect("something to read");
            assert!(answer.contains(text) && answer.len() >= *least, "{trouble:?}: {} bytes", answer.len());
        }
    }
}
