//! Secrets that people make up: session keys, signing keys.

/// 96 bits: nobody tries that many values, and it lets short random values pass that are guessed at from
/// what they show.
const BITS: f64 = 96.0;
/// A value of so many characters has more different ones than that, if it is random.
const DIFFERENT: usize = 8;
/// A word of a list of 7776 words (Diceware).
const BITS_PER_WORD: f64 = 12.9;

/// What is wrong with it, in clauses without the value. `least` is the number of characters that is asked for.
pub(super) fn faults(value: &str, least: usize) -> Vec<String> {
    let value = value.strip_prefix("base64:").unwrap_or(value);
    let length = value.chars().count();
    if length < least {
        return vec![format!("it has {length} characters, and should have at least {least}")];
    }
    let mut different: Vec<char> = value.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT {
        return vec![format!("it is made of {} different characters alone", different.len())];
    }
    if is_repeated(value) {
        return vec!["it is the same text again and again".into()];
    }
    let bits = bits(value);
    if bits < BITS {
        return vec![format!("it is easier to guess than a random one: about {bits:.0} bits, not {BITS:.0}")];
    }
    Vec::new()
}

/// How hard it is to guess, at most.
fn bits(value: &str) -> f64 {
    let words: Vec<&str> = value.split(['-', '_', ' ', '.']).collect();
    let is_word =
        |word: &&str| (2..=12).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    if words.len() > 2 && words.iter().all(is_word) {
        return count(words.len()) * BITS_PER_WORD;
    }
    let has = |fits: fn(char) -> bool| value.chars().any(fits);
    let hex = value.chars().all(|c| c.is_ascii_hexdigit());
    let alphabet = if value.chars().all(|c| c.is_ascii_digit()) {
        10
    } else if hex {
        16
    } else {
        let classes = [
            (has(|c| c.is_ascii_lowercase()), 26),
            (has(|c| c.is_ascii_uppercase()), 26),
            (has(|c| c.is_ascii_digit()), 10),
            (has(|c| !c.is_ascii_alphanumeric()), 12),
        ];
        classes.iter().filter(|(there, _)| *there).map(|(_, size)| *size).sum()
    };
    count(value.chars().count()) * f64::from(alphabet).log2()
}

/// Lengths are far below where this would lose anything.
fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn is_repeated(value: &str) -> bool {
    let bytes = value.as_bytes();
    (1..=bytes.len() / 2).any(|size| bytes.iter().zip(&bytes[size..]).all(|(a, b)| a == b))
}

/// True for values that look random: no words, no names, no numbers of people.
pub(super) fn looks_random(value: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"-_.+/=".contains(&b);
    let has = |fits: fn(&u8) -> bool| value.as_bytes().iter().any(fits);
    // `europe-west1-b`, `2026-11-21`
    let named = |part: &str| {
        let digits = part.trim_start_matches(|c: char| c.is_ascii_lowercase());
        digits.len() <= if digits.len() == part.len() { 8 } else { 3 }
            && digits.bytes().all(|b| b.is_ascii_digit())
    };
    value.len() >= 16
        && !value.split(['-', '_', '.']).all(named)
        && value.bytes().all(token)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && faults(value, 16).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_are_strong() {
        for value in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "u8Jq2fXbW0cH1mQz7rTtYg==",
            "base64:S0mZ0n1Zc2lQd3Jx0bD1m7eY6tF0aV9kN8uX2cB4hWQ=",
            "correct-horse-battery-staple-orbit-velvet-cactus-window",
            "k3!x9Lq$2mPz8@vRt5#w",
        ] {
            assert_eq!(faults(value, 16), Vec::<String>::new(), "{value}");
        }
    }

    #[test]
    fn weak_values_are_told() {
        for (value, word) in [
            ("short", "5 characters"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "different"),
            ("abcdefghabcdefghabcdefghabcdefgh", "again and again"),
            ("314159265358979323846264", "bits"),
            ("my-own-circle-garden-words", "bits"),
        ] {
            let faults = faults(value, 16);
            assert!(faults.len() == 1 && faults[0].contains(word), "{value}: {faults:?}");
            assert!(!faults[0].contains(value));
        }
    }

    #[test]
    fn names_do_not_look_random() {
        assert!(looks_random("9f86d081884c7d659a2feaa0c55ad015"));
        for value in [
            "circle-garden-production",
            "europe-west1",
            "europe-west1-circle2",
            "https://shop.test/a1b2c3d4e5f6a7b8",
            "2026-11-21",
        ] {
            assert!(!looks_random(value), "{value}");
        }
    }
}
