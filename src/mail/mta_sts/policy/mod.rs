//! The policy (RFC 8461 section 3.2): lines `key: value`, ended by LF or CR LF.

mod error;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use super::pattern::{MxPattern, PatternFault};
pub use error::{PolicyError, PolicyErrorKind};

/// Longest `max_age`, in seconds: about a year.
pub const MOST_MAX_AGE: u32 = 31_557_600;

/// How binding a policy is, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// There is no policy any more.
    None,
    /// Senders deliver where TLS fails too, and report it.
    Testing,
    /// Senders do not deliver where TLS fails.
    Enforce,
}

impl Mode {
    /// As a policy writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Testing => "testing",
            Self::Enforce => "enforce",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::None, Self::Testing, Self::Enforce].into_iter().find(|mode| mode.word() == word)
    }
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How binding it is.
    pub mode: Mode,
    /// How long senders keep it, in seconds.
    pub max_age: u32,
    /// The hosts that mail may be delivered to; empty only in mode `none`.
    pub mx: Vec<MxPattern>,
    /// Keys that the standard does not know, in order.
    pub extensions: Vec<(String, String)>,
}

/// What came of reading a text: what could be read, and every error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The mode, where it could be read.
    pub mode: Option<Mode>,
    /// How long senders keep the policy, in seconds.
    pub max_age: Option<u32>,
    /// The patterns that could be read.
    pub mx: Vec<MxPattern>,
    /// Keys that the standard does not know.
    pub extensions: Vec<(String, String)>,
    /// What is wrong, in the order of the text.
    pub errors: Vec<PolicyError>,
}

impl Policy {
    /// Reads a policy as senders do. The errors are those that break it.
    pub fn parse(text: &str) -> Result<Self, Vec<PolicyError>> {
        let Reading { mode, max_age, mx, extensions, mut errors } = Self::read(text);
        errors.retain(|error| error.kind.breaks());
        match (mode, max_age) {
            (Some(mode), Some(max_age)) if errors.is_empty() => Ok(Self { mode, max_age, mx, extensions }),
            _ => Err(errors),
        }
    }

    /// Reads a policy as a linter does: past each error.
    pub fn read(text: &str) -> Reading {
        read::read(text)
    }

    /// True where mail may be delivered to a host (section 4.1).
    pub fn covers(&self, host: &str) -> bool {
        self.mx.iter().any(|pattern| pattern.matches(host))
    }

    /// How long senders keep it.
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.max_age.into())
    }
}

/// As it is served, with LF at the end of each line.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version: STSv1\nmode: {}", self.mode.word())?;
        self.mx.iter().try_for_each(|pattern| writeln!(f, "mx: {pattern}"))?;
        writeln!(f, "max_age: {}", self.max_age)?;
        self.extensions.iter().try_for_each(|(key, value)| writeln!(f, "{key}: {value}"))
    }
}
