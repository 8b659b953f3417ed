//! Judges of `secrets/*`: what must not be known to strangers, and what must be there.
//!
//! | file | judges |
//! |---|---|
//! | [`missing`] | whether it has a value: `variable-missing`, `variable-placeholder` |
//! | [`malformed`] | whether the value is what its name says: `variable-malformed` |
//! | [`production`] | whether it is production's: `variable-test-mode`, `variable-development-url` |
//! | [`leaked`], [`env_file`] | files and the Git history |
//! | [`kept`] | whether it stays secret, and fresh: `variable-public`, `-shared`, `-stale` |
//!
//! A value is never here: facts of it are.

mod env_file;
mod kept;
mod leaked;
mod malformed;
mod missing;
mod production;

use super::seen::{Judged, NOT_OBSERVED};
use super::{Verdict, World};
use crate::item::Variable;
use crate::observed::{VariableFacts, Variables};

pub(super) use env_file::env_file_committed;
pub(super) use kept::{variable_public, variable_shared, variable_stale};
pub(super) use leaked::{leaked_in_file, leaked_in_history};
pub(super) use malformed::variable_malformed;
pub(super) use missing::{variable_missing, variable_placeholder};
pub(super) use production::{variable_development_url, variable_test_mode};

/// What was seen of the variables.
fn seen<'w>(world: &'w World) -> Judged<&'w Variables> {
    world.observed.variables.as_ref().ok_or_else(|| Box::new(Verdict::unknown(NOT_OBSERVED)))
}

/// What is known of a variable that is set, be it to nothing.
fn set<'w>(variable: &Variable, world: &'w World) -> Judged<&'w VariableFacts> {
    let missing = || {
        let reason = "it has no value here";
        Box::new(Verdict::not_judged("secrets/variable-missing", variable.name.clone(), reason))
    };
    seen(world)?.set.get(&variable.name).ok_or_else(missing)
}

/// What is known of a variable that has a real value.
fn real<'w>(variable: &Variable, world: &'w World) -> Judged<&'w VariableFacts> {
    let facts = set(variable, world)?;
    if facts.placeholder.is_none() {
        return Ok(facts);
    }
    let reason = "its value stands in for the real one";
    Err(Box::new(Verdict::not_judged("secrets/variable-placeholder", variable.name.clone(), reason)))
}

/// Where a value comes from.
fn source(facts: &VariableFacts) -> String {
    facts.file.as_ref().map_or("the environment".into(), |file| file.as_str().to_owned())
}

/// A value in a report: its length is all of it.
fn hidden(facts: &VariableFacts) -> String {
    let s = if facts.length == 1 { "" } else { "s" };
    format!("{} character{s} (not shown), from {}", facts.length, source(facts))
}

/// Where to set a value, and where to get one.
fn where_to(variable: &Variable) -> String {
    let stored = variable.details.and_then(|details| details.stored_in.as_ref());
    let from = variable.kind.and_then(|kind| kind.from.as_ref());
    match (stored, from) {
        (Some(stored), _) => format!("; its original is kept in {}", stored.value),
        (None, Some(from)) => format!("; it comes from {from}"),
        (None, None) => String::new(),
    }
}

/// True where the spec declares nothing but staging, previews and development.
fn no_production(world: &World) -> bool {
    let hosts = &world.items.hosts;
    !hosts.is_empty() && !hosts.iter().any(crate::item::Host::is_production)
}
