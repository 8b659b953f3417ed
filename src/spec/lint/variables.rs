//! What `secrets.variables` may get wrong.

use std::collections::BTreeMap;

use super::error;
use crate::spec::Span;
use crate::spec::load::SpecError;
use crate::spec::model::{Short, Spec};

/// A variable is declared once. Its name is not shown: somebody may have put a value in its place.
pub(super) fn twice(spec: &Spec, errors: &mut Vec<SpecError>) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for declared in spec.secrets.iter().flat_map(|secrets| &secrets.value.variables) {
        let (name, span) = match &declared.value {
            Short::Word(name) => (name.as_str(), declared.span),
            Short::Full(details) => (details.name.value.as_str(), details.name.span),
        };
        if let Some(earlier) = first.insert(name, span) {
            let message = "a variable is declared twice".into();
            let mut found =
                error(message, "again here", span, "keep one of them, with all that is known of it");
            found.related = Some((earlier, "first here".into()));
            errors.push(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::spec::load;

    #[test]
    fn a_variable_is_declared_once() {
        let spec = |list: &str| format!("domain: shop.test\nsecrets: {{variables: [{list}]}}");
        assert!(load::parse("-", &spec("A_KEY, B_KEY")).is_ok());
        let errors = load::parse("-", &spec("A_KEY, {name: A_KEY, min_length: 9}")).expect_err("an error");
        assert_eq!(errors.errors.len(), 1);
        assert!(errors.errors[0].to_string().contains("declared twice"));
    }
}
