//! The DMARC policy that applies to the domain, as other standards ask for it. The one place where
//! they do.

use super::dmarc;
use crate::check::World;
use crate::check::seen::Judged;
use crate::mail;
use crate::spec::model::DmarcPolicy;

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
    /// The record.
    pub(super) record: String,
}

impl Applied {
    /// What of it is less than `least` for all mail, as the record has it.
    pub(super) fn lacks(&self, least: DmarcPolicy) -> Option<String> {
        if self.policy < least {
            return Some(format!("p={}", word(self.policy)));
        }
        let weaker = (self.subdomains < least).then(|| format!("sp={}", word(self.subdomains)));
        weaker.or_else(|| self.partly.clone())
    }
}

/// The policy; none where there is not exactly one record.
pub(super) fn applied(world: &World) -> Judged<Option<Applied>> {
    let Some(found) = dmarc::find(world)? else { return Ok(None) };
    let [record] = found.records.as_slice() else { return Ok(None) };
    let record = record.as_str();
    let pct = mail::tag(record, "pct").filter(|share| share.parse::<u8>().is_ok_and(|share| share < 100));
    let testing = mail::tag(record, "t").filter(|t| t.eq_ignore_ascii_case("y"));
    Ok(Some(Applied {
        policy: mail::dmarc_policy(record, found.inherited),
        subdomains: mail::dmarc_policy(record, true),
        partly: testing.map(|_| "t=y".to_owned()).or_else(|| pct.map(|share| format!("pct={share}"))),
        record: record.to_owned(),
        name: found.name,
    }))
}

fn word(policy: DmarcPolicy) -> &'static str {
    match policy {
        DmarcPolicy::None => "none",
        DmarcPolicy::Quarantine => "quarantine",
        DmarcPolicy::Reject => "reject",
    }
}
