//! What the files that sites serve hold. No value of a secret stands here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Remote, Seen};
use crate::served::exposed::Exposed;
use crate::served::{Purpose, SourceMap};

/// What a host serves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Served {
    /// The files that were read, by URL.
    pub files: BTreeMap<String, Seen<ServedFile>>,
    /// How many more are named and were not read, for their number, their size or the time.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
    /// Files that no site should serve; none where they were not looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposed: Option<Seen<Vec<ExposedFile>>>,
}

/// One file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServedFile {
    /// The status of the answer.
    pub status: u16,
    /// How many bytes of it were looked at.
    pub bytes: u64,
    /// True where that is not all of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// Values that are secret, or have no place in production.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<ServedSecret>,
    /// Addresses that lead to developers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub development: Vec<DevelopmentUrl>,
    /// What it holds, where it is a source map or has one in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<SourceMap>,
}

/// A secret in a file that everybody can load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServedSecret {
    /// The rule that tells it.
    pub rule: Remote,
    /// What it is: `Stripe secret key`.
    pub what: Remote,
    /// What of it may be shown.
    pub masked: Remote,
    /// The first 8 bytes of the value's SHA-256, in hexadecimal.
    pub fingerprint: Remote,
    /// True for what is public by design, and belongs to a test mode.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// Where to revoke one of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotate: Option<Remote>,
    /// Where it stands, from 1.
    pub line: u64,
    /// Likewise.
    pub column: u64,
}

/// An address that leads to developers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevelopmentUrl {
    /// The address, without its query.
    pub url: Remote,
    /// What its host is.
    pub purpose: Purpose,
    /// Where it stands, from 1.
    pub line: usize,
    /// Likewise.
    pub column: usize,
}

/// A file that no site should serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExposedFile {
    /// Where it is.
    pub url: Url,
    /// What it is.
    pub what: Exposed,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
