//! What a record says.

use std::fmt;

use super::{Key, KeyType, Lint, SyntaxError, parse};
use crate::mail::tags::tags;

/// A key record: its text, and what could be read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub(super) text: String,
    /// `k=`, `rsa` where it is not given; `None` for a type that nobody knows.
    pub key_type: Option<KeyType>,
    /// `p=`; `None` where there is none, or none that can be read.
    pub key: Option<Key>,
    /// `t=y`: the domain only tests DKIM, and receivers treat its mail as if it were not signed.
    pub testing: bool,
    /// `t=s`: the domain of `i=` in signatures must be that of `d=`, not one below it.
    pub strict: bool,
    /// `n=`, a note for people, as it is written (quoted-printable).
    pub note: Option<String>,
}

/// What came of reading a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The record, as far as it could be read.
    pub record: Record,
    /// What is wrong, in the order of the text.
    pub errors: Vec<SyntaxError>,
    /// What is not wrong but worth knowing, in the order of the text.
    pub lints: Vec<Lint>,
}

impl Record {
    /// Reads a record as strict receivers do. One without errors has a key, perhaps
    /// [withdrawn](Key::Revoked).
    pub fn parse(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let reading = Self::read(text);
        if reading.errors.is_empty() { Ok(reading.record) } else { Err(reading.errors) }
    }

    /// Reads a record as a linter does: past each error, to the end.
    pub fn read(text: &str) -> Reading {
        parse::read(text)
    }

    /// True where `p=` is empty: the key is withdrawn (section 3.6.1).
    pub fn is_revoked(&self) -> bool {
        self.key == Some(Key::Revoked)
    }

    /// The text without the flag `y`, everything else as it was.
    pub fn without_testing(&self) -> String {
        let parts = tags(&self.text).into_iter().filter_map(|tag| {
            if tag.name != "t" {
                return Some(self.text[tag.span].to_owned());
            }
            let flags = tag.value.unwrap_or_default().split(':').map(str::trim);
            let kept: Vec<&str> = flags.filter(|flag| *flag != "y" && !flag.is_empty()).collect();
            (!kept.is_empty()).then(|| format!("t={}", kept.join(":")))
        });
        parts.collect::<Vec<_>>().join("; ")
    }
}

/// The text as it was read.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
