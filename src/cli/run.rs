//! What all commands share that look at the world for a spec and judge it: reading the spec and the policy,
//! how far a run looks, and looking.

use std::path::{Path, PathBuf};

use miette::Diagnostic;

use super::args::{Judging, Reach, SPEC_NAME};
use super::look;
use super::output::{IoError, MAX_SMALL_FILE, Terminal, read};
use super::variables;
use super::webhooks;
use crate::judge::{self, Options};
use crate::observed::Observed;
use crate::policy::Policy;
use crate::probe::{self, Files, Progress, Reading, Sending, Settings};
use crate::spec::{Document, SpecErrors, load};
use crate::system;

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("there is no {SPEC_NAME} here or in a parent folder")]
#[diagnostic(
    code(spec::not_found),
    help("write one: `domain: example.com` alone is a valid spec; or name a file: launch-ready check FILE")
)]
struct NoSpec;

/// The specs of the command line, or the one here or in a parent folder.
pub(super) fn documents(specs: &[PathBuf]) -> miette::Result<Vec<Document>> {
    if specs.is_empty() {
        return Ok(vec![one(None)?]);
    }
    specs.iter().map(|spec| document(spec)).collect()
}

/// The spec of the command line, or the one here or in a parent folder.
pub(super) fn one(spec: Option<&Path>) -> miette::Result<Document> {
    match spec {
        Some(path) => document(path),
        None => document(&system::find_upwards(SPEC_NAME).ok_or(NoSpec)?),
    }
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
pub(super) fn policy(document: &Document, named: Option<&str>) -> miette::Result<Policy> {
    if let Some(name) = named {
        return Ok(Policy::named(name, |file| system::read_text(Path::new(file), MAX_SMALL_FILE))?);
    }
    let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
    let name = document.spec.policy.as_ref().map_or("baseline", |name| name.value.as_str());
    Ok(Policy::named(name, |file| system::read_text(&folder.join(file), MAX_SMALL_FILE))?)
}

/// How a run judges, by its arguments.
pub(super) fn options(judging: &Judging, reach: &Reach) -> Options {
    Options {
        only: judging.only.clone(),
        skip: judging.skip.clone(),
        fail_on: judging.fail_on,
        waivers: !judging.no_waivers,
        at: judging.at,
        duration_ms: 0,
        private: look::private_ranges(reach),
    }
}

/// One look at the world for one spec.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    /// What should be true.
    pub(super) document: &'a Document,
    /// What is judged at all.
    pub(super) policy: &'a Policy,
    /// How it is judged.
    pub(super) options: &'a Options,
    /// It is recorded: a recording is whole, whatever this run judges of it.
    pub(super) whole: bool,
}

impl Run<'_> {
    /// What is sent to webhooks: nothing where none is judged.
    ///
    /// # Errors
    ///
    /// Where a sample event cannot be used.
    pub(super) fn sending(&self) -> Result<Sending, SpecErrors> {
        webhooks::sending(self.document, judge::sends_to_webhooks(self.policy, self.options))
    }

    /// How far this run looks.
    pub(super) fn settings(&self, base: &Settings, sending: Sending) -> Settings {
        let (policy, options) = (self.policy, self.options);
        Settings {
            revocation_lists: policy.thresholds.certificate_revocation_lists,
            only_web: !self.whole && judge::looks_at_the_web_alone(policy, options),
            sending,
            registrations: judge::asks_providers(policy, options),
            cloudflare: base
                .cloudflare
                .clone()
                .filter(|_| self.whole || judge::reads_cloudflare(policy, options)),
            files: self.files(),
            reading: Reading {
                sites: self.whole || judge::reads_sites(policy, options),
                exposed: self.whole || judge::looks_for_exposed_files(policy, options),
            },
            ..base.clone()
        }
    }

    /// Whether files are read. A recording is never of files alone.
    fn files(&self) -> Files {
        if !judge::reads_files(self.policy, self.options) {
            Files::No
        } else if !self.whole && judge::reads_files_alone(self.policy, self.options) {
            Files::Alone
        } else {
            Files::Beside
        }
    }

    /// Looks; `None` where the user interrupted.
    pub(super) fn observe(
        &self,
        settings: &Settings,
        at: jiff::Timestamp,
        terminal: &Terminal,
    ) -> miette::Result<Option<Observed>> {
        let mut observed = if judge::looks_at_the_world(self.policy, self.options) {
            let looking =
                async |progress: &dyn Progress| probe::observe(self.document, settings, at, progress).await;
            match look::until_interrupted(terminal, looking)? {
                Some(observed) => observed,
                None => return Ok(None),
            }
        } else {
            Observed::new(at)
        };
        if self.reads_variables(settings) {
            observed.variables = Some(variables::look(self.document, &settings.environment));
        }
        Ok(Some(observed))
    }

    /// True where there are variables to look at.
    fn reads_variables(&self, settings: &Settings) -> bool {
        let judged = judge::reads_variables(self.policy, self.options);
        let named = self.document.spec.secrets.is_some() || !settings.environment.files().is_empty();
        named && (judged || self.whole)
    }
}

/// The time of a report: it says when, not to which nanosecond.
pub(super) fn moment() -> jiff::Timestamp {
    let now = system::now();
    now.round(jiff::Unit::Second).unwrap_or(now)
}
