use hickory_proto::op::Edns;
use hickory_proto::rr::RData;
use hickory_proto::rr::Record;
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::rdata::{A, CNAME, SOA, TXT};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::Instant;

use super::*;
use crate::observed::Remote;

const WAIT: Duration = Duration::from_millis(200);

/// A resolver that answers each question by `reply`, over UDP alone.
async fn resolver(
    mut reply: impl FnMut(Message) -> Vec<u8> + 'static,
) -> (SocketAddr, impl Future<Output = ()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let address = socket.local_addr().expect("an address");
    let serve = async move {
        let mut buffer = [0; 2048];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
            let question = Message::from_vec(&buffer[..length]).expect("a question");
            let _ = socket.send_to(&reply(question), peer).await;
        }
    };
    (address, serve)
}

async fn ask(servers: &[SocketAddr], retries: u32, name: &str) -> Result<DnsAnswer, Problem> {
    let limits = Limits::new(4, retries, Instant::now() + Duration::from_secs(10));
    Resolver::new(servers, WAIT).expect("resolvers").ask(name, "A", &limits).await
}

async fn ask_one(reply: impl FnMut(Message) -> Vec<u8> + 'static) -> Result<DnsAnswer, Problem> {
    let (address, serve) = resolver(reply).await;
    let servers = [address];
    tokio::select! {
        answer = ask(&servers, 0, "www.a.test") => answer,
        () = serve => unreachable!("it serves for ever"),
    }
}

fn coded(question: Message, code: ResponseCode) -> Message {
    let mut answer = question.into_response();
    answer.metadata.response_code = code;
    answer
}

fn alias(answer: &mut Message) {
    let target = name::read("gone.test").expect("a name");
    let owner = name::read("www.a.test").expect("a name");
    answer.add_answer(Record::from_rdata(owner, 60, RData::CNAME(CNAME(target))));
}

fn words(outcome: Result<DnsAnswer, Problem>) -> String {
    match outcome {
        Err(Problem::Unobserved(words)) => words,
        other => panic!("not unobserved: {other:?}"),
    }
}

/// What an extended error adds to a SERVFAIL.
fn explained(question: Message, code: u16) -> Message {
    let mut answer = coded(question, ResponseCode::ServFail);
    let mut edns = Edns::new();
    edns.options_mut().insert(EdnsOption::Unknown(15, code.to_be_bytes().to_vec()));
    answer.set_edns(edns);
    answer
}

/// SERVFAIL unless told not to validate, which is no proof where the resolver says why.
#[tokio::test]
async fn only_a_resolver_that_may_validate_refuses() {
    let refused = async |code: Option<u16>, times: usize| {
        let mut asked = 0;
        let answer = ask_one(move |question| {
            asked += usize::from(!question.metadata.checking_disabled);
            let answer = match code {
                _ if question.metadata.checking_disabled => coded(question, ResponseCode::NoError),
                _ if asked > times => coded(question, ResponseCode::Refused),
                Some(code) => explained(question, code),
                None => coded(question, ResponseCode::ServFail),
            };
            answer.to_vec().expect("bytes")
        });
        matches!(answer.await, Err(Problem::Failed(FailureKind::Bogus, _)))
    };
    assert!(refused(None, 9).await && refused(Some(6), 9).await);
    assert!(!refused(Some(22), 9).await && !refused(Some(23), 9).await);
    assert!(!refused(None, 1).await);
}

/// The words and the further questions are about the one that said SERVFAIL.
#[tokio::test]
async fn a_resolver_that_refuses_is_the_one_that_is_named() {
    let asked = std::rc::Rc::new(std::cell::Cell::new(0));
    let counted = std::rc::Rc::clone(&asked);
    let (first, serve_first) = resolver(move |question| {
        counted.set(counted.get() + 1);
        coded(question, ResponseCode::Refused).to_vec().expect("bytes")
    })
    .await;
    let (second, serve_second) = resolver(|question| {
        let checked = !question.metadata.checking_disabled;
        let code = if checked { ResponseCode::ServFail } else { ResponseCode::NoError };
        coded(question, code).to_vec().expect("bytes")
    })
    .await;
    let servers = [first, second];
    let outcome = tokio::select! {
        outcome = ask(&servers, 0, "www.a.test") => outcome,
        () = serve_first => unreachable!("it serves for ever"),
        () = serve_second => unreachable!("it serves for ever"),
    };
    let Err(Problem::Failed(FailureKind::Bogus, words)) = outcome else { panic!("{outcome:?}") };
    assert!(words.starts_with(&format!("the resolver {second} takes www.a.test A for bogus")), "{words}");
    assert_eq!(asked.get(), 1);
}

#[tokio::test]
async fn a_flood_of_records_is_not_read() {
    let flood = |count: u16| {
        ask_one(move |question| {
            let mut answer = coded(question, ResponseCode::NoError);
            let owner = name::read("www.a.test").expect("a name");
            answer.add_answers((0..count).map(|index| {
                let [high, low] = index.to_be_bytes();
                Record::from_rdata(owner.clone(), 60, RData::A(A::new(192, 0, high, low)))
            }));
            answer.to_vec().expect("bytes")
        })
    };
    assert_eq!(flood(500).await.expect("an answer").records.len(), 500);
    let words = words(flood(501).await);
    assert!(words.contains("sent more records than are read (501, not 500)"), "{words}");
}

