//! Rules of the zone's phases: redirects, cache, rate limits, firewall.

use super::plan::{Context, Piece};

/// What the rules add to the plan.
pub(crate) fn piece(_context: Context<'_, '_>) -> Piece {
    Piece::default()
}
