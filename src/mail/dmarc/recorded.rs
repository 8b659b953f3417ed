//! Answers that a run has recorded, as records are read from them.

use crate::observed::{DnsAnswer, Remote};

/// The texts of an answer, with the white space that records may hold.
pub fn texts(answer: &DnsAnswer) -> Vec<String> {
    answer.values("TXT").map(Remote::as_sent).collect()
}
