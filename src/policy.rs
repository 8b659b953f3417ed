//! Policy: the level of each finding, the thresholds, and the waivers. The single place that
//! decides what a failed check means for the verdict.

mod load;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::{Check, Weight};
use crate::spec::model::DmarcPolicy;

pub use load::PolicyError;

/// How much a failed check matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The check is not run.
    Off,
    /// Good to know.
    Info,
    /// Should be mended.
    Warning,
    /// Must be mended.
    Error,
}

impl Level {
    /// The level's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The numbers that judges judge by.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// A certificate must have this share of its lifetime left.
    pub certificate_remaining_share: f64,
    /// A certificate must have this long left, whatever its lifetime.
    pub certificate_remaining: std::time::Duration,
    /// A certificate may be valid for this long, where the rules for its day of issue allow that.
    pub certificate_lifetime: std::time::Duration,
    /// An RSA key of a certificate with fewer bits is weak.
    pub certificate_rsa_bits: usize,
    /// Whether authorities' revocation lists are fetched and asked.
    pub certificate_revocation_lists: bool,
    /// Before a cutover, records that it changes may be kept no longer than this.
    pub cutover_ttl: std::time::Duration,
    /// A DNSSEC signature must have this long left, or a quarter of its lifetime where that is less.
    pub dnssec_signature_remaining: std::time::Duration,
    /// A domain's registration must have this long left.
    pub registration_remaining: std::time::Duration,
    /// More hops than this are too many.
    pub redirect_hops: usize,
    /// `max-age` of HSTS must be at least this long where the spec declares none.
    pub hsts_max_age: std::time::Duration,
    /// Whether plain HTTP must lead to HTTPS on the same host before it leads elsewhere.
    pub https_same_host_first: bool,
    /// The weakest DMARC policy that is fine where the spec declares none.
    pub dmarc_policy: DmarcPolicy,
    /// From how many look-ups on an SPF record is near its limit of ten (RFC 7208 section 4.6.4).
    pub spf_lookups_warn: usize,
    /// An RSA key of DKIM with fewer bits is weak, though receivers take it.
    pub dkim_rsa_bits: usize,
    /// Whether only suites with ECDHE and authenticated encryption are fine under TLS 1.2.
    pub modern_suites_only: bool,
    /// A policy of MTA-STS must hold at least this long.
    pub mta_sts_max_age: std::time::Duration,
    /// Of the events that a provider delivered lately, this share may have failed.
    pub webhook_failure_share: f64,
}

/// A policy: levels by check id, and thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The name it was asked for by.
    pub name: String,
    /// Levels that differ from the pages' defaults.
    pub levels: BTreeMap<String, Level>,
    /// Numbers.
    pub thresholds: Thresholds,
    /// What the policy asks for and nothing here can see, a sentence each without full stop: reports
    /// name it, so that nobody takes it for checked.
    pub not_checked: Vec<String>,
}

impl Policy {
    /// The level of a check.
    pub fn level(&self, check: &Check) -> Level {
        self.levels.get(check.id).copied().unwrap_or(check.page().level)
    }

    /// The level of one finding. What the spec itself asks for weighs more, unless this policy says
    /// otherwise; what is near the line weighs no more than its page says.
    pub fn level_of(&self, check: &Check, weight: Weight) -> Level {
        let (level, page) = (self.level(check), check.page());
        match weight {
            Weight::Usual => level,
            Weight::Demanded if self.levels.contains_key(check.id) => level,
            Weight::Demanded => page.demanded.unwrap_or(level),
            Weight::Mild => page.mild.map_or(level, |mild| mild.min(level)),
        }
    }
}
