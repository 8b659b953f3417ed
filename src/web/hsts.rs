//! HSTS (RFC 6797): a host tells browsers to use nothing but HTTPS for it, and for how long.
//! `Strict-Transport-Security: max-age=31536000; includeSubDomains`.
//!
//! ```
//! use launch_ready::web::hsts::{Header, SyntaxErrorKind};
//!
//! let header = Header::parse("max-age=31536000; includeSubDomains").expect("a header");
//! assert!(header.include_subdomains && !header.preload);
//!
//! let errors = Header::parse("max-age=1 year; includeSubDomains").unwrap_err();
//! assert_eq!((errors[0].kind, errors[0].span.clone()), (SyntaxErrorKind::NotANumber, 8..14));
//! ```

use std::fmt;
use std::ops::Range;

use super::{is_token, trimmed};
use crate::placed::Placed;

/// The least `max-age` with which a domain is taken into the browsers' own list (hstspreload.org): a year.
pub const PRELOAD_MAX_AGE: u64 = 31_536_000;

/// The directives that have a meaning.
const KNOWN: [&str; 3] = ["max-age", "includeSubDomains", "preload"];

/// What browsers act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// For how many seconds; 0 takes an earlier header back.
    pub max_age: u64,
    /// Whether it holds for all names below the host too.
    pub include_subdomains: bool,
    /// Whether the domain asks for the browsers' own list.
    pub preload: bool,
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "max-age={}", self.max_age)?;
        if self.include_subdomains {
            f.write_str("; includeSubDomains")?;
        }
        if self.preload {
            f.write_str("; preload")?;
        }
        Ok(())
    }
}

/// What came of reading a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Seconds, where there is a number that can be read.
    pub max_age: Option<u64>,
    /// Whether `includeSubDomains` stands there.
    pub include_subdomains: bool,
    /// Whether `preload` does.
    pub preload: bool,
    /// Why browsers ignore the whole header (section 6.1), in the order of the text.
    pub errors: Vec<SyntaxError>,
    /// What they pass over, likewise.
    pub warnings: Vec<Warning>,
}

/// A fault for which browsers ignore the header.
pub type SyntaxError = Placed<SyntaxErrorKind>;
/// A fault that they pass over.
pub type Warning = Placed<WarningKind>;

/// Why a header is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// There is no `max-age`.
    NoMaxAge,
    /// `max-age` without a value.
    NoValue,
    /// The value of `max-age` has something else than digits.
    NotANumber,
    /// A value where none belongs: `includeSubDomains=true`.
    NeedlessValue,
    /// `max-age` or `includeSubDomains` for the second time.
    Duplicate,
    /// What should be a name has other characters.
    NotAName,
    /// A quoted value that does not end.
    Unclosed,
}

/// What is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningKind {
    /// A directive without a meaning, and the one that it resembles.
    Unknown(Option<&'static str>),
    /// Another directive for the second time.
    Again,
    /// `max-age` begins with a 0.
    LeadingZero,
}

impl fmt::Display for SyntaxErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMaxAge => "no `max-age`",
            Self::NoValue => "`max-age` without a number",
            Self::NotANumber => "a `max-age` that is not a number of seconds",
            Self::NeedlessValue => "a value where none belongs",
            Self::Duplicate => "a directive for the second time",
            Self::NotAName => "something that is no directive",
            Self::Unclosed => "a quotation mark that nothing closes",
        })
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(Some(meant)) => write!(f, "an unknown directive, probably meant as `{meant}`"),
            Self::Unknown(None) => f.write_str("an unknown directive"),
            Self::Again => f.write_str("a directive for the second time"),
            Self::LeadingZero => f.write_str("a number that begins with 0"),
        }
    }
}

impl Header {
    /// Reads a header as browsers must: one error, and they ignore it.
    pub fn parse(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let reading = Self::read(text);
        reading.header().ok_or(reading.errors)
    }

