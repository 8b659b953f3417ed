//! How messages show what was seen: no longer than somebody reads, and never to be misread.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::observed::Remote;

/// Longest text from outside that a message shows whole.
const MAX_SHOWN: usize = 200;
/// Most things from outside that a message lists.
const MAX_LISTED: usize = 12;

/// A URL in a message.
pub(in crate::check) fn shown(url: &Url) -> String {
    cut(url.as_str())
}

/// A text in a message: never longer than a few lines.
pub(in crate::check) fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_SHOWN {
        return text.to_owned();
    }
    text.chars().take(MAX_SHOWN).chain(['…']).collect()
}

/// A text as zone files quote it, so that quotes within it are told from those around it. The
/// escapes that [`Remote`] made stay as they are.
pub(in crate::check) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace("\\\\u{", "\\u{").replace('"', "\\\"");
    format!("\"{text}\"")
}

/// A TXT record as a fact: `shop.test TXT "v=spf1 -all"`.
pub(in crate::check) fn txt(name: &str, text: &str) -> String {
    format!("{name} TXT {}", quoted(Remote::new(text).as_str()))
}

/// The number of the character at a byte of a text, from 1: what people count.
pub(in crate::check) fn character(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count() + 1
}

/// A length of time in its largest whole unit: `10 days`, `1 hour`.
pub(in crate::check) fn length(time: SignedDuration) -> String {
    let seconds = time.as_secs().unsigned_abs();
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds >= *size).unwrap_or((1, "second"));
    let count = seconds / size;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The day of a moment, UTC.
pub(in crate::check) fn day(moment: Timestamp) -> String {
    moment.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// `one`, `one and two`, `one, two and three`. For what was seen: a long list ends in `and 40 more`,
/// and each item is cut.
pub(in crate::check) fn listed(items: &[String]) -> String {
    let mut shown: Vec<String> = items.iter().take(MAX_LISTED).map(|item| cut(item)).collect();
    if items.len() > MAX_LISTED {
        shown.push(format!("{} more", items.len() - MAX_LISTED));
    }
    in_full(&shown)
}

/// The same with every item whole: for lines to publish, which nobody could use in part, and for
/// clauses whose own lists are cut.
pub(in crate::check) fn in_full(items: &[String]) -> String {
    match items {
        [] => "none".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_use_the_largest_whole_unit() {
        let cases = [(0, "0 seconds"), (59, "59 seconds"), (60, "1 minute"), (7_300, "2 hours")];
        for (seconds, text) in cases.into_iter().chain([(86_400, "1 day"), (-10 * 86_400 - 5, "10 days")]) {
            assert_eq!(length(SignedDuration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn long_urls_are_cut() {
        let long = Url::parse(&format!("https://shop.test/{}", "x".repeat(900))).expect("a URL");
        assert_eq!(shown(&long).chars().count(), MAX_SHOWN + 1);
    }

    #[test]
    fn quotes_within_a_text_are_escaped() {
        assert_eq!(quoted("a=b"), r#""a=b""#);
        assert_eq!(quoted(r#""a" \; \u{1b}"#), r#""\"a\" \\; \u{1b}""#);
    }

    #[test]
    fn characters_are_counted_from_one() {
        assert_eq!([0, 2, 3, 9].map(|byte| character("éa\n", byte)), [1, 2, 3, 4]);
        assert_eq!(txt("a.test", "say \"é\"\n"), r#"a.test TXT "say \"é\"\u{a}""#);
    }

    #[test]
    fn lists_read_like_sentences() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(listed(&items), "a, b and c");
        assert_eq!(listed(&items[..1]), "a");
        assert_eq!(listed(&[]), "none");
        let many: Vec<String> = (0..52).map(|n| n.to_string()).collect();
        assert_eq!(listed(&many), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 40 more");
        assert_eq!(listed(&many[..12]), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 11");
        let long = "x".repeat(MAX_SHOWN + 50);
        assert_eq!(listed(std::slice::from_ref(&long)).chars().count(), MAX_SHOWN + 1);
        assert_eq!(in_full(std::slice::from_ref(&long)), long);
    }
}
