//! `launch-ready schema` and `launch-ready generate`

use clap::CommandFactory;
use miette::IntoDiagnostic;

use super::Streams;
use super::args::{Cli, GenerateArgs, Generated};
use super::output::write_out;
use crate::exit::Exit;
use crate::report::json;

pub(super) fn schema(streams: &mut Streams) -> miette::Result<Exit> {
    let text = json::spec_schema().into_diagnostic()?;
    write_out(streams.out, &text)?;
    Ok(Exit::Ready)
}

pub(super) fn run(arguments: &GenerateArgs, streams: &mut Streams) -> miette::Result<Exit> {
    let mut command = Cli::command();
    let mut text = Vec::new();
    match arguments.what {
        Generated::Completions { shell } => {
            clap_complete::generate(shell, &mut command, env!("CARGO_PKG_NAME"), &mut text);
        }
        Generated::Man => clap_mangen::Man::new(command).render(&mut text).into_diagnostic()?,
    }
    write_out(streams.out, &String::from_utf8_lossy(&text))?;
    Ok(Exit::Ready)
}
