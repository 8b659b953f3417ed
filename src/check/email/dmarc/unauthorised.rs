//! Whether other domains agreed to get reports (RFC 9990 section 4, RFC 7489 section 7.1), and can.

use super::{Applied, absent, aligned, applied, place, walk};
use crate::check::email::{mx, real_mx};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::{Destination, destinations};
use crate::mail::dmarc::{Mode, is_record, texts};
use crate::wanted;

/// What is wrong with one destination.
struct Fault {
    what: String,
    observed: String,
    cure: String,
    place: Option<crate::spec::Place>,
}

pub(in crate::check) fn dmarc_reports_unauthorised(world: &World) -> Verdict {
    let applied = applied(world);
    // A declared address will stand in a record of the domain's owner, whoever's record applies today.
    let publisher = match &applied {
        Ok(_) => walk(world.domain(), world).publisher().unwrap_or_else(|name| name.0),
        Err(_) => world.domain().to_owned(),
    };
    let own = applied.as_ref().ok().filter(|applied| applied.domain == publisher);
    let all = destinations(world.document, own.map(|applied| &applied.record));
    let outcomes: Vec<Judged<Option<Fault>>> =
        all.iter().map(|destination| judge(destination, &publisher, world)).collect();
    let mut faults = Vec::new();
    let mut unknown = None;
    for outcome in outcomes {
        match outcome {
            Ok(fault) => faults.extend(fault),
            Err(verdict) => unknown = unknown.or(Some(*verdict)),
        }
    }
    if !faults.is_empty() {
        return fail(&faults, own, world);
    }
    let foreign = own.is_none();
    match (unknown, applied) {
        (Some(verdict), _) => verdict,
        (None, Ok(applied)) if all.is_empty() && foreign => Verdict::not_applicable(format!(
            "the record is that of {}, whose own matter its addresses are",
            applied.domain
        )),
        (None, Err(_)) if all.is_empty() => absent_or(world),
        (None, Err(verdict)) if verdict.status == Status::Unknown && verdict.because.is_none() => *verdict,
        (None, _) if all.is_empty() => Verdict::not_applicable("no address for reports is named"),
        _ => {
            let domains: Vec<String> = all.into_iter().map(|destination| destination.domain).collect();
            Verdict::pass(format!("reports may go to {}", seen::listed(&domains)))
        }
    }
}

/// The verdict where there is neither a record nor a declared address.
fn absent_or(world: &World) -> Verdict {
    match applied(world) {
        Err(verdict) => *verdict,
        Ok(_) => absent(world),
    }
}

fn judge(destination: &Destination, publisher: &str, world: &World) -> Judged<Option<Fault>> {
    let fault = unauthorised(destination, publisher, world)?;
    match fault {
        Some(fault) => Ok(Some(fault)),
        None => deaf(destination, world),
    }
}

/// Whether the destination belongs to another organisation that has not agreed.
fn unauthorised(destination: &Destination, publisher: &str, world: &World) -> Judged<Option<Fault>> {
    let domain = &destination.domain;
    if domain == publisher {
        return Ok(None);
    }
    let name = wanted::authorisation_name(publisher, domain);
    let answer = seen::dns(&name, "TXT", world);
    if answer.as_ref().is_ok_and(|answer| texts(answer).iter().any(|text| is_record(text))) {
        return Ok(None);
    }
    if aligned(domain, publisher, Mode::Relaxed, world)? {
        return Ok(None);
    }
    let texts = texts(answer?);
    let observed = match texts.first() {
        None => format!("none at {name}"),
        Some(text) => {
            let shown = crate::observed::Remote::new(text);
            format!("{} at {name}", seen::quoted(&seen::cut(shown.as_str())))
        }
    };
    Ok(Some(Fault {
        what: format!("{domain} has not agreed to get the reports of {publisher}, so receivers send it none"),
        observed,
        cure: format!(
            "have the owner of {domain} publish `{}`, or name an address at {publisher}",
            wanted::authorisation(publisher, domain)
        ),
        place: destination.place.clone(),
    }))
}

/// Whether nobody can deliver mail there.
fn deaf(destination: &Destination, world: &World) -> Judged<Option<Fault>> {
    let domain = &destination.domain;
    // The domain's own lack of mail is another line.
    if domain == world.domain() && mx::mx_missing(world).status == Status::Fail {
        return Ok(None);
    }
    let answer = seen::dns(domain, "MX", world)?;
    if !real_mx(answer).is_empty() {
        return Ok(None);
    }
    let why = if answer.values("MX").next().is_some() {
        "it publishes a null MX, which refuses all mail"
    } else {
        let addresses = seen::addresses(domain, world);
        match (addresses.found.is_empty(), addresses.gap) {
            (false, _) => return Ok(None),
            (true, Some(gap)) => return Err(gap),
            (true, None) if addresses.nxdomain => "it does not exist",
            (true, None) => "it has neither an MX nor an address",
        }
    };
    Ok(Some(Fault {
        what: format!("reports to {domain} are lost, because {why}"),
        observed: format!("{domain}: {why}"),
        cure: format!("name an address at a domain that receives mail instead of one at {domain}"),
        place: destination.place.clone(),
    }))
}

fn fail(faults: &[Fault], applied: Option<&Applied>, world: &World) -> Verdict {
    // An address that only the record has is nobody's line: the section is pointed at, not another address.
    let exact = faults.iter().find_map(|fault| fault.place.clone());
    let each =
        |part: fn(&Fault) -> &str| -> String { faults.iter().map(part).collect::<Vec<_>>().join("; ") };
    let verdict = Verdict::fail(each(|fault| &fault.what))
        .expected("domains that agreed to get the reports, and receive mail")
        .observed(each(|fault| &fault.observed))
        .label("reports are lost")
        .help(each(|fault| &fault.cure))
        .at(place(world, exact));
    applied
        .into_iter()
        .fold(verdict, |verdict, applied| verdict.evidence(seen::txt(&applied.name(), applied.record.text())))
}
