//! What a value must be beyond its form.

pub(super) mod checksum;
mod encoded;
mod filler;
mod password;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::rule::Rule;
pub(super) use checksum::Checksum;

/// What a rule asks of its values, besides that none may be a placeholder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of a rule that is there or not")]
pub(super) struct Proof {
    /// The least entropy of what follows the prefix, in bits a byte; how random a text of that alphabet
    /// and length is differs, so rules say it.
    entropy: f64,
    /// A digit and a letter at least: words have none.
    digit: bool,
    /// Capital and small letters.
    mixed: bool,
    /// Claims of a JSON Web Token, which the value is.
    jwt: BTreeMap<String, String>,
    /// A signed JSON Web Token of somebody, not a public one and not a sample.
    token: bool,
    /// A checksum at the end; one that is right proves the value, a wrong one asks for more entropy.
    checksum: Option<Checksum>,
    /// A private key in PEM, OpenSSH or PGP armour.
    pem: bool,
    /// A password that people choose: short ones count, default ones do not.
    password: bool,
    /// The base64 of this expression's start, as in a token that begins with a number's.
    base64_of: Option<encoded::Inside>,
}

/// True where a value of the right form is what the rule says.
pub(super) fn holds(rule: &Rule, value: &[u8]) -> bool {
    let proof = &rule.verify;
    if proof.pem {
        return encoded::is_private_key(value);
    }
    if proof.password {
        return password::is_real(value) && (!proof.digit || has_digit(value));
    }
    if proof.token {
        return encoded::is_token(value);
    }
    if !proof.jwt.is_empty() {
        return encoded::has_claims(value, &proof.jwt);
    }
    let prefix = rule.prefix(value);
    let body = &value[prefix.len()..];
    let entropy = match proof.checksum {
        Some(checksum) if checksum.is_right(body) => return true,
        // Not every issuer of such tokens keeps the checksum; chance must then be beyond doubt.
        Some(_) => checksum::ENTROPY_WITHOUT,
        None => proof.entropy,
    };
    let any = |class: fn(&u8) -> bool| body.iter().any(class);
    // A form that one provider gave out, in its whole length, says more than how the value looks.
    let filler = if rule.is_issued() { filler::has_words } else { filler::is_placeholder };
    filler::entropy(body) >= entropy
        && !filler(body)
        && (!proof.digit || has_digit(body))
        && (!proof.mixed || any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase))
        && proof.base64_of.is_none_or(|inside| inside.is_in(value, body))
}

/// A digit, and a letter too.
fn has_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic)
}
