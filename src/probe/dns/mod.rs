//! Asks recursive resolvers, and name servers themselves. The exchange is our own ([`wire`]), over
//! hickory's message types: its resolver follows aliases by itself and drops the alias chain of a
//! negative answer, and that chain is what the judges look at.

mod checked;
mod content;
mod name;
mod order;
mod record;
mod wire;

use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, Record, RecordType};

use super::ProbeError;
use super::limit::{Again, Limits};
use super::problem::Problem;
use crate::observed::{DnsAnswer, FailureKind, Transfer};

pub(super) use checked::Checked;
pub(super) use content::{answer, own_answer};
pub(super) use name::{read as read_name, write as write_name};
pub(super) use record::signer;
pub(super) use wire::{Flags, Peer};

/// The longest wait for one datagram: resolvers that know the answer have given it by then,
/// and what was lost on the way is asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The longest wait for a datagram of a name server, which knows what it is asked.
const LONGEST_DIRECT_WAIT: Duration = Duration::from_secs(3);

/// Records of one message that are read: more than any name has, and few enough that no message
/// keeps a run busy.
const MOST_RECORDS: usize = 500;

/// The resolvers of a run.
pub(super) struct Resolver {
    servers: Vec<Peer>,
    wait: Duration,
    direct_wait: Duration,
}

/// Why a server gave no answer, and the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    kind: Kind,
    words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing came in time.
    Silent,
    /// Nothing listens there.
    Refused,
    /// SERVFAIL.
    Servfail,
    /// Another error code.
    Code,
    /// What came is no answer.
    Garbled,
    /// Nothing could be asked from here.
    Unasked,
}

impl Trouble {
    fn new(kind: Kind, words: String) -> Self {
        Self { kind, words }
    }
}

/// What a resolver is asked, and how.
#[derive(Clone, Copy)]
struct Ask<'a> {
    name: &'a str,
    kind: &'a str,
    flags: Flags,
}

impl<'a> Ask<'a> {
    fn new(name: &'a str, kind: &'a str, flags: Flags) -> Self {
        Self { name, kind, flags: Flags { recursion: true, ..flags } }
    }

    fn unobserved(self, troubles: &[Trouble]) -> Problem {
        unobserved(troubles, self.name, self.kind)
    }
}

impl Resolver {
    /// The given resolvers, or else the system's.
    pub(super) fn new(servers: &[SocketAddr], timeout: Duration) -> Result<Self, ProbeError> {
        let servers = if servers.is_empty() { system_servers()? } else { servers.to_vec() };
        let peer = |address| Peer { address, who: format!("the resolver {address}") };
        Ok(Self {
            servers: servers.into_iter().map(peer).collect(),
            wait: timeout.min(LONGEST_WAIT),
            direct_wait: timeout.min(LONGEST_DIRECT_WAIT),
        })
    }

    /// The answer to one question: that of the first resolver that has one.
    pub(super) async fn ask(&self, name: &str, kind: &str, limits: &Limits) -> Result<DnsAnswer, Problem> {
        self.checked(name, kind, Flags::default(), limits).await.plain()
    }

    /// The same with all that belongs to it. A resolver that validates says SERVFAIL to what is
    /// bogus, and knows it all the same.
    pub(super) async fn checked(&self, name: &str, kind: &str, flags: Flags, limits: &Limits) -> Checked {
        self.checked_by(&self.servers, Ask::new(name, kind, flags), limits).await
    }

