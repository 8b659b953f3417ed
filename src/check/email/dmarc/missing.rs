//! Whether any record applies.

use super::{Found, Mail, damaged, dmarc_place, mailless, publish, unanswered, unusable, walk};
use crate::check::email::{declared_too, has_mx};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World, dns};
use crate::mail::dmarc::{is_record, record_name, texts};
use crate::observed::DnsAnswer;

/// Why the domain needs a record, or the verdict where it needs none.
fn needed(world: &World) -> Judged<&'static str> {
    match Mail::of(world) {
        Mail::Declared(_) => Ok("the spec declares mail"),
        Mail::Undeclared if has_mx(world)? => Ok("the domain has mail"),
        Mail::Undeclared => {
            let reason = "the domain has no MX and the spec declares no mail";
            Err(Box::new(Verdict::not_applicable(reason)))
        }
        Mail::None => Err(Box::new(mailless(world).unwrap_or_else(|| Verdict::not_applicable("no mail")))),
    }
}

pub(in crate::check) fn dmarc_missing(world: &World) -> Verdict {
    judge(world).unwrap_or_else(|verdict| *verdict)
}

fn judge(world: &World) -> Judged<Verdict> {
    let why = needed(world)?;
    let walk = walk(world.domain(), world);
    if let Some(fault) = unusable(&walk, world) {
        return Ok(fault);
    }
    if let Some(applies) = walk.policy().map_err(|name| unanswered(&name, world))? {
        return Ok(Verdict::pass(format!("published at {}", record_name(applies.domain))));
    }
    let name = record_name(world.domain());
    if let Some(verdict) = declared_too(&name, "TXT", is_record, world) {
        return Ok(verdict);
    }
    debug_assert!(matches!(walk.steps.first().map(|step| &step.found), Some(Found::Nothing) | None));
    if let Some(verdict) = damaged(world) {
        return Ok(verdict);
    }
    let answer = seen::dns(&name, "TXT", world)?;
    Ok(dangling(&name, world).unwrap_or_else(|| missing(why, answer, world)))
}

/// The verdict where the name is a declared alias that leads nowhere.
fn dangling(name: &str, world: &World) -> Option<Verdict> {
    let item = world.items.names.iter().find(|item| item.name == name)?;
    let red = dns::cname_dangling(item, world).status == Status::Fail;
    red.then(|| Verdict::not_judged("dns/cname-dangling", name, "its alias leads nowhere"))
}

fn missing(why: &str, answer: &DnsAnswer, world: &World) -> Verdict {
    let domain = world.domain();
    let name = record_name(domain);
    let (instead, observed) = instead(&name, answer, world);
    let verdict = Verdict::fail(format!("{domain} has no DMARC record, but {why}{instead}"))
        .expected("a TXT record that begins with `v=DMARC1`")
        .observed(observed)
        .label("no DMARC record")
        .help(publish(None, world))
        .at(dmarc_place(world));
    answer.values("TXT").fold(verdict, |verdict, text| verdict.evidence(seen::txt(&name, text.as_str())))
}

/// What is there instead of a record, as the end of the message and for itself.
fn instead(name: &str, answer: &DnsAnswer, world: &World) -> (String, String) {
    let domain = world.domain();
    if let Some(alias) = answer.of_type("CNAME").last() {
        let target = seen::cut(alias.value.as_str());
        let end = if answer.nxdomain { "which does not exist" } else { "which has no such record" };
        return (format!("; {name} is an alias of {target}, {end}"), format!("CNAME {target}, {end}"));
    }
    if let Some(text) = answer.values("TXT").next() {
        let what = if text.as_str().starts_with("v=spf1") { "an SPF record" } else { "another text" };
        let shown = seen::quoted(&seen::cut(text.as_str()));
        return (format!("; at {name} stands {what}, perhaps by a wildcard"), format!("{shown} at {name}"));
    }
    let apex = seen::dns(domain, "TXT", world).ok().map(texts).unwrap_or_default();
    if apex.iter().any(|text| is_record(text)) {
        let message = format!("; one stands at {domain} itself, where receivers do not look");
        return (message, format!("one at {domain}, none at {name}"));
    }
    (String::new(), format!("none at {name}"))
}
