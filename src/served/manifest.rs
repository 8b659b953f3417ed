//! The list of a Flutter application's assets: a map in Flutter's own binary form (`StandardMessageCodec`),
//! for browsers as base64 in a JSON text.

use std::collections::BTreeSet;

use super::inline::Decoder;

/// Marks a text; its length follows in one byte, or in two behind a byte of 254.
const TEXT: u8 = 7;
const LONG: u8 = 254;
/// Longest name of a file.
const LONGEST: usize = 240;
/// Largest list that is read.
const MOST: usize = 4 << 20;

/// Takes a list in pieces; nothing is kept of what is none.
#[derive(Debug, Default)]
pub(super) struct Assets {
    begun: bool,
    /// The first bytes, until there are two.
    head: Vec<u8>,
    base64: Option<Decoder>,
    bytes: Vec<u8>,
    is_none: bool,
}

impl Assets {
    /// The next piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        if self.begun {
            return self.take(piece);
        }
        self.head.extend_from_slice(piece);
        if self.head.len() < 2 {
            return;
        }
        self.begun = true;
        let head = std::mem::take(&mut self.head);
        // A map in base64, or the map itself.
        match &head[..] {
            [b'"', b'D', rest @ ..] => {
                self.base64 = Some(Decoder::default());
                self.take(&[b"D", rest].concat());
            }
            [0x0d, ..] => self.take(&head),
            _ => self.is_none = true,
        }
    }

    fn take(&mut self, piece: &[u8]) {
        if self.is_none || self.bytes.len() > MOST {
            return;
        }
        match &mut self.base64 {
            Some(decoder) => self.bytes.extend(decoder.push(piece).0),
            None => self.bytes.extend_from_slice(piece),
        }
    }

    /// The names that end as one of these.
    pub(super) fn names(self, endings: &[&str], found: &mut BTreeSet<String>) {
        let mut rest = &self.bytes[..];
        while let Some(at) = memchr::memchr(TEXT, rest) {
            rest = &rest[at + 1..];
            let (length, behind) = match rest {
                [LONG, low, high, behind @ ..] => (usize::from(u16::from_le_bytes([*low, *high])), behind),
                [length, behind @ ..] => (usize::from(*length), behind),
                [] => return,
            };
            let name = behind.get(..length).filter(|name| (1..=LONGEST).contains(&name.len()));
            let Some(name) = name.and_then(|name| std::str::from_utf8(name).ok()) else { continue };
            if name.chars().any(char::is_control) {
                continue;
            }
            rest = &behind[length..];
            if endings.iter().any(|ending| name.ends_with(ending)) {
                found.insert(name.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn names(list: &[u8], size: usize) -> Vec<String> {
        let (mut assets, mut found) = (Assets::default(), BTreeSet::new());
        list.chunks(size).for_each(|piece| assets.push(piece));
        assets.names(&[".env", ".json"], &mut found);
        found.into_iter().collect()
    }

    /// As Flutter writes it: a map from names to a list of one variant each.
    fn list(assets: &[&str]) -> Vec<u8> {
        let text = |text: &str| {
            let length = u8::try_from(text.len()).expect("a short name");
            [&[TEXT, length], text.as_bytes()].concat()
        };
        let mut bytes = vec![0x0d, u8::try_from(assets.len()).expect("few")];
        for asset in assets {
            bytes.extend([text(asset), vec![0x0c, 1, 0x0d, 1], text("asset"), text(asset)].concat());
        }
        bytes
    }

    #[test]
    fn assets_are_named_in_both_forms() {
        let list =
            list(&["assets/.env", "assets/a/logo.png", "a name with 47 characters, and the ending .json"]);
        let encoded = format!("\"{}\"", STANDARD.encode(&list));
        for size in [1, 7, 4096] {
            let expected = ["a name with 47 characters, and the ending .json", "assets/.env"];
            assert_eq!(names(&list, size), expected);
            assert_eq!(names(encoded.as_bytes(), size), expected);
        }
    }

    #[test]
    fn other_lists_name_nothing_here() {
        for other in ["{\"assets/.env\":[]}", "\"text\"", "", "\"D", "\u{d}\u{1}\u{7}\u{20}.env"] {
            assert_eq!(names(other.as_bytes(), 3), Vec::<String>::new(), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(0_u8..40, 0..80)) {
            names(&[&[0x0d], &bytes[..]].concat(), 5);
        }
    }
}
