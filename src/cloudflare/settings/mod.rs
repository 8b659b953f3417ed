//! Zone settings and DNSSEC: what the spec wants of them, and what that changes.

use super::plan::{Context, Piece};

/// What the settings add to the plan.
pub(crate) fn piece(_context: Context<'_, '_>) -> Piece {
    Piece::default()
}
