//! Finds secrets in text, and tells them from keys that are public by design.
//!
//! ```text
//! providers/secrets/*.yaml ─▶ rule ─▶ scan: keyword ─▶ window ─▶ form ─▶ verify ─▶ Hit
//!                                      stream: pieces of any size ─▶ scan ─▶ Finding (place, mask)
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `rule` | a rule: how a provider's key looks, what it is, what to do; the data as it is read |
//! | `form` | the expression that is looked for around a keyword |
//! | `scan` | one pass over a text: an automaton of all keywords, and rules only where one stands |
//! | `verify` | what a value must be beyond its form: no placeholder, random enough, a token of that role, ... |
//! | `source` | where a text comes from: the rules that hold for names of files, and for nothing else |
//! | `stream` | a long text in pieces, in little memory; findings with line and column |
//! | `mask` | the little of a value that may be shown |
//!
//! There is no rule for "anything random after a word like key": in minified code it is always wrong.
//! Values never leave this module: a [`Finding`] holds a fingerprint and a mask.

mod form;
mod mask;
mod rule;
mod scan;
mod source;
mod stream;
mod verify;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod planted;

pub use mask::fingerprint;
pub use rule::{Class, Mode, Rule, rules};
pub use scan::{Hit, Scanner};
pub use source::Source;
pub use stream::{Finding, Stream, findings};
