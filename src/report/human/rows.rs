//! The rows under a headline: a word and, aligned beside it, a text.

use crate::report::style::{Ink, Style};
use crate::report::text::{blanks, clean, plural, wrap};

/// The columns left of a row's word.
const INDENT: usize = 4;
/// The widest words are `expected` and `evidence`.
const WORD: usize = 8;
/// The columns left of a row's text.
const TEXT: usize = INDENT + WORD + 2;
/// Longer texts are cut where nobody asked for more.
const MOST_LINES: usize = 6;
/// As many subjects are named where nobody asked for more.
const MOST_NAMES: usize = 12;

/// The lines of one row. A line break in the text is kept, nothing else that could move a
/// terminal's cursor is.
pub(super) fn row(word: &str, text: &str, style: &Style) -> Vec<String> {
    let room = style.columns().saturating_sub(TEXT);
    let mut lines: Vec<String> = text.lines().flat_map(|line| wrap(&clean(line), room)).collect();
    if style.verbose == 0 && lines.len() > MOST_LINES {
        let left = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(format!("{} {} more with -v", style.ellipsis(), plural(left, "line")));
    }
    let first = format!("{}{}", style.paint(Ink::Dim, word), blanks(WORD.saturating_sub(word.len()) + 2));
    let lead = |index: usize| if index == 0 { first.clone() } else { blanks(WORD + 2) };
    let numbered = lines.iter().enumerate();
    numbered.map(|(i, line)| format!("{}{}{line}", blanks(INDENT), lead(i)).trim_end().to_owned()).collect()
}

/// A row, where there is a text for it.
pub(super) fn optional(word: &str, text: Option<&String>, style: &Style) -> Vec<String> {
    text.filter(|text| !text.trim().is_empty()).map(|text| row(word, text, style)).unwrap_or_default()
}

/// Names in one line, or as many as fit where nobody asked for more.
pub(super) fn names(names: &[&str], style: &Style) -> String {
    let most = if style.verbose > 0 { names.len() } else { MOST_NAMES };
    let shown: Vec<String> = names.iter().take(most).map(|name| clean(name)).collect();
    let left = names.len().saturating_sub(most);
    let more = if left == 0 { String::new() } else { format!(" and {left} more") };
    format!("{}{more}", shown.join(", "))
}
