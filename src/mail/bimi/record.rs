//! The assertion record.

use std::fmt;
use std::ops::Range;

use url::Url;

use crate::mail::Placed;
use crate::mail::tags::{Tag, tags};
use crate::mail::{fields, uri};

/// Longest prefix of a local part, in characters.
const LONGEST_PREFIX: usize = 63;

/// True for a text whose first tag is `v=BIMI1`.
pub fn is_record(text: &str) -> bool {
    tags(text).first().is_some_and(|tag| tag.name == "v" && tag.value == Some("BIMI1"))
}

/// True for a text that is no record, but was probably meant as one.
pub fn resembles_record(text: &str) -> bool {
    !is_record(text) && fields::resembles(text, "BIMI1")
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// `l=`: where the logo stands. Without one the domain declines to have one.
    pub location: Option<Url>,
    /// `a=`: where the certificate of the mark stands.
    pub evidence: Option<Url>,
}

/// What came of reading a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// As far as it could be read.
    pub record: Record,
    /// What is wrong, in the order of the text.
    pub errors: Vec<SyntaxError>,
}

/// A fault of a record.
pub type SyntaxError = Placed<SyntaxErrorKind>;

/// What may be wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// Its first tag is not `v=BIMI1`.
    Version,
    /// A part without `=`.
    NoValue,
    /// A tag that stands in it before.
    Duplicate,
    /// There is no `l=`.
    NoLocation,
    /// `l=` is empty, though `a=` is not.
    EmptyLocation,
    /// Several addresses, where one is allowed.
    Several,
    /// An address with another scheme than `https`.
    Scheme,
    /// A character of an address that must be percent-encoded there.
    Character(char),
    /// A `%` without two hexadecimal digits.
    Escape,
    /// No address of the web: `https://`, a host with a domain, and a path (RFC 3986).
    Url,
    /// `avp=` is neither `brand` nor `personal`.
    Preference,
    /// `lps=` holds something else than prefixes of local parts: 1 to 63 letters, digits and `-`.
    LocalParts,
}

impl fmt::Display for SyntaxErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "no `v=BIMI1` at the beginning",
            Self::NoValue => "a part without `=`",
            Self::Duplicate => "a tag that stands there twice",
            Self::NoLocation => "no `l=`",
            Self::EmptyLocation => "an empty `l=` beside an `a=`",
            Self::Several => "several addresses, where one is allowed",
            Self::Scheme => "an address that is not `https:`",
            Self::Character(c) => {
                return write!(f, "`{c}` in an address, where it must be percent-encoded");
            }
            Self::Escape => "a `%` without two hexadecimal digits behind it",
            Self::Url => "not an address of the web",
            Self::Preference => "neither `brand` nor `personal`",
            Self::LocalParts => "a prefix of local parts that is not 1 to 63 letters, digits and `-`",
        })
    }
}

impl Record {
    /// Reads a record as receivers do: one error condemns it all.
    pub fn parse(text: &str) -> Result<Self, Vec<SyntaxError>> {
        let Reading { record, errors } = Self::read(text);
        if errors.is_empty() { Ok(record) } else { Err(errors) }
    }

    /// Reads a record as a linter does: past each error.
    pub fn read(text: &str) -> Reading {
        let all = tags(text);
        let mut errors = form(&all);
        let mut say = |kind, span: Range<usize>| errors.push(SyntaxError { kind, span });
        if !is_record(text) {
            say(SyntaxErrorKind::Version, all.first().map_or(0..0, |tag| tag.span.clone()));
        }
        let find = |name| all.iter().find(|tag| tag.name == name);
        let mut url = |tag: Option<&Tag>| match location(tag?) {
            Ok(url) => url,
            Err((kind, span)) => {
                say(kind, span);
                None
            }
        };
        let record = Record { location: url(find("l")), evidence: url(find("a")) };
        match find("l") {
            None => say(SyntaxErrorKind::NoLocation, text.len()..text.len()),
            Some(l) if l.value == Some("") && record.evidence.is_some() => {
                say(SyntaxErrorKind::EmptyLocation, l.span.clone());
            }
            Some(_) => {}
        }
        errors.extend(find("avp").and_then(preference_fault));
        errors.extend(find("lps").and_then(local_part_fault));
        errors.sort_by_key(|error| error.span.start);
        Reading { record, errors }
    }

    /// True where the domain says that it wants no logo.
    pub fn declines(&self) -> bool {
        self.location.is_none() && self.evidence.is_none()
    }
}

fn form(all: &[Tag]) -> Vec<SyntaxError> {
    let fault = |(index, tag): (usize, &Tag)| {
        let twice = all[..index].iter().any(|before| before.name == tag.name);
        let kind = match tag.value {
            None => SyntaxErrorKind::NoValue,
            Some(_) if twice => SyntaxErrorKind::Duplicate,
            Some(_) => return None,
        };
        Some(SyntaxError { kind, span: tag.span.clone() })
    };
    all.iter().enumerate().filter_map(fault).collect()
}

/// The address that a tag holds; none where it is empty.
fn location(tag: &Tag) -> Result<Option<Url>, (SyntaxErrorKind, Range<usize>)> {
    let value = tag.value.unwrap_or_default();
    let fault = |kind| Err((kind, tag.value_span.clone()));
    if value.is_empty() {
        return Ok(None);
    }
    let several = |part: &str| uri::scheme(part.trim()).is_some() && part.contains("://");
    if value.contains(',') && value.split(',').all(several) {
        return fault(SyntaxErrorKind::Several);
    }
    if let Err((kind, part)) = characters(value) {
        let start = tag.value_span.start;
        return Err((kind, start + part.start..start + part.end));
    }
    match Url::parse(value) {
        Ok(url) if url.scheme() != "https" => fault(SyntaxErrorKind::Scheme),
        // Browsers repair `https:/host` and the like; who fetches logos need not.
        Ok(url) if uri::is_https(value) => Ok(Some(url)),
        _ => fault(SyntaxErrorKind::Url),
    }
}

