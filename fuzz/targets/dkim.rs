use launch_ready::mail::dkim::{Key, KeyType, Record, RsaKey, holds_private_key, is_record};
use launch_ready::mail::tags::tags;

/// With this the base64 of every Ed25519 private key begins, as OpenSSL writes it (RFC 8410); then comes
/// the seed.
const PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIE";

pub(crate) fn dkim(data: &[u8]) {
    let text = super::text(data);
    let reading = Record::read(&text);
    super::places(&text, reading.errors.iter().map(|error| &error.span));
    super::places(&text, reading.lints.iter().map(|note| &note.span));
    assert_eq!(reading.record.to_string(), text);
    assert_eq!(Record::parse(&text).is_ok(), reading.errors.is_empty());
    assert!(!Record::read(&reading.record.without_testing()).record.testing, "{text:?}");
    let told = reading.errors.iter().map(ToString::to_string);
    let told: String = told.chain(reading.lints.iter().map(|note| note.kind.to_string())).collect();
    assert!(!told.contains(char::is_control), "{told:?}");
    secrets(&text, &told);
    if reading.errors.is_empty() {
        sound(&text, &reading.record);
    }
}

/// Nothing of a private key is quoted, and who quotes the record is warned.
fn secrets(text: &str, told: &str) {
    let begin = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '/')
            .any(|word| word.starts_with(PRIVATE))
    };
    assert!(!begin(told), "{told}");
    let tagged = tags(text).into_iter().any(|tag| begin(tag.value.unwrap_or(tag.name)));
    assert!(!tagged || holds_private_key(text), "{text:?}");
}

fn sound(text: &str, record: &Record) {
    assert!(is_record(text) && !holds_private_key(text), "{text:?}");
    match (&record.key, record.key_type) {
        (Some(Key::Revoked), Some(_)) => assert!(record.is_revoked()),
        (Some(Key::Rsa(key)), Some(KeyType::Rsa)) => rsa(text, key),
        (Some(Key::Ed25519(_)), Some(KeyType::Ed25519)) => {}
        other => panic!("{other:?} of {text:?}"),
    }
    let live = Record::parse(&record.without_testing()).expect("sound without the flag too");
    assert_eq!((&live.key, live.strict, &live.note), (&record.key, record.strict, &record.note));
}

/// A number is as long as its bytes, and base64 has six bits for each character.
fn rsa(text: &str, key: &RsaKey) {
    let bytes = key.modulus().len();
    assert!((bytes * 8 - 7..=bytes * 8).contains(&key.bits()), "{} bits", key.bits());
    assert!(key.bits() <= text.len() * 6);
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    assert!(odd(key.modulus()) && odd(key.exponent()) && key.exponent() != [1]);
}
