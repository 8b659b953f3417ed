//! What the section `secrets` may get wrong.

use std::collections::BTreeMap;

use super::{error, shown};
use crate::spec::Span;
use crate::spec::load::SpecError;
use crate::spec::model::{Short, Spec};

/// A variable is declared once. Its name is not shown: somebody may have put a value in its place.
pub(super) fn variables_twice(spec: &Spec, errors: &mut Vec<SpecError>) {
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

/// A fingerprint has 16 hexadecimal digits in lower case, and stands once.
pub(super) fn fingerprints(spec: &Spec, errors: &mut Vec<SpecError>) {
    let allowed = spec.secrets.iter().flat_map(|secrets| &secrets.value.allow);
    let mut known: Vec<&str> = Vec::new();
    for fingerprint in allowed.map(|allowed| &allowed.fingerprint) {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if fingerprint.len() != 16 || !fingerprint.bytes().all(is_digit) {
            // Somebody may have put the secret itself here: it is not repeated.
            errors.push(error(
                "a fingerprint has 16 hexadecimal digits in lower case".into(),
                "no fingerprint",
                fingerprint.span,
                "copy the fingerprint that the finding shows, never the secret itself",
            ));
        } else if known.contains(&fingerprint.value.as_str()) {
            errors.push(error(
                format!("the fingerprint {} stands twice", fingerprint.value),
                "again here",
                fingerprint.span,
                "keep one of them",
            ));
        }
        known.push(&fingerprint.value);
    }
}

/// Paths name something, and each once.
pub(super) fn paths(spec: &Spec, errors: &mut Vec<SpecError>) {
    let scan = spec.secrets.as_ref().and_then(|secrets| secrets.value.scan.as_ref());
    let mut known: Vec<&str> = Vec::new();
    for path in scan.iter().flat_map(|scan| &scan.paths) {
        if path.is_empty() {
            let help = "write a file or folder, relative to this file: build/web";
            errors.push(error("the path is empty".into(), "no path", path.span, help));
        } else if known.contains(&path.value.as_str()) {
            let message = format!("the path `{}` stands twice", shown(path));
            errors.push(error(message, "again here", path.span, "keep one of them"));
        }
        known.push(&path.value);
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
