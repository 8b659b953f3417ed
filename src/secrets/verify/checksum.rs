//! Checksums that providers put at the end of their tokens.

use serde::Deserialize;

/// The entropy that a token needs where its checksum is wrong.
pub(super) const ENTROPY_WITHOUT: f64 = 3.9;
/// How many digits the checksum has.
const DIGITS: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How a checksum is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::secrets) enum Checksum {
    /// The last six characters: CRC-32 of those before, in base 62 (GitHub, npm).
    Crc32Base62,
}

impl Checksum {
    pub(super) fn is_right(self, body: &[u8]) -> bool {
        let Self::Crc32Base62 = self;
        let Some((random, sum)) = body.split_last_chunk::<DIGITS>() else { return false };
        !random.is_empty() && base62(crc32(random)) == *sum
    }
}

/// A number in six digits of base 62: enough for 32 bits.
pub(in crate::secrets) fn base62(mut number: u32) -> [u8; DIGITS] {
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// The CRC-32 of IEEE 802.3, bit by bit: tokens are short.
pub(in crate::secrets) fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_github() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        // The parts of a token that is published as the example of the scheme.
        let (random, sum) = ("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17");
        assert!(Checksum::Crc32Base62.is_right(format!("{random}{sum}").as_bytes()));
        assert!(!Checksum::Crc32Base62.is_right(format!("{random}0mLq18").as_bytes()));
        assert!(!Checksum::Crc32Base62.is_right(b"0mLq17"));
    }
}
