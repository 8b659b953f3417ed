//! Sender Policy Framework (RFC 7208).

use super::redirect::{self, Broken, Decisive};
use super::{Mail, declared_too, has_mx, place, sender_names};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::mail::{self, Ending};
use crate::observed::Remote;
use crate::spec::model::{EmailSettings, Short, SpfAll};
use crate::spec::{Located, Place};

/// The domain's SPF records.
fn records<'w>(world: &'w World) -> Judged<Vec<&'w Remote>> {
    let answer = seen::dns(world.domain(), "TXT", world)?;
    Ok(answer.values("TXT").filter(|text| mail::is_spf(text.as_str())).collect())
}

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

/// Where the spec speaks about SPF.
fn spf_place(world: &World) -> Place {
    let Mail::Declared(settings) = Mail::of(world) else { return place(world, None) };
    let spf = settings.spf.as_ref();
    let all = spf.and_then(|spf| spf.all.as_ref()).map(|all| Place::new("email.spf.all", all.span));
    let sender = || settings.send.first().map(|sender| Place::new("email.send[0]", sender.span));
    place(world, all.or_else(sender))
}

pub(in crate::check) fn spf_missing(world: &World) -> Verdict {
    let why = match needed(world) {
        Ok(why) => why,
        Err(verdict) => return *verdict,
    };
    let records = match records(world) {
        Ok(records) => records,
        Err(verdict) => return *verdict,
    };
    if let Some(record) = records.first() {
        return Verdict::pass(format!("publishes `{}`", seen::cut(record.as_str())));
    }
    let domain = world.domain();
    if let Some(verdict) = declared_too(domain, "TXT", mail::is_spf, world) {
        return verdict;
    }
    Verdict::fail(format!("{domain} has no SPF record, but {why}"))
        .expected("a TXT record that begins with `v=spf1`")
        .observed("none")
        .label("no SPF record")
        .help(format!("publish `{domain} TXT \"{}\"`{}", wanted_record(world), include_hint(world)))
        .at(spf_place(world))
}

/// The record as far as the spec tells it.
fn wanted_record(world: &World) -> String {
    let mut terms = vec!["v=spf1".to_owned()];
    let mut all = "-all";
    if let Mail::Declared(settings) = Mail::of(world) {
        terms.extend(addresses(settings).iter().map(|address| ip_term(address)));
        if let Some(spf) = &settings.spf {
            terms.extend(spf.include.iter().map(|include| format!("include:{}", include.value.0)));
            if spf.all.as_ref().is_some_and(|all| all.value == SpfAll::Softfail) {
                all = "~all";
            }
        }
        if !sender_names(settings).is_empty() {
            terms.push("<includes>".into());
        }
    }
    terms.push(all.into());
    terms.join(" ")
}

fn addresses(settings: &EmailSettings) -> Vec<String> {
    let of_spf = settings.spf.iter().flat_map(|spf| &spf.ip).map(|ip| Remote::new(ip).to_string());
    let of_senders = settings.send.iter().flat_map(|sender| match &sender.value {
        Short::Full(details) => details.ip.iter().map(|ip| ip.value.0.to_string()).collect(),
        Short::Word(_) => Vec::new(),
    });
    of_spf.chain(of_senders).collect()
}

fn ip_term(address: &str) -> String {
    if address.contains(':') { format!("ip6:{address}") } else { format!("ip4:{address}") }
}

fn include_hint(world: &World) -> String {
    let Mail::Declared(settings) = Mail::of(world) else {
        return "; before `-all`, add the `include:` of everybody who sends in the domain's name".into();
    };
    let names = sender_names(settings);
    if names.is_empty() {
        String::new()
    } else {
        format!("; instead of `<includes>` write the `include:` that {} documents", seen::listed(&names))
    }
}

/// The one record, or the verdict where there is none or more than one.
fn only_record<'w>(world: &'w World) -> Judged<&'w Remote> {
    let records = records(world)?;
    let verdict = match records.as_slice() {
        [one] => return Ok(one),
        [] => absent(world),
        _ => Verdict::not_judged("email/spf-multiple", world.domain(), "there are several SPF records"),
    };
    Err(Box::new(verdict))
}

fn absent(world: &World) -> Verdict {
    let missing = spf_missing(world);
    match missing.status {
        Status::Fail => Verdict::not_judged("email/spf-missing", world.domain(), "there is no SPF record"),
        Status::NotApplicable => Verdict::not_applicable("there is no SPF record, and none is needed"),
        _ => missing,
    }
}

pub(in crate::check) fn spf_multiple(world: &World) -> Verdict {
    let records = match records(world) {
        Ok(records) => records,
        Err(verdict) => return *verdict,
    };
    match records.len() {
        0 => absent(world),
        1 => Verdict::pass("one record"),
        count => {
            let domain = world.domain();
            let mut verdict =
                Verdict::fail(format!("{domain} has {count} SPF records: receivers treat that as an error"))
                    .expected("one SPF record")
                    .observed(format!("{count} records"))
                    .label("must be one record")
                    .help(format!("merge them into one: {}; then delete the others", merged(&records)))
                    .at(spf_place(world));
            for record in records {
                verdict = verdict.evidence(record.as_str());
            }
            verdict
        }
    }
}

