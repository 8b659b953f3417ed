//! One answer out of a zone, and out of what is known of others.

use std::collections::BTreeMap;

use super::zone::Published;
use super::{About, Scene};
use crate::observed::{Denial, DnsAnswer, DnsRecord, Observed, Remote, Seen, question};
use crate::provider::cloudflare::is_proxy;
use crate::spec::names::{is_under, name_form};

/// Aliases that are followed.
const LONGEST: usize = 8;
/// Seconds for which Cloudflare lets others keep a denial.
const DENIAL: u32 = 1800;
/// Addresses of Cloudflare's proxies that stand for those that a name will get.
const PROXIES: [(&str, &str); 2] = [("A", "104.16.0.1"), ("AAAA", "2606:4700::1")];

/// What was seen of names outside the zone: the end of each chain of aliases, by name and type asked for.
#[derive(Debug)]
pub(super) struct Elsewhere<'o> {
    seen: &'o Observed,
    ends: BTreeMap<String, (&'o DnsAnswer, usize)>,
}

impl<'o> Elsewhere<'o> {
    pub(super) fn of(seen: &'o Observed) -> Self {
        let mut ends = BTreeMap::new();
        for (key, answer) in &seen.dns {
            let (Some((_, kind)), Seen::Answer(answer)) = (key.split_once(' '), answer) else { continue };
            for (at, record) in answer.records.iter().enumerate().filter(|(_, record)| record.kind == "CNAME")
            {
                ends.insert(question(&name_form(record.value.as_str()), kind), (answer, at + 1));
            }
        }
        Self { seen, ends }
    }

    /// What a resolver says of a name outside.
    fn answer(&self, name: &str, kind: &str) -> Seen<DnsAnswer> {
        if let Some(seen) = self.seen.dns(name, kind) {
            return seen.clone();
        }
        match self.ends.get(&question(name, kind)) {
            Some((answer, from)) => {
                let records = answer.records.get(*from..).unwrap_or_default().to_vec();
                Seen::Answer(DnsAnswer { records, ..(*answer).clone() })
            }
            None => Seen::Unobserved(Remote::new(&format!("{name} {kind} was not asked in this run"))),
        }
    }
}

impl Scene<'_> {
    /// The new answer to a question; `None` where another zone answers it.
    pub(super) fn answer(
        &self,
        name: &str,
        kind: &str,
        old: &Seen<DnsAnswer>,
        follows: bool,
    ) -> Option<Seen<DnsAnswer>> {
        if !is_under(name, self.after.name()) || self.after.delegates(name) {
            // An alias outside that leads here is followed anew.
            return None;
        }
        let mut records = Vec::new();
        let mut here = name.to_owned();
        for _ in 0..=LONGEST {
            if !is_under(&here, self.after.name()) || self.after.delegates(&here) {
                return Some(if follows { self.beyond(&here, kind, records) } else { found(records) });
            }
            let own = self.after.at(&here);
            if is_proxied(own) && matches!(kind, "A" | "AAAA" | "CNAME") {
                records.extend(self.proxies(&here, kind, old));
                return Some(self.ended(&here, records));
            }
            let fitting: Vec<DnsRecord> =
                own.iter().filter(|it| it.record.kind == kind).map(|it| owned(it, &here)).collect();
            if !fitting.is_empty() {
                records.extend(fitting);
                records.extend(self.extras(&here, kind, old, &records));
                return Some(self.ended(&here, records));
            }
            let Some(alias) = own.iter().find(|it| it.record.kind == "CNAME" && !it.proxied) else {
                return Some(self.ended(&here, records));
            };
            let target = name_form(alias.record.value.as_str());
            if here == self.after.name() {
                return Some(self.flattened(&target, kind, records));
            }
            records.push(owned(alias, &here));
            here = target;
        }
        Some(found(records))
    }

    /// What follows outside the zone.
    fn beyond(&self, name: &str, kind: &str, mut records: Vec<DnsRecord>) -> Seen<DnsAnswer> {
        match self.elsewhere.answer(name, kind) {
            Seen::Answer(end) => {
                records.extend(end.records);
                Seen::Answer(DnsAnswer { records, ..end })
            }
            other => other,
        }
    }

    /// The apex has no alias: its addresses are those of the name that the alias leads to.
    fn flattened(&self, target: &str, kind: &str, mut records: Vec<DnsRecord>) -> Seen<DnsAnswer> {
        if !matches!(kind, "A" | "AAAA") {
            return self.ended(self.after.name(), records);
        }
        let nothing = Seen::Answer(DnsAnswer::default());
        let end =
            self.answer(target, kind, &nothing, true).unwrap_or_else(|| self.elsewhere.answer(target, kind));
        let Seen::Answer(end) = end else { return end };
        let addresses = end.records.into_iter().filter(|record| record.kind == kind);
        records.extend(addresses.map(|record| DnsRecord { name: self.after.name().into(), ..record }));
        self.ended(self.after.name(), records)
    }

    /// The addresses of a proxied name: those that it had, or some of Cloudflare's.
    fn proxies(&self, name: &str, kind: &str, old: &Seen<DnsAnswer>) -> Vec<DnsRecord> {
        let old: Vec<DnsRecord> = match old {
            Seen::Answer(answer) => answer.of_type(kind).cloned().collect(),
            _ => Vec::new(),
        };
        let through = |record: &DnsRecord| record.value.as_str().parse().is_ok_and(is_proxy);
        let kept = is_proxied(self.before.at(name)) && matches!(self.about, About::Names(_));
        if kept || (!old.is_empty() && old.iter().all(through)) {
            return old;
        }
        let usual = PROXIES.iter().filter(|(of, _)| *of == kind);
        usual
            .map(|(_, address)| DnsRecord {
                name: name.into(),
                kind: kind.to_owned(),
                ttl: 300,
                priority: None,
                value: (*address).into(),
            })
            .collect()
    }

    /// What Cloudflare publishes beside the records of the zone: its own authorities, and how it speaks HTTP.
    fn extras(&self, name: &str, kind: &str, old: &Seen<DnsAnswer>, records: &[DnsRecord]) -> Vec<DnsRecord> {
        let Seen::Answer(old) = old else { return Vec::new() };
        if !matches!(kind, "CAA" | "HTTPS") {
            return Vec::new();
        }
        let said = |record: &DnsRecord, by: &[Published]| {
            by.iter().any(|own| own.record.kind == kind && own.record.value == record.value)
        };
        let before = self.before.at(name);
        let extra = old.of_type(kind).filter(|record| !said(record, before));
        extra.filter(|extra| !records.iter().any(|known| known.value == extra.value)).cloned().collect()
    }

    /// What was found, or that there is nothing, at a name of the zone.
    fn ended(&self, name: &str, records: Vec<DnsRecord>) -> Seen<DnsAnswer> {
        let last = records.last().is_none_or(|record| record.kind == "CNAME");
        let denial = last.then(|| Denial { zone: self.after.name().into(), ttl: DENIAL });
        let nxdomain = last && !self.after.exists(name);
        Seen::Answer(DnsAnswer { nxdomain, records, denial, ..DnsAnswer::default() })
    }
}

fn found(records: Vec<DnsRecord>) -> Seen<DnsAnswer> {
    Seen::Answer(DnsAnswer { records, ..DnsAnswer::default() })
}

fn is_proxied(own: &[Published]) -> bool {
    own.iter().any(|it| it.proxied)
}

/// The record with the name that was asked for, where a wildcard made it up.
fn owned(published: &Published, name: &str) -> DnsRecord {
    DnsRecord { name: name.into(), ..published.record.clone() }
}
