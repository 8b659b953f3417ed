//! Rules that the spec asks for.

use super::{Open, left_alone, open, part, zone};
use crate::check::seen::Judged;
use crate::check::{Verdict, World};
use crate::cloudflare::plan::{Change, Subject};
use crate::item::{Redirect, ZonePath};
use crate::observed::ApiObject;
use crate::spec::model::Switch;

const REDIRECTS: &str = "http_request_dynamic_redirect";
const RATE_LIMITS: &str = "http_ratelimit";
const MANAGED: &str = "http_request_firewall_managed";
const CUSTOM: &str = "http_request_firewall_custom";

/// The rules of a phase, or the verdict without them.
fn rules(world: &World, phase: &str) -> Judged<Vec<ApiObject>> {
    let zone = zone(world)?;
    let Some(seen) = zone.phases.get(phase) else {
        return Err(Box::new(Verdict::unknown(format!("the rules of {phase} were not read"))));
    };
    Ok(part(seen)?.as_ref().map(|ruleset| ruleset.objects("rules")).unwrap_or_default())
}

fn of(phase: &'static str) -> impl Fn(&Subject) -> bool {
    move |subject| matches!(subject, Subject::Rule { phase: own, .. } if own == phase)
}

pub(in crate::check) fn redirect_rule_missing(redirect: &Redirect, world: &World) -> Verdict {
    if let Err(verdict) = rules(world, REDIRECTS) {
        return *verdict;
    }
    match open(world, of(REDIRECTS), Some(&redirect.place.path)) {
        None => Verdict::pass("the redirect happens, or has its rule"),
        Some(Open::Left(left)) => left_alone(left, "the redirect has no rule"),
        Some(Open::Change(change)) => otherwise(
            change,
            "no rule makes this redirect",
            "the rule of this redirect is not as the spec wants it",
            "`launch-ready plan` shows the rule; by hand: Rules > Redirect Rules",
        ),
    }
}

/// The verdict on a rule that a plan would make or change.
fn otherwise(change: &Change, missing: &str, differs: &str, help: &str) -> Verdict {
    let (message, label) = match change.before {
        None => (missing, "no such rule"),
        Some(_) => (differs, "rule differs"),
    };
    let (wanted, now) = (does(change.after.as_ref()), does(change.before.as_ref()));
    Verdict::fail(message).label(label).expected(wanted).observed(now).help(help)
}

/// What a rule does, in its own words.
fn does(rule: Option<&ApiObject>) -> String {
    let words = rule.and_then(|rule| rule.shown("description").or_else(|| rule.shown("expression")));
    words.map_or_else(|| "no such rule".to_owned(), |words| words.to_string())
}

pub(in crate::check) fn waf_off(world: &World) -> Verdict {
    let section = world.document.spec.cloudflare.as_ref();
    let wanted = section.and_then(|section| section.value.waf.as_ref()).map(|waf| waf.value);
    if wanted != Some(Switch::Managed) {
        return Verdict::not_applicable("the spec asks for no managed ruleset");
    }
    let plan = match zone(world) {
        Ok(zone) => zone.plan.clone(),
        Err(verdict) => return *verdict,
    };
    if plan.as_str() == "free" {
        return Verdict::not_applicable(
            "the plan is free: its managed ruleset is always on, and the full one needs the plan Pro",
        );
    }
    if let Err(verdict) = rules(world, MANAGED) {
        return *verdict;
    }
    match open(world, of(MANAGED), Some("cloudflare.waf")) {
        None => Verdict::pass("Cloudflare's managed ruleset is deployed"),
        Some(Open::Left(left)) => left_alone(left, "the managed ruleset is not deployed"),
        Some(Open::Change(_)) => {
            Verdict::fail("the managed ruleset is not deployed: known attacks reach the product")
                .label("not deployed")
                .expected("Cloudflare's managed ruleset on every request")
                .observed("no rule executes it")
                .help("Security > Security rules > Managed rules: deploy the Cloudflare Managed Ruleset")
        }
    }
}

pub(in crate::check) fn rate_limit_missing(limit: &ZonePath, world: &World) -> Verdict {
    if let Err(verdict) = rules(world, RATE_LIMITS) {
        return *verdict;
    }
    match open(world, of(RATE_LIMITS), Some(&limit.place.path)) {
        None => Verdict::pass("a rate limit covers the path"),
        Some(Open::Left(left)) => left_alone(left, "no rate limit covers the path"),
        Some(Open::Change(change)) => otherwise(
            change,
            "no rate limit covers the path: it can be tried as often as anybody likes",
            "the rate limit of the path is not as the spec wants it",
            "`launch-ready plan` shows the rule; by hand: Security > Security rules > Rate limiting rules",
        ),
    }
}

pub(in crate::check) fn machine_blocked(path: &ZonePath, world: &World) -> Verdict {
    if let Err(verdict) = rules(world, CUSTOM) {
        return *verdict;
    }
    match open(world, of(CUSTOM), Some("cloudflare.machine_paths")) {
        None => Verdict::pass(format!("no challenge stands before {}", path.path)),
        Some(Open::Left(left)) => left_alone(left, &format!("Cloudflare may challenge the programs that call {}", path.path)),
        Some(Open::Change(change)) => {
            Verdict::fail(format!("Cloudflare may challenge the programs that call {}: no rule exempts it", path.path))
                .label("may be challenged")
                .expected("a rule that skips challenges there")
                .observed(does(change.before.as_ref()))
                .help("`launch-ready plan` shows the rule; by hand: Security > Security rules > Custom rules, action Skip, first in the list")
        }
    }
}
