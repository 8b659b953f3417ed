//! The zone as a whole, its certificates, and the token.

use super::{part, zone};
use crate::check::seen::listed;
use crate::check::{Verdict, World};
use crate::observed::{ApiObject, Remote, Seen};

pub(in crate::check) fn zone_inactive(world: &World) -> Verdict {
    let zone = match zone(world) {
        Ok(zone) => zone,
        Err(verdict) => return *verdict,
    };
    let servers: Vec<String> = zone.name_servers.iter().map(Remote::to_string).collect();
    let servers = listed(&servers);
    if zone.paused {
        return Verdict::fail(format!("Cloudflare is paused for {}: it answers DNS and proxies nothing", zone.name))
            .label("paused")
            .expected("a zone that is not paused")
            .observed("paused")
            .help("Cloudflare's dashboard, Overview: Enable Cloudflare on site; until then visitors see the origins and their certificates");
    }
    match zone.status.as_str() {
        "active" => Verdict::pass(format!("{} is active on the plan {}", zone.name, zone.plan)),
        status @ ("pending" | "initializing") => Verdict::fail(format!("Cloudflare waits for {}: its name servers are not Cloudflare's yet", zone.name))
            .label("zone not active")
            .expected("active")
            .observed(status)
            .help(format!("set the name servers {servers} at the registrar, then Overview: Check nameservers; records can be planned and applied before that")),
        "moved" => Verdict::fail(format!("{} moved away: its name servers are no longer Cloudflare's", zone.name))
            .label("zone not active")
            .expected("active")
            .observed("moved")
            .help(format!("set the name servers {servers} at the registrar again, or take Cloudflare out of the spec; Cloudflare deletes zones that stay away")),
        _ => Verdict::fail(format!("Cloudflare says that {} is {}", zone.name, zone.status))
            .label("zone not active")
            .expected("active")
            .observed(zone.status.to_string())
            .help("see the zone's Overview in Cloudflare's dashboard"),
    }
}

pub(in crate::check) fn certificate_pending(world: &World) -> Verdict {
    let zone = match zone(world) {
        Ok(zone) => zone,
        Err(verdict) => return *verdict,
    };
    let is_proxied = match &zone.records {
        Seen::Answer(records) => records.iter().any(|record| record.flag("proxied") == Some(true)),
        _ => true,
    };
    if !is_proxied {
        return Verdict::not_applicable(
            "nothing is proxied, so that no certificate of Cloudflare's is shown",
        );
    }
    let packs = match part(&zone.certificates) {
        Ok(packs) => packs,
        Err(verdict) => return *verdict,
    };
    let status = |pack: &&ApiObject| pack.text("status").unwrap_or_default().to_owned();
    if packs.iter().any(|pack| status(&pack) == "active") {
        return Verdict::pass("an edge certificate is active");
    }
    let waiting: Vec<String> = packs.iter().map(described).collect();
    if waiting.is_empty() {
        return Verdict::fail(format!(
            "{} has no edge certificate: proxied hosts do not answer HTTPS",
            zone.name
        ))
        .label("no active certificate")
        .expected("an active edge certificate")
        .observed("none")
        .help("SSL/TLS > Edge Certificates: enable Universal SSL");
    }
    Verdict::fail(format!("the edge certificate of {} is not active yet", zone.name))
        .label("no active certificate")
            .expected("an active edge certificate")
        .observed(listed(&waiting))
        .help("Universal SSL is issued within minutes to a day once the zone is active; longer: look whether CAA records forbid Cloudflare's authorities (letsencrypt.org, pki.goog, ssl.com), then SSL/TLS > Edge Certificates: disable and enable Universal SSL")
}

/// `universal: pending_validation`
fn described(pack: &ApiObject) -> String {
    let text = |name| pack.shown(name).unwrap_or_default();
    format!("{}: {}", text("type"), text("status"))
}

pub(in crate::check) fn token_too_broad(world: &World) -> Verdict {
    let zone = match zone(world) {
        Ok(zone) => zone,
        Err(verdict) => return *verdict,
    };
    match zone.token.zones {
        None => Verdict::unknown("Cloudflare did not say how many zones the token can see"),
        Some(0 | 1) => Verdict::pass(format!("the token sees {} alone", zone.name)),
        Some(many) => Verdict::fail(format!("the token can see {many} zones, and one is needed"))
            .label("token reaches more")
            .expected(format!("a token for {} alone", zone.name))
            .observed(format!("{many} zones"))
            .help(format!("My Profile > API Tokens > Edit: under Zone Resources choose Specific zone, {}; then whoever steals this token reaches no other product", zone.name)),
    }
}
