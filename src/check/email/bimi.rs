//! BIMI: whether the published logo can be shown.

mod logo;

use super::faults::{self, Fault, part};
use super::{cause, damaged, enforcement, place};
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::mail::bimi::{self, Reading, Record, record_name};
use crate::observed::Remote;
use crate::spec::model::DmarcPolicy;
use crate::wanted;

pub(in crate::check) fn bimi_invalid(world: &World) -> Verdict {
    let name = record_name(world.domain());
    let answer = match seen::dns(&name, "TXT", world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    let all: Vec<&str> = answer.values("TXT").map(Remote::as_str).collect();
    let records: Vec<&str> = all.iter().copied().filter(|text| bimi::is_record(text)).collect();
    let meant: Vec<&str> = all.iter().copied().filter(|text| bimi::resembles_record(text)).collect();
    match (records.as_slice(), meant.as_slice()) {
        ([], []) => Verdict::not_applicable("there is no BIMI record"),
        ([record], _) | ([], [record]) => of_record(record, world),
        ([], several) | (several, _) => {
            let fault = several_of(several.len(), &name, world);
            let verdict = told(vec![fault], world).unwrap_or_else(|| Verdict::pass("one record"));
            several.iter().fold(verdict, |verdict, text| verdict.evidence(seen::txt(&name, text)))
        }
    }
}

fn told(all: Vec<Fault>, world: &World) -> Option<Verdict> {
    Some(faults::verdict(all, "no logo is shown")?.at(place(world, None)))
}

fn several_of(count: usize, name: &str, world: &World) -> Fault {
    let none = Record { location: None, evidence: None };
    Fault {
        what: format!("{name} has {count} BIMI records, so no logo is shown"),
        expected: "one record".into(),
        observed: format!("{count} records"),
        help: format!("keep one: `{}`", wanted::policy::bimi_record(world, &none)),
        mild: false,
    }
}

fn of_record(text: &str, world: &World) -> Verdict {
    let reading = Record::read(text);
    let mut all = record_faults(text, &reading, world);
    let name = record_name(world.domain());
    if let Some(verdict) = damaged(&name, "TXT", world).filter(|_| !all.is_empty()) {
        return verdict;
    }
    if all.is_empty() && reading.record.declines() {
        return Verdict::pass("the record declines a logo");
    }
    let mut gaps = Vec::new();
    for judged in [policy_fault(world).map(Vec::from_iter), logo::faults(&reading.record, world)] {
        match judged {
            Ok(faults) => all.extend(faults),
            Err(verdict) => gaps.push(verdict),
        }
    }
    if let Some(verdict) = told(all, world) {
        return verdict.evidence(seen::txt(&name, text));
    }
    match gaps.into_iter().next() {
        Some(gap) => *gap,
        None => Verdict::pass(said(&reading.record)),
    }
}

fn said(record: &Record) -> String {
    let logo = record.location.as_ref().map(seen::shown).unwrap_or_default();
    match &record.evidence {
        Some(_) => format!("{logo} can be shown; the mark certificate is not checked"),
        None => format!(
            "{logo} can be shown where no mark certificate is asked for: Gmail and Apple Mail ask for one (`a=`)"
        ),
    }
}

fn record_faults(text: &str, reading: &Reading, world: &World) -> Vec<Fault> {
    let name = record_name(world.domain());
    let help = format!("publish `{}` in its place", wanted::policy::bimi_record(world, &reading.record));
    let fault = |error: &bimi::SyntaxError| {
        let part = part(text, &error.span);
        Fault {
            what: format!("the record at {name} has {} ({part}), so no logo is shown", error.kind),
            expected: "`v=BIMI1; l=https://...; a=https://...`".into(),
            observed: part,
            help: help.clone(),
            mild: false,
        }
    };
    reading.errors.iter().map(fault).collect()
}

/// A logo is shown only where forged mail is refused or put aside.
fn policy_fault(world: &World) -> Judged<Option<Fault>> {
    let applied = enforcement::applied(world)?;
    let observed = match &applied {
        None => "no DMARC policy".to_owned(),
        Some(applied) => match applied.lacks(DmarcPolicy::Quarantine) {
            Some(lacks) => lacks,
            None => return Ok(None),
        },
    };
    if let Some(check) = cause::of_domain(enforcement::CHECKS, world) {
        let reason = "the DMARC policy does not allow a logo";
        return Err(Box::new(Verdict::not_judged(check, world.domain(), reason)));
    }
    let wanted = enforcement::wanted(applied.as_ref(), DmarcPolicy::Quarantine, world);
    let at = applied.map_or_else(|| wanted.name.clone(), |applied| applied.name);
    Ok(Some(Fault {
        what: format!(
            "mailbox providers show no logo for {}: DMARC is not enforced ({observed} at {at})",
            world.domain()
        ),
        expected: "p=quarantine or p=reject for all mail, subdomains too".into(),
        observed,
        help: format!("when the DMARC reports show no mail of yours that fails, publish `{wanted}`"),
        mild: false,
    }))
}
