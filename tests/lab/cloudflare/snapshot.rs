//! The state of all zones at a moment: to compare, and to go back to.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Cloudflare;
use super::world::ZoneData;

/// All zones as they were.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot(Vec<ZoneData>);

impl Cloudflare {
    /// All zones as they are.
    pub fn state(&self) -> Snapshot {
        Snapshot(self.world().zones.clone())
    }

    /// All zones as they were.
    pub fn restore(&self, state: &Snapshot) {
        let mut world = self.world();
        world.zones.clone_from(&state.0);
        world.revision += 1;
    }
}

impl Snapshot {
    /// Everything, as JSON: by zone its records, rulesets, settings and the rest.
    pub fn json(&self) -> Value {
        let zone = |zone: &ZoneData| {
            let settings = zone.settings.iter().map(|(id, own)| (id.clone(), own["value"].clone()));
            let parts = json!({
                "id": zone.id, "status": zone.status, "records": zone.records, "rulesets": zone.rulesets,
                "settings": settings.collect::<serde_json::Map<_, _>>(), "dnssec": zone.dnssec, "bots": zone.bots,
                "universal": zone.universal,
            });
            (zone.name.clone(), parts)
        };
        self.0.iter().map(zone).collect::<serde_json::Map<_, _>>().into()
    }

    /// The bytes of every record and every rule that is meant, each on a line of its own, in their order, with ids,
    /// times and versions. Two snapshots in which they are the same have the same bytes.
    pub fn bytes_of(&self, meant: impl Fn(&Value) -> bool) -> Vec<u8> {
        let mut text = String::new();
        for zone in &self.0 {
            let rules =
                zone.rulesets.iter().flat_map(|ruleset| ruleset["rules"].as_array().into_iter().flatten());
            for item in zone.records.iter().chain(rules).filter(|item| meant(item)) {
                let _ = writeln!(text, "{} {item}", zone.name);
            }
        }
        text.into_bytes()
    }

    /// What is there, without what only tells when and how often it was written: ids, times and versions. A state
    /// that was taken back is equal to the one before in this.
    pub fn meaning(&self) -> Value {
        let mut whole = self.json();
        forget(&mut whole);
        for zone in whole.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
            if let Some(records) = zone["records"].as_array_mut() {
                records.sort_by_key(Value::to_string);
            }
        }
        whole
    }
}

fn forget(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(forget),
        Value::Object(fields) => {
            for field in ["id", "version", "last_updated", "created_on", "modified_on", "comment_modified_on"]
            {
                fields.remove(field);
            }
            fields.values_mut().for_each(forget);
        }
        _ => {}
    }
}
