//! A small world of signed zones, made here and taken apart again.

mod vectors;
mod walk;

use hickory_proto::dnssec::crypto::{EcdsaSigningKey, Ed25519SigningKey};
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS, RRSIG, SigInput};
use hickory_proto::dnssec::{Algorithm, DigestType, SigningKey, TBS};
use hickory_proto::op::{Message, OpCode};
use hickory_proto::rr::rdata::SOA;
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType, SerialNumber};

use super::*;

fn name(text: &str) -> Name {
    read_name(text).expect("a name")
}

/// A zone's one key.
struct Key {
    zone: Name,
    secret: Box<dyn SigningKey>,
    public: DNSKEY,
}

impl Key {
    fn new(zone: &str) -> Self {
        let algorithm = Algorithm::ECDSAP256SHA256;
        let secret = EcdsaSigningKey::generate_pkcs8(algorithm).expect("a key");
        Self::of(zone, Box::new(EcdsaSigningKey::from_pkcs8(&secret, algorithm).expect("a key")))
    }

    fn ed25519(zone: &str) -> Self {
        let secret = Ed25519SigningKey::generate_pkcs8().expect("a key");
        Self::of(zone, Box::new(Ed25519SigningKey::from_pkcs8(&secret).expect("a key")))
    }

    fn of(zone: &str, secret: Box<dyn SigningKey>) -> Self {
        let public = DNSKEY::from_key(&secret.to_public_key().expect("a key"));
        Self { zone: name(zone), secret, public }
    }

    fn tag(&self) -> u16 {
        self.public.calculate_key_tag().expect("a tag")
    }

    fn ds(&self, kind: DigestType) -> DS {
        let digest = self.public.to_digest(&self.zone, kind).expect("a digest");
        DS::new(self.tag(), self.secret.algorithm(), kind, digest.as_ref().to_vec())
    }

    fn anchor(&self) -> TrustAnchors {
        let zone = write_name(&self.zone);
        let text = format!("{zone} IN DS {}", crate::probe::dns::signer(&self.ds(DigestType::SHA256)));
        TrustAnchors::parse(&text).expect("an anchor")
    }

    /// The set's signature, good from 1000 to 2000 seconds after the epoch.
    fn sign(&self, records: &[Record]) -> Record {
        let first = &records[0];
        let input = SigInput {
            type_covered: first.record_type(),
            algorithm: self.secret.algorithm(),
            num_labels: first.name.num_labels(),
            original_ttl: 300,
            sig_expiration: SerialNumber::new(2000),
            sig_inception: SerialNumber::new(1000),
            key_tag: self.tag(),
            signer_name: self.zone.clone(),
        };
        let tbs = TBS::from_input(&first.name, DNSClass::IN, &input, records.iter()).expect("bytes");
        let signature = RRSIG::from_sig(input, self.secret.sign(&tbs).expect("a signature"));
        Record::from_rdata(first.name.clone(), 300, RData::DNSSEC(DNSSECRData::RRSIG(signature)))
    }
}

fn message(answers: Vec<Record>) -> Message {
    let mut message = Message::response(0, OpCode::Query);
    message.answers = answers;
    message
}

fn soa(zone: &Name) -> Record {
    Record::from_rdata(
        zone.clone(),
        300,
        RData::SOA(SOA::new(zone.clone(), zone.clone(), 1, 7200, 3600, 86400, 300)),
    )
}

fn dnskey(key: &Key) -> Record {
    Record::from_rdata(key.zone.clone(), 300, RData::DNSSEC(DNSSECRData::DNSKEY(key.public.clone())))
}

/// Records and the signature over them.
fn with(mut records: Vec<Record>, key: &Key) -> Vec<Record> {
    records.push(key.sign(&records));
    records
}

/// What is answered where there is nothing: the SOA of `zone`.
fn nothing(zone: &str) -> Message {
    let mut message = message(Vec::new());
    message.authorities.push(soa(&name(zone)));
    message
}

/// `shop.test` in `test` in the root: signed all the way.
struct World {
    root: Key,
    test: Key,
    shop: Key,
    answers: Answers,
}

impl World {
    fn new() -> Self {
        Self::with_shop(Key::new("shop.test"))
    }

    fn with_shop(shop: Key) -> Self {
        let (root, test) = (Key::new("."), Key::new("test"));
        let mut world = Self { root, test, shop, answers: Answers::default() };
        for (ds, signer) in [(&world.test, &world.root), (&world.shop, &world.test)] {
            let record = ds_record(&ds.zone, ds.ds(DigestType::SHA256));
            world.answers.insert(&ds.zone, RecordType::DS, Ok(message(with(vec![record], signer))));
        }
        for key in [&world.root, &world.test, &world.shop] {
            let keys = with(vec![dnskey(key)], key);
            world.answers.insert(&key.zone, RecordType::DNSKEY, Ok(message(keys)));
        }
        let soa = with(vec![soa(&world.shop.zone)], &world.shop);
        world.answers.insert(&world.shop.zone, RecordType::SOA, Ok(message(soa)));
        world
    }

    fn answer(&mut self, name: &str, kind: RecordType, answer: Message) {
        self.answers.insert(&self::name(name), kind, Ok(answer));
    }

    fn fail(&mut self, name: &str, kind: RecordType) {
        let why = format!("the resolver answered SERVFAIL for {name} {kind}");
        self.answers.insert(&self::name(name), kind, Err(Problem::Unobserved(why)));
    }

    fn ds(&mut self, ds: DS) {
        let records = with(vec![ds_record(&name("shop.test"), ds)], &self.test);
        self.answer("shop.test", RecordType::DS, message(records));
    }

    fn judged(&self, anchors: &TrustAnchors) -> Dnssec {
        let opinion = chain::Opinion::None;
        chain::dnssec(&name("shop.test"), &self.answers, anchors, opinion).expect("known")
    }

    fn judged_from_root(&self) -> Dnssec {
        self.judged(&self.root.anchor())
    }
}

fn ds_record(zone: &Name, ds: DS) -> Record {
    Record::from_rdata(zone.clone(), 300, RData::DNSSEC(DNSSECRData::DS(ds)))
}
