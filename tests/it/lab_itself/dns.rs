//! The lab's DNS.

use std::time::{Duration, Instant};

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;

use super::HOST;
use super::client::{ask, ask_tcp, ask_with, question, texts};
use crate::lab::{Fault, Lab};

#[test]
fn resolver_follows_aliases_from_zone_to_zone() {
    let mut world = Lab::builder();
    world.zone(HOST).cname("www", "edge.cdn.test.").cname("loop", "loop").cname("lost", "nowhere.invalid.");
    world.zone("cdn.test").a("edge", "203.0.113.7").a("edge", "203.0.113.8");
    let lab = world.start();

    let found = ask(&lab, "www.shop.test", "A");
    assert_eq!(texts(&found), ["CNAME edge.cdn.test.", "A 203.0.113.7", "A 203.0.113.8"]);
    assert!(found.metadata.recursion_available && !found.metadata.authoritative);
    assert_eq!(ask(&lab, "loop.shop.test", "A").answers.len(), 10);
    let lost = ask(&lab, "lost.shop.test", "AAAA");
    assert_eq!((lost.metadata.response_code, lost.answers.len()), (ResponseCode::NXDomain, 1));
}

#[test]
fn nothing_there_and_no_such_name_are_told_apart() {
    let mut world = Lab::builder();
    world.zone(HOST).a("deep.er", "203.0.113.7").a("*.any", "203.0.113.9");
    let lab = world.start();

    for (name, code) in [("er.shop.test", ResponseCode::NoError), ("none.shop.test", ResponseCode::NXDomain)]
    {
        let answer = ask(&lab, name, "A");
        assert_eq!((answer.metadata.response_code, answer.answers.len()), (code, 0), "{name}");
        assert_eq!(answer.authorities[0].record_type(), RecordType::SOA, "{name}");
    }
    assert_eq!(ask(&lab, "not-ours.example", "A").metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(texts(&ask(&lab, "x.any.shop.test", "A")), ["A 203.0.113.9"]);
}

#[test]
fn records_of_every_type_arrive() {
    let mut world = Lab::builder();
    let zone = world.zone(HOST);
    zone.aaaa("@", "2001:db8::1").mx("@", 10, "mail").ns("@", "ns1").caa("@", "issue", "ca.test");
    zone.record("_sip._tcp", "SRV 0 5 443 sip").record("q", r#"TXT "a b" "c""#).raw(
        "@",
        "DS",
        &[48, 57, 13, 2, 171],
    );
    let lab = world.start();

    let expected = [
        ("shop.test", "AAAA", "AAAA 2001:db8::1"),
        ("shop.test", "MX", "MX 10 mail.shop.test."),
        ("shop.test", "NS", "NS ns1.shop.test."),
        ("shop.test", "CAA", "CAA 0 issue \"ca.test\""),
        ("_sip._tcp.shop.test", "SRV", "SRV 0 5 443 sip.shop.test."),
        ("q.shop.test", "TXT", "TXT a bc"),
        ("shop.test", "DS", "DS 12345 13 2 AB"),
    ];
    for (name, kind, text) in expected {
        assert_eq!(texts(&ask(&lab, name, kind)), [text]);
    }
}

#[test]
fn txt_records_take_any_bytes_and_long_answers_go_over_tcp() {
    let evil = b"v=spf1 \x1b[31m \xff -all";
    let mut world = Lab::builder();
    world.zone(HOST).txt("evil", evil).txt("long", "x".repeat(3000));
    let lab = world.start();

    let wire = ask(&lab, "evil.shop.test", "TXT").to_vec().expect("an answer");
    assert!(wire.windows(evil.len()).any(|window| window == evil));
    assert!(ask(&lab, "long.shop.test", "TXT").metadata.truncation);
    assert_eq!(texts(&ask_tcp(&lab, "long.shop.test", "TXT"))[0].len(), 3004);
    let transports: Vec<_> = lab.log().questions().into_iter().map(|asked| asked.transport).collect();
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
    zone.broken("fail", "*", Fault::Servfail).broken("refuse", "A", Fault::Refused);
    zone.broken("tc", "A", Fault::TruncatedUdp).broken("id", "A", Fault::WrongId);
    zone.broken("once", "A", Fault::First(1, Box::new(Fault::Servfail)));
    zone.broken("late", "A", Fault::Late(Duration::from_millis(60)));
    zone.broken("mute", "A", Fault::Silent).broken("junk", "A", Fault::Garbage);
    let lab = world.start();
    let code = |name| ask(&lab, name, "A").metadata.response_code;

    assert_eq!(code("fail.shop.test"), ResponseCode::ServFail);
    assert_eq!(code("refuse.shop.test"), ResponseCode::Refused);
    assert_eq!(
        (code("once.shop.test"), code("once.shop.test")),
        (ResponseCode::ServFail, ResponseCode::NoError)
    );
    assert!(ask(&lab, "tc.shop.test", "A").metadata.truncation);
    assert_eq!(texts(&ask_tcp(&lab, "tc.shop.test", "A")), ["A 203.0.113.7"]);
    let query = question("id.shop.test", "A");
    assert_ne!(ask_with(lab.resolver_addr(), &query).expect("an answer").metadata.id, query.metadata.id);
    let start = Instant::now();
    assert_eq!(code("late.shop.test"), ResponseCode::NoError);
    assert!(start.elapsed() >= Duration::from_millis(60));
    for name in ["mute.shop.test", "junk.shop.test"] {
        assert!(ask_with(lab.resolver_addr(), &question(name, "A")).is_none(), "{name}");
    }
}

#[test]
fn name_servers_answer_for_their_own_and_may_disagree() {
    let mut world = Lab::builder();
    world.zone(HOST).ns("@", "ns1").ns("@", "ns2").record("@", "SOA 7");
    world.name_server("ns2.shop.test").zone(HOST).record("@", "SOA 6");
    let lab = world.start();

    let serial = |server| {
        let answer = ask_with(lab.addr(server, 53), &question(HOST, "SOA")).expect("an answer");
        assert!(answer.metadata.authoritative && !answer.metadata.recursion_available);
        texts(&answer)[0].split(' ').nth(3).map(str::to_owned)
    };
    assert_eq!((serial("ns1.shop.test"), serial("ns2.shop.test")), (Some("7".into()), Some("6".into())));
    let foreign =
        ask_with(lab.addr("ns1.shop.test", 53), &question("other.example", "A")).expect("an answer");
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
        ask_with(lab.resolver_addr(), &query).expect("an answer").metadata.authentic_data
    };
    assert_eq!((ad(HOST, true), ad(HOST, false), ad("plain.test", true)), (true, false, false));
}

