//! What is asked about names beside their addresses: who may issue certificates for them, whether
//! any name at all resolves, what each of a host's addresses serves, and whether a name
//! leads to a hosting that gives names out.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::{join, join_all};
use url::Url;

use super::session::Session;
use crate::item::{self, Host, in_turn};
use crate::observed::{DnsAnswer, Observed};
use crate::spec::Document;
use crate::spec::names::climb;
use crate::takeover::Service;

/// Addresses of one host that are looked at one by one.
const MOST_ADDRESSES: usize = 8;

/// CAA records of every host and of all names above it, and a name that nobody declared.
pub(super) async fn gather(session: &Session<'_>, document: &Document, nothing: &Observed) {
    let domain = &document.spec.domain.value.0;
    let mut hosts: Vec<String> = item::hosts(document, nothing).into_iter().map(|host| host.name).collect();
    hosts.push(domain.clone());
    if document.spec.hosts.is_none() {
        hosts.push(format!("www.{domain}"));
    }
    let names: BTreeSet<&str> = hosts.iter().flat_map(|host| climb(host)).collect();
    let improbable = item::improbable_name(domain);
    let any = ["A", "AAAA"].map(|kind| (improbable.as_str(), kind));
    let questions = names.into_iter().map(|name| (name, "CAA")).chain(any);
    join_all(questions.map(|(name, kind)| session.dns(name, kind))).await;
}

/// Visits every address of a host that has several, each by itself: the connections of other questions
/// race, and only the winner is seen. Where the user chose where to look, only that is looked at.
pub(super) async fn addresses(session: &Session<'_>, host: &Host<'_>) {
    let Some(url) = host.root("https") else { return };
    let (four, six) = join(session.dns(&host.name, "A"), session.dns(&host.name, "AAAA")).await;
    let of = |answer: Result<DnsAnswer, _>, kind| -> Vec<IpAddr> {
        let answer = answer.unwrap_or_default();
        answer.values(kind).filter_map(|value| value.as_str().parse().ok()).collect()
    };
    let (four, six) = (of(four, "A"), of(six, "AAAA"));
    let chosen = session.overridden(&url);
    let looked_at: Vec<IpAddr> = match chosen.len() {
        0 => in_turn(&[four, six].concat()).into_iter().take(MOST_ADDRESSES).collect(),
        // An override of one family says nothing about the other.
        1 => return,
        _ => [four.into_iter().min(), six.into_iter().min()].into_iter().flatten().collect(),
    };
    if looked_at.len() > 1 {
        join_all(looked_at.into_iter().map(|address| session.visit(&url, address, &chosen))).await;
    }
}

/// Asks for the pages of a name whose aliases lead to a hosting that gives names out, though no
/// host may be declared there.
pub(super) async fn hosting(session: &Session<'_>, name: &str, aliases: &[String]) {
    if !Service::of(aliases.iter().map(String::as_str)).is_some_and(|(service, _)| service.answers()) {
        return;
    }
    let urls = ["http", "https"].map(|scheme| Url::parse(&format!("{scheme}://{name}/")));
    join_all(urls.iter().flatten().map(|url| session.exchange(url))).await;
}
