//! What may be wrong with a policy.

use std::fmt;

use super::{MOST_MAX_AGE, PatternFault};

/// A fault of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// What is wrong.
    pub kind: PolicyErrorKind,
    /// The line, from 1. What is missing stands on the line behind the last one.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// What may be wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyErrorKind {
    /// A byte-order mark stands before the first key.
    ByteOrderMark,
    /// A carriage return that no line feed follows.
    StrayCr,
    /// A line without anything on it, with others behind it.
    EmptyLine,
    /// A line without anything on it, at the end.
    EmptyEnd,
    /// Space before a key.
    LeadingSpace,
    /// Space between a key and its colon.
    SpaceBeforeColon,
    /// A line without a colon.
    NoColon,
    /// What stands before the colon is no key: 1 to 32 letters, digits, `_`, `-` and `.`.
    Key,
    /// A key without a value.
    NoValue(String),
    /// A control character in a value.
    Control(char),
    /// A key that stands there before; the first counts.
    Duplicate(&'static str),
    /// No `version`.
    NoVersion,
    /// A version other than `STSv1`.
    Version(String),
    /// No `mode`.
    NoMode,
    /// A mode other than `enforce`, `testing` and `none`.
    Mode(String),
    /// No `max_age`.
    NoMaxAge,
    /// A `max_age` that is no number of seconds.
    MaxAge(String),
    /// A `max_age` over a year, the most.
    LongMaxAge(String),
    /// No `mx`, which every mode but `none` needs.
    NoMx,
    /// An `mx` that is no pattern.
    Mx(String, PatternFault),
}

impl PolicyErrorKind {
    /// True where senders take the policy for none because of it.
    pub fn breaks(&self) -> bool {
        !matches!(self, Self::Duplicate(_) | Self::EmptyEnd)
    }
}

impl fmt::Display for PolicyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("a byte-order mark before the first key"),
            Self::StrayCr => f.write_str("a carriage return without a line feed"),
            Self::EmptyLine => f.write_str("an empty line"),
            Self::EmptyEnd => f.write_str("an empty line at the end"),
            Self::LeadingSpace => f.write_str("space before the key"),
            Self::SpaceBeforeColon => f.write_str("space before the colon"),
            Self::NoColon => f.write_str("a line without a colon"),
            Self::Key => f.write_str("not a key"),
            Self::NoValue(key) => write!(f, "`{key}` without a value"),
            Self::Control(_) => f.write_str("a control character"),
            Self::Duplicate(key) => write!(f, "`{key}` for the second time; the first counts"),
            Self::NoVersion => f.write_str("no `version: STSv1`"),
            Self::Version(version) => write!(f, "version `{version}` instead of `STSv1`"),
            Self::NoMode => f.write_str("no `mode`"),
            Self::Mode(mode) => write!(f, "mode `{mode}`, which is none of enforce, testing and none"),
            Self::NoMaxAge => f.write_str("no `max_age`"),
            Self::MaxAge(age) => write!(f, "max_age `{age}`, which is no number of seconds"),
            Self::LongMaxAge(age) => write!(f, "max_age {age}, where {MOST_MAX_AGE} (a year) is the most"),
            Self::NoMx => f.write_str("no `mx`"),
            Self::Mx(pattern, fault) => write!(f, "mx `{pattern}`, {fault}"),
        }
    }
}

/// `line 3, column 5: no ...`
impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.kind)
    }
}
