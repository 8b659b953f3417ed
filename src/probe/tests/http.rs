use super::*;
use crate::observed::Remote;

const ROOT: &str = "http://a.test/";

async fn plain(server: SocketAddr) -> Observed {
    weather(server, closed()).await
}

#[tokio::test]
async fn a_closed_port() {
    let (http, https) = (closed(), closed());
    let observed = weather(http, https).await;
    let refused = format!("connection refused by {http}");
    assert_eq!(failed(http_of(&observed, ROOT)), (FailureKind::Refused, refused.as_str()));
    let refused = format!("connection refused by {https}");
    assert_eq!(failed(tls_of(&observed)), (FailureKind::Refused, refused.as_str()));
    assert_eq!(failed(http_of(&observed, "https://a.test/")), (FailureKind::Handshake, refused.as_str()));
}

#[tokio::test]
async fn silence() {
    let silent = server(|_stream| thread::sleep(Duration::from_secs(3)));
    let mut settings = settings(silent, silent);
    settings.timeout = Duration::from_millis(300);
    let observed = look(SPEC, &settings).await;
    let words = format!("no HTTP answer from {silent} within 300 ms");
    assert_eq!(failed(http_of(&observed, ROOT)), (FailureKind::NoAnswer, words.as_str()));
    let words = format!("no answer to the TLS ClientHello from {silent} within 300 ms");
    assert_eq!(failed(tls_of(&observed)), (FailureKind::NoAnswer, words.as_str()));
}

#[tokio::test]
async fn a_reset() {
    let closing = server(|mut stream| drop(stream.read(&mut [0; 1])));
    let observed = weather(closing, closing).await;
    assert_eq!(failed(http_of(&observed, ROOT)).0, FailureKind::Reset);
    assert_eq!(failed(tls_of(&observed)).0, FailureKind::Reset);
    let polite = answers("");
    let observed = plain(polite).await;
    let words = format!("connection closed by {polite} before an answer");
    assert_eq!(failed(http_of(&observed, ROOT)), (FailureKind::Reset, words.as_str()));
}

#[tokio::test]
async fn what_is_not_http() {
    for garbage in
        ["SSH-2.0-x\r\n\r\n", "HTTP/1.1 two hundred\r\n\r\n", "\0\0\0\0\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n"]
    {
        let observed = plain(answers(garbage)).await;
        let (kind, words) = failed(http_of(&observed, ROOT));
        assert_eq!(kind, FailureKind::NotHttp, "{garbage:?}: {words}");
        assert!(words.contains("is not HTTP: "), "{words}");
    }
}

#[tokio::test]
async fn heads_that_are_too_large() {
    let field = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(1_000_000));
    let fields = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(20_000));
    for head in [field, fields] {
        let observed = plain(answers(head)).await;
        let (kind, words) = failed(http_of(&observed, ROOT));
        assert_eq!(kind, FailureKind::TooLarge, "{words}");
        assert!(words.ends_with("is larger than 64 KiB"), "{words}");
    }
}

#[tokio::test]
async fn odd_fields_are_kept() {
    let head =
        b"HTTP/1.1 200 OK\r\nX-Odd: a\xff\xc2\x9b31m\r\nx-odd: b\r\nContent-Length: 2\r\n\r\nhi".to_vec();
    let observed = plain(answers(head)).await;
    let exchange = answered(http_of(&observed, ROOT));
    let values: Vec<&str> = exchange.header("x-odd").map(Remote::as_str).collect();
    assert_eq!(values.len(), 2, "{exchange:?}");
    assert!(values[0].starts_with("a\u{fffd}\\u{9b}"), "{values:?}");
    assert_eq!((exchange.status, exchange.body_bytes, exchange.body_cut), (200, 2, false));
}

#[tokio::test]
async fn bodies_that_do_not_end() {
    let endless = server(|mut stream| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let slow = server(|mut stream| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        thread::sleep(Duration::from_secs(3));
    });
    let broken = answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    let exact = answers(format!("HTTP/1.1 200 OK\r\nContent-Length: 262144\r\n\r\n{}", "x".repeat(262_144)));
    for (server, bytes, cut) in
        [(endless, 262_144, true), (slow, 3, true), (broken, 3, true), (exact, 262_144, false)]
    {
        let mut settings = settings(server, closed());
        settings.timeout = Duration::from_secs(1);
        let observed = look(SPEC, &settings).await;
        let exchange = answered(http_of(&observed, ROOT));
        assert_eq!((exchange.body_bytes, exchange.body_cut), (bytes, cut));
    }
}

