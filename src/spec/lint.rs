//! What a spec that is well-formed may still get wrong: contradictions within it.

use super::Document;
use super::load::SpecError;

/// Everything that is wrong with the meaning. All of it, not the first only.
pub(super) fn check(_document: &Document) -> Vec<SpecError> {
    Vec::new()
}
