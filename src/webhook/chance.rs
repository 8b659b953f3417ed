//! What looks random in a request: derived from the run's marker, so that a run can be told from every
//! other and a test sees the same twice.

use ring::digest;

use crate::hex::hex;

/// Letters and digits.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A source of bytes for one event or attempt of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance<'a> {
    /// The run's marker.
    pub(super) run: &'a str,
    /// What tells the event or the attempt from the others of the run.
    pub(super) label: &'a str,
}

impl Chance<'_> {
    /// Bytes for a purpose; the same ones each time.
    pub(super) fn bytes(&self, purpose: &str, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + digest::SHA256_OUTPUT_LEN);
        for block in 0_u32.. {
            if bytes.len() >= count {
                break;
            }
            let seed = format!("{}\n{}\n{purpose}\n{block}", self.run, self.label);
            bytes.extend_from_slice(digest::digest(&digest::SHA256, seed.as_bytes()).as_ref());
        }
        bytes.truncate(count);
        bytes
    }

    /// Hexadecimal digits.
    pub(super) fn digits(&self, purpose: &str, count: usize) -> String {
        let mut text = hex(&self.bytes(purpose, count.div_ceil(2)));
        text.truncate(count);
        text
    }

    /// Letters and digits.
    pub(super) fn letters(&self, purpose: &str, count: usize) -> String {
        let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
        self.bytes(purpose, count).into_iter().map(letter).collect()
    }

    /// A number of as many digits.
    pub(super) fn number(&self, purpose: &str, digits: usize) -> String {
        let digit =
            |(at, byte): (usize, u8)| char::from(b'0' + if at == 0 { 1 + byte % 9 } else { byte % 10 });
        self.bytes(purpose, digits).into_iter().enumerate().map(digit).collect()
    }

    /// A UUID of version 4 (RFC 9562).
    pub(super) fn uuid(&self, purpose: &str) -> String {
        let mut bytes = self.bytes(purpose, 16);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let text = hex(&bytes);
        format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    const CHANCE: Chance = Chance { run: "lr_0123456789ab", label: "first" };

    #[test]
    fn the_same_run_says_the_same_and_another_does_not() {
        let other = Chance { label: "second", ..CHANCE };
        assert_eq!(CHANCE.bytes("id", 70), CHANCE.bytes("id", 70));
        assert_ne!(CHANCE.bytes("id", 70), other.bytes("id", 70));
        assert_ne!(CHANCE.bytes("id", 70), CHANCE.bytes("key", 70));
    }

    #[test]
    fn each_form_has_its_length() {
        assert_eq!(CHANCE.digits("x", 51).len(), 51);
        assert_eq!(CHANCE.letters("x", 27).len(), 27);
        assert!(CHANCE.number("x", 9).parse::<u32>().is_ok_and(|number| number >= 100_000_000));
        let uuid = CHANCE.uuid("x");
        let dashes: Vec<usize> = uuid.match_indices('-').map(|(at, _)| at).collect();
        assert_eq!((uuid.len(), dashes, &uuid[14..15]), (36, vec![8, 13, 18, 23], "4"));
    }
}
