//! What web servers tell browsers: the headers, and what a site shows, each read without IO.
//!
//! * [`hsts`]: HTTPS only, for how long (RFC 6797).
//! * [`csp`]: what a page may load and run (CSP Level 3): the parser, and how weak a policy is.
//! * [`cookie`]: what becomes of a cookie (RFC 6265bis), its value never looked at.
//! * [`guard`]: the one-word headers that harden a page.
//! * [`version`]: software and its version in a header.
//! * [`edge`]: what a proxy before the server says in the server's place.
//! * [`page`]: what an HTML page says of itself, and what it loads.
//! * [`robots`], [`security_txt`]: files that every site may have (RFC 9309, RFC 9116).
//! * [`cache`], [`asset`]: how long an answer may be kept (RFC 9111), and what the name of a file says of that.
//! * [`signature`]: pages that no finished product serves.

use std::ops::Range;

pub mod asset;
pub mod cache;
pub mod cookie;
pub mod csp;
pub mod edge;
pub mod guard;
pub mod hsts;
pub mod page;
pub mod robots;
pub mod security_txt;
pub mod signature;
pub mod version;

/// A name of HTTP's grammar (RFC 9110 section 5.6.2).
fn is_token(text: &str) -> bool {
    let special = "!#$%&'*+-.^_`|~";
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || special.contains(c))
}

/// The part of a text without the white space around it. What is all white space is empty where it begins.
fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let part = &text[span.clone()];
    let begin = span.start + (part.len() - part.trim_start_matches(is_space).len());
    let length = part.trim_matches(is_space).len();
    if length == 0 { span.start..span.start } else { begin..begin + length }
}

/// White space of HTTP and of CSP.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}
