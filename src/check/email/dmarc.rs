//! DMARC (RFC 9989): the record and its policy.

use super::{Mail, declared_too, has_mx, place};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::mail;
use crate::observed::Remote;
use crate::spec::Place;
use crate::spec::model::{Dmarc, DmarcPolicy};

/// The records that apply to the domain.
pub(super) struct Found<'w> {
    /// `_dmarc.shop.test`, or that of a parent.
    pub(super) name: String,
    /// The records; receivers ignore them all where there are several.
    pub(super) records: Vec<&'w Remote>,
    /// True where a parent publishes them.
    pub(super) inherited: bool,
}

/// The records of the domain, or else of its nearest parent that has one (RFC 9989 section 4.10).
pub(super) fn find<'w>(world: &'w World) -> Judged<Option<Found<'w>>> {
    let domain = world.domain();
    let mut zone = Some(domain);
    while let Some(here) = zone {
        let name = format!("_dmarc.{here}");
        // A top-level domain seldom has one, and is looked at only where somebody asked.
        let is_top_level = !here.contains('.');
        if !is_top_level || world.observed.dns(&name, "TXT").is_some() {
            let answer = seen::dns(&name, "TXT", world)?;
            let records: Vec<&Remote> =
                answer.values("TXT").filter(|text| mail::is_dmarc(text.as_str())).collect();
            if !records.is_empty() {
                return Ok(Some(Found { name, records, inherited: here != domain }));
            }
        }
        zone = here.split_once('.').map(|(_, parent)| parent);
    }
    Ok(None)
}

fn declared<'w>(world: &'w World) -> Option<&'w Dmarc> {
    match Mail::of(world) {
        Mail::Declared(settings) => settings.dmarc.as_ref(),
        _ => None,
    }
}

/// Where the spec speaks about DMARC.
fn dmarc_place(world: &World) -> Place {
    let policy = declared(world).and_then(|dmarc| dmarc.policy.as_ref());
    let reports = || declared(world).and_then(|dmarc| dmarc.reports.first());
    let exact = policy
        .map(|policy| Place::new("email.dmarc.policy", policy.span))
        .or_else(|| reports().map(|report| Place::new("email.dmarc.reports[0]", report.span)));
    place(world, exact)
}

/// Why the domain needs a record, or the verdict where it needs none.
fn needed(world: &World) -> Judged<&'static str> {
    let none = |reason: &str| Err(Box::new(Verdict::not_applicable(reason)));
    match Mail::of(world) {
        Mail::None => none("the domain sends no mail (`email: none`)"),
        Mail::Declared(_) => Ok("the spec declares mail"),
        Mail::Undeclared if has_mx(world)? => Ok("the domain has mail"),
        Mail::Undeclared => none("the domain has no MX and the spec declares no mail"),
    }
}

pub(in crate::check) fn dmarc_missing(world: &World) -> Verdict {
    let (why, found) = match needed(world).and_then(|why| Ok((why, find(world)?))) {
        Ok(both) => both,
        Err(verdict) => return *verdict,
    };
    if let Some(found) = found {
        return Verdict::pass(format!("published at {}", found.name));
    }
    let domain = world.domain();
    if let Some(verdict) = declared_too(&format!("_dmarc.{domain}"), "TXT", mail::is_dmarc, world) {
        return verdict;
    }
    Verdict::fail(format!("{domain} has no DMARC record, but {why}"))
        .expected("a TXT record that begins with `v=DMARC1`")
        .observed(format!("none at _dmarc.{domain}"))
        .label("no DMARC record")
        .help(format!(
            "publish `_dmarc.{domain} TXT \"{}\"`; start with `p=none` only while you read the reports",
            wanted_record(world)
        ))
        .at(dmarc_place(world))
}

/// The policy that the spec or the policy profile asks for.
fn wanted(world: &World) -> DmarcPolicy {
    let declared = declared(world).and_then(|dmarc| dmarc.policy.as_ref()).map(|policy| policy.value);
    declared.unwrap_or(world.thresholds.dmarc_policy)
}

fn word(policy: DmarcPolicy) -> &'static str {
    match policy {
        DmarcPolicy::None => "none",
        DmarcPolicy::Quarantine => "quarantine",
        DmarcPolicy::Reject => "reject",
    }
}