#[tokio::test]
async fn redirects_are_followed_hop_by_hop() {
    let web = server(|mut stream| {
        let line = request(&mut stream);
        let to = match line.split(' ').nth(1).unwrap_or_default() {
            "/" => "/1#part".to_owned(),
            "/loop" => "/".to_owned(),
            "/5" => "/loop".to_owned(),
            path => format!("/{}", path.trim_start_matches('/').parse::<u32>().unwrap_or_default() + 1),
        };
        let _ = write!(stream, "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
    });
    let observed = plain(web).await;
    let asked: Vec<&str> =
        observed.http.keys().map(String::as_str).filter(|url| url.starts_with("http:")).collect();
    let expected = [
        "http://a.test/",
        "http://a.test/1",
        "http://a.test/2",
        "http://a.test/3",
        "http://a.test/4",
        "http://a.test/5",
        "http://a.test/loop",
    ];
    assert_eq!(asked, expected);
    let root = answered(http_of(&observed, ROOT));
    assert!(root.is_redirect());
    assert_eq!(root.location.as_ref().map(url::Url::as_str), Some("http://a.test/1"));
}

#[tokio::test]
async fn an_endless_redirect_ends_after_ten_hops_and_other_schemes_are_not_followed() {
    let count = AtomicUsize::new(0);
    let web = server(move |mut stream| {
        request(&mut stream);
        let next = count.fetch_add(1, Ordering::Relaxed);
        let _ = write!(stream, "HTTP/1.1 301 Moved\r\nLocation: /{next}\r\nContent-Length: 0\r\n\r\n");
    });
    let observed = plain(web).await;
    assert_eq!(observed.http.keys().filter(|url| url.starts_with("http:")).count(), 11);
    let observed =
        plain(answers("HTTP/1.1 301 Moved\r\nLocation: ftp://b.test/\r\nContent-Length: 0\r\n\r\n")).await;
    assert!(!observed.http.keys().any(|url| url.contains("b.test")), "{:?}", observed.http.keys());
}

#[tokio::test]
async fn a_503_is_tried_again_and_a_404_is_not() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let web = server(move |mut stream| {
        request(&mut stream);
        let answer = match counted.fetch_add(1, Ordering::Relaxed) {
            0 => "503 Busy\r\nRetry-After: 0",
            _ => "404 Gone",
        };
        let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
    });
    let mut settings = settings(web, closed());
    settings.retries = 3;
    let observed = look(SPEC, &settings).await;
    assert_eq!(answered(http_of(&observed, ROOT)).status, 404);
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_foreign_redirect_does_not_lead_into_the_own_network() {
    use crate::probe::tests::dns::resolver;
    use hickory_proto::rr::rdata::AAAA;

    let inside = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&inside);
    let secret = server(move |mut stream| {
        counted.fetch_add(1, Ordering::Relaxed);
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    let loopback = resolver(|_, kind| match kind {
        RecordType::A => (ResponseCode::NoError, vec![RData::A(A::new(127, 0, 0, 1))]),
        RecordType::AAAA => (ResponseCode::NoError, vec![RData::AAAA(AAAA::new(0, 0, 0, 0, 0, 0, 0, 1))]),
        _ => (ResponseCode::NoError, Vec::new()),
    });
    let see = async |host: &str, private: PrivateRanges, connect: bool| {
        let to = format!("http://{host}:{}/", secret.port());
        let web = answers(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"));
        let mut settings = Settings { resolvers: vec![loopback], private, ..settings(web, closed()) };
        if connect {
            let (to_ip, to_port) = (secret.ip(), Some(secret.port()));
            settings.connect.push(Connect { host: host.into(), port: None, to_ip, to_port });
        }
        http_of(&look(SPEC, &settings).await, &to).clone()
    };
    let forbidden = || PrivateRanges::Forbidden;
    let literal = see("127.0.0.1", forbidden(), false).await;
    assert_eq!(unobserved(&literal), "127.0.0.1 is not a public address; not asked");
    let name = see("inside.test", forbidden(), false).await;
    assert_eq!(unobserved(&name), "inside.test leads to ::1, which is not a public address; not asked");
    assert_eq!(inside.load(Ordering::Relaxed), 0);
    let only = PrivateRanges::Only(vec!["127.0.0.0/8".parse().expect("a network")]);
    assert_eq!(answered(&see("127.0.0.1", PrivateRanges::Allowed, false).await).status, 200);
    assert_eq!(answered(&see("inside.test", only, false).await).status, 200);
    assert_eq!(answered(&see("inside.test", forbidden(), true).await).status, 200);
    // A wrong record of the spec's own hosts leads there no more than a stranger's word.
    let own = see("www.a.test", forbidden(), false).await;
    assert_eq!(unobserved(&own), "www.a.test leads to ::1, which is not a public address; not asked");
}
