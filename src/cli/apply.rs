//! `launch-ready apply`

use std::path::Path;
use std::time::Duration;

use miette::IntoDiagnostic;

use super::Streams;
use super::applying::{self, Agreed, Writing, Written, say};
use super::args::{ApplyArgs, Format};
use super::cloudflare;
use super::look;
use super::output::{Terminal, render, write_out};
use super::plan::{Planning, Seeing, could_not_tell};
use crate::cloudflare::apply::Outcome;
use crate::cloudflare::confirm::ConfirmedPlan;
use crate::cloudflare::folder::Folder;
use crate::cloudflare::permission::Access;
use crate::cloudflare::plan::{Change, Plan, Wishes};
use crate::cloudflare::proof;
use crate::cloudflare::saved::Saved;
use crate::cloudflare::zone::candidates;
use crate::exit::Exit;
use crate::probe::{self, Settings};
use crate::report::model::{Applied, AppliedChange, ProofState};
use crate::report::plan as show;
use crate::secret::Environment;
use crate::spec::shown::without_secrets;
use crate::system;

/// The first pause before another look; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest one.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

pub(super) fn run(arguments: &ApplyArgs, terminal: &Terminal, streams: &mut Streams) -> miette::Result<Exit> {
    let file = arguments.target.as_deref().filter(|path| path.extension().is_some_and(|end| end == "json"));
    let saved = file.map(read).transpose()?;
    let spec = match &saved {
        Some(saved) => Some(Path::new(&saved.spec.path)),
        None => arguments.target.as_deref(),
    };
    let planning = Planning::new(spec, arguments.policy.as_deref(), &arguments.reach)?;
    if let (Some(path), Some(saved)) = (file, &saved) {
        saved.is_of(&planning.document, path)?;
    }
    let environment = Environment::reading(system::variable);
    let account = cloudflare::account(&arguments.cloudflare, &environment, streams.err)?;
    let account = cloudflare::about_the_zone(account, &planning.document, Access::Edit)?;
    let settings = look::settings(&arguments.reach, &arguments.trust_anchor, &arguments.limits)?;
    let settings = Settings { environment, cloudflare: Some(account), ..settings };
    let command = Command { arguments, terminal, planning: &planning, settings: &settings };
    command.run(saved, streams)
}

/// A saved plan that may still be applied.
fn read(path: &Path) -> miette::Result<Saved> {
    let saved = Saved::read(path)?;
    saved.still_holds(path, system::now())?;
    Ok(saved)
}

struct Command<'a> {
    arguments: &'a ApplyArgs,
    terminal: &'a Terminal,
    planning: &'a Planning,
    settings: &'a Settings,
}

/// What is to be applied.
enum Next {
    /// A plan that was agreed to, and the folder of it where it was begun before.
    Apply(Box<ConfirmedPlan>, Option<Folder>),
    /// There is nothing to change.
    Nothing(Box<Seeing>, Box<Plan>),
    /// It ends here.
    End(Exit),
}

