//! Placeholders and filler: what stands where a key belongs, and is none.

/// Words that no random value holds, in small letters.
const WORDS: &[&[u8]] = &[
    b"example",
    b"your",
    b"xxxx",
    b"placeholder",
    b"changeme",
    b"change_me",
    b"change-me",
    b"replace",
    b"insert",
    b"dummy",
    b"sample",
    b"redacted",
    b"notreal",
    b"not_real",
    b"goes_here",
    b"goeshere",
    b"1234567890",
    b"abcdefgh",
    b"some_",
    b"my_secret",
    b"mysecret",
    b"fake",
    b"foobar",
    b"undefined",
    b"process.env",
    b"0123456789",
    b"test_key",
    b"testtest",
    b"secret_key",
    b"api_key",
    b"apikey",
    b"localhost",
];

/// A run of one byte that chance does not make.
const RUN: usize = 7;
/// A run of neighbours (`abcdefgh`, `23456789`) that chance does not make.
const SEQUENCE: usize = 8;

/// True for what people write where a key belongs: words, filler, one piece repeated.
pub(super) fn is_placeholder(body: &[u8]) -> bool {
    let lower = body.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.windows(word.len()).any(|part| part == *word))
        || longest(&lower, |a, b| a == b) >= RUN
        || longest(&lower, |a, b| b == a.wrapping_add(1)) >= SEQUENCE
        || longest(&lower, |a, b| a == b.wrapping_add(1)) >= SEQUENCE
        || is_repeated(&lower)
}

/// The longest run of bytes in which each follows its neighbour so.
fn longest(bytes: &[u8], follows: impl Fn(u8, u8) -> bool) -> usize {
    let mut longest = 1;
    let mut run = 1;
    for pair in bytes.windows(2) {
        run = if follows(pair[0], pair[1]) { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    longest
}

/// True for a piece of at most a third that is repeated to the end.
fn is_repeated(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 3).any(|piece| bytes.iter().zip(&bytes[piece..]).all(|(a, b)| a == b))
}

/// How random bytes are, in bits a byte (Shannon).
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let all = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    let share = |count: &u32| f64::from(*count) / all;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_for_a_key_is_a_placeholder() {
        for text in [
            "xxxxxxxxxxxxxxxxxxxxxxxx",
            "XXXXXXXXXXXXXXXXXXXX",
            "YOUR_KEY_HERE_0000",
            "0000000000000000000",
            "abcdefghijklmnopqrst",
            "AKIAIOSFODNN7EXAMPLE",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "9876543210fedcba",
            "1a2b3c1a2b3c1a2b3c1a2b3c",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn random_text_is_no_placeholder() {
        for text in ["q7Zp0Vx3Lk9Tn2Rb8Wd4YcAAb", "9f86d081884c7d659a2feaa0c55ad015", "T3BlbkFJ", ""] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn entropy_is_in_bits_a_byte() {
        assert!(entropy(b"aaaa").abs() < 1e-9 && entropy(b"").abs() < 1e-9);
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-9);
    }
}
