//! Environment variables that production needs.

use std::collections::BTreeSet;

use crate::observed::{Observed, Remote};
use crate::spec::model::{Short, VariableDetails};
use crate::spec::{Document, Place};
use crate::variable::{Kind, dotenv, kind_of};

/// An environment variable.
#[derive(Debug, Clone)]
pub struct Variable<'a> {
    /// Its name.
    pub name: String,
    /// What the spec says of it, where it says more than its name.
    pub details: Option<&'a VariableDetails>,
    /// Where it stands.
    pub place: Place,
    /// What its name promises.
    pub kind: Option<&'static Kind>,
}

/// The declared variables. What is no name is told by `spec/inline-secret`.
pub fn variables(document: &Document) -> Vec<Variable<'_>> {
    let declared = document.spec.secrets.iter().flat_map(|secrets| &secrets.value.variables).enumerate();
    let all = declared.map(|(index, declared)| {
        let path = format!("secrets.variables[{index}]");
        let (name, details, place) = match &declared.value {
            Short::Word(name) => (name, None, Place::new(path, declared.span)),
            Short::Full(details) => {
                (&details.name.value, Some(details), Place::new(format!("{path}.name"), details.name.span))
            }
        };
        Variable { name: name.clone(), details, place, kind: kind_of(name) }
    });
    all.filter(|variable| dotenv::is_name(&variable.name)).collect()
}

/// The declared variables, and those that were found to be secrets in names that a build exposes.
pub fn exposable<'a>(document: &'a Document, observed: &Observed) -> Vec<Variable<'a>> {
    let mut all = variables(document);
    let declared: BTreeSet<String> = all.iter().map(|variable| variable.name.clone()).collect();
    let place = match &document.spec.secrets {
        Some(secrets) => Place::new("secrets", secrets.span),
        None => Place::new("domain", document.spec.domain.span),
    };
    let found = observed.variables.iter().flat_map(|variables| variables.set.keys());
    all.extend(found.filter(|name| !declared.contains(*name)).map(|name| Variable {
        name: Remote::new(name).as_str().to_owned(),
        details: None,
        place: place.clone(),
        kind: kind_of(name),
    }));
    all
}
