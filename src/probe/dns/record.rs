//! Records in the form that judges compare.

use std::fmt::Write;

use hickory_proto::dnssec::rdata::{DNSSECRData, DS};
use hickory_proto::rr::rdata::svcb::SvcParamKey;
use hickory_proto::rr::rdata::{CAA, SOA, SVCB, TLSA};
use hickory_proto::rr::{RData, Record};

use super::name::write as name;
use crate::hex::hex;
use crate::observed::{Denial, DnsRecord, Remote};

/// One record, normalised as [`DnsRecord`] says.
pub(super) fn normalised(record: &Record) -> DnsRecord {
    let (priority, value) = data(&record.data);
    DnsRecord {
        name: Remote::from(name(&record.name)),
        kind: record.record_type().to_string(),
        ttl: record.ttl,
        priority,
        value,
    }
}

/// What the SOA of a negative answer says (RFC 2308 section 5).
pub(super) fn denial(record: &Record) -> Option<Denial> {
    let RData::SOA(soa) = &record.data else { return None };
    Some(Denial { zone: Remote::from(name(&record.name)), ttl: record.ttl.min(soa.minimum) })
}

fn data(data: &RData) -> (Option<u16>, Remote) {
    let plain = |text: String| (None, Remote::from(text));
    match data {
        RData::A(address) => plain(address.to_string()),
        RData::AAAA(address) => plain(address.to_string()),
        RData::CNAME(target) => plain(name(target)),
        RData::NS(target) => plain(name(target)),
        RData::PTR(target) => plain(name(target)),
        RData::ANAME(target) => plain(name(target)),
        RData::SOA(soa) => plain(start_of_authority(soa)),
        RData::MX(mx) => (Some(mx.preference), Remote::from(name(&mx.exchange))),
        RData::SRV(srv) => {
            let value = format!("{} {} {}", srv.weight, srv.port, name(&srv.target));
            (Some(srv.priority), Remote::from(value))
        }
        RData::TXT(txt) => (None, Remote::from_bytes(&txt.txt_data.concat())),
        RData::CAA(caa) => (None, certification_authority(caa)),
        RData::HTTPS(https) => service(&https.0),
        RData::SVCB(svcb) => service(svcb),
        RData::TLSA(tlsa) => plain(association(tlsa)),
        RData::DNSSEC(DNSSECRData::DS(ds)) => plain(signer(ds)),
        RData::Unknown { rdata, .. } => plain(generic(&rdata.anything)),
        RData::Update0(_) => plain(generic(&[])),
        other => plain(other.to_string()),
    }
}

/// `mname rname serial refresh retry expire minimum` (RFC 1035 section 3.3.13).
fn start_of_authority(soa: &SOA) -> String {
    let (mname, rname) = (name(&soa.mname), name(&soa.rname));
    let [serial, minimum] = [soa.serial, soa.minimum];
    format!("{mname} {rname} {serial} {} {} {} {minimum}", soa.refresh, soa.retry, soa.expire)
}

/// `0 issue "letsencrypt.org"` (RFC 8659 section 4.1.1).
fn certification_authority(caa: &CAA) -> Remote {
    let flags = caa.reserved_flags | (u8::from(caa.issuer_critical) << 7);
    let value = String::from_utf8_lossy(&caa.value);
    Remote::from(format!("{flags} {} \"{value}\"", caa.tag.to_ascii_lowercase()))
}

/// `target key=value ...`, with the parameters in the order sent (RFC 9460 section 2.1).
fn service(svcb: &SVCB) -> (Option<u16>, Remote) {
    let mut value = name(&svcb.target_name);
    for (key, parameter) in &svcb.svc_params {
        // Values with several parts are displayed with a trailing comma.
        let text = parameter.to_string();
        let text = text.trim_end_matches(',');
        let key = parameter_name(*key);
        let _ = if text.is_empty() { write!(value, " {key}") } else { write!(value, " {key}={text}") };
    }
    (Some(svcb.svc_priority), Remote::from(value))
}

/// Keys that hickory does not know are `key7` (RFC 9460 section 2.1).
fn parameter_name(key: SvcParamKey) -> String {
    match key {
        SvcParamKey::Unknown(number) => format!("key{number}"),
        known => known.to_string(),
    }
}

