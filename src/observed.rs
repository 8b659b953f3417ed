//! What was seen of the world: plain data that the probes return, judges read, and
//! `--record`/`--replay` keep. Nothing in here decides anything.

mod cloudflare;
mod dns;
mod endpoint;
mod mail;
mod page;
mod registered;
mod registration;
mod remote;
mod scanned;
mod served;
mod tls;
mod variable;
mod web;
mod webhook;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::spec::names::climb;

pub use cloudflare::{ApiObject, CloudflareToken, CloudflareZone, shown};
pub use dns::{
    ChainState, Delegation, Denial, DnsAnswer, DnsRecord, Dnssec, Server, Signature, Signer, Transfer, Zone,
};
pub use endpoint::{Content, CorsAnswer, JsonFound, Sample};
pub use mail::{Logo, Smtp, Svg, TextFile};
pub use page::{Alternate, Page, Resource, ResourceKind};
pub use registered::{DeliveryCounts, KeyMode, Registered, RegisteredEndpoint};
pub use registration::Registration;
pub use remote::Remote;
pub(crate) use remote::is_harmful;
pub use scanned::{EnvFile, FoundSecret, Scan, Scanned, Spot};
pub use served::{DevelopmentUrl, ExposedFile, Served, ServedFile, ServedSecret};
pub use tls::{
    Anchor, Certificate, ClientCertificate, Handshake, Key, Offers, Path, Reply, Revocation,
    RevocationStatus, Visit,
};
pub use variable::{Equals, Lead, Place as LeadPlace, VariableClass, VariableFacts, Variables};
pub use web::Exchange;
pub use webhook::{Counted, Delivery, Leak, Looked, Posted, Turn, Webhook};

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
    /// What the other resolvers of the run answered to the same questions, by their address.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resolvers: BTreeMap<String, BTreeMap<String, Seen<DnsAnswer>>>,
    /// The zones that hold the product's names, by origin.
    #[serde(default)]
    pub zones: BTreeMap<String, Zone>,
    /// Whether and how those zones are signed, by origin.
    #[serde(default)]
    pub dnssec: BTreeMap<String, Seen<Dnssec>>,
    /// What the registry says, by registrable domain.
    #[serde(default)]
    pub registrations: BTreeMap<String, Seen<Registration>>,
    /// TLS handshakes, by [`origin`].
    #[serde(default)]
    pub tls: BTreeMap<String, Seen<Handshake>>,
    /// Old versions and weak suites that hosts were asked for, by [`origin`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub offers: BTreeMap<String, Seen<Offers>>,
    /// HTTP answers to GET, by URL. Redirects are not followed: each hop is a URL of its own.
    #[serde(default)]
    pub http: BTreeMap<String, Seen<Exchange>>,
    /// What was looked for in the answers of endpoints, by URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contents: BTreeMap<String, Seen<Content>>,
    /// Answers to one GET after another, by URL, in their order. The first is the cold call.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub samples: BTreeMap<String, Vec<Sample>>,
    /// Answers to requests on behalf of an origin, by [`cross`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cors: BTreeMap<String, Seen<CorsAnswer>>,
    /// What single addresses of a host serve, by [`visit`].
    #[serde(default)]
    pub visits: BTreeMap<String, Seen<Visit>>,
    /// Conversations with mail exchangers, by [`exchange`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub smtp: BTreeMap<String, Seen<Smtp>>,
    /// Text files that are read line by line, by URL: policies of MTA-STS.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Seen<TextFile>>,
    /// Logos of BIMI records, by URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub logos: BTreeMap<String, Seen<Logo>>,
    /// What webhook endpoints did with what was sent to them, by the webhook's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub webhooks: BTreeMap<String, Webhook>,
    /// What providers have registered of webhooks, by the webhook's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub registered: BTreeMap<String, Seen<Registered>>,
    /// The variables that the spec declares, where the environment was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<Variables>,
    /// What files and the Git history hold.
    #[serde(default, skip_serializing_if = "Scanned::is_empty")]
    pub scanned: Scanned,
    /// What hosts serve beside their pages, by host.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub served: BTreeMap<String, Served>,
    /// What Cloudflare's API says of the zone; `None` where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloudflare: Option<Seen<CloudflareZone>>,
    /// Hosts for which `--connect` chose an address, sorted: what they showed was not seen where
    /// DNS leads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirected: Vec<String>,
}

