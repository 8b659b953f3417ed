//! The catalogue and its judges.
//!
//! A judge is pure: it looks at one item (a host, a record, a redirect, ...) and what was
//! observed, and returns one [`Verdict`]. It knows no level, no clock and no network. The loop
//! over the items stands in [`engine`], so no judge can skip the rest of a list.
//!
//! To add a check: write its page `checks/<area>/<slug>.md`, its judge in the area's file here,
//! and one line in [`catalogue::CATALOGUE`].

pub mod catalogue;
pub mod coverage;
pub mod engine;
pub mod page;
pub mod verdict;

mod blame;
mod cloudflare;
mod dns;
mod domain;
mod email;
#[cfg(test)]
mod examples;
mod faults;
mod http;
mod secrets;
mod seen;
pub(crate) mod spec;
mod tls;
mod webhooks;

use std::cell::OnceCell;

use jiff::Timestamp;

use crate::cloudflare::plan::{self, Plan, Wishes};
use crate::item::Items;
use crate::observed::{Observed, Seen};
use crate::policy::Thresholds;
use crate::private::PrivateRanges;
use crate::spec::Document;

#[cfg(test)]
pub(crate) use examples::Fixture;

pub use catalogue::{CATALOGUE, Check, Judge};
pub(crate) use cloudflare::origin_is_sound;
pub use verdict::{Leak, Status, Verdict, Weight};

/// Everything that a judge may know.
#[derive(Debug)]
pub struct World<'a> {
    /// The spec, with its text.
    pub document: &'a Document,
    /// What was seen.
    pub observed: &'a Observed,
    /// The time to judge by.
    pub at: Timestamp,
    /// The policy's numbers.
    pub thresholds: &'a Thresholds,
    /// Non-public addresses that are fine in this run.
    pub private: &'a PrivateRanges,
    /// Everything that is judged.
    pub items: Items<'a>,
    /// Made when the first judge asks for it.
    plan: OnceCell<Option<Plan>>,
}

impl<'a> World<'a> {
    /// What a run knows.
    pub fn new(
        document: &'a Document,
        observed: &'a Observed,
        at: Timestamp,
        thresholds: &'a Thresholds,
        private: &'a PrivateRanges,
    ) -> Self {
        let items = Items::of(document, observed);
        Self { document, observed, at, thresholds, private, items, plan: OnceCell::new() }
    }

    /// What would change in Cloudflare's zone, with what the spec itself allows; `None` where the zone was
    /// not read.
    pub fn plan(&self) -> Option<&Plan> {
        let make = || {
            let Some(Seen::Answer(live)) = &self.observed.cloudflare else { return None };
            Some(plan::make(self, live, &Wishes::of(self.document)))
        };
        self.plan.get_or_init(make).as_ref()
    }

    /// The launched domain.
    pub fn domain(&self) -> &str {
        &self.document.spec.domain.value.0
    }
}
