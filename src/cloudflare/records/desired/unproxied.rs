//! Records that must not be proxied: mail does not go through the proxy, and whoever asks for a key must see
//! the alias that leads to it.

use std::collections::BTreeSet;

use serde_json::Map;

use super::{Desired, Wanted, is_proxiable, origin, subject};
use crate::cloudflare::plan::{Context, Origin, Reason};
use crate::cloudflare::records::live::{Live, Records};
use crate::cloudflare::records::slot::Slot;
use crate::observed::{ApiObject, Remote};
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
    let is_key = |record: &Live<'_>| record.kind == "CNAME" || !matches!(record.slot, Slot::Selector(_));
    let proxied = live.all.iter().filter(|record| record.proxied && is_key(record) && !goes(record));
    let slots: BTreeSet<&Slot> = proxied.map(|record| &record.slot).collect();
    for slot in slots {
        let Some(why) = reason(slot).filter(|_| wanted.at(slot).is_empty()) else { continue };
        let own = live.at(slot);
        match own.iter().find(|record| !record.ours) {
            // Taken over, it would count as ours, and go once nothing needs it.
            Some(foreign) => {
                let message = format!(
                    "{} is proxied, but {why}: set it to DNS only, or declare it in `dns.records`",
                    Remote::new(&foreign.name)
                );
                let origin = place(context);
                wanted.leave(subject(&foreign.name, foreign.kind), Reason::Foreign, message, origin);
            }
            None => own.into_iter().for_each(|record| wanted.add(unproxied(record, why, context))),
        }
    }
}

/// Where the spec speaks of mail.
fn place(context: Context<'_, '_>) -> Origin {
    let spec = &context.world.document.spec;
    let place = spec
        .email
        .as_ref()
        .map_or_else(|| Place::new("domain", spec.domain.span), |email| Place::new("email", email.span));
    origin(&place, context.world.document)
}

/// The names that receive mail: of the wanted exchangers, and of those that stand where none is wanted.
fn mail_servers(wanted: &Wanted, live: &Records<'_>, context: Context<'_, '_>) -> BTreeSet<String> {
    let host = |words: &[String]| words.get(1).cloned();
    let all = wanted.slots.iter().flat_map(|(_, list)| list).filter(|desired| desired.kind == "MX");
    let asked = all.filter_map(|desired| host(desired.value.words()));
    // An alias that is wanted there hides it.
    let is_hidden = |record: &Live<'_>| {
        let own = wanted.at(&Slot::Addresses(record.name.clone()));
        own.iter().any(|desired| desired.kind == "CNAME" && desired.proxied != Some(true))
    };
    // What the spec asks for no more goes.
    let goes = |record: &Live<'_>| record.ours && context.wishes.prune && !wanted.kept.contains(&record.slot);
    let standing = live.all.iter().filter(|record| {
        record.kind == "MX" && wanted.at(&record.slot).is_empty() && !goes(record) && !is_hidden(record)
    });
    asked.chain(standing.filter_map(|record| host(record.value.words()))).collect()
}

/// The record as it stands, DNS only.
fn unproxied(record: &Live<'_>, why: &'static str, context: Context<'_, '_>) -> Desired {
    let ApiObject(object) = record.object;
    let said = object.iter().filter(|(name, _)| name.as_str() == "content");
    let members: Map<_, _> = said.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut desired = Desired::new(&record.name, record.kind, members, place(context));
    desired.proxied = is_proxiable(record.kind).then_some(false);
    desired.why = Some(why);
    desired
}
