//! What a record makes receivers do with mail that fails (RFC 9989 sections 4.7 and 4.10.1).

use super::{DmarcPolicy, Record};

/// What receivers are asked to do with mail that fails, by whose name it bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies {
    /// The domain of the record: `p`.
    pub domain: DmarcPolicy,
    /// Names below it that exist: `sp`, or else `p`.
    pub subdomains: DmarcPolicy,
    /// Names below it that do not exist: `np`, or else as `subdomains`.
    pub nonexistent: DmarcPolicy,
}

impl Policies {
    fn map(self, change: impl Fn(DmarcPolicy) -> DmarcPolicy) -> Self {
        let Self { domain, subdomains, nonexistent } = self;
        Self { domain: change(domain), subdomains: change(subdomains), nonexistent: change(nonexistent) }
    }
}

impl DmarcPolicy {
    /// The word in a record.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    /// The policy that a word in a record means, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::None, Self::Quarantine, Self::Reject]
            .into_iter()
            .find(|policy| word.eq_ignore_ascii_case(policy.word()))
    }

    /// One level weaker: what is done instead in test mode (RFC 9989 section 4.7, `t`), and with the
    /// mail that `pct` leaves out (RFC 7489 section 6.6.4).
    #[must_use]
    pub fn weaker(self) -> Self {
        match self {
            Self::Reject => Self::Quarantine,
            Self::Quarantine | Self::None => Self::None,
        }
    }
}

impl Record {
    /// The policies as they are published. `None` where receivers apply no DMARC at all: `p` is
    /// absent, or `p`, `sp` or `np` is not valid, and there is no report address either. With one, they
    /// act as if `p=none` were there (section 4.10.1).
    pub fn policies(&self) -> Option<Policies> {
        match self.p {
            Some(p) if !self.policy_is_broken() => {
                let subdomains = self.sp.unwrap_or(p);
                Some(Policies { domain: p, subdomains, nonexistent: self.np.unwrap_or(subdomains) })
            }
            _ if !self.rua.is_empty() => {
                let none = DmarcPolicy::None;
                Some(Policies { domain: none, subdomains: none, nonexistent: none })
            }
            _ => None,
        }
    }

    /// What receivers by RFC 9989 apply: one level weaker each where the record says `t=y`. They do
    /// not read `pct`.
    pub fn applied(&self) -> Option<Policies> {
        let policies = self.policies()?;
        Some(if self.testing { policies.map(DmarcPolicy::weaker) } else { policies })
    }

    /// What receivers by RFC 7489 apply to the mail that `pct` leaves out; `None` where it leaves out
    /// none. They do not read `t` and `np`.
    pub fn spared(&self) -> Option<Policies> {
        let policies = self.policies().filter(|_| self.percent.is_some_and(|percent| percent < 100))?;
        let old = Policies { nonexistent: policies.subdomains, ..policies };
        Some(old.map(DmarcPolicy::weaker))
    }
}
