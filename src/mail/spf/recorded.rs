//! Answers that a run has recorded, as SPF reads them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::lookup::{Kind, Lookup, Reply};
use crate::observed::{self, DnsAnswer, Seen};

/// The recorded answers of a resolver, [`Observed::dns`](crate::observed::Observed::dns).
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a>(pub &'a BTreeMap<String, Seen<DnsAnswer>>);

impl Recorded<'_> {
    fn values<T: FromStr>(self, name: &str, kind: Kind) -> Reply<T> {
        match self.0.get(&observed::question(name, kind.as_str())) {
            None => Reply::NotAsked,
            Some(Seen::Answer(answer)) => {
                let values = answer.values(kind.as_str());
                Reply::Answer(values.filter_map(|value| value.as_str().parse().ok()).collect())
            }
            Some(Seen::Failed(failure)) => Reply::Failed(failure.detail.to_string()),
            Some(Seen::Unobserved(reason)) => Reply::Failed(reason.to_string()),
        }
    }
}

impl Lookup for Recorded<'_> {
    fn a(&self, name: &str) -> Reply<Ipv4Addr> {
        self.values(name, Kind::A)
    }

    fn aaaa(&self, name: &str) -> Reply<Ipv6Addr> {
        self.values(name, Kind::Aaaa)
    }

    fn mx(&self, name: &str) -> Reply<String> {
        self.values(name, Kind::Mx)
    }

    fn txt(&self, name: &str) -> Reply<String> {
        self.values(name, Kind::Txt)
    }

    fn ptr(&self, name: &str) -> Reply<String> {
        self.values(name, Kind::Ptr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{DnsRecord, Failure, FailureKind, Remote};

    fn record(kind: &str, value: &str) -> DnsRecord {
        DnsRecord {
            name: Remote::new("a.test"),
            kind: kind.into(),
            ttl: 60,
            priority: None,
            value: value.into(),
        }
    }

    #[test]
    fn recorded_answers_are_read() {
        let chain = vec![record("CNAME", "b.test"), record("A", "192.0.2.1")];
        let answer = DnsAnswer { records: chain, ..DnsAnswer::default() };
        let failure = Failure { kind: FailureKind::ErrorCode, detail: "SERVFAIL".into() };
        let seen = BTreeMap::from([
            ("a.test A".to_owned(), Seen::Answer(answer)),
            ("a.test AAAA".to_owned(), Seen::Answer(DnsAnswer::default())),
            ("a.test MX".to_owned(), Seen::Failed(failure)),
            ("a.test TXT".to_owned(), Seen::Unobserved("timed out".into())),
        ]);
        let lookup = Recorded(&seen);
        assert_eq!(lookup.a("a.test"), Reply::Answer(vec![Ipv4Addr::new(192, 0, 2, 1)]));
        assert_eq!(lookup.aaaa("a.test"), Reply::Answer(vec![]));
        assert_eq!(lookup.mx("a.test"), Reply::Failed("SERVFAIL".into()));
        assert_eq!(lookup.txt("a.test"), Reply::Failed("timed out".into()));
        assert_eq!(lookup.ptr("a.test"), Reply::NotAsked);
    }
}
