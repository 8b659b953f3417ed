//! Judge of `domain/nameservers-differ`.

use std::collections::BTreeSet;

use super::super::{Verdict, World, seen};
use super::{answer, has_status, registrable, statuses, unregistered_first};
use crate::check::seen::Judged;
use crate::observed::Seen;
use crate::spec::model::{DomainName, Nameservers, WordOrList};
use crate::spec::{Located, Place};

/// The name servers of providers: a word and patterns a line.
const PROVIDERS: &str = include_str!("../../../providers/nameservers.txt");

pub(in super::super) fn nameservers_differ(world: &World) -> Verdict {
    let dns = world.document.spec.dns.as_ref();
    let Some(declared) = dns.and_then(|dns| dns.nameservers.as_ref()) else {
        return Verdict::not_applicable("`dns.nameservers` is not declared");
    };
    let place = Place::new("dns.nameservers", declared.span);
    judge(declared, world).unwrap_or_else(|verdict| *verdict).at(place)
}

fn judge(declared: &Nameservers, world: &World) -> Judged<Verdict> {
    let wanted = Wanted::of(declared)?;
    let found = at_registry(world)?;
    Ok(wanted.compare(&found))
}

/// The servers that a name is delegated to, by the word of the zone above it.
pub(super) fn delegated(name: &str, world: &World) -> Option<Vec<String>> {
    let (origin, zone) = world.observed.zone_of(name, "SOA")?;
    match &zone.delegation {
        Some(Seen::Answer(delegation)) if origin == name && !delegation.servers.is_empty() => {
            Some(delegation.servers.iter().map(|server| plain(server.as_str())).collect())
        }
        _ => None,
    }
}

/// The servers that the registry delegates to: as its own name servers say, or as it says in RDAP.
fn at_registry(world: &World) -> Judged<Found> {
    let registrable = registrable(world)?;
    let name = &registrable.name;
    if let Some((origin, _)) = world.observed.zone_of(world.domain(), "SOA")
        && origin.len() > name.len()
    {
        let reason = format!("{origin} is a zone of its own below {name}: no registry delegates it");
        return Err(Box::new(Verdict::not_applicable(reason)));
    }
    if let Some(servers) = delegated(name, world) {
        return Ok(Found { name: name.clone(), servers: servers.into_iter().collect(), source: None });
    }
    let registration = answer(&registrable, world)?;
    if !registration.registered {
        return Err(Box::new(unregistered_first(world)));
    }
    // Some registries publish no servers; `inactive` says that there are none (RFC 5731 section 2.3).
    if registration.servers.is_empty() && !has_status(registration, "inactive") {
        let reason = format!("the registry publishes no name servers of {name}: {}", statuses(registration));
        return Err(Box::new(Verdict::unknown(reason)));
    }
    let servers = registration.servers.iter().map(|server| plain(server.as_str())).collect();
    Ok(Found { name: name.clone(), servers, source: Some(registration.source.to_string()) })
}

fn plain(server: &str) -> String {
    server.trim_end_matches('.').to_ascii_lowercase()
}

/// What the registry has.
struct Found {
    name: String,
    servers: BTreeSet<String>,
    source: Option<String>,
}

/// What the spec declares.
enum Wanted<'a> {
    /// Exactly these.
    Servers(BTreeSet<String>),
    /// Any of this provider's.
    Provider(&'a str, Vec<&'static str>),
}

impl<'a> Wanted<'a> {
    fn of(declared: &'a Nameservers) -> Judged<Self> {
        match declared {
            WordOrList::List(servers) => {
                let name = |server: &Located<DomainName>| plain(&server.value.0);
                Ok(Self::Servers(servers.iter().map(name).collect()))
            }
            WordOrList::Word(word) => match patterns(word) {
                Some(patterns) => Ok(Self::Provider(word, patterns)),
                None => Err(Box::new(unknown_provider(word))),
            },
        }
    }

    fn compare(&self, found: &Found) -> Verdict {
        let (missing, foreign): (Vec<String>, Vec<String>) = match self {
            Self::Servers(wanted) => (
                wanted.difference(&found.servers).cloned().collect(),
                found.servers.difference(wanted).cloned().collect(),
            ),
            Self::Provider(_, patterns) => {
                let own = |server: &&String| patterns.iter().any(|pattern| fits(pattern, server));
                (Vec::new(), found.servers.iter().filter(|server| !own(server)).cloned().collect())
            }
        };
        let servers: Vec<String> = found.servers.iter().cloned().collect();
        if missing.is_empty() && foreign.is_empty() && !servers.is_empty() {
            return Verdict::pass(format!("{} is delegated to {}", found.name, seen::listed(&servers)));
        }
        let verdict = Verdict::fail(self.fault(&found.name, &missing, &foreign))
            .expected(self.shown())
            .observed(seen::listed(&servers))
            .label("other name servers")
            .help(self.help(&found.name));
        match &found.source {
            Some(source) => verdict.evidence(source),
            None => verdict,
        }
    }

