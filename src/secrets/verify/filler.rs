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
    b"some_",
    b"my_secret",
    b"mysecret",
    b"fake",
    b"foobar",
    b"undefined",
    b"process.env",
    b"test_key",
    b"testtest",
    b"secret_key",
    b"api_key",
    b"apikey",
    b"localhost",
    // The account key of the Azure storage emulator, the same for everybody.
    b"eby8vdm02xnocqf",
];

/// The shortest run that counts as made by a person: chance makes one of four now and then.
const RUN: usize = 5;

/// True for what people write where a key belongs: words, filler, one piece repeated.
pub(super) fn is_placeholder(body: &[u8]) -> bool {
    has_words(body) || is_typed(body)
}

/// True for words that say that no key stands here.
pub(super) fn has_words(body: &[u8]) -> bool {
    let lower = body.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.windows(word.len()).any(|part| part == *word))
}

/// True for what is typed along a keyboard or an alphabet, or one piece repeated.
fn is_typed(body: &[u8]) -> bool {
    let lower = body.to_ascii_lowercase();
    patterned(&lower) * 3 > lower.len() * 2 || is_repeated(&lower)
}

/// How many bytes stand in runs of one byte, or of neighbours (`abcdef`, `67890`, `fedc`).
fn patterned(bytes: &[u8]) -> usize {
    let same = |a: u8, b: u8| a == b;
    let up = |a: u8, b: u8| b == a.wrapping_add(1) || (a, b) == (b'9', b'0');
    let down = |a: u8, b: u8| up(b, a);
    let mut counted = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        let longest = run(rest, same).max(run(rest, up)).max(run(rest, down));
        if longest >= RUN {
            counted += longest;
        }
        // The end of a run may begin another.
        rest = &rest[if longest >= RUN { longest } else { 1 }..];
    }
    counted
}

/// How long each of the first bytes follows its neighbour so.
fn run(bytes: &[u8], follows: impl Fn(u8, u8) -> bool) -> usize {
    1 + bytes.windows(2).take_while(|pair| follows(pair[0], pair[1])).count()
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
    fn a_run_within_a_random_value_is_no_placeholder() {
        assert!(!is_placeholder(b"q7Zp0Vx3LkabcdefghTn2Rb8Wd4YcAb5"));
        assert!(is_placeholder(b"abcdef0123456789abcdef0123456789"));
        assert!(is_placeholder(b"AbCdEfGhIjKlMnOpQrStUvWxYz1234567890"));
    }

    #[test]
    fn words_are_told_from_what_is_typed() {
        assert!(has_words(b"put-YOUR-key") && !has_words(b"abcdef0123456789"));
    }

    #[test]
    fn entropy_is_in_bits_a_byte() {
        assert!(entropy(b"aaaa").abs() < 1e-9 && entropy(b"").abs() < 1e-9);
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-9);
    }
}
