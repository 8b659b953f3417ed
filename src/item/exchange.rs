//! Who receives: mail exchangers, and the addresses that other mail servers look up by name.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::sender::senders;
use crate::observed::{DnsAnswer, Observed, Seen};
use crate::provider::email;
use crate::spec::model::Short;
use crate::spec::{Document, Place};

/// Exchangers of one domain that are asked and judged: real ones have at most a dozen or so.
pub const MOST_EXCHANGERS: usize = 20;
/// Addresses of one exchanger that are judged.
const MOST_ADDRESSES: usize = 4;

/// A host that an MX record of the domain names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanger {
    /// The host, as the record has it: in lower case, without trailing dot.
    pub host: String,
    /// Preference, the lowest of several records.
    pub preference: u16,
    /// Where the spec speaks of it: its own line where it has one.
    pub place: Place,
}

/// An address from which mail comes, or at which it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress {
    /// The address.
    pub address: IpAddr,
    /// The exchanger that has it; none for the address of a declared sender.
    pub host: Option<String>,
    /// Where the spec speaks of it.
    pub place: Place,
}

/// The hosts of MX records with their preferences, each once, in the order in which they are tried;
/// none for a null MX (RFC 7505).
pub fn exchanger_hosts(answer: &DnsAnswer) -> Vec<(u16, String)> {
    let mut records: Vec<(u16, &str)> = answer
        .of_type("MX")
        .map(|record| (record.priority.unwrap_or_default(), record.value.as_str()))
        .filter(|(_, host)| !host.trim_matches('.').is_empty())
        .collect();
    records.sort_unstable();
    let mut seen = BTreeSet::new();
    let unique = records.into_iter().filter(|(_, host)| seen.insert(*host));
    unique.map(|(preference, host)| (preference, host.to_owned())).collect()
}

/// The hosts of the domain's MX records.
pub fn exchangers(document: &Document, observed: &Observed) -> Vec<Exchanger> {
    let spec = &document.spec;
    let Some(Seen::Answer(answer)) = observed.dns(&spec.domain.value.0, "MX") else { return Vec::new() };
    let receive = spec.mail().and_then(|settings| settings.receive.as_ref());
    let section = || match (&receive, &spec.email) {
        (Some(receive), _) => Place::new("email.receive", receive.span),
        (None, Some(email)) => Place::new("email", email.span),
        (None, None) => Place::new("domain", spec.domain.span),
    };
    let own = |host: &str| {
        let Some(Short::Full(receiver)) = receive.map(|receive| &receive.value) else { return None };
        let index = receiver.mx.iter().position(|mx| mx.value.0 == host)?;
        Some(Place::new(format!("email.receive.mx[{index}]"), receiver.mx[index].span))
    };
    let place = |host: &str| own(host).unwrap_or_else(section);
    let hosts = exchanger_hosts(answer).into_iter();
    hosts.map(|(preference, host)| Exchanger { place: place(&host), host, preference }).collect()
}

/// The addresses that the spec declares for senders, each once, with their places.
pub fn sender_addresses(document: &Document) -> Vec<(IpAddr, Place)> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for sender in senders(document) {
        let declared = sender.details.into_iter().flat_map(|details| details.ip.iter().enumerate());
        for (index, address) in declared {
            let path = format!("{}.ip[{index}]", sender.place.path);
            found.push((address.value.0, Place::new(path, address.span)));
        }
    }
    found.retain(|(address, _)| seen.insert(*address));
    found
}

/// The addresses of exchangers that are no known provider's, and those of declared senders, each
/// once.
pub fn mail_addresses(document: &Document, observed: &Observed) -> Vec<MailAddress> {
    let mut found = Vec::new();
    for exchanger in exchangers(document, observed).into_iter().take(MOST_EXCHANGERS) {
        if email::mailbox_provider(&[&exchanger.host]).is_some() {
            continue;
        }
        for address in addresses(&exchanger.host, observed) {
            let (host, place) = (Some(exchanger.host.clone()), exchanger.place.clone());
            found.push(MailAddress { address, host, place });
        }
    }
    let senders = sender_addresses(document).into_iter();
    found.extend(senders.map(|(address, place)| MailAddress { address, host: None, place }));
    let mut seen = BTreeSet::new();
    found.retain(|item| seen.insert(item.address));
    found
}

