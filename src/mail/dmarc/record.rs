//! A record as it was read.

use std::fmt;
use std::ops::Range;

use super::{DmarcPolicy, Lint, Mode, ReportUri, SyntaxError};

/// True for a text that is a DMARC record (RFC 9989 section 4.8): it begins with `v=DMARC1`, and then
/// comes a semicolon or nothing. Its other tags may be wrong. Only the value is case-sensitive.
pub fn is_record(text: &str) -> bool {
    const SPACE: [char; 2] = [' ', '\t'];
    let Some(rest) = text.strip_prefix(['v', 'V']) else { return false };
    let value = rest.trim_start_matches(SPACE).strip_prefix('=').map(|rest| rest.trim_start_matches(SPACE));
    let after = value.and_then(|value| value.strip_prefix("DMARC1"));
    after.is_some_and(|after| {
        let after = after.trim_start_matches(SPACE);
        after.is_empty() || after.starts_with(';')
    })
}

/// What the record says of its domain's place in the tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Psd {
    /// `y`: names below it belong to different organisations.
    Yes,
    /// `n`: it is an organisational domain.
    No,
    /// `u`: what the walk finds.
    #[default]
    Unknown,
}

/// A tag that can stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name in lower case.
    pub name: String,
    /// Its value as written.
    pub value: String,
}

/// A record: its tags, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    pub(super) text: String,
    /// `p`, where it is valid.
    pub p: Option<DmarcPolicy>,
    /// `sp`, where it is valid.
    pub sp: Option<DmarcPolicy>,
    /// `np`, where it is valid.
    pub np: Option<DmarcPolicy>,
    /// `adkim`
    pub adkim: Mode,
    /// `aspf`
    pub aspf: Mode,
    /// `psd`
    pub psd: Psd,
    /// `t=y`
    pub testing: bool,
    /// `pct` of RFC 7489, in percent.
    pub percent: Option<u8>,
    /// The valid entries of `rua`.
    pub rua: Vec<ReportUri>,
    /// The valid entries of `ruf`.
    pub ruf: Vec<ReportUri>,
    /// Every tag that is sound, known or not, in order, without `v`. Lists of addresses count where one
    /// of them is valid.
    pub tags: Vec<Tag>,
    /// What changes what receivers do, in the order of the text.
    pub errors: Vec<SyntaxError>,
    /// What changes nothing, likewise.
    pub lints: Vec<Lint>,
}

impl Record {
    /// Reads a record past each error; `None` where the text [is none](is_record).
    pub fn read(text: &str) -> Option<Self> {
        is_record(text).then(|| super::read::read(text))
    }

    /// The record's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a place; empty where there is no such place.
    pub fn text_at(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// True where one of `p`, `sp` and `np` is there and not valid.
    pub(super) fn policy_is_broken(&self) -> bool {
        let broken = |error: &SyntaxError| {
            use super::SyntaxErrorKind::{Empty, Glued, OneOf};
            matches!(&error.kind, Empty(tag) | Glued { tag, .. } | OneOf { tag, .. } if ["p", "sp", "np"].contains(tag))
        };
        self.errors.iter().any(broken)
    }

    /// True where nobody can tell how receivers read the policy.
    pub fn is_void(&self) -> bool {
        // What cannot be read may be the policy that is not there.
        let no_policy = self.p.is_none() && !self.errors.is_empty();
        no_policy || self.errors.iter().any(|error| error.kind.voids_policy())
    }

    /// The addresses of `rua` that every reporter can send to.
    pub fn report_mailboxes(&self) -> impl Iterator<Item = &ReportUri> {
        self.rua.iter().filter(|uri| uri.mailbox.is_some())
    }
}

/// The text that was read, as it was.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
