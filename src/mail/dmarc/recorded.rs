//! Answers that a run has recorded, as records are read from them.

use crate::observed::DnsAnswer;

/// The texts of an answer. A tab, which is white space in a record, was made visible when it came in.
pub fn texts(answer: &DnsAnswer) -> Vec<String> {
    answer.values("TXT").map(|text| text.as_str().replace("\\u{9}", "\t")).collect()
}
