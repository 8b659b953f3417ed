//! One zone as somebody at the dashboard sees and changes it, before and while the lab runs.

use serde_json::{Value, json};

use super::world::{Plan, ZoneData};
use super::{Cloudflare, parts, record, records, rulesets, settings};

/// A zone of the lab's Cloudflare.
#[derive(Clone)]
pub struct CloudZone {
    pub(super) cloudflare: Cloudflare,
    pub(super) id: String,
}

impl CloudZone {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn see<T>(&self, look: impl FnOnce(&ZoneData) -> T) -> T {
        look(self.cloudflare.world().zone(&self.id).expect("zones stay"))
    }

    /// Changes the zone; it is noticed whether anything is different then.
    fn with<T>(&self, work: impl FnOnce(&mut ZoneData) -> T) -> T {
        let mut world = self.cloudflare.world();
        let zone = world.zone(&self.id).expect("zones stay");
        let before = zone.clone();
        let result = work(zone);
        let changed = *zone != before;
        world.revision += u64::from(changed);
        result
    }

    fn set(&self, change: impl FnOnce(&mut ZoneData)) -> &Self {
        self.with(change);
        self
    }

    /// What is paid for it, with the settings and bots of that plan as they are at first.
    pub fn plan(&self, plan: Plan) -> &Self {
        self.set(|zone| {
            zone.plan = plan;
            zone.bots = parts::bots(plan);
            let kept = zone.settings.iter().map(|(id, own)| (id.clone(), own["value"].clone()));
            let kept: Vec<_> = kept.collect();
            zone.settings = settings::initial(plan);
            for (id, value) in kept {
                zone.settings.entry(id).and_modify(|own| own["value"] = value);
            }
        })
    }

    /// `active`, `pending`, `initializing`, `moved`.
    pub fn status(&self, status: &str) -> &Self {
        self.set(|zone| status.clone_into(&mut zone.status))
    }

    /// Waits for its name servers to be set at the registrar.
    pub fn pending(&self) -> &Self {
        self.status("pending")
    }

    /// Cloudflare only answers DNS, and nothing goes through it.
    pub fn paused(&self) -> &Self {
        self.set(|zone| zone.paused = true)
    }

    /// `full`, or `partial` where DNS stays elsewhere.
    pub fn kind(&self, kind: &str) -> &Self {
        self.set(|zone| kind.clone_into(&mut zone.kind))
    }

    /// Its name servers.
    pub fn name_servers(&self, servers: &[&str]) -> &Self {
        self.set(|zone| zone.name_servers = servers.iter().map(|server| (*server).to_owned()).collect())
    }

    /// A record as a client would write it, `type` and `name` and all; the record as it is kept.
    ///
    /// # Panics
    ///
    /// If the API would refuse it.
    pub fn record(&self, given: &Value) -> Value {
        let (id, time) = self.stamp();
        self.with(|zone| records::create(zone, given, &id, &time)).expect("a record that the API takes")
    }

    /// A record of a kind that the API shows and nobody can write, or that breaks its rules; it is kept as it is.
    pub fn raw_record(&self, record: &Value) -> &Self {
        let (id, time) = self.stamp();
        let mut whole = json!({
            "id": id, "proxiable": false, "proxied": false, "ttl": 1, "settings": {}, "meta": {},
            "comment": null, "tags": [], "created_on": time, "modified_on": time,
        });
        for (field, value) in record.as_object().into_iter().flatten() {
            whole[field] = value.clone();
        }
        self.set(|zone| zone.records.push(whole))
    }

    /// A record of text content: `record_of("A", "www", "203.0.113.10", true)`.
    pub fn record_of(&self, kind: &str, name: &str, content: &str, proxied: bool) -> Value {
        self.record(&json!({ "type": kind, "name": name, "content": content, "proxied": proxied, "ttl": 1 }))
    }

    fn stamp(&self) -> (String, String) {
        let mut world = self.cloudflare.world();
        (world.new_id(), world.tick())
    }

    /// Changes fields of a record, as the dashboard does.
    ///
    /// # Panics
    ///
    /// If the API would refuse it.
    pub fn edit_record(&self, id: &str, given: &Value) -> Value {
        let (_, time) = self.stamp();
        self.with(|zone| records::change(zone, id, given, true, &time)).expect("a change that the API takes")
    }

