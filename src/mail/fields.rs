//! Field lists that begin with a version, `v=STSv1; id=1;`: the form of the records of MTA-STS
//! (RFC 8461 section 3.1) and TLS-RPT (RFC 8460 section 3). A field is `name=value` without space
//! around the `=`; that is stricter than the [tag lists](super::tags) of DKIM and DMARC.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use super::Placed;
use super::tags::{Tag, tags};

/// Longest name of a field, in characters.
const LONGEST_NAME: usize = 32;

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldFault {
    /// Nothing stands between two semicolons.
    Empty,
    /// There is no `=`, or nothing behind it.
    NoValue,
    /// There is space around the `=`.
    Space,
    /// It is not a name: 1 to 32 letters, digits, `_`, `-` and `.`, the first a letter or digit.
    Name,
    /// The value holds a character that it must not.
    Character(char),
    /// The name stands in the record before.
    Duplicate,
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("two semicolons without a field between them"),
            Self::NoValue => f.write_str("a field without a value"),
            Self::Space => f.write_str("space around the `=`"),
            Self::Name => f.write_str("not the name of a field"),
            Self::Character(c) => write!(f, "`{c}` in a value"),
            Self::Duplicate => f.write_str("a field that stands there twice"),
        }
    }
}

/// The fields of a record, the version among them, and what is wrong with their form. The values
/// of the fields named in `known` are left to the caller.
pub fn fields<'r>(record: &'r str, known: &[&str]) -> (Vec<Tag<'r>>, Vec<Placed<FieldFault>>) {
    let all = tags(record);
    let mut errors = between(record, &all);
    let mut seen = BTreeSet::new();
    for tag in &all {
        let twice = !seen.insert(tag.name);
        let fault = if twice && tag.value.is_some() {
            Some((FieldFault::Duplicate, tag.span.clone()))
        } else {
            form(record, tag).or_else(|| extension(tag).filter(|_| !known.contains(&tag.name)))
        };
        errors.extend(fault.map(|(fault, span)| Placed { kind: fault, span }));
    }
    errors.sort_by_key(|error| error.span.start);
    (all, errors)
}

/// Semicolons that separate nothing.
fn between(record: &str, all: &[Tag<'_>]) -> Vec<Placed<FieldFault>> {
    let starts = all.iter().map(|tag| tag.span.start).skip(1).chain([record.len()]);
    let gaps = all.iter().map(|tag| tag.span.end).zip(starts);
    let extra = gaps.filter_map(|(end, start)| {
        let second = record[end..start].match_indices(';').nth(1)?.0;
        Some(Placed { kind: FieldFault::Empty, span: end + second..end + second + 1 })
    });
    extra.collect()
}

fn form(record: &str, tag: &Tag<'_>) -> Option<(FieldFault, Range<usize>)> {
    let value = tag.value.filter(|value| !value.is_empty());
    let Some(value) = value else { return Some((FieldFault::NoValue, tag.span.clone())) };
    let spaced = record[tag.span.clone()].len() != tag.name.len() + 1 + value.len();
    let end = tag.span.start + tag.name.len();
    spaced.then_some((FieldFault::Space, end..tag.value_span.start))
}

fn extension(tag: &Tag<'_>) -> Option<(FieldFault, Range<usize>)> {
    let letters = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let named = tag.name.len() <= LONGEST_NAME
        && tag.name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && tag.name.chars().all(letters);
    if !named {
        return Some((FieldFault::Name, tag.span.start..tag.span.start + tag.name.len()));
    }
    let value = tag.value.unwrap_or_default();
    let (at, c) = value.char_indices().find(|(_, c)| !c.is_ascii_graphic() || *c == '=')?;
    let at = tag.value_span.start + at;
    Some((FieldFault::Character(c), at..at + c.len_utf8()))
}

/// True for a text that begins with this version and a semicolon, byte by byte: the others are
/// discarded before anything else is looked at.
pub(super) fn begins(text: &str, version: &str) -> bool {
    text.strip_prefix("v=")
        .and_then(|rest| rest.strip_prefix(version))
        .is_some_and(|rest| rest.starts_with(';'))
}

/// True for a text that was probably meant as a record of this version (`STSv1`): in another case
/// or version, with space, quotes or other fields before it.
pub(super) fn resembles(text: &str, version: &str) -> bool {
    const MOST: usize = 512;
    let kept = text.chars().take(MOST).filter(|c| !c.is_whitespace() && !"\"'\\\u{feff}".contains(*c));
    let bare = kept.collect::<String>().to_ascii_lowercase();
    let word = version.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    bare.starts_with(&word) || bare.starts_with(&format!("v:{word}")) || bare.contains(&format!("v={word}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(record: &str) -> Vec<(String, &str)> {
        let (_, errors) = fields(record, &["id"]);
        errors.into_iter().map(|error| (error.kind.to_string(), &record[error.span])).collect()
    }

    #[test]
    fn faults_know_where_they_stand() {
        let told = |record, fault: FieldFault, part| {
            assert_eq!(faults(record), [(fault.to_string(), part)], "{record}");
        };
        told("v=STSv1;; id=1", FieldFault::Empty, ";");
        told("v=STSv1; id=1;;", FieldFault::Empty, ";");
        told("v=STSv1; odd", FieldFault::NoValue, "odd");
        told("v=STSv1; id=", FieldFault::NoValue, "id=");
        told("v=STSv1; id = 1", FieldFault::Space, " = ");
        told("v=STSv1; -a=1", FieldFault::Name, "-a");
        told("v=STSv1; a=b=c", FieldFault::Character('='), "=");
        told("v=STSv1; a=b c", FieldFault::Character(' '), " ");
        told("v=STSv1; id=1; id=1", FieldFault::Duplicate, "id=1");
        assert!(faults("v=STSv1; id=a b; x.y-z=1;").is_empty());
    }

    #[test]
    fn what_was_meant_is_known_by_its_version() {
        for text in [
            "v=stsv1; id=1",
            " v=STSv1",
            "STSv1; id=1",
            "id=1; v=STSv1;",
            "\"v=STSv2;",
            "V = STSv1",
            "v:STSv1",
        ] {
            assert!(resembles(text, "STSv1"), "{text}");
        }
        for text in ["", "v=spf1 -all", "v=TLSRPTv1;", "id=1"] {
            assert!(!resembles(text, "STSv1"), "{text}");
        }
        assert!(begins("v=STSv1;", "STSv1") && !begins("v=STSv1", "STSv1") && !begins("v=STSv1 ;", "STSv1"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*|(v=STSv1)?[;= a-z0-9.é-]{0,40}") {
            for error in fields(&text, &["id"]).1 {
                proptest::prop_assert!(text.get(error.span).is_some());
            }
            let _ = (resembles(&text, "STSv1"), begins(&text, "STSv1"));
        }
    }
}
