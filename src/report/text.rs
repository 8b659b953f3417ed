//! Text for people: made harmless, wrapped, cut to a width.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::{Ink, Style};
use crate::observed::Remote;

/// A blank at which no line ends; lines come out of [`wrap`] with common blanks.
pub(super) const HARD_BLANK: &str = "\u{a0}";
/// Longer inline code may be broken.
const LONGEST_CODE: usize = 40;

/// One line that holds no control character, whatever the text held. Line breaks and tabs become
/// spaces, everything else that could move or reorder a terminal's text becomes visible.
pub(super) fn clean(text: &str) -> String {
    let flat: String = text.chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }).collect();
    Remote::new(&flat).as_str().trim().to_owned()
}

pub(super) use crate::observed::is_harmful;

/// Number of columns that the text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The lines of a clean text, none wider than `width`. Words stay whole where they fit.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    wrap_with(text, width, "", "")
}

/// Like [`wrap`], with one indent for the first line and another for the rest.
pub(super) fn wrap_with(text: &str, width: usize, first: &str, rest: &str) -> Vec<String> {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    let text = unbroken_code(text);
    let lines = textwrap::wrap(&text, options);
    lines.iter().map(|line| line.trim_end().replace(HARD_BLANK, " ")).collect()
}

/// No line ends within short inline code.
fn unbroken_code(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let whole = index % 2 == 1 && columns(part) <= LONGEST_CODE;
        if whole { part.replace(' ', HARD_BLANK) } else { part.to_owned() }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The text, or as much of it as `width` columns hold.
pub(super) fn cut(text: &str, width: usize, ellipsis: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(ellipsis));
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken <= room
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}{ellipsis}", kept.trim_end())
}

/// `text` followed by blanks up to `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", blanks(width.saturating_sub(columns(text))))
}

pub(super) fn blanks(count: usize) -> String {
    " ".repeat(count)
}

/// `1 warning`, `2 warnings`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A clean text at the left and another, dim, at the right edge: of the same line where both fit,
/// else of the next. The first `lead` bytes of the left text have their own colour.
pub(super) struct Headline<'a> {
    pub(super) lead: &'a str,
    pub(super) ink: Ink,
    pub(super) text: &'a str,
    pub(super) right: &'a str,
}

impl Headline<'_> {
    /// The lines, indented by `indent`.
    pub(super) fn lines(&self, indent: usize, style: &Style) -> Vec<String> {
        let (first, rest) = (blanks(indent), blanks(indent + 2));
        let whole = format!("{}{}", self.lead, self.text);
        let mut lines = wrap_with(&whole, style.columns(), &first, &rest);
        let used = lines.last().map_or(0, |line| columns(line));
        for (index, line) in lines.iter_mut().enumerate() {
            *line = self.painted(line, index == 0, style);
        }
        if self.right.is_empty() {
            return lines;
        }
        let right = style.paint(Ink::Dim, self.right);
        let room = style.columns().saturating_sub(columns(self.right));
        if let (Some(gap), Some(last)) = (room.checked_sub(used).filter(|gap| *gap >= 2), lines.last_mut()) {
            *last = format!("{last}{}{right}", blanks(gap));
        } else {
            lines.push(format!("{}{right}", blanks(room)));
        }
        lines
    }

    fn painted(&self, line: &str, first: bool, style: &Style) -> String {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        match text.strip_prefix(self.lead.trim_end()).filter(|_| first && !self.lead.is_empty()) {
            Some(rest) => {
                let lead = style.paint(self.ink, self.lead.trim_end());
                format!("{indent}{lead}{}", style.paint(Ink::Strong, rest))
            }
            None => format!("{indent}{}", style.paint(Ink::Strong, text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(columns("検証"), 4);
        assert_eq!(cut("検証検証", 5, "…"), "検証…");
        assert_eq!(pad("検", 4), "検  ");
    }

    #[test]
    fn names_with_hyphens_and_slashes_stay_whole() {
        let lines = wrap("look email/spf-too-many-lookups and dns/record-missing", 30);
        assert_eq!(lines, ["look", "email/spf-too-many-lookups and", "dns/record-missing"]);
    }

    #[test]
    fn short_code_stays_in_one_line() {
        assert_eq!(
            wrap("Write the name (`secret: NAME`) of it", 25),
            ["Write the name", "(`secret: NAME`) of it"]
        );
    }

    #[test]
    fn a_word_without_end_is_broken() {
        assert!(wrap(&"x".repeat(10_000), 60).iter().all(|line| columns(line) <= 60));
    }
}
