//! Whether a value is what its name says.

use super::{hidden, real, where_to};
use crate::check::{Verdict, World};
use crate::item::Variable;
use crate::observed::{Equals, VariableFacts};

pub(in crate::check) fn variable_malformed(variable: &Variable, world: &World) -> Verdict {
    let facts = match real(variable, world) {
        Ok(facts) => facts,
        Err(verdict) => return *verdict,
    };
    let declared = variable.details.and_then(|details| details.equals.as_ref());
    let equals = match (declared, facts.equals) {
        (Some(_), None) => {
            return Verdict::unknown("its value was not compared with that of the spec in this run");
        }
        (Some(_), Some(equals)) => unequal(equals),
        (None, _) => None,
    };
    let name = &variable.name;
    let faults: Vec<&str> = equals.into_iter().chain(facts.faults.iter().map(String::as_str)).collect();
    if faults.is_empty() {
        return fine(variable, facts);
    }
    let expected = match (declared, variable.kind) {
        (Some(declared), _) => crate::observed::Remote::new(&declared.value).as_str().to_owned(),
        (None, Some(kind)) => kind.what.clone(),
        (None, None) => "a value of the declared form".into(),
    };
    let help = if equals.is_some() {
        format!("set {name} to what the spec declares, or correct `equals`")
    } else {
        format!(
            "put the right value where production runs, whole and without what was pasted along{}",
            where_to(variable)
        )
    };
    Verdict::fail(format!("{name}: {}", faults.join("; ")))
        .expected(expected)
        .observed(hidden(facts))
        .label("has another form")
        .help(help)
}

fn unequal(equals: Equals) -> Option<&'static str> {
    match equals {
        Equals::Same => None,
        Equals::Slash => Some("it differs from what the spec declares by a slash at the end"),
        Equals::Case => Some("it differs from what the spec declares by capital letters"),
        Equals::Other => Some("it is not what the spec declares"),
    }
}

fn fine(variable: &Variable, facts: &VariableFacts) -> Verdict {
    let name = &variable.name;
    if facts.equals == Some(Equals::Same) {
        return Verdict::pass(format!("{name} is what the spec declares"));
    }
    match variable.kind {
        Some(kind) => Verdict::pass(format!("{name} has the form of {}", kind.what)),
        None => {
            Verdict::pass(format!("nothing is known of the form of {name} that its value would not have"))
        }
    }
}