fn wanted_record(world: &World) -> String {
    let mut tags = vec!["v=DMARC1".to_owned(), format!("p={}", word(wanted(world)))];
    if let Some(dmarc) = declared(world) {
        tags.extend(dmarc.subdomain_policy.as_ref().map(|policy| format!("sp={}", word(policy.value))));
        let reports: Vec<&str> = dmarc.reports.iter().map(|report| report.value.0.as_str()).collect();
        if !reports.is_empty() {
            tags.push(format!("rua={}", reports.join(",")));
        }
    }
    tags.join("; ")
}

pub(in crate::check) fn dmarc_policy_weak(world: &World) -> Verdict {
    let found = match find(world) {
        Ok(Some(found)) => found,
        Ok(None) => return absent(world),
        Err(verdict) => return *verdict,
    };
    let (effective, observed) = effective(&found);
    let wanted = wanted(world);
    if effective >= wanted {
        return Verdict::pass(format!("{observed} at {}", found.name));
    }
    let verdict = Verdict::fail(format!(
        "the DMARC record at {} asks receivers for less than {}: {observed}",
        found.name,
        word(wanted)
    ))
    .expected(format!("p={} or stricter", word(wanted)))
    .observed(observed)
    .label("policy is weaker")
    .help(help(world, &found, wanted))
    .at(dmarc_place(world));
    found.records.iter().fold(verdict, |verdict, record| verdict.evidence(record.as_str()))
}

/// The policy that receivers apply, and how that is written.
fn effective(found: &Found) -> (DmarcPolicy, String) {
    let [record] = found.records.as_slice() else {
        return (DmarcPolicy::None, format!("{} records, which receivers ignore", found.records.len()));
    };
    let record = record.as_str();
    let policy = mail::dmarc_policy(record, found.inherited);
    let tag = if found.inherited && mail::tag(record, "sp").is_some() { "sp" } else { "p" };
    (policy, format!("{tag}={}", word(policy)))
}

fn help(world: &World, found: &Found, wanted: DmarcPolicy) -> String {
    let domain = world.domain();
    match found.records.as_slice() {
        [record] if !found.inherited => {
            let text = with_policy(record.as_str(), word(wanted));
            format!(
                "when the reports show no mail of yours that fails, publish `_dmarc.{domain} TXT \"{text}\"`"
            )
        }
        [_] => format!(
            "publish a record of its own: `_dmarc.{domain} TXT \"{}\"`, or strengthen `sp=` at {}",
            wanted_record(world),
            found.name
        ),
        _ => format!("keep one record: `_dmarc.{domain} TXT \"{}\"`", wanted_record(world)),
    }
}

/// The record with another `p=`.
fn with_policy(record: &str, policy: &str) -> String {
    let is_policy = |tag: &str| tag.split_once('=').is_some_and(|(key, _)| key.trim() == "p");
    let mut tags: Vec<String> = record
        .split(';')
        .map(str::trim)
        .filter(|tag| !tag.is_empty() && !is_policy(tag))
        .map(str::to_owned)
        .collect();
    // RFC 7489 asked for `p` right behind `v`; every reader understands it there.
    tags.insert(1.min(tags.len()), format!("p={policy}"));
    tags.join("; ")
}

fn absent(world: &World) -> Verdict {
    let missing = dmarc_missing(world);
    match missing.status {
        Status::Fail => {
            Verdict::not_judged("email/dmarc-missing", world.domain(), "there is no DMARC record")
        }
        Status::NotApplicable => Verdict::not_applicable("there is no DMARC record, and none is needed"),
        _ => missing,
    }
}

#[cfg(test)]
mod tests {
    use super::with_policy;

    #[test]
    fn the_policy_is_replaced_in_place() {
        let record = "v=DMARC1; p=none; rua=mailto:a@shop.test;";
        assert_eq!(with_policy(record, "reject"), "v=DMARC1; p=reject; rua=mailto:a@shop.test");
        assert_eq!(with_policy("v=DMARC1", "reject"), "v=DMARC1; p=reject");
    }

    proptest::proptest! {
        #[test]
        fn any_record_can_be_changed(record in ".*") {
            proptest::prop_assert!(with_policy(&record, "reject").contains("p=reject"));
        }
    }
}
