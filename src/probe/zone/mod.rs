//! Zones: whom the parent delegates to, and what each name server says when it is asked itself.

mod cut;
mod server;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};

use super::dnssec;
use super::session::Session;
use crate::item::OwnedRecord as Question;
use crate::observed::{Delegation, Seen, Zone};
use crate::spec::names::is_below;
use cut::{Cut, cut, delegation};
use server::Place;

/// Servers of a zone that are asked; the root has 13.
const MOST_SERVERS: usize = 13;
/// Delegations followed below each other.
const MOST_CUTS: usize = 4;
/// Zones below the domain's that a run looks at; each one costs as much as the domain's own.
const MOST_CHILDREN: usize = 8;

/// Finds the zone that holds the domain, its delegation and its servers, and asks each server
/// those questions; then the servers of the zones below that they refer us to.
pub(super) async fn walk(session: &Session<'_>, domain: &str, questions: &[Question]) {
    let Cut { zone, parent } = cut(session, domain).await;
    session.zones.borrow_mut().insert(zone.clone(), Zone { parent: parent.clone(), ..Zone::default() });
    // The servers that the resolver knows need not wait for what the parent says.
    let place = Place { session, domain, zone: &zone, questions, delegation: None };
    let delegated = async {
        match &parent {
            Some(parent) => Some(delegation(session, parent, &zone).await),
            None => None,
        }
    };
    let ((), delegation) = join(known_servers(&place), delegated).await;
    visit(place, delegation, 0).await;
}

async fn known_servers(place: &Place<'_, '_>) {
    if let Ok(answer) = place.session.dns(place.zone, "NS").await {
        let names: BTreeSet<String> = answer.values("NS").map(ToString::to_string).collect();
        join_all(names.iter().take(MOST_SERVERS).map(|name| place.server(name))).await;
    }
}

/// Asks each server of a zone that the delegation or the zone names and that was not asked yet,
/// and then the zones below.
async fn visit(place: Place<'_, '_>, delegation: Option<Seen<Delegation>>, depth: usize) {
    let known = match &delegation {
        Some(Seen::Answer(delegation)) => Some(delegation.clone()),
        _ => None,
    };
    let Place { session, zone, .. } = place;
    session.zones.borrow_mut().entry(zone.to_owned()).or_default().delegation = delegation;
    let place = Place { delegation: known.as_ref(), ..place };
    let mut names: BTreeSet<String> =
        known.iter().flat_map(|d| &d.servers).map(ToString::to_string).collect();
    if let Ok(answer) = session.dns(zone, "NS").await {
        names.extend(answer.values("NS").map(ToString::to_string));
    }
    join_all(names.iter().take(MOST_SERVERS).map(|name| place.server(name))).await;
    // Servers that only the zone itself knows.
    let own = in_zone(session, zone);
    join_all(own.difference(&names).take(MOST_SERVERS).map(|name| place.server(name))).await;
    join_all(names.iter().chain(&own).take(MOST_SERVERS).map(|name| place.nowhere(name))).await;
    if depth < MOST_CUTS {
        let children = children(session, zone);
        join_all(children.into_iter().map(|(child, delegation)| below(place, child, delegation, depth + 1)))
            .await;
    }
}

/// A zone that was delegated further: its servers, and how it is signed.
async fn below(place: Place<'_, '_>, child: String, delegation: Delegation, depth: usize) {
    let at = |asked: &&Question| asked.name == child || is_below(&asked.name, &child);
    let questions: Vec<Question> = place.questions.iter().filter(at).cloned().collect();
    if !has_room(place.session, &child) {
        return;
    }
    let new = Zone { parent: Some(place.zone.to_owned()), ..Zone::default() };
    place.session.zones.borrow_mut().insert(child.clone(), new);
    let place = Place { zone: &child, questions: &questions, delegation: None, ..place };
    let visited = Box::pin(visit(place, Some(Seen::Answer(delegation)), depth));
    join(visited, dnssec::observe_child(place.session, &child)).await;
}

/// True where a zone below is new and one more may be looked at.
fn has_room(session: &Session<'_>, child: &str) -> bool {
    let zones = session.zones.borrow();
    // The domain's own zone stands there too.
    zones.len() <= MOST_CHILDREN && !zones.contains_key(child)
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
    let answers = zones.get(zone).into_iter().flat_map(|zone| &zone.servers).flat_map(|s| &s.answers);
    let referrals = answers.filter_map(|(asked, seen)| match seen {
        Seen::Answer(answer) => answer.referral.as_ref().filter(|to| leads_down(to, asked, zone)).cloned(),
        _ => None,
    });
    referrals.map(|referral| (referral.zone.to_string(), referral)).collect()
}

/// True where a referral leads from a zone towards the name that was `asked`, a [`question`]: any
/// other is a stranger's wish to be looked at.
///
/// [`question`]: crate::observed::question
fn leads_down(referral: &Delegation, asked: &str, zone: &str) -> bool {
    let (name, to) = (asked.split(' ').next().unwrap_or_default(), referral.zone.as_str());
    is_below(to, zone) && (name == to || is_below(name, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_referral_counts_only_on_the_way_to_what_was_asked() {
        let leads = |to: &str, asked: &str| {
            let referral = Delegation { zone: to.into(), servers: Vec::new(), glue: Vec::new() };
            leads_down(&referral, asked, "shop.test")
        };
        assert!(leads("eu.shop.test", "eu.shop.test NS") && leads("eu.shop.test", "www.eu.shop.test A"));
        for (to, asked) in [
            ("eu.shop.test", "shop.test CNAME"),
            ("eu.shop.test", "us.shop.test A"),
            ("www.eu.shop.test", "eu.shop.test A"),
            ("shop.test", "www.shop.test A"),
            ("test", "www.shop.test A"),
        ] {
            assert!(!leads(to, asked), "{to} for {asked}");
        }
    }
}
