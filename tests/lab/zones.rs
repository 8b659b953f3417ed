//! What the lab's DNS knows: zones, their records, and what a resolver would say about them.
//!
//! hickory-server's in-memory zones follow a CNAME only within one zone, as an authoritative server should. The lab
//! stands for a recursive resolver, which follows it anywhere, so the answers are put together here.

use std::collections::BTreeMap;

use hickory_proto::rr::{RData, Record, RecordType};

use super::fault::Fault;
use super::moving::Live;
use super::reverse;
use super::zone::{Zone, absolute, parents, parsed};

/// A chain of CNAMEs is cut off after this many.
const LONGEST_CHAIN: usize = 10;

/// Every zone a DNS server knows.
#[derive(Clone, Default)]
pub struct Names {
    pub(super) zones: BTreeMap<String, Zone>,
    /// True where no answer carries signatures.
    pub(super) strips: bool,
    /// Who knows better what stands in some of the zones.
    pub(super) live: Vec<Live>,
}

/// How an answer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The name exists; without records this is NODATA.
    Exists,
    /// The name does not exist.
    NoSuchName,
    /// No zone of the lab holds the name.
    NoZone,
}

/// What is known about one question.
pub struct Answer {
    /// Whether the last name of the chain exists.
    pub outcome: Outcome,
    /// The chain of CNAMEs and the records at its end.
    pub records: Vec<Record>,
    /// The SOA that goes with "there is nothing".
    pub soa: Option<Record>,
    /// Whether every zone on the way counts as signed and validated.
    pub authentic: bool,
    /// Whether a validating resolver refuses it.
    pub bogus: bool,
    /// The first scripted fault on the way.
    pub fault: Option<Fault>,
}

/// What a name server says that serves only some of the zones.
pub enum Own {
    /// An answer of its own.
    Answer(Box<Answer>),
    /// The servers of a zone below, and their addresses.
    Referral(Vec<Record>, Vec<Record>),
    /// The whole zone.
    Zone(Vec<Record>),
    /// It serves no such zone.
    Nothing,
}

impl Names {
    /// The origins of all zones.
    pub(super) fn origins(&self) -> Vec<String> {
        self.zones.keys().cloned().collect()
    }

    /// The zones that name a server among their own servers, or are delegated to it.
    pub(super) fn served_by(&self, server: &str) -> Vec<String> {
        let by = |(_, target): &(String, String)| target == server;
        let pointers = self.pointers(RecordType::NS).into_iter().filter(by);
        pointers.map(|(zone, _)| absolute(&zone, ".")).filter(|zone| self.zones.contains_key(zone)).collect()
    }

    /// The data of one name and type in the zone that holds it, in presentation form.
    pub(super) fn data(&self, name: &str, kind: RecordType) -> Vec<String> {
        let node = self.zone_of(name, kind).and_then(|zone| zone.nodes.get(name));
        let of_kind = node.into_iter().flatten().filter(|(_, data)| data.record_type() == kind);
        of_kind.map(|(_, data)| data.to_string()).collect()
    }

    /// What a server of those zones says to a question without recursion.
    pub(super) fn own(&self, serves: &[String], question: &str, kind: RecordType) -> Own {
        let mut name = absolute(question.trim_end_matches('.'), ".");
        let own_zone = |name: &str| {
            let at = std::iter::once(name).chain(parents(name)).skip(usize::from(kind == RecordType::DS));
            at.into_iter()
                .find(|origin| serves.iter().any(|own| own == origin))
                .and_then(|o| self.zones.get(o))
        };
        let Some(zone) = own_zone(&name) else { return Own::Nothing };
        if kind == RecordType::AXFR {
            return Own::Zone(zone.all());
        }
        if let Some(cut) = zone.cut(&name, kind) {
            return referral(zone, &cut);
        }
        let mut found = Answer {
            outcome: Outcome::Exists,
            records: vec![],
            soa: None,
            authentic: false,
            bogus: false,
            fault: None,
        };
        for _ in 0..LONGEST_CHAIN {
            match self.step(&name, kind, &mut found) {
                Some(target) if own_zone(&target).is_some_and(|zone| zone.cut(&target, kind).is_none()) => {
                    name = target;
                }
                _ => break,
            }
        }
        // Scripted faults of a zone are the resolver's; a server has faults of its own.
        found.fault = None;
        Own::Answer(Box::new(found))
    }

