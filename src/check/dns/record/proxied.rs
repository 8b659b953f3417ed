//! Records behind Cloudflare's proxy: the public sees Cloudflare's addresses, not the declared ones.

use super::missing;
use super::value::subject;
use crate::check::{Verdict, World, seen};
use crate::item::Record;
use crate::provider::cloudflare;
use crate::spec::Place;
use crate::spec::model::RecordType;

/// True where the spec says that Cloudflare proxies the record.
pub(super) fn is_proxied(record: &Record) -> bool {
    let kind = record.record.kind.value;
    matches!(kind, RecordType::A | RecordType::Aaaa | RecordType::Cname)
        && record.record.proxied.as_ref().is_some_and(|proxied| proxied.value)
}

/// Behind Cloudflare the declared value is not public; that the name has an address is.
pub(super) fn proxied_missing(record: &Record, world: &World) -> Verdict {
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

/// Every public address must be one of Cloudflare's.
pub(super) fn proxied_differs(record: &Record, world: &World) -> Verdict {
    let addresses = seen::addresses(&record.name, world);
    let outside: Vec<String> = addresses
        .found
        .iter()
        .filter(|address| !cloudflare::is_proxy(**address))
        .map(ToString::to_string)
        .collect();
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
