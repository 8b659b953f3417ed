use std::net::Ipv4Addr;
use std::sync::Mutex;

use hickory_proto::rr::rdata::{NS, SOA};

use super::dns::resolver;
use super::*;

fn host(text: &str) -> Name {
    Name::from_ascii(text).expect("a name")
}

fn soa() -> RData {
    RData::SOA(SOA::new(host("ns1.a.test."), host("admin.a.test."), 1, 7200, 3600, 1_209_600, 300))
}

fn name_servers() -> Vec<RData> {
    ["ns1.a.test.", "ns2.a.test."].map(|server| RData::NS(NS(host(server)))).to_vec()
}

/// A resolver that knows the zone and its servers; of their addresses it says this.
fn knows(servers: impl Fn(RecordType) -> (ResponseCode, Vec<RData>) + Send + 'static) -> SocketAddr {
    resolver(move |name, kind| match (name, kind) {
        ("a.test", RecordType::SOA) => (ResponseCode::NoError, vec![soa()]),
        ("a.test", RecordType::NS) => (ResponseCode::NoError, name_servers()),
        ("ns1.a.test" | "ns2.a.test", kind) => servers(kind),
        _ => (ResponseCode::NoError, Vec::new()),
    })
}

/// The answer of each server of the zone to the question for its SOA, by name and address.
async fn servers_of(settings: &Settings) -> Vec<(String, bool, Option<Seen<crate::observed::DnsAnswer>>)> {
    let observed = look(SPEC, settings).await;
    let servers = observed.zones["a.test"].servers.iter();
    let told = |s: &crate::observed::Server| {
        (s.name.clone(), s.address.is_some(), s.answer("a.test", "SOA").cloned())
    };
    servers.map(told).collect()
}

#[tokio::test]
async fn a_server_that_cannot_be_looked_up_is_not_without_address() {
    for failing in [RecordType::A, RecordType::AAAA] {
        let resolver = knows(move |kind| {
            let code = if kind == failing { ResponseCode::ServFail } else { ResponseCode::NoError };
            (code, Vec::new())
        });
        let settings = Settings { resolvers: vec![resolver], ..settings(closed(), closed()) };
        let found = servers_of(&settings).await;
        assert_eq!(found.len(), 2, "{found:?}");
        for (name, has_address, soa) in found {
            let words = format!("the resolver {resolver} answered SERVFAIL for {name} {failing}");
            assert!(!has_address);
            assert_eq!(unobserved(&soa.expect("noted")), words);
        }
    }
}

#[tokio::test]
async fn a_server_without_address_has_no_answer() {
    let resolver = knows(|_| (ResponseCode::NoError, Vec::new()));
    let settings = Settings { resolvers: vec![resolver], ..settings(closed(), closed()) };
    let found = servers_of(&settings).await;
    assert_eq!(found, ["ns1.a.test", "ns2.a.test"].map(|name| (name.to_owned(), false, None)));
}

/// A name server of `a.test`, and the questions that it was asked.
fn name_server() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = socket.local_addr().expect("an address");
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&asked);
    thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
            let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
            let query = question.queries[0].clone();
            log.lock().expect("no panic").push(query.to_string());
            let data = match query.query_type() {
                RecordType::SOA => vec![soa()],
                RecordType::NS => name_servers(),
                RecordType::A => vec![RData::A(A(Ipv4Addr::LOCALHOST))],
                _ => Vec::new(),
            };
            let mut reply = question.into_response();
            reply.metadata.authoritative = true;
            reply
                .add_answers(data.into_iter().map(|data| Record::from_rdata(query.name().clone(), 60, data)));
            let _ = socket.send_to(&reply.to_vec().expect("bytes"), peer);
        }
    });
    (address, asked)
}

#[tokio::test]
async fn an_address_of_two_names_is_asked_once() {
    let resolver = knows(|_| (ResponseCode::NoError, Vec::new()));
    let (server, asked) = name_server();
    let to = |host: &str| Connect {
        host: host.into(),
        port: Some(53),
        to_ip: server.ip(),
        to_port: Some(server.port()),
    };
    let connect = ["ns1.a.test", "ns2.a.test"].map(to).to_vec();
    let settings = Settings { resolvers: vec![resolver], connect, ..settings(closed(), closed()) };
    let found = servers_of(&settings).await;
    assert_eq!(found.len(), 2);
    for (name, has_address, soa) in found {
        let soa = soa.expect("noted");
        assert!(has_address && answered(&soa).of_type("SOA").count() == 1, "{name} {soa:?}");
    }
    let mut asked = asked.lock().expect("no panic").clone();
    let count = asked.len();
    asked.sort();
    asked.dedup();
    assert!(count >= 3 && asked.len() == count, "{count} questions: {asked:#?}");
}
