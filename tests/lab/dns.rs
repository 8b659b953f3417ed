//! The lab's DNS servers: UDP and TCP on one port, for the product's `--resolver` and for name servers.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Edns, Message, OpCode, ResponseCode};
use hickory_proto::rr::{Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::sleep;

use super::fault::Fault;
use super::log::{Log, Question};
use super::moving::Moving;
use super::zones::{Answer, Names, Outcome, Own};

/// Whom a server plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A recursive resolver: RA is set, a name in no zone does not exist.
    Resolver,
    /// The name server of that name, for these zones: AA is set, a name in no zone of its own is refused.
    NameServer(String, Vec<String>),
}

/// All that an answer depends on.
struct Knowledge {
    role: Role,
    names: Moving,
    habits: Habits,
    delay: Duration,
    log: Arc<Log>,
}

/// How a server treats every question.
#[derive(Clone, Debug, Default)]
pub struct Habits {
    /// What it gets wrong.
    pub fault: Option<Fault>,
    /// Whether it gives whole zones away.
    pub open_transfer: bool,
}

/// What goes back over the wire, and when.
struct Reply {
    wait: Duration,
    bytes: Vec<u8>,
}

/// UDP and TCP on the same system-chosen port.
fn bind_both() -> io::Result<(UdpSocket, TcpListener)> {
    let udp = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let tcp = std::net::TcpListener::bind(udp.local_addr()?)?;
    udp.set_nonblocking(true)?;
    tcp.set_nonblocking(true)?;
    Ok((UdpSocket::from_std(udp)?, TcpListener::from_std(tcp)?))
}

/// Starts a server on the runtime around it, and says where it listens.
pub fn serve(role: Role, names: Names, habits: Habits, delay: Duration, log: Arc<Log>) -> SocketAddr {
    let (udp, tcp) = (0..100).find_map(|_| bind_both().ok()).expect("some port is free for both UDP and TCP");
    let addr = udp.local_addr().expect("a bound socket has an address");
    let knows = Arc::new(Knowledge { role, names: Moving::new(names), habits, delay, log });
    tokio::spawn(serve_udp(udp, Arc::clone(&knows)));
    tokio::spawn(serve_tcp(tcp, knows));
    addr
}

async fn serve_udp(socket: UdpSocket, knows: Arc<Knowledge>) {
    let socket = Arc::new(socket);
    let mut buffer = vec![0; 65_535];
    loop {
        // An error here belongs to an earlier answer whose client has gone.
        let Ok((length, client)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let Some(reply) = knows.reply(&buffer[..length], "udp") else {
            continue;
        };
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            sleep(reply.wait).await;
            let _ = socket.send_to(&reply.bytes, client).await;
        });
    }
}

async fn serve_tcp(listener: TcpListener, knows: Arc<Knowledge>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&knows)));
    }
}

/// One TCP connection: questions and answers in turn, each after its length.
async fn converse(mut stream: TcpStream, knows: Arc<Knowledge>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sleep(knows.delay).await;
    loop {
        let length = stream.read_u16().await?;
        let mut question = vec![0; usize::from(length)];
        stream.read_exact(&mut question).await?;
        let Some(reply) = knows.reply(&question, "tcp") else {
            continue;
        };
        sleep(reply.wait).await;
        let length = u16::try_from(reply.bytes.len()).expect("the lab's answers are shorter than 64 KiB");
        stream.write_all(&[&length.to_be_bytes(), reply.bytes.as_slice()].concat()).await?;
    }
}

impl Knowledge {
    /// The reply to one message, if there is to be one.
    fn reply(&self, message: &[u8], transport: &'static str) -> Option<Reply> {
        let request = Message::from_vec(message).ok()?;
        let query = request.queries.first()?;
        let name = query.name().to_lowercase().to_ascii();
        let mut answer = self.answer(&name, query.query_type(), transport);
        let earlier = self.log.question(Question {
            name: name.trim_end_matches('.').to_owned(),
            kind: query.query_type().to_string(),
            transport,
            server: self.role.name(),
        });
        let fault = self.habits.fault.clone().or_else(|| answer.fault.take());
        let fault = fault.and_then(|fault| fault.now(earlier));
        let mut response = self.response(&request, answer);
        let mut wait = self.delay;
        match fault {
            Some(Fault::Silent) => return None,
            Some(Fault::Garbage) => {
                return Some(Reply { wait, bytes: garbage(request.metadata.id) });
            }
            Some(Fault::Servfail) => response = refusal(&response, ResponseCode::ServFail),
            Some(Fault::Refused) => response = refusal(&response, ResponseCode::Refused),
            Some(Fault::TruncatedUdp) if transport == "udp" => response = response.truncate(),
            Some(Fault::NotAuthoritative) => response.metadata.authoritative = false,
            Some(Fault::WrongId) => response.metadata.id = !response.metadata.id,
            Some(Fault::Late(more)) => wait += more,
            _ => {}
        }
        let limit = if transport == "udp" { request.max_payload() } else { u16::MAX };
        Some(Reply { wait, bytes: fitted(&response, limit) })
    }

