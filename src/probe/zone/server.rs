//! One name server: where it is, and what it says when it is asked itself.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use futures_util::future::{join, join_all};
use hickory_proto::op::Message;

use crate::item::{OwnedRecord as Question, doubled_name};
use crate::observed::{Delegation, DnsAnswer, Server, Transfer, question};
use crate::probe::dns::{Flags, Peer, own_answer};
use crate::probe::dnssec;
use crate::probe::problem::{Problem, seen};
use crate::probe::session::Session;

/// The port of name servers.
const PORT: u16 = 53;
/// Addresses of one server that are asked.
const MOST_ADDRESSES: usize = 4;

/// A zone that is being asked.
#[derive(Clone, Copy)]
pub(super) struct Place<'a, 's> {
    pub(super) session: &'a Session<'s>,
    pub(super) domain: &'a str,
    pub(super) zone: &'a str,
    pub(super) questions: &'a [Question],
    pub(super) delegation: Option<&'a Delegation>,
}

impl Place<'_, '_> {
    /// Each address of one server that was not asked yet, at once.
    pub(super) async fn server(&self, name: &str) {
        // Whose address could not be looked up is told of by `nowhere`, once all is known.
        let Ok(mut peers) = peers(self.session, name, self.delegation).await else { return };
        let moved = self.session.elsewhere(name, PORT).is_some();
        peers.retain(|(address, _)| !self.is_asked(name, if moved { None } else { Some(*address) }));
        join_all(peers.into_iter().map(|(address, peer)| self.address(name, address, peer))).await;
    }

