//! Bad weather on real sockets. Servers are threads, each connection handled by one function.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::*;
use crate::observed::{ClientCertificate, Exchange, FailureKind, Handshake, Path, Seen};

mod dns;
mod http;
mod tls;
mod zone;

/// A server that hands each connection to `handle`.
fn server(handle: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let address = listener.local_addr().expect("an address");
    let handle = Arc::new(handle);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let handle = Arc::clone(&handle);
            thread::spawn(move || handle(stream));
        }
    });
    address
}

/// A port that nobody listens on, and that nobody else gets while the tests run.
pub(super) fn closed() -> SocketAddr {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    Box::leak(Box::new(socket)).local_addr().expect("an address")
}

/// Reads a request's head and returns its first line.
fn request(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned()
}

/// A server that reads a request and sends these bytes.
fn answers(bytes: impl Into<Vec<u8>>) -> SocketAddr {
    let bytes = bytes.into();
    server(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(&bytes);
    })
}

/// Settings with `a.test`'s ports led to these servers, and no resolver that answers.
fn settings(http: SocketAddr, https: SocketAddr) -> Settings {
    let to = |port: u16, server: SocketAddr| Connect {
        host: "a.test".into(),
        port: Some(port),
        to_ip: server.ip(),
        to_port: Some(server.port()),
    };
    Settings {
        anchors: TrustAnchors::default(),
        resolvers: vec![closed()],
        connect: vec![to(80, http), to(443, https)],
        timeout: Duration::from_secs(10),
        deadline: Duration::from_secs(20),
        retries: 0,
        concurrency: 16,
        extra_roots: Vec::new(),
        private: PrivateRanges::Forbidden,
        ..Settings::default()
    }
}

async fn look(spec: &str, settings: &Settings) -> Observed {
    let document = crate::spec::load::parse("spec.yaml", spec).expect("a spec");
    let at = "2026-01-01T00:00:00Z".parse().expect("a time");
    observe(&document, settings, at, &Silent).await.expect("an observation")
}

/// What is seen of one host that has these servers.
async fn weather(http: SocketAddr, https: SocketAddr) -> Observed {
    look(SPEC, &settings(http, https)).await
}

const SPEC: &str = "domain: a.test\nhosts:\n  apex: {}\nemail: none\n";

fn failed<T: std::fmt::Debug>(seen: &Seen<T>) -> (FailureKind, &str) {
    match seen {
        Seen::Failed(failure) => (failure.kind, failure.detail.as_str()),
        other => panic!("not failed: {other:?}"),
    }
}

fn unobserved<T: std::fmt::Debug>(seen: &Seen<T>) -> &str {
    match seen {
        Seen::Unobserved(reason) => reason.as_str(),
        other => panic!("observed: {other:?}"),
    }
}

fn answered<T: std::fmt::Debug>(seen: &Seen<T>) -> &T {
    match seen {
        Seen::Answer(answer) => answer,
        other => panic!("not answered: {other:?}"),
    }
}

fn http_of<'a>(observed: &'a Observed, url: &str) -> &'a Seen<Exchange> {
    observed.http.get(url).unwrap_or_else(|| panic!("{url} not asked: {:?}", observed.http.keys()))
}

fn tls_of(observed: &Observed) -> &Seen<Handshake> {
    &observed.tls["https://a.test:443"]
}

#[tokio::test]
async fn what_the_deadline_cuts_is_unobserved() {
    let silent =
        server(|stream| drop(stream.peek(&mut [0; 1]).map(|_| thread::sleep(Duration::from_secs(5)))));
    let mut settings = settings(silent, silent);
    settings.timeout = Duration::from_secs(10);
    settings.deadline = Duration::from_millis(200);
    let begun = Instant::now();
    let observed = look(SPEC, &settings).await;
    assert!(begun.elapsed() < Duration::from_secs(2));
    for seen in observed.http.values() {
        assert_eq!(unobserved(seen), "the run's deadline of 200 ms passed");
    }
    assert_eq!(unobserved(tls_of(&observed)), "the run's deadline of 200 ms passed");
    assert_eq!(observed.http.len(), 2 + 2);
}

#[tokio::test]
async fn each_question_is_asked_once_and_counted() {
    struct Count(AtomicUsize, AtomicUsize);
    impl Progress for Count {
        fn waiting(&self, asked: usize, answered: usize, _: &str) {
            self.0.store(asked, Ordering::Relaxed);
            self.1.store(answered, Ordering::Relaxed);
        }
    }
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let web = server(move |mut stream| {
        request(&mut stream);
        counted.fetch_add(1, Ordering::Relaxed);
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
    });
    let spec = "domain: a.test\nhosts:\n  apex: {}\nemail: none\nendpoints:\n- url: http://a.test/\n  status: 204\n- url: http://a.test/x\n  status: 204\n";
    let document = crate::spec::load::parse("spec.yaml", spec).expect("a spec");
    let count = Count(AtomicUsize::new(0), AtomicUsize::new(0));
    let settings = settings(web, closed());
    let observed =
        observe(&document, &settings, Timestamp::UNIX_EPOCH, &count).await.expect("an observation");
    assert_eq!(requests.load(Ordering::Relaxed), 2);
    // How the zone is signed is one question, and those that it is made of: keys of three zones, two
    // delegation signers, and the SOA twice.
    let signed = observed.dnssec.len() * (1 + 3 + 2 + 2);
    let web = observed.http.len() + observed.files.len() + observed.tls.len() + observed.offers.len();
    // Files that none should serve are one question for each host.
    let web = web + observed.served.values().filter(|served| served.exposed.is_some()).count();
    let questions = observed.dns.len() + web + signed;
    assert_eq!(count.0.load(Ordering::Relaxed), questions);
    assert_eq!(count.1.load(Ordering::Relaxed), questions);
}