    fn answer(&self, name: &str, kind: RecordType, transport: &str) -> Said {
        let Role::NameServer(_, serves) = &self.role else {
            return self.names.now().answer(name, kind).into();
        };
        match self.names.now().own(serves, name, kind) {
            Own::Answer(answer) => (*answer).into(),
            Own::Referral(ns, glue) => Said { authorities: ns, additionals: glue, ..Said::new() },
            Own::Zone(records) if self.habits.open_transfer && transport == "tcp" => {
                Said { records, authoritative: true, ..Said::new() }
            }
            Own::Zone(_) | Own::Nothing => Said { code: ResponseCode::Refused, ..Said::new() },
        }
    }

    fn response(&self, request: &Message, said: Said) -> Message {
        let mut response = skeleton(request);
        if said.bogus && self.role == Role::Resolver && !request.metadata.checking_disabled {
            return refusal(&response, ResponseCode::ServFail);
        }
        let asked = request.queries.first().map(hickory_proto::op::Query::query_type);
        let resolver = self.role == Role::Resolver;
        let flags = &mut response.metadata;
        flags.recursion_available = resolver;
        flags.authoritative = !resolver && said.authoritative;
        let wants_ad = request.metadata.authentic_data
            || request.edns.as_ref().is_some_and(|edns| edns.flags().dnssec_ok);
        flags.authentic_data = resolver && wants_ad && said.authentic;
        flags.response_code = said.code;
        if resolver && matches!(asked, Some(RecordType::AXFR | RecordType::IXFR)) {
            flags.response_code = ResponseCode::Refused;
        }
        if flags.response_code != ResponseCode::Refused {
            response.answers = said.records;
            response.authorities = said.authorities;
            response.additionals = said.additionals;
            if request.edns.as_ref().is_some_and(|edns| edns.flags().dnssec_ok) {
                self.names.now().add_signatures(&mut response);
            }
        }
        response
    }
}

/// What a server says, before anything goes wrong with it.
struct Said {
    code: ResponseCode,
    authoritative: bool,
    authentic: bool,
    bogus: bool,
    records: Vec<Record>,
    authorities: Vec<Record>,
    additionals: Vec<Record>,
    fault: Option<Fault>,
}

impl Said {
    fn new() -> Self {
        Self {
            code: ResponseCode::NoError,
            authoritative: false,
            authentic: false,
            bogus: false,
            records: vec![],
            authorities: vec![],
            additionals: vec![],
            fault: None,
        }
    }
}

impl From<Answer> for Said {
    fn from(answer: Answer) -> Self {
        Self {
            code: match answer.outcome {
                Outcome::Exists => ResponseCode::NoError,
                Outcome::NoSuchName | Outcome::NoZone => ResponseCode::NXDomain,
            },
            authoritative: true,
            authentic: answer.authentic,
            bogus: answer.bogus,
            records: answer.records,
            authorities: answer.soa.into_iter().collect(),
            fault: answer.fault,
            ..Self::new()
        }
    }
}

/// An empty response that matches the request: id, question, RD, and EDNS if the client speaks it.
fn skeleton(request: &Message) -> Message {
    let mut response = Message::response(request.metadata.id, OpCode::Query);
    response.metadata.recursion_desired = request.metadata.recursion_desired;
    response.metadata.checking_disabled = request.metadata.checking_disabled;
    response.add_queries(request.queries.iter().cloned());
    if let Some(asked) = &request.edns {
        let mut edns = Edns::new();
        edns.set_max_payload(1232).set_dnssec_ok(asked.flags().dnssec_ok);
        response.set_edns(edns);
    }
    response
}

/// No DNS message, but under the right transaction id, so that a client cannot take it for someone else's.
fn garbage(id: u16) -> Vec<u8> {
    [&id.to_be_bytes(), b"\xff\xffnot a DNS message\x00\xfe".as_slice()].concat()
}

fn refusal(response: &Message, code: ResponseCode) -> Message {
    let mut refusal = response.truncate();
    refusal.metadata.truncation = false;
    refusal.metadata.authentic_data = false;
    refusal.metadata.response_code = code;
    refusal
}

/// The message's bytes; cut down to its head with TC set if they are more than the client takes.
fn fitted(response: &Message, limit: u16) -> Vec<u8> {
    let encode = |message: &Message| message.to_vec().expect("the lab's records can be encoded");
    let whole = encode(response);
    if whole.len() <= usize::from(limit) { whole } else { encode(&response.truncate()) }
}

impl Role {
    fn name(&self) -> String {
        match self {
            Self::Resolver => "resolver".to_owned(),
            Self::NameServer(name, _) => name.clone(),
        }
    }
}
