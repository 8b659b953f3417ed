//! What is asked about names beside their addresses: who may issue certificates for them, whether
//! any name at all resolves, what each family of a host's addresses serves, and whether a name
//! leads to a hosting that gives names out.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::{join, join_all};
use url::Url;

use super::session::Session;
use crate::item::{self, Host};
use crate::observed::{DnsAnswer, Observed};
use crate::spec::Document;
use crate::spec::names::climb;
use crate::takeover::Service;

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

/// Visits one IPv4 and one IPv6 address of a host that has both, each by itself: the connections of
/// other questions race, and only the winner is seen.
pub(super) async fn families(session: &Session<'_>, host: &Host<'_>) {
    let Some(url) = host.root("https") else { return };
    let (four, six) = join(session.dns(&host.name, "A"), session.dns(&host.name, "AAAA")).await;
    let least = |answer: &Result<DnsAnswer, _>, kind| -> Option<IpAddr> {
        let answer = answer.as_ref().ok()?;
        answer.values(kind).filter_map(|value| value.as_str().parse().ok()).min()
    };
    let (Some(four), Some(six)) = (least(&four, "A"), least(&six, "AAAA")) else { return };
    let chosen = session.overridden(&url);
    // An override of one family says nothing about the other.
    if chosen.len() != 1 {
        let _ = join(session.visit(&url, four, &chosen), session.visit(&url, six, &chosen)).await;
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
