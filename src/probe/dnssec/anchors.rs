//! Trust anchors: the keys that chains of trust begin with (RFC 4033 section 2).

use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS};
use hickory_proto::dnssec::{PublicKey, TrustAnchors as BuiltIn};
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::txt::trust_anchor::{Entry, Parser};

use crate::observed::Remote;

/// The keys that are trusted because this run was told so, each with the zone that it opens.
#[derive(Debug, Clone)]
pub struct TrustAnchors {
    /// Algorithm and key.
    keys: Vec<(Name, u8, Vec<u8>)>,
    digests: Vec<(Name, DS)>,
}

/// A line of a trust anchor file that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAnchor {
    /// A record is not one that can be trusted.
    #[error("line {line}: {why}")]
    Line {
        /// Where the record begins, from 1.
        line: usize,
        /// What is wrong with it.
        why: Remote,
    },
    /// It holds nothing but comments.
    #[error("it holds no record")]
    Empty,
}

impl Default for TrustAnchors {
    /// The root's keys of 2017 and 2024 (IANA, tags 20326 and 38696).
    fn default() -> Self {
        let root = BuiltIn::default();
        let keys = (0..root.len()).filter_map(|index| root.get(index));
        let entry = |key: &hickory_proto::dnssec::PublicKeyBuf| {
            (Name::root(), u8::from(key.algorithm()), key.public_bytes().to_vec())
        };
        Self { keys: keys.map(entry).collect(), digests: Vec::new() }
    }
}

impl TrustAnchors {
    /// Reads DNSKEY and DS records in the form of zone files, as resolvers keep them.
    ///
    /// # Errors
    ///
    /// At the first record that is neither.
    pub fn parse(text: &str) -> Result<Self, NotAnAnchor> {
        let mut anchors = Self { keys: Vec::new(), digests: Vec::new() };
        for (line, words) in entries(text) {
            let wrong = |why: String| NotAnAnchor::Line { line, why: Remote::from(why) };
            anchors.read(&words).map_err(wrong)?;
        }
        if anchors.keys.is_empty() && anchors.digests.is_empty() {
            return Err(NotAnAnchor::Empty);
        }
        Ok(anchors)
    }

    /// Trusts these too. Anchors for a zone replace the built-in ones for it: who brings a root of
    /// their own does not mean the public one.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        let named: Vec<Name> = more.zones().cloned().collect();
        self.keys.retain(|(zone, ..)| !named.contains(zone));
        self.digests.retain(|(zone, _)| !named.contains(zone));
        self.and(more)
    }

    /// Trusts these beside its own, which stay: several files may hold the keys of one zone.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.keys.extend(more.keys);
        self.digests.extend(more.digests);
        self
    }

    /// True where there is an anchor for that zone.
    pub(super) fn has(&self, zone: &Name) -> bool {
        self.zones().any(|anchored| anchored == zone)
    }

    /// Where the walk down to a name begins: at the closest zone with an anchor, else the root.
    pub(super) fn top_of(&self, name: &Name) -> Name {
        let above = (0..=name.num_labels()).rev().map(|labels| name.trim_to(usize::from(labels)));
        above.into_iter().find(|zone| self.has(zone)).unwrap_or_else(Name::root)
    }

    /// True where that key of that zone is trusted.
    pub(super) fn trusts(&self, zone: &Name, key: &DNSKEY) -> bool {
        let own = key.public_key();
        let same = |(anchored, algorithm, bytes): &(Name, u8, Vec<u8>)| {
            anchored == zone && *algorithm == u8::from(own.algorithm()) && bytes == own.public_bytes()
        };
        let covers = |(anchored, ds): &(Name, DS)| {
            anchored == zone && ds.algorithm() == own.algorithm() && ds.covers(zone, key).unwrap_or(false)
        };
        key.zone_key() && !key.revoke() && (self.keys.iter().any(same) || self.digests.iter().any(covers))
    }

    fn zones(&self) -> impl Iterator<Item = &Name> {
        self.keys.iter().map(|(zone, ..)| zone).chain(self.digests.iter().map(|(zone, _)| zone))
    }

    /// `owner [TTL] [class] type data`
    fn read(&mut self, words: &[String]) -> Result<(), String> {
        let [owner, rest @ ..] = words else { return Err("an empty record".into()) };
        let name = crate::probe::dns::read_name(owner).ok_or_else(|| format!("`{owner}` is no name"))?;
        let is_type = |word: &String| word.eq_ignore_ascii_case("DNSKEY") || word.eq_ignore_ascii_case("DS");
        let at = rest.iter().take(3).position(is_type);
        let at = at.ok_or("a trust anchor is a DNSKEY or a DS record: `zone. IN DS 12345 13 2 ABCD...`")?;
        let data = rest[at + 1..].join(" ");
        if rest[at].eq_ignore_ascii_case("DS") {
            return match RData::try_from_str(RecordType::DS, &data).map_err(|error| error.to_string())? {
                RData::DNSSEC(DNSSECRData::DS(ds)) => {
                    self.digests.push((name, ds));
                    Ok(())
                }
                _ => Err("it is no DS record".into()),
            };
        }
        let record = format!("{owner} IN DNSKEY {data}\n");
        for entry in Parser::new(record).parse().map_err(|error| error.to_string())? {
            if let Entry::DNSKEY(record) = entry {
                let key = record.data().public_key();
                let entry = (name.clone(), u8::from(key.algorithm()), key.public_bytes().to_vec());
                self.keys.push(entry);
            }
        }
        Ok(())
    }
}

