//! Judges of `email/*`.

pub(super) mod alignment;
pub(super) mod bimi;
mod cause;
pub(super) mod dkim;
pub(super) mod dmarc;
mod enforcement;
pub(super) mod exchanger;
mod fetched;
pub(super) mod mta_sts;
pub(super) mod mx;
pub(super) mod parked;
pub(super) mod reverse;
pub(super) mod spf;
pub(super) mod tls_rpt;

use super::dns;
use super::faults;
use super::seen::{self, Judged};
use super::{Status, Verdict, World};
use crate::observed::{DnsAnswer, Remote};
use crate::spec::Place;
use crate::spec::model::{Email, EmailSettings};

/// What the spec says about mail.
enum Mail<'w> {
    /// Nothing.
    Undeclared,
    /// `email: none`: nothing is needed, but what is published is judged.
    None,
    /// How it works.
    Declared(&'w EmailSettings),
}

impl<'w> Mail<'w> {
    fn of(world: &'w World) -> Self {
        match world.document.spec.email.as_ref().map(|email| &email.value) {
            None => Self::Undeclared,
            Some(Email::Word(_)) => Self::None,
            Some(Email::Full(settings)) => Self::Declared(settings),
        }
    }
}

/// The most exact of some places, or that of the section, or that of the domain.
fn place(world: &World, exact: Option<Place>) -> Place {
    let spec = &world.document.spec;
    let section = || spec.email.as_ref().map(|email| Place::new("email", email.span));
    exact.or_else(section).unwrap_or_else(|| Place::new("domain", spec.domain.span))
}

/// True where the domain receives mail; a null MX (RFC 7505) says that it does not.
fn has_mx(world: &World) -> Judged<bool> {
    seen::dns(world.domain(), "MX", world).map(|answer| !real_mx(answer).is_empty())
}

fn real_mx(answer: &DnsAnswer) -> Vec<String> {
    let real = answer.values("MX").map(Remote::as_str).filter(|host| !host.trim_matches('.').is_empty());
    real.map(str::to_owned).collect()
}

/// The verdict of a check on a record that is missing, where `dns.records` declares it word by word
/// and so names the same fault, or why it is none. `meant` tells the values that are such records
/// from others.
fn declared_too(name: &str, kind: &str, meant: impl Fn(&str) -> bool, world: &World) -> Option<Verdict> {
    let mut declared = world.items.records.iter().filter(|record| {
        record.name == name
            && record.record.kind.value.name() == kind
            && record.values.iter().any(|value| meant(&value.meant))
    });
    declared.find_map(|record| {
        let missing = dns::record::record_missing(record, world);
        if missing.status != Status::Fail {
            return missing.because.is_some().then_some(missing);
        }
        let reason = "the declared record is not published";
        Some(Verdict::not_judged("dns/record-missing", dns::record::subject(record), reason))
    })
}

/// The verdict of a check on a record that cannot be read or found, where one of its name and type
/// was damaged when it was entered and `dns/value-malformed` says so.
fn damaged(name: &str, kind: &str, world: &World) -> Option<Verdict> {
    let set = world.items.record_sets.iter().find(|set| set.name == name && set.kind == kind)?;
    let red = dns::damage::value_malformed(set, world).status == Status::Fail;
    red.then(|| {
        let subject = format!("{name} {kind}");
        Verdict::not_judged("dns/value-malformed", subject, "the record was damaged when it was entered")
    })
}

/// The same where it must be this very text: at one name may stand texts of many services.
fn garbled(name: &str, text: &str, world: &World) -> Option<Verdict> {
    damaged(name, "TXT", world).filter(|_| dns::damage::is_value_damaged(name, "TXT", text, world))
}

#[cfg(test)]
mod tests;
