//! The spec's text as it may be shown: where a place ends, and as much of a line as fits.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::report::style::Style;
use crate::report::text::{columns, is_harmful};
use crate::spec::Span;

/// A tab moves to the next multiple of this.
const TAB: usize = 4;
/// The end of a longer list or mapping is not looked for.
const LONGEST_FLOW: usize = 4096;

/// The whole of a place; nothing for one that the text does not have. Of a mapping or list the
/// parser knows only the start: `{` goes on to its `}`, a block to the end of its first line.
pub(super) fn extent(text: &str, span: Span) -> Option<Span> {
    let marked = text.get(span.start..span.end).filter(|_| span != Span::default())?;
    let len = match marked.trim_end() {
        "" => text[span.start..].lines().next().unwrap_or_default().trim_end().len(),
        "{" | "[" => flow_len(&text[span.start..]).unwrap_or(1),
        marked => marked.len(),
    };
    Some(Span { start: span.start, end: span.start + len })
}

/// Number of bytes up to the bracket that closes the first one.
fn flow_len(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut before) = (0_usize, None, ' ');
    for (offset, c) in text.char_indices().take(LONGEST_FLOW) {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            // Within a word (`don't`) they quote nothing.
            (None, '"' | '\'') if "{[,:".contains(before) => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(offset + 1);
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    None
}

/// A line of the spec.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) start: usize,
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    /// The line that holds the byte.
    pub(super) fn at(text: &'a str, offset: usize) -> Self {
        let before = &text[..offset];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &text[start..];
        let end = rest.find('\n').unwrap_or(rest.len());
        let line = rest[..end].trim_end_matches('\r');
        Self { number: before.matches('\n').count() + 1, start, text: line }
    }

    pub(super) fn before(&self, text: &'a str) -> Option<Self> {
        self.start.checked_sub(1).map(|end| Self::at(text, end))
    }

    pub(super) fn after(&self, text: &'a str) -> Option<Self> {
        let newline = text[self.start..].find('\n')?;
        Some(Self::at(text, self.start + newline + 1))
    }

    /// The line as a terminal may show it, cut to `room` columns around the marked bytes.
    pub(super) fn shown(&self, marked: Range<usize>, room: usize, style: &Style) -> Shown {
        let (glyphs, marked) = glyphs(self.text, &marked);
        window(&glyphs, &marked, room, style.ellipsis())
    }
}

/// What is shown of a line.
pub(super) struct Shown {
    pub(super) text: String,
    /// The columns that are marked.
    pub(super) marked: Range<usize>,
}

/// The characters to show, and which of them are marked: tabs are blanks, and what could move or
/// reorder the terminal's text is written out.
fn glyphs(line: &str, marked: &Range<usize>) -> (Vec<char>, Range<usize>) {
    let mut glyphs = Vec::with_capacity(line.len());
    let mut range = 0..0;
    let mut column = 0;
    for (offset, c) in line.char_indices() {
        let old = glyphs.len();
        match c {
            '\t' => glyphs.extend(std::iter::repeat_n(' ', TAB - column % TAB)),
            _ if is_harmful(c) => glyphs.extend(c.escape_unicode()),
            _ => glyphs.push(c),
        }
        column += glyphs[old..].iter().map(|glyph| glyph.width().unwrap_or(0)).sum::<usize>();
        if offset < marked.start {
            range.start = glyphs.len();
        }
        if offset < marked.end {
            range.end = glyphs.len();
        }
    }
    range.end = range.end.max(range.start);
    (glyphs, range)
}

/// As much of the characters as fits, with the marked ones in it.
fn window(glyphs: &[char], marked: &Range<usize>, room: usize, ellipsis: &str) -> Shown {
    let mut ends = vec![0];
    for glyph in glyphs {
        ends.push(ends[ends.len() - 1] + glyph.width().unwrap_or(0));
    }
    let (total, dots) = (ends[glyphs.len()], columns(ellipsis));
    let inner = room.saturating_sub(2 * dots);
    let (start, end) = if total <= room {
        (0, glyphs.len())
    } else {
        let from_left = ends[marked.end] + dots <= room;
        let skip = ends[marked.start].saturating_sub(inner / 3).min(total.saturating_sub(inner));
        let skip = if from_left { 0 } else { skip };
        let start = ends.partition_point(|end| *end < skip).min(glyphs.len());
        (start, ends.partition_point(|end| *end <= ends[start] + inner) - 1)
    };
    let (left, right) =
        (if start > 0 { ellipsis } else { "" }, if end < glyphs.len() { ellipsis } else { "" });
    let kept: String = glyphs[start..end].iter().collect();
    let column = |glyph: usize| columns(left) + ends[glyph.clamp(start, end)] - ends[start];
    Shown { text: format!("{left}{kept}{right}"), marked: column(marked.start)..column(marked.end) }
}
