//! Texts from outside in a YAML file: as a value that reads back equal, or as a comment that ends
//! where its line ends.

use std::fmt::Write;

use crate::observed::Remote;
use crate::spec::model::scalar::domain_name;
use crate::spec::shown::{secret_kind, without_secrets};

/// Longest text from outside in a comment, in characters.
const MOST_IN_COMMENT: usize = 80;

/// A scalar for block and flow context: plain where no reader could take it for anything else,
/// quoted otherwise.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let printable = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric();
    if !text.contains('\'') && text.contains(['"', '\\']) && text.chars().all(printable) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        let _ = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            c if printable(c) => write!(quoted, "{c}"),
            c if u32::from(c) > 0xffff => write!(quoted, "\\U{:08x}", u32::from(c)),
            c => write!(quoted, "\\u{:04x}", u32::from(c)),
        };
    }
    quoted + "\""
}

/// Letters, digits and what stands in names and tokens; no number, no date, no word of YAML's.
fn is_plain(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"._-/=@+".contains(&b);
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_address = text.parse::<std::net::Ipv4Addr>().is_ok();
    let starts = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    // The first letter keeps it from being a number or a date; hexadecimal and octal begin with 0.
    (starts || is_address) && text.bytes().all(inner) && !words.contains(&text.to_ascii_lowercase().as_str())
}

/// A list in flow form.
pub(super) fn list<'t>(items: impl IntoIterator<Item = &'t str>) -> String {
    let items: Vec<String> = items.into_iter().map(scalar).collect();
    format!("[{}]", items.join(", "))
}

/// A text from outside as a value, or why it cannot stand in a spec.
pub(super) fn declarable(text: &str) -> Result<String, String> {
    if let Some(kind) = secret_kind(text) {
        return Err(format!("it looks like {kind}"));
    }
    if text.contains('\u{fffd}') {
        return Err("it is not UTF-8".into());
    }
    if text.contains("\\u{") {
        return Err("it holds invisible or control characters".into());
    }
    // Remote cuts what is longer.
    if text.chars().count() > Remote::MAX {
        return Err("it is longer than launch-ready reads".into());
    }
    Ok(scalar(text))
}

/// True for a name that a spec reads as it is written: nothing that IDNA would change.
pub(super) fn is_name(text: &str) -> bool {
    domain_name(text).is_ok_and(|read| read == text)
}

/// A text within a comment: nothing that ends the line, no secret, and never much of it.
pub(super) fn comment(text: &str) -> String {
    let text = without_secrets(text);
    let shown = |c: char| if c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() { c } else { '?' };
    text.chars().map(shown).collect()
}

/// The beginning of a text from outside, for a comment.
pub(super) fn cut(text: &str) -> String {
    let text = comment(text);
    if text.chars().count() <= MOST_IN_COMMENT {
        return text;
    }
    text.chars().take(MOST_IN_COMMENT).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::load::embedded;

    #[test]
    fn plain_texts_stay_plain() {
        for text in ["shop.test", "_dmarc", "google-site-verification=a_B-1", "203.0.113.10", "pm-bounces"] {
            assert_eq!(scalar(text), text);
        }
        for text in ["1.2", "12", "0x10", "2026-01-01", "no", "True", "null", "*", "@", "", ".", "1e3", "-x"]
        {
            assert_ne!(scalar(text), text);
        }
        assert_eq!(scalar("0 issue \"letsencrypt.org\""), "'0 issue \"letsencrypt.org\"'");
        assert_eq!(scalar("mailto:a@shop.test"), "\"mailto:a@shop.test\"");
    }

    #[test]
    fn what_cannot_be_a_value_says_why() {
        let why = |text: &str| declarable(text).expect_err("not declarable");
        assert!(why("\\u{1b}[31m").contains("control"));
        assert!(why("a\u{fffd}").contains("UTF-8"));
        assert!(why(&"x".repeat(Remote::MAX + 1)).contains("longer"));
        assert!(why(&format!("sk_live_{}", "a".repeat(24))).contains("Stripe"));
    }

    proptest::proptest! {
        #[test]
        fn every_text_reads_back(text in "\\PC{0,40}|.{0,40}|[ '\"\\\\#:*@&!%|>{}\\[\\],-]{0,12}|[0-9.eExX_+:-]{1,10}") {
            let remote = Remote::new(&text);
            let value = scalar(remote.as_str());
            proptest::prop_assert!(!value.contains('\n'));
            for yaml in [format!("v: {value} # c"), format!("{{v: {value}, w: x}}"), format!("v: [a, {value}]")] {
                let read: serde_json::Value = embedded(&yaml).expect("readable");
                let read = read["v"].get(1).unwrap_or(&read["v"]);
                proptest::prop_assert_eq!(read.as_str(), Some(remote.as_str()), "{}", yaml);
            }
        }

        #[test]
        fn no_text_breaks_out_of_a_comment(text in "\\PC{0,200}|.{0,200}") {
            let yaml = format!("v: 1 # {}\nw: 2 # {}\n", comment(&text), cut(&text));
            let read: serde_json::Value = embedded(&yaml).expect("readable");
            proptest::prop_assert_eq!(read, serde_json::json!({"v": 1, "w": 2}));
        }
    }
}
