//! Mail exchangers (RFC 5321 section 5): where they are, what they show on port 25, under which
//! names their addresses are known, and which certificates DNS binds them to (RFC 7672).

use std::net::IpAddr;

use futures_util::future::{join, join_all, join3};

use crate::item::{self, MOST_EXCHANGERS};
use crate::mail::spf::lookup::reverse_name;
use crate::mail::tlsa;
use crate::probe::dial;
use crate::probe::dnssec;
use crate::probe::session::Session;
use crate::spec::Document;

/// The port of mail exchangers.
const PORT: u16 = 25;
/// Names of one address that are followed back.
const MOST_NAMES: usize = 4;

/// Who receives the domain's mail, and from where the declared senders send.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    let domain = &document.spec.domain.value.0;
    let exchangers = async {
        let Ok(answer) = session.dns(domain, "MX").await else { return };
        let hosts = item::exchanger_hosts(&answer);
        join_all(hosts.iter().take(MOST_EXCHANGERS).map(|(_, host)| exchanger(session, host))).await;
    };
    let senders = item::sender_addresses(document);
    join(exchangers, join_all(senders.iter().map(|(address, _)| reverse(session, *address)))).await;
}

/// Everything about one host.
async fn exchanger(session: &Session<'_>, host: &str) {
    let chosen = session.mail_elsewhere(host, PORT);
    let addresses = async {
        let found = addresses(session, host).await;
        let to = dial::order(&found, PORT);
        let names = join_all(to.iter().map(|to| reverse(session, to.ip())));
        let own = to.iter().filter(|_| chosen.is_empty());
        join(names, join_all(own.map(|to| session.converse(host, *to, false)))).await;
    };
    let chosen = join_all(chosen.iter().map(|to| session.converse(host, *to, true)));
    join3(addresses, chosen, associations(session, host)).await;
}

async fn addresses(session: &Session<'_>, host: &str) -> Vec<IpAddr> {
    let (four, six) = join(session.dns(host, "A"), session.dns(host, "AAAA")).await;
    let answers = [(four, "A"), (six, "AAAA")];
    let of = answers.iter().filter_map(|(answer, kind)| Some(answer.as_ref().ok()?.values(kind)));
    of.flatten().filter_map(|value| value.as_str().parse().ok()).collect()
}

/// The name of an address, and where that name leads.
async fn reverse(session: &Session<'_>, address: IpAddr) {
    // Nobody in public knows a name for it, and who resolves for us need not hear of it.
    if session.settings.private.fault(address).is_some() {
        return;
    }
    let Ok(answer) = session.dns(&reverse_name(address), "PTR").await else { return };
    let kind = if address.is_ipv6() { "AAAA" } else { "A" };
    let names = answer.values("PTR").take(MOST_NAMES);
    join_all(names.map(async |name| session.dns(name.as_str(), kind).await)).await;
}

/// TLSA records of a host and, where it is an alias, of the name at its end (RFC 7672 section 2.2.2);
/// where there are any, whether their zone is signed.
async fn associations(session: &Session<'_>, host: &str) {
    let of_end = async {
        let alias = session.dns(host, "CNAME").await.unwrap_or_default();
        if alias.values("CNAME").next().is_none() {
            return;
        }
        let answer = session.dns(host, "A").await.unwrap_or_default();
        if let Some(end) = answer.values("CNAME").last() {
            association(session, end.as_str()).await;
        }
    };
    join(association(session, host), of_end).await;
}

async fn association(session: &Session<'_>, name: &str) {
    let answer = session.dns(&tlsa::name(name), "TLSA").await.unwrap_or_default();
    if answer.values("TLSA").next().is_none() {
        return;
    }
    // Its zone, rather than the name itself: that of the domain has been asked about already.
    let soa = session.dns(name, "SOA").await.unwrap_or_default();
    let zone = soa.denial.map_or(name.to_owned(), |denial| denial.zone.to_string());
    dnssec::observe(session, &zone).await;
}
