//! Values that hold something: tokens with claims, private keys in armour.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// The least number of base64 characters of a private key: those of Ed25519 have 64.
const SHORTEST_KEY: usize = 56;

/// What the base64 at the start of a value must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Inside {
    /// A number of 17 to 20 digits before the first dot (Discord's accounts).
    Number,
    /// A host's name and `$` (Clerk).
    Host,
}

impl Inside {
    pub(super) fn is_in(self, value: &[u8], body: &[u8]) -> bool {
        match self {
            Self::Number => {
                let first = value.split(|byte| *byte == b'.').next().unwrap_or_default();
                let digits = BASE64_URL.decode(first).unwrap_or_default();
                (17..=20).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
            }
            Self::Host => {
                let text = BASE64.decode(body).unwrap_or_default();
                let host = text.strip_suffix(b"$").unwrap_or_default();
                host.contains(&b'.')
                    && host.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte))
            }
        }
    }
}

/// True for a JSON Web Token with these claims.
pub(super) fn has_claims(token: &[u8], claims: &BTreeMap<String, String>) -> bool {
    let payload = token.split(|byte| *byte == b'.').nth(1).unwrap_or_default();
    let decoded = BASE64_URL.decode(payload).unwrap_or_default();
    let Ok(payload) = serde_json::from_slice::<serde_json::Value>(&decoded) else { return false };
    claims.iter().all(|(name, value)| payload.get(name).and_then(|claim| claim.as_str()) == Some(value))
}

/// True for a signed token that opens something: not that of anonymous users, and not the sample that
/// documentation shows.
pub(super) fn is_token(token: &[u8]) -> bool {
    let mut parts = token.split(|byte| *byte == b'.').map(|part| BASE64_URL.decode(part).unwrap_or_default());
    let mut object = || {
        let part = parts.next()?;
        serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&part).ok()
    };
    let (Some(header), Some(payload)) = (object(), object()) else { return false };
    let is = |name: &str, value: &str| payload.get(name).and_then(|claim| claim.as_str()) == Some(value);
    let is_signed = header.get("alg").and_then(|alg| alg.as_str()).is_some_and(|alg| alg != "none");
    let is_sample = is("sub", "1234567890") || is("name", "John Doe") || is("iss", "supabase-demo");
    is_signed && !payload.is_empty() && !is_sample && !is("role", "anon")
}

/// True for armour that holds a private key, and not dots or a word; for the base64 of such armour too.
pub(super) fn is_private_key(armour: &[u8]) -> bool {
    if armour.starts_with(b"-") {
        return is_armour(armour);
    }
    let armour = BASE64.decode(armour).unwrap_or_default();
    let head = &armour[..armour.len().min(60)];
    head.windows(11).any(|word| word == b"PRIVATE KEY") && is_armour(&armour)
}

fn is_armour(armour: &[u8]) -> bool {
    let text = String::from_utf8_lossy(armour);
    let Some((_, inside)) = text.trim_start_matches('-').split_once("-----") else { return false };
    let inside = inside.split("-----END").next().unwrap_or(inside);
    // Escapes and headers are no part of the key; armour of PGP and encrypted keys has headers.
    let inside = inside.replace("\\n", "\n").replace("\\r", "\n").replace('\\', "\n");
    // In code, each line may be a string of its own.
    let unquoted = |line| str::split(line, ['"', '\'']).max_by_key(|part| part.len());
    let lines =
        inside.lines().filter(|line| !line.contains(": ")).filter_map(unquoted).filter(|part| part.len() > 3);
    let body: String =
        lines.flat_map(str::chars).filter(|c| c.is_ascii_alphanumeric() || "+/".contains(*c)).collect();
    if body.len() < SHORTEST_KEY {
        return false;
    }
    let start = BASE64.decode(&body[..SHORTEST_KEY]).unwrap_or_default();
    // The header of OpenSSH's own format is full of zeros: its name tells more than chance does.
    if start.starts_with(b"openssh-key") {
        return !super::filler::is_placeholder(&body.as_bytes()[SHORTEST_KEY..]);
    }
    if super::filler::is_placeholder(&body.as_bytes()[..SHORTEST_KEY]) {
        return false;
    }
    if text.contains("PGP") || inside.contains("ENCRYPTED") {
        return true;
    }
    // A sequence in DER.
    start.first() == Some(&0x30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_tokens_and_samples_are_no_secret() {
        let token = |header: &str, payload: &str| {
            let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
            is_token(format!("{}.{}.c2lnbmF0dXJl", part(header), part(payload)).as_bytes())
        };
        let signed = r#"{"alg":"HS256","typ":"JWT"}"#;
        assert!(token(signed, r#"{"sub":"user-17","exp":1}"#) && token(signed, r#"{"role":"member"}"#));
        assert!(!token(r#"{"alg":"none"}"#, r#"{"sub":"user-17"}"#));
        for payload in
            ["{}", "17", r#"{"role":"anon"}"#, r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#]
        {
            assert!(!token(signed, payload), "{payload}");
        }
    }

    #[test]
    fn only_armour_with_a_key_in_it_is_a_private_key() {
        let body = "MC4CAQAwBQYDK2VwBCIEIKq7Wz0Jm4n1Yd8Xc3Vb6Nf2Lp9Sg5Ht7Rk0QwEe";
        let key = |body: &str| format!("-----BEGIN {} KEY-----\n{body}\n-----END {0} KEY-----", "PRIVATE");
        assert!(is_private_key(key(body).as_bytes()));
        assert!(is_private_key(key(body).replace('\n', "\\n").as_bytes()));
        for body in ["", "...", "YOUR KEY", &"A".repeat(64), &body[..40], &format!("qqqq{body}")] {
            assert!(!is_private_key(key(body).as_bytes()), "{body}");
        }
    }

    #[test]
    fn the_zeros_of_an_openssh_header_are_no_placeholder() {
        // The header of an Ed25519 key without passphrase, as ssh-keygen writes it.
        let header = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQ";
        let body = "AAACCuq7Wz0Jm4n1Yd8Xc3Vb6Nf2Lp9Sg5Ht7Rk0QwEeTzU1iO";
        let key =
            |body: &str| format!("-----BEGIN OPENSSH {0}-----\n{header}\n{body}\n-----END", "PRIVATE KEY");
        assert!(is_private_key(key(body).as_bytes()));
        assert!(!is_private_key(key("YOUR_KEY_HERE").as_bytes()));
    }

    #[test]
    fn a_key_in_strings_line_by_line_is_a_private_key() {
        let line = "MC4CAQAwBQYDK2VwBCIEIKq7Wz0Jm4n1Yd8Xc3Vb6Nf2Lp9Sg5Ht7Rk0QwEe";
        let key = format!("-----BEGIN {0}-----\" +\n\"{line}\" +\n\"-----END {0}-----", "PRIVATE KEY");
        assert!(is_private_key(key.as_bytes()));
        assert!(is_private_key(BASE64.encode(key).as_bytes()));
        assert!(!is_private_key(BASE64.encode(line).as_bytes()));
    }

    #[test]
    fn claims_are_those_of_the_payload() {
        let payload = BASE64_URL.encode(br#"{"role":"anon","exp":1}"#);
        let token = format!("e30.{payload}.c2ln");
        let claims = |role: &str| BTreeMap::from([("role".to_owned(), role.to_owned())]);
        assert!(has_claims(token.as_bytes(), &claims("anon")));
        assert!(!has_claims(token.as_bytes(), &claims("service_role")));
        assert!(!has_claims(b"no token", &claims("anon")));
    }
}