    /// Reads a header as a linter does: past each error.
    pub fn read(text: &str) -> Reading {
        let mut reading = Reading::default();
        let mut seen: Vec<String> = Vec::new();
        for span in directives(text) {
            let span = trimmed(text, span);
            if !span.is_empty() {
                reading.take(text, span, &mut seen);
            }
        }
        if !seen.iter().any(|name| name == "max-age") {
            let span = text.len()..text.len();
            reading.errors.push(SyntaxError { kind: SyntaxErrorKind::NoMaxAge, span });
        }
        reading
    }
}

impl Reading {
    /// What browsers act on; `None` where they ignore the header.
    pub fn header(&self) -> Option<Header> {
        let max_age = self.max_age.filter(|_| self.errors.is_empty())?;
        Some(Header { max_age, include_subdomains: self.include_subdomains, preload: self.preload })
    }

    fn error(&mut self, kind: SyntaxErrorKind, span: Range<usize>) {
        self.errors.push(SyntaxError { kind, span });
    }

    /// One directive.
    fn take(&mut self, text: &str, span: Range<usize>, seen: &mut Vec<String>) {
        let equals = text[span.clone()].find('=').map(|at| span.start + at);
        let name_span = trimmed(text, span.start..equals.unwrap_or(span.end));
        let value_span = equals.map(|at| trimmed(text, at + 1..span.end));
        let name = text[name_span.clone()].to_ascii_lowercase();
        if !is_token(&name) {
            return self.error(SyntaxErrorKind::NotAName, span);
        }
        let again = seen.contains(&name);
        seen.push(name.clone());
        match name.as_str() {
            "max-age" | "includesubdomains" if again => self.error(SyntaxErrorKind::Duplicate, span),
            "max-age" => self.age(text, span, value_span),
            "includesubdomains" | "preload" => {
                if value_span.is_some() {
                    return self.error(SyntaxErrorKind::NeedlessValue, span);
                }
                if again {
                    self.warnings.push(Warning { kind: WarningKind::Again, span });
                }
                self.include_subdomains |= name == "includesubdomains";
                self.preload |= name == "preload";
            }
            other => {
                let kind = WarningKind::Unknown(meant(other));
                self.warnings.push(Warning { kind, span });
            }
        }
    }

    fn age(&mut self, text: &str, span: Range<usize>, value: Option<Range<usize>>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return self.error(SyntaxErrorKind::NoValue, span);
        };
        let written = &text[value.clone()];
        let digits = match written.strip_prefix('"') {
            None => written,
            Some(rest) => match rest.strip_suffix('"') {
                None => return self.error(SyntaxErrorKind::Unclosed, value),
                Some(inner) => inner,
            },
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.error(SyntaxErrorKind::NotANumber, value);
        }
        if digits.len() > 1 && digits.starts_with('0') {
            self.warnings.push(Warning { kind: WarningKind::LeadingZero, span: value });
        }
        // Only a number of too many digits is left to fail.
        self.max_age = Some(digits.parse().unwrap_or(u64::MAX));
    }
}

/// The parts between semicolons, but for those within quotes.
fn directives(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                found.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(start..text.len());
    found
}

