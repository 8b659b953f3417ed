//! Tag lists, `tag=value; tag=value`, with the place of each part: the form of DKIM keys, of DMARC,
//! MTA-STS, TLS-RPT and BIMI records (RFC 6376 section 3.2, RFC 9989 section 4.7).
//!
//! The standards differ in what a tag may be called and hold; here it is only split. White space
//! around names and values belongs to neither.

use std::ops::Range;

/// A part between two semicolons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'r> {
    /// What stands before the first `=`; the whole part where there is none.
    pub name: &'r str,
    /// What stands behind it; none where there is no `=`.
    pub value: Option<&'r str>,
    /// The whole part without the space around it, in bytes of the record.
    pub span: Range<usize>,
    /// The value's own place; an empty one at its end where the part has none.
    pub value_span: Range<usize>,
}

/// The parts of a record, in order. Empty ones are left out: a semicolon at the end is allowed
/// everywhere, and two in a row say nothing.
pub fn tags(record: &str) -> Vec<Tag<'_>> {
    let mut start = 0;
    let mut found = Vec::new();
    for part in record.split(';') {
        let span = trimmed(record, start..start + part.len());
        start += part.len() + 1;
        if !span.is_empty() {
            found.push(tag(record, span));
        }
    }
    found
}

fn tag(record: &str, span: Range<usize>) -> Tag<'_> {
    let text = &record[span.clone()];
    let Some(at) = text.find('=') else {
        return Tag { name: text, value: None, value_span: span.end..span.end, span };
    };
    let name = trimmed(record, span.start..span.start + at);
    let value_span = trimmed(record, span.start + at + 1..span.end);
    Tag { name: &record[name], value: Some(&record[value_span.clone()]), span, value_span }
}

/// A range without the white space at its ends (FWS of RFC 6376: space, tab and line ends).
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    let part = &text[range.clone()];
    let rest = part.trim_start_matches(SPACE);
    let start = range.start + part.len() - rest.len();
    start..start + rest.trim_end_matches(SPACE).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_know_where_they_stand() {
        let record = "v=DMARC1 ; p = none;; rua=mailto:a@b.test?x=1; odd ;sp=;";
        let all: Vec<(&str, Option<&str>, &str, &str)> = tags(record)
            .into_iter()
            .map(|tag| (tag.name, tag.value, &record[tag.span], &record[tag.value_span]))
            .collect();
        assert_eq!(
            all,
            [
                ("v", Some("DMARC1"), "v=DMARC1", "DMARC1"),
                ("p", Some("none"), "p = none", "none"),
                ("rua", Some("mailto:a@b.test?x=1"), "rua=mailto:a@b.test?x=1", "mailto:a@b.test?x=1"),
                ("odd", None, "odd", ""),
                ("sp", Some(""), "sp=", ""),
            ]
        );
        assert!(tags("").is_empty() && tags(" ; ;").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_split(text in ".*") {
            for tag in tags(&text) {
                proptest::prop_assert!(text[tag.span.clone()].starts_with(tag.name));
                proptest::prop_assert_eq!(&text[tag.value_span.clone()], tag.value.unwrap_or_default());
                proptest::prop_assert!(tag.span.start <= tag.value_span.start && tag.value_span.end <= tag.span.end);
            }
        }
    }
}
