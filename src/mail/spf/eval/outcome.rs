//! What comes of an evaluation.

use std::fmt;
use std::ops::Range;

use crate::mail::spf::lookup::Question;
use crate::mail::spf::record::{Qualifier, SyntaxError};

/// The results (RFC 7208 section 2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpfResult {
    /// There is no record, or no domain to ask for one.
    None,
    /// The record says nothing about the sender.
    Neutral,
    /// The sender is authorised.
    Pass,
    /// The sender is not authorised.
    Fail,
    /// The sender is probably not authorised.
    SoftFail,
    /// DNS failed; later it may do.
    TempError,
    /// The record cannot be interpreted.
    PermError,
}

impl SpfResult {
    /// As in `Authentication-Results` (RFC 8601): `permerror`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl fmt::Display for SpfResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<Qualifier> for SpfResult {
    fn from(qualifier: Qualifier) -> Self {
        match qualifier {
            Qualifier::Pass => Self::Pass,
            Qualifier::Fail => Self::Fail,
            Qualifier::SoftFail => Self::SoftFail,
            Qualifier::Neutral => Self::Neutral,
        }
    }
}

/// An evaluation that came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The result.
    pub result: SpfResult,
    /// The term that decided; none where nothing matched, and for `none` and errors.
    pub matched: Option<Match>,
    /// The domain's explanation of a `fail`, where it has one (section 6.2). Text from outside.
    pub explanation: Option<String>,
    /// Why the result is `none` or an error.
    pub cause: Option<Cause>,
    /// Terms that asked DNS, of at most [`Limits::lookups`](super::Limits::lookups).
    pub lookups: usize,
    /// Terms whose questions were answered with nothing.
    pub voids: usize,
    /// Every term that was evaluated, in order.
    pub steps: Vec<Step>,
}

/// The term that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The domain whose record holds it: the one that was asked for, or where redirects led.
    pub domain: String,
    /// The term.
    pub term: String,
    /// Where it stands, in bytes of that record.
    pub span: Range<usize>,
}

/// One term that was evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How many `include` and `redirect` stand above it.
    pub depth: usize,
    /// The domain whose record holds it.
    pub domain: String,
    /// The term.
    pub term: String,
    /// Where it stands, in bytes of that record.
    pub span: Range<usize>,
    /// True where it counts as a look-up.
    pub counted: bool,
    /// True where one of its questions was answered with nothing.
    pub void: bool,
    /// True where it matched.
    pub matched: bool,
}

/// Why there is no result from a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// What was asked for is not a full domain name (section 4.3).
    NotADomain(String),
    /// The domain has no record.
    NoRecord(String),
    /// The domain has more than one record (section 4.5).
    SeveralRecords(String, usize),
    /// The domain's record breaks the grammar.
    Syntax(String, Vec<SyntaxError>),
    /// More terms ask DNS than may; the number that may.
    TooManyLookups(usize),
    /// More terms were answered with nothing than may; the number that may.
    TooManyVoids(usize),
    /// A name has more mail exchanges than are asked; their number.
    TooManyExchanges(String, usize),
    /// An `include` or `redirect` (the term) leads to a domain without record.
    NothingAtTarget(String),
    /// A question failed, with the reason.
    Failed(Question, String),
}

impl Cause {
    /// The result that follows.
    pub fn result(&self) -> SpfResult {
        match self {
            Self::NotADomain(_) | Self::NoRecord(_) => SpfResult::None,
            Self::Failed(..) => SpfResult::TempError,
            _ => SpfResult::PermError,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADomain(name) => write!(f, "`{}` is not a full domain name", name.escape_debug()),
            Self::NoRecord(name) => write!(f, "{name} has no SPF record"),
            Self::SeveralRecords(name, count) => write!(f, "{name} has {count} SPF records"),
            Self::Syntax(name, errors) => {
                write!(f, "the SPF record of {name} is wrong")?;
                errors.first().map_or(Ok(()), |error| write!(f, ": {error}"))
            }
            Self::TooManyLookups(most) => write!(f, "more than {most} terms ask DNS"),
            Self::TooManyVoids(most) => write!(f, "more than {most} terms ask for what does not exist"),
            Self::TooManyExchanges(name, count) => write!(f, "{name} has {count} mail exchanges"),
            Self::NothingAtTarget(term) => write!(f, "`{term}` leads to no SPF record"),
            Self::Failed(question, reason) => write!(f, "{question}: {reason}"),
        }
    }
}

/// Questions whose answers an evaluation needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs(
    /// At least one, without repetition, sorted.
    pub Vec<Question>,
);

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let questions: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        write!(f, "not known yet: {}", questions.join(", "))
    }
}

impl std::error::Error for Needs {}
