//! The key itself: what `p=` holds.

mod base64;
mod der;
mod read;

use std::fmt;

use sha2::{Digest, Sha256};

use crate::hex::hex;

pub(crate) use read::begins_private_key;
pub(super) use read::{Place, holds_private_key, is_bare_key, read};

/// Receivers need not verify with more bits (RFC 8301 section 3.2).
pub(super) const MOST_BITS: usize = 4096;

/// Types of key (RFC 6376 section 3.3, RFC 8463).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    /// `k=rsa`
    Rsa,
    /// `k=ed25519`
    Ed25519,
}

impl KeyType {
    /// The type that a value of `k=` names.
    pub fn named(value: &str) -> Option<Self> {
        match value {
            "rsa" => Some(Self::Rsa),
            "ed25519" => Some(Self::Ed25519),
            _ => None,
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::Ed25519 => "Ed25519",
        })
    }
}

/// What a `p=` that can be read holds. Two that are equal verify the same signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Nothing: the key is withdrawn (section 3.6.1).
    Revoked,
    /// An RSA key.
    Rsa(RsaKey),
    /// An Ed25519 key (RFC 8463).
    Ed25519([u8; 32]),
}

/// An RSA key (RFC 8017 section 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl RsaKey {
    /// The length of the modulus in bits, which is what "a key of 2048 bits" means.
    pub fn bits(&self) -> usize {
        let unused = self.modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        self.modulus.len() * 8 - unused
    }

    /// The modulus, most significant byte first, without leading zeros.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The public exponent, likewise.
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }
}

/// Keys whose private halves are printed in standards: the SHA-256 digest of the modulus or the
/// Ed25519 key, and where.
const SAMPLES: &[(&str, &str)] = &[
    ("1be2c2e898b8cb93583845439eb7b8df9d47527f9b77751cfcd96d91851f4efd", "RFC 6376 appendix C"),
    ("faa7f1558c0345a1166a022f3c50feabe8105966d5d8010d3c8d29a462986a42", "RFC 8463 appendix A.2"),
    ("21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9", "RFC 8463 appendix A.2"),
];

impl Key {
    /// The standard that prints the private half of this key, so that everybody can sign with it.
    pub fn sample(&self) -> Option<&'static str> {
        let bytes: &[u8] = match self {
            Self::Revoked => return None,
            Self::Rsa(key) => &key.modulus,
            Self::Ed25519(key) => key,
        };
        let digest = hex(&Sha256::digest(bytes));
        SAMPLES.iter().find(|(known, _)| *known == digest).map(|(_, standard)| *standard)
    }
}

/// As messages name it: `RSA with 2048 bits`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked => f.write_str("a withdrawn key"),
            Self::Rsa(key) => write!(f, "RSA with {} bits", key.bits()),
            Self::Ed25519(_) => f.write_str("Ed25519"),
        }
    }
}
