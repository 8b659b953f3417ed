//! The records of a zone as name servers publish them.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloudflare::records::live::Records;
use crate::observed::{ApiObject, CloudflareZone, DnsRecord, Remote};
use crate::spec::names::{climb, is_below, is_under};

/// The TTL of "automatic", in seconds.
const AUTOMATIC: u32 = 300;

/// A published record.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cloudflare::records) struct Published {
    pub(super) record: DnsRecord,
    /// True where Cloudflare's own addresses are published in its place.
    pub(super) proxied: bool,
}

/// A zone's records, by owner.
#[derive(Debug, Clone)]
pub(in crate::cloudflare::records) struct Zone {
    name: String,
    by_name: BTreeMap<String, Vec<Published>>,
    /// Names that have others below them.
    above: BTreeSet<String>,
}

impl Zone {
    /// The zone with these records. Nothing is proxied where the zone is paused or not delegated yet.
    pub(in crate::cloudflare::records) fn of(live: &CloudflareZone, records: &[ApiObject]) -> Self {
        let proxies = !live.paused && live.status.as_str() == "active";
        let mut zone = Self { name: live.name.to_string(), by_name: BTreeMap::new(), above: BTreeSet::new() };
        for read in &Records::of(records, live.name.as_str()).all {
            let (priority, value) = published(read.kind, read.value.words());
            let ttl = read.object.number("ttl").and_then(|ttl| u32::try_from(ttl).ok());
            let record = DnsRecord {
                name: read.name.as_str().into(),
                kind: read.kind.to_owned(),
                ttl: ttl.filter(|ttl| *ttl > 1).unwrap_or(AUTOMATIC),
                priority,
                value,
            };
            let own = zone.by_name.entry(read.name.clone()).or_default();
            own.push(Published { record, proxied: proxies && read.proxied });
        }
        let names = zone.by_name.keys().flat_map(|name| climb(name).skip(1));
        zone.above = names.map(str::to_owned).collect();
        for own in zone.by_name.values_mut() {
            own.sort_by(|one, other| {
                let key =
                    |it: &Published| (it.record.kind.clone(), it.record.priority, it.record.value.clone());
                key(one).cmp(&key(other))
            });
        }
        zone
    }

    /// Its name.
    pub(in crate::cloudflare::records) fn name(&self) -> &str {
        &self.name
    }

    /// Its names and their records.
    pub(super) fn names(&self) -> impl Iterator<Item = (&String, &Vec<Published>)> {
        self.by_name.iter()
    }

    /// The records that answer for a name: its own, or those of the wildcard above it.
    pub(super) fn at(&self, name: &str) -> &[Published] {
        self.source(name).and_then(|source| self.by_name.get(source)).map_or(&[], Vec::as_slice)
    }

    /// The name whose records answer for a name (RFC 4592 section 3.3).
    pub(super) fn source(&self, name: &str) -> Option<&str> {
        if let Some((own, _)) = self.by_name.get_key_value(name) {
            return Some(own);
        }
        if self.has_below(name) {
            return None;
        }
        let closest = climb(name).skip(1).take_while(|above| is_under(above, &self.name));
        let mut closest = closest.filter(|above| self.by_name.contains_key(*above) || self.has_below(above));
        let wildcard = format!("*.{}", closest.next()?);
        self.by_name.get_key_value(&wildcard).map(|(own, _)| own.as_str())
    }

    /// True where the name exists, if only because there is one below it.
    pub(super) fn exists(&self, name: &str) -> bool {
        name == self.name || self.source(name).is_some() || self.has_below(name)
    }

    fn has_below(&self, name: &str) -> bool {
        self.above.contains(name)
    }

    /// True where the zone gives a name away to other name servers.
    pub(super) fn delegates(&self, name: &str) -> bool {
        let mut above = climb(name).take_while(|above| is_below(above, &self.name));
        above.any(|above| {
            self.by_name.get(above).is_some_and(|own| own.iter().any(|it| it.record.kind == "NS"))
        })
    }
}

/// Priority and data as DNS shows them.
fn published(kind: &str, words: &[String]) -> (Option<u16>, Remote) {
    let rest = |from: usize| words.get(from..).unwrap_or_default().join(" ");
    let priority = || words.first().and_then(|word| word.parse().ok());
    match kind {
        "MX" | "SRV" | "HTTPS" | "SVCB" => (priority(), Remote::new(&rest(1))),
        "CAA" => {
            let value = words.get(2).map_or("", String::as_str);
            (None, Remote::new(&format!("{} \"{value}\"", words.get(..2).unwrap_or_default().join(" "))))
        }
        _ => (None, Remote::new(&rest(0))),
    }
}
