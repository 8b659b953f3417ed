//! Records of mail exchangers: who receives, under which name an address is known, and which key a
//! server shows.

use std::net::IpAddr;

use super::Wanted;
use crate::check::World;
use crate::mail::spf::lookup::reverse_name;
use crate::mail::tlsa;
use crate::observed::Seen;
use crate::provider::Confidence;
use crate::provider::email::{self, MxSet, Provider};
use crate::spec::model::{Receive, Short};

/// What `email.receive` says.
pub fn receive<'w>(world: &'w World) -> Option<&'w Receive> {
    world.document.spec.mail()?.receive.as_ref().map(|receive| &receive.value)
}

/// The MX records that the spec asks for: the declared hosts, or the set that the declared provider
/// documents. Empty where only the provider's account knows them, or where any server will do.
/// Preferences that are published already stay.
pub fn records(world: &World) -> Vec<Wanted> {
    let domain = world.domain();
    let published = published(world);
    let record = |host: &str, preference: u16| {
        let kept = published.iter().find(|(published, _)| published == host).and_then(|(_, kept)| *kept);
        Wanted::mx(domain, kept.unwrap_or(preference), host)
    };
    match receive(world) {
        Some(Short::Full(receiver)) => {
            let preferences = (1..).map(|place: u16| place.saturating_mul(10));
            receiver.mx.iter().zip(preferences).map(|(host, usual)| record(&host.value.0, usual)).collect()
        }
        Some(Short::Word(id)) => {
            let hosts: Vec<&str> = published.iter().map(|(host, _)| host.as_str()).collect();
            let set = email::find(id).and_then(|provider| closest_set(provider, &hosts));
            let hosts = set.into_iter().flat_map(|set| set.hosts.iter().zip(1_u16..));
            let record = |(host, place): (&email::MxHost, u16)| {
                Some(record(host.host.literal()?, host.priority.unwrap_or(place.saturating_mul(10))))
            };
            hosts.filter_map(record).collect()
        }
        None => Vec::new(),
    }
}

/// The published exchangers and their preferences.
fn published(world: &World) -> Vec<(String, Option<u16>)> {
    let Some(Seen::Answer(answer)) = world.observed.dns(world.domain(), "MX") else { return Vec::new() };
    answer.of_type("MX").map(|record| (record.value.to_string(), record.priority)).collect()
}

/// Of the sets that a provider is known to ask for, the one of which the fewest hosts are missing.
/// None where the sets differ by account, or are only told.
pub fn closest_set(provider: &'static Provider, published: &[&str]) -> Option<&'static MxSet> {
    let sure = |set: &&MxSet| set.confidence > Confidence::Unverified;
    let known = |set: &&MxSet| set.hosts.iter().all(|host| host.host.literal().is_some());
    let sets = provider.mx.iter().flat_map(|mx| &mx.sets).filter(sure).filter(known);
    let has_some = |set: &'static MxSet| missing_of(set, published).len() < set.hosts.len();
    // Of equals `min_by_key` takes the first. A set of which nothing is there comes last, however
    // small it is.
    sets.min_by_key(|set| (!has_some(set), missing_of(set, published).len()))
}

/// The hosts of a set that are not published.
pub fn missing_of(set: &'static MxSet, published: &[&str]) -> Vec<&'static str> {
    let hosts = set.hosts.iter().filter_map(|host| host.host.literal());
    hosts.filter(|host| !published.contains(host)).collect()
}

/// The TLSA record that fits a server's key, which may stay when its certificate is renewed (RFC
/// 7672 section 3.1.1). `key_sha256` is the digest of its subjectPublicKeyInfo.
pub fn tlsa(host: &str, key_sha256: &str) -> Wanted {
    let value = format!("3 1 1 {key_sha256}");
    Wanted { name: tlsa::name(host), kind: "TLSA", priority: None, value }
}

/// The name of an address.
pub fn reverse(address: IpAddr, host: &str) -> Wanted {
    Wanted { name: reverse_name(address), kind: "PTR", priority: None, value: host.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Fixture;

    fn wanted(receive: &str, published: &[(u16, &str)]) -> Vec<String> {
        let spec = format!("domain: shop.test\nemail: {{receive: {receive}}}");
        let records: Vec<String> = published
            .iter()
            .map(|(priority, host)| {
                format!("{{name: shop.test, type: MX, priority: {priority}, value: {host}}}")
            })
            .collect();
        let observed = format!(
            "at: 2026-11-21T12:00:00Z\ndns:\n  shop.test MX: {{answer: {{records: [{}]}}}}",
            records.join(", ")
        );
        let fixture = Fixture::new(&spec, &observed).expect("a fixture");
        records_of(&fixture.world())
    }

    fn records_of(world: &World) -> Vec<String> {
        records(world).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn declared_hosts_keep_their_preferences() {
        let declared = "{mx: [mx1.shop.test, mx2.shop.test]}";
        assert_eq!(wanted(declared, &[]), ["shop.test MX 10 mx1.shop.test", "shop.test MX 20 mx2.shop.test"]);
        let published = [(5, "mx2.shop.test"), (1, "old.test")];
        assert_eq!(
            wanted(declared, &published),
            ["shop.test MX 10 mx1.shop.test", "shop.test MX 5 mx2.shop.test"]
        );
    }

    #[test]
    fn a_provider_has_a_set_or_the_account_knows() {
        assert_eq!(wanted("google-workspace", &[]), ["shop.test MX 1 smtp.google.com"]);
        let begun = wanted("google-workspace", &[(3, "alt1.aspmx.l.google.com")]);
        assert_eq!(begun.len(), 5);
        assert_eq!(
            begun[..2],
            ["shop.test MX 1 aspmx.l.google.com", "shop.test MX 3 alt1.aspmx.l.google.com"]
        );
        assert_eq!(wanted("zoho-mail", &[(10, "mx2.zoho.eu")])[0], "shop.test MX 10 mx.zoho.eu");
        for nobody_knows in ["microsoft-365", "any"] {
            assert_eq!(wanted(nobody_knows, &[]), [""; 0], "{nobody_knows}");
        }
    }
}
