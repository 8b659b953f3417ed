//! Reads what `p=` holds (RFC 6376 section 3.6.1, RFC 8463 section 4).

use super::base64::{self, Decoded, Fault};
use super::der::{self, Found};
use super::{Key, KeyType, RsaKey};
use crate::mail::dkim::{SyntaxError, SyntaxErrorKind};

/// A value, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::mail::dkim) struct Place<'r> {
    /// The value of `p=`.
    pub(in crate::mail::dkim) value: &'r str,
    /// Its first byte in the record.
    pub(in crate::mail::dkim) start: usize,
    /// True where it ends where one string of a TXT record must.
    pub(in crate::mail::dkim) at_limit: bool,
}

impl Place<'_> {
    fn all(self, kind: SyntaxErrorKind) -> SyntaxError {
        SyntaxError { kind, span: self.start..self.start + self.value.len() }
    }

    /// A fault at one byte of the value, and the character there.
    fn at(self, kind: SyntaxErrorKind, at: usize) -> SyntaxError {
        let length = self.value.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        SyntaxError { kind, span: self.start + at..self.start + at + length }
    }
}

/// Reads a key. Without a type, for a record whose type nobody knows, only what no type may hold
/// is an error, and there is no key.
pub(in crate::mail::dkim) fn read(
    place: Place,
    key_type: Option<KeyType>,
) -> Result<Key, Option<SyntaxError>> {
    if place.value.is_empty() {
        return Ok(Key::Revoked);
    }
    if let Some(kind) = pem(place.value) {
        return Err(Some(place.all(kind)));
    }
    let decoded = base64::decode(place.value);
    if der::begins_private(&decoded.bytes) {
        return Err(Some(place.all(SyntaxErrorKind::PrivateKey)));
    }
    let Some(key_type) = key_type else { return Err(None) };
    if let Some((fault @ (Fault::Character(_) | Fault::BehindPadding), at)) = decoded.fault {
        return Err(Some(place.at(of_base64(fault), at)));
    }
    let key = match key_type {
        KeyType::Rsa => rsa(place, &decoded),
        KeyType::Ed25519 => ed25519(&decoded.bytes),
    };
    match (key, decoded.fault) {
        (Ok(key), None) => Ok(key),
        // The key itself tells better what is missing than its base64 does.
        (Err(kind @ SyntaxErrorKind::Truncated { .. }), _) => Err(Some(place.at(kind, place.value.len()))),
        (Err(kind @ SyntaxErrorKind::PlusLost), _) => {
            Err(Some(place.at(kind, place.value.find(' ').unwrap_or_default())))
        }
        (Err(kind), None) => Err(Some(place.all(kind))),
        (_, fault) => Err(fault.map(|(fault, at)| place.at(of_base64(fault), at))),
    }
}

fn of_base64(fault: Fault) -> SyntaxErrorKind {
    match fault {
        Fault::Character(c) => SyntaxErrorKind::Base64Character(c),
        Fault::BehindPadding => SyntaxErrorKind::BehindPadding,
        Fault::Cut => SyntaxErrorKind::Base64Cut,
        Fault::Padding => SyntaxErrorKind::Base64Padding,
    }
}

/// The lines of a PEM file (RFC 7468), whatever became of the line breaks.
fn pem(value: &str) -> Option<SyntaxErrorKind> {
    let (_, label) = value.split_once("-----BEGIN")?;
    let label = label.split("-----").next().unwrap_or(label);
    Some(match label {
        private if private.contains("PRIVATE") => SyntaxErrorKind::PrivateKey,
        certificate if certificate.contains("CERTIFICATE") => SyntaxErrorKind::Certificate,
        _ => SyntaxErrorKind::Pem,
    })
}

