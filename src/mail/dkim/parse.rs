//! Reads records: the tag list (RFC 6376 section 3.2), then each tag (section 3.6.1).

use std::collections::BTreeSet;
use std::ops::Range;

use super::key::{self, Place};
use super::{KeyType, Lint, LintKind, Reading, Record, SyntaxError, SyntaxErrorKind};
use crate::mail::tags::{Tag, tags};
use crate::observed::Remote;

/// Longest part of a record that an error quotes, in characters.
const MOST_QUOTED: usize = 40;

/// What people write for the names of tags.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("v", "v"),
    ("version", "v"),
    ("k", "k"),
    ("type", "k"),
    ("keytype", "k"),
    ("key_type", "k"),
    ("p", "p"),
    ("key", "p"),
    ("pubkey", "p"),
    ("publickey", "p"),
    ("public_key", "p"),
    ("pk", "p"),
    ("h", "h"),
    ("hash", "h"),
    ("s", "s"),
    ("service", "s"),
    ("t", "t"),
    ("flags", "t"),
    ("n", "n"),
];

pub(super) fn read(text: &str) -> Reading {
    let mut reader = Reader { text, tags: tags(text), errors: Vec::new(), lints: Vec::new() };
    reader.list();
    reader.version();
    reader.hashes();
    reader.services();
    reader.look_alikes();
    let key_type = reader.key_type();
    let key = reader.key(key_type);
    let flags = reader.value("t").map(words).unwrap_or_default();
    let record = Record {
        text: text.to_owned(),
        key_type,
        key,
        testing: flags.contains(&"y"),
        strict: flags.contains(&"s"),
        note: reader.value("n").map(str::to_owned),
    };
    let Reader { mut errors, mut lints, .. } = reader;
    // The places decide; of several faults at one place the one that was found first stays first.
    errors.sort_by_key(|error| error.span.start);
    lints.sort_by_key(|note| note.span.start);
    Reading { record, errors, lints }
}

/// What stands between colons, without the space around it.
fn words(list: &str) -> Vec<&str> {
    list.split(':').map(str::trim).collect()
}

/// A part of the record as an error quotes it: nothing of a private key.
fn quote(part: &str) -> String {
    if key::holds_private_key(part) {
        return "…".to_owned();
    }
    let short: String = part.chars().take(MOST_QUOTED).collect();
    let more = if short.len() < part.len() { "…" } else { "" };
    Remote::new(&format!("{short}{more}")).to_string()
}

/// What a tag says, where it is not the one whose own reader looks for private keys.
fn outside_key<'r>(tag: &Tag<'r>) -> Option<&'r str> {
    match tag.value.filter(|value| !value.is_empty()) {
        Some(value) => (tag.name != "p").then_some(value),
        None => Some(tag.name),
    }
}

fn is_tag_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

struct Reader<'r> {
    text: &'r str,
    tags: Vec<Tag<'r>>,
    errors: Vec<SyntaxError>,
    lints: Vec<Lint>,
}

impl<'r> Reader<'r> {
    fn error(&mut self, kind: SyntaxErrorKind, span: Range<usize>) {
        self.errors.push(SyntaxError { kind, span });
    }

