//! The standard's rules one by one, and the suite of the people who wrote it.

mod evaluation;
mod grammar;
mod linter;
mod macros;
mod suite;
mod zone;
