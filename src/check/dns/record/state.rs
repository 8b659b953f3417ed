//! Whether what one answer says is what was declared.

use super::value::{published, says, shown, subject};
use crate::item::{Record, Value};
use crate::observed::{DnsAnswer, DnsRecord};
use crate::spec::Place;
use crate::spec::model::RecordType;
use crate::spec::names::name_form;

/// How an answer stands to a declared record.
#[derive(Debug, PartialEq)]
pub(super) enum State {
    /// It says what was declared, perhaps among more.
    AsDeclared,
    /// There is a record, but another one: what differs, and where the spec says otherwise.
    Differs(String, Place),
    /// There is none.
    Missing(String),
}

/// What one answer says of a declared record.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) state: State,
    /// What is published, as a message shows it.
    pub(super) observed: String,
}

impl Compared {
    pub(super) fn is_right(&self) -> bool {
        self.state == State::AsDeclared
    }
}

/// The records of the declared name and type; behind an alias other names own the records.
pub(super) fn own<'a>(record: &Record, answer: &'a DnsAnswer) -> Vec<&'a DnsRecord> {
    let owner = |seen: &&DnsRecord| name_form(seen.name.as_str()) == record.name;
    answer.of_type(record.record.kind.name()).filter(owner).collect()
}

/// What an answer's TTL says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ttl {
    /// It is the published one.
    Published,
    /// It is what a resolver has left of it, so that only a larger one than declared is a difference.
    Left,
    /// Nothing that matters.
    Ignored,
}

/// Compares.
pub(super) fn compare(record: &Record, answer: &DnsAnswer, ttl: Ttl) -> Compared {
    let seen = own(record, answer);
    if seen.is_empty() {
        return absent(record, answer);
    }
    if let Some(absent) = absent_text(record, &seen) {
        let what = format!("{} has TXT records, but none like {absent}", record.name);
        return Compared { state: State::Missing(what), observed: published(&seen) };
    }
    let difference = value_differs(record, &seen)
        .or_else(|| priority_differs(record, &seen))
        .or_else(|| ttl_differs(record, &seen, ttl));
    let state = difference.map_or(State::AsDeclared, |(what, place)| State::Differs(what, place));
    Compared { state, observed: published(&seen) }
}

fn absent(record: &Record, answer: &DnsAnswer) -> Compared {
    let kind = record.record.kind.name();
    let alias = answer.of_type("CNAME").find(|seen| name_form(seen.name.as_str()) == record.name);
    let (what, observed) = match alias {
        Some(alias) => (
            format!("{} has no {kind} record: it is an alias of {}", record.name, alias.value),
            format!("CNAME {}", alias.value),
        ),
        None if answer.nxdomain => (format!("{} does not exist", record.name), "NXDOMAIN".into()),
        None => (format!("{} has no {kind} record", record.name), format!("no {kind} record")),
    };
    Compared { state: State::Missing(what), observed }
}

/// TXT records at one name have nothing to do with each other: beside an SPF record, a verification
/// token does not "differ", it is missing. A text with the same tag (the part before `=`) is the
/// same record with another value.
fn absent_text(record: &Record, seen: &[&DnsRecord]) -> Option<String> {
    let kind = record.record.kind.value;
    if kind != RecordType::Txt || seen.is_empty() {
        return None;
    }
    let tag = |text: &str| text.split('=').next().unwrap_or(text).trim_matches('"').to_ascii_lowercase();
    let same_tag = |text: &str, seen: &str| text.contains('=') && tag(seen) == tag(text);
    let has = |value: &&Value| {
        seen.iter().any(|seen| says(kind, value, seen) || same_tag(&value.meant, seen.value.as_str()))
    };
    record.values.iter().find(|value| !has(value)).map(|value| shown(kind, value))
}

/// A declared value that is not published, with its place.
fn value_differs(record: &Record, seen: &[&DnsRecord]) -> Option<(String, Place)> {
    let kind = record.record.kind.value;
    let key = |n: usize| {
        if record.record.values.is_some() { format!("values[{n}]") } else { "value".to_owned() }
    };
    let mut values = record.values.iter().enumerate();
    let absent = values.find(|(_, value)| !seen.iter().any(|seen| says(kind, value, seen)));
    if let Some((index, value)) = absent {
        let what = format!("{} has another value than {}", subject(record), shown(kind, value));
        return Some((what, Place::new(format!("{}.{}", record.path, key(index)), value.written.span)));
    }
    None
}

fn priority_differs(record: &Record, seen: &[&DnsRecord]) -> Option<(String, Place)> {
    let declared = record.record.priority.as_ref()?;
    let kind = record.record.kind.value;
    let other = seen.iter().find(|seen| {
        record.values.iter().any(|value| says(kind, value, seen))
            && seen.priority.is_some_and(|priority| priority != declared.value)
    })?;
    let what = format!(
        "{} has priority {} instead of {}",
        subject(record),
        other.priority.unwrap_or_default(),
        declared.value
    );
    Some((what, Place::new(format!("{}.priority", record.path), declared.span)))
}

fn ttl_differs(record: &Record, seen: &[&DnsRecord], ttl: Ttl) -> Option<(String, Place)> {
    let declared = record.record.ttl.as_ref()?;
    let longest = seen.iter().map(|seen| seen.ttl).max()?;
    let least = match ttl {
        Ttl::Published if longest != declared.value.0 => "",
        Ttl::Left if longest > declared.value.0 => "at least ",
        _ => return None,
    };
    let subject = subject(record);
    let what = format!("{subject} has a TTL of {least}{longest} seconds instead of {}", declared.value.0);
    Some((what, Place::new(format!("{}.ttl", record.path), declared.span)))
}
