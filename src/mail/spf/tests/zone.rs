//! The suite's cases and zones, read from its file.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use serde_json::Value;

use crate::mail::spf::{Kind, Lookup, Reply};

/// One document of the suite.
#[derive(Deserialize)]
pub(super) struct Scenario {
    pub(super) tests: BTreeMap<String, Case>,
    pub(super) zonedata: BTreeMap<String, Vec<Value>>,
}

/// One evaluation, and the results that are allowed.
#[derive(Deserialize)]
pub(super) struct Case {
    pub(super) helo: String,
    pub(super) host: String,
    pub(super) mailfrom: String,
    pub(super) result: Value,
    #[serde(default)]
    pub(super) explanation: Option<String>,
}

impl Case {
    /// The results that are allowed.
    pub(super) fn results(&self) -> Vec<&str> {
        match &self.result {
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        }
    }
}

/// The suite's scenarios; `None` where it does not stand beside the repository.
#[allow(clippy::disallowed_methods, reason = "the suite is a file")]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(super) fn scenarios() -> Option<Vec<Scenario>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/suites/spf-rfc7208/rfc7208-tests.yml");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: {path} is not there");
        return None;
    };
    Some(serde_saphyr::from_multiple(&text).expect("the suite can be read"))
}

/// A zone of the suite, asked as the suite wants it: an `SPF` record is a TXT record unless the name
/// has TXT records of its own, and a bare `TIMEOUT` lets every type fail of which nothing stands
/// before it.
pub(super) struct Zone<'s> {
    names: BTreeMap<String, &'s [Value]>,
    /// Questions that may be answered; every one where there is no list.
    known: Option<RefCell<BTreeSet<(String, Kind)>>>,
}

impl<'s> Zone<'s> {
    pub(super) fn of(scenario: &'s Scenario) -> Self {
        let zone = scenario.zonedata.iter();
        let names = zone.map(|(name, records)| (name.to_ascii_lowercase(), records.as_slice())).collect();
        Self { names, known: None }
    }

    /// The same, but nothing has been asked yet.
    pub(super) fn unasked(scenario: &'s Scenario) -> Self {
        Self { known: Some(RefCell::default()), ..Self::of(scenario) }
    }

    pub(super) fn ask(&self, name: &str, kind: Kind) {
        let known = self.known.as_ref().expect("a zone that must be asked");
        assert!(known.borrow_mut().insert((name.to_owned(), kind)), "{name} {kind:?} was asked before");
    }

    fn values(&self, name: &str, kind: Kind, aliases: usize) -> Reply<String> {
        if self.known.as_ref().is_some_and(|known| !known.borrow().contains(&(name.to_owned(), kind))) {
            return Reply::NotAsked;
        }
        self.walk(name, kind, aliases)
    }

    fn walk(&self, name: &str, kind: Kind, aliases: usize) -> Reply<String> {
        if aliases > 8 {
            return Reply::Failed("the aliases lead back to themselves".into());
        }
        let records = self.names.get(name).copied().unwrap_or_default();
        let texts_stand_there = records.iter().any(|record| record.get("TXT").is_some());
        let wanted = if kind == Kind::Txt && !texts_stand_there { "SPF" } else { kind.as_str() };
        let mut found = Vec::new();
        for record in records {
            if record.as_str() == Some("TIMEOUT") && found.is_empty() {
                return Reply::Failed("timed out".into());
            }
            if let Some(alias) = record.get("CNAME").and_then(Value::as_str) {
                let target = alias.trim_end_matches('.').to_ascii_lowercase();
                return self.walk(&target, kind, aliases + 1);
            }
            found.extend(record.get(wanted).filter(|value| **value != "NONE").map(text));
        }
        Reply::Answer(found)
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str, kind: Kind) -> Reply<T> {
        match self.values(name, kind, 0) {
            Reply::Answer(values) => {
                Reply::Answer(values.iter().filter_map(|value| value.parse().ok()).collect())
            }
            Reply::Failed(reason) => Reply::Failed(reason),
            Reply::NotAsked => Reply::NotAsked,
        }
    }
}

/// Strings are joined; of a preference and a host, the host.
fn text(value: &Value) -> String {
    match value {
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().expect("a text").to_owned(),
    }
}

impl Lookup for Zone<'_> {
    fn a(&self, name: &str) -> Reply<Ipv4Addr> {
        self.parsed(name, Kind::A)
    }

    fn aaaa(&self, name: &str) -> Reply<Ipv6Addr> {
        self.parsed(name, Kind::Aaaa)
    }

    fn mx(&self, name: &str) -> Reply<String> {
        self.parsed(name, Kind::Mx)
    }

    fn txt(&self, name: &str) -> Reply<String> {
        self.parsed(name, Kind::Txt)
    }

    fn ptr(&self, name: &str) -> Reply<String> {
        self.parsed(name, Kind::Ptr)
    }
}