    /// Whoever does not answer for the SOA is not asked for anything else.
    async fn address(&self, name: &str, address: IpAddr, peer: Result<Peer, Problem>) {
        let peer = match peer {
            Ok(peer) => peer,
            Err(problem) => return self.answered(name, address, (self.zone, "SOA"), Err(problem)),
        };
        self.note(name, Some(address), |_| {});
        if !self.speaks(name, address, &peer).await {
            return;
        }
        let ask = async |(asked, kind): (&str, &str)| {
            let answer = self.session.direct(&peer, asked, kind).await;
            let own = |answer: &DnsAnswer| answer.of_type(kind).any(|record| record.name.as_str() == asked);
            let owned = answer.as_ref().is_ok_and(own);
            self.answered(name, address, (asked, kind), answer);
            owned
        };
        let declared = self.questions.iter().map(|question| (question.name.as_str(), question.kind));
        let all: BTreeSet<(&str, &str)> =
            [(self.zone, "NS"), (self.zone, "CNAME")].into_iter().chain(declared).collect();
        let transfer = async {
            let outcome = self.session.transfer(&peer, self.zone).await;
            self.note(name, Some(address), |server| server.transfer = Some(seen(outcome)));
        };
        let answers = async {
            let owned = join_all(all.iter().map(|asked| ask(*asked))).await;
            let owned: BTreeSet<(&str, &str)> =
                all.iter().zip(owned).filter(|(_, owned)| *owned).map(|(asked, _)| *asked).collect();
            let more = self.more(&owned);
            let new = |(name, kind): &&(String, &'static str)| !all.contains(&(name.as_str(), *kind));
            join_all(more.iter().filter(new).map(|(name, kind)| ask((name.as_str(), *kind)))).await;
        };
        join(answers, transfer).await;
    }

    /// Asks for the SOA and the signatures over it; true where the server speaks for the zone.
    async fn speaks(&self, name: &str, address: IpAddr, peer: &Peer) -> bool {
        let flags = Flags { signatures: true, ..Flags::default() };
        let message = self.session.message_of(peer, self.zone, "SOA", flags).await;
        let soa = message.as_ref().map(own_answer).map_err(Clone::clone);
        let speaks = soa
            .as_ref()
            .is_ok_and(|answer| !answer.unauthoritative && answer.of_type("SOA").next().is_some());
        if let (true, Ok(message)) = (speaks, &message) {
            let signatures = dnssec::soa_signatures(message, self.zone);
            self.note(name, Some(address), |server| server.signatures = signatures);
        }
        self.answered(name, address, (self.zone, "SOA"), soa);
        speaks
    }

    /// What the first answers give reason to ask: what else stands beside an alias, and whether
    /// a declared record that is not there was published with the zone's name twice.
    fn more(&self, owned: &BTreeSet<(&str, &str)>) -> BTreeSet<(String, &'static str)> {
        let aliases = owned.iter().filter(|(_, kind)| *kind == "CNAME");
        let beside = aliases.flat_map(|(name, _)| ["TXT", "MX"].map(|kind| ((*name).to_owned(), kind)));
        let absent =
            |asked: &&Question| asked.declared && !owned.contains(&(asked.name.as_str(), asked.kind));
        let doubled = self.questions.iter().filter(absent);
        beside.chain(doubled.map(|asked| (doubled_name(&asked.name, self.domain), asked.kind))).collect()
    }

    fn answered(&self, name: &str, address: IpAddr, asked: (&str, &str), answer: Result<DnsAnswer, Problem>) {
        let key = question(asked.0, asked.1);
        self.note(name, Some(address), |server| drop(server.answers.insert(key, seen(answer))));
    }

    /// Keeps that a server has no address, where none was found, or why nobody could look for one.
    pub(super) async fn nowhere(&self, name: &str) {
        if self.is_asked(name, None) {
            return;
        }
        // The resolver was asked before.
        let problem = peers(self.session, name, self.delegation).await.err();
        self.note(name, None, |server| {
            server.answers.extend(problem.map(|why| (question(self.zone, "SOA"), seen(Err(why)))));
        });
    }

    /// True where that address of a server was asked, or with no address where any was.
    fn is_asked(&self, name: &str, address: Option<IpAddr>) -> bool {
        let zones = self.session.zones.borrow();
        let mut servers = zones.get(self.zone).into_iter().flat_map(|zone| &zone.servers);
        servers.any(|server| {
            server.name == name && address.is_none_or(|address| server.address == Some(address))
        })
    }

    /// Keeps what was seen at once, so that a run that is cut off shows how far it came.
    fn note(&self, name: &str, address: Option<IpAddr>, note: impl FnOnce(&mut Server)) {
        let mut zones = self.session.zones.borrow_mut();
        let servers = &mut zones.entry(self.zone.to_owned()).or_default().servers;
        let at = servers.binary_search_by(|s| (s.name.as_str(), s.address).cmp(&(name, address)));
        let at = at.unwrap_or_else(|at| {
            servers.insert(at, Server { name: name.to_owned(), address, ..Server::default() });
            at
        });
        note(&mut servers[at]);
    }
}

/// Where a name server is, IPv4 first: what the resolver says, and the glue that came along. An
/// error where none was found because the resolver failed.
pub(super) async fn peers(
    session: &Session<'_>,
    server: &str,
    delegation: Option<&Delegation>,
) -> Result<Vec<(IpAddr, Result<Peer, Problem>)>, Problem> {
    let (four, six) = join(session.dns(server, "A"), session.dns(server, "AAAA")).await;
    let resolved = [(&four, "A"), (&six, "AAAA")];
    let resolved = resolved.into_iter().filter_map(|(answer, kind)| Some((answer.as_ref().ok()?, kind)));
    let mut found: Vec<IpAddr> = resolved
        .flat_map(|(answer, kind)| answer.values(kind).filter_map(|value| value.as_str().parse().ok()))
        .collect();
    let glue = delegation.iter().flat_map(|d| &d.glue).filter(|record| record.name.as_str() == server);
    found.extend(glue.filter_map(|record| record.value.as_str().parse::<IpAddr>().ok()));
    found.sort();
    found.dedup();
    let who = |address: IpAddr| format!("the name server {server} ({address})");
    if let Some(elsewhere) = session.elsewhere(server, PORT) {
        let address = found.first().copied().unwrap_or(elsewhere.ip());
        return Ok(vec![(address, Ok(Peer { address: elsewhere, who: who(address) }))]);
    }
    if let (true, Some(problem)) = (found.is_empty(), four.err().or(six.err())) {
        // What a resolver says of a server's name is nothing that the server did.
        return Err(Problem::Unobserved(problem.words().to_owned()));
    }
    let open = |address: IpAddr| {
        let peer = Peer { address: SocketAddr::new(address, PORT), who: who(address) };
        session.may_ask(server, address).map(|()| peer)
    };
    Ok(found.into_iter().take(MOST_ADDRESSES).map(|address| (address, open(address))).collect())
}

impl Session<'_> {
    /// What a name server says itself.
    pub(super) async fn direct(&self, server: &Peer, name: &str, kind: &str) -> Result<DnsAnswer, Problem> {
        let message = self.message_of(server, name, kind, Flags::default()).await;
        message.map(|message| own_answer(&message))
    }

    /// The whole message. Two names may share an address, and a server may hold a zone and its child:
    /// each address is asked a question once.
    async fn message_of(
        &self,
        server: &Peer,
        name: &str,
        kind: &str,
        flags: Flags,
    ) -> Result<Message, Problem> {
        let ask = async || self.resolver.direct(server, name, kind, flags, &self.limits).await;
        let more = if flags.signatures { " with signatures" } else { "" };
        let key = format!("{} {}{more}", server.address, question(name, kind));
        self.messages.get(&key, &self.tally, ask).await
    }

    async fn transfer(&self, server: &Peer, zone: &str) -> Result<Transfer, Problem> {
        let ask = async || self.resolver.transfer(server, zone, &self.limits).await;
        self.transfers.get(&format!("{} {}", server.address, question(zone, "AXFR")), &self.tally, ask).await
    }
}