#[tokio::test]
async fn a_real_resolver_is_content_with_the_answers() {
    let mut world = Lab::builder();
    world.zone(HOST).cname("www", "edge.cdn.test.").txt("long", "x".repeat(3000)).a("@", "203.0.113.7");
    world.zone("cdn.test").a("edge", "203.0.113.8");
    let lab = world.start();
    let resolver = real_resolver(lab.resolver_addr());

    let www = resolver.ipv4_lookup("www.shop.test.").await.expect("it");
    assert!(www.answers().iter().any(|record| record.data.to_string() == "203.0.113.8"));
    let long = resolver.txt_lookup("long.shop.test.").await.expect("it over TCP");
    assert_eq!(long.answers()[0].data.to_string().len(), 3000);
    let none = resolver.lookup_ip("none.shop.test.").await.expect_err("no such name");
    assert!(none.is_nx_domain(), "{none}");
    let nodata = resolver.mx_lookup("shop.test.").await.expect_err("no MX");
    assert!(nodata.is_no_records_found() && !nodata.is_nx_domain(), "{nodata}");
}

fn real_resolver(addr: std::net::SocketAddr) -> hickory_resolver::TokioResolver {
    let at_port = |mut connection: ConnectionConfig| {
        connection.port = addr.port();
        connection
    };
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(at_port);
    let server = NameServerConfig::new(addr.ip(), true, connections.to_vec());
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    hickory_resolver::Resolver::builder_with_config(config, TokioRuntimeProvider::default())
        .build()
        .expect("a resolver")
}
