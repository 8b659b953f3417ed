//! The layout of the file: indentation, notes in one column where they have room, lines that are
//! not too long, and sections that are commented out where nothing in them is declared.

use std::fmt::Write;

use super::quote::comment;

/// Widest line, in characters, where a value does not need more.
const WIDEST: usize = 110;

/// The file while it is written.
#[derive(Default)]
pub(super) struct Sheet {
    lines: Vec<Line>,
    depth: usize,
}

enum Line {
    Blank,
    /// As it is.
    Verbatim(String),
    /// A comment of its own, at this depth.
    Words(usize, String),
    Entry(Entry),
}

struct Entry {
    depth: usize,
    /// The depth of its `#`, where it is commented out.
    off: Option<usize>,
    text: String,
    note: String,
}

impl Sheet {
    /// Ends a paragraph.
    pub(super) fn blank(&mut self) {
        if !matches!(self.lines.last(), None | Some(Line::Blank)) {
            self.lines.push(Line::Blank);
        }
    }

    /// A line as it is.
    pub(super) fn verbatim(&mut self, line: &str) {
        self.lines.push(Line::Verbatim(line.to_owned()));
    }

    /// A comment of its own.
    pub(super) fn words(&mut self, words: &str) {
        self.lines.push(Line::Words(self.depth, comment(words)));
    }

    /// A declaration that needs no note.
    pub(super) fn plain(&mut self, text: &str) {
        self.entry(text, None, "");
    }

    /// A declaration of what was seen; `how` may be empty.
    pub(super) fn seen(&mut self, text: &str, how: &str) {
        self.entry(text, None, &noted("seen", how));
    }

    /// A declaration that only the owner can make; `why` says what hangs on it.
    pub(super) fn decide(&mut self, text: &str, why: &str) {
        self.entry(text, Some(self.depth), &noted("to decide", why));
    }

    /// Something that was seen and cannot, or should not, be declared as it is.
    pub(super) fn aside(&mut self, text: &str, how: &str) {
        self.entry(text, Some(self.depth), &noted("seen", how));
    }

    fn entry(&mut self, text: &str, off: Option<usize>, note: &str) {
        self.lines.push(Line::Entry(Entry {
            depth: self.depth,
            off,
            text: text.to_owned(),
            note: comment(note),
        }));
    }

    /// A key with what `fill` writes under it; commented out where that declares nothing.
    pub(super) fn section(&mut self, key: &str, fill: impl FnOnce(&mut Self)) {
        let mut inner = Self { lines: Vec::new(), depth: self.depth + 1 };
        fill(&mut inner);
        if inner.lines.is_empty() {
            return;
        }
        let declares =
            inner.lines.iter().any(|line| matches!(line, Line::Entry(entry) if entry.off.is_none()));
        let off = (!declares).then_some(self.depth);
        self.entry(&format!("{key}:"), off, "");
        for mut line in inner.lines {
            match &mut line {
                Line::Entry(entry) if !declares => entry.off = off,
                Line::Words(depth, _) if !declares => *depth = self.depth,
                _ => {}
            }
            self.lines.push(line);
        }
    }

    /// The file.
    pub(super) fn render(self) -> String {
        let mut out = String::new();
        for paragraph in self.lines.split(|line| matches!(line, Line::Blank)) {
            if paragraph.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            for line in paragraph {
                line.render(paragraph, &mut out);
            }
        }
        out
    }
}

fn noted(word: &str, rest: &str) -> String {
    if rest.is_empty() { word.to_owned() } else { format!("{word}: {rest}") }
}

/// Where the notes of a paragraph's lines of one depth begin: where most of them have room.
fn column(paragraph: &[Line], depth: usize) -> usize {
    let entries = paragraph.iter().filter_map(|line| match line {
        Line::Entry(entry) if entry.depth == depth && !entry.note.is_empty() => Some(entry),
        _ => None,
    });
    let sizes: Vec<(usize, usize)> =
        entries.map(|entry| (width(&entry.left()) + 2, width(&entry.note) + 2)).collect();
    let fit = |column: usize| {
        sizes.iter().filter(|(left, note)| *left <= column && column + note <= WIDEST).count()
    };
    let columns = sizes.iter().map(|(left, _)| *left);
    columns.max_by_key(|column| (fit(*column), *column)).unwrap_or(0)
}

