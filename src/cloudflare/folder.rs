//! The folder of one apply: its plan, its journal, and what brings back what was there before.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use miette::Diagnostic;

use super::confirm::ConfirmedPlan;
use super::journal::{self, Event, Journal};
use super::rollback::Rollback;
use super::saved::{self, Saved, SavedError};
use crate::system::{self, Held};

/// The folder of all applies, beside the spec.
pub const ROOT: &str = ".launch-ready";

const PLAN: &str = "plan.json";
const JOURNAL: &str = "journal.jsonl";
const ROLLBACK: &str = "rollback.json";
const EXPORT: &str = "zone.txt";

/// Why an apply cannot keep its books. Without them nothing is changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Diagnostic)]
pub enum FolderError {
    /// A file cannot be written.
    #[error("{path} cannot be written: {why}")]
    #[diagnostic(
        code(apply::journal),
        help(
            "nothing is changed without a journal and a rollback file: name another folder with --journal DIR"
        )
    )]
    Unwritable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// Another apply goes on.
    #[error("another apply of {zone} is running: {path} is held")]
    #[diagnostic(code(apply::running), help("wait until it ends"))]
    Running {
        /// The zone.
        zone: String,
        /// The file that it holds.
        path: String,
    },
    /// The file of the plan that was cut off cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Plan(#[from] SavedError),
}

fn unwritable(path: &Path, why: String) -> FolderError {
    FolderError::Unwritable { path: path.display().to_string(), why }
}

/// The right to change a zone from this machine: one process at a time has it.
#[derive(Debug)]
pub struct Lock {
    _held: Held,
}

impl Lock {
    /// Takes it.
    ///
    /// # Errors
    ///
    /// Where another process has it.
    pub fn take(root: &Path, zone: &str) -> Result<Self, FolderError> {
        system::make_private_folder(root).map_err(|why| unwritable(root, why))?;
        // What stands in here names hosts and addresses, and is nobody's source code.
        let ignore = root.join(".gitignore");
        if !system::exists(&ignore) {
            system::write_private(&ignore, "*\n").map_err(|why| unwritable(&ignore, why))?;
        }
        let path = root.join(format!("{}.lock", file_name(zone)));
        let held = system::hold(&path).map_err(|why| unwritable(&path, why))?;
        let path = path.display().to_string();
        held.map(|held| Self { _held: held }).ok_or(FolderError::Running { zone: zone.to_owned(), path })
    }
}

/// The folder of one apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new one, with the plan in it.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn make(root: &Path, plan: &ConfirmedPlan, now: Timestamp) -> Result<Self, FolderError> {
        let plan = plan.plan();
        let name = format!("{}-{}", file_name(plan.plan.zone.name.as_str()), now.strftime("%Y%m%dT%H%M%SZ"));
        let candidates = (1..1000).map(|number| match number {
            1 => root.join(&name),
            _ => root.join(format!("{name}-{number}")),
        });
        for path in candidates {
            if system::make_private_folder(&path).map_err(|why| unwritable(&path, why))? {
                saved::write(&path.join(PLAN), plan)?;
                return Ok(Self(path));
            }
        }
        Err(unwritable(root, "it holds a thousand applies of this second".into()))
    }

    /// The newest one of some zones, with its plan, where its apply did not come to its end. One in which not
    /// even the plan is whole changed nothing, and is passed over.
    pub fn unfinished(root: &Path, zones: &[String]) -> Option<(Self, ConfirmedPlan)> {
        let newest = system::folders(root).into_iter().rev();
        let planned = newest.map(Self).find_map(|folder| {
            let plan = Saved::read(&folder.0.join(PLAN)).ok()?;
            let is_of_them = zones.iter().any(|zone| plan.plan.zone.name.as_str() == zone);
            is_of_them.then_some((folder, plan))
        });
        planned
            .filter(|(folder, _)| !folder.is_finished())
            .map(|(folder, plan)| (folder, ConfirmedPlan::again(plan)))
    }

    fn is_finished(&self) -> bool {
        journal::read(&self.0.join(JOURNAL)).iter().any(|entry| entry.event == Event::End)
    }

    /// True where the apply began to send.
    pub fn has_begun(&self) -> bool {
        let lines = journal::read(&self.0.join(JOURNAL));
        lines.iter().any(|entry| matches!(entry.event, Event::Sending { .. }))
    }

    /// Writes what brings back what was there, before anything is changed.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(super) fn keep(&self, rollback: &Rollback, export: Option<&str>) -> Result<(), FolderError> {
        if let Some(export) = export {
            let path = self.0.join(EXPORT);
            system::write_private(&path, export).map_err(|why| unwritable(&path, why))?;
        }
        let path = self.rollback();
        let text = rollback.text().map_err(|error| unwritable(&path, error.to_string()))?;
        system::write_private(&path, &text).map_err(|why| unwritable(&path, why))
    }

    /// True where what brings back what was there is on the disk.
    pub(super) fn is_kept(&self) -> bool {
        system::exists(&self.rollback())
    }

    /// Opens its journal.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(super) fn journal(&self) -> Result<Journal, FolderError> {
        let path = self.0.join(JOURNAL);
        Journal::open(&path).map_err(|why| unwritable(&path, why))
    }

    /// Notes that the apply came to its end, so that nothing is left to go on with.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn end(&self) -> Result<(), FolderError> {
        let path = self.0.join(JOURNAL);
        self.journal()?.add(Event::End).map_err(|why| unwritable(&path, why))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file that `launch-ready rollback` takes.
    pub fn rollback(&self) -> PathBuf {
        self.0.join(ROLLBACK)
    }
}

/// A zone's name as a part of a file's name.
fn file_name(zone: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '_' };
    zone.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_changed_by_one_process_at_a_time() {
        let root = tempfile::tempdir().expect("a folder");
        let first = Lock::take(root.path(), "shop.test").expect("the lock");
        assert!(matches!(Lock::take(root.path(), "shop.test"), Err(FolderError::Running { .. })));
        Lock::take(root.path(), "other.test").expect("the lock of another zone");
        drop(first);
        Lock::take(root.path(), "shop.test").expect("the lock again");
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        assert_eq!(file_name("../x/y"), ".._x_y");
    }
}
