mod alignment;
mod grammar;
mod policies;
mod repairs;
mod reports;
mod walks;

use super::Record;

/// The record of a text that is one.
fn record(text: &str) -> Record {
    Record::read(text).unwrap_or_else(|| panic!("{text} is no record"))
}

/// What is wrong with it, as words and the faulty part.
fn errors(text: &str) -> Vec<(String, String)> {
    let record = record(text);
    record
        .errors
        .iter()
        .map(|error| (error.kind.to_string(), record.text_at(&error.span).to_owned()))
        .collect()
}

/// What is odd about it, likewise.
fn lints(text: &str) -> Vec<(String, String)> {
    let record = record(text);
    record.lints.iter().map(|lint| (lint.kind.to_string(), record.text_at(&lint.span).to_owned())).collect()
}
