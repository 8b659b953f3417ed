//! Keys and signatures in words.

use x509_parser::oid_registry::Oid;
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::observed::{Key, Remote};

/// Algorithms of keys that have one size only.
const FIXED: [(&str, &str); 2] = [("1.3.101.112", "Ed25519"), ("1.3.101.113", "Ed448")];

/// Curves by object identifier, with their size (RFC 5480 section 2.1.1.1, SEC 2).
const CURVES: [(&str, &str, usize); 8] = [
    ("1.2.840.10045.3.1.7", "P-256", 256),
    ("1.3.132.0.34", "P-384", 384),
    ("1.3.132.0.35", "P-521", 521),
    ("1.2.840.10045.3.1.1", "P-192", 192),
    ("1.3.132.0.33", "P-224", 224),
    ("1.3.132.0.10", "secp256k1", 256),
    ("1.3.132.0.8", "secp160r1", 160),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
];

/// Algorithms of signatures by the hash that they are over (RFC 3279, RFC 4055, RFC 5758).
const HASHES: [(&str, &str); 18] = [
    ("1.2.840.113549.1.1.2", "MD2"),
    ("1.2.840.113549.1.1.3", "MD4"),
    ("1.2.840.113549.1.1.4", "MD5"),
    ("1.3.14.3.2.3", "MD5"),
    ("1.2.840.113549.1.1.5", "SHA-1"),
    ("1.3.14.3.2.29", "SHA-1"),
    ("1.2.840.10040.4.3", "SHA-1"),
    ("1.2.840.10045.4.1", "SHA-1"),
    ("1.3.14.3.2.26", "SHA-1"),
    ("1.2.840.113549.1.1.14", "SHA-224"),
    ("1.2.840.113549.1.1.11", "SHA-256"),
    ("1.2.840.113549.1.1.12", "SHA-384"),
    ("1.2.840.113549.1.1.13", "SHA-512"),
    ("1.2.840.10045.4.3.2", "SHA-256"),
    ("1.2.840.10045.4.3.3", "SHA-384"),
    ("1.2.840.10045.4.3.4", "SHA-512"),
    ("2.16.840.1.101.3.4.2.1", "SHA-256"),
    ("2.16.840.1.101.3.4.2.2", "SHA-384"),
];

/// The key of a certificate; `None` where it cannot be read.
pub(super) fn key(info: &SubjectPublicKeyInfo) -> Option<Key> {
    let of = |algorithm: &str, bits, curve| Key { algorithm: Remote::new(algorithm), bits, curve };
    match info.parsed().ok()? {
        PublicKey::RSA(rsa) => Some(of("RSA", Some(bits(rsa.modulus)), None)),
        PublicKey::DSA(_) => Some(of("DSA", None, None)),
        PublicKey::EC(point) => {
            let parameters = info.algorithm.parameters.as_ref();
            let id = parameters.and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string());
            let known = CURVES.iter().find(|(oid, ..)| Some(*oid) == id.as_deref());
            let curve = known.map(|(_, name, _)| (*name).to_owned()).or(id).map(Remote::from);
            Some(of("EC", Some(known.map_or(point.key_size(), |(.., bits)| *bits)), curve))
        }
        _ => {
            let id = info.algorithm.algorithm.to_id_string();
            let known = FIXED.iter().find(|(oid, _)| *oid == id);
            Some(of(known.map_or(id.as_str(), |(_, name)| name), None, None))
        }
    }
}

/// The size of a number, in whole bytes: a modulus of 2047 bits is sold as one of 2048.
fn bits(number: &[u8]) -> usize {
    8 * number.iter().skip_while(|byte| **byte == 0).count()
}

/// The hash that a signature is over.
pub(super) fn hash(algorithm: &AlgorithmIdentifier) -> Option<Remote> {
    let named = |oid: &Oid| {
        let id = oid.to_id_string();
        HASHES.iter().find(|(known, _)| *known == id).map(|(_, name)| Remote::new(name))
    };
    match SignatureAlgorithm::try_from(algorithm) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => named(parameters.hash_algorithm_oid()),
        _ => named(&algorithm.algorithm),
    }
}
