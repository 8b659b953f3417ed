//! What files, archives and the Git history hold. No secret's value stands here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Remote, Seen};

/// What came of reading files for secrets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scanned {
    /// By the path as `secrets.scan.paths` writes it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub paths: BTreeMap<String, Seen<Scan>>,
    /// The working tree of the repository that holds the spec; none where there is no repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Seen<Scan>>,
    /// Everything that its Git history ever held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Seen<Scan>>,
    /// The environment files that Git tracks; none where there is no repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_files: Option<Seen<Vec<EnvFile>>>,
}

impl Scanned {
    /// True where nothing was looked at.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was read in one place, and what was found there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// How many files were read; of a history, how many versions of files.
    pub files: u64,
    /// How many bytes that was.
    #[serde(default)]
    pub bytes: u64,
    /// How many commits were walked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commits: Option<u64>,
    /// What was found, each value once, in the order of places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<FoundSecret>,
    /// How many more values were found than are kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
    /// What was not read although it should have been, and why, in clauses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Remote>,
}

/// A secret, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundSecret {
    /// The rule that tells it.
    pub rule: Remote,
    /// What it is, with an article: `a Stripe live secret key`.
    pub what: Remote,
    /// Its beginning as the provider's form has it, and its end: enough to know it again.
    pub masked: Remote,
    /// The first 8 bytes of the value's SHA-256, in hexadecimal.
    pub fingerprint: Remote,
    /// True where it opens a sandbox or test mode alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// What to do about one of this kind: where to revoke it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotate: Option<Remote>,
    /// Where it stands first.
    pub at: Spot,
    /// In how many places it stands.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub times: u64,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// The file: relative to the spec, within an archive behind `!/`.
    pub file: Remote,
    /// The line, from 1.
    pub line: u64,
    /// The column in characters, from 1.
    pub column: u64,
    /// The commit that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed: Option<Timestamp>,
}

/// An environment file that Git tracks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvFile {
    /// Relative to the spec.
    pub file: Remote,
    /// Variables with values that nobody but the product should know, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret: Vec<Remote>,
    /// Other variables with values, by name; those that are for clients are not named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plain: Vec<Remote>,
}

fn one() -> u64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_one(number: &u64) -> bool {
    *number == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
