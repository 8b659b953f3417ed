//! A plan in a file: what was reviewed is what is applied. It holds what the plan was made for, so that a zone
//! that changed since then is noticed, and a hash, so that a file that was edited is. It holds no secret.

use std::path::Path;
use std::time::Duration;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::canonical;
use super::plan::Plan;
use super::step::{self, Live, Step, Unmade};
use crate::hex::hex;
use crate::observed::{CloudflareZone, Remote};
use crate::report::model::Tool;
use crate::spec::Document;
use crate::system;

/// The name of the format.
pub const SCHEMA: &str = "launch-ready/plan/v1";
/// How long a plan may be applied.
const LIFE: Duration = Duration::from_hours(24);
/// Largest file that is read, in bytes.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A plan with everything that is needed to apply it later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who wrote it.
    pub tool: Tool,
    /// The spec that it makes true.
    pub spec: SpecHash,
    /// When it was made.
    pub at: Timestamp,
    /// When it can no longer be applied.
    pub expires: Timestamp,
    /// The id of the token that read the zone, which is no secret.
    pub token: String,
    /// What changes.
    pub plan: Plan,
    /// How.
    pub steps: Vec<Step>,
}

/// Which spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecHash {
    /// The file as named by the user.
    pub path: String,
    /// SHA-256 over its bytes, in hexadecimal.
    pub sha256: String,
}

/// Why a saved plan is not applied.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Diagnostic)]
pub enum SavedError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {why}")]
    #[diagnostic(code(plan::read), help("name a file that `launch-ready plan --out` wrote"))]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// It cannot be written.
    #[error("{path} cannot be written: {why}")]
    #[diagnostic(code(plan::write), help("check that the folder exists and may be written"))]
    Unwritable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// It is something else.
    #[error("{path} is no plan of this version: {why}")]
    #[diagnostic(code(plan::format), help("make the plan again: launch-ready plan --out {path}"))]
    NoPlan {
        /// The file.
        path: String,
        /// Why.
        why: Remote,
    },
    /// Somebody edited it.
    #[error("{path} was changed after it was written: its hash is another")]
    #[diagnostic(
        code(plan::edited),
        help(
            "a plan is applied as it was reviewed or not at all: change the spec instead, and make the plan again"
        )
    )]
    Edited {
        /// The file.
        path: String,
    },
    /// It is too old.
    #[error("{path} was made at {at} and could be applied until {expires}")]
    #[diagnostic(code(plan::expired), help("make the plan again: launch-ready plan --out {path}"))]
    Expired {
        /// The file.
        path: String,
        /// When it was made.
        at: Timestamp,
        /// Its end.
        expires: Timestamp,
    },
    /// The spec is another now.
    #[error("{spec} changed after {path} was made from it")]
    #[diagnostic(code(plan::spec_changed), help("make the plan again: launch-ready plan --out {path}"))]
    SpecChanged {
        /// The file.
        path: String,
        /// The spec.
        spec: String,
    },
}

impl Saved {
    /// A plan that was made from a reading of the zone.
    ///
    /// # Errors
    ///
    /// Where the plan changes what that reading does not hold.
    pub fn new(
        document: &Document,
        plan: Plan,
        zone: &CloudflareZone,
        now: Timestamp,
    ) -> Result<Self, Unmade> {
        let steps = step::steps(&plan, &Live::of(zone))?;
        Ok(Self::of(SpecHash::of(document), plan, steps, zone.token.id.clone(), now))
    }

    /// A plan whose steps are known.
    pub(super) fn of(spec: SpecHash, plan: Plan, steps: Vec<Step>, token: String, now: Timestamp) -> Self {
        // Never a moment that is still to come.
        let whole = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Trunc);
        let now = now.round(whole).unwrap_or(now);
        Self {
            schema: SCHEMA.into(),
            tool: Tool { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
            spec,
            at: now,
            expires: now + LIFE,
            token,
            plan,
            steps,
        }
    }

    /// True where nothing would be sent.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The text of the file: JSON with a hash over everything else.
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON.
    pub fn text(&self) -> serde_json::Result<String> {
        sealed(self)
    }

    /// Reads a file back. Its age and its spec are not looked at.
    ///
    /// # Errors
    ///
    /// Where it is no plan, or was edited.
    pub fn read(path: &Path) -> Result<Self, SavedError> {
        let plan: Self = open(path)?;
        if plan.schema == SCHEMA {
            Ok(plan)
        } else {
            let why = Remote::new(&format!("its schema is `{}`, not {SCHEMA}", plan.schema));
            Err(SavedError::NoPlan { path: path.display().to_string(), why })
        }
    }

