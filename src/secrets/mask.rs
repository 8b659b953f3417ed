//! The little of a value that may be shown.

use sha2::{Digest, Sha256};

use super::rule::Rule;
use crate::hex::hex;

/// The last characters that are shown.
const SHOWN: usize = 3;
/// The least number of bytes that stay hidden; shorter values show no end.
const HIDDEN: usize = 12;

/// What tells a value from others and does not tell the value: the first 8 bytes of its SHA-256, in
/// hexadecimal. Line breaks count for nothing, as a key in a file and the same in a string are one.
pub fn fingerprint(value: &[u8]) -> String {
    let mut hash = Sha256::new();
    if value.starts_with(b"-----BEGIN") {
        hash.update(without_breaks(value));
    } else {
        hash.update(value);
    }
    hex(&hash.finalize()[..8])
}

/// A text in several lines without their breaks, as bytes or as escapes.
fn without_breaks(value: &[u8]) -> Vec<u8> {
    let mut bytes = value.iter().copied().peekable();
    let mut kept = Vec::with_capacity(value.len());
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next_if(|next| matches!(next, b'n' | b'r'));
            }
            b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' => {}
            byte => kept.push(byte),
        }
    }
    kept
}

/// The provider's own prefix, three dots, and at most three characters of the end.
pub(super) fn masked(rule: &Rule, value: &[u8]) -> String {
    let prefix = rule.prefix(value);
    let body = &value[prefix.len()..];
    let end = match body.len().checked_sub(SHOWN) {
        Some(hidden) if hidden >= HIDDEN => &body[hidden..],
        _ => &[],
    };
    // Nothing but letters and digits: the end of a password may be anything.
    let shown = |bytes: &[u8]| -> String {
        bytes.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '?' }).collect()
    };
    if prefix.starts_with(b"-----BEGIN") || !end.iter().all(u8::is_ascii_alphanumeric) {
        return format!("{}...", shown(prefix).trim_end());
    }
    format!("{}...{}", shown(prefix), shown(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Scanner;

    #[test]
    fn a_mask_shows_the_prefix_and_three_characters() {
        let text = format!("key = 'sk_{}_51H{}'", "live", "q7Zp0Vx3Lk9Tn2Rb8Wd4Yc");
        let hits = Scanner::builtin().scan(text.as_bytes());
        assert_eq!(hits.len(), 1, "{hits:?}");
        assert_eq!(hits[0].masked(text.as_bytes()), "sk_live_...4Yc");
        assert_eq!(hits[0].fingerprint(text.as_bytes()).len(), 16);
    }

    #[test]
    fn a_key_in_lines_and_in_a_string_has_one_fingerprint() {
        let lines = "-----BEGIN PRIVATE KEY-----\nMIIE\nabcd\n-----END PRIVATE KEY-----";
        let string = lines.replace('\n', "\\n");
        assert_eq!(fingerprint(lines.as_bytes()), fingerprint(string.as_bytes()));
        assert_ne!(fingerprint(b"a\nb"), fingerprint(b"ab"));
    }
}
