//! Asks recursive resolvers. The exchange is our own ([`wire`]), over hickory's message types:
//! its resolver follows aliases by itself and drops the alias chain of a negative answer, and
//! that chain is what the judges look at.

mod name;
mod record;
mod wire;

use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, RecordType};

use super::ProbeError;
use super::limit::{Again, Limits};
use super::problem::{Problem, span};
use crate::observed::DnsAnswer;

pub(super) use record::hex;

/// The longest wait for one datagram: resolvers that know the answer have given it by then,
/// and what was lost on the way is asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The resolvers of a run.
pub(super) struct Resolver {
    servers: Vec<SocketAddr>,
    wait: Duration,
}

/// Why a resolver gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trouble {
    /// Nothing came in time. The text says what did come, if anything.
    Silent(String),
    /// Something came that is no answer, or nothing could be asked.
    Useless(String),
}

impl Resolver {
    /// The given resolvers, or else the system's.
    pub(super) fn new(servers: &[SocketAddr], timeout: Duration) -> Result<Self, ProbeError> {
        let servers = if servers.is_empty() { system_servers()? } else { servers.to_vec() };
        Ok(Self { servers, wait: timeout.min(LONGEST_WAIT) })
    }

    /// The answer to one question: that of the first resolver that has one.
    pub(super) async fn ask(&self, name: &str, kind: &str, limits: &Limits) -> Result<DnsAnswer, Problem> {
        let query = query(name, kind).map_err(Problem::Unobserved)?;
        let round = async || {
            let _permit = limits.permit().await;
            self.ask_each(&query).await
        };
        let again = |outcome: &Result<DnsAnswer, Vec<Trouble>>| match outcome {
            Err(troubles) if troubles.iter().any(|t| matches!(t, Trouble::Silent(_))) => Again::Soon,
            _ => Again::No,
        };
        let outcome = limits.retrying(round, again).await;
        outcome.map_err(|troubles| {
            let question = format!("{} {kind}", name.trim_end_matches('.'));
            let words: Vec<String> = troubles.iter().map(|trouble| trouble.words(&question)).collect();
            Problem::Unobserved(words.join("; "))
        })
    }

    async fn ask_each(&self, query: &Query) -> Result<DnsAnswer, Vec<Trouble>> {
        let mut troubles = Vec::new();
        for server in &self.servers {
            match self.ask_one(*server, query).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => troubles.push(trouble),
            }
        }
        Err(troubles)
    }

    async fn ask_one(&self, server: SocketAddr, query: &Query) -> Result<DnsAnswer, Trouble> {
        let message = wire::exchange(server, query, self.wait).await?;
        answer(&message).map_err(|code| Trouble::Useless(format!("the resolver {server} answered {code}")))
    }
}

impl Trouble {
    fn words(&self, question: &str) -> String {
        match self {
            Self::Silent(words) | Self::Useless(words) => format!("{words} for {question}"),
        }
    }
}

/// What a message says, or the code by which it says nothing.
fn answer(message: &Message) -> Result<DnsAnswer, String> {
    let nxdomain = match message.metadata.response_code {
        ResponseCode::NoError => false,
        ResponseCode::NXDomain => true,
        ResponseCode::ServFail => return Err("SERVFAIL".into()),
        ResponseCode::Refused => return Err("REFUSED".into()),
        ResponseCode::FormErr => return Err("FORMERR".into()),
        ResponseCode::NotImp => return Err("NOTIMP".into()),
        other => return Err(format!("response code {}", u16::from(other))),
    };
    let internet = message.answers.iter().filter(|record| record.dns_class == DNSClass::IN);
    Ok(DnsAnswer { nxdomain, records: internet.map(record::normalised).collect() })
}

fn query(name: &str, kind: &str) -> Result<Query, String> {
    let kind: RecordType = kind.parse().map_err(|_| format!("`{kind}` is not a type that DNS knows"))?;
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

/// The words of a wait that was in vain.
fn silence(server: SocketAddr, wait: Duration) -> String {
    format!("no answer from the resolver {server} within {}", span(wait))
}

#[cfg(test)]
mod tests;
