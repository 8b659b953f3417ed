//! Declared records: whether they exist, and whether they say what was declared.

use std::net::IpAddr;
use std::sync::LazyLock;

use crate::check::{Status, Verdict, World, seen};
use crate::item::Record;
use crate::observed::{DnsAnswer, DnsRecord, Remote};
use crate::private::Network;
use crate::spec::model::RecordType;
use crate::spec::{Located, Place};

/// Where Cloudflare's proxies answer from.
static CLOUDFLARE: LazyLock<Vec<Network>> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/cloudflare-networks.txt"));
    text.lines().filter_map(|line| line.parse().ok()).collect()
});

/// True for the addresses of Cloudflare's proxies.
pub(super) fn is_cloudflare(address: IpAddr) -> bool {
    CLOUDFLARE.iter().any(|network| network.contains(address))
}

/// The subject of a record's findings.
pub(super) fn subject(record: &Record) -> String {
    format!("{} {}", record.name, record.record.kind.name())
}

fn is_proxied(record: &Record) -> bool {
    let kind = record.record.kind.value;
    matches!(kind, RecordType::A | RecordType::Aaaa | RecordType::Cname)
        && record.record.proxied.as_ref().is_some_and(|proxied| proxied.value)
}

/// The records of the declared name and type; behind an alias other names own the records.
fn own<'a>(record: &'a Record, answer: &'a DnsAnswer) -> Vec<&'a DnsRecord> {
    let owner = |seen: &&DnsRecord| name_form(seen.name.as_str()) == record.name;
    answer.of_type(record.record.kind.name()).filter(owner).collect()
}

