//! What an apply did, line by line, each on the disk before the next thing happens: after a crash at any point
//! it says what was sent. It holds no secret.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::observed::Remote;
use crate::system::{self, Lines};

/// Largest journal that is read, in bytes.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A journal that is written.
#[derive(Debug)]
pub struct Journal(Lines);

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// An apply began, or went on after it was cut off.
    Begin {
        /// How many steps it has.
        steps: usize,
        /// True where it went on.
        again: bool,
    },
    /// A request is about to be sent.
    Sending {
        /// Its step.
        step: String,
        /// SHA-256 of what is sent.
        digest: String,
    },
    /// Its answer came.
    Sent {
        /// Its step.
        step: String,
        /// The ids of what it made or changed.
        ids: Vec<String>,
    },
    /// No answer came, and a look at the zone said whether it was done.
    ReadBack {
        /// Its step.
        step: String,
        /// True where the zone is as the step leaves it.
        done: bool,
        /// What went wrong.
        why: Remote,
    },
    /// There was nothing to send: the zone is as the step leaves it.
    Skipped {
        /// The step.
        step: String,
    },
    /// Somebody else wrote at the same time; what was theirs was put back beside what is ours.
    Rejoined {
        /// The step.
        step: String,
        /// The version that was written over.
        version: u64,
    },
    /// The apply stopped before this step was done.
    Stopped {
        /// The step.
        step: String,
        /// Why.
        why: Remote,
    },
    /// Every step is done.
    Written,
    /// The proof is done.
    End,
}

impl Journal {
    /// Opens or makes it.
    ///
    /// # Errors
    ///
    /// In words.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let mut lines = Lines::open(path)?;
        // What was cut off in the middle of a line stays a line of its own.
        lines.add("")?;
        Ok(Self(lines))
    }

    /// Adds a line.
    ///
    /// # Errors
    ///
    /// In words.
    pub(super) fn add(&mut self, event: Event) -> Result<(), String> {
        let entry = Entry { at: system::now(), event };
        self.0.add(&serde_json::to_string(&entry).map_err(|error| error.to_string())?)
    }
}

/// The lines of a journal; those that were cut off are left out. Empty where there is none.
pub(super) fn read(path: &Path) -> Vec<Entry> {
    let text = system::read_text(path, MOST_BYTES).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_spoils_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.jsonl");
        let event = |step: &str| Event::Skipped { step: step.into() };
        Journal::open(&path).and_then(|mut journal| journal.add(event("1"))).expect("a line");
        let torn = format!("{}{{\"at\": \"2026", system::read_text(&path, 1000).expect("a text"));
        system::write_private(&path, &torn).expect("a file");
        Journal::open(&path).and_then(|mut journal| journal.add(event("2"))).expect("a line");
        let events: Vec<Event> = read(&path).into_iter().map(|entry| entry.event).collect();
        assert_eq!(events, [event("1"), event("2")]);
        assert_eq!(read(&folder.path().join("none")), []);
    }
}
