//! One question to one server: UDP, then TCP where the answer does not fit.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, Query, ResponseCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout, timeout_at};

use super::{Kind, Trouble};
use crate::probe::problem::span;

/// What fits into one datagram nearly everywhere (DNS flag day 2020).
const PAYLOAD: u16 = 1232;

/// How a question is asked.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::probe) struct Flags {
    /// RD: the server may ask others.
    pub(in crate::probe) recursion: bool,
    /// DO: signatures are wanted too (RFC 3225).
    pub(in crate::probe) signatures: bool,
    /// CD: what does not validate is wanted too (RFC 4035 section 3.2.2).
    pub(in crate::probe) unchecked: bool,
}

/// A server, and what messages call it.
#[derive(Debug, Clone)]
pub(in crate::probe) struct Peer {
    pub(in crate::probe) address: SocketAddr,
    /// `the resolver 192.0.2.1:53`
    pub(in crate::probe) who: String,
}

/// Asks, and returns the whole message that belongs to the question.
pub(super) async fn exchange(
    peer: &Peer,
    query: &Query,
    flags: Flags,
    wait: Duration,
) -> Result<Message, Trouble> {
    let asked = question(query, flags);
    let until = Instant::now() + wait;
    let mut bytes = encoded(&asked)?;
    let mut answer = over_udp(peer, &asked, &bytes, until, wait).await?;
    // A server that knows no EDNS says so by FORMERR without it (RFC 6891 section 7).
    if answer.metadata.response_code == ResponseCode::FormErr && answer.edns.is_none() {
        let mut plain = asked.clone();
        plain.edns = None;
        bytes = encoded(&plain)?;
        answer = over_udp(peer, &plain, &bytes, until, wait).await?;
    }
    if !answer.metadata.truncation {
        return Ok(answer);
    }
    let over_tcp = timeout_at(until.max(Instant::now() + wait / 2), over_tcp(peer.address, &bytes)).await;
    let received = over_tcp.map_err(|_| silence(peer, wait, " over TCP"))?;
    let received = received.map_err(|error| {
        let Trouble { kind, words } = trouble(peer, &error);
        let cut = "; over UDP its answer is cut short, over TCP it cannot be asked: a firewall?";
        Trouble::new(kind, format!("{words}{cut}"))
    })?;
    match read(&received, &asked) {
        Reply::Answer(answer) => Ok(answer),
        Reply::Unreadable => Err(unreadable(peer)),
        Reply::Stray => {
            Err(Trouble::new(Kind::Garbled, format!("{} answered another question over TCP", peer.who)))
        }
    }
}

/// Asks over TCP alone, and returns the first message of the answer: all that a zone transfer is
/// tried for.
pub(super) async fn first_over_tcp(peer: &Peer, query: &Query, wait: Duration) -> Result<Message, Trouble> {
    let asked = question(query, Flags::default());
    let bytes = encoded(&asked)?;
    let received = timeout(wait, over_tcp(peer.address, &bytes)).await;
    let received = received.map_err(|_| silence(peer, wait, " over TCP"))?;
    let received = received.map_err(|error| trouble(peer, &error))?;
    match read(&received, &asked) {
        Reply::Answer(answer) => Ok(answer),
        Reply::Unreadable | Reply::Stray => Err(unreadable(peer)),
    }
}

fn encoded(message: &Message) -> Result<Vec<u8>, Trouble> {
    let unasked = |error| Trouble::new(Kind::Unasked, format!("no question could be made: {error}"));
    message.to_vec().map_err(unasked)
}

fn question(query: &Query, flags: Flags) -> Message {
    // `query()` draws the random id; the source port is the system's choice.
    let mut message = Message::query();
    message.metadata.recursion_desired = flags.recursion;
    message.metadata.checking_disabled = flags.unchecked;
    message.add_query(query.clone());
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD).set_version(0).set_dnssec_ok(flags.signatures);
    message.set_edns(edns);
    message
}

/// What a datagram is.
enum Reply {
    /// The answer.
    Answer(Message),
    /// The right id, but no message.
    Unreadable,
    /// Not about our question: late, forged or damaged. Waiting goes on.
    Stray,
}

fn read(bytes: &[u8], asked: &Message) -> Reply {
    if bytes.get(..2) != Some(&asked.metadata.id.to_be_bytes()[..]) {
        return Reply::Stray;
    }
    let Ok(message) = Message::from_vec(bytes) else { return Reply::Unreadable };
    // A server that cannot read a question may answer without repeating it.
    let same = message.queries == asked.queries || (message.queries.is_empty() && message.answers.is_empty());
    if same && message.metadata.message_type == MessageType::Response {
        Reply::Answer(message)
    } else {
        Reply::Stray
    }
}

async fn over_udp(
    peer: &Peer,
    asked: &Message,
    bytes: &[u8],
    until: Instant,
    wait: Duration,
) -> Result<Message, Trouble> {
    let io = |error: io::Error| trouble(peer, &error);
    let ipv4 = peer.address.is_ipv4();
    let any = if ipv4 { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await.map_err(io)?;
    socket.connect(peer.address).await.map_err(io)?;
    socket.send(bytes).await.map_err(io)?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    let mut stray = 0_usize;
    loop {
        let Ok(received) = timeout_at(until, socket.recv(&mut buffer)).await else {
            let strangers = ", only messages that do not belong to the question,";
            return Err(silence(peer, wait, if stray == 0 { "" } else { strangers }));
        };
        match read(&buffer[..received.map_err(io)?], asked) {
            Reply::Answer(answer) => return Ok(answer),
            Reply::Unreadable => return Err(unreadable(peer)),
            Reply::Stray => stray += 1,
        }
    }
}

async fn over_tcp(server: SocketAddr, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let length = u16::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_all(&[&length.to_be_bytes()[..], bytes].concat()).await?;
    let length = stream.read_u16().await?;
    let mut received = vec![0; usize::from(length)];
    stream.read_exact(&mut received).await?;
    Ok(received)
}

/// A wait that was in vain; `more` says what did come, or how it was asked.
fn silence(peer: &Peer, wait: Duration, more: &str) -> Trouble {
    Trouble::new(Kind::Silent, format!("no answer from {} within {}{more}", peer.who, span(wait)))
}

fn unreadable(peer: &Peer) -> Trouble {
    Trouble::new(Kind::Garbled, format!("{} sent an answer that cannot be read", peer.who))
}

fn trouble(peer: &Peer, error: &io::Error) -> Trouble {
    let Peer { who, .. } = peer;
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Trouble::new(Kind::Refused, format!("nothing listens where {who} should be: connection refused"))
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            Trouble::new(Kind::Garbled, format!("{who} closed the connection without an answer"))
        }
        _ => Trouble::new(Kind::Unasked, format!("{who} could not be asked: {error}")),
    }
}
