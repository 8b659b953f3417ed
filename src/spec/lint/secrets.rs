//! What `secrets` may get wrong.

use super::{error, shown};
use crate::spec::load::SpecError;
use crate::spec::model::Spec;

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
