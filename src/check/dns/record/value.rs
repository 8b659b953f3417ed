//! Values of records: when a published one is a declared one, and how messages show them.

use crate::check::seen;
use crate::item::{Record, Value};
use crate::observed::{DnsRecord, Remote};
use crate::spec::model::RecordType;
use crate::spec::names::is_reverse;
use crate::spec::value::{form, split_priority};

/// The subject of a record's findings.
pub(in crate::check) fn subject(record: &Record) -> String {
    format!("{} {}", record.name, record.record.kind.name())
}

/// True where a published record says what a declared value says.
pub(in crate::check::dns) fn says(kind: RecordType, value: &Value, seen: &DnsRecord) -> bool {
    let published = form(kind, seen.value.as_str());
    let (priority, wanted) = split_priority(kind, &value.meant);
    if form(kind, wanted) == published {
        return priority.is_none() || priority == seen.priority;
    }
    // A text may be published with the quotes that the spec writes.
    kind == RecordType::Txt && form(kind, value.written) == published
}

/// `A 203.0.113.10`
pub(super) fn declared(record: &Record) -> String {
    let kind = record.record.kind.value;
    let priority = record.record.priority.as_ref().map_or(String::new(), |p| format!("{} ", p.value));
    let values: Vec<String> =
        record.values.iter().map(|value| format!("{priority}{}", shown(kind, value))).collect();
    let ttl = record.record.ttl.as_ref().map_or(String::new(), |ttl| format!(", TTL {}", ttl.value.0));
    format!("{} {}{ttl}", kind.name(), values.join(", "))
}

/// The published records as a message shows them.
pub(super) fn published(seen: &[&DnsRecord]) -> String {
    let one = |record: &&DnsRecord| {
        let priority = record.priority.map_or(String::new(), |p| format!("{p} "));
        let value =
            if record.kind == "TXT" { seen::quoted(record.value.as_str()) } else { record.value.to_string() };
        format!("{priority}{value}, TTL {}", record.ttl)
    };
    let all: Vec<String> = seen.iter().map(one).collect();
    all.join("; ")
}

/// A declared value as a message shows it.
pub(super) fn shown(kind: RecordType, value: &Value) -> String {
    let value = Remote::new(&value.meant);
    if kind == RecordType::Txt { seen::quoted(value.as_str()) } else { value.to_string() }
}

/// The line to publish: `shop.test 300 MX 10 mail.shop.test`.
fn zone_line(record: &Record, value: &Value) -> String {
    let kind = record.record.kind.value;
    let ttl = record.record.ttl.as_ref().map_or(String::new(), |ttl| format!("{} ", ttl.value.0));
    let priority = record.record.priority.as_ref().map_or(String::new(), |p| format!("{} ", p.value));
    format!("{} {ttl}{} {priority}{}", record.name, kind.name(), shown(kind, value))
}

/// What to publish and where, as a clause.
pub(super) fn publish(record: &Record) -> String {
    let lines: Vec<String> =
        record.values.iter().map(|value| format!("`{}`", zone_line(record, value))).collect();
    let lines = seen::in_full(&lines);
    if is_reverse(&record.name) {
        return format!("let whoever gives out the address (your hosting or network) publish {lines}");
    }
    format!("publish {lines}")
}
