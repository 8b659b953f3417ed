//! Sender Policy Framework (RFC 7208).

use super::tags::{self, Ending};
use super::{Mail, has_mx, place, sender_names};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::observed::Remote;
use crate::spec::Place;
use crate::spec::model::{EmailSettings, Short, SpfAll};

/// The domain's SPF records.
fn records<'w>(world: &'w World) -> Judged<Vec<&'w Remote>> {
    let answer = seen::dns(world.domain(), "TXT", world)?;
    Ok(answer.values("TXT").filter(|text| tags::is_spf(text.as_str())).collect())
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
    let record = match only_record(world) {
        Ok(record) => record.as_str(),
        Err(verdict) => return *verdict,
    };
    let declared = match Mail::of(world) {
        Mail::Declared(settings) => settings.spf.as_ref().and_then(|spf| spf.all.as_ref()),
        _ => None,
    };
    let wanted = match declared.map(|all| all.value) {
        Some(SpfAll::Fail) => "-all",
        Some(SpfAll::Softfail) => "~all",
        None => "-all or ~all",
    };
    let strict = declared.is_some_and(|all| all.value == SpfAll::Fail);
    let (what, observed) = match tags::spf_ending(record) {
        Ending::All('-') => return Verdict::pass("ends in `-all`"),
        Ending::All('~') if !strict => return Verdict::pass("ends in `~all`"),
        Ending::All('~') => ("only marks mail from anybody else as suspicious".to_owned(), "~all".to_owned()),
        Ending::Redirect(target) => {
            return Verdict::pass(format!("ends in `redirect={}`, whose record decides", seen::cut(target)));
        }
        Ending::All('+') => ("allows the whole internet to send in its name".into(), "+all".into()),
        Ending::All(qualifier) => ("says nothing about anybody else".into(), format!("{qualifier}all")),
        Ending::Open => ("says nothing about anybody else".into(), "no `all`".into()),
    };
    Verdict::fail(format!("the SPF record of {} {what}", world.domain()))
        .expected(format!("ends in {wanted}"))
        .observed(observed)
        .label("too permissive")
        .help(format!(
            "publish `{} TXT \"{}\"`",
            world.domain(),
            closed(record, declared.map(|all| all.value))
        ))
        .at(spf_place(world))
        .evidence(record)
}

/// The record with its end as it should be.
fn closed(record: &str, declared: Option<SpfAll>) -> String {
    let end = if declared == Some(SpfAll::Softfail) { "~all" } else { "-all" };
    let is_all = |term: &str| term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all");
    let kept = record.split_whitespace().filter(|term| !is_all(term));
    kept.chain([end]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_closed_and_merged() {
        assert_eq!(closed("v=spf1 mx ?ALL", None), "v=spf1 mx -all");
        assert_eq!(closed("v=spf1", Some(SpfAll::Softfail)), "v=spf1 ~all");
        let (one, two) = (Remote::new("v=spf1 mx ~all"), Remote::new("v=spf1 mx include:a.test -all"));
        assert_eq!(merged(&[&one, &two]), "`v=spf1 mx include:a.test -all`");
    }
}
