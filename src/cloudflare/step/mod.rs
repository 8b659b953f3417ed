//! The requests that make a plan true, in their order. Each knows what it finds before it and what it leaves
//! behind, so that a look at the zone says whether it is still to be sent, was sent already, or must not be.

mod batch;
mod conflict;
mod make;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use conflict::Conflict;
pub use make::Unmade;
pub(crate) use make::{steps, steps_merging};

use super::canonical;
use crate::observed::{ApiObject, CloudflareZone, Seen};

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What tells it apart: its number and what it is about, `2-setting-ssl`.
    pub id: String,
    /// What is sent.
    pub request: Request,
    /// What it finds.
    pub before: Image,
    /// What it leaves behind.
    pub after: Image,
}

/// What is sent: the body as it goes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Records, in one transaction.
    Records(ApiObject),
    /// A zone setting, by its id.
    Setting(String, ApiObject),
    /// DNSSEC.
    Dnssec(ApiObject),
    /// All rules of a phase.
    Rules(String, ApiObject),
}

/// Everything that a step touches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Image {
    /// All records at some names.
    Records {
        /// The names.
        names: BTreeSet<String>,
        /// The records: those of the API whole, new ones as they are sent.
        records: Vec<ApiObject>,
    },
    /// A zone setting.
    Setting(ApiObject),
    /// DNSSEC.
    Dnssec(ApiObject),
    /// The ruleset of a phase; none where the phase has none.
    Rules(Option<ApiObject>),
}

/// What a look at the zone showed: as much of it as was looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Live {
    /// All records.
    pub records: Option<Vec<ApiObject>>,
    /// Settings, by their ids.
    pub settings: BTreeMap<String, ApiObject>,
    /// DNSSEC.
    pub dnssec: Option<ApiObject>,
    /// Rulesets of phases.
    pub phases: BTreeMap<String, Option<ApiObject>>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The zone is as the step was made for: it can be sent.
    Before,
    /// The zone is as the step leaves it: there is nothing to send.
    After,
    /// It is neither: somebody else changed it.
    Elsewhere,
}

impl Live {
    /// What a run saw of the zone.
    pub fn of(zone: &CloudflareZone) -> Self {
        fn answer<T: Clone>(seen: &Seen<T>) -> Option<T> {
            if let Seen::Answer(answer) = seen { Some(answer.clone()) } else { None }
        }
        let phases = zone.phases.iter();
        Self {
            records: answer(&zone.records),
            settings: answer(&zone.settings).unwrap_or_default(),
            dnssec: answer(&zone.dnssec),
            phases: phases.filter_map(|(name, seen)| Some((name.clone(), answer(seen)?))).collect(),
        }
    }

    /// The records at some names.
    fn at<'l>(&'l self, names: &BTreeSet<String>) -> Option<Vec<&'l ApiObject>> {
        let all = self.records.as_ref()?.iter();
        Some(all.filter(|record| names.contains(&canonical::name_of(record))).collect())
    }
}

impl Request {
    /// What it is about, in two words for names of steps.
    fn label(&self) -> String {
        match self {
            Self::Records(_) => "records".into(),
            Self::Setting(id, _) => format!("setting-{id}"),
            Self::Dnssec(_) => "dnssec".into(),
            Self::Rules(phase, _) => format!("rules-{phase}"),
        }
    }
}

impl Step {
    /// Where it stands in the zone as it is now; `None` where what it touches was not looked at.
    pub fn standing(&self, live: &Live) -> Option<Standing> {
        // What wants nothing else than what is there needs no request.
        Some(if self.is_after(live)? {
            Standing::After
        } else if self.is_before(live)? {
            Standing::Before
        } else {
            Standing::Elsewhere
        })
    }

    fn is_before(&self, live: &Live) -> Option<bool> {
        Some(match (&self.request, &self.before) {
            (_, Image::Records { names, records }) => canonical::are_records(&live.at(names)?, records, true),
            (Request::Setting(id, _), Image::Setting(before)) => {
                let now = live.settings.get(id)?;
                same_value(now.get("value"), before.get("value"))
            }
            (_, Image::Dnssec(before)) => live.dnssec.as_ref()?.text("status") == before.text("status"),
            (Request::Rules(phase, _), Image::Rules(before)) => {
                canonical::are_the_same_rules(live.phases.get(phase)?.as_ref(), before.as_ref())
            }
            _ => false,
        })
    }

    fn is_after(&self, live: &Live) -> Option<bool> {
        Some(match (&self.request, &self.after) {
            (_, Image::Records { names, records }) => {
                canonical::are_records(&live.at(names)?, records, false)
            }
            (Request::Setting(id, _), Image::Setting(after)) => {
                let now = live.settings.get(id)?.get("value");
                let wanted = after.get("value");
                now.zip(wanted).is_some_and(|(now, wanted)| canonical::covers(now, wanted))
            }
            (_, Image::Dnssec(after)) => is_status(live.dnssec.as_ref()?, after),
            (Request::Rules(phase, _), Image::Rules(after)) => {
                let wanted = canonical::rules_of(after.as_ref());
                canonical::has_rules(live.phases.get(phase)?.as_ref(), &wanted)
            }
            _ => false,
        })
    }

    /// SHA-256 of what is sent, which tells requests apart without repeating them.
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON.
    pub fn digest(&self) -> serde_json::Result<String> {
        canonical::digest(&self.request)
    }
}

fn same_value(one: Option<&Value>, other: Option<&Value>) -> bool {
    one.map(canonical::text) == other.map(canonical::text)
}

/// Who asks for `active` gets `pending` until the registrar has the DS record; likewise on the way back.
fn is_status(live: &ApiObject, wanted: &ApiObject) -> bool {
    let fine: &[&str] = match wanted.text("status") {
        Some("active") => &["active", "pending"],
        Some("disabled") => &["disabled", "pending-disabled"],
        _ => return live.text("status") == wanted.text("status"),
    };
    live.text("status").is_some_and(|status| fine.contains(&status))
}

#[cfg(test)]
mod tests;
