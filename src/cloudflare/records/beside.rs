//! What stands at the same name in another slot and is in the way all the same: aliases that are not proxied
//! stand alone, and so do delegations.

use super::desired::{Desired, Wanted};
use super::live::{Live, Records};
use super::slot::Slot;
use crate::cloudflare::plan::{Left, Reason};

/// Everything that a set is compared with.
pub(super) fn standing<'r, 'a>(
    slot: &Slot,
    wanted: &Wanted,
    records: &'r Records<'a>,
    zone: &str,
) -> Vec<&'r Live<'a>> {
    let mut own = records.at(slot);
    let name = slot.name();
    // At the apex an alias is flattened, and hides nothing.
    if name == zone {
        return own;
    }
    let list = wanted.at(slot);
    let alias = list.iter().find(|desired| desired.kind == "CNAME" && desired.proxied != Some(true));
    if let Some(alias) = alias {
        let stands = own.iter().any(|record| record.kind == "CNAME" && record.value == alias.value);
        let proxied = own.iter().any(|record| record.proxied) && alias.proxied.is_none();
        if !stands && !proxied {
            own.extend(records.named(name).filter(|record| record.slot != *slot && record.kind != "NS"));
        }
    } else if !matches!(slot, Slot::Addresses(_) | Slot::Selector(_)) {
        let addresses = Slot::Addresses(name.to_owned());
        let aliases = records.at(&addresses).into_iter().filter(|record| hides(record));
        own.extend(aliases.filter(|_| wanted.at(&addresses).is_empty()));
    }
    own
}

/// True for an alias that the public follows, so that nothing beside it is seen.
fn hides(record: &Live<'_>) -> bool {
    record.kind == "CNAME" && !record.proxied
}

/// Why a set cannot be brought about, whatever the run allows: what it wants contradicts itself, or a
/// delegation.
pub(super) fn contradiction(slot: &Slot, wanted: &Wanted, records: &Records<'_>, zone: &str) -> Option<Left> {
    let list = wanted.at(slot);
    let (first, name) = (list.first()?, slot.name());
    let left = |message: String| {
        Some(Left { subject: first.subject(), reason: Reason::Needs, message, spec: first.origin.clone() })
    };
    if list.len() > 1 && list.iter().any(|desired| desired.kind == "CNAME") {
        return left(format!("{name} is declared as an alias and as something else: an alias stands alone"));
    }
    if name == zone {
        return None;
    }
    let addresses = Slot::Addresses(name.to_owned());
    if !matches!(slot, Slot::Addresses(_) | Slot::Selector(_))
        && wanted.kept.contains(&addresses)
        && wanted.at(&addresses).is_empty()
        && records.at(&addresses).iter().any(|record| hides(record))
    {
        return left(format!("{name} is an alias that is needed, and nothing beside it would be seen"));
    }
    let is_delegation = |kind: &str| kind == "NS";
    let may_stand = |kind: &str| matches!(kind, "NS" | "DS");
    if list.iter().any(|desired| is_delegation(&desired.kind)) {
        let others = wanted.slots.iter().flat_map(|(_, list)| list).filter(|other| other.name == name);
        let mut wanted = others.map(|other| other.kind.as_str());
        let mut live = records.named(name).map(|record| record.kind);
        if wanted.any(|kind| !may_stand(kind)) || live.any(|kind| !may_stand(kind)) {
            return left(format!("{name} has other records, and cannot be given to other name servers"));
        }
    } else if list.iter().any(|desired| !may_stand(&desired.kind))
        && records.named(name).any(|record| is_delegation(record.kind))
    {
        return left(format!("{name} is given to other name servers: publish the record there"));
    }
    None
}

/// True where the records of mail cannot stand beside what is declared: an alias, or, where they are one,
/// anything.
pub(super) fn is_taken(slot: &Slot, list: &[Desired], wanted: &Wanted) -> bool {
    let is_alias = |desired: &Desired| desired.kind == "CNAME" && desired.proxied != Some(true);
    let brings_alias = list.iter().any(is_alias);
    let others = wanted.slots.iter().filter(|(other, _)| other.name() == slot.name());
    others.into_iter().any(|(other, own)| other != slot && (brings_alias || own.iter().any(is_alias)))
}
