//! The standards by which mail is authenticated and protected, each read without IO.
//!
//! * [`spf`]: who may send in a domain's name (RFC 7208): records, evaluation, linter.
//! * [`dkim`]: the keys that verify signatures (RFC 6376): records, and what is wrong with them.
//! * [`dmarc`]: what receivers do with mail that neither SPF nor DKIM vouches for (RFC 9989): records, the
//!   walk that finds them, alignment.
//! * [`mta_sts`]: mail only over TLS with verified servers (RFC 8461): records and policies.
//! * [`tls_rpt`]: who hears where TLS between mail servers fails (RFC 8460).
//! * [`tlsa`]: the certificates that DNS binds a mail server to (RFC 7672).
//! * [`smtp`]: what mail servers answer (RFC 5321).
//! * [`bimi`]: the logo beside a domain's mail.
//! * [`tags`]: the form that most of the other records share; [`fields`]: the stricter one of MTA-STS
//!   and TLS-RPT.

use std::fmt;
use std::ops::Range;

pub mod bimi;
pub mod dkim;
pub mod dmarc;
pub mod fields;
pub mod mta_sts;
pub mod smtp;
pub mod spf;
pub mod tags;
pub mod tls_rpt;
pub mod tlsa;
pub(crate) mod uri;

/// Something about a text, and where in the text it is: how each standard tells its errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<K> {
    /// What it is.
    pub kind: K,
    /// Where, in bytes of the text. What is missing is missing at an empty place.
    pub span: Range<usize>,
}

impl<K: fmt::Display> fmt::Display for Placed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.kind, self.span.start)
    }
}

impl<K: fmt::Debug + fmt::Display> std::error::Error for Placed<K> {}
