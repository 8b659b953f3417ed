//! TLSA records (RFC 6698, RFC 7671) as mail servers use them (RFC 7672): which certificate or key
//! a server must show after STARTTLS.
//!
//! They mean something only where DNSSEC vouches for them. Whether it does is not told here.

use std::fmt;
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::mail::Placed;
use crate::observed::Certificate;

/// The name at which the records of a mail server stand (RFC 7672 section 3).
pub fn name(host: &str) -> String {
    format!("_25._tcp.{host}")
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tlsa {
    /// Certificate usage (RFC 7218 section 2.1): 2 is DANE-TA, 3 is DANE-EE.
    pub usage: u8,
    /// What is compared: 0 the whole certificate, 1 its key.
    pub selector: u8,
    /// How: 0 byte by byte, 1 by SHA-256, 2 by SHA-512.
    pub matching: u8,
    /// What it is compared with.
    pub data: Vec<u8>,
}

/// What is wrong with a record's text.
pub type SyntaxError = Placed<SyntaxErrorKind>;

/// The kinds of error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxErrorKind {
    /// One of the four fields is not there.
    #[error("the {0} is missing")]
    Missing(&'static str),
    /// One of the first three fields is no number up to 255.
    #[error("the {0} is not a number from 0 to 255")]
    NotANumber(&'static str),
    /// The data is not written in pairs of hexadecimal digits.
    #[error("the data is not hexadecimal")]
    NotHexadecimal,
    /// A digest of another length than its kind has.
    #[error("the data has {found} bytes, a digest of its kind has {wanted}")]
    Length {
        /// Bytes that the kind of digest has.
        wanted: usize,
        /// Bytes that are there.
        found: usize,
    },
}

impl Tlsa {
    /// Reads `usage selector matching data` (RFC 6698 section 2.2); the data may be written in
    /// parts.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let end = text.trim_ascii_end().len();
        let mut words = words(text);
        let mut number = |field: &'static str| -> Result<u8, SyntaxError> {
            let missing = || SyntaxError { kind: SyntaxErrorKind::Missing(field), span: end..end };
            let span = words.next().ok_or_else(missing)?;
            let wrong = |_| SyntaxError { kind: SyntaxErrorKind::NotANumber(field), span: span.clone() };
            text[span.clone()].parse().map_err(wrong)
        };
        let (usage, selector, matching) = (number("usage")?, number("selector")?, number("matching type")?);
        let mut parts = words.peekable();
        let start = parts.peek().map_or(end, |first| first.start);
        let error = |kind, span| SyntaxError { kind, span };
        let digits: String = parts.map(|part| &text[part]).collect();
        if digits.is_empty() {
            return Err(error(SyntaxErrorKind::Missing("data"), end..end));
        }
        let data = unhex(&digits).ok_or_else(|| error(SyntaxErrorKind::NotHexadecimal, start..end))?;
        match digest_length(matching) {
            Some(wanted) if wanted != data.len() => {
                Err(error(SyntaxErrorKind::Length { wanted, found: data.len() }, start..end))
            }
            _ => Ok(Self { usage, selector, matching, data }),
        }
    }

    /// Why mail servers pass the record over, where they do (RFC 7672 section 3.1).
    pub fn unusable(&self) -> Option<&'static str> {
        match (self.usage, self.selector, self.matching) {
            (0 | 1, _, _) => Some("its usage 0 or 1 is not for mail servers (RFC 7672 section 3.1.3)"),
            (2 | 3, 0 | 1, 0..=2) => None,
            (2 | 3, 0 | 1, _) => Some("its matching type is not known"),
            (2 | 3, _, _) => Some("its selector is not known"),
            _ => Some("its usage is not known"),
        }
    }

    /// True where the chain shows what the record asks for: with usage 3 the server's own
    /// certificate does, with usage 2 any that was sent.
    pub fn fits(&self, chain: &[Certificate]) -> bool {
        let most = if self.usage == 3 { 1 } else { usize::MAX };
        self.unusable().is_none() && chain.iter().take(most).any(|certificate| self.is(certificate))
    }

    fn is(&self, certificate: &Certificate) -> bool {
        let Certificate { sha256, sha512, key_sha256, key_sha512, .. } = certificate;
        let (short, long) = if self.selector == 0 { (sha256, sha512) } else { (key_sha256, key_sha512) };
        let (own, wanted) = match self.matching {
            // The whole is not kept; its digest is.
            0 => (short, hex(&Sha256::digest(&self.data))),
            1 => (short, hex(&self.data)),
            _ => (long, hex(&self.data)),
        };
        !own.is_empty() && own.eq_ignore_ascii_case(&wanted)
    }
}

impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.usage, self.selector, self.matching, hex(&self.data))
    }
}

