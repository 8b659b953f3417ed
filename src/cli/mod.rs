//! The command line: arguments in, exit code out. One file per subcommand.

mod apply;
mod applying;
mod args;
mod check;
mod cloudflare;
mod explain;
mod generate;
mod init;
mod look;
mod output;
mod plan;
mod progress;
mod rollback;
mod run;
mod variables;
mod webhooks;

use std::io::Write;

use clap::Parser;

pub use args::{Cli, Command};

use crate::exit::Exit;
use output::Terminal;

/// Where a run writes, and how.
pub struct Streams<'a> {
    /// Data.
    pub out: &'a mut dyn Write,
    /// Everything else.
    pub err: &'a mut dyn Write,
    /// True where `out` is a terminal.
    pub out_is_terminal: bool,
    /// True where `err` is a terminal.
    pub err_is_terminal: bool,
}

/// Runs the program as the binary does.
///
/// # Errors
///
/// What kept it from doing what was asked; the exit code is then [`Exit::Usage`].
pub fn run<I, T>(arguments: I, streams: &mut Streams) -> miette::Result<Exit>
where
    I: IntoIterator<Item = T>,
    T: Into<std::ffi::OsString> + Clone,
{
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return Ok(usage(&error, streams)),
    };
    let terminal = Terminal::new(&cli.global, streams);
    terminal.lay_out_errors();
    match cli.command {
        Command::Check(arguments) => check::run(&arguments, &cli.global, &terminal, streams),
        Command::Plan(arguments) => plan::run(&arguments, &terminal, streams),
        Command::Apply(arguments) => apply::run(&arguments, &terminal, streams),
        Command::Rollback(arguments) => rollback::run(&arguments, &terminal, streams),
        Command::Init(arguments) => init::run(&arguments, &terminal, streams),
        Command::Explain(arguments) => explain::run(&arguments, &terminal, streams),
        Command::Schema => generate::schema(streams),
        Command::Generate(arguments) => generate::run(&arguments, streams),
    }
}

/// `--help` and `--version` are answers; everything else is a usage error.
fn usage(error: &clap::Error, streams: &mut Streams) -> Exit {
    let (stream, is_terminal, exit): (&mut dyn Write, bool, Exit) = if error.use_stderr() {
        (streams.err, streams.err_is_terminal, Exit::Usage)
    } else {
        (streams.out, streams.out_is_terminal, Exit::Ready)
    };
    let text = error.render();
    let colored = is_terminal && crate::system::variable("NO_COLOR").is_none_or(|value| value.is_empty());
    let text = if colored { text.ansi().to_string() } else { text.to_string() };
    // A closed pipe is the reader's choice.
    let _ = stream.write_all(text.as_bytes());
    exit
}