impl Command<'_> {
    fn run(&self, saved: Option<Saved>, streams: &mut Streams) -> miette::Result<Exit> {
        let document = Path::new(&self.planning.document.path);
        let root = applying::root(&self.arguments.applying, document);
        let (confirmed, begun) = match self.next(saved, &root, streams)? {
            Next::Apply(confirmed, begun) => (confirmed, begun),
            Next::Nothing(seen, plan) => {
                let applied = applied(&plan, None, 0, Vec::new());
                return self.report(*seen, Applied { remaining: 0, ..applied }, streams);
            }
            Next::End(exit) => return Ok(exit),
        };
        let writing = Writing {
            settings: self.settings,
            terminal: self.terminal,
            root: &root,
            confirmed: &confirmed,
            begun,
        };
        match applying::write(&writing, streams)? {
            Written::Ended(exit) => Ok(exit),
            Written::Whole(_, outcome) if outcome.interrupted => Ok(unproved(streams)),
            Written::Whole(folder, outcome) => self.prove(&confirmed, &folder, &outcome, streams),
        }
    }

    fn next(&self, saved: Option<Saved>, root: &Path, streams: &mut Streams) -> miette::Result<Next> {
        if self.arguments.resume
            && let Some((folder, confirmed)) = Folder::unfinished(root, &candidates(&self.planning.document))
        {
            confirmed.plan().is_of(&self.planning.document, folder.path())?;
            say(streams, &format!("going on with {}", folder.path().display()));
            return Ok(Next::Apply(Box::new(confirmed), Some(folder)));
        }
        let saved = match saved {
            Some(saved) => saved,
            None => match self.fresh(streams)? {
                Ok(saved) => saved,
                Err(end) => return Ok(end),
            },
        };
        let last = "Nothing was written yet.";
        let text = show::human::render(&saved.plan, &saved.spec.path, last, self.terminal.style());
        applying::show(&text, self.terminal.style(), self.arguments.format == Format::Json, streams)?;
        Ok(match applying::confirm(saved, &self.arguments.applying, streams)? {
            Agreed::Yes(confirmed) => Next::Apply(confirmed, None),
            Agreed::No => {
                say(streams, "nothing was written");
                Next::End(Exit::NotReady)
            }
            Agreed::Interrupted => Next::End(Exit::Interrupted),
        })
    }

    /// A plan made now; what comes instead where there is none to apply.
    fn fresh(&self, streams: &mut Streams) -> miette::Result<Result<Saved, Next>> {
        let Some(seen) = self.planning.look(self.settings, self.terminal)? else {
            return Ok(Err(Next::End(Exit::Interrupted)));
        };
        let (plan, zone) = match self.planning.plan(&seen, &self.wishes()) {
            Ok(planned) => planned,
            Err(unread) => return Ok(Err(Next::End(could_not_tell(unread, streams)))),
        };
        if plan.is_empty() {
            let text = show::human::render(&plan, &self.planning.document.path, "", self.terminal.style());
            applying::show(&text, self.terminal.style(), self.arguments.format == Format::Json, streams)?;
            return Ok(Err(Next::Nothing(Box::new(seen), Box::new(plan))));
        }
        Ok(Ok(Saved::new(&self.planning.document, plan, zone, system::now())?))
    }

    fn wishes(&self) -> Wishes {
        self.arguments.wishing.with(&self.planning.document)
    }

    /// Looks until what was promised came true, or the time is over.
    fn prove(
        &self,
        confirmed: &ConfirmedPlan,
        folder: &Folder,
        outcome: &Outcome,
        streams: &mut Streams,
    ) -> miette::Result<Exit> {
        let plan = &confirmed.plan().plan;
        let written = system::now();
        let mut pause = FIRST_PAUSE;
        let (seen, applied) = loop {
            let Some(seen) = self.planning.look(self.settings, self.terminal)? else {
                return Ok(unproved(streams));
            };
            let now = system::now();
            let proof = proof::proofs(plan, &seen.report, written, now);
            let left = self.planning.plan(&seen, &self.wishes());
            let remaining = left.as_ref().map_or(0, |(plan, _)| plan.changes.len());
            let mut notes = outcome.notes.clone();
            notes.extend(left.err().map(|unread| unread.to_string()));
            let base = applied(plan, Some(folder), outcome.sent, notes);
            let applied = Applied { at: written, remaining, proof, ..base };
            let elapsed = Duration::try_from(now.duration_since(written)).unwrap_or_default();
            if is_done(&applied) || elapsed >= self.arguments.wait {
                break (seen, applied);
            }
            let left = self.arguments.wait.saturating_sub(elapsed);
            if !applying::runtime()?.block_on(waited(pause.min(left))) {
                return Ok(unproved(streams));
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        folder.end()?;
        self.report(seen, applied, streams)
    }

    fn report(&self, seen: Seeing, applied: Applied, streams: &mut Streams) -> miette::Result<Exit> {
        let proved = exit(&applied);
        let mut report = seen.report;
        let verdict = Exit::from(report.verdict);
        report.applied = Some(applied);
        let reports = [(report, self.planning.document.clone())];
        let text = render(self.arguments.format, &reports, self.terminal.style()).into_diagnostic()?;
        write_out(streams.out, &text)?;
        Ok(Exit::worst([proved, verdict]))
    }
}

/// False where the user interrupted.
async fn waited(pause: Duration) -> bool {
    tokio::select! {
        () = probe::wait(pause) => true,
        () = applying::interrupted() => false,
    }
}

/// The user interrupted after everything was written.
fn unproved(streams: &mut Streams) -> Exit {
    say(streams, "interrupted: everything is written, and not yet proved; launch-ready check looks again");
    Exit::Interrupted
}

/// True where there is nothing left to wait for.
fn is_done(applied: &Applied) -> bool {
    applied.remaining == 0 && applied.proof.iter().all(|proof| proof.proved)
}

fn exit(applied: &Applied) -> Exit {
    let of_state = |state| match state {
        ProofState::Proved => Exit::Ready,
        ProofState::NotProved => Exit::NotReady,
        ProofState::Pending | ProofState::Unknown => Exit::Undetermined,
    };
    let remaining = if applied.remaining > 0 { Exit::NotReady } else { Exit::Ready };
    Exit::worst(applied.proof.iter().map(|proof| of_state(proof.state)).chain([remaining]))
}

/// What was changed, as a part of the report.
fn applied(plan: &Plan, folder: Option<&Folder>, steps: usize, notes: Vec<String>) -> Applied {
    Applied {
        zone: plan.zone.name.to_string(),
        at: system::now(),
        steps,
        changes: plan.changes.iter().map(change).collect(),
        proof: Vec::new(),
        remaining: 0,
        notes,
        rollback: folder.map(|folder| folder.rollback().display().to_string()),
    }
}

fn change(change: &Change) -> AppliedChange {
    let words = |object| without_secrets(&show::value(&change.subject, object));
    AppliedChange {
        subject: change.subject.clone(),
        action: change.action,
        before: change.before.as_ref().map(words),
        after: change.after.as_ref().map(words),
        spec: change.spec.clone(),
    }
}
