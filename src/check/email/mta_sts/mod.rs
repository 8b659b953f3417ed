//! MTA-STS (RFC 8461): whether senders are told that mail goes over TLS only, and whether what they
//! are told holds.

mod hosts;
mod policy;
mod record;

use super::faults::{self, Fault};
use super::{Mail, damaged, declared_too, has_mx, place};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::improbable_name;
use crate::mail::mta_sts::{self, Mode, policy_host, policy_url, record_name};
use crate::observed::Remote;
use crate::spec::Place;
use crate::wanted;

/// Why senders that follow MTA-STS (RFC 8461 section 5) deliver nothing to a server whose TLS they cannot
/// verify, in a sentence; none where nothing says that they must.
pub(super) fn enforced(world: &World) -> Option<&'static str> {
    if is_enforced_now(world) {
        return Some("the MTA-STS policy says enforce: senders that follow it deliver nothing");
    }
    let declared = wanted::policy::declared_mode(world) == Some(Mode::Enforce);
    declared.then_some("the spec asks for the MTA-STS mode enforce: senders that follow it deliver nothing")
}

/// True where a policy that senders take says so.
fn is_enforced_now(world: &World) -> bool {
    let Ok(texts) = Texts::of(world) else { return false };
    let [record] = texts.records.as_slice() else { return false };
    mta_sts::Record::parse(record).is_ok()
        && policy::look(world)
            .is_ok_and(|looked| looked.policy.is_some_and(|policy| policy.mode == Mode::Enforce))
}

/// Where the spec speaks about MTA-STS.
fn sts_place(world: &World) -> Place {
    let declared = match Mail::of(world) {
        Mail::Declared(settings) => settings.mta_sts.as_ref(),
        _ => None,
    };
    place(world, declared.map(|mode| Place::new("email.mta_sts", mode.span)))
}

/// The texts at the record's name: records, and what was meant as one.
struct Texts<'w> {
    records: Vec<&'w str>,
    meant: Vec<&'w str>,
}

impl<'w> Texts<'w> {
    fn of(world: &'w World) -> Judged<Self> {
        let answer = seen::dns(&record_name(world.domain()), "TXT", world)?;
        let all: Vec<&str> = answer.values("TXT").map(Remote::as_str).collect();
        Ok(Self {
            records: all.iter().copied().filter(|text| mta_sts::is_record(text)).collect(),
            meant: all.into_iter().filter(|text| mta_sts::resembles_record(text)).collect(),
        })
    }
}

/// How to publish everything.
fn publish(world: &World, mode: Mode) -> String {
    format!("{}, and publish `{}`", serve(world, mode), wanted::policy::mta_sts_record(world))
}

/// How to serve the policy.
fn serve(world: &World, mode: Mode) -> String {
    let lines = wanted::policy::mta_sts_policy(world, mode);
    let lines: Vec<String> = lines.iter().map(|line| format!("`{line}`")).collect();
    let host = policy_host(world.domain());
    format!(
        "serve a file with the lines {} as text/plain at https://{host}/.well-known/mta-sts.txt",
        seen::in_full(&lines)
    )
}

pub(in crate::check) fn mta_sts_missing(world: &World) -> Verdict {
    if matches!(Mail::of(world), Mail::None) {
        return Verdict::not_applicable("the domain receives no mail (`email: none`)");
    }
    let domain = world.domain();
    let texts = match Texts::of(world) {
        Ok(texts) => texts,
        Err(verdict) => return *verdict,
    };
    let name = record_name(domain);
    if !texts.records.is_empty() {
        return Verdict::pass(format!("published at {name}"));
    }
    if !texts.meant.is_empty() {
        return Verdict::not_judged("email/mta-sts-invalid", domain, "the text there is no MTA-STS record");
    }
    let declared = wanted::policy::declared_mode(world);
    if declared.is_none() {
        match has_mx(world) {
            Ok(true) => {}
            Ok(false) => {
                return Verdict::not_applicable("the domain has no MX, and the spec declares no MTA-STS");
            }
            Err(verdict) => return *verdict,
        }
    }
    if let Some(verdict) = declared_too(&name, "TXT", mta_sts::is_record, world) {
        return verdict;
    }
    missing(world, declared)
}