    /// The zone of that origin, new at first.
    pub fn zone(&mut self, origin: &str) -> &mut Zone {
        self.zones.entry(absolute(origin, ".")).or_insert_with(|| Zone::new(origin))
    }

    /// Every name with records of that type, and what those records point at, without final dots.
    pub fn pointers(&self, wanted: RecordType) -> Vec<(String, String)> {
        let nodes = self.zones.values().flat_map(|zone| &zone.nodes);
        let records = nodes.flat_map(|(name, records)| records.iter().map(move |(_, data)| (name, data)));
        let bare = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
        // A name displays as people write it, `bücher.test`.
        let target = |data: &RData| match data {
            RData::MX(mx) => mx.exchange.to_ascii(),
            data => data.to_string(),
        };
        records
            .filter(|(_, data)| data.record_type() == wanted)
            .map(|(name, data)| (bare(name), bare(&target(data))))
            .collect()
    }

    /// The zone that answers for a name; a DS belongs to the zone above.
    fn zone_of(&self, name: &str, kind: RecordType) -> Option<&Zone> {
        let root = self.zones.get(".").filter(|_| name != ".");
        let above = parents(name).find_map(|parent| self.zones.get(parent)).or(root);
        match self.zones.get(name) {
            Some(_) if kind == RecordType::DS && above.is_some() => above,
            Some(own) => Some(own),
            None => above,
        }
    }

    /// What a resolver would find: the chain of CNAMEs and its end, or why there is nothing.
    pub fn answer(&self, question: &str, kind: RecordType) -> Answer {
        let mut name = absolute(question.trim_end_matches('.'), ".");
        let (outcome, records) = (Outcome::Exists, vec![]);
        let mut found = Answer { outcome, records, soa: None, authentic: true, bogus: false, fault: None };
        for _ in 0..LONGEST_CHAIN {
            match self.step(&name, kind, &mut found) {
                Some(target) => name = target,
                None => break,
            }
        }
        found
    }

    /// Adds what stands at one name; the target, if that is an alias to follow.
    fn step(&self, name: &str, kind: RecordType, found: &mut Answer) -> Option<String> {
        let holder = self.zone_of(name, kind);
        if holder.is_none_or(Zone::is_top)
            && let Some(records) = reverse::spontaneous(name, kind)
        {
            found.authentic = false;
            found.records.extend(records);
            return None;
        }
        let Some(zone) = holder else {
            found.outcome = Outcome::NoZone;
            found.authentic = false;
            return None;
        };
        found.authentic &= zone.signed;
        found.bogus |= zone.bogus;
        found.fault = found.fault.take().or_else(|| zone.fault(name, kind).cloned());
        let Some(node) = zone.node(name) else {
            found.outcome = Outcome::NoSuchName;
            found.soa = zone.soa();
            return None;
        };
        let matching = |data: &RData| {
            let own = data.record_type();
            own == kind || own == RecordType::CNAME || kind == RecordType::ANY
        };
        let before = found.records.len();
        let records = node.iter().filter(|(_, data)| matching(data));
        found.records.extend(records.map(|(ttl, data)| Record::from_rdata(parsed(name), *ttl, data.clone())));
        if found.records.len() == before {
            found.soa = zone.soa();
        }
        found.bogus |= found.records[before..].iter().any(|r| zone.is_refused(name, r.record_type()));
        found.records[before..].iter().find_map(|record| match &record.data {
            RData::CNAME(target) if kind != RecordType::CNAME && kind != RecordType::ANY => {
                Some(target.0.to_lowercase().to_ascii())
            }
            _ => None,
        })
    }
}

/// Whom a zone sends us to for the names below a cut.
fn referral(zone: &Zone, cut: &str) -> Own {
    let at = |name: &str, kind: RecordType| {
        let node = zone.nodes.get(name).into_iter().flatten();
        let records = node.filter(move |(_, data)| data.record_type() == kind);
        let record = |(ttl, data): &(u32, RData)| Record::from_rdata(parsed(name), *ttl, data.clone());
        records.map(record).collect::<Vec<_>>()
    };
    let servers = at(cut, RecordType::NS);
    let targets = servers.iter().map(|record| absolute(record.data.to_string().trim_end_matches('.'), "."));
    let glue =
        targets.flat_map(|target| [at(&target, RecordType::A), at(&target, RecordType::AAAA)].concat());
    let glue = glue.collect();
    Own::Referral(servers, glue)
}