/// All terms of all records once, the strictest `all` last.
fn merged(records: &[&Remote]) -> String {
    let is_all = |term: &str| term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all");
    let mut terms: Vec<&str> = Vec::new();
    let mut all = "~all";
    for term in records.iter().flat_map(|record| record.as_str().split_whitespace().skip(1)) {
        if is_all(term) {
            all = if term.starts_with('-') { "-all" } else { all };
        } else if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let text = ["v=spf1"].into_iter().chain(terms).chain([all]).collect::<Vec<_>>().join(" ");
    format!("`{text}`")
}

pub(in crate::check) fn spf_permissive(world: &World) -> Verdict {
    let first = match only_record(world) {
        Ok(record) => record.as_str(),
        Err(verdict) => return *verdict,
    };
    match redirect::follow(first, world) {
        Ok(Ok(decisive)) => end(&decisive, world),
        Ok(Err(broken)) => leads_nowhere(&broken, first, world),
        Err(verdict) => *verdict,
    }
}

/// What the spec says about the end.
fn declared_end<'w>(world: &'w World) -> Option<&'w Located<SpfAll>> {
    match Mail::of(world) {
        Mail::Declared(settings) => settings.spf.as_ref().and_then(|spf| spf.all.as_ref()),
        _ => None,
    }
}

fn wanted_end(declared: Option<SpfAll>) -> &'static str {
    match declared {
        Some(SpfAll::Fail) => "-all",
        Some(SpfAll::Softfail) => "~all",
        None => "-all or ~all",
    }
}

/// Judges the end of the record that decides.
fn end(decisive: &Decisive, world: &World) -> Verdict {
    let declared = declared_end(world).map(|all| all.value);
    let (what, observed) = match decisive.ending {
        Ending::All('~') if declared == Some(SpfAll::Fail) => {
            ("only marks mail from anybody else as suspicious", "~all".to_owned())
        }
        Ending::All(strict @ ('-' | '~')) => return well_ended(decisive, strict),
        Ending::All('+') => ("allows the whole internet to send in its name", "+all".into()),
        Ending::All(qualifier) => ("says nothing about anybody else", format!("{qualifier}all")),
        Ending::Open | Ending::Redirect(_) => ("says nothing about anybody else", "no `all`".into()),
    };
    let (domain, name) = (world.domain(), seen::cut(&decisive.name));
    let redirected = decisive.passed.len() > 1;
    let (message, observed) = if redirected {
        let message = format!("the SPF record of {domain} redirects to {name}, whose record {what}");
        (message, format!("{observed} at {name}"))
    } else {
        (format!("the SPF record of {domain} {what}"), observed)
    };
    let publish = format!("publish `{name} TXT \"{}\"`", closed(decisive.record, declared));
    let verdict = Verdict::fail(message)
        .expected(format!("ends in {}", wanted_end(declared)))
        .observed(observed)
        .label("too permissive")
        .help(if redirected { format!("{publish}; {}", own_record(domain)) } else { publish })
        .at(spf_place(world));
    if redirected {
        let texts = decisive.passed.iter();
        texts.fold(verdict, |verdict, (name, text)| verdict.evidence(format!("{name} TXT \"{text}\"")))
    } else {
        verdict.evidence(decisive.record)
    }
}

fn well_ended(decisive: &Decisive, qualifier: char) -> Verdict {
    if decisive.passed.len() > 1 {
        Verdict::pass(format!("redirects to {}, which ends in `{qualifier}all`", seen::cut(&decisive.name)))
    } else {
        Verdict::pass(format!("ends in `{qualifier}all`"))
    }
}

fn own_record(domain: &str) -> String {
    format!("where that name is not yours, list your senders at {domain} itself and end the record in `-all`")
}

/// Receivers treat such a record as an error (RFC 7208 section 6.1): it restricts nobody.
fn leads_nowhere(broken: &Broken, first: &str, world: &World) -> Verdict {
    let domain = world.domain();
    Verdict::fail(format!("the SPF record of {domain} {}: receivers treat that as an error", broken.what))
        .expected(format!("ends in {}", wanted_end(declared_end(world).map(|all| all.value))))
        .observed(broken.observed.clone())
        .label("redirect leads nowhere")
        .help(format!(
            "let `redirect=` name a domain that publishes one SPF record ending in `-all`, or publish `{domain} TXT \"{}\"` with your senders in it",
            closed(first, declared_end(world).map(|all| all.value))
        ))
        .at(spf_place(world))
        .evidence(first)
}

/// The record with its end as it should be.
fn closed(record: &str, declared: Option<SpfAll>) -> String {
    let end = if declared == Some(SpfAll::Softfail) { "~all" } else { "-all" };
    let is_all = |term: &str| term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all");
    let is_redirect =
        |term: &str| term.split_once('=').is_some_and(|(key, _)| key.eq_ignore_ascii_case("redirect"));
    let kept = record.split_whitespace().filter(|term| !is_all(term) && !is_redirect(term));
    kept.chain([end]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_closed_and_merged() {
        assert_eq!(closed("v=spf1 mx ?ALL", None), "v=spf1 mx -all");
        assert_eq!(closed("v=spf1 mx redirect=a.test", None), "v=spf1 mx -all");
        assert_eq!(closed("v=spf1", Some(SpfAll::Softfail)), "v=spf1 ~all");
        let (one, two) = (Remote::new("v=spf1 mx ~all"), Remote::new("v=spf1 mx include:a.test -all"));
        assert_eq!(merged(&[&one, &two]), "`v=spf1 mx include:a.test -all`");
    }
}
