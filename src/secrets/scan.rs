//! One pass over a text: an automaton of all keywords, and rules only where one of theirs stands.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::Regex;

use super::form::{Anchor, expression};
use super::mask;
use super::rule::{Class, Rule, rules};
use super::source::Source;
use super::verify;

/// Looks for the keys of all rules at once.
#[derive(Debug)]
pub struct Scanner {
    /// `None` for no keywords at all.
    keywords: Option<AhoCorasick>,
    /// For each keyword of the automaton: its rules.
    rules_of: Vec<Vec<usize>>,
    rules: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    rule: &'static Rule,
    anchor: Anchor,
    /// Made when first needed: most runs need few. `None` inside for one that cannot be read, which a
    /// test excludes.
    expression: OnceLock<Option<Regex>>,
}

/// The shortest prefix that begins a value in a program's table of strings wherever it stands.
const APART: usize = 5;

/// A value that was found, as a range of the text.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// What it is.
    pub rule: &'static Rule,
    /// Where the value begins in the text.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
    /// What that means.
    pub class: Class,
}

impl Hit {
    /// What tells this value from others and does not tell the value: 16 hexadecimal digits.
    pub fn fingerprint(&self, text: &[u8]) -> String {
        mask::fingerprint(self.value(text))
    }

    /// What may be shown: the provider's prefix, three dots, at most three characters; `...` without prefix.
    pub fn masked(&self, text: &[u8]) -> String {
        mask::masked(self.rule, self.value(text))
    }

    fn value<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

static BUILTIN: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(rules()));

impl Scanner {
    /// That of the rules that are built in.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    pub(super) fn new(rules: &'static [Rule]) -> Self {
        let mut keywords: Vec<String> = Vec::new();
        let mut rules_of: Vec<Vec<usize>> = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for keyword in &rule.keywords {
                let lower = keyword.to_ascii_lowercase();
                let place = keywords.iter().position(|known| *known == lower).unwrap_or(keywords.len());
                if place == keywords.len() {
                    keywords.push(lower);
                    rules_of.push(Vec::new());
                }
                if !rules_of[place].contains(&index) {
                    rules_of[place].push(index);
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&keywords);
        let compiled =
            |rule: &'static Rule| Compiled { rule, anchor: Anchor::of(rule), expression: OnceLock::new() };
        Self { keywords: automaton.ok(), rules_of, rules: rules.iter().map(compiled).collect() }
    }

    /// Every value in a text, by its place; at one place the most specific rule counts.
    pub fn scan(&self, text: &[u8]) -> Vec<Hit> {
        self.scan_in(text, &Source::default())
    }

    /// The same, where something is known of where the text comes from.
    pub fn scan_in(&self, text: &[u8], source: &Source) -> Vec<Hit> {
        let mut hits = Vec::new();
        let Some(keywords) = &self.keywords else { return hits };
        for found in keywords.find_overlapping_iter(text) {
            for index in &self.rules_of[found.pattern().as_usize()] {
                let rule = &self.rules[*index];
                if source.allows(*index, rule.rule) {
                    hits.extend(rule.at(text, found.range(), source.is_binary));
                }
            }
        }
        settle(hits)
    }
}

