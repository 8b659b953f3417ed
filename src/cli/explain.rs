//! `launch-ready explain`

use miette::Diagnostic;

use super::Streams;
use super::args::ExplainArgs;
use super::output::{Terminal, write_out};
use crate::check::{CATALOGUE, Check};
use crate::exit::Exit;
use crate::report::explain;

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("there is no check `{id}`")]
#[diagnostic(code(usage::unknown_check), help("{help}"))]
struct UnknownCheck {
    id: crate::observed::Remote,
    help: String,
}

pub(super) fn run(
    arguments: &ExplainArgs,
    terminal: &Terminal,
    streams: &mut Streams,
) -> miette::Result<Exit> {
    let style = terminal.style();
    let text = match &arguments.check {
        None => explain::list(style),
        Some(id) => explain::page(Check::find(id).ok_or_else(|| unknown(id))?, style),
    };
    write_out(streams.out, &text)?;
    Ok(Exit::Ready)
}

fn unknown(id: &str) -> UnknownCheck {
    let slug_of = |check: &'static Check| check.id.split('/').next_back().unwrap_or(check.id);
    let by_slug = CATALOGUE
        .iter()
        .find(|check| slug_of(check) == id)
        .map(|check| format!("did you mean `{}`?", check.id));
    let help = by_slug.or_else(|| crate::spec::did_you_mean(id, CATALOGUE.iter().map(|check| check.id)));
    UnknownCheck {
        id: id.into(),
        help: help.unwrap_or_else(|| "`launch-ready explain` lists the checks".into()),
    }
}
