//! What is seen of the origins behind the hosts.

use super::super::plan::Context;
use super::super::proxied;
use crate::check::{Status, engine, origin_is_sound};
use crate::item::Host;

/// What Cloudflare would not take of an origin that is to be checked.
const CERTIFICATE: [&str; 6] = [
    "tls/unreachable",
    "tls/certificate-expired",
    "tls/certificate-not-yet-valid",
    "tls/certificate-name-mismatch",
    "tls/certificate-untrusted",
    "tls/certificate-self-signed",
];

/// Why every origin is known to have a certificate that Cloudflare takes: a host that is not proxied yet was seen
/// as it is, and the origins of one that is were visited by their addresses. `None` where one has not, or where
/// nobody saw it.
pub(super) fn has_sound_certificates(context: Context<'_, '_>) -> Option<String> {
    let hosts = proxied::hosts(context);
    if hosts.is_empty() {
        return None;
    }
    let judged = engine::judge(context.world, &|check| CERTIFICATE.contains(&check.id));
    let passes = |name: &str| {
        let mut own = judged.iter().filter(|judgement| judgement.subject == name);
        own.clone().count() == CERTIFICATE.len()
            && own.all(|judgement| judgement.verdict.status == Status::Pass)
    };
    let is_sound = |host: &&Host| match proxied::now(&host.name, context) {
        Some(true) => origin_is_sound(host, context.world),
        Some(false) => passes(&host.name),
        None => false,
    };
    hosts
        .iter()
        .all(is_sound)
        .then(|| "the certificates that the origins were seen with are valid".to_owned())
}
