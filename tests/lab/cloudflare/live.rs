//! What Cloudflare's name servers answer for a zone of the lab: its records as they are at the moment of the
//! question, with what is proxied behind addresses of Cloudflare.

use std::collections::BTreeSet;
use std::sync::Arc;

use hickory_proto::rr::RecordType;
use serde_json::Value;

use super::world::ZoneData;
use super::{CloudZone, names};
use crate::lab::moving::Live;
use crate::lab::zone::Zone;
use crate::lab::zones::Names;

/// The addresses of Cloudflare behind which everything proxied is: they are in its real networks, by which a
/// client knows them, and lead to the lab's own web ([`Lab::args`](crate::lab::Lab::args)).
pub const ANYCAST: [&str; 4] =
    ["104.16.32.200", "104.16.32.201", "2606:4700::6810:20c8", "2606:4700::6810:20c9"];
/// The seconds that are seen where nobody said any.
const AUTO: u64 = 300;
/// Whom Universal SSL lets issue, beside those that the zone lists.
const AUTHORITIES: [&str; 5] = [
    "comodoca.com",
    "digicert.com; cansignhttpexchanges=yes",
    "letsencrypt.org",
    "pki.goog; \
      cansignhttpexchanges=yes",
    "ssl.com",
];

impl CloudZone {
    /// How the lab's DNS sees this zone.
    pub(in crate::lab) fn live(&self) -> Live {
        let (own, cloudflare) = (self.clone(), self.cloudflare.clone());
        Live {
            revision: Arc::new(move || cloudflare.revision()),
            apply: Arc::new(move |names| apply(&own.data(), names)),
        }
    }

    /// Its name and the name servers that it has.
    pub(in crate::lab) fn served_by(&self) -> (String, Vec<String>) {
        let zone = self.data();
        (zone.name, zone.name_servers)
    }
}

/// Puts the records of the zone in the place of those that the world has. SOA and NS of the zone itself stay.
fn apply(zone: &ZoneData, names: &mut Names) {
    let world = names.clone();
    let served = names.zone(&zone.name);
    let apex = served.whole("@");
    served.nodes.retain(|name, _| *name == apex);
    for records in served.nodes.values_mut() {
        records.retain(|(_, data)| [RecordType::SOA, RecordType::NS].contains(&data.record_type()));
    }
    let at_work = zone.status == "active" && !zone.paused;
    let hidden = zone.records.iter().filter(|record| at_work && record["proxied"] == true);
    let text = |record: &Value, field: &str| record[field].as_str().unwrap_or_default().to_owned();
    let behind: BTreeSet<String> = hidden.map(|record| text(record, "name")).collect();
    for name in &behind {
        let whole = format!("{name}.");
        for address in ANYCAST {
            served.ttl(300).record(&whole, &with_type(address));
        }
    }
    for record in &zone.records {
        let (name, kind) = (text(record, "name"), text(record, "type"));
        // One proxied address makes the others of its name proxied too.
        if behind.contains(&name) && ["A", "AAAA", "CNAME"].contains(&kind.as_str()) {
            continue;
        }
        let ttl = record["ttl"].as_u64().filter(|ttl| *ttl > 1).unwrap_or(AUTO);
        served.ttl(u32::try_from(ttl).unwrap_or(u32::MAX));
        let flat = name == zone.name || record["settings"]["flatten_cname"] == true;
        if kind == "CNAME" && flat {
            flatten(&world, served, &name, &text(record, "content"));
        } else {
            add(served, &format!("{name}."), &kind, record);
        }
    }
    own_authorities(zone, served, &apex);
}

fn with_type(address: &str) -> String {
    if address.contains(':') { format!("AAAA {address}") } else { format!("A {address}") }
}

/// The addresses at the end of an alias stand in its place.
fn flatten(world: &Names, served: &mut Zone, name: &str, target: &str) {
    for kind in [RecordType::A, RecordType::AAAA] {
        for record in world.answer(target, kind).records.iter().filter(|record| record.record_type() == kind)
        {
            served.record(&format!("{name}."), &format!("{kind} {}", record.data));
        }
    }
}

/// A record as the zone files of the lab write it. Types that the lab's DNS cannot carry are not served.
fn add(served: &mut Zone, name: &str, kind: &str, record: &Value) {
    let content = record["content"].as_str().unwrap_or_default();
    let priority = &record["priority"];
    let target = if content == "." { ".".to_owned() } else { format!("{content}.") };
    match kind {
        "A" | "AAAA" | "CAA" => served.record(name, &format!("{kind} {content}")),
        "CNAME" | "NS" | "PTR" => served.record(name, &format!("{kind} {target}")),
        "MX" => served.record(name, &format!("MX {priority} {target}")),
        "SRV" => served.record(name, &format!("SRV {priority} {target}")),
        "TLSA" => served.tlsa(name, content),
        "TXT" => served.strings(name, &names::strings(content)),
        "DS" => served.raw(name, "DS", &delegation(&record["data"])),
        _ => served,
    };
}

/// The data of a DS as it goes over the wire.
fn delegation(data: &Value) -> Vec<u8> {
    let number = |field: &str| data[field].as_u64().unwrap_or_default();
    let digest = data["digest"].as_str().unwrap_or_default();
    let digit = |at: usize| digest.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    let tag = u16::try_from(number("key_tag")).unwrap_or_default().to_be_bytes();
    let byte = |field: &str| u8::try_from(number(field)).unwrap_or_default();
    let head = [tag[0], tag[1], byte("algorithm"), byte("digest_type")];
    head.into_iter().chain((0..digest.len()).step_by(2).filter_map(digit)).collect()
}

/// Universal SSL adds its own authorities wherever the zone restricts who may issue.
fn own_authorities(zone: &ZoneData, served: &mut Zone, apex: &str) {
    let restricts = zone.records.iter().any(|record| record["type"] == "CAA" && record["name"] == zone.name);
    if !restricts || zone.status != "active" || zone.universal["enabled"] != true {
        return;
    }
    for (tag, authority) in
        ["issue", "issuewild"].into_iter().flat_map(|tag| AUTHORITIES.map(|own| (tag, own)))
    {
        served.ttl(300).record(apex, &format!("CAA 0 {tag} \"{authority}\""));
    }
}
