//! What is known of the services that products use: facts as data, embedded.

pub mod cloudflare;
pub mod email;
mod pattern;

pub use pattern::{About, Pattern};

use serde::Deserialize;

/// How sure a fact is. Only what is surer than unverified may make a check fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Told, not read.
    Unverified,
    /// Three or more independent public zones agree.
    Field,
    /// The service's own set-up template says so.
    Template,
    /// The service's own documentation says so.
    Doc,
}
