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

pub use crate::placed::Placed;
