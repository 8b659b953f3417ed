//! Signatures that end soon.

use std::time::Duration;

use jiff::SignedDuration;

use super::state::State;
use super::{invalid, judged, orphaned};
use crate::check::{Verdict, World, seen};
use crate::item::Zone;
use crate::observed::{ChainState, Signature};

/// Key sets are signed ahead, not answer by answer: a day is little for them, however short the
/// signature was meant to be.
const LEAST_OF_KEYS: SignedDuration = SignedDuration::from_hours(24);

pub(in crate::check) fn dnssec_signature_expiring(zone: &Zone, world: &World) -> Verdict {
    judged(zone, world, |state| {
        let zone = state.zone;
        if state.is_orphan() {
            return orphaned(state);
        }
        if state.is_broken() {
            return invalid(state);
        }
        if !state.is_signed() {
            return Verdict::not_applicable(format!("{zone} is not signed"));
        }
        let is_validated = state.seen.vouched_by_resolver
            || state.seen.chain == ChainState::Secure
            || (state.has_ds() && state.seen.chain != ChainState::Insecure);
        if !is_validated {
            return Verdict::not_applicable(format!("nobody validates the signatures of {zone}"));
        }
        expiring(state, world.thresholds.dnssec_signature_remaining)
    })
}

fn expiring(state: &State, threshold: Duration) -> Verdict {
    let threshold = SignedDuration::try_from(threshold).unwrap_or(SignedDuration::MAX);
    let longest = state.longest();
    let left = |signature: &Signature| signature.until.duration_since(state.at);
    let soon = longest.iter().filter(|(kind, s)| left(s) < needed(kind, lifetime(s), threshold));
    let Some((kind, signature)) = soon.min_by_key(|(_, signature)| signature.until) else {
        let first = longest.values().min_by_key(|signature| signature.until);
        return Verdict::pass(first.map_or("no signature ends".to_owned(), |first| {
            format!(
                "the signatures hold for another {} ({})",
                seen::length(left(first)),
                seen::day(first.until)
            )
        }));
    };
    let remaining = seen::length(left(signature));
    Verdict::fail(format!(
        "the signature over {} {kind} ends in {remaining} ({}), of a lifetime of {}; then the domain is unreachable for visitors behind validating resolvers",
        state.zone,
        seen::day(signature.until),
        seen::length(lifetime(signature))
    ))
    .expected(format!("at least {} left", seen::length(needed(kind, lifetime(signature), threshold))))
    .observed(format!("{remaining} left"))
    .label("signatures end soon")
    .help(format!(
        "find out why the signer has not renewed it: at your DNS provider, or with `rndc sign {0}` (BIND), `pdnsutil rectify-zone {0}` (PowerDNS); then ask `dig +dnssec {kind} {0}`",
        state.zone
    ))
}

fn lifetime(signature: &Signature) -> SignedDuration {
    signature.until.duration_since(signature.from)
}

/// How much of a signature must be left: the threshold, but no more than a quarter of what it had.
/// Signers that sign each answer anew give a day or two, and half of that is always left.
fn needed(kind: &str, lifetime: SignedDuration, threshold: SignedDuration) -> SignedDuration {
    let quarter = lifetime / 4;
    threshold.min(if kind == "DNSKEY" { quarter.max(LEAST_OF_KEYS) } else { quarter })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_signatures_need_less_and_key_sets_a_day() {
        let hours = SignedDuration::from_hours;
        let needed = |kind, lifetime| super::needed(kind, hours(lifetime), hours(48)).as_hours();
        assert_eq!([needed("SOA", 14 * 24), needed("DNSKEY", 14 * 24)], [48, 48]);
        assert_eq!([needed("SOA", 50), needed("DNSKEY", 50)], [12, 24]);
        assert_eq!([needed("SOA", 2), needed("DNSKEY", 6 * 24)], [0, 36]);
    }
}