    fn fault(&self, name: &str, missing: &[String], foreign: &[String]) -> String {
        let are = |servers: &[String]| if servers.len() == 1 { "is" } else { "are" };
        let (absent, strange) = (seen::listed(missing), seen::listed(foreign));
        match (self, missing, foreign) {
            (Self::Provider(provider, _), _, []) => {
                format!("the registry delegates {name} to no server, and so to none of {provider}")
            }
            (Self::Provider(provider, _), ..) => {
                format!(
                    "the registry delegates {name} to {strange}, which {} not of {provider}",
                    are(foreign)
                )
            }
            (Self::Servers(_), [], _) => {
                format!("the registry delegates {name} to {strange} too, which {} not declared", are(foreign))
            }
            (Self::Servers(_), _, []) => format!("the registry does not delegate {name} to {absent}"),
            (Self::Servers(_), ..) => {
                format!("the registry delegates {name} to {strange}, and not to {absent}")
            }
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Servers(wanted) => seen::listed(&wanted.iter().cloned().collect::<Vec<_>>()),
            Self::Provider(provider, patterns) => format!("servers of {provider}: {}", patterns.join(", ")),
        }
    }

    fn help(&self, name: &str) -> String {
        let which = match self {
            Self::Servers(wanted) => seen::listed(&wanted.iter().cloned().collect::<Vec<_>>()),
            Self::Provider(provider, _) => format!("exactly those that {provider} shows for the zone"),
        };
        format!(
            "in the registrar's console set the name servers of {name} to {which}; where DNSSEC is on, take the old DS record out first; resolvers follow within a day or two"
        )
    }
}

fn unknown_provider(word: &str) -> Verdict {
    let word = seen::cut(word);
    Verdict::unknown(format!("the name servers of a provider `{word}` are not known here")).help(format!(
        "list the servers themselves: `nameservers: [ns1.example.net, ns2.example.net]`, or use a known word: {}",
        providers().map(|(word, _)| word).collect::<Vec<_>>().join(", ")
    ))
}

/// Each provider's word, and its patterns.
fn providers() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let lines = PROVIDERS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut parts = line.split_whitespace();
        Some((parts.next()?, parts.collect()))
    })
}

fn patterns(word: &str) -> Option<Vec<&'static str>> {
    providers().find(|(known, _)| known.eq_ignore_ascii_case(word.trim())).map(|(_, patterns)| patterns)
}

/// Label by label; one `*` in a label stands for any text.
fn fits(pattern: &str, server: &str) -> bool {
    let (wanted, labels): (Vec<_>, Vec<_>) = (pattern.split('.').collect(), server.split('.').collect());
    let label_fits = |(wanted, label): (&&str, &&str)| match wanted.split_once('*') {
        Some((start, end)) => {
            label.len() >= start.len() + end.len() && label.starts_with(start) && label.ends_with(end)
        }
        None => wanted == label,
    };
    wanted.len() == labels.len() && wanted.iter().zip(&labels).all(label_fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_s_servers_are_known_by_their_names() {
        for (word, server) in [
            ("cloudflare", "ada.ns.cloudflare.com"),
            ("Route53", "ns-1536.awsdns-00.co.uk"),
            ("azure-dns", "ns3-07.azure-dns.org"),
            ("google-cloud-dns", "ns-cloud-a1.googledomains.com"),
            ("hetzner", "helium.ns.hetzner.de"),
            ("gandi", "ns-142-c.gandi.net"),
            ("netlify", "dns1.p01.nsone.net"),
            ("ionos", "ns1045.ui-dns.biz"),
            ("ovh", "dns200.anycast.me"),
        ] {
            let patterns = patterns(word).expect("a known provider");
            assert!(patterns.iter().any(|pattern| fits(pattern, server)), "{word}: {server}");
        }
        let cloudflare = patterns("cloudflare").expect("a known provider");
        for stranger in ["ns.cloudflare.com", "ada.ns.cloudflare.com.evil.test", "a.b.ns.cloudflare.com", ""]
        {
            assert!(!cloudflare.iter().any(|pattern| fits(pattern, stranger)), "{stranger}");
        }
        assert_eq!(patterns("nobody"), None);
    }

    #[test]
    fn every_line_of_the_table_is_one() {
        let words: Vec<&str> = providers().map(|(word, _)| word).collect();
        assert!(words.is_sorted() && words.len() > 15, "{words:?}");
        for (word, patterns) in providers() {
            assert!(!patterns.is_empty(), "{word}");
            // A pattern of wildcards alone would know everybody's servers.
            assert!(
                patterns.iter().all(|pattern| pattern.rsplit('.').take(2).all(|l| l.len() > 1)),
                "{word}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_can_be_compared(pattern in ".*", server in ".*") {
            let _ = fits(&pattern, &server);
        }
    }
}
