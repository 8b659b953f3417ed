//! Addresses for reports (RFC 9989 sections 4.6 and 4.8, RFC 6068).

use std::ops::Range;

use super::UriFault;
use crate::spec::model::scalar::domain_name;

/// Characters of a URI beside letters and digits (RFC 3986 section 2).
const MARKS: &str = "-._~:/?#[]@!$&'()*+;=%";
/// Characters of an address before the `@` beside letters and digits (RFC 5322 section 3.2.3).
const ATOM: &str = ".!#$%&'*+-/=?^_`{|}~";

/// One entry of `rua` or `ruf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportUri {
    /// The URI, without a size.
    pub uri: String,
    /// Its scheme in lower case.
    pub scheme: String,
    /// The address of a `mailto:` URI.
    pub mailbox: Option<Mailbox>,
    /// The retired size, with its `!`.
    pub size: Option<String>,
    /// The entry's place, in bytes of the record.
    pub span: Range<usize>,
}

/// An address that takes mail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mailbox {
    /// What stands before the `@`, percent-decoded.
    pub local: String,
    /// The domain, in ASCII and lower case.
    pub domain: String,
}

impl ReportUri {
    /// True where both mean the same address.
    pub fn is_same(&self, other: &str) -> bool {
        match &self.mailbox {
            Some(own) => mailbox(other).as_ref() == Some(own),
            None => self.uri == without_size(other.trim()).0,
        }
    }
}

/// Reads one entry; the fault comes with its place within the entry.
pub(super) fn read(text: &str, at: usize) -> Result<ReportUri, (UriFault, Range<usize>)> {
    let whole = || 0..text.len();
    if text.is_empty() {
        return Err((UriFault::Empty, whole()));
    }
    let scheme = scheme(text).ok_or((UriFault::NoScheme, whole()))?;
    check_characters(text)?;
    let (uri, size) = without_size(text);
    if let Some(place) = uri.find('!') {
        return Err((UriFault::Exclamation, place..place + 1));
    }
    let mailbox = mailbox(uri);
    if scheme == "mailto" && mailbox.is_none() {
        return Err((UriFault::Address, whole()));
    }
    let size = size.map(str::to_owned);
    Ok(ReportUri { uri: uri.to_owned(), scheme, mailbox, size, span: at..at + text.len() })
}

/// A URI, and the size behind it with its `!`.
fn without_size(text: &str) -> (&str, Option<&str>) {
    match text.rfind('!') {
        Some(place) if is_size(&text[place + 1..]) => (&text[..place], Some(&text[place..])),
        _ => (text, None),
    }
}

/// RFC 3986 section 3.1, with something behind the colon.
fn scheme(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let sound = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (sound && !rest.is_empty()).then(|| scheme.to_ascii_lowercase())
}

fn check_characters(text: &str) -> Result<(), (UriFault, Range<usize>)> {
    for (at, c) in text.char_indices() {
        if !c.is_ascii_alphanumeric() && !MARKS.contains(c) {
            return Err((UriFault::Character(c), at..at + c.len_utf8()));
        }
        let digits = text.as_bytes().get(at + 1..at + 3);
        if c == '%' && !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err((UriFault::Escape, at..at + 1));
        }
    }
    Ok(())
}

/// RFC 7489 section 6.4: digits, and perhaps a unit.
fn is_size(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| "kmgtKMGT".contains(c));
    text.len() - digits.len() <= 1 && digits.parse::<u64>().is_ok() && !digits.starts_with('+')
}

/// The address of a `mailto:` URI that names exactly one, whether a retired size follows it or not.
pub fn mailbox(uri: &str) -> Option<Mailbox> {
    let (scheme, rest) = without_size(uri.trim()).0.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mailto") {
        return None;
    }
    let address = decoded(rest.split(['?', '#']).next()?)?;
    let (local, domain) = address.rsplit_once('@')?;
    // Two slashes are what the URLs of the web have there.
    if local.starts_with("//") || !is_local(local) {
        return None;
    }
    let domain = domain_name(domain).ok().filter(|_| !domain.ends_with('.'))?;
    Some(Mailbox { local: local.to_owned(), domain })
}

fn is_local(local: &str) -> bool {
    if let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return quoted.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    }
    let atom = |c: char| c.is_ascii_alphanumeric() || ATOM.contains(c);
    // Old addresses have dots where none belong; mail to them arrives all the same.
    (1..=64).contains(&local.len()) && local.chars().all(atom)
}

/// Without percent-encoding (RFC 3986 section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok().filter(|digits| !digits.starts_with('+'))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}
