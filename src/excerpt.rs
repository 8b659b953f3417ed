//! The beginning of an answer as a report may show it: short, and without what may be a secret. Reports
//! and recordings travel further than the answer itself did.

use crate::observed::Remote;
use crate::spec::shown::without_secrets;

/// Most characters that are shown.
const LONGEST: usize = 160;
/// Most bytes that are looked at.
const MOST: usize = 16 * 1024;
/// From how many characters on a word of letters and digits may be a key.
const LONG: usize = 20;
/// What stands in the place of a secret.
const MASK: &str = "***";
/// Parts of names whose values nobody should see.
const NAMES: &[&str] = &[
    "secret",
    "token",
    "passw",
    "apikey",
    "private",
    "credential",
    "authorization",
    "cookie",
    "session",
    "jwt",
    "bearer",
    "signature",
];

/// The title of a page, the first words of any other text; `None` for what is no text.
pub(crate) fn of(body: &[u8]) -> Option<Remote> {
    let body = &body[..body.len().min(MOST)];
    if body.is_empty() || body.contains(&0) {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    Some(Remote::new(&shown(title(&text).unwrap_or(&text))))
}

/// A text of the answer itself, shortened and masked.
pub(crate) fn shown(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let masked = masked(&words.join(" "));
    match masked.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &masked[..end]),
        None => masked,
    }
}

/// True for names of things whose values nobody should see.
pub(crate) fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['_', '-'], "");
    name.ends_with("key") || NAMES.iter().any(|part| name.contains(part))
}

/// The element `title` of a page.
fn title(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let end = lower[start..].find("</title>")? + start + "</title>".len();
    text.get(start..end)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_-+/.~@%".contains(c)
}

/// A text with everything masked that may be a secret: by its form, by the name before it, by its length;
/// addresses of people too.
fn masked(text: &str) -> String {
    let text = without_secrets(text);
    let mut clean = String::with_capacity(text.len());
    let (mut named, mut assigned) = (false, false);
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if end == 0 {
            assigned |= matches!(first, ':' | '=');
            clean.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let word = &rest[..end];
        clean.push_str(if (named && assigned) || is_key(word) || word.contains('@') { MASK } else { word });
        (named, assigned) = (names_secret(word), false);
        rest = &rest[end..];
    }
    clean
}

/// True for a long word of letters and digits.
fn is_key(word: &str) -> bool {
    let has = |kind: fn(&char) -> bool| word.chars().any(|c| kind(&c));
    word.chars().count() >= LONG
        && !word.contains("//")
        && has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(body: &str) -> String {
        of(body.as_bytes()).map(|text| text.to_string()).unwrap_or_default()
    }

    #[test]
    fn it_is_short_and_in_one_line() {
        assert_eq!(excerpt("{\n  \"status\": \"degraded\"\n}\n"), "{ \"status\": \"degraded\" }");
        assert_eq!(excerpt(&"a ".repeat(500)).chars().count(), LONGEST + 1);
        assert_eq!(
            excerpt("<!doctype html><TITLE>Sign in\n to Shop</TITLE><p>x"),
            "<TITLE>Sign in to Shop</TITLE>"
        );
        assert_eq!(of(b"\x89PNG\0\0"), None);
        assert_eq!(of(b""), None);
    }

    #[test]
    fn what_may_be_a_secret_is_masked() {
        for (body, shown) in [
            (r#"{"access_token":"abc","a":1}"#, r#"{"access_token":"***","a":1}"#),
            ("DB_PASSWORD=hunter2 PORT=1", "DB_PASSWORD=*** PORT=1"),
            ("apiKey: k1", "apiKey: ***"),
            ("id 4bf92f3577b34da6a3ce929d0e0e4736", "id ***"),
            ("write to ada@shop.test", "write to ***"),
            ("the token has expired", "the token has expired"),
            ("see https://shop.test/v1/members/12345", "see https://shop.test/v1/members/12345"),
        ] {
            assert_eq!(excerpt(body), shown);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_value_of_a_secret_name_survives(value in "[a-z0-9]{6,40}", name in "(access_token|SECRET|db-password|apiKey)") {
            let body = format!("{{\"{name}\": \"q{value}\"}}");
            let needle = format!("q{value}");
            proptest::prop_assert!(!excerpt(&body).contains(&needle));
        }

        #[test]
        fn it_is_bounded(body in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..400)) {
            let text = of(&body).map(|text| text.to_string()).unwrap_or_default();
            // A control character takes several when it is made visible.
            proptest::prop_assert!(text.chars().count() <= 10 * LONGEST);
        }
    }
}
