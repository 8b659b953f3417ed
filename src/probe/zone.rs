//! Zones: whom the parent delegates to, and what each name server says when it is asked itself.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use futures_util::future::{join, join_all};

use super::dns::{Flags, Peer, own_answer};
use super::problem::{Problem, seen};
use super::session::Session;
use crate::item::{OwnedRecord as Question, doubled_name};
use crate::observed::{Delegation, DnsAnswer, Seen, Server, Zone, question};

/// The port of name servers.
const PORT: u16 = 53;
/// Servers of the parent that are asked for the delegation; one would do, but may be down.
const MOST_PARENTS: usize = 3;
/// Servers of a zone that are asked; the root has 13.
const MOST_SERVERS: usize = 13;
/// Addresses of one server that are asked.
const MOST_ADDRESSES: usize = 4;
/// Delegations followed below each other.
const MOST_CUTS: usize = 4;

/// Finds the zone that holds the domain, its delegation and its servers, and asks each server
/// those questions, and its children those that it refers to them.
pub(super) async fn walk(session: &Session<'_>, domain: &str, questions: &[Question]) {
    let Cut { zone, parent } = cut(session, domain).await;
    let delegation = match &parent {
        Some(parent) => Some(delegation(session, parent, &zone).await),
        None => None,
    };
    visit(session, domain, &zone, parent, delegation, questions, 0).await;
}

/// A zone and the zone above it.
struct Cut {
    zone: String,
    parent: Option<String>,
}

/// Asks the resolver where zones begin, from the domain up to its top-level domain.
async fn cut(session: &Session<'_>, domain: &str) -> Cut {
    let names: Vec<&str> =
        std::iter::successors(Some(domain), |name| Some(name.split_once('.')?.1)).collect();
    let ask = async |name: &&str| join(session.dns(name, "SOA"), session.dns(name, "NS")).await.0;
    let answers = join_all(names.iter().map(ask)).await;
    let begins: Vec<bool> = answers.iter().zip(&names).map(|(answer, name)| is_apex(answer, name)).collect();
    let zone = match &answers[0] {
        // The name exists and is no zone of its own: it stands in the one that says so.
        Ok(answer) if !begins[0] && !answer.nxdomain && answer.records.is_empty() => {
            let above = answer.denial.as_ref().map(|denial| denial.zone.as_str().to_owned());
            above.filter(|zone| zone.contains('.') && domain.ends_with(&format!(".{zone}")))
        }
        _ => None,
    };
    let zone = zone.unwrap_or_else(|| domain.to_owned());
    let above = names.iter().zip(begins).filter(|(name, _)| name.len() < zone.len());
    let parent = above.into_iter().find(|(_, begins)| *begins).map(|(name, _)| (*name).to_owned());
    Cut { zone, parent }
}

fn is_apex(answer: &Result<DnsAnswer, Problem>, name: &str) -> bool {
    answer.as_ref().is_ok_and(|answer| answer.of_type("SOA").any(|record| record.name.as_str() == name))
}

/// Asks the parent's servers for the delegation.
async fn delegation(session: &Session<'_>, parent: &str, zone: &str) -> Seen<Delegation> {
    let servers = session.dns(parent, "NS").await;
    let servers: Vec<String> = match &servers {
        Ok(answer) => answer.values("NS").map(|server| server.as_str().to_owned()).collect(),
        Err(problem) => return seen(Err(problem.clone())),
    };
    let mut from = Delegation { zone: parent.into(), servers: Vec::new(), glue: Vec::new() };
    from.servers = servers.into_iter().map(Into::into).collect();
    from.servers.sort();
    for _ in 0..MOST_CUTS {
        match step(session, &from, zone).await {
            // A cut between the two that the resolver did not tell of.
            Seen::Answer(next) if next.zone.as_str() != zone && is_below(zone, next.zone.as_str()) => {
                from = next
            }
            found => return found,
        }
    }
    seen(Err(Problem::Unobserved(format!("more than {MOST_CUTS} delegations between {parent} and {zone}"))))
}

