//! The headers of one word that harden a page. Each function takes the values of the header's fields, in order.
//!
//! ```
//! use launch_ready::web::guard::{Framing, framing, nosniff};
//!
//! assert!(nosniff(&["nosniff"]) && !nosniff(&["no-sniff"]));
//! assert_eq!(framing(&["ALLOW-FROM https://partner.example"]), Framing::Ignored);
//! ```

mod dictionary;

use super::is_space;
pub use dictionary::is_dictionary;

/// What `X-Frame-Options` comes to (HTML section 7.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// No page may show it.
    Deny,
    /// Only pages of its own origin may.
    SameOrigin,
    /// Browsers take the value for none: `ALLOW-FROM`, `ALLOWALL`, a misspelling.
    Ignored,
    /// There is no such header.
    Absent,
}

/// The words of a header, between commas, in lower case.
fn words(values: &[&str]) -> Vec<String> {
    let all = values.iter().flat_map(|value| value.split(','));
    all.map(|word| word.trim_matches(is_space).to_ascii_lowercase()).collect()
}

/// True where browsers do not guess the type of an answer (Fetch, "determine nosniff"): the first word counts.
pub fn nosniff(values: &[&str]) -> bool {
    words(values).first().is_some_and(|word| word == "nosniff")
}

/// Who may show the page in a frame.
pub fn framing(values: &[&str]) -> Framing {
    let mut words = words(values);
    words.sort();
    words.dedup();
    match words.as_slice() {
        [] => Framing::Absent,
        [one] => match one.as_str() {
            "deny" => Framing::Deny,
            "sameorigin" => Framing::SameOrigin,
            _ => Framing::Ignored,
        },
        // Words that contradict each other come to the strictest.
        several if several.iter().any(|word| matches!(word.as_str(), "deny" | "sameorigin" | "allowall")) => {
            Framing::Deny
        }
        _ => Framing::Ignored,
    }
}

/// The tokens of Referrer-Policy, and whether each tells other sites no more than browsers do by themselves
/// (`strict-origin-when-cross-origin`).
const REFERRER: [(&str, bool); 8] = [
    ("no-referrer", true),
    ("same-origin", true),
    ("strict-origin", true),
    ("strict-origin-when-cross-origin", true),
    ("no-referrer-when-downgrade", false),
    ("origin", false),
    ("origin-when-cross-origin", false),
    ("unsafe-url", false),
];

/// What a Referrer-Policy comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referrer {
    /// Other sites are told no more than browsers tell by themselves.
    Sound(&'static str),
    /// They are told more.
    Leaky(&'static str),
    /// No token that browsers know.
    Unknown,
    /// There is no such header.
    Absent,
}

/// The last token that browsers know counts (Referrer Policy section 8.1).
pub fn referrer(values: &[&str]) -> Referrer {
    let words = words(values);
    let known = words.iter().rev().find_map(|word| REFERRER.iter().find(|(token, _)| token == word));
    match known {
        Some((token, true)) => Referrer::Sound(token),
        Some((token, false)) => Referrer::Leaky(token),
        None if values.is_empty() => Referrer::Absent,
        None => Referrer::Unknown,
    }
}

/// True where browsers can read a Permissions-Policy: a dictionary of structured fields (RFC 9651) with at least
/// one feature. The form of the older Feature-Policy (`camera 'none'`) is none.
pub fn permissions(values: &[&str]) -> bool {
    let joined = values.join(", ");
    !joined.trim_matches(is_space).is_empty() && is_dictionary(&joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nosniff_is_one_word() {
        for values in [&["nosniff"][..], &["NoSniff "], &["nosniff, nosniff"], &["nosniff", "x"]] {
            assert!(nosniff(values), "{values:?}");
        }
        for values in [&[][..], &["no-sniff"], &[""], &["x, nosniff"], &["nosniff; charset"], &["'nosniff'"]]
        {
            assert!(!nosniff(values), "{values:?}");
        }
    }

    #[test]
    fn framing_follows_the_strictest_of_several() {
        for (values, wanted) in [
            (&[][..], Framing::Absent),
            (&["DENY"], Framing::Deny),
            (&["SameOrigin"], Framing::SameOrigin),
            (&["SAMEORIGIN, SAMEORIGIN"], Framing::SameOrigin),
            (&["SAMEORIGIN", "DENY"], Framing::Deny),
            (&["SAMEORIGIN", "x"], Framing::Deny),
            (&["ALLOW-FROM https://a.test"], Framing::Ignored),
            (&["ALLOWALL"], Framing::Ignored),
            (&["SAME-ORIGIN"], Framing::Ignored),
            (&["x, y"], Framing::Ignored),
        ] {
            assert_eq!(framing(values), wanted, "{values:?}");
        }
    }

    #[test]
    fn the_last_known_referrer_policy_counts() {
        for (values, wanted) in [
            (&[][..], Referrer::Absent),
            (&["No-Referrer"], Referrer::Sound("no-referrer")),
            (
                &["no-referrer, strict-origin-when-cross-origin"],
                Referrer::Sound("strict-origin-when-cross-origin"),
            ),
            (&["unsafe-url", "same-origin"], Referrer::Sound("same-origin")),
            (&["same-origin, unsafe-url"], Referrer::Leaky("unsafe-url")),
            (&["origin, future-token"], Referrer::Leaky("origin")),
            (&["never"], Referrer::Unknown),
            (&[""], Referrer::Unknown),
        ] {
            assert_eq!(referrer(values), wanted, "{values:?}");
        }
    }

    #[test]
    fn permissions_are_a_dictionary() {
        for values in [
            &["camera=(), geolocation=(self \"https://a.test\"), fullscreen=*"][..],
            &["camera=()", "microphone=()"],
            &["interest-cohort=()"],
            &["geolocation=self;report-to=x"],
        ] {
            assert!(permissions(values), "{values:?}");
        }
        for values in [
            &[][..],
            &[" "],
            &["camera 'none'"],
            &["camera 'none'; microphone 'none'"],
            &["camera=(), "],
            &["camera=(self"],
            &["Camera=()"],
            &["camera=('self')"],
            &["camera: ()"],
        ] {
            assert!(!permissions(values), "{values:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*|[a-z=()\", *;.0-9:?-]{0,40}") {
            let _ = (nosniff(&[&text]), framing(&[&text]), referrer(&[&text]), permissions(&[&text]));
        }
    }
}
