//! What is seen of the origins behind the hosts.

use super::super::plan::Context;
use super::super::proxied;
use crate::check::{Status, engine};
use crate::observed::Seen;

/// What Cloudflare would not take of an origin that is to be checked.
const CERTIFICATE: [&str; 6] = [
    "tls/unreachable",
    "tls/certificate-expired",
    "tls/certificate-not-yet-valid",
    "tls/certificate-name-mismatch",
    "tls/certificate-untrusted",
    "tls/certificate-self-signed",
];

/// Why every origin is known to have a certificate that Cloudflare takes: nothing of the zone is proxied yet,
/// so that each host was seen as it is, and each passes. `None` where that is not known: behind a proxied
/// record nobody sees the origin.
pub(super) fn has_sound_certificates(context: Context<'_, '_>) -> Option<String> {
    let Seen::Answer(records) = &context.live.records else { return None };
    if records.iter().any(|record| record.flag("proxied") == Some(true)) {
        return None;
    }
    let hosts = proxied::hosts(context);
    let is_seen = |name: &str| proxied::now(name, context) == Some(false);
    if hosts.is_empty() || !hosts.iter().all(|host| is_seen(&host.name)) {
        return None;
    }
    let judged = engine::judge(context.world, &|check| CERTIFICATE.contains(&check.id));
    let sound = |name: &str| {
        let mut own = judged.iter().filter(|judgement| judgement.subject == name);
        own.clone().count() == CERTIFICATE.len()
            && own.all(|judgement| judgement.verdict.status == Status::Pass)
    };
    hosts
        .iter()
        .all(|host| sound(&host.name))
        .then(|| "the certificate that the origin was seen with is valid".to_owned())
}
