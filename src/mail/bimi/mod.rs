//! BIMI (draft-brand-indicators-for-message-identification): the logo that mailbox providers show
//! beside a domain's mail, where DMARC is enforced.
//!
//! A record at `default._bimi.DOMAIN` says where the logo stands, and where the certificate that
//! proves whose mark it is: `v=BIMI1; l=https://shop.example/logo.svg; a=https://shop.example/vmc.pem`.
//! [`svg::facts`] reads a logo; what the profile SVG Tiny Portable/Secure forbids is in them.

pub mod record;
pub mod svg;

pub use record::{Reading, Record, SyntaxError, SyntaxErrorKind, is_record, resembles_record};

/// The name of a domain's record for the selector that mail without `BIMI-Selector` has.
pub fn record_name(domain: &str) -> String {
    format!("default._bimi.{domain}")
}
