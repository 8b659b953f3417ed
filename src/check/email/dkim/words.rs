//! What to publish at a selector, and where to find it.

use super::Published;
use crate::check::{World, seen};
use crate::item::Selector;
use crate::observed::Remote;
use crate::wanted;

/// What to publish, as far as it is known: the whole record, or where its provider shows it.
pub(super) fn publish(selector: &Selector, world: &World) -> String {
    if let Some(wanted) = wanted::dkim::record(selector, world) {
        let unproxied = if wanted.kind == "CNAME" { " (DNS only, not proxied)" } else { "" };
        return format!("publish `{wanted}`{unproxied}");
    }
    let name = &selector.name;
    let targets: Vec<String> = wanted::dkim::targets(selector, world)
        .iter()
        .map(|target| format!("`{name} CNAME {target}`"))
        .collect();
    let form = if targets.is_empty() {
        format!("`{name} TXT \"v=DKIM1; k=rsa; p=<key>\"`, or the CNAME that it gives for that name")
    } else {
        seen::in_full(&targets).replace(" and ", " or ")
    };
    let dns_only = "(a CNAME: DNS only, not proxied)";
    match source(selector, world) {
        Some(source) => format!("publish the record that {source} for this selector, {form} {dns_only}"),
        None => format!(
            "copy the key from the sender's console and publish {form} (DNS only, not proxied); then ask `dig {name} TXT`"
        ),
    }
}

/// Where the provider shows the record: `Postmark shows (...)`.
fn source(selector: &Selector, world: &World) -> Option<String> {
    let provider = wanted::dkim::provider(selector, world)?;
    let where_ = provider
        .console
        .as_ref()
        .map_or("among the DNS records of your domain".to_owned(), |path| format!("under {path}"));
    Some(format!("{} shows {where_}", provider.name))
}

/// What to say of a record that stands at another name, which the selector is an alias of.
pub(super) fn owner(selector: &Selector, published: &Published) -> Option<String> {
    let owner = published.record.name.as_str();
    (!owner.eq_ignore_ascii_case(&selector.name)).then(|| seen::cut(owner))
}

/// `the key at s1.host.test (through s1._domainkey.shop.test)`
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
