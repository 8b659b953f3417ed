//! `launch-ready check`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use miette::{Diagnostic, IntoDiagnostic};

use super::Streams;
use super::args::{CheckArgs, Global, SPEC_NAME};
use super::look;
use super::output::{IoError, MAX_SMALL_FILE, Terminal, read, render, write_file, write_out};
use super::webhooks;
use crate::exit::Exit;
use crate::judge::{self, Options};
use crate::observed::{FORMAT, Observed, Remote};
use crate::policy::Policy;
use crate::probe::{self, Files, Progress, Reading, Sending, Settings};
use crate::report::{Report, Style};
use crate::spec::{Document, SpecErrors, load};
use crate::system;

/// Largest recording that is read, in bytes.
const MAX_RECORDING: usize = 256 * 1024 * 1024;

#[derive(Debug, thiserror::Error, Diagnostic)]
enum CheckError {
    #[error("there is no {SPEC_NAME} here or in a parent folder")]
    #[diagnostic(
        code(spec::not_found),
        help(
            "write one: `domain: example.com` alone is a valid spec; or name a file: launch-ready check FILE"
        )
    )]
    NoSpec,
    #[error("--record and --replay keep one spec's run, and {0} specs were given")]
    #[diagnostic(code(usage::one_spec), help("run them one by one"))]
    OneSpecOnly(usize),
    #[error("no check is left to judge")]
    #[diagnostic(
        code(usage::nothing_left),
        help(
            "--only, --skip and the policy's levels leave nothing; `launch-ready explain` lists the checks"
        )
    )]
    NothingLeft,
    #[error("{path} is to be written twice")]
    #[diagnostic(code(usage::same_file), help("give --output, --record and each --also a file of its own"))]
    SameFile { path: String },
    #[error("{path} is not a recording of this version: {why}")]
    #[diagnostic(code(usage::replay), help("--replay takes what --record wrote"))]
    NotARecording { path: String, why: Remote },
}

pub(super) fn run(
    arguments: &CheckArgs,
    _global: &Global,
    terminal: &Terminal,
    streams: &mut Streams,
) -> miette::Result<Exit> {
    let documents = documents(&arguments.specs)?;
    let recording = &arguments.recording;
    if documents.len() > 1 && (recording.record.is_some() || recording.replay.is_some()) {
        return Err(CheckError::OneSpecOnly(documents.len()).into());
    }
    // Everything that can be wrong with the arguments is told before the first question is asked.
    let settings = look::settings(&arguments.reach, &arguments.trust_anchor, &arguments.limits)?;
    let policies =
        documents.iter().map(|document| policy(document, arguments)).collect::<miette::Result<Vec<_>>>()?;
    if policies.iter().any(|policy| !judge::judges_anything(policy, &options(arguments, 0))) {
        return Err(CheckError::NothingLeft.into());
    }
    different_files(arguments)?;
    let sendings = documents
        .iter()
        .zip(&policies)
        .map(|(document, policy)| sending(document, policy, arguments))
        .collect::<Result<Vec<_>, _>>()?;
    let mut reports = Vec::new();
    let start = system::now();
    for ((document, policy), sending) in documents.into_iter().zip(policies).zip(sendings) {
        // The deadline is that of the run, however many specs it has.
        let elapsed = Duration::try_from(system::now().duration_since(start)).unwrap_or_default();
        let deadline = arguments.limits.deadline.saturating_sub(elapsed);
        // A recording is whole, whatever this run judges of it.
        let only_web = arguments.recording.record.is_none()
            && judge::looks_at_the_web_alone(&policy, &options(arguments, 0));
        let revocation_lists = policy.thresholds.certificate_revocation_lists;
        if !terminal.style().quiet {
            webhooks::announce(&document, &sending, streams.err);
        }
        let reading = reading(&policy, arguments);
        let registrations = judge::asks_providers(&policy, &options(arguments, 0));
        let files = files(&policy, arguments);
        let settings = Settings {
            deadline,
            revocation_lists,
            only_web,
            sending,
            registrations,
            reading,
            files,
            ..settings.clone()
        };
        let Some(report) = check_one(&document, &policy, arguments, &settings, terminal)? else {
            return Ok(Exit::Interrupted);
        };
        reports.push((report, document));
    }
    write(arguments, terminal, &reports, streams)?;
    let exits = reports.iter().map(|(report, _)| Exit::from(report.verdict));
    Ok(Exit::worst(exits))
}

/// Whether files are read. A recording is whole: it is never of files alone.
fn files(policy: &Policy, arguments: &CheckArgs) -> Files {
    let options = options(arguments, 0);
    if !judge::reads_files(policy, &options) {
        Files::No
    } else if arguments.recording.record.is_none() && judge::reads_files_alone(policy, &options) {
        Files::Alone
    } else {
        Files::Beside
    }
}

/// What is sent to webhooks: nothing where none is judged, and nothing where a recording is.
fn sending(document: &Document, policy: &Policy, arguments: &CheckArgs) -> Result<Sending, SpecErrors> {
    let wanted =
        arguments.recording.replay.is_none() && judge::sends_to_webhooks(policy, &options(arguments, 0));
    webhooks::sending(document, wanted)
}