    async fn checked_by(&self, servers: &[Peer], ask: Ask<'_>, limits: &Limits) -> Checked {
        let answered = |message: Message| {
            let validated = message.metadata.authentic_data;
            Checked::Answer(Box::new(message), validated)
        };
        let troubles = match self.ask_all(servers, ask, limits).await {
            Ok(Ok(message)) => return answered(message),
            Ok(Err(troubles)) => troubles,
            Err(problem) => return Checked::Nothing(problem),
        };
        // Only the resolver that said it knows whether it takes the name for bogus.
        let refusing = servers.iter().zip(&troubles).find(|(_, trouble)| trouble.kind == Kind::Servfail);
        let Some((server, _)) = refusing else { return Checked::Nothing(ask.unobserved(&troubles)) };
        let only = std::slice::from_ref(server);
        let unchecked = Ask { flags: Flags { unchecked: true, ..ask.flags }, ..ask };
        let Ok(Ok(message)) = self.ask_all(only, unchecked, limits).await else {
            return Checked::Nothing(ask.unobserved(&troubles));
        };
        // One SERVFAIL may pass.
        match self.ask_all(only, ask, limits).await {
            Ok(Ok(message)) => answered(message),
            Ok(Err(again)) if again.iter().any(|trouble| trouble.kind == Kind::Servfail) => {
                Checked::refused(message, server, ask.name, ask.kind)
            }
            _ => Checked::Nothing(ask.unobserved(&troubles)),
        }
    }

    /// The whole message of the first resolver that has one. SERVFAIL and the like are no messages.
    pub(super) async fn message(
        &self,
        name: &str,
        kind: &str,
        flags: Flags,
        limits: &Limits,
    ) -> Result<Message, Problem> {
        let ask = Ask::new(name, kind, flags);
        let outcome = self.ask_all(&self.servers, ask, limits).await?;
        outcome.map_err(|troubles| ask.unobserved(&troubles))
    }

    /// The resolvers' addresses, in the order in which they are asked.
    pub(super) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.servers.iter().map(|server| server.address)
    }

    /// What one of the resolvers answers.
    pub(super) async fn ask_one(
        &self,
        server: SocketAddr,
        name: &str,
        kind: &str,
        limits: &Limits,
    ) -> Result<DnsAnswer, Problem> {
        let only: Vec<Peer> = self.servers.iter().filter(|peer| peer.address == server).cloned().collect();
        self.checked_by(&only, Ask::new(name, kind, Flags::default()), limits).await.plain()
    }

    /// What a name server itself says: asked without recursion, so that its failure is its own.
    pub(super) async fn direct(
        &self,
        server: &Peer,
        name: &str,
        kind: &str,
        flags: Flags,
        limits: &Limits,
    ) -> Result<Message, Problem> {
        let query = query(name, kind).map_err(Problem::Unobserved)?;
        let attempt = async || {
            let _permit = limits.permit_to_ask(server.address).await;
            let message = wire::exchange(server, &query, flags, self.direct_wait).await?;
            whole(server, message)
        };
        let again = |outcome: &Result<Message, Trouble>| match outcome {
            Err(Trouble { kind: Kind::Silent, .. }) => Again::Soon,
            _ => Again::No,
        };
        limits.retrying(attempt, again).await.map_err(|trouble| failed(&trouble, name, kind))
    }

    /// Whether a name server gives the whole zone to us.
    pub(super) async fn transfer(
        &self,
        server: &Peer,
        zone: &str,
        limits: &Limits,
    ) -> Result<Transfer, Problem> {
        let query = query(zone, "AXFR").map_err(Problem::Unobserved)?;
        let _permit = limits.permit_to_ask(server.address).await;
        let message = wire::first_over_tcp(server, &query, self.direct_wait).await;
        let message = message.map_err(|trouble| failed(&trouble, zone, "AXFR"))?;
        Ok(if begins_transfer(&message, query.name()) {
            Transfer::Given(message.answers.len())
        } else {
            Transfer::Refused
        })
    }

    /// The message of the first server that has one, or the trouble with each, in their order.
    async fn ask_all(
        &self,
        servers: &[Peer],
        ask: Ask<'_>,
        limits: &Limits,
    ) -> Result<Result<Message, Vec<Trouble>>, Problem> {
        let query = query(ask.name, ask.kind).map_err(Problem::Unobserved)?;
        let round = async || {
            let _permit = limits.permit().await;
            let mut troubles = Vec::new();
            for server in servers {
                let message = wire::exchange(server, &query, ask.flags, self.wait).await;
                match message.and_then(|message| whole(server, message)) {
                    Ok(message) => return Ok(message),
                    Err(trouble) => troubles.push(trouble),
                }
            }
            Err(troubles)
        };
        let again = |outcome: &Result<Message, Vec<Trouble>>| match outcome {
            Err(troubles) if troubles.iter().any(|trouble| trouble.kind == Kind::Silent) => Again::Soon,
            _ => Again::No,
        };
        Ok(limits.retrying(round, again).await)
    }
}