fn is_below(name: &str, zone: &str) -> bool {
    name.ends_with(&format!(".{zone}"))
}

/// The first answer of some of a zone's servers to the question for a zone below.
async fn step(session: &Session<'_>, from: &Delegation, zone: &str) -> Seen<Delegation> {
    let asked = from.servers.iter().take(MOST_PARENTS).map(async |server| {
        let peers = peers(session, server.as_str(), Some(from)).await;
        let (_, peer) = peers.into_iter().next().ok_or_else(|| no_address(server.as_str()))?;
        session.direct(&peer?, zone, "NS").await
    });
    let mut found = seen(Err(Problem::Unobserved(format!("{} has no name servers to ask", from.zone))));
    for answer in join_all(asked).await {
        match answer {
            Ok(answer) => return Seen::Answer(delegated(answer, zone)),
            Err(problem) => found = seen(Err(problem)),
        }
    }
    found
}

/// What a server of the parent says of a zone: a referral, the answer of a server that serves both
/// zones, or that there is no such zone.
fn delegated(answer: DnsAnswer, zone: &str) -> Delegation {
    if let Some(referral) = answer.referral {
        return referral;
    }
    let own = answer.of_type("NS").filter(|record| record.name.as_str() == zone);
    let mut servers: Vec<_> = own.map(|record| record.value.clone()).collect();
    servers.sort();
    Delegation { zone: zone.into(), servers, glue: Vec::new() }
}

/// Asks each server of a zone.
async fn visit(
    session: &Session<'_>,
    domain: &str,
    zone: &str,
    parent: Option<String>,
    delegation: Option<Seen<Delegation>>,
    questions: &[Question],
    depth: usize,
) {
    let known = match &delegation {
        Some(Seen::Answer(delegation)) => Some(delegation.clone()),
        _ => None,
    };
    let new = Zone { parent, delegation, servers: Vec::new() };
    session.zones.borrow_mut().insert(zone.to_owned(), new);
    let mut names: BTreeSet<String> =
        known.iter().flat_map(|d| &d.servers).map(ToString::to_string).collect();
    if let Ok(answer) = session.dns(zone, "NS").await {
        names.extend(answer.values("NS").map(ToString::to_string));
    }
    let place = Place { session, domain, zone, questions, delegation: known.as_ref() };
    join_all(names.iter().take(MOST_SERVERS).map(|name| place.server(name))).await;
    // Servers that only the zone itself knows.
    let own = in_zone(session, zone);
    join_all(own.difference(&names).take(MOST_SERVERS).map(|name| place.server(name))).await;
    if depth < MOST_CUTS {
        let children = children(session, zone);
        join_all(children.into_iter().map(async |(child, delegation)| {
            let at = |asked: &&Question| asked.name == child || is_below(&asked.name, &child);
            let questions: Vec<Question> = questions.iter().filter(at).cloned().collect();
            let parent = Some(zone.to_owned());
            let visit =
                visit(session, domain, &child, parent, Some(Seen::Answer(delegation)), &questions, depth + 1);
            Box::pin(visit).await;
        }))
        .await;
    }
}

/// The servers that the zone's servers name.
fn in_zone(session: &Session<'_>, zone: &str) -> BTreeSet<String> {
    let zones = session.zones.borrow();
    let answers = zones.get(zone).into_iter().flat_map(|z| &z.servers).filter_map(|s| s.answer(zone, "NS"));
    let answers = answers.filter_map(|seen| match seen {
        Seen::Answer(answer) if !answer.unauthoritative => Some(answer),
        _ => None,
    });
    answers.flat_map(|answer| answer.values("NS")).map(ToString::to_string).collect()
}

/// The zones below that the zone's servers referred us to.
fn children(session: &Session<'_>, zone: &str) -> BTreeMap<String, Delegation> {
    let zones = session.zones.borrow();
    let answers = zones.get(zone).into_iter().flat_map(|zone| &zone.servers).flat_map(|s| s.answers.values());
    let referrals = answers.filter_map(|seen| match seen {
        Seen::Answer(answer) => answer.referral.clone(),
        _ => None,
    });
    let below = referrals.filter(|referral| is_below(referral.zone.as_str(), zone));
    below.map(|referral| (referral.zone.to_string(), referral)).collect()
}

