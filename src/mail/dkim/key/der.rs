//! As much of DER (X.690) as public keys need, and as tells what else somebody pasted. A reader of
//! whole structures would say no more of a key that is cut off than that it is wrong.

/// What bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'d> {
    /// An RSA key: modulus and exponent as signed numbers, most significant byte first (RFC 8017
    /// appendix A.1.1); bare or within a `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    Rsa { modulus: &'d [u8], exponent: &'d [u8] },
    /// A `SubjectPublicKeyInfo` with an Ed25519 key (RFC 8410).
    Ed25519,
    /// A public key of something else.
    Other(&'static str),
    /// A certificate (RFC 5280).
    Certificate,
    /// The beginning of one of these: so many bytes are there, of so many.
    Truncated { got: usize, of: usize },
    /// One of these with so many bytes behind it.
    Trailing(usize),
    /// An RSA key whose algorithm has parameters, which must be NULL or absent (RFC 3279 section
    /// 2.3.1, RFC 4055 section 1.2).
    Parameters,
    /// Nothing of these.
    Unknown,
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `[0]`, with which the version of a certificate begins.
const VERSION: u8 = 0xa0;

/// Algorithms of keys, by object identifier.
const ALGORITHMS: &[(&[u8], &str)] = &[
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01], "RSA"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a], "RSASSA-PSS"),
    (&[0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
    (&[0x2b, 0x65, 0x6e], "X25519"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01], "ECDSA"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "DSA"),
];

/// One value: its tag, how long it says it is, and as much of it as is there.
#[derive(Debug, Clone, Copy)]
struct Element<'d> {
    tag: u8,
    declared: usize,
    content: &'d [u8],
    rest: &'d [u8],
}

impl<'d> Element<'d> {
    fn first(bytes: &'d [u8]) -> Option<Self> {
        let (tag, after) = bytes.split_first()?;
        let (first, after) = after.split_first()?;
        let (declared, after) = match first {
            0..=0x7f => (usize::from(*first), after),
            // No key needs a length of more than three bytes.
            0x81..=0x83 => {
                let (digits, after) = after.split_at_checked(usize::from(first & 0x7f))?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), after)
            }
            _ => return None,
        };
        let (content, rest) = after.split_at(declared.min(after.len()));
        Some(Self { tag: *tag, declared, content, rest })
    }

    /// The next value, whole and with that tag.
    fn whole(bytes: &'d [u8], tag: u8) -> Option<Self> {
        Self::first(bytes).filter(|element| element.tag == tag && element.content.len() == element.declared)
    }
}

/// True for the beginning of a private key: all their forms (RFC 8017 appendix A.1.2, RFC 5208, RFC
/// 5915) are a sequence that begins with a version number, and no public key is.
pub(super) fn begins_private(bytes: &[u8]) -> bool {
    let Some(outer) = Element::first(bytes).filter(|outer| outer.tag == SEQUENCE) else { return false };
    let version = Element::whole(outer.content, INTEGER);
    version.is_some_and(|version| matches!(version.content, [0 | 1]) && outer.declared > 16)
}

/// Tells what bytes are.
pub(super) fn look(bytes: &[u8]) -> Found<'_> {
    let Some(outer) = Element::first(bytes).filter(|outer| outer.tag == SEQUENCE) else {
        return Found::Unknown;
    };
    let header = bytes.len() - outer.content.len() - outer.rest.len();
    let Some(inner) = Element::first(outer.content) else { return Found::Unknown };
    if !matches!(inner.tag, SEQUENCE | INTEGER) {
        return Found::Unknown;
    }
    if outer.content.len() < outer.declared {
        return Found::Truncated { got: bytes.len(), of: header + outer.declared };
    }
    match inside(outer.content, inner) {
        Found::Unknown => Found::Unknown,
        _ if !outer.rest.is_empty() => Found::Trailing(outer.rest.len()),
        found => found,
    }
}

fn inside<'d>(content: &'d [u8], inner: Element<'d>) -> Found<'d> {
    if inner.tag == INTEGER {
        return rsa(content).unwrap_or(Found::Unknown);
    }
    match Element::first(inner.content).map(|first| first.tag) {
        Some(OBJECT_IDENTIFIER) => wrapped(inner).unwrap_or(Found::Unknown),
        Some(VERSION | INTEGER) => Found::Certificate,
        _ => Found::Unknown,
    }
}

/// What follows the algorithm of a `SubjectPublicKeyInfo`.
fn wrapped(algorithm: Element<'_>) -> Option<Found<'_>> {
    let identifier = Element::whole(algorithm.content, OBJECT_IDENTIFIER)?;
    let name = ALGORITHMS.iter().find(|(bytes, _)| *bytes == identifier.content).map(|(_, name)| *name);
    match name {
        Some("RSA") => {
            let (0, key) = Element::whole(algorithm.rest, BIT_STRING)?.content.split_first()? else {
                return None;
            };
            let found = rsa(Element::whole(key, SEQUENCE)?.content)?;
            Some(if is_null(identifier.rest) { found } else { Found::Parameters })
        }
        Some("Ed25519") => Some(Found::Ed25519),
        name => Some(Found::Other(name.unwrap_or("an unknown algorithm"))),
    }
}

/// True for parameters that say nothing.
fn is_null(parameters: &[u8]) -> bool {
    parameters.is_empty() || parameters == [NULL, 0]
}

fn rsa(content: &[u8]) -> Option<Found<'_>> {
    let modulus = Element::whole(content, INTEGER)?;
    let exponent = Element::whole(modulus.rest, INTEGER)?;
    exponent.rest.is_empty().then_some(Found::Rsa { modulus: modulus.content, exponent: exponent.content })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_every_form() {
        let element =
            |bytes: &[u8]| Element::first(bytes).map(|e| (e.declared, e.content.len(), e.rest.len()));
        assert_eq!(element(&[0x30, 2, 1, 2, 3]), Some((2, 2, 1)));
        assert_eq!(element(&[0x30, 0x82, 1, 0, 9]), Some((256, 1, 0)));
        assert_eq!(element(&[0x30, 0x80, 1]), None);
        assert_eq!(element(&[0x30, 0x82, 1]), None);
        assert_eq!(element(&[0x30]), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_looked_at(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let _ = (look(&bytes), begins_private(&bytes));
            let sequence = [&[0x30, 0x81, 60][..], &bytes].concat();
            let _ = (look(&sequence), begins_private(&sequence));
        }
    }
}
