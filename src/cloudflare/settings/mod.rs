//! Zone settings and DNSSEC: what the spec wants of them, and what that changes.
//!
//! A setting is wanted where `cloudflare.settings` names it, where `tls` implies it, and where leaving it as
//! it is would undo what the spec declares ([`desired`]). Nothing is ever made weaker but by a word in
//! `cloudflare.settings`, and then a rail stands before it.

mod desired;
mod dnssec;
mod hsts;
pub(crate) mod known;
mod origin;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::failing::{Judged, promise};
use super::permission::{Access, Permission, Resource};
use super::plan::{Action, Change, Context, Left, Piece, Promise, Rail, Reason, Subject};
use super::proxied;
use crate::observed::{ApiObject, Seen, shown};
use desired::Wanted;

/// The checks that a setting may turn green.
const CHECKS: [&str; 7] = [
    "http/redirect-loop",
    "http/https-not-forced",
    "http/hsts-missing",
    "http/hsts-weak",
    "tls/legacy-version",
    "tls/below-minimum-version",
    "tls/no-modern-version",
];

/// What the settings add to the plan.
pub(crate) fn piece(context: Context<'_, '_>) -> Piece {
    let mut piece = Piece::default();
    match &context.live.settings {
        Seen::Answer(live) => compared(context, live, &mut piece),
        _ => piece.left.extend(desired::spoken_of(context).into_iter().map(|wanted| unread(&wanted))),
    }
    dnssec::compare(context, &mut piece);
    piece
}

/// What a reading without the permission leaves.
fn unread(wanted: &Wanted) -> Left {
    let subject = Subject::Setting(wanted.id.clone());
    let message = without(Resource::Settings, "the zone's settings");
    Left { subject, reason: Reason::Unread, message, spec: wanted.spec.clone() }
}

/// What could not be read, and the permission that is probably missing.
pub(super) fn without(resource: Resource, what: &str) -> String {
    let permission = Permission::to(resource, Access::Edit).map_or_else(String::new, |it| it.to_string());
    format!(
        "{what} could not be read: see what the run says of it; where the token lacks it, give it `{permission}`"
    )
}

fn compared(context: Context<'_, '_>, live: &BTreeMap<String, ApiObject>, piece: &mut Piece) {
    let mut changes = Vec::new();
    for wanted in desired::all(context, live) {
        let Some(setting) = live.get(&wanted.id) else {
            piece.left.push(left(&wanted, "it is not among the settings that Cloudflare shows of this zone"));
            continue;
        };
        let now = setting.get("value").cloned().unwrap_or(Value::Null);
        if value::covers(&now, &wanted.value) {
            continue;
        }
        if setting.flag("editable") == Some(false) {
            let plan = &context.live.plan;
            let message = format!(
                "it is {}, and the plan `{plan}` does not let it be changed: take a plan that does, or leave it out of the spec",
                shown(&now)
            );
            piece.left.push(left(&wanted, &message));
            continue;
        }
        piece.rails.extend(rails(&wanted, &now));
        changes.push(change(&wanted, setting, &now));
    }
    // Always HTTPS after everything that it needs, HSTS last: browsers remember it.
    changes.sort_by_key(|change: &Change| match &change.subject {
        Subject::Setting(id) if id == "always_use_https" => 1,
        Subject::Setting(id) if id == "security_header" => 2,
        _ => 0,
    });
    promise_all(context, &mut changes, live);
    piece.changes.append(&mut changes);
}

fn left(wanted: &Wanted, message: &str) -> Left {
    let subject = Subject::Setting(wanted.id.clone());
    Left { subject, reason: Reason::Plan, message: message.to_owned(), spec: wanted.spec.clone() }
}

fn change(wanted: &Wanted, setting: &ApiObject, now: &Value) -> Change {
    let value = value::merged(&wanted.id, now, &wanted.value);
    let after = ApiObject(Map::from_iter([("value".to_owned(), value)]));
    Change {
        subject: Subject::Setting(wanted.id.clone()),
        action: Action::Change,
        adopts: false,
        before: Some(setting.clone()),
        after: Some(after),
        spec: wanted.spec.clone(),
        why: wanted.why.clone(),
        turns_green: Vec::new(),
    }
}

/// What must not happen without a word.
fn rails(wanted: &Wanted, now: &Value) -> Vec<(Rail, String)> {
    let id = wanted.id.as_str();
    let weaker = value::is_weaker(id, now, &wanted.value).then(|| {
        let message = format!("{id} would go from {} to {}", shown(now), shown(&wanted.value));
        (Rail::WeakerSsl, message)
    });
    let preload = (id == "security_header").then(|| hsts::rail(now, &wanted.value)).flatten();
    weaker.into_iter().chain(preload.map(|message| (Rail::HstsPreload, message))).collect()
}

/// Says which findings the changes turn green.
fn promise_all(context: Context<'_, '_>, changes: &mut [Change], live: &BTreeMap<String, ApiObject>) {
    if changes.is_empty() {
        return;
    }
    let failing = Judged::of(context.world, &CHECKS);
    for change in changes {
        let Subject::Setting(id) = &change.subject else { continue };
        let to = change.after.as_ref().and_then(|after| after.get("value")).cloned().unwrap_or_default();
        let mut promises = own_promises(id, context);
        promises.extend(on_hosts(id, &to, context, &failing));
        let was_flexible = live.get(id).and_then(|setting| setting.text("value")) == Some("flexible");
        if id == "ssl" && was_flexible && matches!(to.as_str(), Some("full" | "strict")) {
            promises.extend(loops(context, &failing));
        }
        change.turns_green = promises;
    }
}

/// What Cloudflare's own checks say of the setting.
fn own_promises(id: &str, context: Context<'_, '_>) -> Vec<Promise> {
    let of_its_own = match id {
        "ssl" => Some(promise("cloudflare/ssl-mode", context.live.name.as_str())),
        "development_mode" | "security_level" => Some(promise("cloudflare/mode-left-on", id)),
        _ => None,
    };
    std::iter::once(promise("cloudflare/setting-differs", id)).chain(of_its_own).collect()
}

/// What the setting changes on every host that is proxied.
fn on_hosts(id: &str, to: &Value, context: Context<'_, '_>, failing: &Judged) -> Vec<Promise> {
    let checks: &[&str] = match (id, to.as_str()) {
        ("always_use_https", Some("on")) => &["http/https-not-forced"],
        ("min_tls_version", Some("1.2" | "1.3")) => &["tls/legacy-version", "tls/below-minimum-version"],
        ("tls_1_3", Some("on" | "zrt")) | ("http2", Some("on")) => &["tls/no-modern-version"],
        ("security_header", _) => &["http/hsts-missing", "http/hsts-weak"],
        _ => return Vec::new(),
    };
    let hosts = proxied::hosts(context);
    failing.promises(checks, &hosts.iter().map(|host| host.name.as_str()))
}

/// An origin that redirects to HTTPS, asked over plain HTTP for ever.
fn loops(context: Context<'_, '_>, failing: &Judged) -> Vec<Promise> {
    let starts = context.world.items.starts.iter();
    let proxied = |url: &url::Url| url.host_str().is_some_and(|host| proxied::after(host, context));
    let urls: Vec<String> = starts.filter(|start| proxied(&start.url)).map(|s| s.url.to_string()).collect();
    failing.promises(&["http/redirect-loop"], &urls.iter().map(String::as_str))
}