impl Observed {
    /// Nothing seen yet.
    pub fn new(at: Timestamp) -> Self {
        Self {
            format: FORMAT.into(),
            at,
            dns: BTreeMap::new(),
            resolvers: BTreeMap::new(),
            zones: BTreeMap::new(),
            dnssec: BTreeMap::new(),
            registrations: BTreeMap::new(),
            tls: BTreeMap::new(),
            offers: BTreeMap::new(),
            http: BTreeMap::new(),
            contents: BTreeMap::new(),
            samples: BTreeMap::new(),
            cors: BTreeMap::new(),
            visits: BTreeMap::new(),
            smtp: BTreeMap::new(),
            files: BTreeMap::new(),
            logos: BTreeMap::new(),
            webhooks: BTreeMap::new(),
            registered: BTreeMap::new(),
            variables: None,
            scanned: Scanned::default(),
            served: BTreeMap::new(),
            cloudflare: None,
            redirected: Vec::new(),
        }
    }

    /// The answer to a DNS question.
    pub fn dns(&self, name: &str, kind: &str) -> Option<&Seen<DnsAnswer>> {
        self.dns.get(&question(name, kind))
    }

    /// The zone that holds the records of a name and type: the closest one at or above the name. A
    /// DS belongs to the zone above (RFC 4035 section 2.4).
    pub fn zone_of(&self, name: &str, kind: &str) -> Option<(&str, &Zone)> {
        let own = name.trim_end_matches('.').to_ascii_lowercase();
        let skip = usize::from(kind == "DS");
        let above = climb(&own).skip(skip);
        above
            .into_iter()
            .find_map(|origin| self.zones.get_key_value(origin))
            .map(|(o, zone)| (o.as_str(), zone))
    }

    /// How the zone of a name is signed: the closest one at or above it that was looked at.
    pub fn dnssec_of(&self, name: &str) -> Option<(&str, &Seen<Dnssec>)> {
        let own = name.trim_end_matches('.').to_ascii_lowercase();
        let mut above = climb(&own);
        above.find_map(|origin| self.dnssec.get_key_value(origin)).map(|(o, seen)| (o.as_str(), seen))
    }

    /// The handshake with an origin, by the URL of anything on it.
    pub fn tls(&self, url: &url::Url) -> Option<&Seen<Handshake>> {
        self.tls.get(&origin(url))
    }

    /// What an origin answers to offers of old versions and weak suites.
    pub fn offers(&self, url: &url::Url) -> Option<&Seen<Offers>> {
        self.offers.get(&origin(url))
    }

    /// The answer to a GET.
    pub fn http(&self, url: &url::Url) -> Option<&Seen<Exchange>> {
        self.http.get(url.as_str())
    }

    /// Every URL of a host that was asked, on any port, and what came of it.
    pub fn asked_of<'o>(&'o self, host: &str) -> impl Iterator<Item = (&'o str, &'o Seen<Exchange>)> {
        let begins = ["http", "https"]
            .into_iter()
            .flat_map(|scheme| [':', '/'].map(|end| format!("{scheme}://{host}{end}")));
        let begins: Vec<String> = begins.collect();
        begins.into_iter().flat_map(|begin| {
            let own = self.http.range(begin.clone()..);
            own.take_while(move |(url, _)| url.starts_with(&begin)).map(|(url, seen)| (url.as_str(), seen))
        })
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

/// The key of a request on behalf of an origin: `OPTIONS https://api.shop.test/ origin https://shop.test`.
pub fn cross(method: &str, url: &url::Url, origin: &str) -> String {
    format!("{method} {url} origin {origin}")
}

/// The key of a visit: `https://host:port 2001:db8::1`, the origin and one of its addresses.
pub fn visit(url: &url::Url, address: std::net::IpAddr) -> String {
    format!("{} {address}", origin(url))
}

/// The key of a conversation with a mail exchanger: `mail.shop.test 192.0.2.1`, its name and one of
/// its addresses.
pub fn exchange(host: &str, address: std::net::IpAddr) -> String {
    format!("{} {address}", host.trim_end_matches('.').to_ascii_lowercase())
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
    /// What answered does not speak SMTP.
    NotSmtp,
    /// A mail server refuses to talk to this client (a greeting or an answer of 4yz or 5yz, RFC 5321
    /// section 4.2.1): because of the network that it comes from, or because it is out of service.
    Declined,
    /// The answer's head is larger than is read.
    TooLarge,
    /// A name server answered with an error code (RFC 1035 section 4.1.1): REFUSED, SERVFAIL, ...
    ErrorCode,
    /// The resolver validated and refuses the answer: it says SERVFAIL, and has one where it is told
    /// not to validate (RFC 4035 sections 3.2.2 and 5.5).
    Bogus,
    /// What came is no answer.
    Garbled,
    /// Another request to the same origin failed below HTTP (see the origin's handshake).
    Handshake,
    /// The server ended the connection for want of a client certificate.
    ClientCertificate,
}
