//! The kinds of findings.

use std::fmt;

use crate::mail::spf::record::SyntaxErrorKind;

/// A part of the look-ups: one term and all that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The domain that the term leads to, or the term.
    pub label: String,
    /// Its look-ups.
    pub lookups: usize,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.label, self.lookups)
    }
}

/// How a record lets everybody through whom it does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenEnd {
    /// `+all`: everybody may send.
    PassAll,
    /// `?all`: it says nothing about anybody else.
    NeutralAll,
    /// No `all` and no `redirect`: the same (section 4.7).
    Nothing,
}

/// The kinds of findings (RFC 7208).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LintKind {
    /// The record breaks the grammar (section 12).
    Syntax(SyntaxErrorKind),
    /// The domain has no record.
    NoRecord,
    /// More than one record (section 4.5).
    SeveralRecords {
        /// How many.
        count: usize,
    },
    /// More look-ups than allowed (section 4.6.4) for a sender whom nothing matches.
    TooManyLookups {
        /// Look-ups of the whole tree.
        count: usize,
        /// How many are allowed.
        limit: usize,
        /// The terms of the domain's record that cause them, the dearest first.
        shares: Vec<Share>,
    },
    /// Few look-ups are left: what others publish may use them up.
    NearLookupLimit {
        /// Look-ups of the whole tree.
        count: usize,
        /// How many are allowed.
        limit: usize,
        /// As above.
        shares: Vec<Share>,
    },
    /// More terms than allowed ask for what does not exist (section 4.6.4).
    TooManyVoids {
        /// Such terms for senders with an IPv4 address.
        v4: usize,
        /// The same with an IPv6 address: hosts without an AAAA record make a term void there.
        v6: usize,
        /// How many are allowed.
        limit: usize,
        /// The names without an answer.
        names: Vec<String>,
    },
    /// More mail exchanges than are asked (section 4.6.4).
    TooManyExchanges {
        /// Whose.
        name: String,
        /// How many it has.
        count: usize,
        /// How many are asked.
        limit: usize,
    },
    /// `include` or `redirect` leads to a domain without record (sections 5.2 and 6.1).
    NothingAtTarget {
        /// The domain.
        target: String,
    },
    /// `include` or `redirect` leads back to a domain above it.
    Loop {
        /// The domain.
        target: String,
    },
    /// The tree is so large that its rest was not followed.
    NotFollowed,
    /// A name for which DNS cannot be asked: it matches nobody.
    Unaskable {
        /// The name.
        name: String,
    },
    /// A mechanism after `all`, which nobody reads (section 5.1).
    AfterAll {
        /// The term.
        term: String,
    },
    /// `redirect` beside `all`, which nobody follows (section 6.1).
    RedirectIgnored,
    /// `ptr`: slow, unreliable, not to be used (section 5.5).
    Ptr,
    /// `%{p}`: likewise (section 7.2).
    PtrMacro,
    /// The record does not restrict who sends.
    Permissive(OpenEnd),
    /// An included record passes everybody, and so does this one.
    IncludesEverybody {
        /// The included domain.
        target: String,
    },
    /// A network larger than any sender has.
    Wide {
        /// The term.
        term: String,
    },
    /// The record is long: over 450 bytes an answer may not fit in a packet of 512 bytes, over 512 it
    /// cannot (section 3.4).
    Long {
        /// Its bytes.
        bytes: usize,
    },
    /// The same term stands earlier in the record.
    Duplicate {
        /// The term.
        term: String,
    },
    /// A second `v=spf1` inside the record, as when two were pasted together: an unknown modifier,
    /// ignored (section 6).
    SecondVersion,
    /// A text that was probably meant as a record, and is none (section 4.5).
    LookAlike {
        /// The text.
        text: String,
    },
    /// A mechanism written with `=`: an unknown modifier, ignored (section 6).
    Misspelt {
        /// The term.
        term: String,
    },
    /// An explanation that receivers ignore, because there is not exactly one text (section 6.2).
    ExplanationIgnored {
        /// Where it should be.
        name: String,
        /// How many texts there are.
        count: usize,
    },
}

impl LintKind {
    /// True where receivers that follow the standard answer `permerror`: to every sender, or to
    /// those whom nothing matches before. Everything else is weak or idle, but works.
    ///
    /// Void look-ups count where they hit senders with an IPv4 address: with IPv6 alone, every host
    /// without AAAA record would count.
    pub fn breaks(&self) -> bool {
        match self {
            Self::Syntax(_)
            | Self::SeveralRecords { .. }
            | Self::TooManyLookups { .. }
            | Self::TooManyExchanges { .. }
            | Self::NothingAtTarget { .. }
            | Self::Loop { .. } => true,
            Self::TooManyVoids { v4, limit, .. } => v4 > limit,
            _ => false,
        }
    }
}

/// In a clause that follows the domain's name and a colon.
impl fmt::Display for LintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(kind) => kind.fmt(f),
            Self::NoRecord => f.write_str("there is no SPF record"),
            Self::SeveralRecords { count } => write!(f, "there are {count} SPF records"),
            Self::TooManyLookups { count, limit, shares }
            | Self::NearLookupLimit { count, limit, shares } => {
                let shares: Vec<String> = shares.iter().map(ToString::to_string).collect();
                write!(f, "{count} of {limit} look-ups: {}", shares.join(", "))
            }
            Self::TooManyVoids { v4, v6, limit, names } => {
                write!(f, "{} of {limit} look-ups find nothing: {}", v4.max(v6), names.join(", "))
            }
            Self::TooManyExchanges { name, count, limit } => {
                write!(f, "{name} has {count} mail exchanges, and {limit} may be asked")
            }
            Self::NothingAtTarget { target } => write!(f, "{} has no SPF record", target.escape_debug()),
            Self::Loop { target } => write!(f, "the record leads back to {target}"),
            Self::NotFollowed => f.write_str("the records lead further than can be followed"),
            Self::Unaskable { name } => write!(f, "`{}` is not a domain name", name.escape_debug()),
            Self::AfterAll { term } => write!(f, "`{term}` stands after `all` and is never read"),
            Self::RedirectIgnored => f.write_str("`redirect` is ignored beside `all`"),
            Self::Ptr => f.write_str("`ptr` is slow and unreliable, and must not be used"),
            Self::PtrMacro => f.write_str("the macro `p` is slow and unreliable, and must not be used"),
            Self::Permissive(OpenEnd::PassAll) => f.write_str("everybody may send"),
            Self::Permissive(OpenEnd::NeutralAll) => f.write_str("`?all` says nothing about anybody else"),
            Self::Permissive(OpenEnd::Nothing) => f.write_str("no `all`: nothing is said about anybody else"),
            Self::IncludesEverybody { target } => write!(f, "{target} lets everybody send"),
            Self::Wide { term } => write!(f, "`{term}` holds more addresses than any sender has"),
            Self::Long { bytes } => write!(f, "the record has {bytes} bytes"),
            Self::Duplicate { term } => write!(f, "`{term}` stands there twice"),
            Self::SecondVersion => f.write_str("`v=spf1` stands inside the record a second time"),
            Self::LookAlike { text } => {
                let text: String = text.chars().take(60).collect();
                write!(f, "`{}` is no SPF record", text.escape_debug())
            }
            Self::Misspelt { term } => write!(f, "`{term}` is ignored: mechanisms are written with `:`"),
            Self::ExplanationIgnored { name, count } => {
                write!(f, "{name} has {count} texts, and an explanation is one")
            }
        }
    }
}
