//! What a spec asks of the zone at Cloudflare, one item for each thing that is judged.

use std::net::IpAddr;

use crate::observed::{ApiObject, CloudflareZone, Observed, Seen};
use crate::spec::names::{full_name, is_under, name_form};
use crate::spec::{Document, Located, Place};

use super::{exchangers, selectors};

/// A zone setting that the spec speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneSetting {
    /// Cloudflare's id of it.
    pub id: String,
    /// Where the spec speaks of it.
    pub place: Place,
}

/// A path of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZonePath {
    /// The path, as the spec writes it.
    pub path: String,
    /// Where.
    pub place: Place,
}

/// Records whose proxy state is known to matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyState {
    /// The owner name.
    pub name: String,
    /// The type.
    pub kind: String,
    /// Whether they must be proxied.
    pub proxied: bool,
    /// Why, where the spec does not say it itself. A clause.
    pub why: Option<&'static str>,
    /// Where the spec speaks of it.
    pub place: Place,
}

/// Modes that are for a moment: each shows the site to nobody, or hides what the edge does.
const MODES: [&str; 2] = ["development_mode", "security_level"];

/// The settings that the spec declares: by their ids, and by what `tls` says.
pub fn zone_settings(document: &Document) -> Vec<ZoneSetting> {
    let spec = &document.spec;
    let section = spec.cloudflare.as_ref().map(|section| &section.value);
    let own = section.into_iter().flat_map(|section| &section.settings.0).map(|(id, _)| ZoneSetting {
        id: id.value.clone(),
        place: Place::new(format!("cloudflare.settings.{}", id.value), id.span),
    });
    let mut all: Vec<ZoneSetting> = own.collect();
    let tls = section.and(spec.tls.as_ref());
    let version = tls.and_then(|tls| tls.min_version.as_ref());
    let version = version.map(|version| ("min_tls_version", Place::new("tls.min_version", version.span)));
    let age = tls.and_then(|tls| tls.hsts.as_ref()?.max_age.as_ref());
    let age = age.map(|age| ("security_header", Place::new("tls.hsts.max_age", age.span)));
    for (id, place) in version.into_iter().chain(age) {
        if !all.iter().any(|setting| setting.id == id) {
            all.push(ZoneSetting { id: id.to_owned(), place });
        }
    }
    // The mode of SSL has a check of its own.
    all.retain(|setting| setting.id != "ssl");
    all
}

/// The modes that somebody may have left on.
pub fn zone_modes(document: &Document) -> Vec<ZoneSetting> {
    let place = zone_place(document);
    MODES.map(|id| ZoneSetting { id: id.to_owned(), place: place.clone() }).into()
}

/// Where the spec says which zone is meant.
pub fn zone_place(document: &Document) -> Place {
    let spec = &document.spec;
    let zone = spec.cloudflare.as_ref().and_then(|section| section.value.zone.as_ref());
    zone.map_or_else(
        || Place::new("domain", spec.domain.span),
        |zone| Place::new("cloudflare.zone", zone.span),
    )
}

/// The name of the zone: as it was read, or else as the spec says.
pub fn zone_name(document: &Document, observed: &Observed) -> String {
    let spec = &document.spec;
    let declared = || {
        let zone = spec.cloudflare.as_ref().and_then(|section| section.value.zone.as_ref());
        zone.unwrap_or(&spec.domain).value.0.clone()
    };
    match &observed.cloudflare {
        Some(Seen::Answer(zone)) => zone.name.as_str().to_owned(),
        _ => declared(),
    }
}

/// Declared rate limits.
pub fn rate_limits(document: &Document) -> Vec<ZonePath> {
    let section = document.spec.cloudflare.iter();
    let limits = section.flat_map(|section| &section.value.rate_limits).enumerate();
    limits.map(|(index, limit)| path(format!("cloudflare.rate_limits[{index}].path"), &limit.path)).collect()
}

/// Paths that machines call.
pub fn machine_paths(document: &Document) -> Vec<ZonePath> {
    let section = document.spec.cloudflare.iter();
    let paths = section.flat_map(|section| &section.value.machine_paths).enumerate();
    paths.map(|(index, own)| path(format!("cloudflare.machine_paths[{index}]"), own)).collect()
}

fn path(place: String, path: &Located<String>) -> ZonePath {
    ZonePath { path: path.value.clone(), place: Place::new(place, path.span) }
}

/// Declared proxy states, and records that must never be proxied: those of mail exchangers, which speak SMTP,
/// and keys of DKIM, which are read and not visited.
pub fn proxy_states(document: &Document, observed: &Observed) -> Vec<ProxyState> {
    let domain = &document.spec.domain.value.0;
    let declared = document.spec.dns.iter().flat_map(|dns| dns.records.iter().enumerate());
    let declared = declared.filter_map(|(index, record)| {
        let proxied = record.value.proxied.as_ref()?;
        Some(ProxyState {
            name: full_name(&record.name, domain),
            kind: record.kind.value.name().to_owned(),
            proxied: proxied.value,
            why: None,
            place: Place::new(format!("dns.records[{index}].proxied"), proxied.span),
        })
    });
    let mut all: Vec<ProxyState> = declared.collect();
    let Some(Seen::Answer(zone)) = &observed.cloudflare else { return all };
    for (name, why, place) in unproxied(document, observed) {
        for kind in kinds_at(&name, zone) {
            if !all.iter().any(|state| state.name == name && state.kind == kind) {
                all.push(ProxyState {
                    name: name.clone(),
                    kind,
                    proxied: false,
                    why: Some(why),
                    place: place.clone(),
                });
            }
        }
    }
    all
}

/// Names whose records must answer for themselves.
fn unproxied(document: &Document, observed: &Observed) -> Vec<(String, &'static str, Place)> {
    let spec = &document.spec;
    let email = spec
        .email
        .as_ref()
        .map_or_else(|| Place::new("domain", spec.domain.span), |email| Place::new("email", email.span));
    let domain = &spec.domain.value.0;
    let exchangers = exchangers(document, observed).into_iter().map(|exchanger| exchanger.host);
    let exchangers = exchangers
        .filter(|host| is_under(host, domain))
        .map(|host| (host, "mail servers are asked over SMTP, which is not proxied", email.clone()));
    let keys = selectors(document, observed).into_iter();
    let keys = keys.map(|key| (key.name, "a key of DKIM is read from DNS and cannot be proxied", key.place));
    exchangers.chain(keys).collect()
}

/// Types of the records at a name that can be proxied.
fn kinds_at(name: &str, zone: &CloudflareZone) -> Vec<String> {
    let Seen::Answer(records) = &zone.records else { return Vec::new() };
    let own = records.iter().filter(|record| stands_at(record, name));
    let mut kinds: Vec<String> = own.filter_map(|record| record.text("type").map(str::to_owned)).collect();
    kinds.retain(|kind| matches!(kind.as_str(), "A" | "AAAA" | "CNAME"));
    kinds.sort();
    kinds.dedup();
    kinds
}

/// True for a record at that name.
pub fn stands_at(record: &ApiObject, name: &str) -> bool {
    record.text("name").is_some_and(|own| name_form(own) == name)
}

/// The addresses behind the proxied records of a name.
pub fn origins(records: &[ApiObject], name: &str) -> Vec<IpAddr> {
    let own = records.iter().filter(|record| record.flag("proxied") == Some(true) && stands_at(record, name));
    own.filter_map(|record| record.text("content")?.parse().ok()).collect()
}
