//! Whether a value is production's own.

use super::{hidden, no_production, real, set, where_to};
use crate::check::{Verdict, World};
use crate::item::Variable;
use crate::observed::{Equals, KeyMode, Lead, LeadPlace, VariableFacts};
use crate::variable::exposed_by;

const NO_PRODUCTION: &str = "the spec declares no host of production";

pub(in crate::check) fn variable_test_mode(variable: &Variable, world: &World) -> Verdict {
    let facts = match set(variable, world) {
        Ok(facts) => facts,
        Err(verdict) => return *verdict,
    };
    let name = &variable.name;
    // A placeholder that is a whole test key is both.
    if facts.mode == Some(KeyMode::Test) {
        return if no_production(world) {
            Verdict::not_applicable(NO_PRODUCTION)
        } else {
            test_mode(variable, facts)
        };
    }
    if let Err(verdict) = real(variable, world) {
        return *verdict;
    }
    match facts.mode {
        Some(_) => Verdict::pass(format!("{name} is for live data")),
        None if variable.kind.is_some_and(|kind| kind.forms.iter().any(|form| form.mode.is_some())) => {
            Verdict::not_applicable("its value has none of the forms that tell live from test")
        }
        None => Verdict::not_applicable("nothing in such a value tells live from test"),
    }
}

fn test_mode(variable: &Variable, facts: &VariableFacts) -> Verdict {
    let sign = facts.sign.as_deref().unwrap_or("its form says so");
    let live =
        variable.kind.into_iter().flat_map(|kind| &kind.forms).find(|form| form.mode == Some(KeyMode::Live));
    let expected = match live {
        Some(form) if form.whole => format!("`{}`", form.begins),
        Some(form) => format!("a value that begins with `{}`", form.begins),
        None => "a value of the live account".into(),
    };
    Verdict::fail(format!("{} is for test data, not for production: {sign}", variable.name))
        .expected(expected)
        .observed(hidden(facts))
        .label("test mode")
        .help(format!("put the value of the live account where production runs{}", where_to(variable)))
}

pub(in crate::check) fn variable_development_url(variable: &Variable, world: &World) -> Verdict {
    let facts = match real(variable, world) {
        Ok(facts) => facts,
        Err(verdict) => return *verdict,
    };
    let name = &variable.name;
    let Some(lead) = &facts.lead else {
        return Verdict::not_applicable("its value is no URL");
    };
    if facts.equals == Some(Equals::Same) {
        return Verdict::pass(format!("{name} leads where the spec says"));
    }
    let others_follow = variable.kind.is_some_and(|kind| kind.own) || exposed_by(name).is_some();
    match lead.to {
        LeadPlace::Public => return Verdict::pass(format!("{name} leads to {}", lead.words)),
        LeadPlace::Private if !others_follow => {
            return Verdict::pass(format!("{name} leads to {}, which only servers follow", lead.words));
        }
        _ => {}
    }
    if no_production(world) {
        return Verdict::not_applicable(NO_PRODUCTION);
    }
    let verdict = leads_astray(variable, lead, facts);
    // A data base may well run beside the product.
    let beside =
        lead.to == LeadPlace::Local && variable.kind.is_some_and(|kind| kind.inner) && !others_follow;
    if beside { verdict.mild() } else { verdict }
}

fn leads_astray(variable: &Variable, lead: &Lead, facts: &VariableFacts) -> Verdict {
    let name = &variable.name;
    Verdict::fail(format!("{name} leads to {}", lead.words))
        .expected("a host of production")
        .observed(format!("{}, {}", lead.words, hidden(facts)))
        .label("leads astray")
        .help(format!(
            "put production's own address there; where this one is meant, say so in the spec: `{{name: {name}, equals: \"...\"}}`"
        ))
}
