//! Which colours and characters the terminal gets, and writing to streams and files.

use std::io::Write;
use std::path::Path;

use miette::Diagnostic;

use super::Streams;
use super::args::{Color, Format, Global};
use crate::report::{self, Report, Style};
use crate::spec::Document;
use crate::system;

/// How to write to the user's terminal.
pub(super) struct Terminal {
    color: Color,
    no_color: bool,
    out_is_terminal: bool,
    err_is_terminal: bool,
    verbose: u8,
    quiet: bool,
    progress: bool,
    unicode: bool,
    width: usize,
}

/// Narrowest and widest line that a report is laid out for.
const WIDTHS: (usize, usize) = (60, 110);

impl Terminal {
    pub(super) fn new(global: &Global, streams: &Streams) -> Self {
        let columns = system::variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| system::variable(name).filter(|v| !v.is_empty()));
        Self {
            color: global.color,
            no_color: system::variable("NO_COLOR").is_some_and(|value| !value.is_empty()),
            out_is_terminal: streams.out_is_terminal,
            err_is_terminal: streams.err_is_terminal,
            verbose: global.verbose,
            quiet: global.quiet,
            progress: !global.no_progress && !global.quiet,
            // A terminal says by its locale what it can show; a file or a CI log takes UTF-8.
            unicode: !streams.out_is_terminal
                || locale.is_none_or(|l| l.to_ascii_lowercase().contains("utf")),
            width: columns.unwrap_or_else(console_width).clamp(WIDTHS.0, WIDTHS.1),
        }
    }

    fn colored(&self, is_terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !self.no_color,
        }
    }

    /// The style of what goes to a terminal, a pipe or (`to_file`) a file.
    pub(super) fn style(&self, to_file: bool) -> Style {
        Style {
            color: !to_file && self.colored(self.out_is_terminal),
            width: self.width,
            verbose: self.verbose,
            quiet: self.quiet,
            unicode: to_file || self.unicode,
        }
    }

    pub(super) fn shows_progress(&self) -> bool {
        self.progress && self.err_is_terminal
    }
}

/// The terminal's width; a hundred columns where there is none.
fn console_width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0))
}

/// Why something could not be read or written.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(super) enum IoError {
    #[error("{path} cannot be read: {why}")]
    #[diagnostic(code(io::read), help("{help}"))]
    Read { path: String, why: String, help: &'static str },
    #[error("{path} cannot be written: {why}")]
    #[diagnostic(code(io::write), help("check that the folder exists and may be written"))]
    Write { path: String, why: String },
}

pub(super) fn write_file(path: &Path, text: &str) -> Result<(), IoError> {
    system::write_text(path, text).map_err(|why| IoError::Write { path: path.display().to_string(), why })
}

/// Writes data to standard output.
pub(super) fn write_out(out: &mut dyn Write, text: &str) -> Result<(), IoError> {
    let result = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match result {
        // `launch-ready ... | head` is no error.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(IoError::Write { path: "standard output".into(), why: error.to_string() }),
        Ok(()) => Ok(()),
    }
}

/// One or several reports in a format.
pub(super) fn render(
    format: Format,
    reports: &[(Report, Document)],
    style: &Style,
) -> serde_json::Result<String> {
    match (format, reports) {
        (Format::Json, [(one, _)]) => report::json::one(one),
        (Format::Json, several) => {
            let several: Vec<&Report> = several.iter().map(|(report, _)| report).collect();
            report::json::many(&several)
        }
        (Format::Human, reports) => {
            let reports: Vec<_> = reports.iter().map(|(report, document)| (report, Some(document))).collect();
            Ok(report::human::render_many(&reports, style))
        }
    }
}
