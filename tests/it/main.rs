//! The integration tests, in one binary.

#[path = "../lab/mod.rs"]
mod lab;
mod lab_itself;