fn missing(world: &World, declared: Option<Mode>) -> Verdict {
    let domain = world.domain();
    let mode = declared.unwrap_or(Mode::Testing);
    let (why, then) = if declared.is_some() {
        (format!("although the spec declares `mta_sts: {}`", mode.word()), "")
    } else {
        let why = "so whoever can change traffic to its mail servers can read the mail";
        (why.to_owned(), "; when the TLS reports are quiet, change the mode to enforce")
    };
    let help = format!("{}{then}", publish(world, mode));
    let host = policy_host(domain);
    let idle = if has_host(&host, world) {
        format!("; {host} exists, but without the record no sender asks for a policy")
    } else {
        String::new()
    };
    Verdict::fail(format!("{domain} has no MTA-STS record, {why}{idle}"))
        .expected("a TXT record that begins with `v=STSv1;`")
        .observed(format!("none at {}", record_name(domain)))
        .label("no MTA-STS record")
        .help(help)
        .at(sts_place(world))
        .demanded_if(declared.is_some())
}

/// True where the policy's host resolves, and not because every name does.
fn has_host(host: &str, world: &World) -> bool {
    let anybody = improbable_name(world.domain());
    !seen::addresses(host, world).found.is_empty() && seen::addresses(&anybody, world).found.is_empty()
}

pub(in crate::check) fn mta_sts_invalid(world: &World) -> Verdict {
    let texts = match Texts::of(world) {
        Ok(texts) => texts,
        Err(verdict) => return *verdict,
    };
    if texts.records.is_empty() && texts.meant.is_empty() {
        return absent(world);
    }
    let name = record_name(world.domain());
    let mut all = record::faults(&texts, world);
    if let Some(verdict) = damaged(&name, "TXT", world).filter(|_| !all.is_empty()) {
        return verdict;
    }
    let mut lines = Vec::new();
    let rest = policy::look(world).and_then(|looked| {
        all.extend(looked.faults);
        lines = looked.lines;
        looked.policy.map(|policy| hosts::look(&policy, world)).transpose()
    });
    let (gap, seen) = match rest {
        Ok(seen) => (None, seen),
        Err(verdict) => (Some(verdict), None),
    };
    let said = seen.map_or_else(String::new, |seen| {
        all.extend(seen.fault);
        seen.said
    });
    match (faults::verdict(all, "senders cannot follow it"), gap) {
        (Some(verdict), _) => {
            let verdict = verdict.at(sts_place(world));
            let verdict = texts
                .records
                .iter()
                .chain(&texts.meant)
                .fold(verdict, |v, text| v.evidence(seen::txt(&name, text)));
            lines.into_iter().fold(verdict, Verdict::evidence)
        }
        (None, Some(gap)) => *gap,
        (None, None) => Verdict::pass(said),
    }
}

/// The verdict without any record.
fn absent(world: &World) -> Verdict {
    let missing = mta_sts_missing(world);
    match missing.status {
        Status::Fail if wanted::policy::declared_mode(world).is_some() => {
            Verdict::not_judged("email/mta-sts-missing", world.domain(), "there is no MTA-STS record")
        }
        Status::Fail | Status::NotApplicable => Verdict::not_applicable("there is no MTA-STS record"),
        _ => missing,
    }
}

/// The URL of the policy; a domain whose name makes none has no policy.
fn url(world: &World) -> Judged<url::Url> {
    policy_url(world.domain())
        .ok_or_else(|| Box::new(Verdict::unknown("the name of the policy's host makes no URL")))
}

/// A fault that makes senders take the whole for none.
fn broken(what: String, expected: &str, observed: String, help: String) -> Fault {
    Fault { what, expected: expected.to_owned(), observed, help, mild: false }
}
