//! What messages say, in the form that judges look at.

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, Record, RecordType};

use super::{name, order, record};
use crate::observed::{Delegation, DnsAnswer, DnsRecord};

/// What a message says.
pub(in crate::probe) fn answer(message: &Message) -> DnsAnswer {
    // Signatures are looked at by `dnssec` alone.
    let internet =
        |record: &&Record| record.dns_class == DNSClass::IN && record.record_type() != RecordType::RRSIG;
    let head = &message.metadata;
    let asked = message.queries.first().map_or_else(String::new, |query| name::write(query.name()));
    let records = message.answers.iter().filter(internet).map(record::normalised).collect();
    DnsAnswer {
        unauthoritative: false,
        nxdomain: head.response_code == ResponseCode::NXDomain,
        records: order::sorted(records, &asked),
        denial: message.authorities.iter().find_map(record::denial),
        referral: referral(message),
    }
}

/// What the message of a name server says.
pub(in crate::probe) fn own_answer(message: &Message) -> DnsAnswer {
    DnsAnswer { unauthoritative: !message.metadata.authoritative, ..answer(message) }
}

/// The delegation that a message without an answer of its own points at.
fn referral(message: &Message) -> Option<Delegation> {
    if !message.answers.is_empty() || message.metadata.authoritative {
        return None;
    }
    let is_ns = |record: &&Record| record.record_type() == RecordType::NS;
    let zone = message.authorities.iter().find(is_ns).map(|record| record.name.clone())?;
    let own = message.authorities.iter().filter(is_ns).filter(|record| record.name == zone);
    let mut servers: Vec<_> = own.map(|record| record::normalised(record).value).collect();
    servers.sort();
    servers.dedup();
    let address = |record: &&Record| matches!(record.record_type(), RecordType::A | RecordType::AAAA);
    let mut glue: Vec<DnsRecord> =
        message.additionals.iter().filter(address).map(record::normalised).collect();
    glue.retain(|record| servers.binary_search(&record.name).is_ok());
    let glue = order::sorted(glue, "");
    Some(Delegation { zone: name::write(&zone).into(), servers, glue })
}
