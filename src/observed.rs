//! What was seen of the world: plain data that the probes return, judges read, and
//! `--record`/`--replay` keep. Nothing in here decides anything.

mod remote;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use remote::Remote;
pub(crate) use remote::is_harmful;

/// The name of the recording's format.
pub const FORMAT: &str = "launch-ready/observed/v1";

/// Everything that one run saw. Each question stands here once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// [`FORMAT`].
    #[serde(default = "format_name")]
    pub format: String,
    /// When the run began; the time that judges judge by unless `--at` says another.
    pub at: Timestamp,
    /// Answers of the resolver, by [`question`].
    #[serde(default)]
    pub dns: BTreeMap<String, Seen<DnsAnswer>>,
    /// TLS handshakes, by [`origin`].
    #[serde(default)]
    pub tls: BTreeMap<String, Seen<Handshake>>,
    /// HTTP answers to GET, by URL. Redirects are not followed: each hop is a URL of its own.
    #[serde(default)]
    pub http: BTreeMap<String, Seen<Exchange>>,
}

impl Observed {
    /// Nothing seen yet.
    pub fn new(at: Timestamp) -> Self {
        Self { format: FORMAT.into(), at, dns: BTreeMap::new(), tls: BTreeMap::new(), http: BTreeMap::new() }
    }

    /// The answer to a DNS question.
    pub fn dns(&self, name: &str, kind: &str) -> Option<&Seen<DnsAnswer>> {
        self.dns.get(&question(name, kind))
    }

    /// The handshake with an origin, by the URL of anything on it.
    pub fn tls(&self, url: &url::Url) -> Option<&Seen<Handshake>> {
        self.tls.get(&origin(url))
    }

    /// The answer to a GET.
    pub fn http(&self, url: &url::Url) -> Option<&Seen<Exchange>> {
        self.http.get(url.as_str())
    }
}

fn format_name() -> String {
    FORMAT.into()
}

/// The key of a DNS question: `name TYPE`, the name in lower case without trailing dot.
pub fn question(name: &str, kind: &str) -> String {
    format!("{} {kind}", name.trim_end_matches('.').to_ascii_lowercase())
}

/// The key of an origin (RFC 6454): `https://host:port`, the port always written.
pub fn origin(url: &url::Url) -> String {
    let port = url.port_or_known_default().unwrap_or(443);
    format!("{}://{}:{port}", url.scheme(), url.host_str().unwrap_or_default())
}

/// The outcome of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen<T> {
    /// An answer.
    Answer(T),
    /// The service itself failed, which is an observation about it.
    Failed(Failure),
    /// It could not be observed; the reason says why. Never a verdict on the service.
    Unobserved(Remote),
}

/// How a service failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// In a sentence without a full stop, for people: `connection refused by 192.0.2.1:443`.
    pub detail: Remote,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The name has no address, so that there was nothing to connect to.
    NoAddress,
    /// The port is closed.
    Refused,
    /// The peer reset or closed the connection.
    Reset,
    /// No connection within the time limit.
    TimedOut,
    /// The connection stands, but no answer came over it within the time limit.
    NoAnswer,
    /// The handshake ended with a TLS alert: the peer's, or ours where the two agree on nothing.
    Alert,
    /// What answered does not speak TLS.
    NotTls,
    /// What answered does not speak HTTP.
    NotHttp,
    /// The answer's head is larger than is read.
    TooLarge,
    /// Another request to the same origin failed below HTTP (see the origin's handshake).
    Handshake,
}

/// What the resolver answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsAnswer {
    /// True for NXDOMAIN: the name (or the end of its CNAME chain) does not exist.
    #[serde(default)]
    pub nxdomain: bool,
    /// The answer section in order, the CNAME chain included. Empty with `nxdomain: false` is NODATA.
    #[serde(default)]
    pub records: Vec<DnsRecord>,
}

impl DnsAnswer {
    /// The values of the records of one type (wherever the CNAME chain ended).
    pub fn values<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Remote> {
        self.of_type(kind).map(|record| &record.value)
    }

    /// The records of one type.
    pub fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a DnsRecord> {
        self.records.iter().filter(move |record| record.kind == kind)
    }
}

/// One resource record in presentation form, normalised: names in lower case without trailing
/// dot, the strings of a TXT joined, addresses canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsRecord {
    /// Owner name.
    pub name: Remote,
    /// Type, `A`, `MX`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Seconds.
    #[serde(default)]
    pub ttl: u32,
    /// Preference of MX, priority of SRV, HTTPS and SVCB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u16>,
    /// The rest of the data.
    pub value: Remote,
}

/// A completed TLS handshake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handshake {
    /// The address that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    /// `1.2` or `1.3`.
    #[serde(default)]
    pub version: String,
    /// The certificates as sent, the server's own first.
    pub chain: Vec<Certificate>,
    /// Whether the chain leads to a trusted root, validity dates set aside (they are judged from
    /// [`Certificate`], so that several faults of one chain are all seen).
    pub path: Path,
}

/// A certificate's facts (RFC 5280).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Subject, as one line.
    #[serde(default)]
    pub subject: Remote,
    /// Issuer, as one line.
    #[serde(default)]
    pub issuer: Remote,
    /// DNS names and addresses of subjectAltName, lower case.
    #[serde(default)]
    pub names: Vec<Remote>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// SHA-256 over the DER, in hexadecimal.
    #[serde(default)]
    pub sha256: String,
}

/// Where a chain leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// To a trusted root.
    Trusted,
    /// The server's certificate is signed with its own key.
    SelfSigned,
    /// To a trusted root, but only with an intermediate that the server did not send.
    Incomplete,
    /// Nowhere that is trusted.
    Untrusted,
    /// The certificate could not be read at all.
    Malformed,
}

/// One HTTP answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Status code (RFC 9110 section 15).
    pub status: u16,
    /// Header fields in order; names in lower case.
    #[serde(default)]
    pub headers: Vec<(String, Remote)>,
    /// Where a redirect leads, resolved against the URL asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<url::Url>,
    /// Bytes of body that were read; reading stops at a limit.
    #[serde(default)]
    pub body_bytes: usize,
    /// True where the body went on behind the limit, or broke off.
    #[serde(default)]
    pub body_cut: bool,
}

impl Exchange {
    /// The values of a header field; `name` in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Remote> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value)
    }

    /// True for 301, 302, 303, 307 and 308 with a Location.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.location.is_some()
    }
}
