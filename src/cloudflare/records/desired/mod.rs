//! The records that the spec asks for.

mod declared;
mod hosts;
mod issuers;
mod mail;
mod unproxied;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::live::Records;
use super::slot::Slot;
use super::value::Value;
use crate::cloudflare::plan::{Context, Left, Origin, Reason, Subject};
use crate::observed::ApiObject;
use crate::spec::{Document, Place};

/// A record that the spec asks for.
#[derive(Debug, Clone)]
pub(super) struct Desired {
    /// Its owner name.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: String,
    /// What it says, by the API's members: `content` or `data`, and `priority`.
    pub(super) members: Map<String, Json>,
    /// The same for comparing.
    pub(super) value: Value,
    /// Whether Cloudflare must answer in its place; `None` where both are fine.
    pub(super) proxied: Option<bool>,
    /// Its TTL in seconds; `None` where any will do.
    pub(super) ttl: Option<u32>,
    /// What it is for.
    pub(super) purpose: Option<String>,
    /// Where the spec asks for it.
    pub(super) origin: Origin,
    /// Why, where that is not plain.
    pub(super) why: Option<&'static str>,
    /// What it is compared with.
    pub(super) slot: Slot,
}

impl Desired {
    /// A record with any TTL, proxied or not.
    pub(super) fn new(name: &str, kind: &str, members: Map<String, Json>, origin: Origin) -> Self {
        let mut object = members.clone();
        object.insert("type".into(), kind.into());
        let value = Value::of(&ApiObject(object));
        let text = value.words().first().map_or("", String::as_str);
        Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
            slot: Slot::of(name, kind, text),
            members,
            value,
            proxied: None,
            ttl: None,
            purpose: None,
            origin,
            why: None,
        }
    }

    /// What a plan says it is about.
    pub(super) fn subject(&self) -> Subject {
        subject(&self.name, &self.kind)
    }
}

/// A record as a plan names it.
pub(super) fn subject(name: &str, kind: &str) -> Subject {
    Subject::Record { name: name.into(), kind: kind.into() }
}

/// True for the types that Cloudflare can answer for.
pub(super) fn is_proxiable(kind: &str) -> bool {
    matches!(kind, "A" | "AAAA" | "CNAME")
}

/// A place of the spec as a plan names it.
pub(super) fn origin(place: &Place, document: &Document) -> Origin {
    Origin { path: place.path.clone(), line: document.position(place.span.start).0 }
}

/// Everything that the spec asks for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// By what is compared together, in the order of the spec.
    pub(super) slots: Vec<(Slot, Vec<Desired>)>,
    /// What must stay as it is although nothing new is wanted there.
    pub(super) kept: BTreeSet<Slot>,
    /// What cannot be done.
    pub(super) left: Vec<Left>,
    by_slot: BTreeMap<Slot, usize>,
}

impl Wanted {
    /// Adds a record, where it is not there yet.
    fn add(&mut self, desired: Desired) {
        let at = *self.by_slot.entry(desired.slot.clone()).or_insert(self.slots.len());
        if at == self.slots.len() {
            self.slots.push((desired.slot.clone(), Vec::new()));
        }
        let Some((_, list)) = self.slots.get_mut(at) else { return };
        if !list.iter().any(|known| known.kind == desired.kind && known.value == desired.value) {
            list.push(desired);
        }
    }

    /// What is wanted there.
    pub(super) fn at(&self, slot: &Slot) -> &[Desired] {
        let at = self.by_slot.get(slot).and_then(|at| self.slots.get(*at));
        at.map_or(&[], |(_, list)| list)
    }

    /// True where something is wanted there.
    fn has(&self, slot: &Slot) -> bool {
        !self.at(slot).is_empty()
    }

    fn leave(&mut self, subject: Subject, reason: Reason, message: String, origin: Origin) {
        self.left.push(Left { subject, reason, message, spec: origin });
    }
}

/// What the spec asks for, mail aside: what `dns.records` declares, the hosts that redirect, the authorities.
fn without_mail(context: Context<'_, '_>, live: &Records<'_>) -> Wanted {
    let mut wanted = Wanted::default();
    declared::add(&mut wanted, context);
    hosts::add(&mut wanted, context, live);
    issuers::add(&mut wanted, context, live);
    wanted
}

/// Everything that the spec asks for.
pub(super) fn of(context: Context<'_, '_>, live: &Records<'_>) -> Wanted {
    let mut wanted = without_mail(context, live);
    mail::add(&mut wanted, context, live);
    unproxied::add(&mut wanted, context, live);
    wanted
}

/// What the spec asks for of the addresses of names; what it says of mail adds none.
pub(super) fn addresses(context: Context<'_, '_>, live: &Records<'_>) -> Wanted {
    let mut wanted = without_mail(context, live);
    unproxied::add(&mut wanted, context, live);
    wanted
}
