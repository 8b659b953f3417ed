//! How text for people looks: width, colour, symbols.

use crate::check::Status;
use crate::policy::Level;

/// How text for people looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Terminal colours. The text reads as well without them.
    pub color: bool,
    /// Columns to fill; fewer than [`Style::NARROWEST`] count as that many.
    pub width: usize,
    /// 1: evidence and passes too; 2: also what was not applicable.
    pub verbose: u8,
    /// Only the verdict.
    pub quiet: bool,
    /// Symbols and lines beyond ASCII.
    pub unicode: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 100, verbose: 0, quiet: false, unicode: true }
    }
}

/// What a piece of text is, as far as its colour goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Error,
    Warning,
    Info,
    Unknown,
    Pass,
    Strong,
    Dim,
}

impl Ink {
    fn codes(self) -> &'static str {
        match self {
            Self::Error => "1;31",
            Self::Warning => "1;33",
            Self::Info => "1;36",
            Self::Unknown => "1;35",
            Self::Pass => "32",
            Self::Strong => "1",
            Self::Dim => "2",
        }
    }

    /// The colour of a failure.
    pub(super) fn of(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Info | Level::Off => Self::Info,
        }
    }
}

/// The lines beside a snippet of the spec.
pub(super) struct Frame {
    pub(super) open: &'static str,
    pub(super) bar: &'static str,
    /// The bar beside the lines that are meant, where they are several.
    pub(super) marked: &'static str,
    pub(super) close: &'static str,
    pub(super) underline: &'static str,
    pub(super) skipped: &'static str,
}

const UNICODE_FRAME: Frame =
    Frame { open: "╭─", bar: "│", marked: "┃", close: "╰", underline: "━", skipped: "⋮" };
const ASCII_FRAME: Frame =
    Frame { open: "-->", bar: "|", marked: ">", close: "|", underline: "^", skipped: ":" };

impl Style {
    /// Below this nothing can be laid out.
    pub const NARROWEST: usize = 40;

    /// The columns to fill.
    pub(super) fn columns(&self) -> usize {
        self.width.max(Self::NARROWEST)
    }

    /// The text, coloured where colours are wanted.
    pub(super) fn paint(&self, ink: Ink, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", ink.codes())
        } else {
            text.to_owned()
        }
    }

    pub(super) fn frame(&self) -> &'static Frame {
        if self.unicode { &UNICODE_FRAME } else { &ASCII_FRAME }
    }

    pub(super) fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// The sign of a failure of this level.
    pub(super) fn level_symbol(&self, level: Level) -> &'static str {
        match (level, self.unicode) {
            (Level::Error, true) => "×",
            (Level::Error, false) => "x",
            (Level::Warning, true) => "⚠",
            (Level::Warning, false) => "!",
            (Level::Info | Level::Off, true) => "ℹ",
            (Level::Info | Level::Off, false) => "i",
        }
    }

    /// The sign of an outcome that is not a failure.
    pub(super) fn symbol(&self, status: Status) -> &'static str {
        match (status, self.unicode) {
            (Status::Fail, _) => self.level_symbol(Level::Error),
            (Status::Unknown, _) => "?",
            (Status::Waived, _) => "~",
            (Status::Pass, true) => "✓",
            (Status::Pass, false) => "+",
            (Status::NotApplicable, _) => "-",
        }
    }
}
