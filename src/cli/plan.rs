//! `launch-ready plan`

use std::path::Path;

use miette::{Diagnostic, IntoDiagnostic};

use super::Streams;
use super::args::{PlanArgs, PlanFormat, Reach, Wishing};
use super::cloudflare;
use super::look;
use super::output::{Terminal, write_out};
use super::run::{self, Run};
use crate::cloudflare::permission::Access;
use crate::cloudflare::plan::{Plan, Wishes};
use crate::cloudflare::saved::{self, Saved};
use crate::exit::Exit;
use crate::judge::{self, Options};
use crate::observed::{CloudflareZone, Observed, Remote, Seen};
use crate::policy::Policy;
use crate::probe::{Sending, Settings};
use crate::report::Report;
use crate::report::plan as show;
use crate::secret::Environment;
use crate::spec::Document;
use crate::system;

/// Areas that no plan changes anything about: neither are secrets looked for nor webhooks called.
const SKIPPED: [&str; 2] = ["secrets", "webhooks"];

#[derive(Debug, thiserror::Error, Diagnostic)]
pub(super) enum PlanError {
    #[error("the zone of {domain} could not be read: {why}")]
    #[diagnostic(
        code(cloudflare::unread),
        help("nothing was planned and nothing written; `launch-ready check` works without Cloudflare's API")
    )]
    Unread { domain: String, why: Remote },
}

pub(super) fn run(arguments: &PlanArgs, terminal: &Terminal, streams: &mut Streams) -> miette::Result<Exit> {
    let planning = Planning::new(arguments.spec.as_deref(), arguments.policy.as_deref(), &arguments.reach)?;
    let environment = Environment::reading(system::variable);
    let account = cloudflare::account(&arguments.cloudflare, &environment, streams.err)?;
    let account = cloudflare::about_the_zone(account, &planning.document, Access::Read)?;
    let settings = look::settings(&arguments.reach, &arguments.trust_anchor, &arguments.limits)?;
    let settings = Settings { environment, cloudflare: Some(account), ..settings };
    let Some(seen) = planning.look(&settings, terminal)? else { return Ok(Exit::Interrupted) };
    let wishes = arguments.wishing.with(&planning.document);
    let (plan, zone) = match planning.plan(&seen, &wishes) {
        Ok(planned) => planned,
        Err(unread) => return Ok(could_not_tell(unread, streams)),
    };
    let saved = Saved::new(&planning.document, plan, zone, system::now())?;
    if let Some(path) = &arguments.out {
        saved::write(path, &saved)?;
    }
    let text = shown(arguments, &saved, terminal)?;
    write_out(streams.out, &text)?;
    Ok(if arguments.exit_code && !saved.plan.is_empty() { Exit::NotReady } else { Exit::Ready })
}

/// What could not be read is no mistake of the user's.
pub(super) fn could_not_tell(why: PlanError, streams: &mut Streams) -> Exit {
    // A closed pipe is the reader's choice.
    let _ = writeln!(streams.err, "{:?}", miette::Report::from(why));
    Exit::Undetermined
}

fn shown(arguments: &PlanArgs, saved: &Saved, terminal: &Terminal) -> miette::Result<String> {
    Ok(match arguments.format {
        PlanFormat::Json => saved.text().into_diagnostic()?,
        PlanFormat::Markdown => show::markdown::render(&saved.plan, &saved.spec.path),
        PlanFormat::Human => {
            let next = match &arguments.out {
                Some(path) => format!("launch-ready apply {}", path.display()),
                None => "launch-ready apply".to_owned(),
            };
            let last = format!("Nothing was written. To make them: {next}");
            show::human::render(&saved.plan, &saved.spec.path, &last, terminal.style())
        }
    })
}

impl Wishing {
    /// What the options and the spec allow together.
    pub(super) fn with(&self, document: &Document) -> Wishes {
        let spec = Wishes::of(document);
        Wishes { adopt: spec.adopt || self.adopt, prune: spec.prune || self.prune, allow: self.allow.clone() }
    }
}

/// What a plan is made for: `plan` and `apply` make it alike.
pub(super) struct Planning {
    pub(super) document: Document,
    pub(super) policy: Policy,
    pub(super) options: Options,
}

/// What a plan rests on.
pub(super) struct Seeing {
    pub(super) observed: Observed,
    pub(super) report: Report,
}

impl Planning {
    /// Reads the spec and its policy.
    pub(super) fn new(spec: Option<&Path>, policy: Option<&str>, reach: &Reach) -> miette::Result<Self> {
        let document = run::one(spec)?;
        let policy = run::policy(&document, policy)?;
        let options = Options {
            skip: SKIPPED.map(str::to_owned).into(),
            private: look::private_ranges(reach),
            ..Options::default()
        };
        Ok(Self { document, policy, options })
    }

    /// Looks at the world and at the zone; `None` where the user interrupted.
    pub(super) fn look(&self, settings: &Settings, terminal: &Terminal) -> miette::Result<Option<Seeing>> {
        let run =
            Run { document: &self.document, policy: &self.policy, options: &self.options, whole: false };
        let settings = run.settings(settings, Sending::default());
        let Some(observed) = run.observe(&settings, run::moment(), terminal)? else { return Ok(None) };
        let report = judge::judge(&self.document, &observed, &self.policy, &self.options);
        Ok(Some(Seeing { observed, report }))
    }

    /// The plan, and the zone that it is for.
    pub(super) fn plan<'s>(
        &self,
        seen: &'s Seeing,
        wishes: &Wishes,
    ) -> Result<(Plan, &'s CloudflareZone), PlanError> {
        let unread = |why| PlanError::Unread { domain: self.document.spec.domain.value.0.clone(), why };
        let zone = match &seen.observed.cloudflare {
            Some(Seen::Answer(zone)) => zone,
            Some(Seen::Unobserved(why)) => return Err(unread(why.clone())),
            Some(Seen::Failed(failure)) => return Err(unread(failure.detail.clone())),
            None => return Err(unread("it is not at Cloudflare".into())),
        };
        let plan =
            judge::plan(&self.document, &seen.observed, &self.policy, &self.options, wishes, &seen.report);
        plan.map(|plan| (plan, zone)).ok_or_else(|| unread("it was not read".into()))
    }
}
