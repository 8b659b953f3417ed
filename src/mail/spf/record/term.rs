//! Terms: mechanisms and modifiers (RFC 7208 sections 5 and 6).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::DomainSpec;
use crate::mail::spf::macros::MacroString;

/// A term and where it stands in its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// In bytes of the record's text.
    pub span: Range<usize>,
    /// What it is.
    pub kind: TermKind,
}

/// The two sorts of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// A mechanism with its qualifier.
    Directive(Directive),
    /// `name=value`.
    Modifier(Modifier),
}

/// A mechanism, and the result where it matches (section 4.6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// The result where it matches.
    pub qualifier: Qualifier,
    /// What it matches.
    pub mechanism: Mechanism,
}

/// What a match means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    /// `+`, or nothing.
    Pass,
    /// `-`
    Fail,
    /// `~`
    SoftFail,
    /// `?`
    Neutral,
}

/// What is compared with the sender's address (section 5). Where a domain is missing, the domain
/// of the record is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mechanism {
    /// Everybody.
    All,
    /// Whoever passes another domain's record. One look-up.
    Include(DomainSpec),
    /// The addresses of a name. One look-up.
    A(Option<DomainSpec>, DualPrefix),
    /// The addresses of a domain's mail exchanges. One look-up.
    Mx(Option<DomainSpec>, DualPrefix),
    /// Hosts whose reverse name lies under a domain; not to be used (section 5.5). One look-up.
    Ptr(Option<DomainSpec>),
    /// An IPv4 network; without a length, one address.
    Ip4(Ipv4Addr, Option<u8>),
    /// An IPv6 network; without a length, one address.
    Ip6(Ipv6Addr, Option<u8>),
    /// Everybody for whom a name, usually one with macros, has an A record. One look-up.
    Exists(DomainSpec),
}

impl Mechanism {
    /// Its name in lower case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Include(_) => "include",
            Self::A(..) => "a",
            Self::Mx(..) => "mx",
            Self::Ptr(_) => "ptr",
            Self::Ip4(..) => "ip4",
            Self::Ip6(..) => "ip6",
            Self::Exists(_) => "exists",
        }
    }

    /// True where it counts against the ten look-ups (section 4.6.4).
    pub fn looks_up(&self) -> bool {
        !matches!(self, Self::All | Self::Ip4(..) | Self::Ip6(..))
    }

    /// The domain that it names.
    pub fn domain(&self) -> Option<&DomainSpec> {
        match self {
            Self::Include(domain) | Self::Exists(domain) => Some(domain),
            Self::A(domain, _) | Self::Mx(domain, _) | Self::Ptr(domain) => domain.as_ref(),
            Self::All | Self::Ip4(..) | Self::Ip6(..) => None,
        }
    }
}

/// Prefix lengths for both families, `/24//64`; without one, the whole address counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DualPrefix {
    /// For IPv4, at most 32.
    pub v4: Option<u8>,
    /// For IPv6, at most 128.
    pub v6: Option<u8>,
}

/// `name=value` (section 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modifier {
    /// Another domain's record takes over where nothing matches. One look-up.
    Redirect(DomainSpec),
    /// Where a `fail` is explained.
    Explanation(DomainSpec),
    /// One that receivers do not know, and ignore.
    Unknown(String, MacroString),
}

impl fmt::Display for TermKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directive(directive) => directive.fmt(f),
            Self::Modifier(modifier) => modifier.fmt(f),
        }
    }
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.qualifier, self.mechanism)
    }
}

/// As it is written; `+`, which goes without saying, is left out.
impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "",
            Self::Fail => "-",
            Self::SoftFail => "~",
            Self::Neutral => "?",
        })
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if let Some(domain) = self.domain() {
            write!(f, ":{domain}")?;
        }
        match self {
            Self::A(_, prefix) | Self::Mx(_, prefix) => prefix.fmt(f),
            Self::Ip4(address, prefix) => {
                write!(f, ":{address}")?;
                prefix.map_or(Ok(()), |bits| write!(f, "/{bits}"))
            }
            Self::Ip6(address, prefix) => {
                write!(f, ":{address}")?;
                prefix.map_or(Ok(()), |bits| write!(f, "/{bits}"))
            }
            Self::All | Self::Include(_) | Self::Ptr(_) | Self::Exists(_) => Ok(()),
        }
    }
}

impl fmt::Display for DualPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.v4.map_or(Ok(()), |bits| write!(f, "/{bits}"))?;
        self.v6.map_or(Ok(()), |bits| write!(f, "//{bits}"))
    }
}

impl fmt::Display for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect(domain) => write!(f, "redirect={domain}"),
            Self::Explanation(domain) => write!(f, "exp={domain}"),
            Self::Unknown(name, value) => write!(f, "{name}={value}"),
        }
    }
}
