//! What is asked of a domain that nobody has described yet. In two steps: what to open in a
//! browser depends on which names there are.

use url::Url;

use super::sight::Sight;
use crate::item::{PROBE_PATH, PROBE_QUERY, improbable_name};
use crate::mail::mta_sts;
use crate::observed::Observed;
use crate::provider::email;

/// Labels under which products put hosts that people or programs open.
pub(super) const LABELS: &[&str] = &[
    "www",
    "app",
    "api",
    "admin",
    "account",
    "accounts",
    "auth",
    "login",
    "dashboard",
    "portal",
    "my",
    "shop",
    "store",
    "checkout",
    "pay",
    "blog",
    "docs",
    "help",
    "support",
    "status",
    "cdn",
    "static",
    "assets",
    "media",
    "images",
    "files",
    "m",
    "go",
    "web",
    "mail",
    "webmail",
    "hooks",
    "ws",
    "graphql",
    "demo",
    "beta",
    "preview",
    "sandbox",
    "staging",
    "stage",
    "qa",
    "test",
    "dev",
];
/// Names that mail programs look for.
pub(super) const MAIL_NAMES: &[&str] = &["autodiscover", "autoconfig", "mta-sts"];
/// Services that programs look for (RFC 2782).
pub(super) const SERVICES: &[&str] = &[
    "_autodiscover._tcp",
    "_submission._tcp",
    "_submissions._tcp",
    "_imap._tcp",
    "_imaps._tcp",
    "_caldavs._tcp",
    "_carddavs._tcp",
    "_sip._tls",
    "_sipfederationtls._tcp",
];
/// Selectors that belong to nobody in particular.
const COMMON_SELECTORS: &[&str] =
    &["default", "dkim", "dkim1", "dkim2", "email", "key1", "key2", "main", "mta", "s", "sig"];
/// Types that are asked for at the domain itself. Its DS is its parent's business.
pub(super) const OF_THE_DOMAIN: [&str; 7] = ["SOA", "NS", "A", "AAAA", "MX", "TXT", "CAA"];

/// Selectors to try.
pub(super) fn selectors() -> impl Iterator<Item = &'static str> {
    let known = email::selectors();
    let common = COMMON_SELECTORS.iter().copied().filter(|common| !email::selectors().contains(common));
    known.into_iter().chain(common)
}

/// The first questions: names (full) and types.
pub(crate) fn first(domain: &str) -> Vec<(String, &'static str)> {
    let under = |label: &str| format!("{label}.{domain}");
    let mut all: Vec<(String, &'static str)> =
        OF_THE_DOMAIN.iter().chain(&["DS"]).map(|kind| (domain.to_owned(), *kind)).collect();
    for label in LABELS.iter().chain(MAIL_NAMES).chain(&["*"]) {
        all.extend(["A", "AAAA"].map(|kind| (under(label), kind)));
    }
    all.extend(["A", "AAAA"].map(|kind| (improbable_name(domain), kind)));
    all.extend(SERVICES.iter().map(|service| (under(service), "SRV")));
    for name in ["_dmarc", "_mta-sts", "_smtp._tls", "default._bimi"] {
        all.push((under(name), "TXT"));
    }
    all.extend(selectors().map(|s| (under(&format!("{s}._domainkey")), "TXT")));
    all.push((improbable_name(&under("_domainkey")), "TXT"));
    all.extend(email::usual_return_paths().map(|(_, name, record)| (under(name), record.kind.name())));
    all
}

/// The questions that the first answers lead to: hosts of the domain's own that receive its mail.
pub(crate) fn then(domain: &str, known: &Observed) -> Vec<(String, &'static str)> {
    let sight = Sight::new(domain, known);
    let hosts = sight.mail_hosts().into_iter();
    hosts.flat_map(|label| ["A", "AAAA"].map(|kind| (format!("{label}.{domain}"), kind))).collect()
}

/// The URLs to open, once it is known which names there are.
pub(crate) fn urls(domain: &str, known: &Observed) -> Vec<Url> {
    let sight = Sight::new(domain, known);
    let mut all = Vec::new();
    for label in sight.hosts() {
        all.extend([sight.root("http", label), sight.root("https", label)]);
    }
    for label in ["@", "www"].into_iter().filter(|label| sight.resolves(label)) {
        all.push(sample(&sight, label));
    }
    all.into_iter().flatten().collect()
}

/// The policy of MTA-STS, where a record says that there is one.
pub(crate) fn policy(domain: &str, known: &Observed) -> Option<Url> {
    let sight = Sight::new(domain, known);
    let published = !sight.texts("_mta-sts").is_empty() && sight.resolves("mta-sts");
    published.then(|| mta_sts::policy_url(domain)).flatten()
}

/// A page that no site has: whether a redirect keeps path and query.
pub(super) fn sample(sight: &Sight, label: &str) -> Option<Url> {
    let mut url = sight.root("https", label)?.join(PROBE_PATH).ok()?;
    url.set_query(Some(PROBE_QUERY));
    Some(url)
}
