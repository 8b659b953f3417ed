//! CAA records that would shut out the authority in use.

use crate::authority::{Authority, organisation};
use crate::caa::{Allowed, Property};
use crate::cloudflare::plan::{Context, Rail};
use crate::cloudflare::records::live::Records;
use crate::cloudflare::records::slot::Slot;
use crate::observed::{Path, Seen};
use crate::spec::names::{climb, is_under};

/// Authorities of which Cloudflare takes the certificates of proxied hosts.
const EDGE: [&str; 5] = ["letsencrypt.org", "pki.goog", "ssl.com", "digicert.com", "sectigo.com"];

/// Hosts whose authority may issue now and could not any more.
pub(super) fn lockout(
    before: &Records<'_>,
    after: &Records<'_>,
    context: Context<'_, '_>,
) -> Option<(Rail, String)> {
    let zone = context.live.name.as_str();
    let is_shut_out = |host: &str, names: &[String]| {
        let shut = |records: &Records<'_>| !allowed(host, zone, records).includes(names);
        shut(after) && !shut(before)
    };
    let mut lost: Vec<String> = Vec::new();
    for host in context.world.items.hosts.iter().filter(|host| is_under(&host.name, zone)) {
        if let Some(authority) = in_use(&host.name, context).filter(|own| is_shut_out(&host.name, &own.caa)) {
            lost.push(format!("{} of the certificate of {}", authority.name, host.name));
        }
    }
    let edge: Vec<String> = EDGE.iter().map(|name| (*name).to_owned()).collect();
    let mut proxied = after.all.iter().filter(|record| record.proxied);
    if let Some(record) = proxied.find(|record| is_shut_out(&record.name, &edge)) {
        lost.push(format!("every authority that Cloudflare uses for {}", record.name));
    }
    (!lost.is_empty()).then(|| {
        lost.dedup();
        let more = if lost.len() > 3 { format!(" and {} more", lost.len() - 3) } else { String::new() };
        lost.truncate(3);
        (Rail::CaaLockout, format!("the CAA records would shut out {}{more}", lost.join(", ")))
    })
}

/// The public authority whose certificate a host shows.
fn in_use(host: &str, context: Context<'_, '_>) -> Option<&'static Authority> {
    let url = url::Url::parse(&format!("https://{host}/")).ok()?;
    let Some(Seen::Answer(handshake)) = context.world.observed.tls(&url) else { return None };
    if !matches!(handshake.path, Path::Trusted | Path::Incomplete) {
        return None;
    }
    let issuer = handshake.chain.first()?.issuer.as_str();
    Authority::of_organisation(&organisation(issuer)?)
}

/// Whom the zone's records let issue for a name: its own, or those of the nearest name above it that has any
/// (RFC 8659 section 3).
fn allowed(name: &str, zone: &str, records: &Records<'_>) -> Allowed {
    let sets = climb(name.trim_start_matches("*.")).take_while(|above| is_under(above, zone));
    for above in sets {
        let own = records.at(&Slot::Others(above.to_owned(), "CAA".into()));
        let set: Vec<Property> =
            own.iter().filter_map(|record| Property::parse(&record.value.words().join(" "))).collect();
        if !set.is_empty() {
            return Allowed::by(&set, name.starts_with("*."));
        }
    }
    Allowed::Everybody
}