/// What is read of sites: a recording is whole, whatever this run judges of it.
fn reading(policy: &Policy, arguments: &CheckArgs) -> Reading {
    let recorded = arguments.recording.record.is_some();
    let options = options(arguments, 0);
    Reading {
        sites: recorded || judge::reads_sites(policy, &options),
        exposed: recorded || judge::looks_for_exposed_files(policy, &options),
    }
}

/// Observes (or replays) and judges one spec; `None` where the user interrupted.
fn check_one(
    document: &Document,
    policy: &Policy,
    arguments: &CheckArgs,
    settings: &Settings,
    terminal: &Terminal,
) -> miette::Result<Option<Report>> {
    let start = system::now();
    // A report says when, not to which nanosecond.
    let at = start.round(jiff::Unit::Second).unwrap_or(start);
    let observed = match &arguments.recording.replay {
        Some(path) => replay(path)?,
        None if !judge::looks_at_the_world(policy, &options(arguments, 0)) => Observed::new(at),
        None => {
            let looking =
                async |progress: &dyn Progress| probe::observe(document, settings, at, progress).await;
            match look::until_interrupted(terminal, looking)? {
                Some(observed) => observed,
                None => return Ok(None),
            }
        }
    };
    if let Some(path) = &arguments.recording.record {
        let text = serde_json::to_string_pretty(&observed).into_diagnostic()?;
        write_file(path, &format!("{text}\n"))?;
    }
    let took = system::now().duration_since(start).as_millis();
    let options = options(arguments, u64::try_from(took).unwrap_or(0));
    Ok(Some(judge::judge(document, &observed, policy, &options)))
}

/// No file is written twice: the second would replace the first without a word.
fn different_files(arguments: &CheckArgs) -> Result<(), CheckError> {
    let writing = &arguments.writing;
    let also = writing.also.iter().map(|also| &also.file);
    let mut seen = BTreeSet::new();
    for path in also.chain(&writing.output).chain(&arguments.recording.record) {
        if !seen.insert(path) {
            return Err(CheckError::SameFile { path: path.display().to_string() });
        }
    }
    Ok(())
}

fn replay(path: &Path) -> miette::Result<Observed> {
    let text = read(path, MAX_RECORDING, "--replay takes the file that --record wrote")?;
    let wrong =
        |why: String| CheckError::NotARecording { path: path.display().to_string(), why: Remote::new(&why) };
    let observed: Observed = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if observed.format == FORMAT {
        Ok(observed)
    } else {
        Err(wrong(format!("its format is not {FORMAT}")).into())
    }
}

fn documents(specs: &[PathBuf]) -> miette::Result<Vec<Document>> {
    if specs.is_empty() {
        let found = system::find_upwards(SPEC_NAME).ok_or(CheckError::NoSpec)?;
        return Ok(vec![document(&found)?]);
    }
    specs.iter().map(|spec| document(spec)).collect()
}

fn document(path: &Path) -> miette::Result<Document> {
    if path == Path::new("-") {
        let text = system::read_stdin(load::MAX_BYTES);
        let text = text.map_err(|why| IoError::Read {
            path: "standard input".into(),
            why,
            help: "pipe a spec into it",
        })?;
        return Ok(load::parse("<stdin>", &text)?);
    }
    let text = read(path, load::MAX_BYTES, "name a spec, or `-` for standard input")?;
    Ok(load::parse(&path.display().to_string(), &text)?)
}

/// The policy of the command line, else the spec's (a file beside it), else the baseline.
fn policy(document: &Document, arguments: &CheckArgs) -> miette::Result<Policy> {
    if let Some(name) = &arguments.judging.policy {
        return Ok(Policy::named(name, |file| system::read_text(Path::new(file), MAX_SMALL_FILE))?);
    }
    let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
    let name = document.spec.policy.as_ref().map_or("baseline", |name| name.value.as_str());
    Ok(Policy::named(name, |file| system::read_text(&folder.join(file), MAX_SMALL_FILE))?)
}

fn options(arguments: &CheckArgs, duration_ms: u64) -> Options {
    let judging = &arguments.judging;
    Options {
        only: judging.only.clone(),
        skip: judging.skip.clone(),
        fail_on: judging.fail_on,
        waivers: !judging.no_waivers,
        at: judging.at,
        duration_ms,
        private: look::private_ranges(&arguments.reach),
    }
}

fn write(
    arguments: &CheckArgs,
    terminal: &Terminal,
    reports: &[(Report, Document)],
    streams: &mut Streams,
) -> miette::Result<()> {
    let writing = &arguments.writing;
    let text = |format, style: &Style| render(format, reports, style).into_diagnostic();
    let plain = terminal.file_style();
    for also in &writing.also {
        write_file(&also.file, &text(also.format, &plain)?)?;
    }
    match &writing.output {
        Some(path) => write_file(path, &text(writing.format, &plain)?)?,
        None => write_out(streams.out, &text(writing.format, terminal.style())?)?,
    }
    Ok(())
}