fn association(tlsa: &TLSA) -> String {
    let (usage, selector) = (u8::from(tlsa.cert_usage), u8::from(tlsa.selector));
    format!("{usage} {selector} {} {}", u8::from(tlsa.matching), hex(&tlsa.cert_data))
}

/// `tag algorithm digest-type digest` (RFC 4034 section 5.3).
pub(in crate::probe) fn signer(ds: &DS) -> String {
    let (algorithm, kind) = (u8::from(ds.algorithm()), u8::from(ds.digest_type()));
    format!("{} {algorithm} {kind} {}", ds.key_tag(), hex(ds.digest()))
}

/// The form for types that nobody knows (RFC 3597 section 5).
fn generic(bytes: &[u8]) -> String {
    format!("\\# {} {}", bytes.len(), hex(bytes)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use hickory_proto::dnssec::{Algorithm, DigestType};
    use hickory_proto::op::Message;
    use hickory_proto::rr::rdata::{CNAME, MX, NULL, SRV, TXT};
    use hickory_proto::rr::{Name, RecordType};

    use super::*;

    fn host(text: &str) -> Name {
        Name::from_ascii(text).expect("a name")
    }

    fn value(data: RData) -> (String, Option<u16>, String) {
        let record = normalised(&Record::from_rdata(host("WWW.Example.Test."), 60, data));
        assert_eq!(record.name.as_str(), "www.example.test");
        (record.kind, record.priority, record.value.as_str().to_owned())
    }

    #[test]
    fn values_are_normalised() {
        let of = |data| {
            let (kind, priority, value) = value(data);
            priority.map_or_else(|| format!("{kind} {value}"), |p| format!("{kind} {p} {value}"))
        };
        assert_eq!(of(RData::CNAME(CNAME(host("A.Test.")))), "CNAME a.test");
        assert_eq!(of(RData::MX(MX::new(10, host("MX.Test.")))), "MX 10 mx.test");
        assert_eq!(of(RData::MX(MX::new(0, Name::root()))), "MX 0 .");
        assert_eq!(of(RData::SRV(SRV::new(1, 2, 443, host("S.Test.")))), "SRV 1 2 443 s.test");
        let txt = TXT::from_bytes(vec![b"v=spf1 ", b"-all\xff"]);
        assert_eq!(of(RData::TXT(txt)), "TXT v=spf1 -all\u{fffd}");
        let mut issue = CAA::new_issue(true, Some(host("ca.test")), Vec::new());
        issue.tag = "Issue".into();
        assert_eq!(of(RData::CAA(issue)), "CAA 128 issue \"ca.test\"");
        let ds = DS::new(12345, Algorithm::ECDSAP256SHA256, DigestType::SHA256, vec![0xab]);
        assert_eq!(of(RData::DNSSEC(DNSSECRData::DS(ds))), "DS 12345 13 2 ab");
        let odd = RData::Unknown { code: RecordType::Unknown(65_280), rdata: NULL::with(vec![1]) };
        assert!(of(odd).ends_with("\\# 1 01"));
    }

    proptest::proptest! {
        #[test]
        fn no_message_makes_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            if let Ok(message) = Message::from_vec(&bytes) {
                message.answers.iter().for_each(|record| drop(normalised(record)));
            }
        }

        #[test]
        fn no_record_data_makes_it_panic(
            kind in proptest::sample::select(vec![1_u16, 2, 5, 15, 16, 28, 33, 43, 46, 47, 48, 50, 52, 59, 60, 64, 65, 257, 999]),
            data in proptest::collection::vec(proptest::num::u8::ANY, 0..60),
        ) {
            let mut bytes = vec![0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, b'a', 0];
            bytes.extend(kind.to_be_bytes());
            bytes.extend([0, 1, 0, 0, 0, 60, 0, u8::try_from(data.len()).unwrap_or(0)]);
            bytes.extend(&data);
            if let Ok(message) = Message::from_vec(&bytes) {
                message.answers.iter().for_each(|record| drop(normalised(record)));
            }
        }
    }
}
