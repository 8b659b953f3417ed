//! What the spec accepts for a time.

use crate::spec::Place;
use crate::spec::located::Located;
use crate::spec::model::{AllowedSecret, Day, Waiver as SpecWaiver};

/// A waiver or an allowed secret, after the findings that it matches have been marked.
#[derive(Debug, Clone)]
pub struct Waiver<'a> {
    /// The declaration.
    pub accepted: Accepted<'a>,
    /// Where it stands.
    pub place: Place,
    /// How many failing findings it matches, whether it still holds or not.
    pub matches: usize,
    /// True where it names a check that this run did not judge, so that it could match nothing.
    pub skipped: bool,
}

/// A declaration that accepts findings.
#[derive(Debug, Clone, Copy)]
pub enum Accepted<'a> {
    /// Those of a check.
    Finding(&'a SpecWaiver),
    /// Those of one secret, wherever it was found.
    Secret(&'a AllowedSecret),
}

impl<'a> Accepted<'a> {
    /// The check's id, or the fingerprint.
    pub fn name(self) -> &'a str {
        match self {
            Self::Finding(waiver) => &waiver.check.value,
            Self::Secret(allowed) => &allowed.fingerprint.value,
        }
    }

    /// What it is about, in words: `the waiver of dns/dnssec-unsigned`.
    pub fn words(self) -> String {
        match self {
            Self::Finding(waiver) => format!("the waiver of {}", waiver.check.value),
            Self::Secret(allowed) => format!("`secrets.allow` for {}", allowed.fingerprint.value),
        }
    }

    /// The last day on which it holds.
    pub fn until(self) -> &'a Located<Day> {
        match self {
            Self::Finding(waiver) => &waiver.until,
            Self::Secret(allowed) => &allowed.until,
        }
    }

    /// Why.
    pub fn reason(self) -> &'a str {
        match self {
            Self::Finding(waiver) => &waiver.reason.value,
            Self::Secret(allowed) => &allowed.reason.value,
        }
    }

    /// Who accepted it; empty where nobody is named.
    pub fn owner(self) -> &'a str {
        match self {
            Self::Finding(waiver) => &waiver.owner.value,
            Self::Secret(allowed) => allowed.owner.as_ref().map_or("", |owner| &owner.value),
        }
    }

    /// The only subject that it is about.
    pub fn subject(self) -> Option<&'a str> {
        match self {
            Self::Finding(waiver) => waiver.subject.as_ref().map(|subject| subject.value.as_str()),
            Self::Secret(_) => None,
        }
    }

    /// Whether it holds: to the end of its last day, UTC.
    pub fn holds(self, at: jiff::Timestamp) -> bool {
        at.to_zoned(jiff::tz::TimeZone::UTC).date() <= self.until().value.0
    }
}
