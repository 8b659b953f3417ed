//! The record (RFC 8461 section 3.1).

use std::fmt;

use crate::mail::Placed;
use crate::mail::fields::{self, FieldFault, fields};
use crate::mail::tags::Tag;

const VERSION: &str = "STSv1";
/// Longest id, in characters.
const LONGEST_ID: usize = 32;

/// True for a text that begins with `v=STSv1;`. Senders discard all others; where not exactly one
/// is left, the domain has no policy.
pub fn is_record(text: &str) -> bool {
    fields::begins(text, VERSION)
}

/// True for a text that is no record, but was probably meant as one: with another version, in other
/// letters, with space or fields before the version, without its semicolon.
pub fn resembles_record(text: &str) -> bool {
    !is_record(text) && fields::resembles(text, VERSION)
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The version of the policy: 1 to 32 letters and digits. Senders fetch the policy anew when it
    /// has changed.
    pub id: String,
    /// Fields that the standard does not know, in order.
    pub extensions: Vec<(String, String)>,
}

/// What came of reading a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The id, where it could be read.
    pub id: Option<String>,
    /// Fields that the standard does not know.
    pub extensions: Vec<(String, String)>,
    /// What is wrong, in the order of the text; senders take the record for none where one of them
    /// [breaks](SyntaxErrorKind::breaks) it.
    pub errors: Vec<SyntaxError>,
}

/// A fault of a record.
pub type SyntaxError = Placed<SyntaxErrorKind>;

/// What may be wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// It does not begin with `v=STSv1;`.
    Version,
    /// The form of a field.
    Field(FieldFault),
    /// There is no `id=`.
    NoId,
    /// The id is longer than 32 characters; how long it is.
    LongId(usize),
    /// The id holds something else than letters and digits.
    IdCharacter(char),
}

impl SyntaxErrorKind {
    /// True where senders take the whole record for none. Of fields that stand there twice the first
    /// counts, as in policies (section 3.2).
    pub fn breaks(self) -> bool {
        self != Self::Field(FieldFault::Duplicate)
    }
}

impl fmt::Display for SyntaxErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("no `v=STSv1;` at the beginning"),
            Self::Field(fault) => fault.fmt(f),
            Self::NoId => f.write_str("no `id=`"),
            Self::LongId(length) => write!(f, "an id of {length} characters, where 32 are the most"),
            Self::IdCharacter(c) => write!(f, "`{c}` in the id, where only letters and digits may stand"),
        }
    }
}

impl Record {
    /// Reads a record as senders must: one error that breaks it condemns it all.
    pub fn parse(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let Reading { id, extensions, errors } = Self::read(text);
        match id {
            Some(id) if !errors.iter().any(|error| error.kind.breaks()) => Ok(Self { id, extensions }),
            _ => Err(errors),
        }
    }

    /// Reads a record as a linter does: past each error.
    pub fn read(text: &str) -> Reading {
        let mut errors = Vec::new();
        if !is_record(text) {
            let end = text.find(';').unwrap_or(text.len());
            errors.push(SyntaxError { kind: SyntaxErrorKind::Version, span: 0..end });
        }
        let (all, faults) = fields(text, &["v", "id"]);
        let of_form = |error: Placed<FieldFault>| SyntaxError {
            kind: SyntaxErrorKind::Field(error.kind),
            span: error.span,
        };
        errors.extend(faults.into_iter().map(of_form));
        let id = all.iter().find(|tag| tag.name == "id");
        match id {
            None => errors.push(SyntaxError { kind: SyntaxErrorKind::NoId, span: text.len()..text.len() }),
            Some(tag) => errors.extend(id_fault(tag.value.unwrap_or_default(), tag.value_span.start)),
        }
        errors.sort_by_key(|error| error.span.start);
        let id = id.and_then(|tag| tag.value).filter(|id| !id.is_empty()).map(str::to_owned);
        let is_first = |tag: &&Tag| {
            all.iter().find(|other| other.name == tag.name).is_some_and(|first| first.span == tag.span)
        };
        let others = all.iter().filter(|tag| tag.name != "v" && tag.name != "id").filter(is_first);
        let extension = |tag: &Tag| Some((tag.name.to_owned(), tag.value?.to_owned()));
        Reading { id, extensions: others.filter_map(extension).collect(), errors }
    }
}

