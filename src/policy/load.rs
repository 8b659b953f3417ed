//! Reads policies: the built-in ones and a user's file, `extends` followed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::{Level, Policy, Thresholds};
use crate::check::Check;
use crate::observed::Remote;
use crate::spec::model::{DmarcPolicy, Period};
use crate::spec::{Located, load};

/// The policies that are part of the program.
const BUILT_IN: &[(&str, &str)] = &[
    ("baseline", include_str!("../../policies/baseline.yaml")),
    ("strict", include_str!("../../policies/strict.yaml")),
    ("bulk-sender", include_str!("../../policies/bulk-sender.yaml")),
];
/// How many `extends` may follow each other.
const MAX_EXTENDS: usize = 8;

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PolicyError {
    /// No such built-in policy, and no such file.
    #[error("there is no policy `{name}`: {why}")]
    #[diagnostic(
        code(policy::not_found),
        help("use baseline, strict, bulk-sender, or the path of a policy file")
    )]
    NotFound {
        /// As asked for.
        name: String,
        /// What reading the file said.
        why: String,
    },
    /// The file is not a policy.
    #[error("policy `{name}` is not readable: {why}")]
    #[diagnostic(
        code(policy::malformed),
        help("a policy has the keys extends, levels, thresholds and not_checked")
    )]
    Malformed {
        /// As asked for.
        name: String,
        /// What is wrong, with line and column.
        why: Remote,
    },
    /// It gives a level to something that is no check.
    #[error("policy `{name}` sets a level for `{check}`, which is no check")]
    #[diagnostic(code(policy::unknown_check), help("{help}"))]
    UnknownCheck {
        /// As asked for.
        name: String,
        /// The id that does not exist.
        check: Remote,
        /// The closest id.
        help: String,
    },
    /// `extends` runs in a circle.
    #[error("policy `{name}` extends itself, or more than {MAX_EXTENDS} others")]
    #[diagnostic(code(policy::circular), help("remove an `extends`"))]
    Circular {
        /// As asked for.
        name: String,
    },
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    extends: Option<String>,
    #[serde(default)]
    levels: BTreeMap<String, Level>,
    #[serde(default)]
    thresholds: ThresholdsFile,
    #[serde(default)]
    not_checked: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ThresholdsFile {
    certificate_remaining_share: Option<f64>,
    certificate_remaining: Option<Located<Period>>,
    certificate_lifetime: Option<Located<Period>>,
    certificate_rsa_bits: Option<usize>,
    certificate_revocation_lists: Option<bool>,
    cutover_ttl: Option<Located<Period>>,
    dnssec_signature_remaining: Option<Located<Period>>,
    registration_remaining: Option<Located<Period>>,
    redirect_hops: Option<usize>,
    https_same_host_first: Option<bool>,
    dmarc_policy: Option<DmarcPolicy>,
    spf_lookups_warn: Option<usize>,
    dkim_rsa_bits: Option<usize>,
    modern_suites_only: Option<bool>,
    mta_sts_max_age: Option<Located<Period>>,
    webhook_failure_share: Option<f64>,
    hsts_max_age: Option<Located<Period>>,
}

impl Policy {
    /// The policy of a name. `read` reads a file's text; built-in names never reach it.
    pub fn named(name: &str, read: impl Fn(&str) -> Result<String, String>) -> Result<Self, PolicyError> {
        let mut files = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next {
            if files.len() == MAX_EXTENDS {
                return Err(PolicyError::Circular { name });
            }
            let file = policy_file(&name, &read)?;
            next = match &file.extends {
                Some(extends) => Some(beside(&name, extends)),
                None => (name != "baseline").then(|| "baseline".to_owned()),
            };
            files.push(file);
        }
        let mut policy = Self {
            name: name.to_owned(),
            levels: BTreeMap::new(),
            thresholds: Thresholds::default(),
            not_checked: Vec::new(),
        };
        for file in files.into_iter().rev() {
            policy.levels.extend(file.levels);
            file.thresholds.lay_over(&mut policy.thresholds);
            for line in file.not_checked {
                let line = Remote::new(&line).to_string();
                if !policy.not_checked.contains(&line) {
                    policy.not_checked.push(line);
                }
            }
        }
        Ok(policy)
    }
}

/// What a policy extends stands beside it, unless it is built in.
fn beside(name: &str, extends: &str) -> String {
    let built_in = |name: &str| BUILT_IN.iter().any(|(built_in, _)| *built_in == name);
    match Path::new(name).parent() {
        Some(folder) if !built_in(extends) && !built_in(name) => folder.join(extends).display().to_string(),
        _ => extends.to_owned(),
    }
}

