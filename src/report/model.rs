//! The model that every renderer reads, and that `--format json` prints as it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::verdict::{Cause, Leak, Status};
use crate::cloudflare::plan::{Action, Origin, Subject};
use crate::policy::Level;
use crate::spec::Span;

/// The name of the report's format.
pub const SCHEMA: &str = "launch-ready/report/v1";
/// The name of the format of several reports.
pub const SCHEMA_MANY: &str = "launch-ready/reports/v1";

/// The whole outcome of one spec's run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// What was judged.
    pub spec: SpecFacts,
    /// The policy's name.
    pub policy: String,
    /// The time that it was judged by.
    pub at: Timestamp,
    /// How long looking took, in milliseconds.
    pub duration_ms: u64,
    /// True where `--only` or `--skip` left checks out.
    pub partial: bool,
    /// The verdict in one word.
    pub verdict: VerdictWord,
    /// How many findings there are of each status.
    pub counts: Counts,
    /// Sections and keys of the spec that no check judges yet.
    pub not_judged: Vec<String>,
    /// What the policy asks for and no check can see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_checked: Vec<String>,
    /// What an apply changed before this was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
    /// Every finding, passes too, worst first.
    pub findings: Vec<Finding>,
}

/// What an apply changed, and whether that came true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// The zone.
    pub zone: String,
    /// When the last request was made.
    pub at: Timestamp,
    /// How many requests were made.
    pub steps: usize,
    /// What was changed.
    pub changes: Vec<AppliedChange>,
    /// What became of the findings that were to turn green.
    pub proof: Vec<Proof>,
    /// How many changes a plan would still make.
    pub remaining: usize,
    /// What else is to be known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The file that `launch-ready rollback` takes.
    pub rollback: Option<String>,
}

/// One change that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppliedChange {
    /// What it is about.
    pub subject: Subject,
    /// What happened to it.
    pub action: Action,
    /// What was there.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
    /// Where the spec asks for it.
    pub spec: Origin,
}

/// What became of a finding that was to turn green.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The check's id.
    pub check: String,
    /// The finding's subject.
    pub subject: String,
    /// True where it no longer fails.
    pub proved: bool,
    /// The same in more words.
    pub state: ProofState,
    /// For how long resolvers may still show what was there before, in seconds; where it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Why it is not proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Whether something came true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofState {
    /// It did.
    Proved,
    /// Not yet: resolvers may still remember what was there before.
    Pending,
    /// It did not.
    NotProved,
    /// Nobody could look.
    Unknown,
}

/// Who wrote a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// `launch-ready`
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpecFacts {
    /// The file as named by the user.
    pub path: String,
    /// SHA-256 over its bytes, in hexadecimal.
    pub sha256: String,
    /// The product's name.
    pub product: Option<String>,
    /// The launched domain.
    pub domain: String,
}

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// Everything that was asked for is true.
    Ready,
    /// Everything that this partial run looked at is true.
    Passed,
    /// Something is wrong.
    NotReady,
    /// Nothing is wrong, but something that had to be seen could not be.
    Undetermined,
}

/// Findings by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is a status")]
pub struct Counts {
    pub pass: usize,
    pub fail: usize,
    pub unknown: usize,
    pub waived: usize,
    pub not_applicable: usize,
}

/// One check's outcome for one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's id.
    pub check: String,
    /// The host, name, URL, selector, ... that it is about.
    pub subject: String,
    /// The outcome.
    pub status: Status,
    /// How much it matters.
    pub level: Level,
    /// The page's title for this outcome.
    pub title: String,
    /// What was found, in a sentence; for `unknown` the reason.
    pub message: String,
    /// What would be right.
    pub expected: Option<String>,
    /// What was seen.
    pub observed: Option<String>,
    /// Where the spec says it.
    pub spec: SpecPlace,
    /// What to do.
    pub help: Option<String>,
    /// `cloudflare` where that can fix it.
    pub fix: Option<String>,
    /// The finding that made this one impossible to judge.
    pub because: Option<Cause>,
    /// Facts that it rests on.
    pub evidence: Vec<String>,
    /// The secret that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leak: Option<Leak>,
    /// Who waived it, why and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverFacts>,
    /// Words under the spec's line in the terminal.
    #[serde(skip)]
    pub label: Option<String>,
}

/// Who waived a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverFacts {
    /// Why.
    pub reason: String,
    /// Who; empty where nobody is named.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// The last day.
    pub until: String,
}

/// A place in the spec; lines and columns (in characters) count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is its own name")]
pub struct SpecPlace {
    pub path: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
    /// The same in bytes, for the terminal.
    #[serde(skip)]
    pub span: Span,
}