    /// That it may still be applied at that time.
    ///
    /// # Errors
    ///
    /// Where it is too old.
    pub fn still_holds(&self, path: &Path, now: Timestamp) -> Result<(), SavedError> {
        if now < self.expires {
            return Ok(());
        }
        let (at, expires) = (self.at, self.expires);
        Err(SavedError::Expired { path: path.display().to_string(), at, expires })
    }

    /// That the spec is the one that it was made from.
    ///
    /// # Errors
    ///
    /// Where it is another.
    pub fn is_of(&self, document: &Document, path: &Path) -> Result<(), SavedError> {
        if SpecHash::of(document).sha256 == self.spec.sha256 {
            return Ok(());
        }
        Err(SavedError::SpecChanged { path: path.display().to_string(), spec: document.path.clone() })
    }
}

impl SpecHash {
    /// Of a spec that was read.
    pub fn of(document: &Document) -> Self {
        Self { path: document.path.clone(), sha256: hex(&Sha256::digest(document.text.as_bytes())) }
    }
}

/// Writes a plan to a file that only its owner may read.
///
/// # Errors
///
/// Where that cannot be done.
pub fn write(path: &Path, plan: &Saved) -> Result<(), SavedError> {
    let wrong = |why: String| SavedError::Unwritable { path: path.display().to_string(), why };
    let text = plan.text().map_err(|error| wrong(error.to_string()))?;
    system::write_private(path, &text).map_err(wrong)
}

/// JSON with a member `sha256` over everything else.
pub(super) fn sealed(content: &impl Serialize) -> serde_json::Result<String> {
    let mut value = serde_json::to_value(content)?;
    let seal = hex(&Sha256::digest(canonical::text(&value).as_bytes()));
    if let Some(members) = value.as_object_mut() {
        members.insert("sha256".into(), seal.into());
    }
    let mut text = serde_json::to_string_pretty(&value)?;
    text.push('\n');
    Ok(text)
}

/// Reads what [`sealed`] wrote.
pub(super) fn open<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, SavedError> {
    let shown = || path.display().to_string();
    let text =
        system::read_text(path, MOST_BYTES).map_err(|why| SavedError::Unreadable { path: shown(), why })?;
    let no_plan = |why: String| SavedError::NoPlan { path: shown(), why: Remote::new(&why) };
    let mut value: Value = serde_json::from_str(&text).map_err(|error| no_plan(error.to_string()))?;
    let seal = value.as_object_mut().and_then(|members| members.remove("sha256"));
    let Some(Value::String(seal)) = seal else { return Err(no_plan("it carries no hash".into())) };
    if seal != hex(&Sha256::digest(canonical::text(&value).as_bytes())) {
        return Err(SavedError::Edited { path: shown() });
    }
    serde_json::from_value(value).map_err(|error| no_plan(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::plan::{Read, ZoneFacts};

    fn plan() -> Saved {
        let zone = ZoneFacts {
            id: "0".repeat(32),
            name: "shop.test".into(),
            account: ("1".repeat(32), "Shop".into()),
            plan: "free".into(),
            status: "active".into(),
            name_servers: Vec::new(),
        };
        let plan =
            Plan { zone, changes: Vec::new(), refusals: Vec::new(), left: Vec::new(), read: Read::default() };
        let spec = SpecHash { path: "launch-ready.yaml".into(), sha256: "ab".into() };
        Saved::of(spec, plan, Vec::new(), "token-id".into(), Timestamp::UNIX_EPOCH)
    }

    fn kept(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.json");
        system::write_private(&path, text).expect("a file");
        (folder, path)
    }

    #[test]
    fn what_is_read_back_is_what_was_written() {
        let (_folder, path) = kept(&plan().text().expect("a text"));
        assert_eq!(Saved::read(&path), Ok(plan()));
    }

    #[test]
    fn an_edited_file_is_told() {
        let text = plan().text().expect("a text").replace("shop.test", "evil.test");
        let (_folder, path) = kept(&text);
        assert!(matches!(Saved::read(&path), Err(SavedError::Edited { .. })));
    }

    #[test]
    fn a_file_without_hash_or_of_another_kind_is_no_plan() {
        for text in ["{}", "[]", "no JSON", &sealed(&serde_json::json!({"schema": "x"})).expect("a text")] {
            let (_folder, path) = kept(text);
            assert!(matches!(Saved::read(&path), Err(SavedError::NoPlan { .. })), "{text}");
        }
    }

    #[test]
    fn a_plan_holds_for_a_day() {
        let (plan, path) = (plan(), Path::new("plan.json"));
        let after = |hours: u64| Timestamp::UNIX_EPOCH + Duration::from_hours(hours);
        assert_eq!(plan.still_holds(path, after(23)), Ok(()));
        assert!(matches!(plan.still_holds(path, after(24)), Err(SavedError::Expired { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = kept("{}");
        let mode = path.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