impl Compiled {
    /// The value that a keyword leads to.
    fn at(&self, text: &[u8], keyword: Range<usize>, is_binary: bool) -> Option<Hit> {
        // Programs keep their strings one behind the other; a prefix that is long enough is no chance.
        let joined =
            is_binary && self.anchor == Anchor::Head && self.rule.is_issued() && keyword.len() >= APART;
        let begins = match self.anchor {
            Anchor::Head
                if self.is_exact(&text[keyword.clone()])
                    && (joined || is_free_before(text, keyword.start)) =>
            {
                keyword.start
            }
            Anchor::Behind if is_word_start(text, keyword.start) => keyword.end,
            Anchor::Middle if self.is_exact(&text[keyword.clone()]) => {
                keyword.start.saturating_sub(self.rule.back)
            }
            _ => return None,
        };
        let window = &text[begins..text.len().min(keyword.start + self.rule.ahead)];
        let expression = self.expression.get_or_init(|| expression(self.rule).ok()).as_ref()?;
        let mut from = 0;
        while let Some(groups) = expression.captures_at(window, from) {
            let whole = groups.get(0)?;
            let value = groups.get(1).unwrap_or(whole);
            let place = begins + value.start()..begins + value.end();
            let holds_keyword = self.anchor != Anchor::Middle
                || (begins + whole.start() <= keyword.start && keyword.end <= begins + whole.end());
            if holds_keyword && self.is_value(text, begins + whole.start(), &place, joined) {
                let class = self.rule.class;
                return Some(Hit { rule: self.rule, start: place.start, end: place.end, class });
            }
            // The others begin at one place only.
            if self.anchor != Anchor::Middle || whole.end() == from {
                return None;
            }
            from = whole.start() + 1;
        }
        None
    }

    /// True for a keyword in its own case: the automaton looks at none.
    fn is_exact(&self, found: &[u8]) -> bool {
        self.rule.keywords.iter().any(|keyword| keyword.as_bytes() == found)
    }

    fn is_value(&self, text: &[u8], start: usize, place: &Range<usize>, joined: bool) -> bool {
        let value = &text[place.clone()];
        (self.anchor != Anchor::Middle || is_free_before(text, start))
            && (joined || is_free_behind(text, place.end, value, self.anchor))
            && verify::holds(self.rule, value)
    }
}

/// True where a value can begin: no word goes on. The letter of an escape (`\n`) and the digits of a
/// percent-encoded byte (`%3D`) are no word.
fn is_free_before(text: &[u8], at: usize) -> bool {
    let digits = |high: &u8, low: &u8| high.is_ascii_hexdigit() && low.is_ascii_hexdigit();
    let escaped = match &text[..at] {
        [.., b'\\', b'n' | b't' | b'r' | b'b' | b'f'] => true,
        [.., b'%', high, low] | [.., b'\\', b'u', b'0', b'0', high, low] | [.., b'\\', b'x', high, low] => {
            digits(high, low)
        }
        _ => false,
    };
    escaped || text[..at].last().is_none_or(|last| !is_word(*last))
}

/// True where a name can begin: `MY_TWILIO`, `myTwilio`, not `retwilio`.
fn is_word_start(text: &[u8], at: usize) -> bool {
    let (Some(first), Some(before)) = (text.get(at), at.checked_sub(1).and_then(|at| text.get(at))) else {
        return true;
    };
    let goes_on = before.is_ascii_lowercase() && first.is_ascii_lowercase()
        || before.is_ascii_uppercase() && first.is_ascii_uppercase();
    !goes_on || is_free_before(text, at)
}

/// True where a value of that kind has ended.
fn is_free_behind(text: &[u8], at: usize, value: &[u8], anchor: Anchor) -> bool {
    let base64 = value.iter().any(|byte| matches!(byte, b'+' | b'/'));
    match &text[at..] {
        [next, ..] if is_word(*next) => false,
        [b'+' | b'/' | b'=', ..] if base64 && !value.ends_with(b"=") && anchor == Anchor::Behind => false,
        // The first part of something longer, such as a UUID.
        [b'-', next, ..] => anchor != Anchor::Behind || !is_word(*next),
        _ => true,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Of hits that overlap the one of the more specific rule stays, then the longer, then the first.
fn settle(mut hits: Vec<Hit>) -> Vec<Hit> {
    let rank = |hit: &Hit| (hit.rule.general, Reverse(hit.end - hit.start));
    hits.sort_by_key(|hit| (hit.start, rank(hit)));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match kept.last_mut() {
            Some(last) if hit.start < last.end => {
                if rank(&hit) < rank(last) {
                    *last = hit;
                }
            }
            _ => kept.push(hit),
        }
    }
    kept
}

#[cfg(test)]
mod tests;
