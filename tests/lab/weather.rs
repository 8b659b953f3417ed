//! Servers that misbehave: below TLS, in TLS, and below HTTP's grammar.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::old::huge_chain;
use super::pace::Paced;
use super::web::read_request;

/// What a port does to those who connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Accepts and never says a word.
    Silent,
    /// Accepts and resets the connection at once.
    Reset,
    /// Accepts and closes the connection at once, in order.
    CloseAtOnce,
    /// Answers the first bytes with bytes of no protocol.
    Garbage,
    /// Answers the first bytes with HTTP in the clear, as a web server does on the wrong port.
    PlainHttp,
    /// Reads the first bytes, a `ClientHello`, and is silent from then on.
    SilentAfterHello,
    /// Answers the first bytes with a fatal TLS alert of that number (40 is `handshake_failure`).
    TlsAlert(u8),
    /// Answers the first bytes with TLS 1.2 and a certificate of ten megabytes.
    HugeChain,
    /// Nothing listens.
    Refused,
    /// Connecting takes for ever, as behind a firewall that drops packets. Linux only; elsewhere it may be refused.
    ConnectTimesOut,
    /// Speaks TLS on port 443, none on others, reads one request and answers it with that trouble.
    Http(Trouble),
}

/// What a server sends in the place of a proper HTTP response, before it closes the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A body without length and without end.
    EndlessBody,
    /// Proper, but with one megabyte of headers.
    HugeHeaders,
    /// Header upon header, never a body.
    EndlessHeaders,
    /// Proper, but one header's value is not UTF-8 and one carries a terminal escape.
    OddHeaders,
    /// A first line that is no status line.
    GarbageStatusLine,
    /// A body of 1000 bytes, one each 50 ms.
    SlowDrip,
    /// Says 1000 bytes, sends 10, closes.
    CutBody,
    /// Closes without an answer.
    NoAnswer,
}

/// A port that is taken but closed: held, so that nobody else gets it.
pub fn refused_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
    let addr = socket.local_addr().expect("a bound socket has an address");
    (socket, addr)
}

/// A port whose queue is full, so that the system drops who else wants to connect.
pub struct FullPort {
    /// Where nobody gets in.
    pub addr: SocketAddr,
    _listener: TcpListener,
    _queue: Vec<std::net::TcpStream>,
}

impl FullPort {
    /// Listens, and fills the queue itself.
    pub fn new() -> Self {
        let (socket, addr) = refused_port();
        let listener = socket.listen(1).expect("a bound socket can listen");
        let connect = |_| std::net::TcpStream::connect_timeout(&addr, Duration::from_millis(20)).ok();
        let queue = (0..16).map_while(connect).collect();
        Self { addr, _listener: listener, _queue: queue }
    }
}

impl Weather {
    /// Treats one connection so; `config` is there on ports that speak TLS.
    pub(super) async fn treat(
        self,
        mut stream: TcpStream,
        config: Option<Arc<ServerConfig>>,
        round_trip: Duration,
    ) -> io::Result<()> {
        match self {
            Self::Reset => return stream.set_zero_linger(),
            Self::CloseAtOnce => return close(&mut stream).await,
            Self::Silent | Self::Refused | Self::ConnectTimesOut => return pending().await,
            _ => {}
        }
        let mut stream = Paced::new(stream, round_trip);
        if let Self::Http(trouble) = self {
            return match config {
                Some(config) => answer(trouble, TlsAcceptor::from(config).accept(stream).await?).await,
                None => answer(trouble, stream).await,
            };
        }
        let _ = stream.read(&mut [0; 4096]).await?;
        match self {
            Self::Garbage => {
                let bytes = b"\x00\xff\x17lab\x1b[31m garbage\r\n\r\n";
                stream.write_all(bytes).await?;
            }
            Self::PlainHttp => stream.write_all(PLAIN).await?,
            Self::TlsAlert(number) => stream.write_all(&alert(number)).await?,
            Self::HugeChain => {
                for record in huge_chain() {
                    stream.write_all(&record).await?;
                }
            }
            _ => return pending().await,
        }
        close(&mut stream).await
    }
}

const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A fatal alert as a record of TLS 1.2.
pub fn alert(number: u8) -> [u8; 7] {
    [21, 3, 3, 0, 2, 2, number]
}

/// Says good-bye and waits for the other side's, so that what was sent is not lost to a reset.
pub async fn close<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    stream.shutdown().await?;
    tokio::io::copy(stream, &mut tokio::io::sink()).await.map(|_| ())
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(trouble: Trouble, stream: S) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    read_request(&mut stream, false).await?;
    trouble.play(&mut stream).await?;
    close(&mut stream).await
}

impl Trouble {
    /// Sends it; returns when the connection is to be closed.
    pub(super) async fn play<S: AsyncWrite + Unpin>(self, to: &mut S) -> io::Result<()> {
        match self {
            Self::EndlessBody => {
                to.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
                    .await?;
                for_ever(to, &[b'a'; 16_384]).await?;
            }
            Self::HugeHeaders => {
                to.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n").await?;
                for number in 0..1024 {
                    to.write_all(format!("X-Lab-{number}: {}\r\n", "h".repeat(1010)).as_bytes()).await?;
                }
                to.write_all(b"\r\nhi").await?;
            }
            Self::EndlessHeaders => {
                to.write_all(b"HTTP/1.1 200 OK\r\n").await?;
                for_ever(to, "X-Lab: and one more\r\n".repeat(500).as_bytes()).await?;
            }
            Self::OddHeaders => {
                to.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: lab \xff\xfe\r\n").await?;
                to.write_all(b"X-Powered-By: \x1b[2Jevil\r\n\r\nhi").await?;
            }
            Self::GarbageStatusLine => to.write_all(b"ICY 2OO \x1b[31mfine\r\n\r\nhi").await?,
            Self::SlowDrip => {
                to.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await?;
                for _ in 0..1000 {
                    to.write_all(b".").await?;
                    to.flush().await?;
                    sleep(Duration::from_millis(50)).await;
                }
            }
            Self::CutBody => {
                let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789";
                to.write_all(cut).await?;
            }
            Self::NoAnswer => {}
        }
        to.flush().await
    }
}

/// Writes the same again and again until the other side is gone.
async fn for_ever<S: AsyncWrite + Unpin>(to: &mut S, bytes: &[u8]) -> io::Result<()> {
    loop {
        to.write_all(bytes).await?;
        // A fast reader must not keep the lab's only thread to itself.
        tokio::task::yield_now().await;
    }
}
