//! One zone of the lab's DNS: its records in the short form of zone files, and its scripted faults.

use std::collections::BTreeMap;

use hickory_proto::rr::rdata::{A, AAAA, CAA, CNAME, MX, NS, NULL, PTR, SOA, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::fault::Fault;
use super::signing::Signing;

/// One zone: names relative to its origin, `@` for the origin itself, a final dot for a whole name.
#[derive(Clone)]
pub struct Zone {
    origin: String,
    ttl: u32,
    pub(super) signed: bool,
    /// True where a validating resolver answers SERVFAIL.
    pub(super) bogus: bool,
    pub(super) signing: Option<Signing>,
    pub(super) signatures: Vec<Record>,
    /// Owner and type of the sets whose signature alone is spoiled.
    pub(super) spoiled: Vec<(String, RecordType)>,
    pub(super) nodes: BTreeMap<String, Vec<(u32, RData)>>,
    faults: Vec<(String, Option<RecordType>, Fault)>,
}

/// Makes `name` lower-case and whole, with its final dot; `@` and relative names belong to `origin`.
pub(super) fn absolute(name: &str, origin: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "@" => origin.to_owned(),
        whole if whole.ends_with('.') => name,
        _ if origin == "." => format!("{name}."),
        _ => format!("{name}.{origin}"),
    }
}

/// A name in the form of the protocol.
pub(super) fn parsed(name: &str) -> Name {
    Name::from_ascii(name).expect("the lab's names are names")
}

/// Cuts text into the strings of at most 255 bytes that a TXT record is made of.
fn txt(bytes: &[u8]) -> RData {
    let parts = if bytes.is_empty() { vec![bytes] } else { bytes.chunks(255).collect() };
    RData::TXT(TXT::from_bytes(parts))
}

fn quoted(text: &str) -> Vec<&[u8]> {
    if text.starts_with('"') {
        text.split('"').skip(1).step_by(2).map(str::as_bytes).collect()
    } else {
        vec![]
    }
}

/// Serial, and then, where they are given, refresh, retry, expire and minimum.
fn soa_data(origin: &str, words: &[&str]) -> RData {
    let [mname, rname] = ["ns1", "hostmaster"].map(|label| parsed(&absolute(label, origin)));
    let number = |at: usize, usual: u32| words.get(at).map_or(usual, |word| word.parse().expect("a number"));
    let (refresh, retry) = (number(1, 7200), number(2, 3600));
    let timer = |seconds: u32| i32::try_from(seconds).expect("a timer");
    let expire = timer(number(3, 1_209_600));
    RData::SOA(SOA::new(mname, rname, number(0, 1), timer(refresh), timer(retry), expire, number(4, 300)))
}

fn caa(flags: &str, tag: &str, value: &str) -> RData {
    let critical = flags.parse::<u8>().expect("CAA flags are a number") & 128 != 0;
    let mut data = CAA::new_issue(critical, None, vec![]);
    tag.clone_into(&mut data.tag);
    data.value = value.trim_matches('"').as_bytes().to_vec();
    RData::CAA(data)
}

/// The record data of a short form such as `MX 10 mail.shop.test.`.
fn record_data(kind: &str, rest: &str, origin: &str) -> RData {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let name = |word: &str| parsed(&absolute(word, origin));
    let number = |word: &str| word.parse::<u16>().expect("a number belongs here");
    match (kind, words.as_slice()) {
        ("A", [address]) => RData::A(A(address.parse().expect("an IPv4 address"))),
        ("AAAA", [address]) => RData::AAAA(AAAA(address.parse().expect("an IPv6 address"))),
        ("CNAME", [target]) => RData::CNAME(CNAME(name(target))),
        ("NS", [target]) => RData::NS(NS(name(target))),
        ("PTR", [target]) => RData::PTR(PTR(name(target))),
        ("MX", [preference, host]) => RData::MX(MX::new(number(preference), name(host))),
        ("SRV", [priority, weight, port, host]) => {
            RData::SRV(SRV::new(number(priority), number(weight), number(port), name(host)))
        }
        ("CAA", [flags, tag, ..]) => caa(flags, tag, rest.splitn(3, ' ').nth(2).unwrap_or("")),
        ("SOA", words) => soa_data(origin, words),
        ("TXT", _) => match quoted(rest) {
            strings if strings.is_empty() => txt(rest.as_bytes()),
            strings => RData::TXT(TXT::from_bytes(strings)),
        },
        _ => panic!("the lab does not read the record `{kind} {rest}`"),
    }
}

