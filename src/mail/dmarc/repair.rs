//! What a broken record was meant to say, as far as the text tells: small slips are undone, one at a
//! time, as long as that leaves less wrong than before.

use super::lookalike::{BEFORE, bare};
use super::read::is_known;
use super::{DmarcPolicy, LintKind, Record, SyntaxError, SyntaxErrorKind, UriFault, resembles_record};
use crate::mail::tags::tags;

/// More slips than this are no slips. A record with thousands of them was made to keep readers busy.
const MOST: usize = 12;

/// The record that a text was meant to be: the text itself where it is one, otherwise with its version
/// and what stands around it set right. `None` for a text that was meant as something else.
pub fn meant(text: &str) -> Option<Record> {
    if let Some(record) = Record::read(text) {
        return Some(record.repaired());
    }
    resembles_record(text)?;
    let bare = bare(text).1.replace('\\', "");
    let bare = bare.trim_end_matches(|c: char| c.is_whitespace() || BEFORE.contains(c));
    let parts = tags(bare).into_iter().map(|part| without_version(&bare[part.span]));
    let all: Vec<&str> = std::iter::once("v=DMARC1").chain(parts.filter(|part| !part.is_empty())).collect();
    Record::read(&all.join("; ")).map(|record| record.repaired())
}

/// What stands behind `v=DMARC1` and whatever separates the two, in all the ways in which people write
/// the version; a part without one as it is.
fn without_version(part: &str) -> &str {
    let after_v = part.strip_prefix(['v', 'V']).map(str::trim_start);
    let value = after_v.and_then(|rest| rest.strip_prefix(['=', ':'])).map(str::trim_start);
    let word = value.unwrap_or(part);
    let Some((_, rest)) = word.split_at_checked(5).filter(|(word, _)| word.eq_ignore_ascii_case("DMARC"))
    else {
        return part;
    };
    let number = |c: char| c.is_whitespace() || c.is_ascii_digit();
    let rest = rest.trim_start_matches(number);
    // Without `v=` it may be a tag of its own.
    if value.is_none() && rest.starts_with(|c: char| c == '=' || c.is_alphanumeric()) {
        return part;
    }
    rest.trim_start_matches(|c: char| !c.is_alphanumeric())
}

impl Record {
    /// The record with its slips undone: names and policies that are one or two letters off, missing
    /// and wrong separators, addresses without `mailto:`. What cannot be told stays as it is.
    #[must_use]
    pub fn repaired(&self) -> Self {
        let mut record = self.clone();
        for _ in 0..MOST {
            let better = record.edits().into_iter().filter_map(|text| Self::read(&text));
            let less = |other: &Self| other.slips() < record.slips();
            match better.into_iter().find(less) {
                Some(better) => record = better,
                None => break,
            }
        }
        record
    }

    /// How much is wrong, and how much seems mistyped.
    fn slips(&self) -> (usize, usize) {
        let unknown = |kind: &LintKind| matches!(kind, LintKind::Unknown { meant: Some(_), .. });
        // Where a semicolon is missing, two tags hide their own faults.
        let weight =
            |error: &SyntaxError| if matches!(error.kind, SyntaxErrorKind::Glued { .. }) { 3 } else { 1 };
        (self.errors.iter().map(weight).sum(), self.lints.iter().filter(|lint| unknown(&lint.kind)).count())
    }

    /// The texts that undoing one slip gives.
    fn edits(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut edit = |start: usize, end: usize, new: &str| {
            if found.len() < MOST
                && let (Some(before), Some(after)) = (self.text.get(..start), self.text.get(end..))
            {
                found.push(format!("{before}{new}{after}"));
            }
        };
        for lint in &self.lints {
            if let LintKind::Unknown { name, meant: Some(meant) } = &lint.kind {
                edit(lint.span.start, lint.span.start + name.len(), meant);
            }
        }
        for error in &self.errors {
            let (start, end) = (error.span.start, error.span.end);
            match &error.kind {
                SyntaxErrorKind::Glued { next, .. } => {
                    let part = self.text_at(&error.span).to_ascii_lowercase();
                    if let Some(at) = part.rfind(&format!("{next}=")) {
                        let kept = self.text_at(&(start..start + at));
                        let kept = kept.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
                        edit(start + kept, start + at, "; ");
                    }
                }
                SyntaxErrorKind::OneOf { tag, value, .. } if ["p", "sp", "np"].contains(tag) => {
                    if let Some(policy) = close_policy(value) {
                        edit(start, end, policy.word());
                    }
                }
                SyntaxErrorKind::NotATag(text) => {
                    if let Some((name, _)) = text.split_once(':')
                        && is_known(name.trim_end())
                    {
                        edit(start + name.len(), start + name.len() + 1, "=");
                    }
                }
                SyntaxErrorKind::Uri { fault: UriFault::NoScheme, text, .. } => {
                    let rest = &self.text[end..];
                    match rest.trim_start().strip_prefix(';') {
                        // The semicolon stands in the place of the colon.
                        Some(address) if text.eq_ignore_ascii_case("mailto") => {
                            let address = address.trim_start();
                            edit(end, self.text.len() - address.len(), ":");
                        }
                        _ => edit(start, end, &format!("mailto:{}", address(text))),
                    }
                }
                SyntaxErrorKind::Uri { fault: UriFault::Address, text, .. } => {
                    edit(start, end, &format!("mailto:{}", address(text)));
                }
                _ => {}
            }
        }
        found
    }
}

/// What stands behind `mailto` and the signs that people write between it and an address.
fn address(text: &str) -> &str {
    let Some((_, rest)) = text.split_at_checked(6).filter(|(word, _)| word.eq_ignore_ascii_case("mailto"))
    else {
        return text;
    };
    let address = rest.trim_start_matches(['/', ':', '=', '|', '\\', ' ']);
    if address.len() < rest.len() { address } else { text }
}

/// The policy that a word is one or two letters away from.
fn close_policy(word: &str) -> Option<DmarcPolicy> {
    let word = word.to_ascii_lowercase();
    let all = [DmarcPolicy::Reject, DmarcPolicy::Quarantine, DmarcPolicy::None];
    let distance = |policy: DmarcPolicy| strsim::damerau_levenshtein(&word, policy.word());
    let most = |policy: DmarcPolicy| if policy == DmarcPolicy::None { 1 } else { 2 };
    all.into_iter().find(|policy| distance(*policy) <= most(*policy))
}