    /// Takes a record out, whoever manages it.
    pub fn remove_record(&self, id: &str) -> &Self {
        self.set(|zone| zone.records.retain(|record| record["id"] != id))
    }

    /// All records, as the API shows them.
    pub fn records(&self) -> Vec<Value> {
        self.see(|zone| zone.records.clone())
    }

    /// The records of one type at one name.
    pub fn records_at(&self, kind: &str, name: &str) -> Vec<Value> {
        let mut all = self.records();
        all.retain(|record| record["type"] == kind && record["name"] == name);
        all
    }

    /// Email Routing, with the records that it makes and that nobody else can change.
    pub fn email_routing(&self) -> &Self {
        let managed = json!({ "read_only": true, "email_routing": true });
        let name = self.see(|zone| zone.name.clone());
        for (priority, server) in [(86, "route1"), (51, "route2"), (77, "route3")] {
            self.raw_record(&json!({ "type": "MX", "name": name, "priority": priority, "meta": managed,
                "content": format!("{server}.mx.cloudflare.net") }));
        }
        self.raw_record(
            &json!({ "type": "TXT", "name": format!("cf2024-1._domainkey.{name}"), "meta": managed,
            "content": "\"v=DKIM1; h=sha256; k=rsa; p=MIGf\"" }),
        );
        self.set(|zone| zone.email_routing = true)
    }

    /// Puts a setting to a value, whatever the plan says.
    pub fn setting(&self, id: &str, value: Value) -> &Self {
        let (_, time) = self.stamp();
        self.set(|zone| {
            let own = zone.settings.entry(id.to_owned());
            let own = own.or_insert_with(|| json!({ "id": id, "editable": true }));
            own["value"] = value;
            own["modified_on"] = json!(time);
        })
    }

    /// What a setting is.
    pub fn setting_of(&self, id: &str) -> Value {
        self.see(|zone| zone.settings.get(id).map_or(Value::Null, |setting| setting["value"].clone()))
    }

    /// Says whether the plan lets a setting be changed.
    pub fn editable(&self, id: &str, editable: bool) -> &Self {
        self.set(|zone| {
            zone.settings.entry(id.to_owned()).and_modify(|own| own["editable"] = json!(editable));
        })
    }

    /// All rules of a phase anew, as the dashboard writes them; the ruleset.
    ///
    /// # Panics
    ///
    /// If the API would refuse them.
    pub fn rules(&self, phase: &str, rules: &[Value]) -> Value {
        let mut world = self.cloudflare.world();
        let done = rulesets::put(&mut world, &self.id, phase, &json!({ "rules": rules }));
        world.revision += 1;
        done.expect("rules that the API takes")
    }

    /// The ruleset of a phase; null where there is none.
    pub fn ruleset(&self, phase: &str) -> Value {
        self.see(|zone| {
            let found = zone.rulesets.iter().find(|ruleset| ruleset["phase"] == phase);
            found.cloned().unwrap_or_default()
        })
    }

    /// DNSSEC: `disabled`, `pending` until the registrar has the DS, `active`.
    pub fn dnssec(&self, status: &str) -> &Self {
        let (_, time) = self.stamp();
        self.set(|zone| zone.dnssec = parts::dnssec(status, &zone.name, &time))
    }

    /// A member of bot management.
    pub fn bots(&self, member: &str, value: Value) -> &Self {
        self.set(|zone| zone.bots[member] = value)
    }

    /// How far the certificate is: `active`, `pending_validation`, `initializing`; and whether there is to be one.
    pub fn certificate(&self, enabled: bool, status: &str) -> &Self {
        self.set(|zone| {
            zone.universal["enabled"] = json!(enabled);
            if !enabled {
                zone.packs.clear();
            }
            zone.packs.iter_mut().for_each(|pack| pack["status"] = json!(status));
            zone.verification.iter_mut().for_each(|own| own["certificate_status"] = json!(status));
        })
    }

    /// What a client would send to make a record anew.
    pub fn as_given(record: &Value) -> Value {
        record::as_given(record).into()
    }

    /// A copy of the zone for readers in the lab.
    pub(super) fn data(&self) -> ZoneData {
        self.see(ZoneData::clone)
    }
}