impl Zone {
    /// A zone with a SOA and nothing else.
    pub(super) fn new(origin: &str) -> Self {
        let origin = absolute(origin, ".");
        let nodes = BTreeMap::from([(origin.clone(), vec![(300, soa_data(&origin, &[]))])]);
        Self {
            origin,
            ttl: 300,
            signed: false,
            bogus: false,
            signing: None,
            signatures: vec![],
            spoiled: vec![],
            nodes,
            faults: vec![],
        }
    }

    /// The TTL of the records that follow; 300 until said otherwise.
    pub fn ttl(&mut self, seconds: u32) -> &mut Self {
        self.ttl = seconds;
        self
    }

    /// Answers from this zone count as validated: the AD flag is set for clients that ask for it.
    pub fn signed(&mut self) -> &mut Self {
        self.signed = true;
        self
    }

    /// A record in short form: `A 203.0.113.10`, `MX 10 mail`, `TXT "one" "two"`, `CAA 0 issue "ca.test"`,
    /// `SRV 0 5 443 host`, `SOA serial [refresh retry expire minimum]`.
    pub fn record(&mut self, name: &str, short: &str) -> &mut Self {
        let (kind, rest) = short.trim().split_once(char::is_whitespace).expect("a type, then its data");
        let data = record_data(&kind.to_ascii_uppercase(), rest.trim(), &self.origin);
        self.push(name, data)
    }

    /// True for the root and for top-level zones.
    pub(super) fn is_top(&self) -> bool {
        self.origin.matches('.').count() <= 1
    }

    /// A name with the zone's own after it.
    pub(super) fn whole(&self, name: &str) -> String {
        absolute(name, &self.origin)
    }

    fn push(&mut self, name: &str, data: RData) -> &mut Self {
        let node = self.nodes.entry(absolute(name, &self.origin)).or_default();
        if matches!(data, RData::SOA(_)) {
            node.retain(|(_, old)| !matches!(old, RData::SOA(_)));
        }
        node.push((self.ttl, data));
        self
    }

    /// An IPv4 address.
    pub fn a(&mut self, name: &str, address: &str) -> &mut Self {
        self.record(name, &format!("A {address}"))
    }

    /// An IPv6 address.
    pub fn aaaa(&mut self, name: &str, address: &str) -> &mut Self {
        self.record(name, &format!("AAAA {address}"))
    }

    /// An alias.
    pub fn cname(&mut self, name: &str, target: &str) -> &mut Self {
        self.record(name, &format!("CNAME {target}"))
    }

    /// A name server.
    pub fn ns(&mut self, name: &str, target: &str) -> &mut Self {
        self.record(name, &format!("NS {target}"))
    }

    /// A mail exchanger.
    pub fn mx(&mut self, name: &str, preference: u16, host: &str) -> &mut Self {
        self.record(name, &format!("MX {preference} {host}"))
    }

    /// A CAA record with flags 0.
    pub fn caa(&mut self, name: &str, tag: &str, value: &str) -> &mut Self {
        self.record(name, &format!("CAA 0 {tag} {value}"))
    }

    /// The name of an address, for instance `25` in `113.0.203.in-addr.arpa`.
    pub fn ptr(&mut self, name: &str, host: &str) -> &mut Self {
        self.record(name, &format!("PTR {host}"))
    }

    /// A TLSA record, `3 1 1 abab...`, at a name such as `_25._tcp.mail`.
    pub fn tlsa(&mut self, name: &str, short: &str) -> &mut Self {
        let words: Vec<&str> = short.split_whitespace().collect();
        let [usage, selector, matching, data] = words[..] else { panic!("`{short}` is no TLSA record") };
        let number = |word: &str| word.parse::<u8>().expect("a number");
        let digit = |at: usize| u8::from_str_radix(&data[at..at + 2], 16).expect("hexadecimal");
        let data = (0..data.len()).step_by(2).map(digit);
        let bytes: Vec<u8> = [usage, selector, matching].map(number).into_iter().chain(data).collect();
        self.raw(name, "TLSA", &bytes)
    }

    /// A TXT record of any bytes, cut into strings of 255 as senders do.
    pub fn txt(&mut self, name: &str, content: impl AsRef<[u8]>) -> &mut Self {
        self.push(name, txt(content.as_ref()))
    }

    /// A TXT record of these strings.
    pub(super) fn strings(&mut self, name: &str, strings: &[String]) -> &mut Self {
        self.push(name, RData::TXT(TXT::from_bytes(strings.iter().map(String::as_bytes).collect())))
    }

