//! Addresses for reports (RFC 9989 sections 4.6 and 4.8, RFC 6068).

use std::ops::Range;

use super::UriFault;
use crate::mail::uri::{self, Fault};

pub use crate::mail::uri::Mailbox;

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

impl ReportUri {
    /// True where both mean the same address.
    pub fn is_same(&self, other: &str) -> bool {
        match &self.mailbox {
            // Local parts are told apart by case in theory only (RFC 5321 section 2.4).
            Some(own) => mailbox(other).is_some_and(|other| {
                other.local.eq_ignore_ascii_case(&own.local) && other.domain == own.domain
            }),
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
    let scheme = uri::scheme(text).ok_or((UriFault::NoScheme, whole()))?;
    uri::check(text).map_err(|(fault, place)| match fault {
        Fault::Character(c) => (UriFault::Character(c), place),
        Fault::Escape => (UriFault::Escape, place),
    })?;
    let (bare, size) = without_size(text);
    if let Some(place) = bare.find('!') {
        return Err((UriFault::Exclamation, place..place + 1));
    }
    let mailbox = mailbox(bare);
    if scheme == "mailto" && mailbox.is_none() {
        return Err((UriFault::Address, whole()));
    }
    if ["https", "http"].contains(&scheme.as_str()) && !uri::has_web_host(bare) {
        return Err((UriFault::Host, whole()));
    }
    let size = size.map(str::to_owned);
    Ok(ReportUri { uri: bare.to_owned(), scheme, mailbox, size, span: at..at + text.len() })
}

/// A URI, and the size behind it with its `!`.
fn without_size(text: &str) -> (&str, Option<&str>) {
    match text.rfind('!') {
        Some(place) if is_size(&text[place + 1..]) => (&text[..place], Some(&text[place..])),
        _ => (text, None),
    }
}

/// RFC 7489 section 6.4: digits, and perhaps a unit.
fn is_size(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| "kmgtKMGT".contains(c));
    text.len() - digits.len() <= 1 && digits.parse::<u64>().is_ok() && !digits.starts_with('+')
}

/// The address of a `mailto:` URI that names exactly one, whether a retired size follows it or not.
pub fn mailbox(uri: &str) -> Option<Mailbox> {
    crate::mail::uri::mailbox(without_size(uri.trim()).0)
}
