//! The records of a zone as the API shows them, read for comparing.

use std::collections::BTreeMap;

use super::comment;
use super::slot::Slot;
use super::value::Value;
use crate::observed::ApiObject;
use crate::spec::names::name_form;

/// A record of the zone.
#[derive(Debug, Clone)]
pub(super) struct Live<'a> {
    /// As the API shows it.
    pub(super) object: &'a ApiObject,
    /// Its place in the API's list.
    pub(super) index: usize,
    /// Its owner name.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: &'a str,
    /// What it says.
    pub(super) value: Value,
    /// True where Cloudflare answers in its place.
    pub(super) proxied: bool,
    /// True where a plan of ours made it or took it over.
    pub(super) ours: bool,
    /// True where nobody may change it through the API: Email Routing's, the zone's own name servers.
    pub(super) read_only: bool,
    /// What it is compared with.
    pub(super) slot: Slot,
}

impl<'a> Live<'a> {
    fn of(index: usize, object: &'a ApiObject, zone: &str) -> Self {
        let name = name_form(object.text("name").unwrap_or_default());
        let kind = object.text("type").unwrap_or_default();
        let value = Value::of(object);
        let text = value.words().first().map_or("", String::as_str);
        let apex = name == zone && ["NS", "SOA"].contains(&kind);
        Self {
            index,
            kind,
            slot: Slot::of(&name, kind, text),
            proxied: object.flag("proxied") == Some(true),
            ours: comment::is_ours(object),
            read_only: apex || kind == "SOA" || object.at("/meta/read_only").is_some_and(|flag| flag == true),
            object,
            name,
            value,
        }
    }
}

/// All records of a zone.
#[derive(Debug)]
pub(super) struct Records<'a> {
    /// In the order of the API.
    pub(super) all: Vec<Live<'a>>,
    by_slot: BTreeMap<Slot, Vec<usize>>,
    by_name: BTreeMap<String, Vec<usize>>,
}

impl<'a> Records<'a> {
    /// Reads a list of the API.
    pub(super) fn of(objects: &'a [ApiObject], zone: &str) -> Self {
        let all: Vec<Live<'_>> =
            objects.iter().enumerate().map(|(index, object)| Live::of(index, object, zone)).collect();
        let mut by_slot: BTreeMap<Slot, Vec<usize>> = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for record in &all {
            by_slot.entry(record.slot.clone()).or_default().push(record.index);
            by_name.entry(record.name.clone()).or_default().push(record.index);
        }
        Self { all, by_slot, by_name }
    }

    /// The records of a name.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Live<'a>> {
        let indices = self.by_name.get(name).into_iter().flatten();
        indices.filter_map(|index| self.all.get(*index))
    }

    /// The records that are compared together.
    pub(super) fn at(&self, slot: &Slot) -> Vec<&Live<'a>> {
        self.by_slot.get(slot).into_iter().flatten().filter_map(|index| self.all.get(*index)).collect()
    }
}

/// Where an object of the API stands.
pub(super) fn slot_of(object: &ApiObject) -> Slot {
    Live::of(0, object, "").slot
}
