//! `launch-ready init`

use std::path::Path;

use miette::Diagnostic;

use super::Streams;
use super::args::{InitArgs, SPEC_NAME};
use super::look;
use super::output::{Terminal, write_out};
use crate::exit::Exit;
use crate::init::{Existence, existence, spec_of};
use crate::observed::Remote;
use crate::probe::{self, Progress};
use crate::spec::{Document, load};
use crate::system;

#[derive(Debug, thiserror::Error, Diagnostic)]
enum InitError {
    #[error("{path} exists already, and is left as it is")]
    #[diagnostic(
        code(init::exists),
        help("write to another file: `--output other.yaml`, or to standard output: `--output -`")
    )]
    Exists { path: String },
    #[error("{path} cannot be written: {why}")]
    #[diagnostic(code(init::write), help("check that the folder exists and may be written"))]
    Write { path: String, why: String },
    #[error("{domain} does not exist")]
    #[diagnostic(
        code(init::no_such_domain),
        help(
            "correct the name; if it is new, register it and wait until its name servers answer. A spec can be written before that: `domain: {domain}` is one"
        )
    )]
    Missing { domain: String },
    #[error("nothing could be seen of {domain}: {why}")]
    #[diagnostic(
        code(init::nothing_seen),
        help("check the network, or name another resolver: `--resolver ADDR`; nothing was written")
    )]
    Unseen { domain: String, why: Remote },
}

pub(super) fn run(arguments: &InitArgs, terminal: &Terminal, streams: &mut Streams) -> miette::Result<Exit> {
    let file = (arguments.dash.is_none() && arguments.output != Path::new("-")).then_some(&*arguments.output);
    // Told before anything is asked.
    if let Some(path) = file.filter(|path| system::exists(path)) {
        return Err(InitError::Exists { path: path.display().to_string() }.into());
    }
    let settings = look::settings(&arguments.reach, &[], &arguments.limits)?;
    let domain = arguments.domain.as_str();
    let now = system::now();
    let at = now.round(jiff::Unit::Second).unwrap_or(now);
    let looking = async |progress: &dyn Progress| probe::look(domain, &settings, at, progress).await;
    let Some(observed) = look::until_interrupted(terminal, looking)? else { return Ok(Exit::Interrupted) };
    match existence(domain, &observed) {
        Existence::Exists => {}
        Existence::Missing => {
            let error = InitError::Missing { domain: domain.to_owned() };
            return Ok(ended(error, Exit::NotReady, streams));
        }
        Existence::Unknown(why) => {
            let error = InitError::Unseen { domain: domain.to_owned(), why };
            return Ok(ended(error, Exit::Undetermined, streams));
        }
    }
    let text = spec_of(domain, &observed, at.to_zoned(jiff::tz::TimeZone::UTC).date());
    // What is written must be a spec; whatever a domain publishes.
    let document = load::parse(SPEC_NAME, &text)?;
    match file {
        Some(path) => write(path, &text)?,
        None => write_out(streams.out, &text)?,
    }
    if !terminal.style().quiet {
        // Nothing can be done about a standard error that is closed.
        let _ = write!(streams.err, "{}", closing(&document, file));
    }
    Ok(Exit::Ready)
}

/// Says what came of it, and ends with a code of its own.
fn ended(error: InitError, exit: Exit, streams: &mut Streams) -> Exit {
    let _ = writeln!(streams.err, "{:?}", miette::Report::new(error));
    exit
}

fn write(path: &Path, text: &str) -> Result<(), InitError> {
    let shown = || path.display().to_string();
    match system::write_new(path, text) {
        Ok(true) => Ok(()),
        Ok(false) => Err(InitError::Exists { path: shown() }),
        Err(why) => Err(InitError::Write { path: shown(), why }),
    }
}

/// What was written, and what to do next.
fn closing(document: &Document, file: Option<&Path>) -> String {
    let spec = &document.spec;
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let hosts = spec.hosts.as_ref().map_or(0, |hosts| hosts.0.len());
    let records = spec.dns.as_ref().map_or(0, |dns| dns.records.len());
    let senders = spec.mail().map_or(0, |mail| mail.send.len());
    let seen =
        format!("{}, {}, {}", count(hosts, "host"), count(records, "record"), count(senders, "sender"));
    match file {
        None => format!("seen: {seen}\nnext: save it as {SPEC_NAME}, then launch-ready check\n"),
        Some(path) if path == Path::new(SPEC_NAME) => {
            format!("wrote {SPEC_NAME}: {seen}\nnext: launch-ready check\n")
        }
        Some(path) => {
            let path = path.display();
            format!("wrote {path}: {seen}\nnext: launch-ready check {path}\n")
        }
    }
}
