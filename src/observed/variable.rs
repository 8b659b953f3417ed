//! What environment variables hold, told without any of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{KeyMode, Remote, Seen};

/// What was found of the variables that the spec declares.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variables {
    /// The files of `--env-file`, in their order: the later goes before the earlier, and all of them before
    /// the environment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Remote>,
    /// Those that are set, be it to nothing; by name. Beside declared ones, those of the files whose name
    /// exposes them and whose value is known to be a secret.
    #[serde(default)]
    pub set: BTreeMap<String, VariableFacts>,
    /// Files of other environments: how many values they hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub compared: BTreeMap<String, Seen<usize>>,
    /// The example file: the declared names that stand in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Seen<BTreeSet<String>>>,
}

/// What is known of a variable that is set. Nothing here is a part of its value, but how known values begin.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariableFacts {
    /// The file that it comes from; the environment where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Remote>,
    /// Number of characters.
    pub length: usize,
    /// Why it is no value at all, in a clause: `it is empty`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// What is wrong with its form, in a clause each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// What its own form says that it is: `a secret key of Stripe`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Whether it must be kept.
    #[serde(default)]
    pub class: VariableClass,
    /// Whose data it opens, where its form tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<KeyMode>,
    /// What tells the mode: `begins with sk_test_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<String>,
    /// Where it leads, where it is a URL or the name of a host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    /// Whether it is what the spec declares (`equals`), and in a clause what else it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Equals>,
    /// Files of other environments that hold the same value, each with the name that it has there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equal_in: Vec<(String, Remote)>,
}

/// Whether a value must be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableClass {
    /// Whoever has it can do harm.
    Secret,
    /// Made to be seen by everybody.
    Public,
    /// No key at all.
    #[default]
    Setting,
}

/// Where a URL leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// What kind of place.
    pub to: Place,
    /// In words: `this machine (localhost)`.
    pub words: String,
}

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A public host that nothing is known of.
    Public,
    /// A network that only its own machines reach.
    Private,
    /// The machine itself.
    Local,
    /// A preview of a hosting service.
    Preview,
    /// A host of staging or development, by the spec or by its own name.
    Staging,
    /// A tunnel to a developer's machine, or a catcher of test requests.
    Tunnel,
}

/// How a value compares with what the spec declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Equals {
    /// The same.
    Same,
    /// The same but for a slash at the end.
    Slash,
    /// The same but for capital letters.
    Case,
    /// Another one.
    Other,
}
