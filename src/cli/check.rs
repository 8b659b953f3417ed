//! `launch-ready check`

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use miette::{Diagnostic, IntoDiagnostic};

use super::Streams;
use super::args::{CheckArgs, Global};
use super::cloudflare;
use super::look;
use super::output::{Terminal, read, render, write_file, write_out};
use super::run::{self, Run};
use super::variables;
use super::webhooks;
use crate::exit::Exit;
use crate::judge::{self, Options};
use crate::observed::{FORMAT, Observed, Remote};
use crate::probe::{Sending, Settings};
use crate::report::{Report, Style};
use crate::spec::Document;
use crate::system;

/// Largest recording that is read, in bytes.
const MAX_RECORDING: usize = 256 * 1024 * 1024;

#[derive(Debug, thiserror::Error, Diagnostic)]
enum CheckError {
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
    let documents = run::documents(&arguments.specs)?;
    let recording = &arguments.recording;
    if documents.len() > 1 && (recording.record.is_some() || recording.replay.is_some()) {
        return Err(CheckError::OneSpecOnly(documents.len()).into());
    }
    // Everything that can be wrong with the arguments is told before the first question is asked.
    let environment = variables::environment(&arguments.env_file)?;
    let settings = look::settings(&arguments.reach, &arguments.trust_anchor, &arguments.limits)?;
    let cloudflare = cloudflare::account(&arguments.cloudflare, &environment, streams.err)?;
    let settings = Settings { environment, cloudflare: Some(cloudflare), ..settings };
    let options = run::options(&arguments.judging, &arguments.reach);
    let named = arguments.judging.policy.as_deref();
    let policies =
        documents.iter().map(|document| run::policy(document, named)).collect::<miette::Result<Vec<_>>>()?;
    if policies.iter().any(|policy| !judge::judges_anything(policy, &options)) {
        return Err(CheckError::NothingLeft.into());
    }
    different_files(arguments)?;
    let whole = recording.record.is_some();
    let runs = documents.iter().zip(&policies);
    let runs: Vec<Run> =
        runs.map(|(document, policy)| Run { document, policy, options: &options, whole }).collect();
    let sendings = runs.iter().map(|run| sending(run, arguments)).collect::<Result<Vec<_>, _>>()?;
    let mut reports = Vec::new();
    let start = system::now();
    for (run, sending) in runs.iter().zip(sendings) {
        // The deadline is that of the run, however many specs it has.
        let elapsed = Duration::try_from(system::now().duration_since(start)).unwrap_or_default();
        let deadline = arguments.limits.deadline.saturating_sub(elapsed);
        if !terminal.style().quiet {
            webhooks::announce(run.document, &sending, streams.err);
        }
        let settings = Settings { deadline, ..run.settings(&settings, sending) };
        let Some(report) = check_one(run, arguments, &settings, terminal)? else {
            return Ok(Exit::Interrupted);
        };
        reports.push(report);
    }
    let reports: Vec<(Report, Document)> = reports.into_iter().zip(documents).collect();
    write(arguments, terminal, &reports, streams)?;
    let exits = reports.iter().map(|(report, _)| Exit::from(report.verdict));
    Ok(Exit::worst(exits))
}

/// Nothing is sent where a recording is judged.
fn sending(run: &Run, arguments: &CheckArgs) -> Result<Sending, crate::spec::SpecErrors> {
    match arguments.recording.replay {
        Some(_) => Ok(Sending::default()),
        None => run.sending(),
    }
}

/// Observes (or replays) and judges one spec; `None` where the user interrupted.
fn check_one(
    run: &Run,
    arguments: &CheckArgs,
    settings: &Settings,
    terminal: &Terminal,
) -> miette::Result<Option<Report>> {
    let start = system::now();
    let observed = match &arguments.recording.replay {
        Some(path) => replay(path)?,
        None => match run.observe(settings, run::moment(), terminal)? {
            Some(observed) => observed,
            None => return Ok(None),
        },
    };
    if let Some(path) = &arguments.recording.record {
        let text = serde_json::to_string_pretty(&observed).into_diagnostic()?;
        write_file(path, &format!("{text}\n"))?;
    }
    let took = system::now().duration_since(start).as_millis();
    let options = Options { duration_ms: u64::try_from(took).unwrap_or(0), ..run.options.clone() };
    Ok(Some(judge::judge(run.document, &observed, run.policy, &options)))
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
