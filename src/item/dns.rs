//! Records, zones and what else a spec asks of DNS.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{Name, hosts, names, selectors};
use crate::hex::hex;
use crate::observed::Observed;
use crate::spec::model::Record as SpecRecord;
use crate::spec::names::{full_name, is_under};
use crate::spec::{Document, Located, Place, value};

/// A declared record.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Its full owner name.
    pub name: String,
    /// Where the spec declares it: its value where it has one, its name otherwise.
    pub place: Place,
    /// `dns.records[2]`
    pub path: String,
    /// The declaration.
    pub record: &'a SpecRecord,
    /// Its values, each as it is to be published.
    pub values: Vec<Value<'a>>,
}

/// One value of a declared record.
#[derive(Debug, Clone)]
pub struct Value<'a> {
    /// As it is to be published: `apex` is the domain, names are ASCII, quoted strings are joined.
    pub meant: String,
    /// As the spec writes it.
    pub written: &'a Located<String>,
}

impl Record<'_> {
    /// False for the name of an address: its zone is somebody else's, and only resolvers are asked.
    pub fn is_own(&self, domain: &str) -> bool {
        is_under(&self.name, domain)
    }
}

/// The declared records.
pub fn records(document: &Document) -> Vec<Record<'_>> {
    let spec = &document.spec;
    let domain = &spec.domain.value.0;
    let all = spec.dns.iter().flat_map(|dns| dns.records.iter().enumerate());
    all.map(|(index, record)| {
        let path = format!("dns.records[{index}]");
        let kind = record.kind.value;
        let values = record.all_values().into_iter();
        Record {
            name: full_name(&record.name, domain),
            values: values
                .map(|written| Value { meant: value::meant(kind, written, domain), written })
                .collect(),
            place: Place::new(path.clone(), record.all_values().first().map_or(record.name.span, |v| v.span)),
            path,
            record,
        }
    })
    .collect()
}

/// A name and type that each name server is asked for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnedRecord {
    /// The owner name.
    pub name: String,
    /// The type.
    pub kind: &'static str,
    /// True where the spec declares it, so that its absence is a fault.
    pub declared: bool,
}

/// The declared records, and the addresses and aliases of every name that the spec owns, each once.
pub fn owned_records(document: &Document, observed: &Observed) -> Vec<OwnedRecord> {
    let one = |name: String, kind, declared| OwnedRecord { name, kind, declared };
    let domain = &document.spec.domain.value.0;
    let declared = records(document).into_iter().filter(|record| record.is_own(domain));
    let declared = declared.map(|r| one(r.name, r.record.kind.value.name(), true));
    let hosts = hosts(document, observed).into_iter().map(|host| host.name);
    // A host where it resolves; whether it does is not known yet.
    let www = document.spec.hosts.is_none().then(|| format!("www.{domain}"));
    let hosts = hosts.chain(www).flat_map(|name| ["A", "AAAA"].map(|kind| one(name.clone(), kind, false)));
    let mut found: Vec<OwnedRecord> = declared.chain(hosts).collect();
    let aliases: Vec<_> = found.iter().map(|owned| one(owned.name.clone(), "CNAME", false)).collect();
    found.extend(aliases);
    let mut seen = BTreeSet::new();
    found.retain(|owned| seen.insert((owned.name.clone(), owned.kind)));
    found
}

/// Where a record stands that was entered with its whole name into a form that adds the zone's
/// name by itself: `mail.shop.test.shop.test`.
pub fn doubled_name(name: &str, domain: &str) -> String {
    format!("{name}.{domain}")
}

/// The records of one name and type whose text is read for damage.
#[derive(Debug, Clone)]
pub struct RecordSet {
    /// The owner name.
    pub name: String,
    /// The type.
    pub kind: &'static str,
    /// Where the spec speaks of it.
    pub place: Place,
}

/// Declared records, aliases of hosts, and the records that mail lives on, each once.
pub fn record_sets(document: &Document, observed: &Observed) -> Vec<RecordSet> {
    let spec = &document.spec;
    let domain = &spec.domain.value.0;
    let set = |name: String, kind, place| RecordSet { name, kind, place };
    let declared = records(document).into_iter().map(|r| set(r.name, r.record.kind.value.name(), r.place));
    let aliases = hosts(document, observed).into_iter().map(|host| set(host.name, "CNAME", host.place));
    let mail = spec.email.as_ref().map_or(spec.domain.span, |email| email.span);
    let place = Place::new(if spec.email.is_some() { "email" } else { "domain" }, mail);
    let own = [(domain.clone(), "MX"), (domain.clone(), "TXT"), (format!("_dmarc.{domain}"), "TXT")];
    let own = own.into_iter().map(|(name, kind)| set(name, kind, place.clone()));
    let keys =
        selectors(document, observed).into_iter().map(|selector| set(selector.name, "TXT", selector.place));
    let mut seen = BTreeSet::new();
    let mut all: Vec<RecordSet> = declared.chain(aliases).chain(own).chain(keys).collect();
    all.retain(|set| seen.insert((set.name.clone(), set.kind)));
    all
}

