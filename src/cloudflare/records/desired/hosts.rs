//! Hosts that exist only to redirect: Cloudflare answers for them, so that they need a record that it
//! proxies, wherever that leads.

use serde_json::json;

use super::{Desired, Wanted, origin, subject};
use crate::cloudflare::plan::{Context, Reason};
use crate::cloudflare::records::live::Records;
use crate::cloudflare::records::slot::Slot;
use crate::spec::Place;
use crate::spec::names::{is_under, other_name};

/// Adds a record for each such host that has none.
pub(super) fn add(wanted: &mut Wanted, context: Context<'_, '_>, live: &Records<'_>) {
    let spec = &context.world.document.spec;
    let hosts = context.world.items.hosts.iter().filter(|host| host.redirect_only);
    let mut names: Vec<(String, Place)> = hosts.map(|host| (host.name.clone(), host.place.clone())).collect();
    if let (Some(name), Some(canonical)) = (other_name(spec), &spec.canonical)
        && !names.iter().any(|(known, _)| *known == name)
    {
        names.push((name, Place::new("canonical", canonical.span)));
    }
    for (name, place) in names {
        one(wanted, &name, &place, context, live);
    }
}

fn one(wanted: &mut Wanted, name: &str, place: &Place, context: Context<'_, '_>, live: &Records<'_>) {
    let slot = Slot::Addresses(name.to_owned());
    if wanted.has(&slot) || !is_under(name, context.live.name.as_str()) {
        return;
    }
    if !live.at(&slot).is_empty() {
        wanted.kept.insert(slot);
        return;
    }
    let (domain, origin) = (context.world.domain(), origin(place, context.world.document));
    if name == domain {
        let message = format!(
            "{name} has no address, and can only redirect behind Cloudflare's proxy: declare an A record of it with `proxied: true`"
        );
        return wanted.leave(subject(name, "A"), Reason::Needs, message, origin);
    }
    let Some(members) = json!({"content": domain}).as_object().cloned() else { return };
    let mut desired = Desired::new(name, "CNAME", members, origin);
    desired.proxied = Some(true);
    desired.why = Some("it redirects, and only a proxied name can");
    wanted.add(desired);
}
