//! Responses of the Online Certificate Status Protocol (RFC 6960 section 4.2.1), as servers staple them.
//! Read without trust: whoever uses one verifies its signature first.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::observed::RevocationStatus;

/// Most answers and certificates that are read of one response.
const MOST: usize = 32;

/// Why bytes are no usable response, in a clause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAResponse {
    /// They are not the DER that the standard asks for.
    #[error("it is not an OCSP response (RFC 6960)")]
    Malformed,
    /// The responder itself says that it has no answer.
    #[error("the responder answered with an error ({0})")]
    Refused(&'static str),
    /// It is of a kind that nobody uses.
    #[error("it is not a basic OCSP response")]
    OtherKind,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response<'d> {
    /// What is signed, whole.
    pub signed: &'d [u8],
    /// The content of the algorithm identifier of the signature.
    pub algorithm: &'d [u8],
    /// The signature.
    pub signature: &'d [u8],
    /// Certificates that come along: of the responder, where that is not the issuer itself.
    pub certificates: Vec<&'d [u8]>,
    /// What it says of single certificates.
    pub answers: Vec<Answer<'d>>,
}

/// What is said of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<'d> {
    /// Its serial number.
    pub serial: &'d [u8],
    /// What is said.
    pub status: RevocationStatus,
    /// When it was revoked.
    pub since: Option<Timestamp>,
    /// Why: a number of RFC 5280 section 5.3.1.
    pub reason: Option<u8>,
    /// From when on this is right.
    pub from: Option<Timestamp>,
    /// When there will be news.
    pub until: Option<Timestamp>,
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const ENUMERATED: u8 = 0x0a;
const GENERALIZED_TIME: u8 = 0x18;
/// `[0]` to `[2]` around other values.
const EXPLICIT: [u8; 3] = [0xa0, 0xa1, 0xa2];
/// `[0]` and `[2]` in the place of NULL.
const GOOD: u8 = 0x80;
const UNKNOWN: u8 = 0x82;
/// id-pkix-ocsp-basic.
const BASIC: [u8; 9] = [0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
/// The responder's own states, by number.
const ERRORS: [&str; 7] =
    ["successful", "malformedRequest", "internalError", "tryLater", "?", "sigRequired", "unauthorized"];
/// Names of reasons by number (RFC 5280 section 5.3.1).
const REASONS: [&str; 11] = [
    "unspecified",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "?",
    "removeFromCRL",
    "privilegeWithdrawn",
    "aACompromise",
];

/// The name of a reason for revocation.
pub fn reason(number: u8) -> Option<&'static str> {
    REASONS.get(usize::from(number)).copied().filter(|name| *name != "?")
}

/// What is left to read of a structure.
#[derive(Clone, Copy)]
struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    /// The next value: its tag, and where it lies whole and its content within what was left.
    fn next(&mut self) -> Option<(u8, &'d [u8], &'d [u8])> {
        let (tag, after) = self.0.split_first()?;
        let (first, after) = after.split_first()?;
        let (length, start) = match first {
            0..=0x7f => (usize::from(*first), 2),
            0x81..=0x83 => {
                let digits = after.get(..usize::from(first & 0x7f))?;
                let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
                (length, 2 + digits.len())
            }
            _ => return None,
        };
        let content: Range<usize> = start..start + length;
        let (whole, rest) = self.0.split_at_checked(content.end)?;
        self.0 = rest;
        Some((*tag, whole, &whole[content]))
    }

    /// The next value's content, if it has that tag.
    fn take(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.take_whole(tag).map(|(_, content)| content)
    }

    fn take_whole(&mut self, tag: u8) -> Option<(&'d [u8], &'d [u8])> {
        if self.0.first() != Some(&tag) {
            return None;
        }
        self.next().map(|(_, whole, content)| (whole, content))
    }
}

impl<'d> Response<'d> {
    /// Reads a response.
    pub fn parse(bytes: &'d [u8]) -> Result<Self, NotAResponse> {
        let malformed = || NotAResponse::Malformed;
        let mut outer = Reader(Reader(bytes).take(SEQUENCE).ok_or_else(malformed)?);
        match outer.take(ENUMERATED).ok_or_else(malformed)? {
            [0] => {}
            [state] => {
                let name = ERRORS.get(usize::from(*state)).copied().unwrap_or("?");
                return Err(NotAResponse::Refused(name));
            }
            _ => return Err(malformed()),
        }
        let bytes = outer.take(EXPLICIT[0]).and_then(|bytes| Reader(bytes).take(SEQUENCE));
        let mut bytes = Reader(bytes.ok_or_else(malformed)?);
        if bytes.take(OBJECT_IDENTIFIER).ok_or_else(malformed)? != BASIC {
            return Err(NotAResponse::OtherKind);
        }
        bytes.take(OCTET_STRING).and_then(Self::basic).ok_or_else(malformed)
    }

    fn basic(bytes: &'d [u8]) -> Option<Self> {
        let mut basic = Reader(Reader(bytes).take(SEQUENCE)?);
        let (signed, data) = basic.take_whole(SEQUENCE)?;
        let algorithm = basic.take(SEQUENCE)?;
        // The first byte counts the bits that are not used.
        let signature = basic.take(BIT_STRING)?.strip_prefix(&[0])?;
        let mut certificates = Vec::new();
        if let Some(list) = basic.take(EXPLICIT[0]) {
            let mut list = Reader(Reader(list).take(SEQUENCE)?);
            while let Some((certificate, _)) = list.take_whole(SEQUENCE).filter(|_| certificates.len() < MOST)
            {
                certificates.push(certificate);
            }
        }
        Some(Self { signed, algorithm, signature, certificates, answers: answers(data)? })
    }

