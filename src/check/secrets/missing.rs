//! Whether a declared variable has a value.

use super::{hidden, seen, source, where_to};
use crate::check::faults::{self, Fault};
use crate::check::{Verdict, World};
use crate::item::Variable;
use crate::observed::{Seen, Variables};

pub(in crate::check) fn variable_missing(variable: &Variable, world: &World) -> Verdict {
    let seen = match seen(world) {
        Ok(seen) => seen,
        Err(verdict) => return *verdict,
    };
    let name = &variable.name;
    let facts = seen.set.get(name);
    if facts.is_none() && is_elsewhere(seen, world) {
        return elsewhere(variable, seen, world);
    }
    let unset = facts.is_none().then(|| unset(variable, seen));
    let all: Vec<Fault> = unset.into_iter().chain(unnamed(variable, seen, world)).collect();
    if let Some(verdict) = faults::verdict(all, "has no value") {
        return match facts {
            Some(_) => verdict.label("not in the example"),
            None => verdict,
        };
    }
    let declared = world.document.spec.secrets.as_ref().and_then(|secrets| secrets.env_example.as_ref());
    if let (Some(file), Some(Seen::Unobserved(why)), Some(_)) = (declared, &seen.example, facts) {
        let file = crate::observed::Remote::new(&file.value);
        return Verdict::unknown(format!(
            "{name} has a value; {file}, which should name it, could not be read: {why}"
        ));
    }
    match facts {
        Some(facts) if facts.length == 0 => {
            Verdict::not_judged("secrets/variable-placeholder", name.clone(), "it is set to nothing")
        }
        Some(facts) => Verdict::pass(format!("{name} has a value, from {}", source(facts))),
        None => Verdict::unknown(crate::check::seen::NOT_OBSERVED),
    }
}

/// Where none of several variables is set, and nobody said that this would be the place, it is none.
fn is_elsewhere(seen: &Variables, world: &World) -> bool {
    let declared = &world.items.variables;
    let none = !declared.iter().any(|variable| seen.set.contains_key(&variable.name));
    declared.len() > 1 && none && seen.files.is_empty()
}

fn elsewhere(variable: &Variable, seen: &Variables, world: &World) -> Verdict {
    let count = world.items.variables.len();
    let verdict = Verdict::unknown(format!(
        "none of the {count} declared variables is set here, so this is not the environment of production"
    ))
    .help("run this where the variables are set (the deployment's own job), name their file with `--env-file FILE`, or leave them out with `--skip secrets`");
    match unnamed(variable, seen, world) {
        Some(fault) => verdict.evidence(fault.what),
        None => verdict,
    }
}

fn unset(variable: &Variable, seen: &Variables) -> Fault {
    let name = &variable.name;
    let files: Vec<String> = seen.files.iter().map(|file| file.as_str().to_owned()).collect();
    let places = if files.is_empty() {
        "in the environment".to_owned()
    } else {
        format!("in {} or in the environment", crate::check::seen::listed(&files))
    };
    let expected = variable.kind.map_or("a value".to_owned(), |kind| kind.what.clone());
    Fault {
        what: format!("{name} is not set, {places}"),
        expected,
        observed: "not set".into(),
        help: format!(
            "set {name} where production runs{}; where that is not here, name its variables with `--env-file FILE`",
            where_to(variable)
        ),
        mild: false,
    }
}

/// The fault of an example file that does not name the variable.
fn unnamed(variable: &Variable, seen: &Variables, world: &World) -> Option<Fault> {
    let Some(Seen::Answer(names)) = &seen.example else { return None };
    let name = &variable.name;
    let declared = world.document.spec.secrets.as_ref().and_then(|secrets| secrets.env_example.as_ref());
    let file = declared.map_or(".env.example", |file| file.value.as_str());
    let file = crate::observed::Remote::new(file);
    (!names.contains(name)).then(|| Fault {
        what: format!("{file} does not name {name}"),
        expected: format!("a line `{name}=` in {file}"),
        observed: "no such line".into(),
        help: format!("add `{name}=` to {file}, without its value: whoever sets up the next environment reads there what it needs"),
        mild: true,
    })
}

pub(in crate::check) fn variable_placeholder(variable: &Variable, world: &World) -> Verdict {
    let facts = match super::set(variable, world) {
        Ok(facts) => facts,
        Err(verdict) => return *verdict,
    };
    let name = &variable.name;
    let Some(reason) = &facts.placeholder else {
        return Verdict::pass(format!("the value of {name} is none of those that stand in for another"));
    };
    let expected = variable.kind.map_or("a real value".to_owned(), |kind| kind.what.clone());
    Verdict::fail(format!("{name} has no real value: {reason}"))
        .expected(expected)
        .observed(if facts.length == 0 { format!("nothing, from {}", source(facts)) } else { hidden(facts) })
        .label("no real value")
        .help(format!("put the real value where production runs{}", where_to(variable)))
}