/// The directive that a name resembles: `include-sub-domains`, `includeSubdomain`, `maxage`.
fn meant(name: &str) -> Option<&'static str> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], "");
    let near = |known: &&&str| strsim::damerau_levenshtein(&plain(known), &plain(name)) <= 2;
    KNOWN.iter().find(near).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(max_age: u64, include_subdomains: bool, preload: bool) -> Header {
        Header { max_age, include_subdomains, preload }
    }

    #[test]
    fn sound_headers() {
        for (text, wanted) in [
            ("max-age=31536000; includeSubDomains; preload", header(31_536_000, true, true)),
            ("includeSubDomains; max-age=1337", header(1_337, true, false)),
            ("preload; max-age=1337", header(1_337, false, true)),
            (
                "   max-age=10886400  ;     includeSubDomains    ;     preload      ",
                header(10_886_400, true, true),
            ),
            ("inCLUDESUBDomaINs; max-AGe=12345678", header(12_345_678, true, false)),
            (";; max-age = \"10886400\" ;", header(10_886_400, false, false)),
            ("max-age=0", header(0, false, false)),
            ("max-age=99999999999999999999999", header(u64::MAX, false, false)),
        ] {
            let reading = Header::read(text);
            assert_eq!((reading.header(), reading.warnings), (Some(wanted), vec![]), "{text}");
        }
    }

    #[test]
    fn errors_condemn_it_and_have_a_place() {
        use SyntaxErrorKind::{Duplicate, NeedlessValue, NoMaxAge, NoValue, NotAName, NotANumber, Unclosed};
        for (text, kind, part) in [
            ("", NoMaxAge, ""),
            (";", NoMaxAge, ""),
            ("includeSubDomains; preload", NoMaxAge, ""),
            ("max-age", NoValue, "max-age"),
            ("includeSubDomains; max-age;", NoValue, "max-age"),
            ("max-age=", NoValue, "max-age="),
            ("max-age=-101", NotANumber, "-101"),
            ("max-age=+101", NotANumber, "+101"),
            ("max-age=1y", NotANumber, "1y"),
            ("max-age=31536000, includeSubDomains", NotANumber, "31536000, includeSubDomains"),
            ("max-age=\"\"", NotANumber, "\"\""),
            ("max-age='31536000'", NotANumber, "'31536000'"),
            ("max-age=\"1; includeSubDomains", Unclosed, "\"1; includeSubDomains"),
            ("max-age=1; max-age=2", Duplicate, "max-age=2"),
            ("max-age=1; includeSubDomains; includesubdomains", Duplicate, "includesubdomains"),
            ("max-age=1; includeSubDomains=true", NeedlessValue, "includeSubDomains=true"),
            ("max-age=1; includeSubDomains preload", NotAName, "includeSubDomains preload"),
            ("max-age=1; é", NotAName, "é"),
        ] {
            let errors = Header::parse(text).expect_err(text);
            let found: Vec<_> = errors.into_iter().map(|error| (error.kind, &text[error.span])).collect();
            assert_eq!(found, [(kind, part)], "{text}");
        }
    }

    #[test]
    fn what_browsers_pass_over_is_told() {
        use WarningKind::{Again, LeadingZero, Unknown};
        for (text, kind, part) in [
            ("max-age=01234", LeadingZero, "01234"),
            ("preload; max-age=1; preload", Again, "preload"),
            ("max-age=1; extra=a b", Unknown(None), "extra=a b"),
            ("max-age=1; includeSubDomain", Unknown(Some("includeSubDomains")), "includeSubDomain"),
            ("max-age=1; include-sub-domains", Unknown(Some("includeSubDomains")), "include-sub-domains"),
            ("max-age=1; pre-load", Unknown(Some("preload")), "pre-load"),
        ] {
            let reading = Header::read(text);
            let found: Vec<_> =
                reading.warnings.iter().map(|warning| (warning.kind, &text[warning.span.clone()])).collect();
            assert_eq!(found, [(kind, part)], "{text}");
            assert!(reading.header().is_some(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*|(max-age|preload|includeSubDomains|[a-z\"\\\\=; é0-9]){0,8}") {
            let reading = Header::read(&text);
            let errors = reading.errors.iter().map(|error| error.span.clone());
            for span in errors.chain(reading.warnings.iter().map(|warning| warning.span.clone())) {
                proptest::prop_assert!(text.get(span).is_some());
            }
            proptest::prop_assert_eq!(Header::parse(&text).is_ok(), reading.errors.is_empty());
        }

        #[test]
        fn what_is_written_is_read(max_age: u64, include_subdomains: bool, preload: bool) {
            let header = Header { max_age, include_subdomains, preload };
            proptest::prop_assert_eq!(Header::parse(&header.to_string()), Ok(header));
        }
    }
}
