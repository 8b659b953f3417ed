use super::*;

/// A resolver that answers by name and type.
pub(super) fn resolver(
    answer: impl Fn(&str, RecordType) -> (ResponseCode, Vec<RData>) + Send + 'static,
) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = socket.local_addr().expect("an address");
    thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
            let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
            let query = question.queries[0].clone();
            let name = query.name().to_ascii();
            let (code, data) = answer(name.trim_end_matches('.'), query.query_type());
            let mut reply = question.into_response();
            reply.metadata.response_code = code;
            reply
                .add_answers(data.into_iter().map(|data| Record::from_rdata(query.name().clone(), 60, data)));
            let _ = socket.send_to(&reply.to_vec().expect("bytes"), peer);
        }
    });
    address
}

fn alias(target: &str) -> RData {
    RData::CNAME(CNAME(Name::from_ascii(target).expect("a name")))
}

async fn resolved_by(spec: &str, resolver: SocketAddr) -> Observed {
    let settings =
        Settings { resolvers: vec![resolver], connect: Vec::new(), ..settings(closed(), closed()) };
    look(spec, &settings).await
}

#[tokio::test]
async fn a_host_that_cannot_be_looked_up_is_unobserved() {
    let servfail = resolver(|_, _| (ResponseCode::ServFail, Vec::new()));
    let observed = resolved_by(SPEC, servfail).await;
    let words = format!("the resolver {servfail} answered SERVFAIL for a.test A");
    assert_eq!(unobserved(http_of(&observed, "http://a.test/")), words);
    assert_eq!(unobserved(http_of(&observed, "https://a.test/")), words);
    assert_eq!(unobserved(tls_of(&observed)), words);
    assert_eq!(unobserved(&observed.dns["a.test A"]), words);
}

#[tokio::test]
async fn a_host_without_address_failed() {
    let nxdomain = resolver(|_, _| (ResponseCode::NXDomain, vec![alias("Gone.test.")]));
    let observed = resolved_by(SPEC, nxdomain).await;
    let (kind, words) = failed(tls_of(&observed));
    assert_eq!(kind, FailureKind::NoAddress);
    assert_eq!(words, "a.test is an alias of gone.test, which does not exist (NXDOMAIN)");
    assert_eq!(failed(http_of(&observed, "http://a.test/")).0, FailureKind::NoAddress);
}

#[tokio::test]
async fn a_loop_of_aliases_is_walked_name_by_name() {
    let looping = resolver(|name, kind| match (kind, name) {
        (RecordType::CNAME, "a.test") => (ResponseCode::NoError, vec![alias("b.test.")]),
        (RecordType::CNAME, "b.test") => (ResponseCode::NoError, vec![alias("a.test.")]),
        _ => (ResponseCode::ServFail, Vec::new()),
    });
    let observed = resolved_by(SPEC, looping).await;
    let target = |name| answered(observed.dns(name, "CNAME").expect("asked")).records[0].value.as_str();
    assert_eq!((target("a.test"), target("b.test")), ("b.test", "a.test"));
    let walk: Vec<&String> = observed.dns.keys().filter(|key| key.ends_with("CNAME")).collect();
    assert_eq!(walk.len(), 2, "{walk:?}");
}

#[tokio::test]
async fn without_hosts_www_is_one_if_it_resolves() {
    let spec = "domain: a.test\n";
    let only_apex = resolver(|name, kind| match (name, kind) {
        ("a.test", RecordType::A) => (ResponseCode::NoError, vec![RData::A(A::new(127, 0, 0, 1))]),
        ("a.test", _) => (ResponseCode::NoError, Vec::new()),
        _ => (ResponseCode::NXDomain, Vec::new()),
    });
    let observed = resolved_by(spec, only_apex).await;
    // The root twice, and what every site is asked.
    assert_eq!(observed.http.len(), 2 + 2);
    // What mail asks below the domain is told elsewhere.
    let of_mail = |question: &&str| question.contains('_') || question.starts_with("mta-sts.");
    let asked: Vec<&str> =
        observed.dns.keys().map(String::as_str).filter(|question| !of_mail(question)).collect();
    let expected = [
        "a.test A",
        "a.test AAAA",
        "a.test CAA",
        "a.test MX",
        "a.test NS",
        "a.test SOA",
        "a.test TXT",
        "launch-ready-52dcf5eeb7.a.test A",
        "launch-ready-52dcf5eeb7.a.test AAAA",
        "test CAA",
        "test NS",
        "test SOA",
        "www.a.test A",
        "www.a.test AAAA",
        "www.a.test CAA",
        "www.a.test CNAME",
    ];
    assert_eq!(asked, expected);
    let both = resolver(|_, kind| match kind {
        RecordType::A => (ResponseCode::NoError, vec![RData::A(A::new(127, 0, 0, 1))]),
        _ => (ResponseCode::NoError, Vec::new()),
    });
    let observed = resolved_by(spec, both).await;
    let hosts: Vec<&str> = observed.tls.keys().map(String::as_str).collect();
    assert_eq!(hosts, ["https://a.test:443", "https://www.a.test:443"]);
}
