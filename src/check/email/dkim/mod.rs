//! DKIM keys (RFC 6376 section 3.6): what stands at a selector, and which check speaks about it.
//!
//! One after the other, each only where those before found nothing: `dkim-missing` (nothing there
//! that is a key), `dkim-invalid` (it cannot be read, or there are several), `dkim-revoked`, then
//! `dkim-weak`, `dkim-testing` and `dkim-differs` about a key that can be read.

mod differs;
mod invalid;
mod key;
mod missing;
mod waiting;
mod words;

use super::{damaged, declared_too};
use crate::check::dns::record;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, Weight, World};
use crate::item::{Record, Selector};
use crate::mail::dkim::{self, Reading};
use crate::observed::{DnsAnswer, DnsRecord};

pub(in crate::check) use differs::dkim_differs;
pub(in crate::check) use invalid::dkim_invalid;
pub(in crate::check) use key::{dkim_revoked, dkim_testing, dkim_weak};
pub(in crate::check) use missing::dkim_missing;

/// A record that is meant as the selector's key.
#[derive(Debug)]
struct Published<'w> {
    /// Its owner is another name where the selector is an alias.
    record: &'w DnsRecord,
    reading: Reading,
}

/// What stands at a selector.
#[derive(Debug)]
enum State<'w> {
    /// Several texts, at least one of them a key.
    Several(Vec<&'w DnsRecord>),
    /// A key that cannot be used.
    Broken(Published<'w>),
    /// An empty `p=`.
    Revoked(Published<'w>),
    /// A key that can be read.
    Good(Published<'w>),
}

/// True for a record that is, or was meant as, a key.
fn is_key(record: &DnsRecord) -> bool {
    dkim::is_record(record.value.as_str())
}

/// What the selector is an alias of.
fn alias<'w>(selector: &Selector, answer: &'w DnsAnswer) -> Option<&'w str> {
    let own = |record: &&DnsRecord| record.name.as_str().eq_ignore_ascii_case(&selector.name);
    answer.of_type("CNAME").find(own).map(|record| record.value.as_str())
}

/// What stands there, or the verdict where nothing does that the selector is judged by.
fn state<'w>(selector: &Selector, world: &'w World) -> Judged<State<'w>> {
    match standing(selector, world)? {
        None => Err(Box::new(absent(selector, world))),
        // A provider may leave an empty key where its next one will stand.
        Some(State::Revoked(_)) if waiting::waits(selector, world)?.is_some() => Err(Box::new(idle())),
        Some(state) => Ok(state),
    }
}

/// What stands there, without regard to other selectors.
fn standing<'w>(selector: &Selector, world: &'w World) -> Judged<Option<State<'w>>> {
    let answer = seen::dns(&selector.name, "TXT", world)?;
    let texts: Vec<&DnsRecord> = answer.of_type("TXT").collect();
    let Some(record) = texts.iter().copied().find(|record| is_key(record)) else { return Ok(None) };
    if texts.len() > 1 {
        return Ok(Some(State::Several(texts)));
    }
    let reading = dkim::Record::read(&record.value.as_sent());
    let published = Published { record, reading };
    Ok(Some(if published.reading.record.is_revoked() {
        State::Revoked(published)
    } else if published.reading.errors.is_empty() {
        State::Good(published)
    } else {
        State::Broken(published)
    }))
}

/// The verdict of the checks of keys on a selector that has none yet, and needs none.
fn idle() -> Verdict {
    Verdict::not_applicable("the selector waits for the next change of keys")
}

/// The verdict of the other checks where there is no key.
fn absent(selector: &Selector, world: &World) -> Verdict {
    let missing = dkim_missing(selector, world);
    match missing.status {
        Status::Fail => Verdict::not_judged("email/dkim-missing", &selector.name, "there is no key"),
        Status::Pass => idle(),
        _ => missing,
    }
}

/// The key that can be read, or the verdict where there is none.
fn good<'w>(selector: &Selector, world: &'w World) -> Judged<Published<'w>> {
    let name = &selector.name;
    Err(Box::new(match state(selector, world)? {
        State::Good(published) => return Ok(published),
        State::Revoked(_) => Verdict::not_judged("email/dkim-revoked", name, "the key is withdrawn"),
        State::Broken(_) | State::Several(_) => {
            let invalid = dkim_invalid(selector, world);
            if invalid.status == Status::Fail {
                Verdict::not_judged("email/dkim-invalid", name, "the key cannot be used")
            } else {
                invalid
            }
        }
    }))
}

/// A failing verdict, unless the record is one that `dns.records` declares and that is not as
/// declared: then that is the red line.
fn unless_told(failing: Verdict, selector: &Selector, world: &World) -> Verdict {
    told_by_dns(selector, world).unwrap_or(failing)
}

/// The verdict where a check of `dns/*` names the same fault about the selector's record.
fn told_by_dns(selector: &Selector, world: &World) -> Option<Verdict> {
    let missing = || declared_too(&selector.name, "CNAME", |_| true, world);
    declared_too(&selector.name, "TXT", dkim::is_record, world).or_else(missing).or_else(|| {
        let own = world.items.records.iter().find(|declared| {
            is_about(declared, selector) && record::record_differs(declared, world).status == Status::Fail
        })?;
        let reason = "the published record is not the declared one";
        Some(Verdict::not_judged("dns/record-differs", record::subject(own), reason))
    })
}

/// True for a declared alias or key of the selector.
fn is_about(declared: &Record, selector: &Selector) -> bool {
    let holds_key = match declared.record.kind.value.name() {
        "CNAME" => true,
        "TXT" => declared.values.iter().any(|value| dkim::is_record(&value.meant)),
        _ => false,
    };
    declared.name == selector.name && holds_key
}

/// A key with which receivers verify mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) struct Usable {
    /// True for a key in test mode (`t=y`): receivers may treat the mail as if it were not signed,
    /// though most do not. `email/dkim-testing` is red then.
    pub(in crate::check) testing: bool,
    /// True where signatures may not name an identity below the domain (`t=s`).
    pub(in crate::check) strict: bool,
}

/// What mail that is signed with the selector meets at receivers: a key with which it verifies, or
/// the verdict of a check that needs one. That is `not_judged`, with the check that is red for the
/// selector; or unknown; or not applicable, for a selector that its sender does not sign with yet.
pub(in crate::check) fn usable(selector: &Selector, world: &World) -> Judged<Usable> {
    let record = good(selector, world)?.reading.record;
    let reasons = [
        ("email/dkim-weak", dkim_weak(selector, world), "the key is too weak"),
        ("email/dkim-differs", dkim_differs(selector, world), "the published key is another one"),
    ];
    for (check, verdict, reason) in reasons {
        if verdict.status == Status::Fail && verdict.weight != Weight::Mild {
            return Err(Box::new(Verdict::not_judged(check, &selector.name, reason)));
        }
        if verdict.because.is_some() {
            return Err(Box::new(verdict));
        }
    }
    Ok(Usable { testing: record.testing, strict: record.strict })
}

#[cfg(test)]
mod tests;