/// Commas separate addresses, and are percent-encoded in them.
fn characters(value: &str) -> Result<(), (SyntaxErrorKind, Range<usize>)> {
    uri::check(value).map_err(|(fault, part)| match fault {
        uri::Fault::Character(c) => (SyntaxErrorKind::Character(c), part),
        uri::Fault::Escape => (SyntaxErrorKind::Escape, part),
    })?;
    value.find(',').map_or(Ok(()), |at| Err((SyntaxErrorKind::Character(','), at..at + 1)))
}

fn preference_fault(tag: &Tag) -> Option<SyntaxError> {
    let known = matches!(tag.value?, "brand" | "personal");
    (!known).then(|| SyntaxError { kind: SyntaxErrorKind::Preference, span: tag.value_span.clone() })
}

/// Prefixes of local parts, with commas between them; the first that is none.
fn local_part_fault(tag: &Tag) -> Option<SyntaxError> {
    let mut start = tag.value_span.start;
    for part in tag.value?.split(',') {
        let prefix = part.trim();
        let good = (1..=LONGEST_PREFIX).contains(&prefix.len())
            && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !good {
            let at = start + (part.len() - part.trim_start().len());
            return Some(SyntaxError { kind: SyntaxErrorKind::LocalParts, span: at..at + prefix.len() });
        }
        start += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_records() {
        let record = Record::parse("v=BIMI1; l=https://shop.test/logo.svg; a=https://shop.test/vmc.pem;")
            .expect("a record");
        assert_eq!(record.location.as_ref().map(Url::as_str), Some("https://shop.test/logo.svg"));
        assert!(record.evidence.is_some() && !record.declines());
        for text in ["v=BIMI1; l=; a=;", "v=BIMI1;l=", "v = BIMI1 ; l = ;"] {
            assert!(Record::parse(text).expect(text).declines(), "{text}");
        }
        assert!(
            Record::parse("v=BIMI1; avp=personal; lps=brand,news; l=https://shop.test/a%2Cb.svg").is_ok()
        );
    }

    #[test]
    fn each_error_has_its_place() {
        use SyntaxErrorKind::{
            Character, Duplicate, EmptyLocation, Escape, LocalParts, NoLocation, NoValue, Preference, Scheme,
            Several, Version,
        };
        for (text, kind, part) in [
            ("v=bimi1; l=", Version, "v=bimi1"),
            ("l=; v=BIMI1", Version, "l="),
            ("v=BIMI1", NoLocation, ""),
            ("v=BIMI1; l=; what", NoValue, "what"),
            ("v=BIMI1; l=; l=https://a.test/", Duplicate, "l=https://a.test/"),
            ("v=BIMI1; l=; a=https://a.test/vmc.pem", EmptyLocation, "l="),
            (
                "v=BIMI1; l=https://a.test/1.svg,https://a.test/2.svg",
                Several,
                "https://a.test/1.svg,https://a.test/2.svg",
            ),
            ("v=BIMI1; l=http://a.test/1.svg", Scheme, "http://a.test/1.svg"),
            ("v=BIMI1; l=logo.svg", SyntaxErrorKind::Url, "logo.svg"),
            ("v=BIMI1; l=https://u:p@a.test/1.svg", SyntaxErrorKind::Url, "https://u:p@a.test/1.svg"),
            ("v=BIMI1; l=; avp=both", Preference, "both"),
            ("v=BIMI1; l=https:/shop.test/l.svg", SyntaxErrorKind::Url, "https:/shop.test/l.svg"),
            ("v=BIMI1; l=https:shop.test/l.svg", SyntaxErrorKind::Url, "https:shop.test/l.svg"),
            ("v=BIMI1; l=https://shop..test/x", SyntaxErrorKind::Url, "https://shop..test/x"),
            ("v=BIMI1; l=https://shoptest/x", SyntaxErrorKind::Url, "https://shoptest/x"),
            ("v=BIMI1; l=https://shop.test/a b.svg", Character(' '), " "),
            ("v=BIMI1; l=https://shop.test/a,b.svg", Character(','), ","),
            ("v=BIMI1; l=https://a.test/; a=https://shop.test/a,b.pem", Character(','), ","),
            ("v=BIMI1; l=https://shop.test/100%.svg", Escape, "%"),
            ("v=BIMI1; l=; lps=a@b.test", LocalParts, "a@b.test"),
            ("v=BIMI1; l=; lps=help_desk", LocalParts, "help_desk"),
            ("v=BIMI1; l=; lps=info.support", LocalParts, "info.support"),
            ("v=BIMI1; l=; lps=news, shop!", LocalParts, "shop!"),
            ("v=BIMI1; l=; lps=news,,shop", LocalParts, ""),
        ] {
            let errors = Record::parse(text).expect_err(text);
            let found: Vec<_> = errors.into_iter().map(|error| (error.kind, &text[error.span])).collect();
            assert_eq!(found, [(kind, part)], "{text}");
        }
        assert!(
            resembles_record("v=bimi1; l=")
                && !resembles_record("v=BIMI1; l=")
                && !resembles_record("v=DMARC1")
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*|v=BIMI1; ?((l|a|avp|lps)=[a-z:/@., é]{0,20};?){0,4}") {
            let reading = Record::read(&text);
            proptest::prop_assert!(reading.errors.iter().all(|error| text.get(error.span.clone()).is_some()));
            let _ = resembles_record(&text);
        }
    }
}
