//! Content-Security-Policy (CSP Level 3): which sources a page may load and run things from.
//!
//! ```
//! use launch_ready::web::csp::{Reading, Weakness, weaknesses};
//!
//! let reading = Reading::of("default-src 'self'; script-src 'self' 'unsafe-inline'");
//! assert_eq!(weaknesses(&reading.policies), [Weakness::InlineScripts]);
//!
//! // Every policy must allow a thing, so a second one can only forbid more.
//! let reading = Reading::of("script-src 'unsafe-inline' 'self', script-src 'self'; object-src 'none'");
//! assert_eq!(weaknesses(&reading.policies), []);
//! ```

mod lint;
mod weak;

use std::fmt;
use std::ops::Range;

use super::{is_space, trimmed};
use crate::placed::Placed;
pub use weak::{Weakness, restricts_frames, weaknesses};

/// What came of reading a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The policies between commas that have a directive; each of them is enforced.
    pub policies: Vec<Policy>,
    /// What browsers pass over or take for something else than was meant, in the order of the text.
    pub errors: Vec<SyntaxError>,
}

/// One policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The first of each name, as they are written.
    pub directives: Vec<Directive>,
}

/// One directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// In lower case.
    pub name: String,
    /// The words behind it, as they are written.
    pub values: Vec<String>,
}

/// A fault, and its place.
pub type SyntaxError = Placed<SyntaxErrorKind>;

/// What may be wrong with a policy. Browsers enforce the rest of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// A directive for the second time: only the first counts.
    Duplicate,
    /// A directive with a character outside ASCII is passed over.
    NotAscii,
    /// A name that is probably meant as another.
    Misspelt(&'static str),
    /// A keyword without its quotation marks is taken for a host.
    Unquoted,
    /// A directive's name among sources: a semicolon is missing before it.
    NoSemicolon,
    /// `'none'` beside other sources means nothing.
    NoneAmongOthers,
    /// `'strict-dynamic'` without a nonce or hash: no script can run.
    StrictDynamicAlone,
}

impl fmt::Display for SyntaxErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate => f.write_str("a directive for the second time, which is passed over"),
            Self::NotAscii => f.write_str("a directive that is not ASCII, which is passed over"),
            Self::Misspelt(meant) => write!(f, "an unknown directive, probably meant as `{meant}`"),
            Self::Unquoted => f.write_str("a keyword without quotation marks, which is taken for a host"),
            Self::NoSemicolon => f.write_str("a directive without a semicolon before it"),
            Self::StrictDynamicAlone => {
                f.write_str("`'strict-dynamic'` without a nonce or hash, so that no script can run")
            }
            Self::NoneAmongOthers => f.write_str("`'none'` beside other sources, where it means nothing"),
        }
    }
}

impl Reading {
    /// Reads a header field's value: policies between commas (section 2.2.2).
    pub fn of(text: &str) -> Self {
        let mut reading = Self::default();
        for policy in parts(text, 0..text.len(), ',') {
            let policy = reading.policy(text, policy);
            reading.policies.extend(Some(policy).filter(|policy| !policy.directives.is_empty()));
        }
        reading.errors.sort_by_key(|error| error.span.start);
        reading
    }

    /// Reads the content of `meta http-equiv=Content-Security-Policy`: one policy, in which some directives mean
    /// nothing (section 3.3).
    pub fn in_page(text: &str) -> Self {
        let mut reading = Self::default();
        let mut policy = reading.policy(text, 0..text.len());
        let header_only = ["frame-ancestors", "report-uri", "sandbox"];
        policy.directives.retain(|directive| !header_only.contains(&directive.name.as_str()));
        reading.policies.extend(Some(policy).filter(|policy| !policy.directives.is_empty()));
        reading.errors.sort_by_key(|error| error.span.start);
        reading
    }

    /// Directives between semicolons (section 2.2.1).
    fn policy(&mut self, text: &str, span: Range<usize>) -> Policy {
        let mut policy = Policy::default();
        for part in parts(text, span, ';') {
            let part = trimmed(text, part);
            let words = words(text, part.clone());
            let Some(first) = words.first() else { continue };
            let name = text[first.clone()].to_ascii_lowercase();
            if !text[part.clone()].is_ascii() {
                self.errors.push(SyntaxError { kind: SyntaxErrorKind::NotAscii, span: part });
            } else if policy.directive(&name).is_some() {
                self.errors.push(SyntaxError { kind: SyntaxErrorKind::Duplicate, span: part });
            } else {
                lint::directive(text, &name, &words, &mut self.errors);
                let values = words.iter().skip(1).map(|word| text[word.clone()].to_owned()).collect();
                policy.directives.push(Directive { name, values });
            }
        }
        policy
    }
}

