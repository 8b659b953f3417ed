//! The report: one model, and one file per way to print it.

pub mod model;

pub use model::{Counts, Finding, Report, SpecPlace, VerdictWord};
