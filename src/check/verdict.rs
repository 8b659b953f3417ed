//! What a judge says about one item.

use serde::{Deserialize, Serialize};

use crate::spec::Place;

/// The outcome of a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is wrong.
    Fail,
    /// It could not be told; the message says why.
    Unknown,
    /// It is wrong, and accepted for a time.
    Waived,
    /// It is right.
    Pass,
    /// There is nothing to judge.
    NotApplicable,
}

/// What a judge says about one item. Built by [`Verdict::pass`], [`Verdict::fail`],
/// [`Verdict::unknown`], [`Verdict::not_judged`] or [`Verdict::not_applicable`] and refined by
/// the methods that return `Self`.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Verdict {
    pub(crate) status: Status,
    pub(crate) message: String,
    pub(crate) expected: Option<String>,
    pub(crate) observed: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) help: Option<String>,
    pub(crate) place: Option<Place>,
    pub(crate) because: Option<Cause>,
    pub(crate) evidence: Vec<String>,
    pub(crate) weight: Weight,
    pub(crate) leak: Option<Leak>,
}

/// A secret that was found where it must not be: what programs read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// The rule that tells it.
    pub rule: String,
    /// The first 8 bytes of the value's SHA-256, in hexadecimal: `secrets.allow` names it.
    pub fingerprint: String,
    /// The file or URL that holds it.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// The commit that brought it, in a history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// Which of its page's levels a finding has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weight {
    /// `level`.
    #[default]
    Usual,
    /// `demanded`: the spec itself asks for it.
    Demanded,
    /// `mild`: it is near the line, not over it.
    Mild,
}

/// The finding that made another one impossible to judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cause {
    /// The check's id.
    pub check: String,
    /// The finding's subject.
    pub subject: String,
}

impl Verdict {
    fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            expected: None,
            observed: None,
            label: None,
            help: None,
            place: None,
            because: None,
            evidence: Vec::new(),
            weight: Weight::Usual,
            leak: None,
        }
    }

    /// It is right. `message` says what was seen.
    pub fn pass(message: impl Into<String>) -> Self {
        Self::new(Status::Pass, message)
    }

    /// It is wrong. `message` says what, in a sentence without a full stop.
    pub fn fail(message: impl Into<String>) -> Self {
        Self::new(Status::Fail, message)
    }

    /// It could not be observed; `reason` says why.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self::new(Status::Unknown, reason)
    }

    /// There is nothing to judge; `reason` says why.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::new(Status::NotApplicable, reason)
    }

    /// It could not be judged, because of what `check` says about `subject`; `reason` is that
    /// in a clause: `the host does not resolve`.
    pub fn not_judged(check: &'static str, subject: impl Into<String>, reason: &str) -> Self {
        let mut verdict = Self::new(Status::Unknown, format!("not judged, because {reason}"));
        verdict.because = Some(Cause { check: check.into(), subject: subject.into() });
        verdict
    }

    /// The spec itself asks for what is judged, so that the page's `demanded` level holds.
    pub fn demanded_if(mut self, demanded: bool) -> Self {
        self.weight = if demanded { Weight::Demanded } else { Weight::Usual };
        self
    }

    /// It is the lesser form of what the check is about, so that the page's `mild` level holds.
    pub fn mild(mut self) -> Self {
        self.weight = Weight::Mild;
        self
    }

    /// What would have been right.
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    /// What was seen.
    pub fn observed(mut self, text: impl Into<String>) -> Self {
        self.observed = Some(text.into());
        self
    }

    /// Two to four words under the spec's line.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// What to do about it.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// A more exact place in the spec than the item's own.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The secret that it is about.
    pub fn leak(mut self, leak: Leak) -> Self {
        self.leak = Some(leak);
        self
    }

    /// A fact that the verdict rests on: a record, a header, a chain of hops.
    pub fn evidence(mut self, fact: impl Into<String>) -> Self {
        self.evidence.push(fact.into());
        self
    }
}