    /// What it says of the certificate with that serial number.
    pub fn about(&self, serial: &[u8]) -> Option<&Answer<'d>> {
        self.answers.iter().find(|answer| answer.serial == serial)
    }
}

fn answers(data: &[u8]) -> Option<Vec<Answer<'_>>> {
    let mut data = Reader(data);
    // The version is left out where it is 1.
    let _ = data.take(EXPLICIT[0]);
    // The responder, by name or by key.
    data.take(EXPLICIT[1]).or_else(|| data.take(EXPLICIT[2]))?;
    data.take(GENERALIZED_TIME)?;
    let mut list = Reader(data.take(SEQUENCE)?);
    let mut found = Vec::new();
    while let Some(single) = list.take(SEQUENCE).filter(|_| found.len() < MOST) {
        found.push(answer(single)?);
    }
    Some(found)
}

fn answer(single: &[u8]) -> Option<Answer<'_>> {
    let mut single = Reader(single);
    let mut about = Reader(single.take(SEQUENCE)?);
    about.take(SEQUENCE)?;
    about.take(OCTET_STRING)?;
    about.take(OCTET_STRING)?;
    let serial = about.take(INTEGER)?;
    let (tag, _, content) = single.next()?;
    let status = match tag {
        GOOD => RevocationStatus::Good,
        tag if tag == EXPLICIT[1] => RevocationStatus::Revoked,
        UNKNOWN => RevocationStatus::Unknown,
        _ => return None,
    };
    let mut revoked = Reader(content);
    let since = revoked.take(GENERALIZED_TIME).and_then(moment);
    let reason = revoked.take(EXPLICIT[0]).and_then(|reason| match Reader(reason).take(ENUMERATED) {
        Some([number]) => Some(*number),
        _ => None,
    });
    let from = single.take(GENERALIZED_TIME).and_then(moment);
    let until =
        single.take(EXPLICIT[0]).and_then(|next| Reader(next).take(GENERALIZED_TIME)).and_then(moment);
    Some(Answer { serial, status, since, reason, from, until })
}

/// `20261121120000Z` (RFC 5280 section 4.1.2.5.2).
fn moment(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let digits = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let time = DateTime::strptime("%Y%m%d%H%M%S", text).ok().filter(|_| digits)?;
    time.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tag, a length below 128, the content.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).expect("short")], content].concat()
    }

    fn response(status: &[u8], next: bool) -> Vec<u8> {
        let about = der(0x30, &[der(0x30, &[]), der(4, &[1]), der(4, &[2]), der(2, &[7])].concat());
        let time = der(0x18, b"20261121120000Z");
        let until = if next { der(0xa0, &der(0x18, b"20261128120000Z")) } else { vec![] };
        let single = der(0x30, &[&about, status, &time, &until].concat());
        let data = der(0x30, &[der(0xa2, &der(4, &[9])), time, der(0x30, &single)].concat());
        let basic = der(0x30, &[data, der(0x30, &[6, 0]), der(3, &[0, 0xaa])].concat());
        let bytes = der(0x30, &[der(6, &BASIC), der(4, &basic)].concat());
        let outer =
            [&der(0x0a, &[0])[..], &[0xa0, 0x81], &[u8::try_from(bytes.len()).expect("short")], &bytes]
                .concat();
        [&[0x30, 0x81, u8::try_from(outer.len()).expect("short")], &outer[..]].concat()
    }

    #[test]
    fn answers_are_read() {
        let revoked = der(0xa1, &[der(0x18, b"20261119080000Z"), der(0xa0, &der(0x0a, &[1]))].concat());
        let bytes = response(&revoked, true);
        let read = Response::parse(&bytes).expect("a response");
        assert_eq!((read.algorithm, read.signature), (&[6, 0][..], &[0xaa][..]));
        let answer = read.about(&[7]).expect("an answer");
        assert_eq!((answer.status, answer.reason), (RevocationStatus::Revoked, Some(1)));
        let times = [answer.since, answer.from, answer.until].map(|time| time.expect("a time").to_string());
        assert_eq!(times, ["2026-11-19T08:00:00Z", "2026-11-21T12:00:00Z", "2026-11-28T12:00:00Z"]);
        assert!(read.about(&[8]).is_none());
        let bytes = response(&der(0x80, &[]), false);
        let answer = Response::parse(&bytes).expect("a response").answers.remove(0);
        assert_eq!((answer.status, answer.until), (RevocationStatus::Good, None));
    }

    #[test]
    fn what_is_no_answer_says_why() {
        let parse = |bytes: &[u8]| Response::parse(bytes).expect_err("none");
        assert_eq!(parse(&[]), NotAResponse::Malformed);
        assert_eq!(parse(&[0x30, 3, 0x0a, 1, 3]), NotAResponse::Refused("tryLater"));
        assert_eq!(parse(&[0x30, 3, 0x0a, 1, 0]), NotAResponse::Malformed);
        assert_eq!([reason(1), reason(7), reason(99)], [Some("keyCompromise"), None, None]);
    }

    proptest::proptest! {
        #[test]
        fn a_damaged_response_does_not_make_it_panic(at in 0_usize..200, byte in 0_u8.., cut in 0_usize..200) {
            let mut bytes = response(&der(0x80, &[]), true);
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut);
            let _ = Response::parse(&bytes);
        }
    }
}