/// True where a message begins to send a zone: with its SOA (RFC 5936 section 2.2).
fn begins_transfer(message: &Message, zone: &Name) -> bool {
    let is_soa = |record: &Record| record.record_type() == RecordType::SOA && record.name == *zone;
    message.metadata.response_code == ResponseCode::NoError && message.answers.first().is_some_and(is_soa)
}

/// A resolver's failure is never an observation about the name.
fn unobserved(troubles: &[Trouble], name: &str, kind: &str) -> Problem {
    let name = if name == "." { name } else { name.trim_end_matches('.') };
    let words: Vec<String> =
        troubles.iter().map(|trouble| format!("{} for {name} {kind}", trouble.words)).collect();
    Problem::Unobserved(words.join("; "))
}

/// A name server's failure is one.
fn failed(trouble: &Trouble, name: &str, kind: &str) -> Problem {
    let words = format!("{} for {} {kind}", trouble.words, name.trim_end_matches('.'));
    match trouble.kind {
        Kind::Silent => Problem::Failed(FailureKind::NoAnswer, words),
        Kind::Refused => Problem::Failed(FailureKind::Refused, words),
        Kind::Servfail | Kind::Code => Problem::Failed(FailureKind::ErrorCode, words),
        Kind::Garbled => Problem::Failed(FailureKind::Garbled, words),
        Kind::Unasked => Problem::Unobserved(words),
    }
}

/// A message that says something, or the code by which it says nothing.
fn whole(server: &Peer, message: Message) -> Result<Message, Trouble> {
    let records = message.answers.len() + message.authorities.len() + message.additionals.len();
    if records > MOST_RECORDS {
        let words = format!("{} sent more records than are read ({records}, not {MOST_RECORDS})", server.who);
        return Err(Trouble::new(Kind::Garbled, words));
    }
    let code = match message.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => return Ok(message),
        ResponseCode::ServFail if checked::says_unreachable(&message) => {
            "SERVFAIL (it reached no name server)".into()
        }
        ResponseCode::ServFail => {
            return Err(Trouble::new(Kind::Servfail, format!("{} answered SERVFAIL", server.who)));
        }
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::FormErr => "FORMERR".into(),
        ResponseCode::NotImp => "NOTIMP".into(),
        other => format!("response code {}", u16::from(other)),
    };
    Err(Trouble::new(Kind::Code, format!("{} answered {code}", server.who)))
}

fn query(name: &str, kind: &str) -> Result<Query, String> {
    let kind = match kind {
        // Retired (RFC 7208 section 3.1), and unknown to hickory.
        "SPF" => RecordType::Unknown(99),
        kind => kind.parse().map_err(|_| format!("`{kind}` is not a type that DNS knows"))?,
    };
    let name = name::read(name).ok_or_else(|| format!("`{name}` is not a name that DNS can carry"))?;
    Ok(Query::query(name, kind))
}

fn system_servers() -> Result<Vec<SocketAddr>, ProbeError> {
    let (config, _) = hickory_resolver::system_conf::read_system_conf()
        .map_err(|error| ProbeError::SystemResolvers(error.to_string()))?;
    let mut servers: Vec<SocketAddr> = Vec::new();
    for server in config.name_servers() {
        let port = server.connections.first().map_or(53, |connection| connection.port);
        let address = SocketAddr::new(server.ip, port);
        if !servers.contains(&address) {
            servers.push(address);
        }
    }
    if servers.is_empty() {
        return Err(ProbeError::SystemResolvers("it names none".into()));
    }
    Ok(servers)
}

#[cfg(test)]
mod tests;
