//! What a broken record was meant to say, as far as the text tells: small slips are undone, one at a
//! time, as long as that leaves less wrong than before.

use super::lookalike::{BEFORE, bare};
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
    let mut all = vec!["v=DMARC1".to_owned()];
    for part in tags(bare) {
        let version = part.name.trim_end_matches(':').eq_ignore_ascii_case("v") || part.name.contains(':');
        let value = part.value.unwrap_or_default();
        let rest = value.strip_prefix("DMARC1").map(|rest| rest.trim_start_matches([',', ' ']));
        match rest {
            Some(rest) if version && !rest.is_empty() => all.push(rest.to_owned()),
            _ if version => {}
            _ => all.push(bare[part.span].to_owned()),
        }
    }
    Record::read(&all.join("; ")).map(|record| record.repaired())
}

impl Record {
    /// The record with its slips undone: names and policies that are one or two letters off, missing
    /// semicolons, addresses without `mailto:`. What cannot be told stays as it is.
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
                        let kept =
                            self.text_at(&(start..start + at)).trim_end_matches([' ', ',', '\t']).len();
                        edit(start + kept, start + at, "; ");
                    }
                }
                SyntaxErrorKind::OneOf { tag, value, .. } if ["p", "sp", "np"].contains(tag) => {
                    if let Some(policy) = close_policy(value) {
                        edit(start, end, policy.word());
                    }
                }
                SyntaxErrorKind::Uri { fault: UriFault::NoScheme, text, .. } => {
                    edit(start, end, &format!("mailto:{text}"));
                }
                _ => {}
            }
        }
        found
    }
}

/// The policy that a word is one or two letters away from.
fn close_policy(word: &str) -> Option<DmarcPolicy> {
    let word = word.to_ascii_lowercase();
    let all = [DmarcPolicy::Reject, DmarcPolicy::Quarantine, DmarcPolicy::None];
    let distance = |policy: DmarcPolicy| strsim::damerau_levenshtein(&word, policy.word());
    let most = |policy: DmarcPolicy| if policy == DmarcPolicy::None { 1 } else { 2 };
    all.into_iter().find(|policy| distance(*policy) <= most(*policy))
}
