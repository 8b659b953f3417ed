//! How strict the record is: for the domain, for what is below it, and whether it is meant yet.

use super::{Applied, applied, broken, dmarc_place, mailless, organisation, void};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::mail::dmarc::{DmarcPolicy, Policies};
use crate::spec::Place;
use crate::wanted;

/// The record that applies to a domain with mail, where its policy can be read.
fn readable(world: &World) -> Judged<(Applied, Policies)> {
    if let Some(verdict) = mailless(world) {
        return Err(Box::new(verdict));
    }
    let applied = applied(world)?;
    match (void(&applied, world), applied.record.policies()) {
        (Some(verdict), _) => Err(Box::new(verdict)),
        (None, Some(policies)) => Ok((applied, policies)),
        (None, None) => Err(Box::new(broken(world))),
    }
}

fn evidence(verdict: Verdict, applied: &Applied) -> Verdict {
    verdict.evidence(seen::txt(&applied.name(), applied.record.text()))
}

pub(in crate::check) fn dmarc_policy_weak(world: &World) -> Verdict {
    let (applied, _) = match readable(world) {
        Ok(found) => found,
        Err(verdict) => return *verdict,
    };
    let effective = applied.policy().unwrap_or(DmarcPolicy::None);
    let observed = written(&applied, effective);
    let wanted = wanted::dmarc_goal(world);
    if effective >= wanted {
        return Verdict::pass(format!("{observed} at {}", applied.name()));
    }
    let verdict = Verdict::fail(format!(
        "the DMARC record at {} asks receivers for less than {}: {observed}",
        applied.name(),
        wanted.word()
    ))
    .expected(format!("p={} or stricter", wanted.word()))
    .observed(observed)
    .label("policy is weaker")
    .help(policy_help(&applied, "`sp=` strengthened", world))
    .at(dmarc_place(world));
    evidence(verdict, &applied)
}

/// The policy for the domain as the record has it.
fn written(applied: &Applied, effective: DmarcPolicy) -> String {
    let record = &applied.record;
    match (applied.inherited, record.sp, record.p) {
        (true, Some(_), _) => format!("sp={}", effective.word()),
        (_, _, None) => "no p, which counts as p=none".to_owned(),
        _ => format!("p={}", effective.word()),
    }
}

fn policy_help(applied: &Applied, inherited: &str, world: &World) -> String {
    if applied.inherited {
        let (record, name) = (wanted::dmarc(world, None), applied.name());
        return format!("publish a record of its own: `{record}`, or have {inherited} at {name}");
    }
    let record = wanted::dmarc(world, Some(&applied.record));
    format!("when the reports show no mail of yours that fails, publish `{record}`")
}

pub(in crate::check) fn dmarc_subdomain_weak(world: &World) -> Verdict {
    subdomains(world).unwrap_or_else(|verdict| *verdict)
}

fn subdomains(world: &World) -> Judged<Verdict> {
    let (applied, policies) = readable(world)?;
    let domain = world.domain();
    let above = if applied.inherited { applied.domain.clone() } else { organisation(domain, world)? };
    if above != domain {
        let reason = format!("names below {domain} take their policy from {above}");
        return Ok(Verdict::not_applicable(reason));
    }
    let wanted = wanted::subdomain_goal(world, policies.domain);
    let weak: Vec<(&str, DmarcPolicy)> = [("sp", policies.subdomains), ("np", policies.nonexistent)]
        .into_iter()
        .filter(|(_, policy)| *policy < wanted)
        .collect();
    let Some((tag, policy)) = weak.first().copied() else {
        let words = [policies.subdomains, policies.nonexistent].map(DmarcPolicy::word);
        let [existing, other] = words;
        return Ok(Verdict::pass(format!("{existing} for subdomains, {other} for names that do not exist")));
    };
    // Without a tag of its own it is as weak as `p`, and another line says so.
    let inherits = applied.record.sp.is_none() && tag == "sp";
    if inherits && wanted::dmarc_goal(world) >= wanted && dmarc_policy_weak(world).status == Status::Fail {
        let reason = format!("subdomains inherit p={}", policies.domain.word());
        return Ok(Verdict::not_judged("email/dmarc-policy-weak", domain, &reason));
    }
    Ok(weak_below(&applied, (tag, policy), wanted, world))
}

fn weak_below(
    applied: &Applied,
    (tag, policy): (&str, DmarcPolicy),
    wanted: DmarcPolicy,
    world: &World,
) -> Verdict {
    let whose = if tag == "sp" { "names below it" } else { "names below it that do not exist" };
    let stated = match tag {
        "sp" if applied.record.sp.is_none() => format!("no sp, so p={}", policy.word()),
        _ => format!("{tag}={}", policy.word()),
    };
    let declared = wanted::declared_dmarc(world).and_then(|dmarc| dmarc.subdomain_policy.as_ref());
    let place = declared.map(|policy| Place::new("email.dmarc.subdomain_policy", policy.span));
    let verdict = Verdict::fail(format!(
        "the DMARC record of {} protects {whose} less than {}: {stated}",
        world.domain(),
        if declared.is_some() { "declared" } else { "itself" },
    ))
    .expected(format!("{tag}={} or stricter", wanted.word()))
    .observed(stated)
    .label("subdomains are weaker")
    .help(publish_below(applied, world))
    .at(place.unwrap_or_else(|| dmarc_place(world)));
    evidence(verdict, applied)
}

fn publish_below(applied: &Applied, world: &World) -> String {
    let record = wanted::dmarc(world, Some(&applied.record));
    format!("when no subdomain sends mail that fails, publish `{record}`")
}

pub(in crate::check) fn dmarc_testing(world: &World) -> Verdict {
    let (applied, policies) = match readable(world) {
        Ok(found) => found,
        Err(verdict) => return *verdict,
    };
    let published = strictest(policies, applied.inherited);
    let record = &applied.record;
    let mut tags = Vec::new();
    let mut effects = Vec::new();
    if record.testing {
        tags.push("t=y".to_owned());
        let instead = published.weaker().word();
        effects
            .push(format!("receivers that follow RFC 9989 apply {instead} instead of {}", published.word()));
    }
    if let Some(percent) = record.percent.filter(|percent| *percent < 100) {
        tags.push(format!("pct={percent}"));
        let instead = published.weaker().word();
        effects.push(format!(
            "receivers that follow RFC 7489 apply {} to {percent} % of the mail that fails and {instead} to the rest",
            published.word()
        ));
    }
    if tags.is_empty() {
        return Verdict::pass("the policy applies to all mail");
    }
    if published == DmarcPolicy::None {
        return Verdict::pass(format!("{} changes nothing under p=none", tags.join(" and ")));
    }
    let verdict = Verdict::fail(format!(
        "the DMARC record at {} is in test mode with {}: {}",
        applied.name(),
        tags.join(" and "),
        effects.join(", and ")
    ))
    .expected("neither `t=y` nor `pct` below 100")
    .observed(tags.join("; "))
    .label("only tested")
    .help(policy_help(&applied, "that taken out", world))
    .at(dmarc_place(world));
    evidence(verdict, &applied)
}

/// The strictest policy that the record has for names of the product.
fn strictest(policies: Policies, inherited: bool) -> DmarcPolicy {
    let below = policies.subdomains.max(policies.nonexistent);
    if inherited { policies.subdomains } else { policies.domain.max(below) }
}
