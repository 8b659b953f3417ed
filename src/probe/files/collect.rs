//! What was found, each value once, and what was left out.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::budget::Budget;
use crate::observed::{FoundSecret, Remote, Scan, Spot};
use crate::secret_file::named::Told;
use crate::secrets::{self, Class, Finding, Mode};

/// Most values that are kept of one place.
const MOST_FOUND: usize = 200;
/// Most reasons that are kept.
const MOST_REASONS: usize = 50;

/// Takes in what is found.
#[derive(Debug)]
pub(super) struct Collector {
    /// When it is over.
    pub(super) budget: Budget,
    pub(super) scan: Scan,
    known: BTreeMap<String, usize>,
    /// The commit that is read, in a history.
    pub(super) commit: Option<(String, Option<Timestamp>)>,
    reasons: u64,
    is_late: bool,
}

impl Collector {
    /// Nothing found yet.
    pub(super) fn new(budget: Budget) -> Self {
        let scan = Scan::default();
        Self { budget, scan, known: BTreeMap::new(), commit: None, reasons: 0, is_late: false }
    }

    /// True, and told once, where the time is over.
    pub(super) fn is_over(&mut self) -> bool {
        if !self.is_late && self.budget.is_over() {
            self.is_late = true;
            self.left_out("the time of the run was over (`--deadline`)".to_owned());
        }
        self.is_late
    }

    /// Something was not read.
    pub(super) fn left_out(&mut self, why: String) {
        self.reasons += 1;
        if self.scan.left_out.len() < MOST_REASONS {
            self.scan.left_out.push(why.into());
        }
    }

    /// What the engine found in a file: only what is a secret counts here.
    pub(super) fn found(&mut self, file: &str, findings: Vec<Finding>) {
        for finding in findings.into_iter().filter(|finding| finding.class == Class::Secret) {
            let rule = finding.rule();
            self.add(FoundSecret {
                rule: Remote::new(finding.rule),
                what: rule.map_or_else(|| Remote::new("a secret"), |rule| Remote::new(&rule.name)),
                masked: Remote::new(&finding.mask),
                fingerprint: Remote::new(&finding.fingerprint),
                test: rule.is_some_and(|rule| rule.mode == Some(Mode::Test)),
                rotate: rule.filter(|rule| !rule.rotate.is_empty()).map(|rule| Remote::new(&rule.rotate)),
                at: self.spot(file, finding.line, finding.column),
                times: 1,
            });
        }
    }

    /// What the kind of a file tells of its beginning.
    pub(super) fn told(&mut self, file: &str, head: &[u8], told: Vec<Told>) {
        for Told { rule, what, value } in told {
            let before = head.get(..value.start).unwrap_or_default();
            let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
            let line = before.split(|byte| *byte == b'\n').count() as u64;
            let column = String::from_utf8_lossy(&before[start..]).chars().count() as u64 + 1;
            let fingerprint = secrets::fingerprint(head.get(value).unwrap_or_default());
            // The engine knows more of it where it knows it.
            if self.known.contains_key(&fingerprint) {
                continue;
            }
            self.add(FoundSecret {
                rule: Remote::new(rule),
                what: Remote::new(&what),
                masked: Remote::new("***"),
                fingerprint: Remote::new(&fingerprint),
                test: false,
                rotate: None,
                at: self.spot(file, line, column),
                times: 1,
            });
        }
    }

    fn spot(&self, file: &str, line: u64, column: u64) -> Spot {
        let (commit, committed) = self.commit.clone().map_or((None, None), |(id, time)| (Some(id), time));
        Spot { file: Remote::new(file), line, column, commit, committed }
    }

    fn add(&mut self, found: FoundSecret) {
        let fingerprint = found.fingerprint.as_str();
        if let Some(index) = self.known.get(fingerprint) {
            if let Some(first) = self.scan.found.get_mut(*index) {
                first.times += 1;
            }
        } else if self.scan.found.len() < MOST_FOUND {
            self.known.insert(fingerprint.to_owned(), self.scan.found.len());
            self.scan.found.push(found);
        } else {
            self.scan.more += 1;
        }
    }

    /// What came of it.
    pub(super) fn scan(mut self) -> Scan {
        let untold = self.reasons - self.scan.left_out.len() as u64;
        if untold > 0 {
            self.scan.left_out.push(format!("{untold} more files, for such reasons").into());
        }
        self.scan
    }
}
