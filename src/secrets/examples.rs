//! The examples of the rules, run. They are written with blanks, so that no file holds anything that
//! looks like a key; the blanks are filled in a way that never changes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::form::expression;
use super::rule::FILES;
use super::verify::checksum::{base62, crc32};
use super::*;

const DIGITS: &str = "0123456789";
const SMALL: &str = "abcdefghijklmnopqrstuvwxyz";
const CAPITAL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Characters by chance, the same for the same seed.
pub(super) fn random(alphabet: &str, length: usize, seed: &str) -> String {
    let alphabet = alphabet.as_bytes();
    let blocks = (0u32..).flat_map(|n| Sha256::digest(format!("{seed}/{n}")).to_vec());
    blocks.take(length).map(|byte| char::from(alphabet[usize::from(byte) % alphabet.len()])).collect()
}

/// What a blank stands for: `{base62:24}`.
fn blank(name: &str, length: &str, seed: &str) -> Option<String> {
    let number = || length.parse::<usize>().ok();
    let of = |alphabet: &str| Some(random(alphabet, number()?, seed));
    match name {
        "digits" => of(DIGITS),
        "hex" => of("0123456789abcdef"),
        "HEX" => of("0123456789ABCDEF"),
        "upper" => of(&format!("{CAPITAL}234567")),
        "bech" => of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
        "lower" => of(&format!("{SMALL}{DIGITS}")),
        "letters" => of(&format!("{SMALL}{CAPITAL}")),
        "base62" => of(&format!("{SMALL}{CAPITAL}{DIGITS}")),
        "base64" => of(&format!("{SMALL}{CAPITAL}{DIGITS}+/")),
        "base64url" => of(&format!("{SMALL}{CAPITAL}{DIGITS}-_")),
        "uuid" => {
            let hex = random("0123456789abcdef", 32, seed);
            Some(format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..]))
        }
        "crc" => {
            let body = random(&format!("{SMALL}{CAPITAL}{DIGITS}"), number()? - 6, seed);
            Some(format!("{body}{}", String::from_utf8_lossy(&base62(crc32(body.as_bytes())))))
        }
        "jwt" => {
            let payload = format!(r#"{{"iss":"supabase","ref":"abcd","role":"{length}","iat":1}}"#);
            let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
            let signature = random(&format!("{SMALL}{CAPITAL}{DIGITS}"), 43, seed);
            Some(format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(payload)))
        }
        "of" => Some(STANDARD.encode(length)),
        "number" => Some(URL_SAFE_NO_PAD.encode(random(DIGITS, number()?, seed))),
        "pem" => {
            let line = |n| random(&format!("{SMALL}{CAPITAL}{DIGITS}+/"), 64, &format!("{seed}{n}"));
            Some(format!("{length}{}", (0..4).map(line).collect::<Vec<_>>().join("\\n")))
        }
        "pem64" => {
            let body = blank("pem", length, seed)?.replace("\\n", "\n");
            let armour = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
            Some(STANDARD.encode(armour))
        }
        "cert64" => {
            let body = blank("pem", length, seed)?.replace("\\n", "\n");
            let armour = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
            Some(STANDARD.encode(armour))
        }
        _ => None,
    }
}

/// An example with its blanks filled in.
pub(super) fn filled(example: &str, seed: &str) -> String {
    let mut text = String::new();
    let mut rest = example;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let inside = after.split_once('}').and_then(|(inside, rest)| {
            let (name, length) = inside.split_once(':').unwrap_or((inside, ""));
            Some((blank(name, length, &format!("{seed}{}", text.len()))?, rest))
        });
        if let Some((value, behind)) = inside {
            text.push_str(&value);
            rest = behind;
        } else {
            text.push('{');
            rest = after;
        }
    }
    text + rest
}

#[test]
fn every_file_is_read() {
    for (name, text) in FILES {
        let sets = crate::spec::load::embedded::<Vec<rule::Set>>(text);
        assert!(sets.is_ok(), "{name}: {}", sets.unwrap_err());
    }
}

#[test]
fn every_rule_is_whole() {
    let mut ids = std::collections::BTreeSet::new();
    for rule in rules() {
        assert!(ids.insert(&rule.id), "{} twice", rule.id);
        assert!(expression(rule).is_ok(), "{}: {:?}", rule.id, expression(rule).err());
        assert!(!rule.positive.is_empty() && !rule.negative.is_empty(), "{}: examples", rule.id);
        assert!(rule.class == Class::Public || !rule.rotate.is_empty(), "{}: what to do", rule.id);
        assert!(rule.source.starts_with("https://"), "{}: {}", rule.id, rule.source);
        assert!(rule.keywords.iter().all(|keyword| keyword.len() >= 2), "{}: keywords", rule.id);
        assert!(rule.ahead <= stream::AHEAD && rule.back <= stream::BEHIND / 2, "{}: window", rule.id);
    }
}

/// A file that a rule is for.
fn source(rule: &Rule) -> Source {
    rule.files.first().map_or_else(Source::default, |pattern| Source::file(&pattern.replace('*', "a")))
}

#[test]
fn rules_for_files_find_nothing_in_served_code() {
    for rule in rules().iter().filter(|rule| !rule.files.is_empty()) {
        for (n, example) in rule.positive.iter().enumerate() {
            let text = filled(example, &format!("{}{n}", rule.id));
            for source in [Source::default(), Source::file("dist/main.js")] {
                let hits = Scanner::builtin().scan_in(text.as_bytes(), &source);
                assert!(hits.iter().all(|hit| hit.rule.files.is_empty()), "{}: {text}", rule.id);
            }
        }
    }
}

#[test]
fn every_positive_example_is_found_in_code_and_alone() {
    let mut missed = Vec::new();
    for rule in rules() {
        for (n, example) in rule.positive.iter().enumerate() {
            // Chance may make a placeholder of one filling, not of five.
            for seed in 0..5 {
                let text = filled(example, &format!("{}{n}{seed}", rule.id));
                for text in
                    [text.clone(), format!("!function(){{var a=1;x(\"a\")}}();\n{text}\n;export default e;")]
                {
                    let hits = Scanner::builtin().scan_in(text.as_bytes(), &source(rule));
                    let told: Vec<_> = hits.iter().map(|hit| hit.rule.id.as_str()).collect();
                    if !told.contains(&rule.id.as_str()) {
                        missed.push(format!("{}: {told:?} {text}", rule.id));
                    }
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn no_negative_example_is_found() {
    for rule in rules() {
        for (n, example) in rule.negative.iter().enumerate() {
            let text = filled(example, &format!("{}{n}", rule.id));
            let hits = Scanner::builtin().scan_in(text.as_bytes(), &source(rule));
            let told: Vec<_> = hits.iter().map(|hit| hit.rule.id.as_str()).collect();
            assert!(!told.contains(&rule.id.as_str()), "{}: {text}", rule.id);
        }
    }
}
