//! The DMARC policy that applies to the domain, as other standards ask for it. The one place where
//! they do.

use super::dmarc;
use crate::check::seen::Judged;
use crate::check::{Status, World};
use crate::mail::dmarc::Record;
use crate::spec::model::DmarcPolicy;
use crate::wanted::{self, Wanted};

/// Checks whose failure says that the policy is missing or not what it should be.
pub(super) const CHECKS: &[&str] = &[
    "email/dmarc-missing",
    "email/dmarc-multiple",
    "email/dmarc-invalid",
    "email/dmarc-policy-weak",
    "email/dmarc-subdomain-weak",
    "email/dmarc-testing",
];

/// The policy that applies.
pub(super) struct Applied {
    /// Where it is published: `_dmarc.shop.test`.
    pub(super) name: String,
    /// For mail of the domain itself.
    pub(super) policy: DmarcPolicy,
    /// For mail of names below it.
    pub(super) subdomains: DmarcPolicy,
    /// The tag by which it is applied to less than all mail: `t=y`, `pct=50`.
    pub(super) partly: Option<String>,
    /// The record, where it is the domain's own.
    own: Option<Record>,
}

impl Applied {
    /// What of it is less than `least` for all mail, as the record has it.
    pub(super) fn lacks(&self, least: DmarcPolicy) -> Option<String> {
        if self.policy < least {
            return Some(format!("p={}", self.policy.word()));
        }
        let weaker = (self.subdomains < least).then(|| format!("sp={}", self.subdomains.word()));
        weaker.or_else(|| self.partly.clone())
    }
}

/// The domain's own record with at least this policy for all mail.
pub(super) fn wanted(applied: Option<&Applied>, least: DmarcPolicy, world: &World) -> Wanted {
    wanted::enforced_dmarc(world, applied.and_then(|applied| applied.own.as_ref()), least)
}

/// The policy; none where no record applies, and where there are several or a broken one.
pub(super) fn applied(world: &World) -> Judged<Option<Applied>> {
    let applies = match dmarc::applied(world) {
        Ok(applies) => applies,
        // Nobody could look it up.
        Err(verdict) if verdict.status == Status::Unknown && verdict.because.is_none() => {
            return Err(verdict);
        }
        Err(_) => return Ok(None),
    };
    let record = &applies.record;
    let Some(policies) = record.policies() else { return Ok(None) };
    let share = record.percent.filter(|share| *share < 100).map(|share| format!("pct={share}"));
    Ok(Some(Applied {
        policy: applies.policy().unwrap_or(policies.domain),
        subdomains: policies.subdomains,
        partly: if record.testing { Some("t=y".to_owned()) } else { share },
        name: applies.name(),
        own: (!applies.inherited).then(|| record.clone()),
    }))
}
