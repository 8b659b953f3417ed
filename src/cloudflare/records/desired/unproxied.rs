//! Records that must not be proxied: mail does not go through the proxy, and whoever asks for a key must see
//! the alias that leads to it.

use std::collections::BTreeSet;

use serde_json::Map;

use super::{Desired, Wanted, is_proxiable, origin};
use crate::cloudflare::plan::{Context, Reason};
use crate::cloudflare::records::live::{Live, Records};
use crate::cloudflare::records::slot::Slot;
use crate::observed::ApiObject;
use crate::spec::Place;

const MAIL: &str = "mail does not go through the proxy";
const KEY: &str = "a proxied alias hides the key that it leads to";

/// Keeps what is wanted off the proxy, and adds what is proxied and must not be.
pub(super) fn add(wanted: &mut Wanted, context: Context<'_, '_>, live: &Records<'_>) {
    let servers = mail_servers(wanted, live, context);
    let reason = |slot: &Slot| match slot {
        Slot::Selector(_) => Some(KEY),
        Slot::Addresses(name) if servers.contains(name) => Some(MAIL),
        _ => None,
    };
    let mut refused = Vec::new();
    for (slot, list) in &mut wanted.slots {
        let Some(why) = reason(slot) else { continue };
        if let Some(first) = list.iter().find(|desired| desired.proxied == Some(true)) {
            refused.push((first.subject(), first.origin.clone(), why));
            list.clear();
            continue;
        }
        for desired in list.iter_mut().filter(|desired| is_proxiable(&desired.kind)) {
            desired.proxied = Some(false);
            desired.why = desired.why.or(Some(why));
        }
    }
    for (subject, origin, why) in refused {
        let message = format!("`proxied: true` is declared, but {why}: leave it out");
        wanted.leave(subject, Reason::Needs, message, origin);
    }
    // Their addresses are needed, whoever declares them.
    wanted.kept.extend(servers.iter().map(|name| Slot::Addresses(name.clone())));
    let goes =
        |record: &Live<'_>| record.ours && context.wishes.prune && matches!(record.slot, Slot::Selector(_));
    let proxied = live.all.iter().filter(|record| record.proxied && !goes(record));
    let slots: BTreeSet<&Slot> = proxied.map(|record| &record.slot).collect();
    for slot in slots {
        if let Some(why) = reason(slot).filter(|_| wanted.at(slot).is_empty()) {
            for record in live.at(slot) {
                wanted.add(unproxied(record, why, context));
            }
        }
    }
}

/// The names that receive mail: of the wanted exchangers, and of those that stand where none is wanted.
fn mail_servers(wanted: &Wanted, live: &Records<'_>, context: Context<'_, '_>) -> BTreeSet<String> {
    let host = |words: &[String]| words.get(1).cloned();
    let all = wanted.slots.iter().flat_map(|(_, list)| list).filter(|desired| desired.kind == "MX");
    let asked = all.filter_map(|desired| host(desired.value.words()));
    // What the spec asks for no more goes.
    let goes = |record: &Live<'_>| record.ours && context.wishes.prune && !wanted.kept.contains(&record.slot);
    let standing = live
        .all
        .iter()
        .filter(|record| record.kind == "MX" && wanted.at(&record.slot).is_empty() && !goes(record));
    asked.chain(standing.filter_map(|record| host(record.value.words()))).collect()
}

/// The record as it stands, DNS only.
fn unproxied(record: &Live<'_>, why: &'static str, context: Context<'_, '_>) -> Desired {
    let spec = &context.world.document.spec;
    let place = spec
        .email
        .as_ref()
        .map_or_else(|| Place::new("domain", spec.domain.span), |email| Place::new("email", email.span));
    let ApiObject(object) = record.object;
    let said = object.iter().filter(|(name, _)| name.as_str() == "content");
    let members: Map<_, _> = said.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut desired =
        Desired::new(&record.name, record.kind, members, origin(&place, context.world.document));
    desired.proxied = is_proxiable(record.kind).then_some(false);
    desired.why = Some(why);
    desired
}