/// A zone that is being asked.
struct Place<'a, 's> {
    session: &'a Session<'s>,
    domain: &'a str,
    zone: &'a str,
    questions: &'a [Question],
    delegation: Option<&'a Delegation>,
}

impl Place<'_, '_> {
    /// Each address of one server, at once.
    async fn server(&self, name: &str) {
        let peers = peers(self.session, name, self.delegation).await;
        if peers.is_empty() {
            self.note(name, None, |_| {});
        }
        join_all(peers.into_iter().map(|(address, peer)| self.address(name, address, peer))).await;
    }

    /// Whoever does not answer for the SOA is not asked for anything else.
    async fn address(&self, name: &str, address: IpAddr, peer: Result<Peer, Problem>) {
        let peer = match peer {
            Ok(peer) => peer,
            Err(problem) => return self.answered(name, address, (self.zone, "SOA"), Err(problem)),
        };
        let soa = self.session.direct(&peer, self.zone, "SOA").await;
        let speaks = soa.as_ref().is_ok_and(|answer| !answer.unauthoritative);
        self.answered(name, address, (self.zone, "SOA"), soa);
        if !speaks {
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
            let outcome = self.session.resolver.transfer(&peer, self.zone, &self.session.limits).await;
            self.note(name, Some(address), |server| server.transfer = Some(seen(outcome)));
        };
        let (owned, ()) = join(join_all(all.iter().map(|asked| ask(*asked))), transfer).await;
        let owned: BTreeSet<(&str, &str)> =
            all.iter().zip(owned).filter(|(_, owned)| *owned).map(|(asked, _)| *asked).collect();
        let more = self.more(&owned);
        let new = |(name, kind): &&(String, &'static str)| !all.contains(&(name.as_str(), *kind));
        join_all(more.iter().filter(new).map(|(name, kind)| ask((name.as_str(), *kind)))).await;
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

fn no_address(server: &str) -> Problem {
    Problem::Unobserved(format!("the name server {server} has no address"))
}

/// Where a name server is, IPv4 first: what the resolver says, and the glue that came along.
async fn peers(
    session: &Session<'_>,
    server: &str,
    delegation: Option<&Delegation>,
) -> Vec<(IpAddr, Result<Peer, Problem>)> {
    let (four, six) = join(session.dns(server, "A"), session.dns(server, "AAAA")).await;
    let resolved =
        [(four, "A"), (six, "AAAA")].into_iter().filter_map(|(answer, kind)| Some((answer.ok()?, kind)));
    let mut found: Vec<IpAddr> = resolved
        .flat_map(|(answer, kind)| {
            answer.values(kind).filter_map(|value| value.as_str().parse().ok()).collect::<Vec<IpAddr>>()
        })
        .collect();
    let glue = delegation.iter().flat_map(|d| &d.glue).filter(|record| record.name.as_str() == server);
    found.extend(glue.filter_map(|record| record.value.as_str().parse::<IpAddr>().ok()));
    found.sort();
    found.dedup();
    let who = |address: IpAddr| format!("the name server {server} ({address})");
    if let Some(elsewhere) = session.elsewhere(server, PORT) {
        let address = found.first().copied().unwrap_or(elsewhere.ip());
        return vec![(address, Ok(Peer { address: elsewhere, who: who(address) }))];
    }
    let open = |address: IpAddr| {
        let peer = Peer { address: SocketAddr::new(address, PORT), who: who(address) };
        session.may_ask(server, address).map(|()| peer)
    };
    found.into_iter().take(MOST_ADDRESSES).map(|address| (address, open(address))).collect()
}

impl Session<'_> {
    /// What a name server says itself.
    async fn direct(&self, server: &Peer, name: &str, kind: &str) -> Result<DnsAnswer, Problem> {
        let message = self.resolver.direct(server, name, kind, Flags::default(), &self.limits).await;
        message.map(|message| own_answer(&message))
    }
}
