//! Whether there is a record, and only one.

use super::{publish, spf_place};
use crate::check::email::{Mail, declared_too, garbled, has_mx};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::mail::spf::is_record;
use crate::mail::spf::tree::Found;
use crate::observed::Seen;

/// Why the domain needs a record, or the verdict where it needs none.
fn needed(world: &World) -> Judged<&'static str> {
    let none = |reason: &str| Err(Box::new(Verdict::not_applicable(reason)));
    match Mail::of(world) {
        Mail::None => none("the domain sends no mail (`email: none`)"),
        Mail::Declared(settings) if settings.spf.is_some() => Ok("the spec declares one"),
        Mail::Declared(settings) if !settings.send.is_empty() => Ok("the spec declares senders"),
        Mail::Declared(_) | Mail::Undeclared => {
            if has_mx(world)? {
                Ok("the domain has mail")
            } else {
                none("the domain has no MX and declares no sender")
            }
        }
    }
}

pub(in crate::check) fn spf_missing(world: &World) -> Verdict {
    let why = match needed(world) {
        Ok(why) => why,
        Err(verdict) => return *verdict,
    };
    if let Err(verdict) = seen::dns(world.domain(), "TXT", world) {
        return *verdict;
    }
    let (domain, root) = (world.domain(), &world.items.spf.root);
    match &root.found {
        Found::Record(reading) => {
            return Verdict::pass(format!("publishes `{}`", seen::cut(reading.record.text())));
        }
        Found::Several(texts) => return Verdict::pass(format!("publishes {} records", texts.len())),
        _ => {}
    }
    if let Some(verdict) = declared_too(domain, "TXT", is_record, world) {
        return verdict;
    }
    let damaged = root.look_alikes.first().and_then(|text| garbled(domain, text, world));
    if let Some(verdict) = damaged {
        return verdict;
    }
    let (what, observed) = match root.look_alikes.first() {
        Some(text) => (
            format!("the text `{}` at {domain} is no SPF record, and there is no other", seen::cut(text)),
            format!("`{}`", seen::cut(text)),
        ),
        None if has_old_type(world) => (
            format!(
                "{domain} has an SPF record of the type SPF only, which nobody reads any more (RFC 7208 section 3.1)"
            ),
            "a record of type 99, no TXT".into(),
        ),
        None => (format!("{domain} has no SPF record, but {why}"), "none".into()),
    };
    Verdict::fail(what)
        .expected("a TXT record that begins with `v=spf1` and a space")
        .observed(observed)
        .label("no SPF record")
        .help(format!("{}{}", publish(world), others_hint(world)))
        .at(spf_place(world))
}

/// True where the retired type SPF (99) holds a record.
fn has_old_type(world: &World) -> bool {
    matches!(world.observed.dns(world.domain(), "SPF"), Some(Seen::Answer(answer)) if !answer.records.is_empty())
}

/// Where the spec names nobody, nobody knows who else sends.
fn others_hint(world: &World) -> &'static str {
    match Mail::of(world) {
        Mail::Declared(settings) if !settings.send.is_empty() => "",
        _ => "; before `-all`, add the `include:` of everybody else who sends in the domain's name",
    }
}

/// The verdict of a check on a record that is not there.
pub(super) fn absent(world: &World) -> Verdict {
    let missing = spf_missing(world);
    match missing.status {
        Status::Fail => Verdict::not_judged("email/spf-missing", world.domain(), "there is no SPF record"),
        Status::NotApplicable => Verdict::not_applicable("there is no SPF record, and none is needed"),
        _ => missing,
    }
}

pub(in crate::check) fn spf_multiple(world: &World) -> Verdict {
    if let Err(verdict) = seen::dns(world.domain(), "TXT", world) {
        return *verdict;
    }
    let domain = world.domain();
    match &world.items.spf.root.found {
        Found::Record(_) => Verdict::pass("one record"),
        Found::Several(texts) => {
            let count = texts.len();
            let verdict =
                Verdict::fail(format!("{domain} has {count} SPF records: receivers treat that as an error"))
                    .expected("one SPF record")
                    .observed(format!("{count} records"))
                    .label("must be one record")
                    .help(format!("merge them into one: {}; then delete the others", publish(world)))
                    .at(spf_place(world));
            texts.iter().fold(verdict, |verdict, text| verdict.evidence(seen::txt(domain, text)))
        }
        _ => absent(world),
    }
}