    /// A record of any type with its data as it goes over the wire, for instance a DS or a DNSKEY.
    pub fn raw(&mut self, name: &str, kind: &str, data: &[u8]) -> &mut Self {
        let code = kind.parse().expect("a record type");
        self.push(name, RData::Unknown { code, rdata: NULL::with(data.to_vec()) })
    }

    /// An address of a name server below a delegation; said once, however often.
    pub(super) fn glue(&mut self, name: &str, short: &str) -> &mut Self {
        let kind: RecordType = short.split(' ').next().and_then(|kind| kind.parse().ok()).expect("a type");
        if self.has(name, kind) { self } else { self.record(name, short) }
    }

    /// True where the zone has records of that type at that name.
    pub(super) fn has(&self, name: &str, kind: RecordType) -> bool {
        let node = self.nodes.get(&absolute(name, &self.origin));
        node.is_some_and(|records| records.iter().any(|(_, data)| data.record_type() == kind))
    }

    /// Takes the records of one type at one name out, or with `*` of every type.
    pub fn without(&mut self, name: &str, kind: &str) -> &mut Self {
        let owner = absolute(name, &self.origin);
        if let Some(node) = self.nodes.get_mut(&owner) {
            node.retain(|(_, data)| kind != "*" && data.record_type().to_string() != kind);
            if node.is_empty() {
                self.nodes.remove(&owner);
            }
        }
        self
    }

    /// Takes the records of one type at a whole name out, and returns them.
    pub(super) fn take(&mut self, owner: &str, kind: RecordType) -> Vec<(u32, RData)> {
        let Some(node) = self.nodes.get_mut(owner) else { return vec![] };
        let (taken, left) = node.drain(..).partition(|(_, data)| data.record_type() == kind);
        *node = left;
        taken
    }

    /// The closest delegation on the way from the origin down to a name.
    pub(super) fn cut(&self, name: &str, kind: RecordType) -> Option<String> {
        let below = |cut: &&str| cut.ends_with(&format!(".{}", self.origin)) || self.origin == ".";
        std::iter::once(name)
            .chain(parents(name))
            .filter(below)
            .filter(|cut| self.has(cut, RecordType::NS) && !(kind == RecordType::DS && *cut == name))
            .last()
            .map(str::to_owned)
    }

    /// Every record, as a zone transfer sends them: the SOA first and last.
    pub(super) fn all(&self) -> Vec<Record> {
        let records = self.nodes.iter().flat_map(|(name, records)| records.iter().map(move |r| (name, r)));
        let body = records.filter(|(_, (_, data))| !matches!(data, RData::SOA(_)));
        let body = body.map(|(name, (ttl, data))| Record::from_rdata(parsed(name), *ttl, data.clone()));
        self.soa().into_iter().chain(body).chain(self.soa()).collect()
    }

    /// Scripts a fault of the resolver for one type of one name, or with `*` for every type.
    pub fn broken(&mut self, name: &str, kind: &str, fault: Fault) -> &mut Self {
        let kind = (kind != "*").then(|| kind.parse().expect("a record type or *"));
        self.faults.push((absolute(name, &self.origin), kind, fault));
        self
    }

    /// The scripted fault for that name and type.
    pub(super) fn fault(&self, name: &str, kind: RecordType) -> Option<&Fault> {
        let meant = |(owner, of, _): &&(String, Option<RecordType>, Fault)| {
            owner == name && of.is_none_or(|of| of == kind)
        };
        self.faults.iter().find(meant).map(|(_, _, fault)| fault)
    }

    /// The records at a name: its own, or those of the wildcard that covers it. A name above records exists too.
    pub(super) fn node(&self, name: &str) -> Option<&[(u32, RData)]> {
        if let Some(records) = self.nodes.get(name) {
            return Some(records);
        }
        let exists =
            |name: &str| self.nodes.keys().any(|other| other == name || other.ends_with(&format!(".{name}")));
        if exists(name) {
            return Some(&[]);
        }
        let encloser = parents(name).find(|parent| exists(parent))?;
        self.nodes.get(&format!("*.{encloser}")).map(Vec::as_slice)
    }

    /// Its SOA record.
    pub(super) fn soa(&self) -> Option<Record> {
        let (ttl, data) = self.nodes[&self.origin].iter().find(|(_, data)| matches!(data, RData::SOA(_)))?;
        Some(Record::from_rdata(parsed(&self.origin), *ttl, data.clone()))
    }
}

/// The names above `name`, nearest first, without the root.
pub(super) fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.split_once('.').map(|(_, rest)| rest), |name| {
        name.split_once('.').map(|(_, rest)| rest)
    })
    .filter(|name| !name.is_empty())
}
