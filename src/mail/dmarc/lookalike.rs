//! Texts that were meant as a record, and are none: receivers skip them without a word (RFC 9989
//! section 4.7, `v`).

use super::{DmarcPolicy, is_record, mailbox};
use crate::mail::tags::{Tag, tags};

/// Quotes of all kinds, and what escapes them.
pub(super) const BEFORE: &str = "\"'\u{201c}\u{201d}\u{201e}\u{2018}\u{2019}\\";

/// Why a text that was meant as a record is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookAlike {
    /// A space, a quote or something invisible comes first.
    #[error("it does not begin with `v=DMARC1`, but with {0}")]
    Before(&'static str),
    /// `v=dmarc1`, `v=DMARC 1`, `v=DMARC2`.
    #[error("its version is `{0}`: only `DMARC1`, in capital letters and without spaces, counts")]
    Version(String),
    /// Another tag comes first.
    #[error("`v=DMARC1` is not its first tag")]
    NotFirst,
    /// No semicolon follows the version.
    #[error("`v=DMARC1` is not followed by a semicolon")]
    Separator,
    /// Its tags are those of a record, but it has no version.
    #[error("it does not begin with `v=DMARC1`")]
    NoVersion,
}

/// Why a text that was meant as a record is none; nothing for a record, and for a text that was meant as
/// something else.
pub fn resembles_record(text: &str) -> Option<LookAlike> {
    if is_record(text) {
        return None;
    }
    let (junk, bare) = bare(text);
    if let Some(what) = junk.filter(|_| is_record(bare) || version(bare).is_some()) {
        return Some(LookAlike::Before(what));
    }
    if let Some(version) = version(bare) {
        return Some(version);
    }
    let parts = tags(bare);
    let is_version = |part: &Tag| part.name.eq_ignore_ascii_case("v") && part.value == Some("DMARC1");
    if parts.iter().any(is_version) {
        return Some(LookAlike::NotFirst);
    }
    parts.iter().any(is_own).then_some(LookAlike::NoVersion)
}

/// True for a tag that only DMARC has.
fn is_own(part: &Tag) -> bool {
    let value = part.value.unwrap_or_default();
    match part.name.to_ascii_lowercase().as_str() {
        "p" | "sp" | "np" => DmarcPolicy::from_word(value).is_some(),
        "ruf" => value.split(',').any(|uri| mailbox(uri).is_some()),
        _ => false,
    }
}

/// What is wrong with a version that begins a text.
fn version(text: &str) -> Option<LookAlike> {
    let rest = text.strip_prefix(['v', 'V'])?.trim_start();
    let value = rest.strip_prefix(['=', ':'])?.trim_start();
    let squeezed: String = value.chars().filter(|c| !c.is_whitespace()).take(5).collect();
    if !squeezed.eq_ignore_ascii_case("DMARC") {
        return None;
    }
    let word = value.split(';').next().unwrap_or(value).trim();
    if rest.starts_with('=') && value.starts_with("DMARC1") && !word.starts_with(|c: char| c.is_ascii_digit())
    {
        let after = value.strip_prefix("DMARC1").unwrap_or_default();
        if !after.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Some(LookAlike::Separator);
        }
    }
    Some(LookAlike::Version(word.chars().take(20).collect()))
}

/// The text without what stands before its first letter, and what that was. What was invisible arrives as
/// an escape.
pub(super) fn bare(text: &str) -> (Option<&'static str>, &str) {
    let (mut what, mut rest) = (None, text);
    while let Some(first) = rest.chars().next() {
        let escape = rest.strip_prefix("\\u{").and_then(|rest| rest.split_once('}'));
        let (kind, after) = match (escape, first) {
            (Some((_, after)), _) => ("an invisible character", after),
            (None, '\u{feff}' | '\u{200b}' | '\u{a0}') => {
                ("an invisible character", &rest[first.len_utf8()..])
            }
            (None, c) if BEFORE.contains(c) => ("a quote", &rest[c.len_utf8()..]),
            (None, c) if c.is_whitespace() => ("a space", &rest[c.len_utf8()..]),
            _ => break,
        };
        what = what.or(Some(kind));
        rest = after;
    }
    (what, rest)
}
