//! What a server answers: records (RFC 5246 section 6.2.1), alerts, and the handshake messages in
//! them, in whatever pieces they come.

use std::net::SocketAddr;

use super::Offer;

/// Bytes read of one answer. Real chains are below 20 KB; clients refuse messages above 64 KB.
const MOST: usize = 128 * 1024;
/// Certificates read of one chain.
const LONGEST_CHAIN: usize = 16;
/// The header of a record: its type, a version, a length.
const HEADER: usize = 5;
/// The longest record that anybody may send, with room for encryption (RFC 5246 section 6.2.3).
const LONGEST_RECORD: usize = (1 << 14) + 2048;
/// `supported_versions`: a server of TLS 1.3 says there what it chose (RFC 8446 section 4.2.1).
const SUPPORTED_VERSIONS: u16 = 43;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its decision.
    pub outcome: Outcome,
    /// The certificates as sent; empty where none came, or more than is read.
    pub chain: Vec<Vec<u8>>,
}

/// What a server decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on with this version and suite.
    Chose {
        /// The version.
        version: u16,
        /// The suite.
        suite: u16,
    },
    /// It ends the handshake with this fatal alert (RFC 5246 section 7.2).
    Alert(u8),
    /// It does not speak TLS.
    Strange(Stranger),
    /// It said nothing to the end.
    Closed,
}

/// What is spoken instead of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// HTTP in the clear.
    Http,
    /// SSH (RFC 4253 section 4.2).
    Ssh,
    /// Something else.
    Unknown,
}

impl Stranger {
    /// What these first bytes of an answer are the beginning of.
    pub fn of(first: &[u8]) -> Self {
        match first {
            [b'H', b'T', b'T', b'P', b'/', ..] => Self::Http,
            [b'S', b'S', b'H', b'-', ..] => Self::Ssh,
            _ => Self::Unknown,
        }
    }

    /// What `peer` does instead of TLS, in words.
    pub fn words(self, peer: SocketAddr) -> String {
        match self {
            Self::Http => format!("{peer} speaks plain HTTP on this port, not TLS"),
            Self::Ssh => format!("{peer} speaks SSH on this port, not TLS"),
            Self::Unknown => format!("what {peer} answered is not TLS"),
        }
    }
}

/// Reads an answer piece by piece.
#[derive(Debug)]
pub struct Reader {
    /// What came, from the record on that is not whole yet.
    wire: Vec<u8>,
    /// Handshake messages, from the one on that is not whole yet.
    messages: Vec<u8>,
    room: usize,
    chose: Option<(u16, u16)>,
    anonymous: Vec<u16>,
}

impl Reader {
    /// For the answer to an offer.
    pub fn new(offer: Offer) -> Self {
        let anonymous = offer.suites().into_iter().filter(|suite| suite.name.contains("_anon_"));
        Self {
            wire: Vec::new(),
            messages: Vec::new(),
            room: MOST,
            chose: None,
            anonymous: anonymous.map(|suite| suite.code).collect(),
        }
    }

    /// Takes the next bytes; the answer, once it is known. Behind the certificates, or behind more
    /// than is read, nothing matters any more.
    pub fn take(&mut self, bytes: &[u8]) -> Option<Answer> {
        let taken = &bytes[..bytes.len().min(self.room)];
        self.room -= taken.len();
        self.wire.extend(taken);
        let answer = self.records();
        answer.or_else(|| (self.room == 0).then(|| self.end()))
    }

    /// The answer where nothing more comes.
    pub fn end(&mut self) -> Answer {
        let outcome = match self.chose {
            Some((version, suite)) => Outcome::Chose { version, suite },
            None => self.strange().unwrap_or(Outcome::Closed),
        };
        Answer { outcome, chain: Vec::new() }
    }

    /// What the beginning of the bytes that are no record yet says already.
    fn strange(&self) -> Option<Outcome> {
        let first = self.wire.first()?;
        (!is_content(*first)).then(|| Outcome::Strange(Stranger::of(&self.wire)))
    }

