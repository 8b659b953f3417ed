//! The report: one model, and one file per way to print it. Nothing here prints: every renderer
//! returns the text.

pub mod explain;
pub mod human;
pub mod json;
pub mod markdown_tables;
pub mod model;
pub mod plan;
pub mod style;

mod text;

#[cfg(test)]
pub(crate) mod fixture;

pub use model::{Counts, Finding, Report, SpecPlace, VerdictWord};
pub use style::Style;
