//! DMARC (RFC 9989, which replaces RFC 7489 and RFC 9091): records, where they are found, what they
//! ask of receivers, and whose names belong together.
//!
//! Nothing in here does IO or reads a clock:
//!
//! * [`Record::read`] reads a record past each error, with the place of each in bytes;
//!   [`resembles_record`] tells texts that were meant as one.
//! * [`Record::policies`] is what receivers apply: to the domain, to its subdomains, and to names
//!   below it that do not exist.
//! * [`Walk::take`] walks from a name up to its top-level domain (section 4.10), over whatever
//!   answers questions. It finds the record that applies and the organisational domain.
//! * [`aligned`] compares two names.
//! * [`meant`] guesses what a broken record was meant to say.
//!
//! ```
//! use launch_ready::mail::dmarc::{self, DmarcPolicy, Mode, Walk};
//!
//! let dns = |domain: &str| match domain {
//!     "shop.example" => Some(vec!["v=DMARC1; p=reject; sp=none; rua=dmarc@shop.example".to_owned()]),
//!     _ => Some(Vec::new()),
//! };
//! let walk = Walk::take("news.shop.example", &mut &dns);
//! let applies = walk.policy()?.ok_or("there is a record")?;
//! assert_eq!((applies.domain, applies.inherited), ("shop.example", true));
//! assert_eq!(applies.policy(), Some(DmarcPolicy::None));
//! assert_eq!(walk.organisational_domain()?, "shop.example");
//!
//! let error = &applies.record.errors[0];
//! assert_eq!(error.kind.to_string(), "`dmarc@shop.example` in `rua` is no URI: write `mailto:dmarc@shop.example`");
//! assert_eq!(error.span.start, 33);
//!
//! let organisation = |name: &str| Walk::take(name, &mut &dns).organisational_domain();
//! assert!(dmarc::aligned("bounces.shop.example", "news.shop.example", Mode::Relaxed, organisation)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where the standard leaves a choice
//!
//! * Names of tags may be in any case: the grammar's literals are (RFC 5234 section 2.3), and old
//!   readers that are stricter are a [`LintKind::UpperCase`]. Only `DMARC1` is case-sensitive.
//! * A tag that stands twice is an error (RFC 6376 section 3.2 condemns the whole list); where
//!   something must be told all the same, the first counts.
//! * A part without `=` is an error: some receivers skip it, others refuse the record.

mod align;
mod error;
mod lookalike;
mod policy;
mod read;
mod record;
mod recorded;
mod repair;
mod uri;
mod walk;

pub use crate::spec::model::DmarcPolicy;
pub use align::{Mode, aligned};
pub use error::{Lint, LintKind, SyntaxError, SyntaxErrorKind, UriFault};
pub use lookalike::{LookAlike, resembles_record};
pub use policy::Policies;
pub use record::{Psd, Record, Tag, is_record};
pub use recorded::texts;
pub use repair::meant;
pub use uri::{Mailbox, ReportUri, mailbox};
pub use walk::{Applies, Found, Step, Unanswered, Walk, names, record_name};

#[cfg(test)]
mod tests;
