//! What `apply` and `rollback` share: asking, writing, and saying where it stands.

use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};

use miette::IntoDiagnostic;
use tokio::runtime::Runtime;

use super::args::Applying;
use super::output::Terminal;
use super::{Streams, progress};
use crate::cloudflare::apply::{Apply, ApplyError, Outcome, Stop, Watch};
use crate::cloudflare::client::Client;
use crate::cloudflare::confirm::{ConfirmedPlan, Consent};
use crate::cloudflare::folder::{Folder, Lock, ROOT};
use crate::cloudflare::saved::Saved;
use crate::cloudflare::step::{Conflict, Step};
use crate::exit::Exit;
use crate::probe::Settings;
use crate::report::Style;
use crate::system;

/// The folder of all applies, beside the file that they are about.
pub(super) fn root(applying: &Applying, beside: &Path) -> PathBuf {
    let folder = || beside.parent().unwrap_or(Path::new("")).join(ROOT);
    applying.journal.clone().unwrap_or_else(folder)
}

pub(super) fn runtime() -> miette::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().into_diagnostic()
}

/// Ready when the user interrupts.
pub(super) async fn interrupted() {
    // Without a handler nothing interrupts but the signal itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Whether a plan is agreed to.
pub(super) enum Agreed {
    Yes(Box<ConfirmedPlan>),
    No,
    Interrupted,
}

/// Lets somebody agree: the option, or a person at the terminal.
pub(super) fn confirm(plan: Saved, applying: &Applying, streams: &mut Streams) -> miette::Result<Agreed> {
    if applying.yes {
        return Ok(Agreed::Yes(Box::new(ConfirmedPlan::by_option(plan)?)));
    }
    let zone = plan.plan.zone.name.to_string();
    let mut stopped = false;
    let confirmed = ConfirmedPlan::by_person(plan, |consent| {
        if !system::stdin_is_terminal() {
            return None;
        }
        let question = match consent {
            Consent::Yes => format!("Make these changes in {zone}? [y/N] "),
            Consent::Name => {
                "This deletes, takes over or lifts a rail. Type the zone's name to go on: ".to_owned()
            }
        };
        // Without the question the answer is no.
        let _ = write!(streams.err, "{question}").and_then(|()| streams.err.flush());
        let line = answer();
        stopped = line.is_none();
        Some(line.unwrap_or_default())
    })?;
    Ok(match confirmed {
        Some(confirmed) => Agreed::Yes(Box::new(confirmed)),
        None if stopped => Agreed::Interrupted,
        None => Agreed::No,
    })
}

/// A line from the terminal; `None` where the user interrupts or closes it.
fn answer() -> Option<String> {
    let runtime = runtime().ok()?;
    let line = runtime.block_on(async {
        tokio::select! {
            line = tokio::task::spawn_blocking(system::read_line) => line.ok().flatten(),
            () = interrupted() => None,
        }
    });
    // Whoever waits for the line is not waited for.
    runtime.shutdown_background();
    line
}

/// What is needed to write.
pub(super) struct Writing<'a> {
    pub(super) settings: &'a Settings,
    pub(super) terminal: &'a Terminal,
    pub(super) root: &'a Path,
    pub(super) confirmed: &'a ConfirmedPlan,
    /// The folder of an apply that was cut off.
    pub(super) begun: Option<Folder>,
}

/// What came of it.
pub(super) enum Written {
    /// Everything was sent.
    Whole(Folder, Outcome),
    /// It ended before that, and that was said.
    Ended(Exit),
}

/// Writes, and says what happens.
pub(super) fn write(writing: &Writing, streams: &mut Streams) -> miette::Result<Written> {
    let zone = writing.confirmed.plan().plan.zone.name.clone();
    let _lock = Lock::take(writing.root, zone.as_str())?;
    let quiet = writing.terminal.style().quiet;
    let written = {
        let narrator = Narrator { err: RefCell::new(&mut *streams.err), quiet };
        runtime()?.block_on(sending(writing, &narrator))
    };
    match written {
        Ok(None) => {
            say(streams, "interrupted: nothing was written");
            Ok(Written::Ended(Exit::Interrupted))
        }
        Ok(Some((folder, outcome))) => match &outcome.stopped {
            None => Ok(Written::Whole(folder, outcome)),
            Some((step, why)) => {
                say(streams, &standing(&folder, &outcome, step, why));
                let exit = if *why == Stop::Interrupted { Exit::Interrupted } else { Exit::Usage };
                Ok(Written::Ended(exit))
            }
        },
        Err(error) => {
            if let Some(ApplyError::Stale(conflicts)) = error.downcast_ref::<ApplyError>() {
                say(streams, &table(conflicts));
            }
            Err(error)
        }
    }
}