fn id_fault(id: &str, start: usize) -> Option<SyntaxError> {
    if let Some((at, c)) = id.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric()) {
        let at = start + at;
        return Some(SyntaxError { kind: SyntaxErrorKind::IdCharacter(c), span: at..at + c.len_utf8() });
    }
    let kind = SyntaxErrorKind::LongId(id.len());
    (id.len() > LONGEST_ID).then(|| SyntaxError { kind, span: start..start + id.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_records() {
        let long = "a".repeat(32);
        for (text, id) in [
            ("v=STSv1; id=20160831085700Z;".to_owned(), "20160831085700Z"),
            ("v=STSv1;id=1".to_owned(), "1"),
            ("v=STSv1 ; id=1".to_owned().replace(" ;", ";"), "1"),
            (format!("v=STSv1;\tid={long} ; x=y"), long.as_str()),
        ] {
            assert_eq!(Record::parse(&text).expect(&text).id, id, "{text}");
        }
        let record = Record::parse("v=STSv1; a.b=c; id=1").expect("a record");
        assert_eq!(record.extensions, [("a.b".to_owned(), "c".to_owned())]);
    }

    #[test]
    fn each_error_has_its_place() {
        use SyntaxErrorKind::{Field, IdCharacter, LongId, NoId, Version};
        let errors = |text: &'static str| -> Vec<(SyntaxErrorKind, &'static str)> {
            let errors = Record::parse(text).expect_err(text);
            errors.into_iter().map(|error| (error.kind, &text[error.span])).collect()
        };
        assert_eq!(errors("v=STSv1;"), [(NoId, "")]);
        assert_eq!(errors("v=STSv1; x=1"), [(NoId, "")]);
        assert_eq!(errors("v=STSv1; ID=1"), [(NoId, "")]);
        assert_eq!(errors("v=stsv1; id=1"), [(Version, "v=stsv1")]);
        assert_eq!(errors("v=STSv1 id=1"), [(Version, "v=STSv1 id=1"), (NoId, "")]);
        assert_eq!(errors("id=1; v=STSv1;"), [(Version, "id=1")]);
        assert_eq!(errors("v=STSv1; id=2026-11"), [(IdCharacter('-'), "-")]);
        assert_eq!(errors("v=STSv1; id=a b"), [(IdCharacter(' '), " ")]);
        assert_eq!(errors("v=STSv1; id="), [(Field(FieldFault::NoValue), "id=")]);
        let long = "a".repeat(33);
        assert_eq!(errors("v=STSv1; id=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), [(LongId(33), long.as_str())]);
    }

    #[test]
    fn of_fields_that_stand_there_twice_the_first_counts() {
        let record = Record::parse("v=STSv1; id=1; x=a; x=b").expect("a record");
        assert_eq!(record.extensions, [("x".to_owned(), "a".to_owned())]);
        let text = "v=STSv1; id=first; id=second";
        let errors = Record::read(text).errors;
        let told: Vec<_> = errors.iter().map(|error| (error.kind, &text[error.span.clone()])).collect();
        assert_eq!(told, [(SyntaxErrorKind::Field(FieldFault::Duplicate), "id=second")]);
        assert_eq!(Record::parse(text).map(|record| record.id), Ok("first".into()));
    }

    #[test]
    fn records_are_told_from_others() {
        assert!(is_record("v=STSv1;") && !is_record("v=STSv1") && !is_record(" v=STSv1;"));
        assert!(
            resembles_record("v=STSv1") && resembles_record("v=STSv2; id=1") && !resembles_record("v=STSv1;")
        );
        assert!(!resembles_record("v=spf1 -all"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*|v=STSv1;[;= a-zI0-9.é-]{0,40}") {
            let reading = Record::read(&text);
            proptest::prop_assert!(reading.errors.iter().all(|error| text.get(error.span.clone()).is_some()));
            let breaks = reading.errors.iter().any(|error| error.kind.breaks());
            proptest::prop_assert_eq!(Record::parse(&text).is_ok(), !breaks);
        }

        #[test]
        fn what_the_grammar_allows_is_read(id in "[A-Za-z0-9]{1,32}", space in "[ \t]{0,3}", end in "(;[ \t]?)?") {
            let text = format!("v=STSv1;{space}id={id}{space}{end}");
            let record = Record::parse(&text);
            proptest::prop_assert_eq!(record.map(|record| record.id), Ok(id));
        }
    }
}
