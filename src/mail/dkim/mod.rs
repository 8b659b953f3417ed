//! DKIM key records (RFC 6376 section 3.6, RFC 8301, RFC 8463): what they say, and what is wrong
//! with them.
//!
//! Nothing in here does IO. [`Record::parse`] reads a record as strict receivers do, [`Record::read`]
//! as a linter does: past each error, with the place of each in bytes. The strings of a TXT record
//! are joined before, as they are (section 3.6.2.2).
//!
//! ```
//! use launch_ready::mail::dkim::{SyntaxErrorKind, Key, Record};
//!
//! let good = Record::parse("v=DKIM1; k=ed25519; p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=").unwrap();
//! assert!(matches!(good.key, Some(Key::Ed25519(_))) && !good.testing);
//!
//! let cut = Record::read("v=DKIM1; t=y; t=s; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDTN2qj7b4Y5c/Z");
//! let errors: Vec<(usize, &SyntaxErrorKind)> = cut.errors.iter().map(|e| (e.span.start, &e.kind)).collect();
//! assert_eq!(errors[0], (14, &SyntaxErrorKind::Duplicate("t".into())));
//! assert_eq!(errors[1], (73, &SyntaxErrorKind::Truncated { got: 39, of: 162, at_limit: false }));
//! ```
//!
//! # Where the standard leaves a choice
//!
//! * An RSA key may be a `SubjectPublicKeyInfo` or a bare `RSAPublicKey`: the standard says the latter,
//!   its example and nearly everybody publish the former, and receivers take both.
//! * Values are case-sensitive (section 3.2), also those of `k=` and `h=`.
//! * Base64 must be padded: the standard's grammar leaves that open, many readers do not.
//! * Unknown tags, flags, hashes and services are ignored, as the standard asks.

mod error;
mod key;
mod parse;
mod record;

pub use error::{Lint, LintKind, SyntaxError, SyntaxErrorKind};
pub use key::{Key, KeyType, RsaKey};
pub use record::{Reading, Record};

pub(crate) use key::begins_private_key;

use super::tags::tags;

/// True for a text that is a key record, or was meant as one: it has a `p=` (in any case), a `v=`
/// of DKIM, or is a key alone. Records of other standards, which may have a `p=` too, are none.
pub fn is_record(text: &str) -> bool {
    let bare = |name: &str| name.trim_matches(['"', '\u{201c}', '\u{201d}', '\\']).to_ascii_lowercase();
    let all = tags(text);
    if let Some(first) = all.first().filter(|first| bare(first.name) == "v") {
        let version = first.value.unwrap_or_default().to_ascii_lowercase();
        if version.starts_with("dkim") {
            return true;
        }
        if ["spf", "dmarc", "sts", "tlsrpt", "bimi"].iter().any(|other| version.starts_with(other)) {
            return false;
        }
    }
    all.iter().any(|tag| tag.value.is_some() && bare(tag.name) == "p") || is_bare_key(text)
}

/// True for a text with a private key in it, which must never be shown.
pub fn holds_private_key(text: &str) -> bool {
    let private = |error: &SyntaxError| error.kind == SyntaxErrorKind::PrivateKey;
    text.contains("PRIVATE KEY")
        || key::holds_private_key(text)
        || Record::read(text).errors.iter().any(private)
}

/// True for the base64 of a key without any tag.
pub fn is_bare_key(text: &str) -> bool {
    key::is_bare_key(text)
}

#[cfg(test)]
mod tests;