    fn records(&mut self) -> Option<Answer> {
        let mut at = 0;
        let answer = loop {
            let Some(header) = self.wire[at..].first_chunk::<HEADER>() else { break None };
            let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
            if !is_content(header[0]) || header[1] != 3 || length > LONGEST_RECORD {
                break Some(plain(Outcome::Strange(Stranger::of(header))));
            }
            let start = at + HEADER;
            let Some(content) = self.wire.get(start..start + length) else { break None };
            at = start + length;
            let content = content.to_vec();
            let answer = match header[0] {
                21 => alert(&content),
                22 => {
                    self.messages.extend(content);
                    self.handshake()
                }
                // Nobody changes ciphers or sends data before the certificates.
                _ => Some(plain(Outcome::Strange(Stranger::Unknown))),
            };
            if answer.is_some() {
                break answer;
            }
        };
        self.wire.drain(..at);
        answer
    }

    fn handshake(&mut self) -> Option<Answer> {
        let mut at = 0;
        let answer = loop {
            let Some((kind, rest)) = self.messages[at..].split_first() else { break None };
            let Some((body, behind)) = lengthened(rest) else { break None };
            let answer = match (*kind, self.chose) {
                (2, None) => match server_hello(body) {
                    None => Some(plain(Outcome::Strange(Stranger::Unknown))),
                    Some((version, suite)) => {
                        self.chose = Some((version, suite));
                        let last = self.anonymous.contains(&suite) || version > 0x0303;
                        last.then(|| plain(Outcome::Chose { version, suite }))
                    }
                },
                (_, None) => Some(plain(Outcome::Strange(Stranger::Unknown))),
                (11, Some((version, suite))) => {
                    let chain = chain(body).unwrap_or_default();
                    Some(Answer { outcome: Outcome::Chose { version, suite }, chain })
                }
                // ServerHelloDone: no certificate will come.
                (14, Some((version, suite))) => Some(plain(Outcome::Chose { version, suite })),
                _ => None,
            };
            at = self.messages.len() - behind.len();
            if answer.is_some() {
                break answer;
            }
        };
        self.messages.drain(..at);
        answer
    }
}

fn plain(outcome: Outcome) -> Answer {
    Answer { outcome, chain: Vec::new() }
}

/// The types of records (RFC 5246 appendix A.1).
fn is_content(byte: u8) -> bool {
    (20..=23).contains(&byte)
}

/// Warnings are no end, but for `close_notify`.
fn alert(content: &[u8]) -> Option<Answer> {
    match content {
        [1, 0] => Some(plain(Outcome::Closed)),
        [1, _] => None,
        [2, number] => Some(plain(Outcome::Alert(*number))),
        _ => Some(plain(Outcome::Strange(Stranger::Unknown))),
    }
}

/// Version and suite of a `ServerHello`.
fn server_hello(body: &[u8]) -> Option<(u16, u16)> {
    let (version, rest) = number(body)?;
    let (_, rest) = rest.split_at_checked(32)?;
    let (length, rest) = rest.split_first()?;
    let (_, rest) = rest.split_at_checked(usize::from(*length))?;
    let (suite, rest) = number(rest)?;
    let (_, rest) = rest.split_first()?;
    Some((extended(rest).unwrap_or(version), suite))
}

/// The version that the extension says, where a server sends that.
fn extended(rest: &[u8]) -> Option<u16> {
    let (length, rest) = number(rest)?;
    let mut rest = rest.get(..usize::from(length))?;
    while let Some((kind, behind)) = number(rest) {
        let (length, behind) = number(behind)?;
        let (content, behind) = behind.split_at_checked(usize::from(length))?;
        if kind == SUPPORTED_VERSIONS {
            return number(content).map(|(version, _)| version);
        }
        rest = behind;
    }
    None
}

fn number(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<2>()?;
    Some((u16::from_be_bytes(*number), rest))
}

/// What stands behind a length of three bytes, and what follows it.
fn lengthened(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let ([high, middle, low], rest) = bytes.split_first_chunk::<3>()?;
    rest.split_at_checked(usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low))
}

/// The certificates of a `Certificate` message (RFC 5246 section 7.4.2).
fn chain(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut rest, _) = lengthened(body)?;
    let mut found = Vec::new();
    while !rest.is_empty() && found.len() < LONGEST_CHAIN {
        let (der, behind) = lengthened(rest)?;
        found.push(der.to_vec());
        rest = behind;
    }
    Some(found)
}
