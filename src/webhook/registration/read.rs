//! What the answers of a provider's API say. An answer of another form says nothing, and that is an error:
//! it never becomes a list without endpoints.

use jiff::Timestamp;
use serde_json::Value;

use super::{Call, Deliveries, Endpoints, Outcomes, Query, Test, Unit};
use crate::json_path::as_text;

/// An endpoint as the provider lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its URL as it was registered.
    pub url: String,
    /// Whether the provider delivers to it.
    pub enabled: bool,
    /// Whether it is in live mode, where the provider says so.
    pub live: Option<bool>,
    /// The types that it subscribes.
    pub events: Vec<String>,
    /// True where it subscribes all types.
    pub all_events: bool,
    /// What sets its events apart from those of others.
    pub apart: Option<String>,
}

impl Listed {
    /// True where some event is sent to both.
    pub fn shares_events(&self, other: &Self) -> bool {
        let common = || self.events.iter().any(|kind| other.events.contains(kind));
        self.apart == other.apart && (self.all_events || other.all_events || common())
    }

    /// True where it is sent events of that type.
    pub fn takes(&self, kind: &str) -> bool {
        self.all_events || self.events.iter().any(|own| own == kind)
    }
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived.
    Arrived,
    /// It failed.
    Failed,
    /// Nothing yet.
    Open,
}

/// A delivery as the provider lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// The event's type, where the list has it.
    pub kind: Option<String>,
    /// Which event it is.
    pub event: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl Query {
    /// The first value, as text; `null` is none.
    pub(super) fn text(&self, answer: &Value) -> Option<String> {
        self.0.query(answer).first().filter(|value| !value.is_null()).map(as_text)
    }

    fn texts(&self, answer: &Value) -> Vec<String> {
        self.0.query(answer).iter().map(|value| as_text(value)).collect()
    }

    fn list<'v>(&self, answer: &'v Value) -> Result<&'v [Value], String> {
        match self.0.query(answer).first() {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(format!("has no list at `{}`", self.0)),
        }
    }

    fn needed(&self, item: &Value) -> Result<String, String> {
        let text = self.text(item).filter(|text| !text.is_empty());
        text.ok_or_else(|| format!("has an entry without `{}`", self.0))
    }
}

impl Test {
    /// Whether it holds; an error where there is nothing to test.
    fn holds(&self, item: &Value) -> Result<bool, String> {
        let text = self.at.needed(item)?;
        Ok(self.is.contains(&text))
    }
}

impl Endpoints {
    /// The endpoints of one page.
    pub fn read(&self, page: &Value) -> Result<Vec<Listed>, String> {
        let mut found = Vec::new();
        for item in self.items.list(page)? {
            let is_one = self.only.as_ref().map_or(Ok(true), |only| only.holds(item))?;
            if is_one {
                found.push(self.listed(item)?);
            }
        }
        Ok(found)
    }

    fn listed(&self, item: &Value) -> Result<Listed, String> {
        let events = self.events.texts(item);
        let all = |all: &String| events.iter().any(|kind| kind == all);
        Ok(Listed {
            id: self.id.needed(item)?,
            url: self.url.needed(item)?,
            enabled: self.enabled.as_ref().map_or(Ok(true), |test| test.holds(item))?,
            live: self.live.as_ref().map(|test| test.holds(item)).transpose()?,
            all_events: self.all_events.as_ref().is_some_and(all),
            apart: self.apart.as_ref().and_then(|apart| apart.text(item)),
            events,
        })
    }
}

impl Deliveries {
    /// The deliveries of one page.
    pub fn read(&self, call: &Call, page: &Value) -> Result<Vec<Told>, String> {
        self.items.list(page)?.iter().map(|item| self.told(call, item)).collect()
    }

    fn told(&self, call: &Call, item: &Value) -> Result<Told, String> {
        let time = self.at.needed(item)?;
        let at = match self.unit {
            Unit::Seconds => time.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()),
            Unit::Iso => time.parse().ok(),
        };
        Ok(Told {
            at: at.ok_or_else(|| format!("has an entry whose time is none: {time:?}"))?,
            kind: self.kind.as_ref().and_then(|kind| kind.text(item)),
            event: self.event.needed(item)?,
            outcome: call.outcome.of(item)?,
        })
    }
}

impl Outcomes {
    fn of(&self, item: &Value) -> Result<Outcome, String> {
        let (arrived, failed) = match self {
            Self::Failed => return Ok(Outcome::Failed),
            Self::Arrived => return Ok(Outcome::Arrived),
            Self::Told { arrived, failed } => (arrived, failed),
        };
        if arrived.holds(item)? {
            return Ok(Outcome::Arrived);
        }
        let failed = failed.as_ref().map_or(Ok(true), |failed| failed.holds(item))?;
        Ok(if failed { Outcome::Failed } else { Outcome::Open })
    }
}
