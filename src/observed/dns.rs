//! What DNS said: answers, zones and their servers, and how zones are signed.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Remote, Seen, question};

/// What a resolver or a name server answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsAnswer {
    /// True where a name server answered without the AA flag (RFC 1035 section 4.1.1): it does not
    /// speak for the zone. Says nothing of a resolver, which never sets it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unauthoritative: bool,
    /// True for NXDOMAIN: the name (or the end of its CNAME chain) does not exist.
    #[serde(default)]
    pub nxdomain: bool,
    /// The answer section: the CNAME chain from the name asked for, then the rest sorted. Empty with
    /// `nxdomain: false` is NODATA.
    #[serde(default)]
    pub records: Vec<DnsRecord>,
    /// What a negative answer says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denial: Option<Denial>,
    /// Whom a name server sends us to, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Delegation>,
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

/// The SOA of a negative answer (RFC 2308).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    /// The zone that denies.
    pub zone: Remote,
    /// Seconds for which resolvers may keep the denial: the smaller of the SOA's TTL and its
    /// MINIMUM (RFC 2308 section 5).
    pub ttl: u32,
}

/// A zone of the product: its delegation and its name servers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// The zone that delegates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What the parent's servers say; absent where nobody asked them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<Seen<Delegation>>,
    /// Each address of each name server, sorted. A server without address stands here once.
    #[serde(default)]
    pub servers: Vec<Server>,
}

/// A delegation (RFC 1034 section 4.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// The zone that is delegated.
    pub zone: Remote,
    /// Its name servers, sorted.
    pub servers: Vec<Remote>,
    /// Addresses of those servers that came along (RFC 9471).
    #[serde(default)]
    pub glue: Vec<DnsRecord>,
}

/// One address of a name server, and what it answered when it was asked itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The server's name.
    pub name: String,
    /// The address that was asked; `None` where the server has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Answers by [`question`]; the SOA of the zone is always asked, the rest only where that is
    /// answered.
    #[serde(default)]
    pub answers: BTreeMap<String, Seen<DnsAnswer>>,
    /// Its signatures over the SOA of the zone, where it speaks for the zone and was asked for them
    /// (DO, RFC 3225); empty where it serves the zone unsigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatures: Option<Vec<Signature>>,
    /// What came of asking for the whole zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Seen<Transfer>>,
}

impl Server {
    /// The answer to a question.
    pub fn answer(&self, name: &str, kind: &str) -> Option<&Seen<DnsAnswer>> {
        self.answers.get(&question(name, kind))
    }
}

/// What came of asking a server for the whole zone (AXFR, RFC 5936).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// It refused, as it should.
    Refused,
    /// It began to send the zone; so many records stood in its first message.
    Given(usize),
}

/// How a zone is signed (RFC 4033), dates set aside: they are judged from [`Signature`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dnssec {
    /// The DS records at the parent, in presentation form.
    #[serde(default)]
    pub ds: Vec<Remote>,
    /// The zone's keys.
    #[serde(default)]
    pub keys: Vec<Signer>,
    /// Signatures over the zone's data.
    #[serde(default)]
    pub signatures: Vec<Signature>,
    /// Where the chain of trust stands.
    pub chain: ChainState,
    /// Why it is bogus or indeterminate, in a sentence without a full stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remote>,
    /// True where the resolver vouches for the zone's data: the AD flag (RFC 4035 section 3.2.3).
    #[serde(default)]
    pub vouched_by_resolver: bool,
    /// True where the resolver answers SERVFAIL, and gives the data when told not to validate (CD,
    /// RFC 4035 section 3.2.2).
    #[serde(default)]
    pub refused_by_resolver: bool,
}

/// Where a chain of trust stands (RFC 4033 section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainState {
    /// From a trust anchor down to the zone, every link holds.
    Secure,
    /// No DS at the parent, or somewhere above: the zone is not under a chain.
    Insecure,
    /// A link is there and does not hold.
    Bogus,
    /// The links that were seen hold, but no trust anchor was reached.
    Indeterminate,
}

/// A DNSKEY (RFC 4034 section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Key tag.
    pub tag: u16,
    /// Algorithm number.
    pub algorithm: u8,
    /// True for a secure entry point: the key that a DS usually names.
    #[serde(default)]
    pub sep: bool,
    /// The DS record that the parent must have for it, `tag algorithm 2 digest`, where the key is
    /// one that a DS may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ds: Option<Remote>,
}

/// A signature over a set of records (RFC 4034 section 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Owner and type of what it covers, as [`question`].
    pub covers: String,
    /// The key that made it.
    pub tag: u16,
    /// Inception.
    pub from: Timestamp,
    /// Expiration.
    pub until: Timestamp,
}
