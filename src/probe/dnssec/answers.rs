//! What was answered about a zone and those above it, whoever answered: a resolver or the name
//! servers themselves.

use std::collections::BTreeMap;

use hickory_proto::dnssec::rdata::{DNSKEY, DS, RRSIG};
use hickory_proto::op::Message;
use hickory_proto::rr::{DNSClass, Name, Record, RecordData, RecordType};

use crate::probe::dns::write_name;
use crate::probe::problem::Problem;

/// Messages by the question that they answer.
#[derive(Default)]
pub(super) struct Answers(BTreeMap<(Name, RecordType), Result<Message, Problem>>);

/// The records of one name and type, and the signatures over them.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub(super) records: Vec<Record>,
    pub(super) signatures: Vec<RRSIG>,
}

impl Answers {
    /// Keeps an answer.
    pub(super) fn insert(&mut self, name: &Name, kind: RecordType, answer: Result<Message, Problem>) {
        self.0.insert((name.to_lowercase(), kind), answer);
    }

    /// What was answered; an empty set where there is nothing of that type.
    ///
    /// # Errors
    ///
    /// Why nobody knows.
    pub(super) fn set(&self, name: &Name, kind: RecordType) -> Result<Set, String> {
        let unasked = || format!("no answer came in time for {} {kind}", write_name(name));
        match self.0.get(&(name.to_lowercase(), kind)) {
            None => Err(unasked()),
            Some(Err(problem)) => Err(problem.words().to_owned()),
            Some(Ok(message)) => Ok(Set::of(message, name, kind)),
        }
    }

    /// True where a denial names exactly that zone as its own: the name is the top of one, signed
    /// or not.
    pub(super) fn denied_by(&self, name: &Name, kind: RecordType) -> bool {
        let Some(Ok(message)) = self.0.get(&(name.to_lowercase(), kind)) else { return false };
        denier(message).is_some_and(|zone| zone == *name)
    }

    /// True where any message holds any signature.
    pub(super) fn hold_signatures(&self) -> bool {
        let all = self.0.values().flatten().flat_map(|m| m.answers.iter().chain(&m.authorities));
        all.into_iter().any(|record| signature(record).is_some())
    }
}

/// The zone whose SOA stands in a denial (RFC 2308 section 2).
pub(super) fn denier(message: &Message) -> Option<Name> {
    let soa = message.authorities.iter().find(|record| record.record_type() == RecordType::SOA)?;
    Some(soa.name.to_lowercase())
}

impl Set {
    /// The set that a message holds.
    pub(super) fn of(message: &Message, name: &Name, kind: RecordType) -> Self {
        let own = |record: &&Record| record.name == *name && record.dns_class == DNSClass::IN;
        let mut records: Vec<Record> =
            message.answers.iter().filter(own).filter(|r| r.record_type() == kind).cloned().collect();
        // Signatures are over the original TTL; a set has one (RFC 2181 section 5.2), and its
        // order must not depend on it.
        for record in &mut records {
            record.ttl = 0;
        }
        records.sort();
        records.dedup();
        let signatures = message.answers.iter().filter(own).filter_map(signature);
        let signatures = signatures.filter(|sig| sig.input().type_covered == kind).cloned().collect();
        Self { records, signatures }
    }

    /// True where there is no record.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The keys in it.
    pub(super) fn keys(&self) -> Vec<&DNSKEY> {
        self.records.iter().filter_map(|record| DNSKEY::try_borrow(&record.data)).collect()
    }

    /// The delegation signers in it.
    pub(super) fn signers(&self) -> Vec<&DS> {
        self.records.iter().filter_map(|record| DS::try_borrow(&record.data)).collect()
    }
}

fn signature(record: &Record) -> Option<&RRSIG> {
    RRSIG::try_borrow(&record.data)
}
