//! Whether origins answer who goes past Cloudflare.

use std::net::IpAddr;

use super::{part, zone};
use crate::check::seen::listed;
use crate::check::tls::addresses;
use crate::check::{Verdict, World};
use crate::item::{self, Host};
use crate::observed::{Path, Seen, Visit, visit};

pub(in crate::check) fn origin_exposed(host: &Host, world: &World) -> Verdict {
    let records = match zone(world).and_then(|zone| part(&zone.records)) {
        Ok(records) => records,
        Err(verdict) => return *verdict,
    };
    let origins = item::origins(records, &host.name);
    let Some(url) = host.root("https").filter(|_| !origins.is_empty()) else {
        return Verdict::not_applicable("no proxied record leads to an address of an origin");
    };
    let looked = |address: &IpAddr| Some((*address, world.observed.visits.get(&visit(&url, *address))?));
    let seen: Vec<(IpAddr, &Seen<Visit>)> = origins.iter().filter_map(looked).collect();
    let open: Vec<String> =
        seen.iter().filter(|(_, seen)| serves(seen)).map(|(address, _)| address.to_string()).collect();
    if !open.is_empty() {
        return Verdict::fail(format!("the origin of {} answers requests that go past Cloudflare", host.name))
            .label("origin answers anybody")
            .expected("an origin that lets Cloudflare in alone")
            .observed(format!("{} serves the site to anybody", listed(&open)))
            .help("let only Cloudflare's networks in (https://www.cloudflare.com/ips), or ask for Cloudflare's client certificate (Authenticated Origin Pulls), or connect by Cloudflare Tunnel: otherwise the firewall and the rate limits can be walked around");
    }
    let unseen = seen.iter().find_map(|(_, seen)| match seen {
        Seen::Unobserved(why) => Some(why.to_string()),
        _ => None,
    });
    match unseen {
        Some(why) => Verdict::unknown(why),
        None if seen.is_empty() => Verdict::unknown("the origin's address was not asked in this run"),
        None => Verdict::pass("the origin serves nothing to requests that go past Cloudflare"),
    }
}

/// True where every origin behind a host's proxied records was seen with a certificate that Cloudflare takes in
/// the mode `strict`.
pub(crate) fn origin_is_sound(host: &Host, world: &World) -> bool {
    let Ok(records) = zone(world).and_then(|zone| part(&zone.records)) else { return false };
    let Some(url) = host.root("https") else { return false };
    let origins = item::origins(records, &host.name);
    let is_sound = |address: &IpAddr| match world.observed.visits.get(&visit(&url, *address)) {
        Some(Seen::Answer(shown)) => {
            shown.path == Some(Path::Trusted) && addresses::fault(shown, host, world).is_none()
        }
        _ => false,
    };
    !origins.is_empty() && origins.iter().all(is_sound)
}

/// True for an answer that is the site's: not an error, nor a refusal.
fn serves(seen: &Seen<Visit>) -> bool {
    matches!(seen, Seen::Answer(visit) if visit.status < 400)
}