#[test]
fn a_transfer_begins_with_the_soa_of_the_zone() {
    let zone = name::read("a.test").expect("a name");
    let soa = |owner: &str| {
        let (owner, host) = (name::read(owner).expect("a name"), name::read("ns.a.test").expect("a name"));
        Record::from_rdata(owner, 60, RData::SOA(SOA::new(host.clone(), host, 1, 2, 3, 4, 5)))
    };
    let address = Record::from_rdata(zone.clone(), 60, RData::A(A::new(192, 0, 2, 1)));
    let begins = |records: Vec<Record>| {
        let mut message = Message::query().into_response();
        message.add_answers(records);
        begins_transfer(&message, &zone)
    };
    assert!(begins(vec![soa("A.test"), address.clone()]));
    assert!(!begins(vec![]));
    assert!(!begins(vec![address.clone(), soa("a.test")]));
    assert!(!begins(vec![soa("b.test"), address]));
}

#[tokio::test]
async fn nxdomain_keeps_the_chain_that_led_there() {
    let answer = ask_one(|question| {
        let mut answer = coded(question, ResponseCode::NXDomain);
        alias(&mut answer);
        answer.to_vec().expect("bytes")
    });
    let answer = answer.await.expect("an answer");
    assert!(answer.nxdomain);
    assert_eq!(answer.values("CNAME").map(Remote::as_str).collect::<Vec<_>>(), ["gone.test"]);
}

#[tokio::test]
async fn no_data_is_an_answer() {
    let answer = ask_one(|question| coded(question, ResponseCode::NoError).to_vec().expect("bytes")).await;
    assert_eq!(answer, Ok(DnsAnswer::default()));
}

#[tokio::test]
async fn codes_have_their_own_words() {
    for (code, word) in [
        (ResponseCode::ServFail, "SERVFAIL"),
        (ResponseCode::Refused, "REFUSED"),
        (ResponseCode::NotAuth, "response code 9"),
    ] {
        let answer = ask_one(move |question| coded(question, code).to_vec().expect("bytes")).await;
        let words = words(answer);
        assert!(words.starts_with("the resolver 127.0.0.1:"), "{words}");
        assert!(words.ends_with(&format!(" answered {word} for www.a.test A")), "{words}");
    }
}

#[tokio::test]
async fn garbage_and_strays_are_told_apart() {
    let garbage =
        words(ask_one(|question| [&question.metadata.id.to_be_bytes()[..], b"garbage"].concat()).await);
    assert!(garbage.contains("sent an answer that cannot be read for www.a.test A"), "{garbage}");
    let stray = words(
        ask_one(|mut question| {
            question.metadata.id ^= 1;
            question.into_response().to_vec().expect("bytes")
        })
        .await,
    );
    assert!(stray.contains("within 200 ms, only messages that do not belong to the question"), "{stray}");
}

#[tokio::test]
async fn silence_is_asked_again_and_a_dead_resolver_is_passed_over() {
    let mut times = 0;
    let (address, serve) = resolver(move |question| {
        times += 1;
        if times == 1 { Vec::new() } else { coded(question, ResponseCode::NoError).to_vec().expect("bytes") }
    })
    .await;
    let dead = SocketAddr::from(([127, 0, 0, 1], 9));
    let servers = [dead, address];
    tokio::select! {
        answer = ask(&servers, 1, "www.a.test") => assert_eq!(answer, Ok(DnsAnswer::default())),
        () = serve => {}
    }
    let refused = words(ask(&[dead], 0, "www.a.test").await);
    assert_eq!(
        refused,
        "nothing listens where the resolver 127.0.0.1:9 should be: connection refused for www.a.test A"
    );
}

#[tokio::test]
async fn a_truncated_answer_is_fetched_over_tcp() {
    let (listener, address, socket) = loop {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let address = listener.local_addr().expect("an address");
        if let Ok(socket) = UdpSocket::bind(address).await {
            break (listener, address, socket);
        }
    };
    let over_udp = async {
        let mut buffer = [0; 2048];
        let (length, peer) = socket.recv_from(&mut buffer).await.expect("a question");
        let mut answer = Message::from_vec(&buffer[..length]).expect("a question").into_response();
        answer.metadata.truncation = true;
        socket.send_to(&answer.to_vec().expect("bytes"), peer).await.expect("sent");
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut question = vec![0; usize::from(stream.read_u16().await.expect("a length"))];
        stream.read_exact(&mut question).await.expect("a question");
        let mut answer = Message::from_vec(&question).expect("a question").into_response();
        let owner = name::read("www.a.test").expect("a name");
        answer.add_answer(Record::from_rdata(owner.clone(), 60, RData::A(A::new(192, 0, 2, 1))));
        answer.add_answer(Record::from_rdata(owner, 60, RData::TXT(TXT::new(vec!["x".repeat(200); 20]))));
        let bytes = answer.to_vec().expect("bytes");
        stream.write_u16(u16::try_from(bytes.len()).expect("short")).await.expect("sent");
        stream.write_all(&bytes).await.expect("sent");
    };
    let servers = [address];
    let (answer, ()) = tokio::join!(ask(&servers, 0, "www.a.test"), over_udp);
    let answer = answer.expect("an answer");
    assert_eq!(answer.values("TXT").next().map(|v| v.as_str().len()), Some(4000));
    assert_eq!(answer.values("A").count(), 1);
}

#[test]
fn what_cannot_be_asked_is_said() {
    assert_eq!(query("a..test", "A"), Err("`a..test` is not a name that DNS can carry".into()));
    assert_eq!(query("a.test", "NOPE"), Err("`NOPE` is not a type that DNS knows".into()));
}