/// The addresses of a host that are asked.
fn addresses(host: &str, observed: &Observed) -> Vec<IpAddr> {
    let answers = ["A", "AAAA"].map(|kind| (observed.dns(host, kind), kind));
    let of = |(seen, kind): (Option<&Seen<DnsAnswer>>, &str)| -> Vec<IpAddr> {
        let Some(Seen::Answer(answer)) = seen else { return Vec::new() };
        answer.values(kind).filter_map(|value| value.as_str().parse().ok()).collect()
    };
    let found: Vec<IpAddr> = answers.into_iter().flat_map(of).collect();
    in_turn(&found).into_iter().take(MOST_ADDRESSES).collect()
}

/// Addresses in the order in which they are tried: IPv6 and IPv4 in turn. Resolvers rotate their
/// answers, and the same world must give the same verdict twice.
pub(crate) fn in_turn(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let (six, four): (BTreeSet<IpAddr>, BTreeSet<IpAddr>) =
        addresses.iter().partition(|address| address.is_ipv6());
    let (mut six, mut four) = (six.into_iter(), four.into_iter());
    let turns = std::iter::from_fn(|| match (six.next(), four.next()) {
        (None, None) => None,
        pair => Some([pair.0, pair.1]),
    });
    turns.flatten().flatten().collect()
}

#[cfg(test)]
mod tests {
    use crate::check::Fixture;

    #[test]
    fn exchangers_come_in_the_order_of_preference() {
        let spec = "domain: shop.test\nemail: {receive: {mx: [mx1.shop.test, mx2.shop.test]}}";
        let observed = "at: 2026-11-22T00:00:00Z\ndns:\n  shop.test MX: {answer: {records: [{name: shop.test, type: MX, priority: 20, value: mx2.shop.test}, {name: shop.test, type: MX, priority: 10, value: other.test}, {name: shop.test, type: MX, priority: 30, value: other.test}]}}\n";
        let fixture = Fixture::new(spec, observed).expect("a fixture");
        let found: Vec<String> = fixture
            .world()
            .items
            .exchangers
            .iter()
            .map(|mx| format!("{} {} {}", mx.preference, mx.host, mx.place.path))
            .collect();
        assert_eq!(found, ["10 other.test email.receive", "20 mx2.shop.test email.receive.mx[1]"]);
    }

    #[test]
    fn addresses_of_providers_are_theirs() {
        let spec = "domain: shop.test\nemail: {send: [{name: relay, ip: [203.0.113.26, 203.0.113.25]}]}";
        let observed = "at: 2026-11-22T00:00:00Z\ndns:\n  shop.test MX: {answer: {records: [{name: shop.test, type: MX, value: mail.shop.test}, {name: shop.test, type: MX, value: smtp.google.com}]}}\n  mail.shop.test A: {answer: {records: [{name: mail.shop.test, type: A, value: 203.0.113.25}]}}\n  mail.shop.test AAAA: {answer: {records: [{name: mail.shop.test, type: AAAA, value: '2001:db8::25'}]}}\n  smtp.google.com A: {answer: {records: [{name: smtp.google.com, type: A, value: 203.0.113.77}]}}\n";
        let fixture = Fixture::new(spec, observed).expect("a fixture");
        let all = fixture.world().items.mail_addresses;
        let all: Vec<String> = all
            .iter()
            .map(|item| {
                format!("{} {} {}", item.address, item.host.as_deref().unwrap_or("-"), item.place.path)
            })
            .collect();
        assert_eq!(
            all,
            [
                "2001:db8::25 mail.shop.test email",
                "203.0.113.25 mail.shop.test email",
                "203.0.113.26 - email.send[0].ip[0]",
            ]
        );
    }
}
