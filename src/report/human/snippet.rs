//! The spec's lines that a failure is about, with the place underlined.
//!
//! Drawn here and not by miette's `GraphicalReportHandler`, which prints the errors of a spec
//! that cannot be read: it takes two lines more for each place, has no room for the check's id
//! beside the title or for aligned rows below, prints a line of any length whole, and lets the
//! source's control characters through.

use std::ops::Range;

use super::source::{Line, extent};
use crate::report::style::{Ink, Style};
use crate::report::text::{blanks, columns, wrap};
use crate::spec::Span;

/// The columns left of the line numbers.
const INDENT: usize = 4;
/// Of a longer place the first lines and the last one are shown.
const MOST_LINES: usize = 4;

/// The words around the lines; all clean.
pub(super) struct Words {
    /// `launch-ready.yaml:41:7`
    pub(super) place: String,
    /// What is written under the place.
    pub(super) label: String,
    /// The colour of the underline and the label.
    pub(super) ink: Ink,
}

/// The lines, or nothing where the text does not have the place.
pub(super) fn draw(text: &str, span: Span, words: &Words, style: &Style) -> Option<Vec<String>> {
    let span = extent(text, span)?;
    let (first, last) = (Line::at(text, span.start), Line::at(text, span.end));
    let gutter = Gutter { digits: last.number.to_string().len().max(2), style };
    let frame = style.frame();
    let mut lines = vec![gutter.open(&words.place)];
    if let Some(before) = first.before(text).filter(|line| !line.text.trim().is_empty()) {
        let shown = before.shown(0..0, gutter.room(), style);
        lines.push(gutter.line(Some(before.number), frame.bar, Ink::Dim, &shown.text));
    }
    if first.number == last.number {
        lines.extend(single(&first, span, words, &gutter));
    } else {
        lines.extend(several(text, &first, &last, words, &gutter));
    }
    Some(lines)
}

/// A place within one line.
fn single(line: &Line, span: Span, words: &Words, gutter: &Gutter) -> Vec<String> {
    let frame = gutter.style.frame();
    let shown = line.shown(span.start - line.start..span.end - line.start, gutter.room(), gutter.style);
    let underline = frame.underline.repeat(shown.marked.len().max(1));
    let mut under = vec![format!("{}{underline}", blanks(shown.marked.start))];
    match labels(&words.label, &shown.marked, gutter.room()) {
        Label::Beside => under[0] = format!("{} {}", under[0], words.label),
        Label::Below(lines) => under.extend(lines),
    }
    let mut lines = vec![gutter.line(Some(line.number), frame.bar, Ink::Dim, &shown.text)];
    let count = under.len();
    lines.extend(under.iter().enumerate().map(|(index, text)| {
        let bar = if index + 1 == count { frame.close } else { frame.bar };
        gutter.line(None, bar, Ink::Dim, &gutter.style.paint(words.ink, text))
    }));
    lines
}

/// A place of several lines: they have another bar.
fn several(text: &str, first: &Line, last: &Line, words: &Words, gutter: &Gutter) -> Vec<String> {
    let (frame, style) = (gutter.style.frame(), gutter.style);
    let count = last.number - first.number + 1;
    let head = if count > MOST_LINES { MOST_LINES - 1 } else { count - 1 };
    let marked = |line: &Line| {
        let shown = line.shown(0..0, gutter.room(), style);
        gutter.line(Some(line.number), frame.marked, words.ink, &shown.text)
    };
    let mut lines = Vec::new();
    let mut line = Some(*first);
    for _ in 0..head {
        lines.extend(line.iter().map(&marked));
        line = line.and_then(|line| line.after(text));
    }
    if count > MOST_LINES {
        lines.push(gutter.line(None, frame.skipped, words.ink, ""));
    }
    lines.push(marked(last));
    lines.push(gutter.line(None, frame.close, Ink::Dim, &style.paint(words.ink, &words.label)));
    lines
}

enum Label {
    Beside,
    Below(Vec<String>),
}

/// The label stands beside the underline where it fits, else under it.
fn labels(label: &str, marked: &Range<usize>, room: usize) -> Label {
    let used = marked.start + marked.len().max(1);
    if label.is_empty() {
        return Label::Below(Vec::new());
    }
    if used + 1 + columns(label) <= room {
        return Label::Beside;
    }
    let start = marked.start.min(room.saturating_sub(columns(label)));
    let lines = wrap(label, room - start);
    Label::Below(lines.into_iter().map(|line| format!("{}{line}", blanks(start))).collect())
}

/// The numbers and the bar at the left.
struct Gutter<'a> {
    digits: usize,
    style: &'a Style,
}

impl Gutter<'_> {
    /// Columns that are left for the text.
    fn room(&self) -> usize {
        self.style.columns().saturating_sub(INDENT + self.digits + 3)
    }

    fn open(&self, place: &str) -> String {
        let indent = blanks(INDENT + self.digits + 1);
        format!("{indent}{} {place}", self.style.paint(Ink::Dim, self.style.frame().open))
    }

    fn line(&self, number: Option<usize>, bar: &str, ink: Ink, text: &str) -> String {
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        let number = format!("{}{number:>digits$}", blanks(INDENT), digits = self.digits);
        let (number, bar) = (self.style.paint(Ink::Dim, &number), self.style.paint(ink, bar));
        format!("{number} {bar} {text}").trim_end().to_owned()
    }
}