/// The records of a file as words, each with the line that it begins on: comments gone, lines in
/// parentheses joined (RFC 1035 section 5.1).
fn entries(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut found: Vec<(usize, Vec<String>)> = Vec::new();
    let mut open = 0_usize;
    for (index, line) in text.lines().enumerate() {
        let line = line.split(';').next().unwrap_or_default();
        if open == 0 {
            found.push((index + 1, Vec::new()));
        }
        for word in line.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
            match (word, found.last_mut()) {
                ("(", _) => open += 1,
                (")", _) => open = open.saturating_sub(1),
                (word, Some((_, words))) => words.push(word.to_owned()),
                _ => {}
            }
        }
    }
    found.retain(|(_, words)| !words.is_empty() && !words[0].starts_with('$'));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";

    #[test]
    fn files_of_resolvers_are_read() {
        let text = format!(
            "; made by unbound-anchor\n$ORIGIN .\n\ntest.\t3600\tIN\tDNSKEY\t257 3 15 (\n  {KEY} ) ;{{id = 3613}}\n\
             example. IN DS 3613 15 2 3AA5AB37EFCE57F737FC1627013FEE07 BDF241BD10F3B1964AB55C78E79A304B\n"
        );
        let anchors = TrustAnchors::parse(&text).expect("anchors");
        assert_eq!((anchors.keys.len(), anchors.digests.len()), (1, 1));
        let name = |text| crate::probe::dns::read_name(text).expect("a name");
        assert!(anchors.has(&name("test")) && anchors.has(&name("EXAMPLE")) && !anchors.has(&Name::root()));
        assert!(TrustAnchors::default().with(anchors).has(&Name::root()));
    }

    #[test]
    fn an_anchor_for_the_root_replaces_the_built_in_ones() {
        let own = TrustAnchors::parse(&format!(". DNSKEY 257 3 15 {KEY}")).expect("an anchor");
        assert_eq!(TrustAnchors::default().keys.len(), 2);
        assert_eq!(TrustAnchors::default().with(own).keys.len(), 1);
    }

    #[test]
    fn two_files_for_one_zone_are_both_trusted() {
        let parse = |line: &str| TrustAnchors::parse(line).expect("an anchor");
        let files = [parse(&format!(". DNSKEY 257 3 15 {KEY}")), parse(". DS 1 13 2 ABCD")];
        let own = files.into_iter().reduce(TrustAnchors::and).expect("two files");
        let anchors = TrustAnchors::default().with(own);
        assert_eq!((anchors.keys.len(), anchors.digests.len()), (1, 1));
    }

    #[test]
    fn what_is_no_anchor_is_said() {
        let told = |text: &str| TrustAnchors::parse(text).expect_err("no anchor").to_string();
        assert_eq!(told("; nothing\n"), "it holds no record");
        assert!(told("\ntest. IN A 192.0.2.1").starts_with("line 2: a trust anchor is a DNSKEY or a DS"));
        assert!(told("test. IN DNSKEY 257 3 15 !!").starts_with("line 1: "));
        assert!(told("test. IN DS nonsense").starts_with("line 1: "));
        assert!(told("a..b DS 1 13 2 ab").contains("`a..b` is no name"));
    }
}
