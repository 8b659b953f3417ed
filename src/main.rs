//! Arguments to library to exit code.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;

use launch_ready::cli::{Streams, run};
use launch_ready::exit::Exit;

fn main() -> ExitCode {
    let (mut out, mut err) = (stdout().lock(), stderr());
    let mut streams = Streams {
        out_is_terminal: stdout().is_terminal(),
        err_is_terminal: stderr().is_terminal(),
        out: &mut out,
        err: &mut err,
    };
    let exit = run(std::env::args_os(), &mut streams).unwrap_or_else(|error| {
        // Nothing can be done about a standard error that is closed.
        let _ = writeln!(stderr(), "{error:?}");
        Exit::Usage
    });
    ExitCode::from(exit.code())
}