    /// The first tag of that name, as receivers that do not mind a second one read it.
    fn tag(&self, name: &str) -> Option<&Tag<'r>> {
        self.tags.iter().find(|tag| tag.name == name && tag.value.is_some())
    }

    fn value(&self, name: &str) -> Option<&'r str> {
        self.tag(name).and_then(|tag| tag.value)
    }

    /// The form of the list.
    fn list(&mut self) {
        self.empty_parts();
        if key::is_bare_key(self.text) {
            return;
        }
        let mut seen = BTreeSet::new();
        for tag in self.tags.clone() {
            if outside_key(&tag).is_some_and(key::holds_private_key) {
                self.error(SyntaxErrorKind::PrivateKey, tag.span.clone());
            }
            if tag.value.is_none() {
                self.error(SyntaxErrorKind::NoEquals(quote(tag.name)), tag.span);
            } else if !is_tag_name(tag.name) {
                self.error(SyntaxErrorKind::TagName(quote(tag.name)), tag.span);
            } else if seen.insert(tag.name) {
                self.characters(&tag);
            } else {
                self.error(SyntaxErrorKind::Duplicate(quote(tag.name)), tag.span);
            }
        }
    }

    /// Only behind the last semicolon there may be nothing.
    fn empty_parts(&mut self) {
        let mut start = 0;
        let parts: Vec<&str> = self.text.split(';').collect();
        for part in &parts[..parts.len() - 1] {
            if part.trim().is_empty() {
                self.error(SyntaxErrorKind::EmptyTag, start + part.len()..start + part.len() + 1);
            }
            start += part.len() + 1;
        }
    }

    /// The key's own characters are told with the key.
    fn characters(&mut self, tag: &Tag) {
        let Some(value) = tag.value.filter(|_| tag.name != "p") else { return };
        let foreign = |c: &(usize, char)| !matches!(c.1, '!'..='~' | ' ' | '\t' | '\r' | '\n');
        if let Some((at, c)) = value.char_indices().find(foreign) {
            let at = tag.value_span.start + at;
            self.error(SyntaxErrorKind::Character(c), at..at + c.len_utf8());
        }
    }

    fn version(&mut self) {
        let Some(tag) = self.tag("v").cloned() else { return };
        let value = tag.value.unwrap_or_default();
        if value != "DKIM1" {
            self.error(SyntaxErrorKind::Version(quote(value)), tag.value_span);
        } else if self.tags.first() != Some(&tag) {
            self.error(SyntaxErrorKind::VersionNotFirst, tag.span);
        }
    }

    fn hashes(&mut self) {
        let Some(tag) = self.tag("h").cloned() else { return };
        let value = tag.value.unwrap_or_default();
        let hashes = words(value);
        if hashes.contains(&"sha256") {
            return;
        }
        let sha1 = hashes.iter().all(|hash| *hash == "sha1");
        let kind = if sha1 { SyntaxErrorKind::Sha1Only } else { SyntaxErrorKind::NoSha256(quote(value)) };
        self.error(kind, tag.value_span);
    }

    fn services(&mut self) {
        let Some(tag) = self.tag("s").cloned() else { return };
        let value = tag.value.unwrap_or_default();
        if !words(value).iter().any(|service| matches!(*service, "*" | "email")) {
            self.error(SyntaxErrorKind::NotForMail(quote(value)), tag.value_span);
        }
    }

    /// Tags that receivers do not read, but that somebody may think they do.
    fn look_alikes(&mut self) {
        for tag in self.tags.iter().filter(|tag| tag.value.is_some()) {
            if tag.name == "g" {
                self.lints.push(Lint { kind: LintKind::Granularity, span: tag.span.clone() });
            } else if let Some(meant) = meant(tag.name) {
                let kind = LintKind::LookAlike { tag: quote(tag.name), meant };
                self.lints.push(Lint { kind, span: tag.span.clone() });
            }
        }
    }

    fn key_type(&mut self) -> Option<KeyType> {
        let Some(tag) = self.tag("k").cloned() else { return Some(KeyType::Rsa) };
        let value = tag.value.unwrap_or_default();
        let known = KeyType::named(value);
        if known.is_none() {
            self.error(SyntaxErrorKind::KeyType(quote(value)), tag.value_span);
        }
        known
    }

    fn key(&mut self, key_type: Option<KeyType>) -> Option<super::Key> {
        let Some(tag) = self.tag("p").cloned() else {
            self.no_key();
            return None;
        };
        let place = Place {
            value: tag.value.unwrap_or_default(),
            start: tag.value_span.start,
            at_limit: ends_at_limit(self.text, &tag),
        };
        match key::read(place, key_type) {
            Ok(key) => {
                self.large(&key, &tag);
                Some(key)
            }
            // The error of an unknown type stands there already.
            Err(error) => {
                self.errors.extend(error);
                None
            }
        }
    }

    fn no_key(&mut self) {
        if key::is_bare_key(self.text) {
            // What stands there may be the private half.
            let place = Place { value: self.text, start: 0, at_limit: false };
            let own = key::read(place, None).err().flatten();
            let private = own.filter(|error| error.kind == SyntaxErrorKind::PrivateKey);
            self.errors.push(
                private.unwrap_or(SyntaxError { kind: SyntaxErrorKind::BareKey, span: 0..self.text.len() }),
            );
            return;
        }
        let near = self.tags.iter().find(|tag| tag.value.is_some() && meant(tag.name) == Some("p"));
        let span = near.map_or(self.text.len()..self.text.len(), |tag| tag.span.clone());
        let near = near.map(|tag| quote(tag.name));
        self.error(SyntaxErrorKind::NoKey(near), span);
    }

    fn large(&mut self, key: &super::Key, tag: &Tag) {
        if let super::Key::Rsa(rsa) = key
            && rsa.bits() > key::MOST_BITS
        {
            self.lints.push(Lint { kind: LintKind::Large(rsa.bits()), span: tag.span.clone() });
        }
    }
}

/// The tag that a name looks like, where it is not that tag's own.
fn meant(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    LOOK_ALIKES.iter().find(|(alike, meant)| *alike == lower && *meant != name).map(|(_, meant)| *meant)
}

/// True where the text, or the value alone, ends where one string of a TXT record must.
fn ends_at_limit(text: &str, tag: &Tag) -> bool {
    const LIMIT: usize = 255;
    let whole = tag.value_span.end == text.len() && text.len().is_multiple_of(LIMIT);
    whole || tag.value.is_some_and(|value| !value.is_empty() && value.len().is_multiple_of(LIMIT))
}
