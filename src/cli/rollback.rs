//! `launch-ready rollback`

use super::Streams;
use super::applying::{self, Agreed, Writing, Written, say};
use super::args::RollbackArgs;
use super::cloudflare;
use super::look;
use super::output::{Terminal, write_out};
use super::progress;
use crate::cloudflare::apply::{self, ApplyError};
use crate::cloudflare::client::Client;
use crate::cloudflare::confirm::ConfirmedPlan;
use crate::cloudflare::endpoint::Id;
use crate::cloudflare::folder::Folder;
use crate::cloudflare::rollback::Rollback;
use crate::cloudflare::saved::Saved;
use crate::cloudflare::step::{Live, Standing, Step};
use crate::cloudflare::token::Account;
use crate::exit::Exit;
use crate::observed::Remote;
use crate::probe::Settings;
use crate::report::plan as show;
use crate::secret::Environment;
use crate::system;

pub(super) fn run(
    arguments: &RollbackArgs,
    terminal: &Terminal,
    streams: &mut Streams,
) -> miette::Result<Exit> {
    let rollback = Rollback::read(&arguments.file)?;
    let environment = Environment::reading(system::variable);
    let account = cloudflare::account(&arguments.cloudflare, &environment, streams.err)?;
    if let Err(fault) = &account.token {
        return Err(fault.clone().into());
    }
    let settings = look::settings(&arguments.reach, &[], &arguments.limits)?;
    let settings =
        Settings { environment, cloudflare: Some(Account { wanted: true, ..account }), ..settings };
    let steps: Vec<&Step> = rollback.steps.iter().collect();
    let Some(live) = read(&settings, terminal, &rollback.zone.id, &steps)? else {
        return Ok(Exit::Interrupted);
    };
    let plan = rollback.plan(&live, "", system::now())?;
    let text = show::human::render(&plan.plan, &plan.spec.path, "Nothing was written yet.", terminal.style());
    applying::show(&text, terminal.style(), false, streams)?;
    let left = if plan.plan.left.is_empty() { Exit::Ready } else { Exit::NotReady };
    if plan.is_empty() {
        return Ok(left);
    }
    // The folder of applies is two above the file.
    let folder = arguments.file.parent().unwrap_or(std::path::Path::new(""));
    let root = arguments.applying.journal.clone().unwrap_or_else(|| match folder.parent() {
        Some(root) if !folder.as_os_str().is_empty() => root.to_owned(),
        _ => applying::root(&arguments.applying, &arguments.file),
    });
    let confirmed = match applying::confirm(plan, &arguments.applying, streams)? {
        Agreed::Yes(confirmed) => confirmed,
        Agreed::No => {
            say(streams, "nothing was written");
            return Ok(Exit::NotReady);
        }
        Agreed::Interrupted => return Ok(Exit::Interrupted),
    };
    let writing = Writing { settings: &settings, terminal, root: &root, confirmed: &confirmed, begun: None };
    match applying::write(&writing, streams)? {
        Written::Ended(exit) => Ok(exit),
        Written::Whole(_, outcome) if outcome.interrupted => {
            say(streams, "interrupted: everything is written, and not yet read back");
            Ok(Exit::Interrupted)
        }
        Written::Whole(folder, _) => {
            let back = read_back(&settings, terminal, &confirmed, &folder, streams)?;
            Ok(Exit::worst([left, back]))
        }
    }
}

/// What some steps touch, as it is now; `None` where the user interrupted.
fn read(
    settings: &Settings,
    terminal: &Terminal,
    zone: &str,
    steps: &[&Step],
) -> miette::Result<Option<Live>> {
    let id = Id::new(zone).ok_or_else(|| ApplyError::NoZone(Remote::new(zone)))?;
    let Some(account) = &settings.cloudflare else { return Ok(None) };
    let token = account.token.as_ref().map_err(Clone::clone)?;
    let progress = progress::line(terminal.progress);
    applying::runtime()?.block_on(async {
        let client = Client::open(settings, progress.as_ref(), system::now(), &account.base, token).await?;
        tokio::select! {
            live = apply::read(&client, &id, steps) => Ok(Some(live.map_err(ApplyError::Unread)?)),
            () = applying::interrupted() => Ok(None),
        }
    })
}

/// Looks once more at everything that was written.
fn read_back(
    settings: &Settings,
    terminal: &Terminal,
    confirmed: &ConfirmedPlan,
    folder: &Folder,
    streams: &mut Streams,
) -> miette::Result<Exit> {
    let plan: &Saved = confirmed.plan();
    let steps: Vec<&Step> = plan.steps.iter().collect();
    let Some(live) = read(settings, terminal, &plan.plan.zone.id, &steps)? else {
        return Ok(Exit::Interrupted);
    };
    folder.end()?;
    let astray: Vec<&str> = steps
        .iter()
        .filter(|step| step.standing(&live) != Some(Standing::After))
        .map(|step| step.id.as_str())
        .collect();
    let zone = &plan.plan.zone.name;
    let text = if astray.is_empty() {
        format!("{zone}: {} undone, and read back\n", plan.plan.changes.len())
    } else {
        format!("{zone}: written, but not as it was afterwards: {}\n", astray.join(", "))
    };
    write_out(streams.out, &text)?;
    Ok(if astray.is_empty() { Exit::Ready } else { Exit::NotReady })
}
