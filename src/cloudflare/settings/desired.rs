//! The settings that the spec wants, and where it says so.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::plan::{Context, Origin};
use super::super::proxied;
use super::{hsts, origin, value};
use crate::observed::ApiObject;
use crate::spec::Place;
use crate::spec::model::TlsVersion;

/// A setting as it is wanted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Its id.
    pub(super) id: String,
    /// Its value; of a mapping the members that matter.
    pub(super) value: Value,
    /// Where the spec asks for it.
    pub(super) spec: Origin,
    /// Why, where that is not plain.
    pub(super) why: Option<String>,
}

type Live = BTreeMap<String, ApiObject>;

/// The value of a setting as it is.
fn now<'l>(live: &'l Live, id: &str) -> Option<&'l Value> {
    live.get(id)?.get("value")
}

/// All of them, each once.
pub(super) fn all(context: Context<'_, '_>, live: &Live) -> Vec<Wanted> {
    let mut all = declared(context);
    let rest = [
        ssl(context, live),
        least_version(context, now(live, "min_tls_version")),
        left_on(context, live, "development_mode", "on", "off"),
        left_on(context, live, "security_level", "under_attack", "medium"),
        always_https(context),
        header(context, now(live, "security_header")),
    ];
    for wanted in rest.into_iter().flatten() {
        if !all.iter().any(|declared| declared.id == wanted.id) {
            all.push(wanted);
        }
    }
    all
}

/// Those that the spec names itself, for when nobody knows how they are.
pub(super) fn spoken_of(context: Context<'_, '_>) -> Vec<Wanted> {
    let mut all = declared(context);
    for wanted in [least_version(context, None), header(context, None)].into_iter().flatten() {
        if !all.iter().any(|declared| declared.id == wanted.id) {
            all.push(wanted);
        }
    }
    all
}

fn declared(context: Context<'_, '_>) -> Vec<Wanted> {
    let document = context.world.document;
    let section = document.spec.cloudflare.as_ref().map(|section| &section.value);
    let settings = section.into_iter().flat_map(|section| &section.settings.0);
    let wanted = settings.map(|(id, value)| {
        let place = Place::new(format!("cloudflare.settings.{}", id.value), id.span);
        let spec = Origin::at(&place, document);
        Wanted { id: id.value.clone(), value: value.value.0.clone(), spec, why: None }
    });
    wanted.collect()
}

/// `tls.min_version` for what Cloudflare answers; never lower than it is.
fn least_version(context: Context<'_, '_>, live: Option<&Value>) -> Option<Wanted> {
    let document = context.world.document;
    let least = document.spec.tls.as_ref()?.min_version.as_ref()?;
    let version = match least.value {
        TlsVersion::V1_2 => "1.2",
        TlsVersion::V1_3 => "1.3",
    };
    let is_stricter = live.is_some_and(|live| value::is_weaker("min_tls_version", live, &json!(version)));
    if is_stricter || proxied::hosts(context).is_empty() {
        return None;
    }
    let spec = Origin::at(&Place::new("tls.min_version", least.span), document);
    Some(Wanted { id: "min_tls_version".into(), value: json!(version), spec, why: None })
}

/// Where a host is proxied, plain HTTP is left behind at the edge.
fn always_https(context: Context<'_, '_>) -> Option<Wanted> {
    let host = *proxied::hosts(context).first()?;
    let spec = Origin::at(&host.place, context.world.document);
    let why = Some(format!("{} is proxied, and plain HTTP must lead to HTTPS", host.name));
    Some(Wanted { id: "always_use_https".into(), value: json!("on"), spec, why })
}

fn header(context: Context<'_, '_>, live: Option<&Value>) -> Option<Wanted> {
    let document = context.world.document;
    let declared = document.spec.tls.as_ref()?.hsts.as_ref()?;
    if proxied::hosts(context).is_empty() {
        return None;
    }
    let least = context.world.thresholds.hsts_max_age;
    let place = hsts::place(declared, document);
    let value = hsts::value(declared, least, live.unwrap_or(&Value::Null));
    Some(Wanted { id: "security_header".into(), value, spec: Origin::at(&place, document), why: None })
}

/// Modes for a moment that somebody forgot.
fn left_on(context: Context<'_, '_>, live: &Live, id: &str, mode: &str, usual: &str) -> Option<Wanted> {
    (now(live, id)?.as_str()? == mode).then(|| {
        let why = match id {
            "development_mode" => {
                "development mode lets every request through to the origin, and ends by itself"
            }
            _ => "Under Attack challenges every visitor, and keeps programs away",
        };
        Wanted { id: id.into(), value: json!(usual), spec: context.of_zone(), why: Some(why.into()) }
    })
}

/// Where nothing is declared: HTTPS to the origin too, with a certificate that is checked where it can be.
fn ssl(context: Context<'_, '_>, live: &Live) -> Option<Wanted> {
    let now = now(live, "ssl")?.as_str()?;
    if proxied::hosts(context).is_empty() {
        return None;
    }
    let proved = origin::has_sound_certificates(context);
    let (mode, why) = match (now, proved) {
        ("off" | "flexible", Some(why)) => ("strict", format!("{}; {why}", open(now))),
        ("off" | "flexible", None) => {
            ("full", format!("{}; the origin must answer HTTPS, with whatever certificate", open(now)))
        }
        ("full", Some(why)) => ("strict", why),
        _ => return None,
    };
    Some(Wanted { id: "ssl".into(), value: json!(mode), spec: context.of_zone(), why: Some(why) })
}

fn open(mode: &str) -> &'static str {
    match mode {
        "off" => "`off` serves no HTTPS",
        _ => "`flexible` sends everything to the origin in the clear",
    }
}
