//! DMARC (RFC 9989): which record applies, and what its checks have in common.

pub(in crate::check) mod missing;
pub(in crate::check) mod policy;
pub(in crate::check) mod record;
pub(in crate::check) mod reports;
pub(in crate::check) mod unauthorised;

use super::{Mail, place};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::mail::dmarc::{
    self, Applies, DmarcPolicy, Found, LookAlike, Mode, Record, Unanswered, Walk, record_name,
    resembles_record, texts,
};
use crate::spec::Place;
use crate::wanted;

/// The record that applies to the domain.
#[derive(Debug, Clone)]
pub(super) struct Applied {
    /// The domain that publishes it: the launched one, or one above it.
    pub(super) domain: String,
    /// The record; exactly one stands there. Its `adkim` and `aspf` are the modes of alignment.
    pub(super) record: Record,
    /// True where another domain publishes it.
    pub(super) inherited: bool,
}

impl Applied {
    /// Where it stands.
    pub(super) fn name(&self) -> String {
        record_name(&self.domain)
    }

    /// The published policy for the domain; `None` where receivers apply none.
    pub(super) fn policy(&self) -> Option<DmarcPolicy> {
        let Self { domain, record, inherited } = self;
        Applies { domain, record, inherited: *inherited }.policy()
    }
}

/// The walk from a name up (RFC 9989 section 4.10), over what was observed.
fn walk(domain: &str, world: &World) -> Walk {
    Walk::take(domain, &mut |domain| {
        let name = record_name(domain);
        // A top-level domain seldom has a record: that nobody asked for it is no riddle.
        if !domain.contains('.') && world.observed.dns(&name, "TXT").is_none() {
            return Some(Vec::new());
        }
        seen::dns(&name, "TXT", world).ok().map(texts)
    })
}

/// The verdict where the walk met a name of which nothing is known.
fn unanswered(name: &Unanswered, world: &World) -> Box<Verdict> {
    let verdict = seen::dns(&record_name(&name.0), "TXT", world).err();
    verdict.unwrap_or_else(|| Box::new(Verdict::unknown(name.to_string())))
}

/// The organisational domain of any name whose walk was observed.
fn organisation(name: &str, world: &World) -> Judged<String> {
    walk(name, world).organisational_domain().map_err(|name| unanswered(&name, world))
}

/// True where a name that SPF or DKIM authenticated speaks for another one.
pub(super) fn aligned(identifier: &str, from: &str, mode: Mode, world: &World) -> Judged<bool> {
    dmarc::aligned(identifier, from, mode, |name| organisation(name, world))
}

/// The one record that applies to the domain, or the verdict of a check that needs it.
pub(super) fn applied(world: &World) -> Judged<Applied> {
    let walk = walk(world.domain(), world);
    if let Some(fault) = unusable(&walk, world) {
        return Err(Box::new(fault));
    }
    let applies = walk.policy().map_err(|name| unanswered(&name, world))?;
    match applies {
        Some(Applies { domain, record, inherited }) => {
            Ok(Applied { domain: domain.to_owned(), record: record.clone(), inherited })
        }
        None => Err(Box::new(absent(world))),
    }
}

/// The verdict where receivers find nothing that they can read where a record was meant.
fn unusable(walk: &Walk, world: &World) -> Option<Verdict> {
    let domain = world.domain();
    if matches!(walk.steps.first()?.found, Found::Nothing) && look_alike(world).is_some() {
        let name = record_name(domain);
        return Some(damaged(world).unwrap_or_else(|| {
            let reason = format!("the text at {name} is no DMARC record");
            Verdict::not_judged("email/dmarc-invalid", domain, &reason)
        }));
    }
    let (at, records) = walk.several()?;
    let reason = format!("there are {} DMARC records at {}", records.len(), record_name(at));
    Some(Verdict::not_judged("email/dmarc-multiple", domain, &reason))
}

/// The text at the domain's own name that was meant as a record and is none.
fn look_alike(world: &World) -> Option<(String, LookAlike)> {
    let answer = seen::dns(&record_name(world.domain()), "TXT", world).ok()?;
    let found = texts(answer).into_iter().find_map(|text| Some((resembles_record(&text)?, text)));
    found.map(|(why, text)| (text, why))
}

/// The verdict where the text at the domain's own name was damaged in entry.
fn damaged(world: &World) -> Option<Verdict> {
    super::damaged(&record_name(world.domain()), "TXT", world)
}

/// The verdict of a check that needs a record where there is none.
fn absent(world: &World) -> Verdict {
    let missing = missing::dmarc_missing(world);
    match missing.status {
        Status::Fail => {
            Verdict::not_judged("email/dmarc-missing", world.domain(), "there is no DMARC record")
        }
        Status::NotApplicable => Verdict::not_applicable("there is no DMARC record, and none is needed"),
        _ => missing,
    }
}

/// The verdict where nobody can tell how receivers read the policy.
fn void(applied: &Applied, world: &World) -> Option<Verdict> {
    applied.record.is_void().then(|| broken(world))
}

/// The verdict of a check that a breach of the grammar hinders.
fn broken(world: &World) -> Verdict {
    let invalid = record::dmarc_invalid(world);
    match invalid.status {
        Status::Fail => {
            Verdict::not_judged("email/dmarc-invalid", world.domain(), "the DMARC record is broken")
        }
        _ => invalid,
    }
}

/// The verdict of a check that speaks of nothing where `email/parked-spoofable` does.
fn mailless(world: &World) -> Option<Verdict> {
    let none = matches!(Mail::of(world), Mail::None);
    none.then(|| Verdict::not_applicable("the domain sends no mail (`email: none`)"))
}

/// Where the spec speaks about DMARC.
fn dmarc_place(world: &World) -> Place {
    let declared = wanted::declared_dmarc(world);
    let policy = declared.and_then(|dmarc| dmarc.policy.as_ref());
    let policy = policy.map(|policy| Place::new("email.dmarc.policy", policy.span));
    place(world, policy.or_else(|| reports_place(world)))
}

/// Where the spec speaks about reports first.
fn reports_place(world: &World) -> Option<Place> {
    crate::item::declared_reports(world.document).into_iter().next().map(|(_, place)| place)
}

/// What to publish, and a warning where that asks for more than is applied today.
fn publish(applied: Option<&Applied>, world: &World) -> String {
    let own = applied.filter(|applied| !applied.inherited);
    let record = wanted::dmarc(world, own.map(|applied| &applied.record));
    let strength = |record: &Record| record.applied().map_or(DmarcPolicy::None, |all| all.domain);
    let today = own.map_or(DmarcPolicy::None, |applied| strength(&applied.record));
    let stricter = Record::read(&record.value).is_some_and(|record| today < strength(&record));
    let caution = "; start with `p=none` only while you read the reports";
    let caution = if stricter && mailless(world).is_none() { caution } else { "" };
    match applied.filter(|applied| applied.inherited) {
        None => format!("publish `{record}`{caution}"),
        Some(parent) => format!(
            "have the record at {} changed, or publish one of your own: `{record}`{caution}",
            parent.name()
        ),
    }
}