fn width(text: &str) -> usize {
    text.chars().count()
}

impl Entry {
    /// The line without its note.
    fn left(&self) -> String {
        let indent = |depth: usize| "  ".repeat(depth);
        match self.off {
            None => format!("{}{}", indent(self.depth), self.text),
            Some(off) => format!("{}# {}{}", indent(off), indent(self.depth - off), self.text),
        }
    }
}

impl Line {
    fn render(&self, paragraph: &[Self], out: &mut String) {
        match self {
            Self::Blank => {}
            Self::Verbatim(line) => out.push_str(line),
            Self::Words(depth, words) => wrapped(*depth, words, out),
            Self::Entry(entry) => entry.render(column(paragraph, entry.depth), out),
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
}

impl Entry {
    fn render(&self, column: usize, out: &mut String) {
        let left = self.left();
        let note = width(&self.note) + 2;
        let aligned = column.checked_sub(width(&left)).filter(|gap| *gap >= 2 && column + note <= WIDEST);
        let gap = aligned.unwrap_or(2);
        let whole = width(&left) + gap + note;
        if self.note.is_empty() {
            out.push_str(&left);
        } else if whole <= WIDEST || self.note == "seen" {
            let _ = write!(out, "{left}{}# {}", " ".repeat(gap), self.note);
        } else {
            wrapped(self.off.unwrap_or(self.depth), &self.note, out);
            out.push_str(&left);
        }
    }
}

/// A comment over as many lines as it needs.
fn wrapped(depth: usize, words: &str, out: &mut String) {
    let indent = "  ".repeat(depth);
    if words.is_empty() {
        let _ = writeln!(out, "{indent}#");
        return;
    }
    // Spaces at the beginning are layout.
    let start = words.len() - words.trim_start().len();
    let options = textwrap::Options::new(WIDEST - width(&indent) - 2).break_words(false);
    for line in textwrap::wrap(&words[start..], options) {
        let _ = writeln!(out, "{indent}# {}{line}", &words[..start]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stand_in_one_column() {
        let mut sheet = Sheet::default();
        sheet.seen("domain: shop.test", "");
        sheet.decide("product: Shop", "its name");
        sheet.blank();
        sheet.plain("version: 1");
        assert_eq!(
            sheet.render(),
            "domain: shop.test  # seen\n# product: Shop    # to decide: its name\n\nversion: 1\n"
        );
    }

    #[test]
    fn a_section_without_a_declaration_is_commented_out_whole() {
        let mut sheet = Sheet::default();
        sheet.section("email", |sheet| {
            sheet.decide("receive: any", "");
            sheet.section("spf", |sheet| sheet.decide("all: fail", ""));
        });
        sheet.section("tls", |sheet| sheet.section("hsts", |sheet| sheet.decide("max_age: 1d", "")));
        let text = sheet.render();
        assert!(text.starts_with("# email:\n#   receive: any"), "{text}");
        assert!(text.contains("\n#   spf:\n#     all: fail"), "{text}");
        assert!(text.contains("\n# tls:\n#   hsts:\n#     max_age: 1d"), "{text}");
    }

    #[test]
    fn what_is_declared_keeps_its_section() {
        let mut sheet = Sheet::default();
        sheet.section("email", |sheet| {
            sheet.seen("receive: any", "");
            sheet.section("spf", |sheet| sheet.decide("all: fail", ""));
        });
        assert_eq!(
            sheet.render(),
            "email:\n  receive: any  # seen\n  # spf:\n  #   all: fail  # to decide\n"
        );
    }

    #[test]
    fn long_notes_stand_above() {
        let mut sheet = Sheet::default();
        sheet.seen(&format!("key: {}", "x".repeat(60)), &"word ".repeat(30));
        let text = sheet.render();
        assert!(text.lines().all(|line| line.len() <= WIDEST), "{text}");
        assert!(text.starts_with("# seen: word") && text.trim_end().ends_with('x'), "{text}");
    }
}
