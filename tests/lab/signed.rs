//! Signs zones with real keys, when the world starts.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hickory_proto::dnssec::crypto::EcdsaSigningKey;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS, RRSIG, SigInput};
use hickory_proto::dnssec::{Algorithm, DigestType, SigningKey, TBS};
use hickory_proto::op::Message;
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType, SerialNumber};

use super::Lab;
use super::signing::{Made, Parent, Signing};
use super::zone::{Zone, absolute, parents, parsed};
use super::zones::Names;

const FILE: &str = "anchors.key";

/// The keys of a zone: one that the DS names, and one that signs.
struct Keys {
    origin: String,
    signing: Signing,
    entry: Key,
    zone: Key,
}

struct Key {
    secret: EcdsaSigningKey,
    public: DNSKEY,
}

impl Key {
    fn new(entry: bool) -> Self {
        let algorithm = Algorithm::ECDSAP256SHA256;
        let secret = EcdsaSigningKey::generate_pkcs8(algorithm).expect("a key");
        let secret = EcdsaSigningKey::from_pkcs8(&secret, algorithm).expect("a key");
        let public = DNSKEY::new(true, entry, false, secret.to_public_key().expect("a key"));
        Self { secret, public }
    }

    fn tag(&self) -> u16 {
        self.public.calculate_key_tag().expect("a tag")
    }

    fn ds(&self, origin: &str) -> DS {
        let digest = self.public.to_digest(&parsed(origin), DigestType::SHA256).expect("a digest");
        DS::new(self.tag(), self.secret.algorithm(), DigestType::SHA256, digest.as_ref().to_vec())
    }

    fn sign(&self, zone: &Name, records: &[Record], from: u32, until: u32, spoiled: bool) -> Record {
        let (first, owner) = (&records[0], &records[0].name);
        let input = SigInput {
            type_covered: first.record_type(),
            algorithm: self.secret.algorithm(),
            num_labels: owner.num_labels(),
            original_ttl: first.ttl,
            sig_expiration: SerialNumber::new(until),
            sig_inception: SerialNumber::new(from),
            key_tag: self.tag(),
            signer_name: zone.clone(),
        };
        let tbs = TBS::from_input(owner, DNSClass::IN, &input, records.iter()).expect("bytes to sign");
        let mut signature = self.secret.sign(&tbs).expect("a signature");
        signature[40] ^= u8::from(spoiled);
        let signature = RRSIG::from_sig(input, signature);
        Record::from_rdata(owner.clone(), first.ttl, RData::DNSSEC(DNSSECRData::RRSIG(signature)))
    }
}

/// Signs what is to be signed; the file of trust anchors.
pub(super) fn publish(names: &mut Names, now: SystemTime) -> String {
    let signed =
        names.zones.iter().filter_map(|(origin, zone)| Some((origin.clone(), zone.signing.clone()?)));
    let new = |(origin, signing)| Keys { origin, signing, entry: Key::new(true), zone: Key::new(false) };
    let all: Vec<Keys> = signed.map(new).collect();
    for keys in &all {
        keys.announce(names);
    }
    for keys in &all {
        keys.sign(names, now);
    }
    let anchored = all.iter().filter(|keys| keys.signing.anchored);
    let lines: Vec<String> =
        anchored.map(|keys| format!("{} IN DS {}", keys.origin, keys.entry.ds(&keys.origin))).collect();
    lines.join("\n")
}

impl Keys {
    /// Keys into the zone, the DS into the one above; without one above, a resolver finds it all
    /// the same.
    fn announce(&self, names: &mut Names) {
        let above = parents(&self.origin).find(|name| names.zones.contains_key(*name));
        let root = (self.origin != "." && names.zones.contains_key(".")).then_some(".");
        let home = above.or(root).unwrap_or(&self.origin).to_owned();
        let ds = match self.signing.parent {
            Parent::Right => Some(self.entry.ds(&self.origin)),
            Parent::OtherKey => Some(Key::new(true).ds(&self.origin)),
            Parent::Nothing => None,
        };
        let has_parent = self.origin != "." && !(self.signing.anchored && home == self.origin);
        if let Some(ds) = ds.filter(|_| has_parent) {
            names.zone(&home).add(&self.origin, RData::DNSSEC(DNSSECRData::DS(ds)));
        }
        let zone = names.zone(&self.origin);
        zone.signed |=
            self.signing.noticed && !self.signing.is_bogus() && self.signing.parent == Parent::Right;
        zone.bogus = self.signing.is_bogus();
        if self.signing.made != Made::Not {
            self.publish(zone);
        }
    }