impl Policy {
    /// The directive of a name in lower case.
    pub fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().find(|directive| directive.name == name)
    }

    /// The first of several directives that there is: one that governs, then those that it falls back to.
    pub fn governing(&self, names: &[&str]) -> Option<&Directive> {
        names.iter().find_map(|name| self.directive(name))
    }
}

impl Directive {
    /// True where a word stands there, in any case.
    pub fn has(&self, word: &str) -> bool {
        self.values.iter().any(|value| value.eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |directive: &Directive| {
            let words =
                std::iter::once(directive.name.as_str()).chain(directive.values.iter().map(String::as_str));
            words.collect::<Vec<_>>().join(" ")
        };
        f.write_str(&self.directives.iter().map(line).collect::<Vec<_>>().join("; "))
    }
}

/// The parts of a place in a text between separators.
fn parts(text: &str, span: Range<usize>, separator: char) -> Vec<Range<usize>> {
    let mut start = span.start;
    let part = |part: &str| {
        let range = start..start + part.len();
        start = range.end + separator.len_utf8();
        range
    };
    text[span].split(separator).map(part).collect()
}

/// The words of a place in a text.
fn words(text: &str, span: Range<usize>) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), span.start);
    for part in text[span].split(is_space) {
        if !part.is_empty() {
            found.push(start..start + part.len());
        }
        // White space of CSP has one byte.
        start += part.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        Reading::of(text).policies.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn policies_are_lists_of_lists() {
        assert_eq!(
            shown("Default-Src  'self'\thttps://a.test ;; ; img-src *;"),
            ["default-src 'self' https://a.test; img-src *"]
        );
        assert_eq!(
            shown("default-src 'none', , script-src 'self';"),
            ["default-src 'none'", "script-src 'self'"]
        );
        assert_eq!(shown(" "), Vec::<String>::new());
        assert_eq!(shown("default-src"), ["default-src"]);
        assert_eq!(shown("default-src 'none'; DEFAULT-SRC *; img-src é"), ["default-src 'none'"]);
    }

    #[test]
    fn a_page_cannot_say_everything_that_its_header_can() {
        let reading = Reading::in_page("frame-ancestors 'none'; script-src 'self'; sandbox");
        let shown: Vec<String> = reading.policies.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["script-src 'self'"]);
        assert_eq!(Reading::in_page("frame-ancestors 'none'").policies, []);
    }

    #[test]
    fn faults_have_places() {
        use SyntaxErrorKind::{
            Duplicate, Misspelt, NoSemicolon, NoneAmongOthers, NotAscii, StrictDynamicAlone, Unquoted,
        };
        for (text, kind, part) in [
            ("default-src 'none'; img-src *; Default-src 'self'", Duplicate, "Default-src 'self'"),
            ("img-src é; default-src 'none'", NotAscii, "img-src é"),
            ("script-scr 'self'", Misspelt("script-src"), "script-scr"),
            ("defaultsrc 'self'", Misspelt("default-src"), "defaultsrc"),
            ("default-src self", Unquoted, "self"),
            ("script-src 'self' unsafe-inline", Unquoted, "unsafe-inline"),
            ("script-src nonce-abc", Unquoted, "nonce-abc"),
            ("default-src 'self' script-src 'self'", NoSemicolon, "script-src"),
            ("frame-ancestors 'none' 'self'", NoneAmongOthers, "'none'"),
            ("script-src 'Strict-Dynamic' https:", StrictDynamicAlone, "'Strict-Dynamic'"),
        ] {
            let errors = Reading::of(text).errors;
            let found: Vec<_> = errors.into_iter().map(|error| (error.kind, &text[error.span])).collect();
            assert_eq!(found, [(kind, part)], "{text}");
        }
        let sound =
            "default-src 'self' https: data: *.a.test:*; report-uri /none; sandbox allow-scripts; x-new y";
        assert_eq!(Reading::of(sound).errors, []);
        // A policy of its own may say a thing again.
        assert_eq!(Reading::of("img-src *, img-src 'none'").errors, []);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*|(default-src|script-src|'self'|'none'|self|[*;, é]){0,12}") {
            let reading = Reading::of(&text);
            proptest::prop_assert!(reading.errors.iter().all(|error| text.get(error.span.clone()).is_some()));
            let written = reading.policies.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            proptest::prop_assert_eq!(Reading::of(&written).policies, reading.policies);
        }

        #[test]
        fn one_more_policy_never_allows_more(one in "(script-src|default-src|object-src) ('self'|'none'|\\*|'unsafe-inline')", two in "(script-src|object-src) ('self'|https:|'unsafe-eval')") {
            let alone = weaknesses(&Reading::of(&one).policies);
            let both = weaknesses(&Reading::of(&format!("{one}, {two}")).policies);
            let unrestricted = alone.contains(&Weakness::AllScripts);
            proptest::prop_assert!(unrestricted || both.len() <= alone.len(), "{:?} {:?}", alone, both);
        }
    }
}
