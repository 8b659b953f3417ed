//! A rule as the spec wants it.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::super::endpoint::Phase;
use super::super::plan::{Left, Origin, Promise, Reason, Subject};
use super::OURS;
use super::language::Asked;
use crate::hex::hex;
use crate::observed::{ApiObject, Remote};

/// Longest description, in characters.
const LONGEST: usize = 200;

/// A rule as the spec wants it.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Its `ref`.
    pub(super) reference: String,
    /// The rule without `id`.
    pub(super) rule: ApiObject,
    /// Where the spec asks for it.
    pub(super) spec: Origin,
    /// The findings that it turns green.
    pub(super) promises: Vec<Promise>,
    /// A request that it is about, where an earlier rule of somebody else's could take it away.
    pub(super) sample: Option<Asked>,
    /// Why, where that is not plain.
    pub(super) why: Option<String>,
}

/// What the spec asks of a phase.
#[derive(Debug, Clone, Default)]
pub(super) struct Requests {
    /// The rules that are wanted.
    pub(super) wishes: Vec<Wish>,
    /// What is wanted and cannot be had.
    pub(super) left: Vec<Left>,
    /// Refs of rules that the spec says must go.
    pub(super) unwanted: Vec<(String, Origin)>,
}

impl Requests {
    /// Something that is wanted and cannot be had.
    pub(super) fn leave(
        &mut self,
        phase: Phase,
        reference: &str,
        reason: Reason,
        message: String,
        spec: &Origin,
    ) {
        self.left.push(Left { subject: subject(phase, reference), reason, message, spec: spec.clone() });
    }
}

/// A rule of a phase.
pub(super) fn subject(phase: Phase, reference: &str) -> Subject {
    Subject::Rule { phase: phase.name().to_owned(), reference: Remote::new(reference) }
}

/// The `ref` of a rule of ours, from what it is and what it is about.
pub(super) fn reference(kind: &str, about: &str) -> String {
    let digest = Sha256::digest(about.as_bytes());
    format!("{OURS}{kind}:{}", hex(digest.get(..4).unwrap_or_default()))
}

/// A rule; `description` is for people.
pub(super) fn rule(
    reference: &str,
    description: &str,
    expression: &str,
    action: &str,
    parameters: Option<Value>,
) -> ApiObject {
    let description: String = Remote::new(description).as_str().chars().take(LONGEST).collect();
    let mut rule = Map::from_iter([
        ("ref".to_owned(), json!(reference)),
        ("description".to_owned(), json!(description)),
        ("expression".to_owned(), json!(expression)),
        ("action".to_owned(), json!(action)),
        ("enabled".to_owned(), json!(true)),
    ]);
    rule.extend(parameters.map(|parameters| ("action_parameters".to_owned(), parameters)));
    ApiObject(rule)
}