/// Every name of the domain that the spec owns records at, each once.
pub fn owners(document: &Document, observed: &Observed) -> Vec<Name> {
    let spec = &document.spec;
    let apex = Name { name: spec.domain.value.0.clone(), place: Place::new("domain", spec.domain.span) };
    let records = records(document).into_iter().map(|r| Name { name: r.name, place: r.place });
    let mut seen = BTreeSet::new();
    let mut all: Vec<Name> = names(document, observed).into_iter().chain(records).chain([apex]).collect();
    all.retain(|name| is_under(&name.name, &spec.domain.value.0) && seen.insert(name.name.clone()));
    all
}

/// A record set that the declared cutover will change.
#[derive(Debug, Clone)]
pub struct Changing {
    /// The owner name.
    pub name: String,
    /// The type.
    pub kind: &'static str,
    /// Where the spec speaks of it.
    pub place: Place,
    /// When it will change.
    pub cutover: jiff::Timestamp,
}

/// The addresses and aliases of hosts, and the declared records of the types that say where a
/// service is, each once. None where no cutover is declared.
pub fn changing(document: &Document, observed: &Observed) -> Vec<Changing> {
    use crate::spec::model::RecordType::{A, Aaaa, Cname, Https, Mx, Srv, Svcb};
    let cutover =
        document.spec.dns.as_ref().and_then(|dns| dns.cutover.as_ref()).map(|moment| moment.value.0);
    let Some(cutover) = cutover else { return Vec::new() };
    let moves =
        |record: &Record| matches!(record.record.kind.value, A | Aaaa | Cname | Https | Mx | Srv | Svcb);
    let declared = records(document).into_iter().filter(moves).map(|r| Changing {
        name: r.name,
        kind: r.record.kind.value.name(),
        place: r.place,
        cutover,
    });
    let hosts = hosts(document, observed).into_iter().flat_map(|host| {
        ["A", "AAAA"].map(|kind| Changing {
            name: host.name.clone(),
            kind,
            place: host.place.clone(),
            cutover,
        })
    });
    let mut seen = BTreeSet::new();
    let mut all: Vec<Changing> = declared.chain(hosts).collect();
    all.retain(|changing| seen.insert((changing.name.clone(), changing.kind)));
    all
}

/// A zone that holds names of the product.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Its origin.
    pub origin: String,
    /// Where the spec speaks of it: the name servers, or else the domain; for a zone below the
    /// domain, what it declares there first.
    pub place: Place,
}

/// The zones that were seen; where none was, the domain as one.
pub fn zones(document: &Document, observed: &Observed) -> Vec<Zone> {
    let spec = &document.spec;
    let domain = &spec.domain.value.0;
    let servers = spec.dns.as_ref().and_then(|dns| dns.nameservers.as_ref());
    let place = servers.map_or_else(
        || Place::new("domain", spec.domain.span),
        |servers| Place::new("dns.nameservers", servers.span),
    );
    // Zones of foreign mail exchangers are looked at too: they are nobody's to judge.
    let above = observed.dnssec_of(domain).map(|(origin, _)| origin);
    let signed = observed.dnssec.keys().filter(|o| is_under(o, domain) || above == Some(o.as_str()));
    let mut origins: BTreeSet<String> = observed.zones.keys().chain(signed).cloned().collect();
    if observed.zone_of(domain, "SOA").is_none() && observed.dnssec_of(domain).is_none() {
        origins.insert(domain.clone());
    }
    let zone = |origin: String| {
        let place = first_below(&origin, document, observed).unwrap_or_else(|| place.clone());
        Zone { origin, place }
    };
    origins.into_iter().map(zone).collect()
}

/// The first declared record or host in a zone that is not the domain's own.
fn first_below(zone: &str, document: &Document, observed: &Observed) -> Option<Place> {
    let domain = &document.spec.domain.value.0;
    if is_under(domain, zone) {
        return None;
    }
    let records = records(document).into_iter().map(|record| (record.name, record.place));
    let hosts = hosts(document, observed).into_iter().map(|host| (host.name, host.place));
    records.chain(hosts).find(|(name, _)| is_under(name, zone)).map(|(_, place)| place)
}

/// A name under the domain that nobody would have declared, the same in every run: what it leads
/// to, every name leads to.
pub fn improbable_name(domain: &str) -> String {
    let digest = Sha256::digest(domain.as_bytes());
    format!("launch-ready-{}.{domain}", hex(&digest[..5]))
}
