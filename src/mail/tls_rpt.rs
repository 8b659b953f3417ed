//! TLS-RPT (RFC 8460): a domain says who hears where TLS to its mail servers fails. One TXT record at
//! `_smtp._tls.DOMAIN`, `v=TLSRPTv1; rua=mailto:tls@shop.example`.
//!
//! ```
//! use launch_ready::mail::tls_rpt::Record;
//!
//! let record = Record::parse("v=TLSRPTv1;rua=mailto:tls@shop.example,https://reports.example/v1").expect("a record");
//! assert_eq!(record.rua, ["mailto:tls@shop.example", "https://reports.example/v1"]);
//!
//! let errors = Record::parse("v=TLSRPTv1; rua=tls@shop.example").unwrap_err();
//! assert_eq!(errors[0].span, 16..32);
//! ```

use std::fmt;
use std::ops::Range;

use super::fields::{self, FieldFault, fields};
use super::uri;
use crate::mail::Placed;

const VERSION: &str = "TLSRPTv1";

/// The name of a domain's record.
pub fn record_name(domain: &str) -> String {
    format!("_smtp._tls.{domain}")
}

/// True for a text that begins with `v=TLSRPTv1;` (section 3). Senders discard all others; where not
/// exactly one is left, nobody is told anything.
pub fn is_record(text: &str) -> bool {
    fields::begins(text, VERSION)
}

/// True for a text that is no record, but was probably meant as one.
pub fn resembles_record(text: &str) -> bool {
    !is_record(text) && fields::resembles(text, VERSION)
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where reports go, at least one URI.
    pub rua: Vec<String>,
}

/// What came of reading a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The URIs that could be read.
    pub rua: Vec<String>,
    /// What is wrong, in the order of the text.
    pub errors: Vec<SyntaxError>,
}

/// A fault of a record.
pub type SyntaxError = Placed<SyntaxErrorKind>;

/// What may be wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// It does not begin with `v=TLSRPTv1;`.
    Version,
    /// The form of a field.
    Field(FieldFault),
    /// There is no `rua=`.
    NoRua,
    /// A comma with no URI before or behind it.
    NoUri,
    /// A URI with a scheme other than `mailto` and `https`, or without one.
    Scheme,
    /// What follows the scheme is no address of mail, or no URL.
    Address,
    /// A character that must be encoded in a URI.
    Unencoded(char),
    /// A `%` without two hexadecimal digits.
    Escape,
}

impl fmt::Display for SyntaxErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("no `v=TLSRPTv1;` at the beginning"),
            Self::Field(fault) => fault.fmt(f),
            Self::NoRua => f.write_str("no `rua=`"),
            Self::NoUri => f.write_str("a comma without an address"),
            Self::Scheme => f.write_str("an address that is neither `mailto:` nor `https:`"),
            Self::Address => f.write_str("not an address that reports can go to"),
            Self::Escape => f.write_str("a `%` without two digits in an address, which must be written %25"),
            Self::Unencoded('!') => f.write_str("a `!` in an address, which must be written %21"),
            Self::Unencoded(c) => write!(f, "`{c}` in an address, which must be percent-encoded"),
        }
    }
}

impl Record {
    /// Reads a record as senders must: one error condemns it all.
    pub fn parse(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let Reading { rua, errors } = Self::read(text);
        if errors.is_empty() { Ok(Self { rua }) } else { Err(errors) }
    }

    /// Reads a record as a linter does: past each error.
    pub fn read(text: &str) -> Reading {
        let mut errors = Vec::new();
        if !is_record(text) {
            let end = text.find(';').unwrap_or(text.len());
            errors.push(SyntaxError { kind: SyntaxErrorKind::Version, span: 0..end });
        }
        let (all, faults) = fields(text, &["v", "rua"]);
        let of_form = |error: Placed<FieldFault>| SyntaxError {
            kind: SyntaxErrorKind::Field(error.kind),
            span: error.span,
        };
        errors.extend(faults.into_iter().map(of_form));
        let mut rua = Vec::new();
        match all.iter().find(|tag| tag.name == "rua") {
            None => errors.push(SyntaxError { kind: SyntaxErrorKind::NoRua, span: text.len()..text.len() }),
            Some(tag) => uris(tag.value.unwrap_or_default(), tag.value_span.start, &mut rua, &mut errors),
        }
        errors.sort_by_key(|error| error.span.start);
        Reading { rua, errors }
    }
}

/// The URIs between commas.
fn uris(value: &str, start: usize, rua: &mut Vec<String>, errors: &mut Vec<SyntaxError>) {
    if value.is_empty() {
        return;
    }
    let mut at = start;
    for part in value.split(',') {
        let uri = part.trim_matches([' ', '\t']);
        let begin = at + part.find(uri).unwrap_or(0);
        match uri_fault(uri) {
            None => rua.push(uri.to_owned()),
            Some((kind, within)) => {
                errors.push(SyntaxError { kind, span: begin + within.start..begin + within.end });
            }
        }
        at += part.len() + 1;
    }
}

