//! Rules of the zone's phases: redirects, cache, rate limits, firewall.
//!
//! Each phase is one list of rules that other people write to as well. Ours are those whose `ref` begins with
//! [`OURS`]; all others stay as they are, in their order ([`merge`]). A rule of ours that nothing asks for any
//! more is deleted with `prune`, and otherwise left and told, like records; `waf: off` asks for a deletion.

mod cache;
mod compare;
mod language;
mod limit;
mod machine;
mod merge;
mod redirect;
mod waf;
mod wish;

#[cfg(test)]
mod tests;

pub(crate) use merge::merged;

use super::endpoint::Phase;
use super::failing::Judged;
use super::plan::{Context, Piece};
use crate::observed::ApiObject;

/// How the `ref` of a rule of ours begins.
pub(crate) const OURS: &str = "launch-ready:";

/// The checks that a rule may turn green, and whose passing makes one needless.
const CHECKS: [&str; 5] = [
    "http/redirect-missing",
    "http/redirect-target-differs",
    "http/redirect-status-differs",
    "http/canonical-split",
    "webhooks/challenged",
];

/// What the rules add to the plan.
pub(crate) fn piece(context: Context<'_, '_>) -> Piece {
    let mut piece = Piece::default();
    let judged = Judged::of(context.world, &CHECKS);
    for phase in Phase::ALL {
        let asked = match phase {
            Phase::Redirects => redirect::asked(context, &judged),
            Phase::Cache => cache::asked(context),
            Phase::RateLimits => limit::asked(context),
            Phase::Custom => machine::asked(context, &judged),
            Phase::Managed => waf::asked(context),
        };
        compare::phase(phase, asked, context, &mut piece);
    }
    piece
}

/// True for a rule of ours.
fn is_ours(rule: &ApiObject) -> bool {
    rule.text("ref").is_some_and(|reference| reference.starts_with(OURS))
}

/// True for a rule that is in force.
fn is_on(rule: &ApiObject) -> bool {
    rule.flag("enabled") != Some(false)
}

/// How many rules a phase may have; `None` where the plan is not known.
fn most(phase: Phase, plan: &str) -> Option<usize> {
    let column = ["free", "pro", "business", "enterprise"].iter().position(|known| *known == plan)?;
    let row = match phase {
        Phase::Redirects | Phase::Cache => [10, 25, 50, 300],
        Phase::RateLimits => [1, 2, 5, 100],
        Phase::Custom => [5, 20, 100, 1000],
        Phase::Managed => return None,
    };
    row.get(column).copied()
}

/// What a phase holds, in words.
fn what(phase: Phase) -> &'static str {
    match phase {
        Phase::Redirects => "redirect rules",
        Phase::Cache => "cache rules",
        Phase::RateLimits => "rate limits",
        Phase::Custom => "custom rules of the firewall",
        Phase::Managed => "managed rules of the firewall",
    }
}