fn digest_length(matching: u8) -> Option<usize> {
    match matching {
        1 => Some(32),
        2 => Some(64),
        _ => None,
    }
}

/// The places of the words of a text.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let base = text.as_ptr() as usize;
    text.split_ascii_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - base;
        start..start + word.len()
    })
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    digits.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(seed: &str) -> Certificate {
        use sha2::Sha512;
        let (whole, key) = (format!("{seed} certificate"), format!("{seed} key"));
        Certificate {
            subject: seed.into(),
            issuer: "CA".into(),
            names: Vec::new(),
            not_before: jiff::Timestamp::MIN,
            not_after: jiff::Timestamp::MAX,
            sha256: hex(&Sha256::digest(&whole)),
            sha512: hex(&Sha512::digest(&whole)),
            key_sha256: hex(&Sha256::digest(&key)),
            key_sha512: hex(&Sha512::digest(&key)),
            ..Certificate::default()
        }
    }

    fn read(text: &str) -> Tlsa {
        Tlsa::parse(text).expect("a record")
    }

    #[test]
    fn records_are_read_in_parts_and_in_either_case() {
        let record = read(&format!(" 3 1  1 {}  {} ", "AB".repeat(16), "cd".repeat(16)));
        assert_eq!((record.usage, record.selector, record.matching), (3, 1, 1));
        assert_eq!(record.to_string(), format!("3 1 1 {}{}", "ab".repeat(16), "cd".repeat(16)));
    }

    #[test]
    fn errors_say_where() {
        let error = |text: &str| Tlsa::parse(text).expect_err("an error").to_string();
        assert_eq!(error(""), "the usage is missing (byte 0)");
        assert_eq!(error("3 1"), "the matching type is missing (byte 3)");
        assert_eq!(error("3 1 1 "), "the data is missing (byte 5)");
        assert_eq!(error("3 1 1 \t\u{b}\t"), "the data is not hexadecimal (byte 7)");
        assert_eq!(error("3 x 1 ab"), "the selector is not a number from 0 to 255 (byte 2)");
        assert_eq!(error("256 1 1 ab"), "the usage is not a number from 0 to 255 (byte 0)");
        assert_eq!(error("3 1 0 abc"), "the data is not hexadecimal (byte 6)");
        assert_eq!(error("3 1 1 é0"), "the data is not hexadecimal (byte 6)");
        assert_eq!(error("3 1 1 abcd"), "the data has 2 bytes, a digest of its kind has 32 (byte 6)");
    }

    #[test]
    fn the_right_certificate_fits() {
        let chain = [certificate("leaf"), certificate("ca")];
        let whole = hex(b"leaf certificate");
        let key = hex(b"ca key");
        let yes = [
            format!("3 0 1 {}", chain[0].sha256),
            format!("3 1 1 {}", chain[0].key_sha256.to_ascii_uppercase()),
            format!("3 1 2 {}", chain[0].key_sha512),
            format!("3 0 0 {whole}"),
            format!("2 0 1 {}", chain[1].sha256),
            format!("2 1 0 {key}"),
            format!("2 0 2 {}", chain[1].sha512),
        ];
        for text in &yes {
            assert!(read(text).fits(&chain), "{text}");
        }
        let no = [
            format!("3 0 1 {}", chain[1].sha256),
            format!("3 1 1 {}", chain[0].sha256),
            format!("1 1 1 {}", chain[0].key_sha256),
            format!("3 2 1 {}", chain[0].key_sha256),
            format!("2 0 1 {}", certificate("other").sha256),
        ];
        for text in &no {
            assert!(!read(text).fits(&chain), "{text}");
        }
        assert!(!read(&yes[0]).fits(&[]));
    }

    #[test]
    fn what_mail_servers_pass_over_is_named() {
        let why = |text: &str| read(text).unusable().unwrap_or("usable");
        assert_eq!(why("2 0 0 ab"), "usable");
        assert!(why("0 0 0 ab").contains("usage 0 or 1") && why("1 1 0 ab").contains("usage 0 or 1"));
        assert!(why("3 2 0 ab").contains("selector") && why("3 1 3 ab").contains("matching type"));
        assert!(why("255 1 0 ab").contains("usage is not known"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9a-fx é\\t]*|.*") {
            if let Err(error) = Tlsa::parse(&text) {
                proptest::prop_assert!(text.get(error.span).is_some());
            }
        }

        #[test]
        fn every_record_comes_back(usage: u8, selector: u8, matching in 3_u8.., data in proptest::collection::vec(proptest::num::u8::ANY, 1..40)) {
            let record = Tlsa { usage, selector, matching, data };
            proptest::prop_assert_eq!(Tlsa::parse(&record.to_string()), Ok(record));
        }
    }
}
