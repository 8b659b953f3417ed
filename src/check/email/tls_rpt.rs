//! TLS-RPT (RFC 8460): whether somebody hears where TLS to the mail servers fails.

use super::faults::{self, Fault, part};
use super::{Mail, damaged, declared_too, has_mx, place};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::mail::tls_rpt::{self, Reading, Record, record_name};
use crate::observed::Remote;
use crate::spec::Located;
use crate::spec::Place;
use crate::spec::model::ReportUri;
use crate::wanted;

/// The addresses that the spec declares.
fn declared<'w>(world: &'w World) -> Option<&'w Located<Vec<Located<ReportUri>>>> {
    match Mail::of(world) {
        Mail::Declared(settings) => settings.tls_rpt.as_ref(),
        _ => None,
    }
}

fn report_place(world: &World) -> Place {
    place(world, declared(world).map(|all| Place::new("email.tls_rpt", all.span)))
}

/// The records of the domain, and else what was meant as one.
fn texts<'w>(world: &'w World) -> Judged<(Vec<&'w str>, Vec<&'w str>)> {
    let answer = seen::dns(&record_name(world.domain()), "TXT", world)?;
    let all: Vec<&str> = answer.values("TXT").map(Remote::as_str).collect();
    let records = all.iter().copied().filter(|text| tls_rpt::is_record(text)).collect();
    Ok((records, all.into_iter().filter(|text| tls_rpt::resembles_record(text)).collect()))
}

pub(in crate::check) fn tls_rpt_missing(world: &World) -> Verdict {
    if matches!(Mail::of(world), Mail::None) {
        return Verdict::not_applicable("the domain receives no mail (`email: none`)");
    }
    let (domain, name) = (world.domain(), record_name(world.domain()));
    let (records, meant) = match texts(world) {
        Ok(both) => both,
        Err(verdict) => return *verdict,
    };
    if !records.is_empty() {
        return Verdict::pass(format!("published at {name}"));
    }
    if !meant.is_empty() {
        return Verdict::not_judged("email/tls-rpt-invalid", domain, "the text there is no TLS-RPT record");
    }
    let demanded = declared(world).is_some();
    if !demanded {
        match has_mx(world) {
            Ok(true) => {}
            Ok(false) => {
                return Verdict::not_applicable("the domain has no MX, and the spec declares no TLS reports");
            }
            Err(verdict) => return *verdict,
        }
    }
    if let Some(verdict) = declared_too(&name, "TXT", tls_rpt::is_record, world) {
        return verdict;
    }
    let why = if demanded {
        "although the spec declares `tls_rpt`"
    } else {
        "so nobody hears where TLS to its mail servers fails"
    };
    let address = if demanded { "" } else { ", with an address that somebody reads" };
    Verdict::fail(format!("{domain} has no TLS-RPT record, {why}"))
        .expected("a TXT record that begins with `v=TLSRPTv1;`")
        .observed(format!("none at {name}"))
        .label("no TLS reports")
        .help(format!("publish `{}`{address}", wanted::policy::tls_rpt_record(world, &[])))
        .at(report_place(world))
        .demanded_if(demanded)
}

pub(in crate::check) fn tls_rpt_invalid(world: &World) -> Verdict {
    let (records, meant) = match texts(world) {
        Ok(both) => both,
        Err(verdict) => return *verdict,
    };
    let name = record_name(world.domain());
    let (all, reading) = match (records.as_slice(), meant.as_slice()) {
        ([], []) => return absent(world),
        ([record], _) | ([], [record]) => {
            let reading = Record::read(record);
            (of_record(record, &reading, world), Some(reading))
        }
        ([], several) | (several, _) => (vec![several_of(several.len(), &name, world)], None),
    };
    let broken = reading.as_ref().is_none_or(|reading| !reading.errors.is_empty());
    if let Some(verdict) = damaged(&name, "TXT", world).filter(|_| broken) {
        return verdict;
    }
    let Some(verdict) = faults::verdict(all, "reports get lost") else {
        let addresses = reading.map(|reading| reading.rua).unwrap_or_default();
        return Verdict::pass(format!("reports go to {}", seen::listed(&addresses)));
    };
    let verdict = verdict.at(report_place(world));
    records.iter().chain(&meant).fold(verdict, |verdict, text| verdict.evidence(seen::txt(&name, text)))
}

fn several_of(count: usize, name: &str, world: &World) -> Fault {
    Fault {
        what: format!("{name} has {count} TLS-RPT records, so senders act as if there were none"),
        expected: "one record".into(),
        observed: format!("{count} records"),
        help: format!("publish `{}` and delete the others", wanted::policy::tls_rpt_record(world, &[])),
        mild: false,
    }
}

fn of_record(record: &str, reading: &Reading, world: &World) -> Vec<Fault> {
    let name = record_name(world.domain());
    let help = format!("publish `{}` in its place", wanted::policy::tls_rpt_record(world, &reading.rua));
    let fault = |what, expected: &str, observed| Fault {
        what,
        expected: expected.to_owned(),
        observed,
        help: help.clone(),
        mild: false,
    };
    let of_error = |error: &tls_rpt::SyntaxError| {
        let part = part(record, &error.span);
        let what = format!("the record at {name} has {} ({part}), so senders take it for none", error.kind);
        fault(what, "`v=TLSRPTv1; rua=` and `mailto:` or `https:` addresses", part)
    };
    let found: Vec<Fault> = reading.errors.iter().map(of_error).collect();
    if !found.is_empty() {
        return found;
    }
    let absent: Vec<String> = unpublished(&reading.rua, world);
    if absent.is_empty() {
        return found;
    }
    let (absent, all) = (seen::listed(&absent), seen::listed(&reading.rua));
    let what = format!("the record at {name} does not name {absent}, which the spec declares");
    vec![fault(what, &absent, all)]
}

/// Declared addresses that the record does not have.
fn unpublished(published: &[String], world: &World) -> Vec<String> {
    let declared = declared(world).into_iter().flat_map(|all| &all.value);
    let encoded = declared.map(|uri| tls_rpt::encoded(&uri.value.0));
    let absent = encoded.filter(|uri| !published.iter().any(|known| known.eq_ignore_ascii_case(uri)));
    absent.map(|uri| Remote::new(&uri).to_string()).collect()
}

/// The verdict without any record.
fn absent(world: &World) -> Verdict {
    let missing = tls_rpt_missing(world);
    match missing.status {
        Status::Fail if declared(world).is_some() => {
            Verdict::not_judged("email/tls-rpt-missing", world.domain(), "there is no TLS-RPT record")
        }
        Status::Fail | Status::NotApplicable => Verdict::not_applicable("there is no TLS-RPT record"),
        _ => missing,
    }
}