pub(in crate::check) fn record_missing(record: &Record, world: &World) -> Verdict {
    let kind = record.record.kind.name();
    if is_proxied(record) {
        return proxied_missing(record, world);
    }
    let answer = match seen::dns(&record.name, kind, world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    let seen = own(record, answer);
    let count = seen.len();
    if let Some(absent) = absent_text(record, &seen) {
        return missing(record, format!("{} has TXT records, but none like {absent}", record.name))
            .observed(published(&seen));
    }
    if count > 0 {
        return Verdict::pass(format!(
            "{count} {kind} record{} there",
            if count == 1 { " is" } else { "s are" }
        ));
    }
    let alias = answer.of_type("CNAME").find(|seen| name_form(seen.name.as_str()) == record.name);
    let (what, observed) = match alias {
        Some(alias) => (
            format!("{} has no {kind} record: it is an alias of {}", record.name, alias.value),
            format!("CNAME {}", alias.value),
        ),
        None if answer.nxdomain => (format!("{} does not exist", record.name), "NXDOMAIN".into()),
        None => (format!("{} has no {kind} record", record.name), format!("no {kind} record")),
    };
    missing(record, what).observed(observed)
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
    let has = |value: &str| {
        seen.iter().any(|seen| {
            says(kind, record, value, seen) || (value.contains('=') && tag(seen.value.as_str()) == tag(value))
        })
    };
    record.record.all_values().into_iter().find(|value| !has(value)).map(|value| cut(kind, value))
}

/// The lines to publish, in a sentence.
fn to_publish(record: &Record) -> String {
    let values = record.record.all_values().into_iter();
    let lines: Vec<String> = values.map(|value| format!("`{}`", zone_line(record, value))).collect();
    seen::listed(&lines)
}

fn missing(record: &Record, what: String) -> Verdict {
    Verdict::fail(what)
        .expected(declared(record))
        .label("not published")
        .help(format!("publish {} at your DNS provider", to_publish(record)))
}

/// Behind Cloudflare the declared value is not public; that the name has an address is.
fn proxied_missing(record: &Record, world: &World) -> Verdict {
    let addresses = seen::addresses(&record.name, world);
    if !addresses.found.is_empty() {
        return Verdict::pass("the name has addresses; the record itself is behind the proxy");
    }
    match addresses.gap {
        Some(gap) => *gap,
        None => missing(record, format!("{} has no address", record.name)).observed(if addresses.nxdomain {
            "NXDOMAIN"
        } else {
            "no A, no AAAA"
        }),
    }
}

pub(in crate::check) fn record_differs(record: &Record, world: &World) -> Verdict {
    let exists = record_missing(record, world);
    match exists.status {
        Status::Pass => {}
        Status::Fail => {
            return Verdict::not_judged("dns/record-missing", subject(record), "the record does not exist");
        }
        _ => return exists,
    }
    if is_proxied(record) {
        return proxied_differs(record, world);
    }
    let answer = match seen::dns(&record.name, record.record.kind.name(), world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    let seen = own(record, answer);
    let difference = value_differs(record, &seen)
        .or_else(|| priority_differs(record, &seen))
        .or_else(|| ttl_differs(record, &seen));
    let Some((what, place)) = difference else { return Verdict::pass("the record is as declared") };
    Verdict::fail(what)
        .expected(declared(record))
        .observed(published(&seen))
        .label("published otherwise")
        .help(format!("publish {}, or correct the spec", to_publish(record)))
        .at(place)
}

/// A declared value that is not published, with its place.
fn value_differs(record: &Record, seen: &[&DnsRecord]) -> Option<(String, Place)> {
    let values = record.record.all_values();
    let kind = record.record.kind.value;
    let key = |n: usize| {
        if record.record.values.is_some() { format!("values[{n}]") } else { "value".to_owned() }
    };
    let absent =
        values.iter().enumerate().find(|(_, value)| !seen.iter().any(|seen| says(kind, record, value, seen)));
    if let Some((index, value)) = absent {
        let what = format!("{} has another value than {}", subject(record), cut(kind, value));
        return Some((what, Place::new(format!("{}.{}", record.path, key(index)), value.span)));
    }
    None
}

/// True where a published record says what a declared value says.
fn says(kind: RecordType, record: &Record, value: &str, seen: &DnsRecord) -> bool {
    let wanted = value_form(kind, value);
    // The priority may stand in the value, as zone files write it.
    let with_priority = seen.priority.filter(|_| record.record.priority.is_none());
    wanted == value_form(kind, seen.value.as_str())
        || with_priority.is_some_and(|p| wanted == value_form(kind, &format!("{p} {}", seen.value)))
}

fn priority_differs(record: &Record, seen: &[&DnsRecord]) -> Option<(String, Place)> {
    let declared = record.record.priority.as_ref()?;
    let kind = record.record.kind.value;
    let values = record.record.all_values();
    let other = seen.iter().find(|seen| {
        values.iter().any(|value| says(kind, record, value, seen))
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

/// A resolver's TTL counts down from the published one, so only a larger one is a difference.
fn ttl_differs(record: &Record, seen: &[&DnsRecord]) -> Option<(String, Place)> {
    let declared = record.record.ttl.as_ref()?;
    let longest = seen.iter().map(|seen| seen.ttl).max()?;
    (longest > declared.value.0).then(|| {
        let what = format!(
            "{} has a TTL of at least {longest} seconds instead of {}",
            subject(record),
            declared.value.0
        );
        (what, Place::new(format!("{}.ttl", record.path), declared.span))
    })
}

fn proxied_differs(record: &Record, world: &World) -> Verdict {
    let addresses = seen::addresses(&record.name, world);
    let outside: Vec<String> =
        addresses.found.iter().filter(|address| !is_cloudflare(**address)).map(ToString::to_string).collect();
    if outside.is_empty() {
        return match addresses.gap {
            Some(gap) => *gap,
            None => Verdict::pass("every address is one of Cloudflare's"),
        };
    }
    let outside = seen::listed(&outside);
    let verdict = Verdict::fail(format!(
        "{} is not proxied: {outside} is outside Cloudflare's networks",
        record.name
    ))
    .expected("Cloudflare's addresses only")
    .observed(outside)
    .label("not proxied")
    .help(format!(
        "in the Cloudflare dashboard, DNS > Records, edit {} and set it to Proxied; if it must be DNS only, write `proxied: false`",
        subject(record)
    ));
    match &record.record.proxied {
        Some(proxied) => verdict.at(Place::new(format!("{}.proxied", record.path), proxied.span)),
        None => verdict,
    }
}

/// `A 203.0.113.10`
fn declared(record: &Record) -> String {
    let kind = record.record.kind.value;
    let priority = record.record.priority.as_ref().map_or(String::new(), |p| format!("{} ", p.value));
    let values: Vec<String> =
        record.record.all_values().iter().map(|v| format!("{priority}{}", cut(kind, v))).collect();
    let ttl = record.record.ttl.as_ref().map_or(String::new(), |ttl| format!(", TTL {}", ttl.value.0));
    format!("{} {}{ttl}", kind.name(), values.join(", "))
}

fn published(seen: &[&DnsRecord]) -> String {
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
fn cut(kind: RecordType, value: &str) -> String {
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

fn name_form(name: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_network_is_read() {
        assert_eq!(CLOUDFLARE.len(), 22);
    }

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
