//! Whose answers were seen: where a finding says that they were not the host's own, nothing else is
//! judged from them.

use super::dns::{family, takeover};
use super::tls::addresses;
use super::{Status, Verdict, World};
use crate::observed::Seen;

/// The verdict of a check that would judge what was seen of a host over HTTP or TLS, where another
/// finding says that this came from elsewhere.
pub(super) fn elsewhere(host: &str, world: &World) -> Option<Verdict> {
    if takeover::is_possible(host, world) {
        let reason = "it leads to a hosting at which nobody holds it";
        return Some(Verdict::not_judged("dns/takeover-possible", host, reason));
    }
    let item = world.items.host(host)?;
    if addresses::misled(item, world) {
        let reason = "what was seen came from the address that differs";
        return Some(Verdict::not_judged("tls/address-unreachable", host, reason));
    }
    // The addresses race: where IPv6 won, only its faults were seen.
    let won = match world.observed.tls(&item.root("https")?)? {
        Seen::Answer(handshake) => handshake.peer.is_some_and(|peer| peer.is_ipv6()),
        Seen::Failed(_) => true,
        Seen::Unobserved(_) => false,
    };
    (won && family::ipv6_broken(item, world).status == Status::Fail)
        .then(|| Verdict::not_judged("dns/ipv6-broken", host, "only its IPv6 address was seen"))
}
