//! MTA-STS (RFC 8461): a domain tells senders that its mail servers speak TLS with certificates that
//! can be verified, so that nobody between the two can talk them out of it.
//!
//! Two things are published: a [`Record`] at `_mta-sts.DOMAIN` says that there is a policy and which
//! version of it, and the [`Policy`], served at [`policy_url`], names the servers. Both are read past
//! their errors, each error with its place.
//!
//! ```
//! use launch_ready::mail::mta_sts::{Mode, Policy, Record};
//!
//! let record = Record::parse("v=STSv1; id=20261122T003225;").expect("a record");
//! assert_eq!(record.id, "20261122T003225");
//!
//! let policy = "version: STSv1\r\nmode: enforce\r\nmx: *.mail.example\r\nmax_age: 604800\r\n";
//! let policy = Policy::parse(policy).expect("a policy");
//! assert_eq!(policy.mode, Mode::Enforce);
//! assert!(policy.covers("mx1.mail.example") && !policy.covers("mail.example"));
//!
//! let errors = Policy::parse("version: STSv1\nmode: enforce\nmx: 192.0.2.1\nmax_age: 1\n").unwrap_err();
//! assert_eq!((errors[0].line, errors[0].column), (3, 5));
//! ```
//!
//! # Where the standard leaves a choice
//!
//! * A record must begin with `v=STSv1;`, as section 3.1 says it for the discarding of other texts,
//!   though the grammar allows space before the semicolon.
//! * Of a field that stands twice in the *record* the first counts; section 3.2 says so of policies, and
//!   the grammar of records says nothing.
//! * Empty lines at the end of a policy are told, but break nothing: no sender is known to mind.

pub mod pattern;
pub mod policy;
pub mod record;

pub use pattern::{MxPattern, PatternFault};
pub use policy::{Mode, Policy, PolicyError, PolicyErrorKind};
pub use record::{Record, SyntaxError, SyntaxErrorKind, is_record, resembles_record};

/// Where the policy of a domain is served (section 3.3); `None` where the name makes no URL.
pub fn policy_url(domain: &str) -> Option<url::Url> {
    url::Url::parse(&format!("https://{}/.well-known/mta-sts.txt", policy_host(domain))).ok()
}

/// The host that serves the policy of a domain.
pub fn policy_host(domain: &str) -> String {
    format!("mta-sts.{domain}")
}

/// The name of a domain's record.
pub fn record_name(domain: &str) -> String {
    format!("_mta-sts.{domain}")
}
