//! Names as a spec writes them, and which of them is the product's own.

use super::model::scalar::domain_name;
use super::model::{Canonical, Spec};

/// The full name of a host key or record name: `apex` and `@` are the domain, a name that ends
/// in the domain is full already, anything else is a label under it.
pub fn full_name(key: &str, domain: &str) -> String {
    let key = key.trim_end_matches('.').to_lowercase();
    if key == "apex" || key == "@" || key.is_empty() {
        return domain.to_owned();
    }
    // IDNA: DNS is asked for the ASCII form. What is no host name (`*`) stays as it is.
    let ascii = |name: String| domain_name(&name).unwrap_or(name);
    let whole = ascii(key.clone());
    if whole == domain || whole.ends_with(&format!(".{domain}")) {
        whole
    } else {
        ascii(format!("{key}.{domain}"))
    }
}

/// The name that `canonical` chooses; the apex where it is not said.
pub fn canonical_name(spec: &Spec) -> String {
    match spec.canonical.as_ref().map(|c| c.value) {
        Some(Canonical::Www) => format!("www.{}", spec.domain.value.0),
        _ => spec.domain.value.0.clone(),
    }
}

/// The one of apex and `www` that is not canonical.
pub fn other_name(spec: &Spec) -> Option<String> {
    let domain = &spec.domain.value.0;
    match spec.canonical.as_ref()?.value {
        Canonical::Www => Some(domain.clone()),
        Canonical::Apex => Some(format!("www.{domain}")),
    }
}
