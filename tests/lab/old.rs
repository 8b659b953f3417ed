//! Servers that take versions and suites which no library speaks any more. Up to the certificates, where a
//! probe has seen enough, everything is in the clear and can be written by hand.

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::pace::Paced;
use super::weather::{alert, close};
use super::web::{Web, https};

/// Suites of TLS 1.2 that the library takes.
const LIBRARY: [u16; 6] = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8];
/// Suites without certificates that tests use.
const ANONYMOUS: [u16; 2] = [0x0034, 0xc018];
/// `supported_versions`, by which clients of TLS 1.3 are known.
const SUPPORTED_VERSIONS: u16 = 43;

/// How a server says no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refusal {
    /// By an alert.
    #[default]
    Alert,
    /// By closing the connection.
    Close,
    /// By resetting it.
    Reset,
    /// Not at all.
    Silence,
}

/// What a server takes beside what the library does, or instead of it.
#[derive(Clone, Debug, Default)]
pub struct Old {
    /// Version and suite, the better ones first.
    pub(super) takes: Vec<(u16, u16)>,
    /// Whether that is all.
    pub(super) alone: bool,
    /// How it refuses everything else.
    pub(super) refusal: Refusal,
    /// Whether it sends one byte at a time.
    pub(super) dripping: bool,
}

enum Decision {
    Library,
    Chose(u16, u16),
    /// With this alert, where it is one.
    Refuse(u8),
}

/// A hello as far as a server decides by it.
struct Hello {
    version: u16,
    suites: Vec<u16>,
    is_1_3: bool,
}

impl Hello {
    fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let suites_at = 44 + usize::from(*bytes.get(43)?);
        let suites_end = suites_at + 2 + usize::from(word(suites_at)?);
        let suites = (suites_at + 2..suites_end).step_by(2).filter_map(word).collect();
        let mut at = suites_end + 1 + usize::from(*bytes.get(suites_end)?) + 2;
        let mut is_1_3 = false;
        while let (Some(kind), Some(length)) = (word(at), word(at + 2)) {
            is_1_3 |= kind == SUPPORTED_VERSIONS;
            at += 4 + usize::from(length);
        }
        Some(Self { version: word(9)?, suites, is_1_3 })
    }
}

impl Old {
    /// The newest version that both speak counts, then the suite.
    fn decide(&self, hello: &Hello) -> Decision {
        let has_library_suite = hello.suites.iter().any(|suite| LIBRARY.contains(suite));
        if !self.alone && hello.version == 0x0303 && (hello.is_1_3 || has_library_suite) {
            return Decision::Library;
        }
        let library = (!self.alone).then_some(0x0303);
        let versions = self.takes.iter().map(|(version, _)| *version).chain(library);
        let Some(version) = versions.filter(|version| *version <= hello.version).max() else {
            return Decision::Refuse(70);
        };
        let suite = self.takes.iter().find(|(of, suite)| *of == version && hello.suites.contains(suite));
        suite.map_or(Decision::Refuse(40), |(version, suite)| Decision::Chose(*version, *suite))
    }
}

/// Serves one host.
pub(super) async fn serve(
    listener: TcpListener,
    old: Old,
    chain: Vec<CertificateDer<'static>>,
    web: Arc<Web>,
) {
    let (old, chain) = (Arc::new(old), Arc::new(chain));
    while let Ok((stream, _)) = listener.accept().await {
        web.log.connection("*:443");
        tokio::spawn(treat(stream, Arc::clone(&old), Arc::clone(&chain), Arc::clone(&web)));
    }
}

async fn treat(
    stream: TcpStream,
    old: Arc<Old>,
    chain: Arc<Vec<CertificateDer<'static>>>,
    web: Arc<Web>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let decision = old.decide(&peek(&stream).await?);
    let round_trip = web.round_trip;
    match decision {
        Decision::Library if old.dripping => https(Dripping(Paced::new(stream, round_trip)), web).await,
        Decision::Library => https(Paced::new(stream, round_trip), web).await,
        Decision::Refuse(_) if old.refusal == Refusal::Reset => stream.set_zero_linger(),
        Decision::Refuse(_) if old.refusal == Refusal::Silence => pending().await,
        Decision::Refuse(number) => {
            let mut stream = Paced::new(stream, round_trip);
            if old.refusal == Refusal::Alert {
                read_some(&mut stream).await?;
                stream.write_all(&alert(number)).await?;
            }
            close(&mut stream).await
        }
        Decision::Chose(version, suite) => {
            let mut stream = Paced::new(stream, round_trip);
            read_some(&mut stream).await?;
            let flight = flight(version, suite, &chain);
            if old.dripping {
                Dripping(&mut stream).write_all(&flight).await?;
            } else {
                stream.write_all(&flight).await?;
            }
            close(&mut stream).await
        }
    }
}

async fn read_some<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<()> {
    tokio::io::AsyncReadExt::read(stream, &mut [0; 4096]).await.map(|_| ())
}

/// The hello, left where it is for whoever answers it.
async fn peek(stream: &TcpStream) -> io::Result<Hello> {
    let mut bytes = [0; 4096];
    loop {
        let count = stream.peek(&mut bytes).await?;
        let length = 5 + usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
        if count >= 5 && count >= length {
            return Hello::read(&bytes[..length]).ok_or_else(|| io::ErrorKind::InvalidData.into());
        }
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        tokio::task::yield_now().await;
    }
}

fn record(version: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("one record").to_be_bytes();
    [&[22], &version.to_be_bytes()[..], &length, content].concat()
}

/// Behind a length of three bytes.
fn lengthened(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short text").to_be_bytes();
    [&length[1..], content].concat()
}

fn server_hello(version: u16, suite: u16) -> Vec<u8> {
    let body = [&version.to_be_bytes()[..], &[5; 32], &[0], &suite.to_be_bytes(), &[0]].concat();
    [vec![2], lengthened(&body)].concat()
}

/// All that a server says first, as far as it is needed.
fn flight(version: u16, suite: u16, chain: &[CertificateDer<'_>]) -> Vec<u8> {
    let mut bytes = record(version, &server_hello(version, suite));
    if !ANONYMOUS.contains(&suite) {
        let all: Vec<u8> = chain.iter().flat_map(|der| lengthened(der)).collect();
        bytes.extend(record(version, &[vec![11], lengthened(&lengthened(&all))].concat()));
    }
    bytes.extend(record(version, &[14, 0, 0, 0]));
    bytes
}

/// What a server says whose chain has one certificate of ten megabytes, record by record.
pub(super) fn huge_chain() -> impl Iterator<Item = Vec<u8>> {
    const CERTIFICATE: u32 = 10_000_000;
    let lengths = [CERTIFICATE + 6, CERTIFICATE + 3, CERTIFICATE];
    let begin: Vec<u8> = lengths.iter().flat_map(|length| length.to_be_bytes()[1..].to_vec()).collect();
    let begin = record(0x0303, &[vec![11], begin].concat());
    let rest = std::iter::repeat_n(record(0x0303, &[0x30; 10_000]), 1000);
    [record(0x0303, &server_hello(0x0303, LIBRARY[0])), begin].into_iter().chain(rest)
}

/// A stream that sends one byte at a time.
struct Dripping<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for Dripping<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Dripping<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, &bytes[..bytes.len().min(1)])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
