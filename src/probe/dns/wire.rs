//! One question to one resolver: UDP, then TCP where the answer does not fit.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, Query};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

use super::{Trouble, silence};

/// What fits into one datagram nearly everywhere (DNS flag day 2020).
const PAYLOAD: u16 = 1232;

/// Asks, and returns the whole message that belongs to the question.
pub(super) async fn exchange(server: SocketAddr, query: &Query, wait: Duration) -> Result<Message, Trouble> {
    let asked = question(query);
    let bytes =
        asked.to_vec().map_err(|error| Trouble::Useless(format!("no question could be made: {error}")))?;
    let until = Instant::now() + wait;
    let answer = match over_udp(server, &asked, &bytes, until).await {
        Err(Trouble::Silent(words)) => Err(Trouble::Silent(format!("{}{words}", silence(server, wait)))),
        other => other,
    }?;
    if !answer.metadata.truncation {
        return Ok(answer);
    }
    let over_tcp = timeout_at(until.max(Instant::now() + wait / 2), over_tcp(server, &bytes)).await;
    let received = over_tcp.map_err(|_| Trouble::Silent(format!("{} over TCP", silence(server, wait))))?;
    let received = received.map_err(|error| trouble(server, &error))?;
    match read(&received, &asked) {
        Reply::Answer(answer) => Ok(answer),
        Reply::Unreadable => Err(unreadable(server)),
        Reply::Stray => {
            Err(Trouble::Useless(format!("the resolver {server} answered another question over TCP")))
        }
    }
}

fn question(query: &Query) -> Message {
    // `query()` draws the random id; the source port is the system's choice.
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.add_query(query.clone());
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD).set_version(0);
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
    server: SocketAddr,
    asked: &Message,
    bytes: &[u8],
    until: Instant,
) -> Result<Message, Trouble> {
    let io = |error: io::Error| trouble(server, &error);
    let any = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await.map_err(io)?;
    socket.connect(server).await.map_err(io)?;
    socket.send(bytes).await.map_err(io)?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    let mut stray = 0_usize;
    loop {
        let Ok(received) = timeout_at(until, socket.recv(&mut buffer)).await else {
            let words = if stray == 0 {
                String::new()
            } else {
                ", only messages that do not belong to the question,".into()
            };
            return Err(Trouble::Silent(words));
        };
        match read(&buffer[..received.map_err(io)?], asked) {
            Reply::Answer(answer) => return Ok(answer),
            Reply::Unreadable => return Err(unreadable(server)),
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

fn unreadable(server: SocketAddr) -> Trouble {
    Trouble::Useless(format!("the resolver {server} sent an answer that cannot be read"))
}

fn trouble(server: SocketAddr, error: &io::Error) -> Trouble {
    Trouble::Useless(match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("no resolver listens on {server}: connection refused"),
        io::ErrorKind::UnexpectedEof => {
            format!("the resolver {server} closed the connection without an answer")
        }
        _ => format!("the resolver {server} could not be asked: {error}"),
    })
}