fn uri_fault(uri: &str) -> Option<(SyntaxErrorKind, Range<usize>)> {
    let whole = 0..uri.len();
    if uri.is_empty() {
        return Some((SyntaxErrorKind::NoUri, whole));
    }
    if let Some(at) = uri.find('!') {
        return Some((SyntaxErrorKind::Unencoded('!'), at..at + 1));
    }
    if let Err((fault, place)) = uri::check(uri) {
        return Some(match fault {
            uri::Fault::Character(c) => (SyntaxErrorKind::Unencoded(c), place),
            uri::Fault::Escape => (SyntaxErrorKind::Escape, place),
        });
    }
    let scheme = uri.split(':').next().filter(|scheme| scheme.len() < uri.len()).unwrap_or_default();
    let sound = match scheme.to_ascii_lowercase().as_str() {
        "mailto" => uri::mailbox(uri).is_some(),
        "https" => uri::is_https(uri),
        _ => return Some((SyntaxErrorKind::Scheme, whole)),
    };
    (!sound).then_some((SyntaxErrorKind::Address, whole))
}

/// The address as a record holds it: what separates fields and addresses is percent-encoded.
pub fn encoded(uri: &str) -> String {
    let mut text = String::with_capacity(uri.len());
    for c in uri.chars() {
        match c {
            ',' => text.push_str("%2C"),
            '!' => text.push_str("%21"),
            ';' => text.push_str("%3B"),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_records() {
        for (text, count) in [
            ("v=TLSRPTv1; rua=mailto:reports@example.com", 1),
            ("v=TLSRPTv1;rua=mailto:a@b.test , https://c.test/x?y=z;", 2),
            ("v=TLSRPTv1; x=y; rua=MAILTO:a%21b@b.test", 1),
            ("v=TLSRPTv1; rua=mailto:a@b.test?subject=x", 1),
        ] {
            assert_eq!(Record::parse(text).expect(text).rua.len(), count, "{text}");
        }
        assert!(is_record("v=TLSRPTv1;") && !is_record("v=tlsrptv1; rua=mailto:a@b.test"));
        assert!(
            resembles_record("v=tlsrptv1; x")
                && resembles_record("v=TLSRPTv1")
                && !resembles_record("v=DMARC1")
        );
    }

    #[test]
    fn each_error_has_its_place() {
        use SyntaxErrorKind::{Address, Escape, Field, NoRua, NoUri, Scheme, Unencoded, Version};
        for (text, kind, part) in [
            ("v=TLSRPTv2; rua=mailto:a@b.test", Version, "v=TLSRPTv2"),
            ("rua=mailto:a@b.test; v=TLSRPTv1;", Version, "rua=mailto:a@b.test"),
            ("v=TLSRPTv1;", NoRua, ""),
            ("v=TLSRPTv1; rua=", Field(FieldFault::NoValue), "rua="),
            ("v=TLSRPTv1; rua = mailto:a@b.test", Field(FieldFault::Space), " = "),
            (
                "v=TLSRPTv1; rua=mailto:a@b.test; rua=mailto:c@b.test",
                Field(FieldFault::Duplicate),
                "rua=mailto:c@b.test",
            ),
            ("v=TLSRPTv1; rua=a@b.test", Scheme, "a@b.test"),
            ("v=TLSRPTv1; rua=mailto:a@b.test, http://b.test", Scheme, "http://b.test"),
            ("v=TLSRPTv1; rua=https://", Address, "https://"),
            ("v=TLSRPTv1; rua=https:/r.test/v1", Address, "https:/r.test/v1"),
            ("v=TLSRPTv1; rua=https:r.test", Address, "https:r.test"),
            ("v=TLSRPTv1; rua=https:///v1", Address, "https:///v1"),
            ("v=TLSRPTv1; rua=https://r..test/v1", Address, "https://r..test/v1"),
            ("v=TLSRPTv1; rua=https://shoptest/x", Address, "https://shoptest/x"),
            ("v=TLSRPTv1; rua=https://r.test/%zz", Escape, "%"),
            ("v=TLSRPTv1; rua=https://r.test/#one#two", Unencoded('#'), "#"),
            ("v=TLSRPTv1; rua=https://[", Address, "https://["),
            ("v=TLSRPTv1; rua=mailto:a@b@c.test", Address, "mailto:a@b@c.test"),
            ("v=TLSRPTv1; rua=mailto:b.test", Address, "mailto:b.test"),
            ("v=TLSRPTv1; rua=mailto:a@", Address, "mailto:a@"),
            ("v=TLSRPTv1; rua=mailto:a@b.test!10m", Unencoded('!'), "!"),
            ("v=TLSRPTv1; rua=mailto:a@b.test https://c.test", Unencoded(' '), " "),
            ("v=TLSRPTv1; rua=mailto:a@b.test,", NoUri, ""),
            ("v=TLSRPTv1; rua=https://b.test/a;b", Field(FieldFault::NoValue), "b"),
        ] {
            let errors = Record::parse(text).expect_err(text);
            let found: Vec<_> = errors.into_iter().map(|error| (error.kind, &text[error.span])).collect();
            assert_eq!(found, [(kind, part)], "{text}");
        }
    }

    #[test]
    fn what_separates_is_encoded() {
        assert_eq!(encoded("mailto:a!b,c;d@shop.test"), "mailto:a%21b%2Cc%3Bd@shop.test");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*|v=TLSRPTv1; ?rua=([a-z:/@.!, é]{0,20}|mailto:a@b.test[,;! ]?){0,4}") {
            let reading = Record::read(&text);
            proptest::prop_assert!(reading.errors.iter().all(|error| text.get(error.span.clone()).is_some()));
            proptest::prop_assert_eq!(Record::parse(&text).is_ok(), reading.errors.is_empty());
        }
    }
}