fn malformed(name: &str, why: &str) -> PolicyError {
    // The parser's own snippet may hold anything; its first line says what is wrong.
    PolicyError::Malformed { name: name.to_owned(), why: Remote::new(why.lines().next().unwrap_or(why)) }
}

fn policy_file(
    name: &str,
    read: &impl Fn(&str) -> Result<String, String>,
) -> Result<PolicyFile, PolicyError> {
    let text = match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
        Some((_, text)) => (*text).to_owned(),
        None => read(name).map_err(|why| PolicyError::NotFound { name: name.to_owned(), why })?,
    };
    let file: PolicyFile = load::embedded(&text).map_err(|error| malformed(name, &error.to_string()))?;
    let shares = [
        (
            file.thresholds.certificate_remaining_share,
            "certificate_remaining_share is a share of the lifetime, from 0 to 1",
        ),
        (
            file.thresholds.webhook_failure_share,
            "webhook_failure_share is a share of the deliveries, from 0 to 1: 0.01 is one of a hundred",
        ),
    ];
    for (share, why) in shares {
        if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err(malformed(name, why));
        }
    }
    for check in file.levels.keys() {
        if let Some(help) = Check::mistyped(check) {
            return Err(PolicyError::UnknownCheck { name: name.to_owned(), check: Remote::new(check), help });
        }
    }
    Ok(file)
}

impl Default for Thresholds {
    /// What holds where no policy says otherwise; `policies/baseline.yaml` says where from.
    fn default() -> Self {
        Self {
            certificate_remaining_share: 0.16,
            certificate_remaining: Duration::from_hours(24),
            certificate_lifetime: Duration::from_hours(825 * 24),
            certificate_rsa_bits: 2048,
            certificate_revocation_lists: false,
            cutover_ttl: Duration::from_mins(5),
            dnssec_signature_remaining: Duration::from_hours(48),
            registration_remaining: Duration::from_hours(30 * 24),
            redirect_hops: 3,
            hsts_max_age: Duration::from_hours(180 * 24),
            https_same_host_first: false,
            dmarc_policy: DmarcPolicy::Quarantine,
            spf_lookups_warn: 11,
            dkim_rsa_bits: 2048,
            modern_suites_only: false,
            mta_sts_max_age: Duration::from_hours(24),
            webhook_failure_share: 0.01,
        }
    }
}

