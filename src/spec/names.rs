//! Names as a spec writes them, and which of them is the product's own.

use super::model::scalar::domain_name;
use super::model::{Canonical, Spec};
use super::registrable::{is_ldh, registered};

/// A name as DNS compares names: in ASCII (IDNA), lower case, without its final dot; the root is
/// `.`. What IDNA refuses stays as it is.
pub fn name_form(name: &str) -> String {
    let name = name.trim();
    let bare = name.trim_end_matches('.');
    if bare.is_empty() {
        return name.get(..1).unwrap_or_default().to_owned();
    }
    if bare.is_ascii() {
        return bare.to_ascii_lowercase();
    }
    let (star, rest) = bare.strip_prefix("*.").map_or(("", bare), |rest| ("*.", rest));
    domain_name(rest).map_or_else(|_| bare.to_lowercase(), |ascii| format!("{star}{ascii}"))
}

/// A name and the names above it, nearest first, down to the top-level domain.
pub fn climb(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| Some(name.split_once('.')?.1))
}

/// True for a name and the names below it. Both in [`name_form`].
pub fn is_under(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// True for the names below a name, and not for itself. Both in [`name_form`].
pub fn is_below(name: &str, domain: &str) -> bool {
    name != domain && is_under(name, domain)
}

/// True for the full name of an address (RFC 1035 section 3.5, RFC 3596 section 2.5). Its zone
/// belongs to whoever gives out the address, not to the product.
pub fn is_reverse(name: &str) -> bool {
    [".in-addr.arpa", ".ip6.arpa"].iter().any(|suffix| name.ends_with(suffix))
}

/// True for a key that is a whole name and not one of this domain: it ends as a registered name
/// does, or as the domain itself does (`other.test` beside `shop.test`), or in a dot. Two labels are
/// more often a region or a service (`api.eu`, `www.shop`) than somebody else's domain, unless they
/// end in one of the oldest endings; `_dmarc.news` is none at all: nobody can register a `_`.
pub(crate) fn is_elsewhere(key: &str, domain: &str) -> bool {
    let name = name_form(key);
    if is_under(&name, domain) || is_reverse(&name) {
        return false;
    }
    let Some((above, ending)) = name.rsplit_once('.') else { return false };
    let own_ending = domain.rsplit('.').next().unwrap_or(domain);
    let whole = above.contains('.') || ["com", "net", "org"].contains(&ending);
    key.trim().ends_with('.')
        || (whole && registered(&name).is_some())
        || (ending == own_ending && above.rsplit('.').next().is_some_and(is_ldh))
}

/// The full name of a host key or record name: `apex` and `@` are the domain, a name that ends
/// in the domain or is that of an address ([`is_reverse`]) is full already, anything else is a
/// label under it.
pub fn full_name(key: &str, domain: &str) -> String {
    let key = key.trim_end_matches('.').to_lowercase();
    if key == "apex" || key == "@" || key.is_empty() {
        return domain.to_owned();
    }
    let whole = name_form(&key);
    if is_under(&whole, domain) || is_reverse(&whole) { whole } else { name_form(&format!("{key}.{domain}")) }
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
