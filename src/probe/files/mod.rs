//! Reads files, archives and the Git history for secrets. No value leaves this folder.
//!
//! | file | what it does |
//! |---|---|
//! | `budget` | how much is read, and until when |
//! | `collect` | what was found, each value once, and what was left out |
//! | `read` | one file as a stream: plain, compressed, or an archive of others |
//! | `zip` | archives with a directory at their end |
//! | `tree` | folders, and the working tree |
//! | `repository` | the Git repository: what it tracks |
//! | `history` | every version of every file, once |
//!
//! Reading blocks, so it is done beside the run's own thread: files on one, the history on another.

mod budget;
mod collect;
mod history;
mod read;
mod repository;
mod tree;
mod zip;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join;

use super::Files as Wanted;
use super::session::Session;
use crate::observed::{EnvFile, Remote, Scan, Scanned, Seen};
use crate::spec::Document;
use budget::Budget;
use repository::Repository;

/// What is to be read for a spec.
#[derive(Debug, Clone)]
struct Job {
    /// The folder of the spec.
    folder: PathBuf,
    /// The declared paths.
    paths: Vec<String>,
    /// Whether the working tree is read.
    tree: bool,
    /// Whether the history is.
    history: bool,
}

impl Job {
    /// `None` where the spec asks for nothing.
    fn of(document: &Document) -> Option<Self> {
        let secrets = &document.spec.secrets.as_ref()?.value;
        let scan = secrets.scan.as_ref();
        let folder = std::path::Path::new(&document.path).parent().unwrap_or(std::path::Path::new(""));
        // The folder of `launch-ready.yaml` is the one at hand.
        let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() };
        Some(Self {
            folder,
            paths: scan.iter().flat_map(|scan| &scan.paths).map(|path| path.value.clone()).collect(),
            tree: scan.is_some(),
            history: scan.and_then(|scan| scan.history.as_ref()).is_some_and(|history| history.value),
        })
    }
}

/// Says that nobody waits any more.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Reads what the spec asks for, and keeps in the session what was found.
pub(super) async fn observe(session: &Session<'_>, document: &Document) {
    let Some(job) = Job::of(document).filter(|_| session.settings.files != Wanted::No) else { return };
    let stop = Stop(Arc::default());
    let budget = Budget::new(Instant::now() + share(session.settings.deadline), Arc::clone(&stop.0));
    let question = || format!("files of {}", document.path);
    let found = session.reading.get(&question(), &session.tally, async || read(&job, &budget).await).await;
    *session.scanned.borrow_mut() = found;
}

/// Ends before the run does, so that what was found by then is told.
fn share(deadline: Duration) -> Duration {
    deadline.saturating_sub((deadline / 10).max(Duration::from_millis(200)))
}

async fn read(job: &Job, budget: &Budget) -> Scanned {
    let (files, history) = (job.clone(), job.clone());
    let (until, until_history) = (budget.clone(), budget.clone());
    let (files, history) = join(
        tokio::task::spawn_blocking(move || read_files(&files, &until)),
        tokio::task::spawn_blocking(move || read_history(&history, &until_history)),
    )
    .await;
    let Ok((paths, tree, env_files)) = files else { return Scanned::default() };
    Scanned { paths, tree, env_files, history: history.ok().flatten() }
}

/// What the declared paths, the working tree and the tracked environment files hold.
type Files = (BTreeMap<String, Seen<Scan>>, Option<Seen<Scan>>, Option<Seen<Vec<EnvFile>>>);

fn read_files(job: &Job, budget: &Budget) -> Files {
    let paths = job.paths.iter().map(|path| (path.clone(), tree::path(&job.folder, path, budget))).collect();
    let repository = match Repository::of(&job.folder) {
        Ok(Some(repository)) => repository,
        Ok(None) => return (paths, None, None),
        Err(why) => return (paths, job.tree.then(|| unobserved(&why)), Some(unobserved(&why))),
    };
    let tree = job.tree.then(|| tree::working_tree(&repository, budget));
    (paths, tree, Some(repository.env_files()))
}

fn read_history(job: &Job, budget: &Budget) -> Option<Seen<Scan>> {
    if !job.history {
        return None;
    }
    Some(match Repository::of(&job.folder) {
        Ok(Some(repository)) => history::read(&repository, budget),
        Ok(None) => unobserved("the spec stands in no Git repository"),
        Err(why) => unobserved(&why),
    })
}

fn unobserved<T>(why: &str) -> Seen<T> {
    Seen::Unobserved(Remote::new(why))
}