/// Everything between agreement and the last answer; `None` where the user interrupted before anything was
/// written.
async fn sending(
    writing: &Writing<'_>,
    narrator: &Narrator<'_, '_>,
) -> miette::Result<Option<(Folder, Outcome)>> {
    let settings = writing.settings;
    let Some(account) = &settings.cloudflare else { return Ok(None) };
    let token = account.token.as_ref().map_err(Clone::clone)?;
    let progress = progress::line(writing.terminal.progress);
    let client = Client::open(settings, progress.as_ref(), system::now(), &account.base, token).await?;
    let apply = Apply::new(&client, writing.confirmed)?;
    let preparing = async {
        let known = match &writing.begun {
            // What was begun has its own look at each step.
            Some(_) => None,
            None => Some(apply.unchanged().await?),
        };
        let folder = match &writing.begun {
            Some(folder) => folder.clone(),
            None => Folder::make(writing.root, writing.confirmed, system::now())?,
        };
        apply.keep(&folder).await?;
        Ok::<_, ApplyError>((folder, known))
    };
    let (folder, known) = tokio::select! {
        prepared = preparing => prepared?,
        () = interrupted() => return Ok(None),
    };
    narrator.say(&format!("journal and rollback file: {}", folder.path().display()));
    let outcome = apply.run(&folder, known, narrator, interrupted()).await?;
    Ok(Some((folder, outcome)))
}

/// Says each step as it is done.
struct Narrator<'e, 'w> {
    err: RefCell<&'e mut (dyn Write + 'w)>,
    quiet: bool,
}

impl Narrator<'_, '_> {
    fn say(&self, text: &str) {
        if !self.quiet {
            // A closed pipe is the reader's choice.
            let _ = writeln!(self.err.borrow_mut(), "{text}");
        }
    }
}

impl Watch for Narrator<'_, '_> {
    fn done(&self, number: usize, all: usize, step: &Step, sent: bool) {
        let about = step.id.split_once('-').map_or(step.id.as_str(), |(_, about)| about);
        let done = if sent { "written" } else { "is so already" };
        self.say(&format!("{number}/{all} {about}: {done}"));
    }
}

pub(super) fn say(streams: &mut Streams, text: &str) {
    // A closed pipe is the reader's choice.
    let _ = writeln!(streams.err, "{text}");
}

/// Where an apply stands that ended too early, and how to go on.
fn standing(folder: &Folder, outcome: &Outcome, step: &str, why: &Stop) -> String {
    let done = outcome.sent + outcome.skipped;
    let mut lines = vec![format!("stopped before {step}: {}", why.words())];
    lines.push(match outcome.sent {
        0 => "nothing was written".to_owned(),
        sent => format!("{done} of {} steps are done, {sent} of them now", outcome.all),
    });
    match why {
        Stop::Elsewhere(conflicts) => {
            lines.push(table(conflicts));
            lines.push("to go on: look at what changed, then plan and apply again".into());
        }
        Stop::Failed(failure) => {
            lines.push(format!("to do: {}", failure.cure()));
            lines.push("to go on then: launch-ready apply --resume".into());
        }
        Stop::Interrupted | Stop::Journal(_) => lines.push("to go on: launch-ready apply --resume".into()),
    }
    if done > 0 {
        lines.push(format!("to go back: launch-ready rollback {}", folder.rollback().display()));
    }
    lines.extend(outcome.notes.iter().cloned());
    lines.join("\n")
}

/// What somebody else changed, three ways.
fn table(conflicts: &[Conflict]) -> String {
    let nothing = || "nothing".to_owned();
    let lines = conflicts.iter().flat_map(|conflict| {
        let row = |word: &str, value: &Option<crate::observed::Remote>| {
            format!("    {word:<8} {}", value.as_ref().map_or_else(nothing, ToString::to_string))
        };
        [
            format!("  {}", conflict.subject),
            row("planned", &conflict.planned),
            row("now", &conflict.now),
            row("wanted", &conflict.wanted),
        ]
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether the plan itself is data: with a format for programs it is not.
pub(super) fn show(text: &str, style: &Style, data: bool, streams: &mut Streams) -> miette::Result<()> {
    if style.quiet {
        return Ok(());
    }
    if data {
        say(streams, text.trim_end());
        Ok(())
    } else {
        Ok(super::output::write_out(streams.out, text)?)
    }
}
