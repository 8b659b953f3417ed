//! What to publish at a selector, and where to find it.

use super::Published;
use crate::check::{World, seen};
use crate::item::Selector;
use crate::observed::Remote;
use crate::wanted::{self, Wanted};

/// Bytes that one string of a TXT record holds.
const LONGEST_STRING: usize = 255;

/// What to publish, as far as it is known: the whole record, or where its provider shows it.
pub(super) fn publish(selector: &Selector, world: &World) -> String {
    if let Some(wanted) = wanted::dkim::record(selector, world) {
        let unproxied = if wanted.kind == "CNAME" { " (DNS only, not proxied)" } else { "" };
        return format!("publish {}{unproxied}", record(&wanted));
    }
    let name = &selector.name;
    let Some(provider) = wanted::dkim::provider(selector, world) else {
        return format!(
            "copy the key from the sender's console and publish `{name} TXT \"v=DKIM1; k=rsa; p=<key>\"`, or the CNAME that it gives for that name (DNS only, not proxied); then ask `dig {name} TXT`"
        );
    };
    let shows = match &provider.console {
        Some(console) => format!("that {} shows ({console})", provider.name),
        None => format!("that {} shows among the DNS records of your domain", provider.name),
    };
    match wanted::dkim::targets(selector, world).first() {
        Some(target) => {
            format!("publish `{name} CNAME {target}` (DNS only, not proxied), with the name {shows}")
        }
        None => format!("publish `{name} TXT \"v=DKIM1; k=rsa; p=<key>\"`, with the key {shows}"),
    }
}

/// A record to publish, and how to write it where it is longer than one string of a TXT record may be
/// (RFC 1035 section 3.3.14): zone files take the parts, forms take the whole.
pub(super) fn record(wanted: &Wanted) -> String {
    let long = wanted.kind == "TXT" && wanted.value.len() > LONGEST_STRING;
    let split =
        " (split it into strings of at most 255 characters in a zone file; most forms do that themselves)";
    format!("`{wanted}`{}", if long { split } else { "" })
}

/// What to say of a record that stands at another name, which the selector is an alias of.
pub(super) fn owner(selector: &Selector, published: &Published) -> Option<String> {
    let owner = published.record.name.as_str();
    (!owner.eq_ignore_ascii_case(&selector.name)).then(|| seen::cut(owner))
}

/// `the key at s1._domainkey.shop.test`; behind an alias both names.
pub(super) fn subject(selector: &Selector, published: &Published) -> String {
    match owner(selector, published) {
        Some(owner) => format!("the key at {owner}, to which {} leads,", selector.name),
        None => format!("the key at {}", selector.name),
    }
}

/// The selector as messages name it.
pub(super) fn label(selector: &Selector) -> String {
    Remote::new(&selector.selector).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_are_split_in_zone_files() {
        let said = |length: usize| record(&Wanted::txt("s1._domainkey.shop.test", "p".repeat(length)));
        assert_eq!(said(255), format!("`s1._domainkey.shop.test TXT \"{}\"`", "p".repeat(255)));
        assert!(said(256).ends_with(
            "p\"` (split it into strings of at most 255 characters in a zone file; most forms do that themselves)"
        ));
    }
}