    fn publish(&self, zone: &mut Zone) {
        for key in [&self.entry, &self.zone] {
            zone.add(&self.origin, RData::DNSSEC(DNSSECRData::DNSKEY(key.public.clone())));
        }
    }

    fn sign(&self, names: &mut Names, now: SystemTime) {
        if self.signing.made == Made::Not {
            return;
        }
        let below: Vec<String> = names.zones.keys().filter(|other| **other != self.origin).cloned().collect();
        let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let moment = |offset: i64| {
            let seconds = i64::try_from(now).expect("a time of this age") + offset;
            u32::try_from(seconds).expect("a time of this century")
        };
        let (from, until) = (moment(self.signing.from), moment(self.signing.until));
        let (zone, origin) = (names.zone(&self.origin), parsed(&self.origin));
        let mut signatures = Vec::new();
        for set in zone.sets() {
            let owner = set[0].name.to_ascii();
            // A DS beside the SOA stands for a parent that this world does not have, and the name
            // servers of a delegation are the child's to sign.
            let kind = set[0].record_type();
            let foreign = (kind == RecordType::DS && owner == self.origin)
                || (kind == RecordType::NS && below.contains(&owner));
            let key = if kind == RecordType::DNSKEY { &self.entry } else { &self.zone };
            let spoiled = (self.signing.made == Made::Spoiled && kind != RecordType::DNSKEY)
                || zone.spoils(&owner, kind);
            if !foreign {
                signatures.push(key.sign(&origin, &set, from, until, spoiled));
            }
        }
        zone.signatures = signatures;
    }
}

impl Zone {
    fn add(&mut self, owner: &str, data: RData) {
        self.nodes.entry(absolute(owner, ".")).or_default().push((300, data));
    }

    /// Its records by owner and type.
    fn sets(&self) -> Vec<Vec<Record>> {
        let mut sets = Vec::new();
        for (owner, records) in &self.nodes {
            let mut kinds: Vec<RecordType> = records.iter().map(|(_, data)| data.record_type()).collect();
            kinds.sort();
            kinds.dedup();
            for kind in kinds {
                let own = records.iter().filter(|(_, data)| data.record_type() == kind);
                let record =
                    |(ttl, data): &(u32, RData)| Record::from_rdata(parsed(owner), *ttl, data.clone());
                sets.push(own.map(record).collect());
            }
        }
        sets
    }
}

impl Names {
    /// Signs a zone anew with keys of its own, of which nobody above knows: a server that did not
    /// hear of the others'.
    pub fn sign_otherwise(&mut self, origin: &str, signing: Signing) -> &mut Self {
        let zone = self.zone(origin);
        let owner = zone.whole("@");
        zone.take(&owner, RecordType::DNSKEY);
        let keys = Keys { origin: owner, signing, entry: Key::new(true), zone: Key::new(false) };
        keys.publish(zone);
        keys.sign(self, SystemTime::now());
        self
    }

    /// Answers come without signatures, whoever asks for them.
    pub fn strip_signatures(&mut self) -> &mut Self {
        self.strips = true;
        self
    }

    /// Puts the signatures beside what they cover.
    pub(super) fn add_signatures(&self, response: &mut Message) {
        if self.strips {
            return;
        }
        for section in [&mut response.answers, &mut response.authorities] {
            let mut over: Vec<(Name, RecordType)> =
                section.iter().map(|record| (record.name.to_lowercase(), record.record_type())).collect();
            over.dedup();
            let all = self.zones.values().flat_map(|zone| &zone.signatures);
            let covers = |record: &&Record| match &record.data {
                RData::DNSSEC(DNSSECRData::RRSIG(signature)) => {
                    over.contains(&(record.name.to_lowercase(), signature.input().type_covered))
                }
                _ => false,
            };
            let signatures: Vec<Record> = all.filter(covers).cloned().collect();
            section.extend(signatures);
        }
    }
}

impl Lab {
    /// Keeps the anchors as a file.
    pub(super) fn trusting(self, anchors: &str) -> Self {
        if !anchors.is_empty() {
            std::fs::write(self.folder().join(FILE), anchors).expect("the folder can be written");
        }
        self
    }

    /// The file with the keys of the zones that are anchors, where there are any.
    pub fn trust_anchor(&self) -> Option<PathBuf> {
        Some(self.folder().join(FILE)).filter(|file| file.is_file())
    }
}
