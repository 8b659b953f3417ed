//! Where a zone begins, and what its parent says of it.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use futures_util::future::{join_all, join3};
use futures_util::stream::FuturesUnordered;

use super::MOST_CUTS;
use super::server::peers;
use crate::observed::{Delegation, DnsAnswer, Seen};
use crate::probe::dns::{Checked, answer};
use crate::probe::problem::{Problem, seen};
use crate::probe::session::Session;
use crate::spec::names::{climb, is_below};

/// Servers of the parent that are asked for the delegation; one would do, but may be down.
const MOST_PARENTS: usize = 3;

/// A zone and the zone above it.
pub(super) struct Cut {
    pub(super) zone: String,
    pub(super) parent: Option<String>,
}

/// Asks the resolver where zones begin, from the domain up to its top-level domain.
pub(super) async fn cut(session: &Session<'_>, domain: &str) -> Cut {
    let names: Vec<&str> = climb(domain).collect();
    // What the resolver takes for bogus tells where the zone begins all the same.
    let ask = async |name: &&str| {
        let (soa, _, _) = join3(session.soa(name), session.dns(name, "SOA"), session.dns(name, "NS")).await;
        match soa {
            Checked::Answer(message, _) | Checked::Refused(message, _) => Ok(answer(&message)),
            Checked::Nothing(problem) => Err(problem),
        }
    };
    let answers = join_all(names.iter().map(ask)).await;
    let begins: Vec<bool> = answers.iter().zip(&names).map(|(answer, name)| is_apex(answer, name)).collect();
    let zone = match &answers[0] {
        // The name exists and is no zone of its own: it stands in the one that says so.
        Ok(answer) if !begins[0] && !answer.nxdomain && answer.records.is_empty() => {
            let above = answer.denial.as_ref().map(|denial| denial.zone.as_str().to_owned());
            above.filter(|zone| zone.contains('.') && is_below(domain, zone))
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
pub(super) async fn delegation(session: &Session<'_>, parent: &str, zone: &str) -> Seen<Delegation> {
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
                from = next;
            }
            found => return found,
        }
    }
    seen(Err(Problem::Unobserved(format!("more than {MOST_CUTS} delegations between {parent} and {zone}"))))
}

/// The first answer of some of a zone's servers to the question for a zone below: a silent one must
/// not keep the others' answers waiting. Where none answers, the trouble with the last by name.
async fn step(session: &Session<'_>, from: &Delegation, zone: &str) -> Seen<Delegation> {
    let asked = from.servers.iter().take(MOST_PARENTS).enumerate();
    let mut asked: FuturesUnordered<_> =
        asked.map(async |(place, server)| (place, ask(session, from, server.as_str(), zone).await)).collect();
    let mut problems = BTreeMap::new();
    while let Some((place, answer)) = asked.next().await {
        match answer {
            Ok(delegation) => return Seen::Answer(delegation),
            Err(problem) => drop(problems.insert(place, problem)),
        }
    }
    let none = || Problem::Unobserved(format!("{} has no name servers to ask", from.zone));
    seen(Err(problems.into_values().next_back().unwrap_or_else(none)))
}

async fn ask(
    session: &Session<'_>,
    from: &Delegation,
    server: &str,
    zone: &str,
) -> Result<Delegation, Problem> {
    let peers = peers(session, server, Some(from)).await?;
    let (_, peer) = peers.into_iter().next().ok_or_else(|| no_address(server))?;
    let answer = session.direct(&peer?, zone, "NS").await?;
    let stranger = || format!("the name server {server} of {} does not speak for it", from.zone);
    delegated(answer, from.zone.as_str(), zone).ok_or_else(|| Problem::Unobserved(stranger()))
}

/// What a server of the parent says of a zone: a referral to it or to a zone between the two, the
/// answer of a server that serves both zones, or that there is no such zone. `None` where it sends us
/// up or sideways, or answers without speaking for the zone: it does not serve the parent.
fn delegated(answer: DnsAnswer, from: &str, zone: &str) -> Option<Delegation> {
    if let Some(referral) = answer.referral {
        let to = referral.zone.as_str();
        let leads_down = is_below(to, from) && (to == zone || is_below(zone, to));
        return leads_down.then_some(referral);
    }
    let own = answer.of_type("NS").filter(|record| record.name.as_str() == zone);
    let mut servers: Vec<_> = own.map(|record| record.value.clone()).collect();
    servers.sort();
    (!answer.unauthoritative).then(|| Delegation { zone: zone.into(), servers, glue: Vec::new() })
}

fn no_address(server: &str) -> Problem {
    Problem::Unobserved(format!("the name server {server} has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn referred(to: &str) -> Option<Delegation> {
        let referral = Delegation { zone: to.into(), servers: vec!["ns.a.test".into()], glue: Vec::new() };
        let answer = DnsAnswer { unauthoritative: true, referral: Some(referral), ..DnsAnswer::default() };
        delegated(answer, "test", "shop.eu.test")
    }

    #[test]
    fn only_a_referral_that_leads_down_is_believed() {
        for to in ["eu.test", "shop.eu.test"] {
            assert!(referred(to).is_some_and(|found| found.zone.as_str() == to), "{to}");
        }
        for to in [".", "test", "example", "other.test", "us.eu.test", "www.shop.eu.test"] {
            assert_eq!(referred(to), None, "{to}");
        }
    }

    #[test]
    fn only_a_server_of_the_parent_can_say_that_there_is_no_delegation() {
        for nxdomain in [true, false] {
            let answer = DnsAnswer { nxdomain, ..DnsAnswer::default() };
            let none = delegated(answer.clone(), "test", "shop.test").expect("an answer");
            assert_eq!((none.zone.as_str(), none.servers.len()), ("shop.test", 0));
            let stranger = DnsAnswer { unauthoritative: true, ..answer };
            assert_eq!(delegated(stranger, "test", "shop.test"), None);
        }
    }
}
