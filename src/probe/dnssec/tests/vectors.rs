//! Signatures that others made: the examples of the standards.

use hickory_proto::rr::rdata::{A, MX};
use hickory_proto::serialize::txt::trust_anchor::{Entry, Parser};

use super::super::answers::Set;
use super::super::verify::{Fault, holding, named};
use super::*;

/// A key, a DS for it, and a signature over one record.
struct Vector {
    key: &'static str,
    ds: Option<&'static str>,
    owner: &'static str,
    data: RData,
    /// Labels, expiration, inception, signature.
    signature: (u8, u32, u32, &'static str),
}

fn a(address: &str) -> RData {
    RData::A(A(address.parse().expect("an address")))
}

fn mail() -> RData {
    RData::MX(MX::new(10, name("mail.example.com")))
}

/// RFC 8080 section 6 (Ed25519), RFC 6605 section 6 (P-256, P-384), RFC 5702 section 6 (RSA).
fn vectors() -> Vec<Vector> {
    vec![
        Vector {
            key: "example.com. IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
            ds: Some("3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b"),
            owner: "example.com",
            data: mail(),
            signature: (
                2,
                1_440_021_600,
                1_438_207_200,
                "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
            ),
        },
        Vector {
            key: "example.net. IN DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
            ds: Some("55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"),
            owner: "www.example.net",
            data: a("192.0.2.1"),
            signature: (
                3,
                1_284_026_679,
                1_281_607_479,
                "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
            ),
        },
        Vector {
            key: "example.net. IN DNSKEY 257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
            ds: Some(
                "10771 14 4 72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6",
            ),
            owner: "www.example.net",
            data: a("192.0.2.1"),
            signature: (
                3,
                1_284_027_625,
                1_281_608_425,
                "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
            ),
        },
        Vector {
            key: "example.net. IN DNSKEY 256 3 10 AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL",
            ds: None,
            owner: "www.example.net",
            data: a("192.0.2.91"),
            signature: (
                3,
                1_893_456_000,
                946_684_800,
                "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=",
            ),
        },
    ]
}

fn key(text: &str) -> DNSKEY {
    let entries = Parser::new(format!("{text}\n")).parse().expect("a key");
    match entries.into_iter().next() {
        Some(Entry::DNSKEY(record)) => record.data().clone(),
        other => panic!("{other:?}"),
    }
}

/// Base64 (RFC 4648), through the one reader of it that is in the tree.
fn bytes(base64: &str) -> Vec<u8> {
    key(&format!(". IN DNSKEY 257 3 15 {base64}")).public_key().public_bytes().to_vec()
}

fn set(vector: &Vector, key: &DNSKEY, zone: &Name) -> Set {
    let (labels, until, from, signature) = vector.signature;
    let input = SigInput {
        type_covered: vector.data.record_type(),
        algorithm: key.public_key().algorithm(),
        num_labels: labels,
        original_ttl: 3600,
        sig_expiration: SerialNumber::new(until),
        sig_inception: SerialNumber::new(from),
        key_tag: key.calculate_key_tag().expect("a tag"),
        signer_name: zone.clone(),
    };
    let owner = name(vector.owner);
    Set {
        records: vec![Record::from_rdata(owner, 0, vector.data.clone())],
        signatures: vec![RRSIG::from_sig(input, bytes(signature))],
    }
}

use hickory_proto::dnssec::PublicKey;

#[test]
fn the_standards_own_examples_verify() {
    for vector in vectors() {
        let key = key(vector.key);
        let zone = name(vector.key.split(' ').next().expect("an owner"));
        let mut set = set(&vector, &key, &zone);
        let kind = vector.data.record_type();
        let owner = name(vector.owner);
        let held = holding(&set, &owner, kind, &zone, &[&key]);
        assert_eq!(held.map(|held| held.len()), Ok(1), "{}", vector.key);
        if let Some(ds) = vector.ds {
            let ds = RData::try_from_str(RecordType::DS, ds).expect("a DS");
            let ds = Set { records: vec![Record::from_rdata(zone.clone(), 0, ds)], signatures: Vec::new() };
            assert_eq!(named(&ds, &[&key], &zone).map(|keys| keys.len()), Ok(1), "{}", vector.key);
        }
        set.records[0].data = if kind == RecordType::MX { a("192.0.2.7") } else { a("192.0.2.2") };
        assert!(matches!(holding(&set, &owner, kind, &zone, &[&key]), Err(Fault::Broken(_))));
    }
}

/// The 512-bit key of RFC 5702 section 6.1, which no cryptography of today takes.
#[test]
fn a_short_rsa_key_is_not_checked() {
    let key = key(
        "example.net. IN DNSKEY 256 3 8 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=",
    );
    let zone = name("example.net");
    let vector = Vector {
        key: "",
        ds: None,
        owner: "www.example.net",
        data: a("192.0.2.91"),
        signature: (
            3,
            1_893_456_000,
            946_684_800,
            "kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==",
        ),
    };
    let set = set(&vector, &key, &zone);
    let why = "key 9033 is an RSA key of 512 bits, which is not checked here";
    let held = holding(&set, &name("www.example.net"), RecordType::A, &zone, &[&key]);
    assert_eq!(held.map(|held| held.len()), Err(Fault::Unchecked(why.into())));
}
