//! Sender Policy Framework (RFC 7208): records, their evaluation, and what is wrong with them.
//!
//! Nothing in here does IO or reads a clock. Answers of DNS come through [`Lookup`], and what is
//! not known yet is handed back as a list of questions:
//!
//! * [`Record::parse`] reads a record as receivers do, [`Record::read`] as a linter does: past each
//!   error, with the place of each in bytes.
//! * [`check_host`] evaluates a domain's record for one sender.
//! * [`Tree::grow`] follows everything a record leads to, and counts, even where the record is over
//!   its limits or broken.
//! * [`lint()`] says what is wrong, risky or idle in a tree.
//!
//! # Asking DNS
//!
//! Ask what the tree [needs](Tree::needs) until it needs nothing; that takes one round for each
//! level of includes. Then evaluate senders: what [`check_host`] still [`Needs`] depends on the
//! sender (macros, `ptr`). Over what a run has recorded, [`Recorded`] is the look-up; after each
//! round the answers are put where it reads them.
//!
//! ```
//! use launch_ready::mail::spf::{self, Answers, Kind, Limits, Request, SpfResult, Tree};
//!
//! let mut dns = Answers::new().with("shop.example", Kind::Txt, "v=spf1 include:mail.example a -all");
//! let tree = Tree::grow("shop.example", &dns, Limits::default());
//! let questions: Vec<String> = tree.needs.iter().map(ToString::to_string).collect();
//! assert_eq!(questions, ["mail.example TXT"]);
//!
//! // Ask them, and grow the tree again.
//! dns = dns.with("mail.example", Kind::Txt, "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.7/33 ?all");
//! let tree = Tree::grow("shop.example", &dns, Limits::default());
//! assert!(tree.needs.is_empty());
//! assert_eq!((tree.root.own_lookups(), tree.root.lookups()), (2, 2));
//!
//! let lints = spf::lint(&tree);
//! assert_eq!(lints[0].domain, "mail.example");
//! assert_eq!(lints[0].span, Some(40..43)); // the `/33`
//! assert!(lints[0].kind.breaks());
//!
//! // A receiver refuses the whole record for it.
//! let request = Request::new("192.0.2.1".parse()?, "ada@shop.example", "mx.mail.example");
//! let outcome = spf::check_host(&request, &dns)?;
//! assert_eq!(outcome.result, SpfResult::PermError);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where the standard leaves a choice
//!
//! * A *void* look-up is a term one of whose questions is answered with nothing, as section 4.6.4
//!   says it: an `mx` with three hosts that have no AAAA record is one for a client with IPv6, not
//!   three. The questions for `exp` and `%{p}` never count.
//! * A name for which DNS cannot be asked (an empty label, one of 64 characters) matches nobody;
//!   where `include` or `redirect` leads there, the result is `permerror`.
//! * `redirect` and `exp` with a broken value are errors, not unknown modifiers. So are `%{c}`,
//!   `%{r}` and `%{t}` anywhere but in the text of an explanation.
//! * Prefix lengths have no leading zeros.

pub mod eval;
pub mod lint;
pub mod lookup;
pub mod macros;
pub mod record;
mod recorded;
pub mod tree;

pub use eval::{Limits, Needs, Outcome, Request, SpfResult, check_host};
pub use lint::{Lint, LintKind, lint};
pub use lookup::{Answers, Kind, Lookup, Question, Reply};
pub use record::{Record, is_record, resembles_record};
pub use recorded::Recorded;
pub use tree::Tree;

#[cfg(test)]
mod tests;
