//! Which colours and characters the terminal gets, and writing to streams and files.

use std::io::Write;
use std::path::Path;

use miette::{Diagnostic, MietteHandlerOpts};

use super::Streams;
use super::args::{Color, Format, Global};
use crate::report::{self, Report, Style};
use crate::spec::Document;
use crate::system;

/// How to write to the user's terminal.
pub(super) struct Terminal {
    /// The style of standard output.
    style: Style,
    /// Whether errors are coloured.
    error_color: bool,
    /// Whether the progress line is shown.
    pub(super) progress: bool,
}

/// Narrowest and widest line that a report is laid out for.
const WIDTHS: (usize, usize) = (60, 110);

impl Terminal {
    pub(super) fn new(global: &Global, streams: &Streams) -> Self {
        let variable = |name: &str| system::variable(name).filter(|value| !value.is_empty());
        let colored = |is_terminal: bool| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && variable("NO_COLOR").is_none(),
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
        let columns = variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let style = Style {
            color: colored(streams.out_is_terminal),
            width: columns.unwrap_or_else(console_width).clamp(WIDTHS.0, WIDTHS.1),
            verbose: global.verbose,
            quiet: global.quiet,
            // A terminal says by its locale what it can show; a file or a CI log takes UTF-8.
            unicode: !streams.out_is_terminal
                || locale.is_none_or(|l| l.to_ascii_lowercase().contains("utf")),
        };
        Self {
            style,
            error_color: colored(streams.err_is_terminal),
            progress: streams.err_is_terminal && !global.no_progress && !global.quiet,
        }
    }

    /// Errors follow the same choices as the report.
    pub(super) fn lay_out_errors(&self) {
        let (color, unicode, width) = (self.error_color, self.style.unicode, self.style.width);
        // Set once in a process; a second run in the same one keeps the first choice.
        let _ = miette::set_hook(Box::new(move |_| {
            let layout = MietteHandlerOpts::new().color(color).unicode(unicode).width(width);
            Box::new(layout.terminal_links(false).build())
        }));
    }

    /// The style of what goes to standard output.
    pub(super) fn style(&self) -> &Style {
        &self.style
    }

    /// The style of what goes to a file.
    pub(super) fn file_style(&self) -> Style {
        Style { color: false, unicode: true, ..self.style }
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

/// Largest file of roots or policy that is read, in bytes.
pub(super) const MAX_SMALL_FILE: usize = 4 * 1024 * 1024;

/// Reads a text file; `help` says what is meant to be there.
pub(super) fn read(path: &Path, limit: usize, help: &'static str) -> Result<String, IoError> {
    system::read_text(path, limit).map_err(|why| IoError::Read {
        path: path.display().to_string(),
        why,
        help,
    })
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
