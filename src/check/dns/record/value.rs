//! Values of records: when two mean the same, and how messages show them.

use std::net::IpAddr;

use crate::check::seen;
use crate::item::Record;
use crate::observed::{DnsRecord, Remote};
use crate::spec::Located;
use crate::spec::model::RecordType;

/// The subject of a record's findings.
pub(in crate::check) fn subject(record: &Record) -> String {
    format!("{} {}", record.name, record.record.kind.name())
}

/// True where a published record says what a declared value says.
pub(super) fn says(kind: RecordType, record: &Record, value: &str, seen: &DnsRecord) -> bool {
    let wanted = value_form(kind, value);
    // The priority may stand in the value, as zone files write it.
    let with_priority = seen.priority.filter(|_| record.record.priority.is_none());
    wanted == value_form(kind, seen.value.as_str())
        || with_priority.is_some_and(|p| wanted == value_form(kind, &format!("{p} {}", seen.value)))
}

/// `A 203.0.113.10`
pub(super) fn declared(record: &Record) -> String {
    let kind = record.record.kind.value;
    let priority = record.record.priority.as_ref().map_or(String::new(), |p| format!("{} ", p.value));
    let values: Vec<String> =
        record.record.all_values().iter().map(|v| format!("{priority}{}", cut(kind, v))).collect();
    let ttl = record.record.ttl.as_ref().map_or(String::new(), |ttl| format!(", TTL {}", ttl.value.0));
    format!("{} {}{ttl}", kind.name(), values.join(", "))
}

/// The published records as a message shows them.
pub(super) fn published(seen: &[&DnsRecord]) -> String {
    let one = |record: &&DnsRecord| {
        let priority = record.priority.map_or(String::new(), |p| format!("{p} "));
        let value =
            if record.kind == "TXT" { format!("\"{}\"", record.value) } else { record.value.to_string() };
        format!("{priority}{value}, TTL {}", record.ttl)
    };
    let all: Vec<String> = seen.iter().map(one).collect();
    all.join("; ")
}

/// A declared value as a message shows it.
pub(super) fn cut(kind: RecordType, value: &str) -> String {
    let value = Remote::new(value);
    if kind == RecordType::Txt { format!("\"{value}\"") } else { value.to_string() }
}

/// The line to publish: `shop.test 300 MX 10 mail.shop.test`.
fn zone_line(record: &Record, value: &Located<String>) -> String {
    let kind = record.record.kind.value;
    let ttl = record.record.ttl.as_ref().map_or(String::new(), |ttl| format!("{} ", ttl.value.0));
    let priority = record.record.priority.as_ref().map_or(String::new(), |p| format!("{} ", p.value));
    format!("{} {ttl}{} {priority}{}", record.name, kind.name(), cut(kind, value))
}

/// A name as names are compared.
pub(super) fn name_form(name: &str) -> String {
    name.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// A value in the form in which two that mean the same are equal.
fn value_form(kind: RecordType, value: &str) -> String {
    let words = |text: &str| text.split_whitespace().map(name_form).collect::<Vec<_>>().join(" ");
    match kind {
        RecordType::Txt => value.to_owned(),
        RecordType::A | RecordType::Aaaa => {
            value.trim().parse::<IpAddr>().map_or_else(|_| name_form(value), |address| address.to_string())
        }
        // The strings may be quoted or not.
        RecordType::Caa | RecordType::Https | RecordType::Svcb => words(&value.replace('"', "")),
        _ => words(value),
    }
}

/// The lines to publish, in a sentence.
pub(super) fn to_publish(record: &Record) -> String {
    let values = record.record.all_values().into_iter();
    let lines: Vec<String> = values.map(|value| format!("`{}`", zone_line(record, value))).collect();
    seen::listed(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_mean_the_same_are_equal() {
        use RecordType::{Aaaa, Caa, Cname, Mx, Srv, Txt};
        let equal = [
            (Aaaa, "2001:DB8:0::1", "2001:db8::1"),
            (Cname, "Shops.Example.NET.", "shops.example.net"),
            (Mx, " mail.shop.test. ", "mail.shop.test"),
            (Caa, "0  issue letsencrypt.org", "0 issue \"letsencrypt.org\""),
            (Srv, "5  5060 sip.shop.test.", "5 5060 sip.shop.test"),
            (Txt, "Exact", "Exact"),
        ];
        for (kind, left, right) in equal {
            assert_eq!(value_form(kind, left), value_form(kind, right));
        }
        assert_ne!(value_form(Txt, "Exact"), value_form(Txt, "exact"));
    }

    proptest::proptest! {
        #[test]
        fn a_form_is_its_own_form(value in ".*") {
            for kind in [RecordType::A, RecordType::Cname, RecordType::Caa, RecordType::Txt, RecordType::Srv] {
                let once = value_form(kind, &value);
                let words = once.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                // Dots that stood before other dots or spaces may go in a second pass, words may not grow.
                proptest::prop_assert!(value_form(kind, &once).split_whitespace().count() <= words.len());
            }
        }
    }
}
