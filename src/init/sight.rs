//! Reads what was seen of a domain, name by name. Names are relative to the domain, `@` for itself.

use std::collections::BTreeSet;
use std::net::IpAddr;

use url::Url;

use super::questions::LABELS;
use crate::item::improbable_name;
use crate::observed::{DnsAnswer, DnsRecord, Exchange, Observed, Remote, Seen};
use crate::provider::cloudflare;

/// The types that say where a name leads.
const LEADING: [&str; 3] = ["A", "AAAA", "CNAME"];
/// Hops of a redirect that are followed.
const MOST_HOPS: usize = 10;

/// What was seen of one domain.
pub(super) struct Sight<'a> {
    /// The domain.
    pub(super) domain: &'a str,
    /// The answers.
    pub(super) observed: &'a Observed,
}

impl<'a> Sight<'a> {
    pub(super) fn new(domain: &'a str, observed: &'a Observed) -> Self {
        Self { domain, observed }
    }

    /// The full name.
    pub(super) fn name(&self, label: &str) -> String {
        if label == "@" { self.domain.to_owned() } else { format!("{label}.{}", self.domain) }
    }

    /// The answer to a question.
    pub(super) fn answer(&self, label: &str, kind: &str) -> Option<&'a DnsAnswer> {
        match self.observed.dns(&self.name(label), kind) {
            Some(Seen::Answer(answer)) => Some(answer),
            _ => None,
        }
    }

    /// Why a question was not answered.
    pub(super) fn gap(&self, label: &str, kind: &str) -> Option<&'a Remote> {
        match self.observed.dns(&self.name(label), kind)? {
            Seen::Answer(_) => None,
            Seen::Failed(failure) => Some(&failure.detail),
            Seen::Unobserved(reason) => Some(reason),
        }
    }

    /// The records of a name itself: behind an alias other names own them. Each once, sorted.
    pub(super) fn own(&self, label: &str, kind: &str) -> Vec<&'a DnsRecord> {
        let name = self.name(label);
        // An alias stands in the answer to every type.
        let asked: &[&str] = if kind == "CNAME" { &["A", "AAAA", "TXT", "CNAME"] } else { &[kind] };
        let answers = asked.iter().filter_map(|asked| self.answer(label, asked));
        let mut all: Vec<&DnsRecord> = answers
            .flat_map(|answer| &answer.records)
            .filter(|record| record.kind == kind && record.name.as_str().eq_ignore_ascii_case(&name))
            .collect();
        all.sort_by_key(|record| (record.priority, &record.value));
        all.dedup_by_key(|record| (record.priority, &record.value));
        all
    }

    /// The values of those records.
    pub(super) fn values(&self, label: &str, kind: &str) -> Vec<&'a str> {
        self.own(label, kind).into_iter().map(|record| record.value.as_str()).collect()
    }

    /// The texts at a name, wherever its aliases lead.
    pub(super) fn texts(&self, label: &str) -> Vec<&'a Remote> {
        let mut texts: Vec<&Remote> =
            self.answer(label, "TXT").into_iter().flat_map(|answer| answer.values("TXT")).collect();
        texts.sort();
        texts.dedup();
        texts
    }

    /// The addresses to which a name leads.
    pub(super) fn addresses(&self, label: &str) -> Vec<IpAddr> {
        let of = |kind| self.answer(label, kind).into_iter().flat_map(move |answer| answer.values(kind));
        of("A").chain(of("AAAA")).filter_map(|value| value.as_str().parse().ok()).collect()
    }

    /// True where a name leads to an address.
    pub(super) fn resolves(&self, label: &str) -> bool {
        !self.addresses(label).is_empty()
    }

    /// The label that nobody publishes: what it answers, a wildcard answers.
    fn nobodys(&self) -> String {
        let name = improbable_name(self.domain);
        name.split('.').next().unwrap_or_default().to_owned()
    }

    /// The texts that every selector has, by a wildcard.
    pub(super) fn texts_of_any_selector(&self) -> Vec<&'a Remote> {
        let name = improbable_name(&self.name("_domainkey"));
        self.texts(name.strip_suffix(self.domain).map_or("", |label| label.trim_end_matches('.')))
    }

    /// True where the domain answers to names that nobody published (RFC 4592).
    pub(super) fn has_wildcard(&self) -> bool {
        let nobodys = self.nobodys();
        LEADING.iter().any(|kind| !self.own(&nobodys, kind).is_empty())
    }

    /// True where a name has records of its own, other than what a wildcard gives to every name.
    pub(super) fn is_published(&self, label: &str) -> bool {
        let of = |label: &str| -> BTreeSet<&str> {
            LEADING.iter().flat_map(|kind| self.values(label, kind)).collect()
        };
        let own = of(label);
        !own.is_empty() && own.is_disjoint(&of(&self.nobodys()))
    }

    /// The names to open: the domain, those that are published, and `www`, which people type
    /// whether it is published or not.
    pub(super) fn hosts(&self) -> Vec<&'static str> {
        let all = std::iter::once("@").chain(LABELS.iter().copied());
        all.filter(|label| {
            self.resolves(label) && (matches!(*label, "@" | "www") || self.is_published(label))
        })
        .collect()
    }

    /// Mail exchangers below the domain, relative to it.
    pub(super) fn mail_hosts(&self) -> Vec<&'a str> {
        let below = |host: &'a str| host.strip_suffix(self.domain)?.strip_suffix('.');
        let mut hosts: Vec<&str> = self.values("@", "MX").into_iter().filter_map(below).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// True where all of the zone's servers are Cloudflare's.
    pub(super) fn at_cloudflare(&self) -> bool {
        let servers = self.values("@", "NS");
        !servers.is_empty() && servers.iter().all(|server| cloudflare::is_name_server(server))
    }

    /// `scheme://name/`
    pub(super) fn root(&self, scheme: &str, label: &str) -> Option<Url> {
        Url::parse(&format!("{scheme}://{}/", self.name(label))).ok()
    }

    /// The answer to a URL.
    pub(super) fn exchange(&self, url: &Url) -> Option<&'a Exchange> {
        match self.observed.http(url)? {
            Seen::Answer(exchange) => Some(exchange),
            _ => None,
        }
    }

    /// The answer in the end, redirects followed, and where that is; `None` where none came.
    pub(super) fn open(&self, start: &Url) -> Option<(&'a Exchange, Url)> {
        let mut here = start.clone();
        for _ in 0..=MOST_HOPS {
            let exchange = self.exchange(&here)?;
            match exchange.location.as_ref().filter(|_| exchange.is_redirect()) {
                Some(next) if self.observed.http(next).is_some() => here = next.clone(),
                // The visitor leaves the web (`myapp://open`): nothing is left to ask.
                Some(next) => return Some((exchange, next.clone())),
                None => return Some((exchange, here)),
            }
        }
        None
    }
}
