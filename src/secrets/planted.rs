//! Secrets and public keys planted in the text of a bundle: every secret is found, no public key is
//! taken for one, and the text around them is let alone. All values are made here.

use std::fmt::Write as _;

use super::examples::{filled, random};
use super::{Class, Stream, findings};

const SECRETS: [&str; 20] = [
    "sk_live_51{base62:97}",
    "rk_live_51{base62:97}",
    "whsec_{base62:32}",
    "{jwt:service_role}",
    "sb_secret_{base62:31}",
    "sk-proj-{base62:120}",
    "sk-ant-api03-{base62:93}AA",
    "SG.{base62:22}.{base62:43}",
    "re_{base62:8}_{base62:24}",
    "key-{hex:32}",
    "xoxb-{digits:12}-{digits:13}-{base62:24}",
    "ghp_{crc:36}",
    "github_pat_{base62:22}_{base62:59}",
    "pat-na1-{uuid}",
    "AAAA{base62:7}:APA91b{base62:134}",
    "{digits:10}:AA{base62:33}",
    "postgres://app:{base62:20}@db.shop.test:5432/app",
    "sk_{letters:31}",
    "-----BEGIN PRIVATE KEY-----\\n{pem:MIIEvQIB}\\n-----END PRIVATE KEY-----\\n",
    "cfut_{base62:48}",
];

/// Named where a form alone does not tell what they are.
const NAMED: [(&str, &str); 3] =
    [("twilioAuthToken", "{hex:32}"), ("postmarkServerToken", "{uuid}"), ("algoliaAdminKey", "{hex:32}")];

const PUBLIC: [&str; 10] = [
    "AIza{base62:35}",
    "pk_live_51{base62:97}",
    "{jwt:anon}",
    "sb_publishable_{base62:31}",
    "https://{hex:32}@o12345.ingest.sentry.io/45051",
    "6L{base62:38}",
    "phc_{base62:43}",
    "pk.eyJ{base62:80}.{base62:22}",
    "goog_{letters:27}",
    "G-{upper:10}",
];

/// Code as minifiers write it, without any key.
fn code(length: usize, seed: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        let names = random(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$_",
            40,
            &format!("{seed}{}", text.len()),
        );
        let (a, b, c, d) = (&names[..1], &names[1..2], &names[2..12], &names[12..15]);
        let _ = write!(
            text,
            "function {d}({a},{b}){{return {a}.{c}(\"sha256-{c}\",{b}=>{b}.token_{c}||{a}[\"secret_key\"])}}\
             var {c}={{key:{a},password:{b}.value,apiKey:void 0,auth:\"{c}\",hash:\"{}\"}};",
            random("0123456789abcdef", 40, &names)
        );
    }
    text
}

fn planted(values: &[String]) -> String {
    let mut text = code(3000, 0);
    for (n, value) in values.iter().enumerate() {
        let _ = write!(text, "const c{n}={value};{}", code(2000 + 700 * n, n + 1));
    }
    text
}

fn quoted(values: &[&str]) -> Vec<String> {
    values.iter().enumerate().map(|(n, value)| format!("\"{}\"", filled(value, &n.to_string()))).collect()
}

#[test]
fn every_planted_secret_is_found_and_once() {
    for value in quoted(&SECRETS) {
        let text = planted(std::slice::from_ref(&value));
        let found = findings(text.as_bytes());
        assert_eq!(found.len(), 1, "{value}: {found:?}");
        assert_eq!(found[0].class, Class::Secret, "{value}: {found:?}");
        assert!(!text[usize::try_from(found[0].offset).expect("small")..].starts_with("const"));
    }
    let all = findings(planted(&quoted(&SECRETS)).as_bytes());
    assert_eq!(all.len(), SECRETS.len(), "{all:?}");
}

#[test]
fn a_value_without_a_form_is_found_by_its_name() {
    for (name, value) in NAMED {
        let text = planted(&[format!("{{{name}:\"{}\"}}", filled(value, name))]);
        let found = findings(text.as_bytes());
        assert_eq!(
            found.iter().filter(|finding| finding.class == Class::Secret).count(),
            1,
            "{name}: {found:?}"
        );
    }
}

#[test]
fn no_public_key_is_taken_for_a_secret() {
    let text = planted(&quoted(&PUBLIC));
    let found = findings(text.as_bytes());
    assert!(found.iter().all(|finding| finding.class == Class::Public), "{found:?}");
    assert!(found.len() >= 7, "{found:?}");
}

#[test]
fn code_alone_holds_nothing() {
    let mut stream = Stream::default();
    for seed in 0..20 {
        stream.push(code(50_000, 1000 + seed).as_bytes());
    }
    assert_eq!(stream.finish(), []);
}

#[test]
fn no_output_holds_a_value() {
    for value in quoted(&SECRETS) {
        let text = planted(std::slice::from_ref(&value));
        let shown = format!("{:?}", findings(text.as_bytes()));
        let middle = value.len() / 2;
        assert!(!shown.contains(&value[middle - 5..middle + 5]), "{shown}");
    }
}
