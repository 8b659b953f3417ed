//! One offer on one connection: a `ClientHello`, and the answer as far as the certificates.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::problem::{Problem, Until};
use super::tls::{Shown, is_weak};
use crate::hello::{Answer, Offer, Outcome, Reader, client_hello};
use crate::observed::{ClientCertificate, FailureKind, Offers, Remote, Reply};

/// The alert of a server that does not know the name (RFC 6066 section 3): it says nothing of versions
/// and suites.
const UNRECOGNIZED_NAME: u8 = 112;

/// What came of one offer.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    /// What was offered.
    pub(super) offer: Offer,
    /// The answer.
    pub(super) reply: Reply,
    /// Who answered.
    peer: Option<SocketAddr>,
    /// The certificates behind an acceptance.
    chain: Arc<[CertificateDer<'static>]>,
}

impl Heard {
    /// Where there was no answer.
    pub(super) fn nothing(offer: Offer, problem: &Problem) -> Self {
        let words = Remote::new(problem.words());
        let reply = match problem {
            Problem::Failed(FailureKind::Reset, _) => Reply::Cut(words),
            _ => Reply::Unobserved(words),
        };
        Self { offer, reply, peer: None, chain: Arc::new([]) }
    }

    fn new(offer: Offer, answer: Answer, peer: SocketAddr) -> Self {
        let chain = answer.chain.into_iter().map(CertificateDer::from).collect();
        Self { offer, reply: reply(offer, answer.outcome, peer), peer: Some(peer), chain }
    }

    fn is_accepted(&self) -> bool {
        matches!(self.reply, Reply::Accepted(_))
    }
}

/// Makes an offer, and reads the answer. What a server chose stands, whatever becomes of its
/// certificates.
pub(super) async fn greet(
    mut stream: TcpStream,
    offer: Offer,
    host: &str,
    peer: SocketAddr,
    until: Until,
) -> Result<Heard, Problem> {
    let mut random = [0; 32];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut random)
        .map_err(|_| Problem::Unobserved("the system has no random numbers".into()))?;
    let stage = format!("no answer to the TLS ClientHello from {peer}");
    let mut reader = Reader::new(offer);
    let talk = async {
        stream.write_all(&client_hello(offer, host, &random)).await?;
        let mut bytes = [0; 4096];
        loop {
            let count = stream.read(&mut bytes).await?;
            if count == 0 {
                return Ok(reader.end());
            }
            if let Some(answer) = reader.take(&bytes[..count]) {
                return Ok(answer);
            }
        }
    };
    let talked = until.wait(FailureKind::NoAnswer, stage, talk).await;
    let outcome = talked.and_then(|answer| answer.map_err(|error| Problem::from_io(&error, peer)));
    match outcome {
        Ok(answer) => Ok(Heard::new(offer, answer, peer)),
        Err(problem) => match reader.end() {
            answer @ Answer { outcome: Outcome::Chose { .. }, .. } => Ok(Heard::new(offer, answer, peer)),
            _ => Err(problem),
        },
    }
}

fn reply(offer: Offer, outcome: Outcome, peer: SocketAddr) -> Reply {
    match outcome {
        Outcome::Chose { version, suite } if version == offer.version().code() => {
            match offer.suites().into_iter().find(|offered| offered.code == suite) {
                Some(suite) => Reply::Accepted(suite.name.into()),
                None => unobserved(format!("{peer} chose suite {suite:#06x}, which it was not offered")),
            }
        }
        Outcome::Chose { version, .. } => Reply::Refused(format!("answers with {}", spoken(version)).into()),
        Outcome::Alert(UNRECOGNIZED_NAME) => {
            unobserved(format!("{peer} does not know the name (alert unrecognized_name)"))
        }
        Outcome::Alert(number) => Reply::Refused(alert(number).into()),
        Outcome::Strange(stranger) => unobserved(stranger.words(peer)),
        Outcome::Closed => Reply::Cut(format!("connection closed by {peer} before an answer").into()),
    }
}

fn unobserved(words: String) -> Reply {
    Reply::Unobserved(words.into())
}

fn spoken(version: u16) -> String {
    match version {
        0x0300 => "SSLv3".into(),
        0x0301..=0x0304 => format!("TLS 1.{}", version - 0x0301),
        _ => format!("version {version:#06x}"),
    }
}

/// Alerts by name (RFC 8446 section 6), as far as servers send them here.
fn alert(number: u8) -> String {
    let name = match number {
        40 => "handshake_failure",
        47 => "illegal_parameter",
        50 => "decode_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        _ => return format!("alert {number}"),
    };
    format!("alert {name}")
}

/// The answers alone.
pub(super) fn replies(heard: Vec<Heard>) -> Offers {
    heard.into_iter().map(|heard| (heard.offer, heard.reply)).collect()
}

/// What a failed handshake is in the light of what else was heard: a server that takes only what our
/// TLS library does not speak still shows its certificates.
pub(super) fn otherwise(problem: &Problem, heard: &[Heard]) -> Result<Shown, Problem> {
    match problem {
        Problem::Failed(FailureKind::Alert | FailureKind::Reset, _) => {
            clear(heard).ok_or_else(|| problem.clone())
        }
        _ => Err(problem.clone()),
    }
}

/// The chain behind the newest version that is accepted. Where what our library speaks is accepted
/// too, it is something else that failed; unless it is the certificate's own key, which neither the
/// library nor any browser takes.
fn clear(heard: &[Heard]) -> Option<Shown> {
    let accepted = || heard.iter().filter(|heard| heard.is_accepted());
    let is_sound = |heard: &Heard| !heard.chain.first().is_some_and(is_weak);
    if accepted().any(|heard| heard.offer == Offer::Modern && is_sound(heard)) {
        return None;
    }
    let shown = accepted().filter(|heard| !heard.chain.is_empty());
    let newest = shown.max_by_key(|heard| heard.offer.version())?;
    let (version, chain) = (newest.offer.version().number(), Arc::clone(&newest.chain));
    let (staple, client) = (Arc::new([]), ClientCertificate::No);
    Some(Shown { peer: newest.peer?, version, alpn: None, clear: true, chain, staple, client })
}
