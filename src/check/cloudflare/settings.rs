//! Zone settings.

use super::{Open, left_alone, open, part, zone};
use crate::check::{Verdict, World};
use crate::cloudflare::plan::Subject;
use crate::item::ZoneSetting;
use crate::observed::{ApiObject, Remote, shown};

pub(in crate::check) fn ssl_mode(world: &World) -> Verdict {
    let settings = match zone(world).and_then(|zone| part(&zone.settings)) {
        Ok(settings) => settings,
        Err(verdict) => return *verdict,
    };
    let Some(mode) = settings.get("ssl").and_then(|setting| setting.text("value")) else {
        return Verdict::unknown("Cloudflare did not say which SSL mode the zone has");
    };
    let is_ssl = |subject: &Subject| matches!(subject, Subject::Setting(id) if id == "ssl");
    let wanted = match open(world, is_ssl, None) {
        Some(Open::Change(change)) => change.after.as_ref().and_then(|after| after.shown("value")),
        _ => None,
    };
    let bad = match mode {
        "off" => "the SSL mode is off: Cloudflare serves no HTTPS",
        "flexible" => {
            "the SSL mode is flexible: Cloudflare asks the origin without TLS, and an origin that redirects to HTTPS is asked for ever"
        }
        _ if wanted.is_some() => "the SSL mode is not the one that the spec asks for",
        _ => return Verdict::pass(format!("the SSL mode is {}", Remote::new(mode))),
    };
    let wanted = wanted.map_or_else(|| "full or strict".to_owned(), |wanted| wanted.to_string());
    Verdict::fail(bad)
        .label("origin not protected").expected(wanted).observed(Remote::new(mode).to_string()).help(
        "give the origin a certificate (Cloudflare's own Origin CA is enough), then set the mode to strict: SSL/TLS > Overview",
    )
}

pub(in crate::check) fn setting_differs(setting: &ZoneSetting, world: &World) -> Verdict {
    let live = match zone(world).and_then(|zone| part(&zone.settings)) {
        Ok(settings) => settings.get(&setting.id),
        Err(verdict) => return *verdict,
    };
    let is_it = |subject: &Subject| matches!(subject, Subject::Setting(id) if *id == setting.id);
    let now = live.map(value).unwrap_or_default();
    match open(world, is_it, None) {
        None if live.is_none() => {
            Verdict::unknown(format!("Cloudflare did not say how {} is set", setting.id))
        }
        None => Verdict::pass(format!("{} is {now}", setting.id)),
        Some(Open::Left(left)) => {
            left_alone(left, &format!("{} is not as the spec wants it", setting.id)).observed(now)
        }
        Some(Open::Change(change)) => {
            let wanted = change.after.as_ref().map(value).unwrap_or_default();
            Verdict::fail(format!("{} is not as the spec wants it", setting.id))
                .label("set otherwise")
                .expected(wanted)
                .observed(now)
                .help("`launch-ready plan` shows the change; by hand it is among the zone's settings in Cloudflare's dashboard")
        }
    }
}

fn value(object: &ApiObject) -> String {
    object.get("value").map(|value| shown(value).to_string()).unwrap_or_default()
}

pub(in crate::check) fn mode_left_on(mode: &ZoneSetting, world: &World) -> Verdict {
    let settings = match zone(world).and_then(|zone| part(&zone.settings)) {
        Ok(settings) => settings,
        Err(verdict) => return *verdict,
    };
    let now = settings.get(&mode.id).and_then(|setting| setting.text("value"));
    let (on, words, help) = match mode.id.as_str() {
        "development_mode" => (
            "on",
            "Development Mode is on: the edge keeps nothing, and every request goes to the origin",
            "Caching > Configuration: switch Development Mode off; it ends by itself after three hours",
        ),
        _ => (
            "under_attack",
            "Under Attack Mode is on: every visitor waits for a challenge, and programs do not get through",
            "Security > Settings: set the security level back to medium, or declare `cloudflare.settings.security_level: under_attack` while the attack lasts",
        ),
    };
    let declared = world.document.spec.cloudflare.iter().any(|section| {
        section
            .value
            .settings
            .0
            .iter()
            .any(|(id, value)| id.value == mode.id && value.value.0.as_str() == Some(on))
    });
    match now {
        None => Verdict::unknown(format!("Cloudflare did not say how {} is set", mode.id)),
        Some(now) if now == on && !declared => Verdict::fail(words)
            .label("left on")
            .expected(format!("{} not {on}", mode.id))
            .observed(on)
            .help(help),
        Some(now) => Verdict::pass(format!("{} is {}", mode.id, Remote::new(now))),
    }
}
