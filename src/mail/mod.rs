//! The standards by which mail is authenticated and protected, each read without IO.
//!
//! * [`dkim`]: the keys that verify signatures (RFC 6376): records, and what is wrong with them.
//! * [`dmarc`]: what receivers do with mail that neither SPF nor DKIM vouches for (RFC 9989): records, the
//!   walk that finds them, alignment.
//! * [`smtp`]: what mail servers answer (RFC 5321).
//! * [`spf`]: who may send in a domain's name (RFC 7208): records, evaluation, linter.
//! * [`tags`]: the form that most of the other records share.
//! * [`tlsa`]: the certificates that DNS binds a mail server to (RFC 7672).

pub mod dkim;
pub mod dmarc;
pub mod smtp;
pub mod spf;
pub mod tags;
pub mod tlsa;

/// The value of a tag in a `tag=value; tag=value` list (RFC 6376 section 3.2), the first where
/// there are several.
pub(crate) fn tag<'r>(record: &'r str, name: &str) -> Option<&'r str> {
    let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
    tags.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}