fn rsa(place: Place, decoded: &Decoded) -> Result<Key, SyntaxErrorKind> {
    match der::look(&decoded.bytes) {
        Found::Rsa { modulus, exponent } => {
            let key = RsaKey { modulus: magnitude(modulus), exponent: magnitude(exponent) };
            checked(key, modulus).map(Key::Rsa)
        }
        Found::Ed25519 => Err(SyntaxErrorKind::Mismatch { declared: KeyType::Rsa, found: KeyType::Ed25519 }),
        Found::Truncated { got, of } => Err(if plus_lost(place.value) {
            SyntaxErrorKind::PlusLost
        } else {
            SyntaxErrorKind::Truncated { got, of, at_limit: place.at_limit }
        }),
        Found::Unknown if decoded.bytes.len() == 32 => {
            Err(SyntaxErrorKind::Mismatch { declared: KeyType::Rsa, found: KeyType::Ed25519 })
        }
        found => Err(other(&found, decoded.bytes.len())),
    }
}

/// A number without its leading zeros.
fn magnitude(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}

fn checked(key: RsaKey, signed: &[u8]) -> Result<RsaKey, SyntaxErrorKind> {
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let negative = signed.first().is_some_and(|byte| *byte >= 0x80);
    if negative || !is_odd(&key.modulus) {
        Err(SyntaxErrorKind::Modulus)
    } else if !is_odd(&key.exponent) || key.exponent == [1] {
        Err(SyntaxErrorKind::Exponent)
    } else {
        Ok(key)
    }
}

/// True where the key is whole once `+` stands in the place of each space: who decodes URLs makes
/// spaces of them.
fn plus_lost(value: &str) -> bool {
    let decoded = base64::decode(&value.replace(' ', "+"));
    decoded.fault.is_none() && value.contains(' ') && matches!(der::look(&decoded.bytes), Found::Rsa { .. })
}

fn ed25519(bytes: &[u8]) -> Result<Key, SyntaxErrorKind> {
    if let Ok(key) = <[u8; 32]>::try_from(bytes) {
        return Ok(Key::Ed25519(key));
    }
    match der::look(bytes) {
        Found::Ed25519 => Err(SyntaxErrorKind::WrappedEd25519),
        Found::Rsa { .. } => {
            Err(SyntaxErrorKind::Mismatch { declared: KeyType::Ed25519, found: KeyType::Rsa })
        }
        // Seed and public key one behind the other, as many libraries keep a private key.
        _ if bytes.len() == 64 => Err(SyntaxErrorKind::PrivateKey),
        Found::Unknown | Found::Truncated { .. } => Err(SyntaxErrorKind::Ed25519Length(bytes.len())),
        found => Err(other(&found, bytes.len())),
    }
}

/// What is no key of either type.
fn other(found: &Found, length: usize) -> SyntaxErrorKind {
    match found {
        Found::Certificate => SyntaxErrorKind::Certificate,
        Found::Other(algorithm) => SyntaxErrorKind::Algorithm(algorithm),
        Found::Parameters => SyntaxErrorKind::Parameters,
        Found::Trailing(bytes) => SyntaxErrorKind::Trailing(*bytes),
        _ => SyntaxErrorKind::NotAKey(length),
    }
}

/// True for the base64 of a key without any tag.
pub(in crate::mail::dkim) fn is_bare_key(text: &str) -> bool {
    let decoded = base64::decode(text);
    let key =
        matches!(der::look(&decoded.bytes), Found::Rsa { .. } | Found::Ed25519 | Found::Truncated { .. });
    let base64 = !matches!(decoded.fault, Some((Fault::Character(_), _)));
    base64 && (key || der::begins_private(&decoded.bytes))
}

/// True for a text with a word in it that begins a private key.
pub(in crate::mail::dkim) fn holds_private_key(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/".contains(c)).any(begins_private_key)
}

/// True for base64 that begins a private key: what must never be shown.
pub(crate) fn begins_private_key(text: &str) -> bool {
    // The first bytes tell.
    let start: String = text.chars().take(64).collect();
    der::begins_private(&base64::decode(&start).bytes)
}