impl ThresholdsFile {
    fn lay_over(self, under: &mut Thresholds) {
        let Self {
            certificate_remaining_share,
            certificate_remaining,
            certificate_lifetime,
            certificate_rsa_bits,
            certificate_revocation_lists,
            cutover_ttl,
            dnssec_signature_remaining,
            registration_remaining,
            redirect_hops,
            https_same_host_first,
            dmarc_policy,
            spf_lookups_warn,
            dkim_rsa_bits,
            modern_suites_only,
            mta_sts_max_age,
            webhook_failure_share,
            hsts_max_age,
        } = self;
        if let Some(share) = certificate_remaining_share {
            under.certificate_remaining_share = share;
        }
        if let Some(least) = certificate_remaining {
            under.certificate_remaining = least.value.0;
        }
        if let Some(most) = certificate_lifetime {
            under.certificate_lifetime = most.value.0;
        }
        if let Some(share) = webhook_failure_share {
            under.webhook_failure_share = share;
        }
        if let Some(bits) = certificate_rsa_bits {
            under.certificate_rsa_bits = bits;
        }
        if let Some(asked) = certificate_revocation_lists {
            under.certificate_revocation_lists = asked;
        }
        if let Some(count) = spf_lookups_warn {
            under.spf_lookups_warn = count;
        }
        if let Some(bits) = dkim_rsa_bits {
            under.dkim_rsa_bits = bits;
        }
        if let Some(modern) = modern_suites_only {
            under.modern_suites_only = modern;
        }
        if let Some(least) = mta_sts_max_age {
            under.mta_sts_max_age = least.value.0;
        }
        if let Some(least) = hsts_max_age {
            under.hsts_max_age = least.value.0;
        }
        if let Some(longest) = cutover_ttl {
            under.cutover_ttl = longest.value.0;
        }
        if let Some(least) = dnssec_signature_remaining {
            under.dnssec_signature_remaining = least.value.0;
        }
        if let Some(least) = registration_remaining {
            under.registration_remaining = least.value.0;
        }
        if let Some(hops) = redirect_hops {
            under.redirect_hops = hops;
        }
        if let Some(same_host_first) = https_same_host_first {
            under.https_same_host_first = same_host_first;
        }
        if let Some(policy) = dmarc_policy {
            under.dmarc_policy = policy;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(name: &str) -> Result<String, String> {
        match name {
            "pol/mine.yaml" => Ok("extends: base.yaml\nlevels: {http/hsts-missing: error}".into()),
            "pol/base.yaml" => Ok("thresholds: {redirect_hops: 1}".into()),
            "ring.yaml" => Ok("extends: ring.yaml".into()),
            "failures.yaml" => Ok("thresholds: {webhook_failure_share: 1.5}".into()),
            "percent.yaml" => Ok("thresholds: {certificate_remaining_share: 16}".into()),
            "typo.yaml" => Ok("levels: {http/hsts-mising: error}".into()),
            "key.yaml" => Ok("level: {}".into()),
            _ => Err("no such file".into()),
        }
    }

    #[test]
    fn a_policy_extends_what_stands_beside_it() {
        let policy = Policy::named("pol/mine.yaml", files).expect("a policy");
        assert_eq!(policy.thresholds.redirect_hops, 1);
        assert_eq!(policy.levels.get("http/hsts-missing"), Some(&Level::Error));
        assert_eq!(policy.thresholds.dmarc_policy, DmarcPolicy::Quarantine);
    }

    #[test]
    fn the_built_in_policies_are_read_and_strict_is_stricter() {
        let [baseline, strict] =
            ["baseline", "strict"].map(|name| Policy::named(name, files).expect("built in"));
        assert_eq!(baseline.thresholds, Thresholds::default());
        assert!(strict.thresholds.redirect_hops < baseline.thresholds.redirect_hops);
        assert!(strict.thresholds.hsts_max_age > baseline.thresholds.hsts_max_age);
        assert!(strict.thresholds.certificate_lifetime < baseline.thresholds.certificate_lifetime);
        assert!(strict.thresholds.webhook_failure_share <= baseline.thresholds.webhook_failure_share);
        assert!(strict.thresholds.registration_remaining > baseline.thresholds.registration_remaining);
    }

    #[test]
    fn bulk_senders_are_held_to_more_and_told_what_cannot_be_seen() {
        let bulk = Policy::named("bulk-sender", files).expect("built in");
        assert_eq!(bulk.thresholds, Thresholds::default());
        assert_eq!(bulk.levels.get("email/dmarc-missing"), Some(&Level::Error));
        assert_eq!(bulk.levels.get("email/reverse-dns"), Some(&Level::Error));
        assert!(bulk.not_checked.iter().any(|line| line.contains("RFC 8058")), "{:?}", bulk.not_checked);
        let unknown: Vec<&String> = bulk.levels.keys().filter(|id| !id.starts_with("email/")).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn what_is_not_checked_is_inherited_once() {
        let text = "extends: bulk-sender\nnot_checked: [\"the tone\\u001B\", the tone of the mail, the tone of the mail]";
        let mine = Policy::named("mine.yaml", |_| Ok(text.into())).expect("a policy");
        let bulk = Policy::named("bulk-sender", files).expect("built in");
        assert_eq!(mine.not_checked.len(), bulk.not_checked.len() + 2);
        assert_eq!(mine.not_checked.last().map(String::as_str), Some("the tone of the mail"));
        assert!(mine.not_checked.iter().any(|line| line == "the tone\\u{1b}"));
    }

    #[test]
    fn levels_and_thresholds_are_read() {
        let later =
            "levels: {dns/dnssec-unsigned: error}\nthresholds: {hsts_max_age: 365d, spf_lookups_warn: 8}";
        assert!(Policy::named("later.yaml", |_| Ok(later.into())).is_ok());
    }

    #[test]
    fn a_wrong_policy_says_what_is_wrong() {
        let told = |name: &str| match Policy::named(name, files) {
            Ok(_) => panic!("{name} was accepted"),
            Err(error) => format!(
                "{error} | {}",
                miette::Diagnostic::help(&error).map_or(String::new(), |h| h.to_string())
            ),
        };
        assert!(told("ring.yaml").contains("extends itself"));
        assert!(told("percent.yaml").contains("from 0 to 1"));
        assert!(told("failures.yaml").contains("share of the deliveries, from 0 to 1"));
        assert!(told("typo.yaml").contains("did you mean `http/hsts-missing`?"));
        assert!(told("key.yaml").contains("not readable"));
        assert!(told("strikt").contains("use baseline, strict"));
    }
}
