//! Signatures: HMAC, plain hashes, and what stands in the place of signatures that only the provider can make.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::signature::Ed25519KeyPair;
use ring::{digest, hmac};

use super::chance::Chance;
use super::scheme::{Encoding, Hash, KeyForm, Scheme};
use crate::hex::hex;

/// Providers print secrets with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a request cannot be made. None of these says anything of the secret's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no key in it.
    #[error("the secret is empty")]
    Empty,
    /// It should be base64.
    #[error("the secret is not base64{0}")]
    NotBase64(String),
    /// It should be hexadecimal.
    #[error("the secret is not hexadecimal{0}")]
    NotHex(String),
    /// It travels in a header, and cannot.
    #[error("the secret holds a character that no header can carry (a line break?)")]
    NoHeader,
    /// What is asked for needs the secret.
    #[error("the secret is not at hand")]
    NoSecret,
    /// What is asked for needs the verify token.
    #[error("the verify token is not at hand")]
    NoToken,
    /// The body has no place for what must be in it.
    #[error("the event has no place for `{0}`")]
    NoPlace(String),
    /// The endpoint has no such URL.
    #[error("there is no http:// form of this URL")]
    NoPlainUrl,
}

/// The signature that a secret makes over a text.
pub(super) fn signature(scheme: &Scheme, secret: &str, signed: &[u8]) -> Result<String, Fault> {
    if let Some(maker) = &scheme.hmac {
        let strip = maker.strip.as_ref().map_or("", |strip| strip.as_str());
        let key = hmac::Key::new(algorithm(maker.hash.value), &key(secret, strip, scheme.key_form())?);
        let encoding = maker.encoding.as_ref().map_or(Encoding::Hex, |encoding| encoding.value);
        return Ok(encoded(hmac::sign(&key, signed).as_ref(), encoding));
    }
    let Some(maker) = &scheme.digest else { return Ok(String::new()) };
    let encoding = maker.encoding.as_ref().map_or(Encoding::Hex, |encoding| encoding.value);
    Ok(encoded(hash(maker.hash.value, signed).as_ref(), encoding))
}

/// A signature of the right form by a key that is not the provider's. Ed25519 is signed for real: verifiers
/// refuse what is no point of the curve before they look at the text. Of the others nobody but the holder
/// of the public key can tell a signature from numbers of its size.
pub(super) fn foreign(scheme: &Scheme, signed: &[u8], claims: &str, chance: Chance) -> String {
    if let Some(jwt) = &scheme.jwt_es256 {
        let header = format!(r#"{{"alg":"ES256","kid":"{}","typ":"JWT"}}"#, chance.uuid("kid"));
        let claims = claims.replace("{}", &jwt.body_hash);
        let parts = [header.into_bytes(), claims.into_bytes(), small_pair(chance)];
        return parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    }
    let (bytes, key) = if let Some(key) = &scheme.ed25519 {
        (ed25519(signed, chance), key)
    } else if let Some(key) = &scheme.ecdsa_p256 {
        (der_pair(chance), key)
    } else if let Some(key) = &scheme.rsa {
        let mut bytes = chance.bytes("rsa", 256);
        // Below every modulus of that size.
        bytes[0] = 0;
        (bytes, key)
    } else {
        return String::new();
    };
    encoded(&bytes, key.encoding.as_ref().map_or(Encoding::Base64, |encoding| encoding.value))
}

fn ed25519(signed: &[u8], chance: Chance) -> Vec<u8> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&chance.bytes("ed25519", 32));
    pair.map(|pair| pair.sign(signed).as_ref().to_vec()).unwrap_or_default()
}

/// Two numbers of 32 bytes below the order of P-256.
fn small_pair(chance: Chance) -> Vec<u8> {
    let mut bytes = chance.bytes("p256", 64);
    for at in [0, 32] {
        bytes[at] = bytes[at] & 0x3f | 0x40;
    }
    bytes
}

/// The same as X9.62 writes them: a DER sequence of two integers.
fn der_pair(chance: Chance) -> Vec<u8> {
    let mut der = vec![0x30, 68];
    for number in small_pair(chance).chunks(32) {
        der.extend_from_slice(&[0x02, 32]);
        der.extend_from_slice(number);
    }
    der
}

fn algorithm(hash: Hash) -> hmac::Algorithm {
    match hash {
        Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => hmac::HMAC_SHA256,
        Hash::Sha512 => hmac::HMAC_SHA512,
    }
}

fn hash(hash: Hash, text: &[u8]) -> digest::Digest {
    let algorithm = match hash {
        Hash::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha512 => &digest::SHA512,
    };
    digest::digest(algorithm, text)
}

/// The SHA-256 of a text in hexadecimal.
pub(super) fn sha256(text: &[u8]) -> String {
    hex(hash(Hash::Sha256, text).as_ref())
}

/// HMAC-SHA256 in hexadecimal, keyed with the text of a secret: what Zoom's handshake asks for.
pub(super) fn hmac_sha256(secret: &str, text: &str) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), text.as_bytes()).as_ref())
}

/// A text in base64.
pub(super) fn base64(text: &[u8]) -> String {
    STANDARD.encode(text)
}

/// A secret of the same form that nobody holds.
pub(super) fn wrong_secret(scheme: &Scheme, prefix: &str, chance: Chance) -> String {
    if scheme.templates().any(|(_, template)| template.holds(super::template::Placeholder::Basic)) {
        return format!("launch-ready:{}", chance.letters("password", 24));
    }
    let strip = scheme.hmac.as_ref().and_then(|hmac| hmac.strip.as_ref()).map_or("", |strip| strip.as_str());
    let prefix = if strip.is_empty() { prefix } else { strip };
    let secret = match scheme.key_form() {
        KeyForm::Text => chance.letters("secret", 40),
        KeyForm::Hex => chance.digits("secret", 64),
        KeyForm::Base64 => base64(&chance.bytes("secret", 24)),
    };
    format!("{prefix}{secret}")
}

fn encoded(bytes: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex => hex(bytes),
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64url => URL_SAFE_NO_PAD.encode(bytes),
    }
}

/// The key that a secret's text stands for.
fn key(secret: &str, strip: &str, form: KeyForm) -> Result<Vec<u8>, Fault> {
    let bare = secret.strip_prefix(strip).unwrap_or(secret);
    let behind = || if strip.is_empty() { String::new() } else { format!(" behind `{strip}`") };
    let key = match form {
        KeyForm::Text => bare.as_bytes().to_vec(),
        KeyForm::Base64 => LENIENT.decode(bare).map_err(|_| Fault::NotBase64(behind()))?,
        KeyForm::Hex => unhex(bare).ok_or_else(|| Fault::NotHex(behind()))?,
    };
    if key.is_empty() { Err(Fault::Empty) } else { Ok(key) }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| if let [high, low] = pair { Some(digit(*high)? << 4 | digit(*low)?) } else { None })
        .collect()
}

#[cfg(test)]
mod tests;
