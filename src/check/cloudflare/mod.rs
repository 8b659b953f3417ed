//! Checks of the area `cloudflare`: what only the API tells of the zone.
//!
//! What a plan can change is judged by the plan itself: a check fails where the plan would change what it is
//! about, or wants to and leaves it alone. So a finding and `launch-ready plan` never contradict each other.

mod origin;
mod proxied;
mod rules;
mod settings;
mod zone;

pub(super) use origin::origin_exposed;
pub(crate) use origin::origin_is_sound;
pub(super) use proxied::proxy_differs;
pub(super) use rules::{machine_blocked, rate_limit_missing, redirect_rule_missing, waf_off};
pub(super) use settings::{mode_left_on, setting_differs, ssl_mode};
pub(super) use zone::{certificate_pending, token_too_broad, zone_inactive};

use super::seen::Judged;
use super::{Verdict, World};
use crate::cloudflare::plan::{Change, Left, Reason, Subject};
use crate::observed::{CloudflareZone, Seen};

/// The zone, or the verdict without it.
fn zone<'w>(world: &'w World<'_>) -> Judged<&'w CloudflareZone> {
    match &world.observed.cloudflare {
        Some(Seen::Answer(zone)) => Ok(zone),
        Some(Seen::Unobserved(why)) => Err(Box::new(Verdict::unknown(why.to_string()))),
        Some(Seen::Failed(failure)) => Err(Box::new(Verdict::unknown(failure.detail.to_string()))),
        None => Err(Box::new(Verdict::not_applicable(
            "Cloudflare was not asked: the spec has no section `cloudflare`, or the run had no token",
        ))),
    }
}

/// A part of the zone, or the verdict without it.
fn part<T>(seen: &Seen<T>) -> Judged<&T> {
    match seen {
        Seen::Answer(part) => Ok(part),
        Seen::Unobserved(why) => Err(Box::new(Verdict::unknown(why.to_string()))),
        Seen::Failed(failure) => Err(Box::new(Verdict::unknown(failure.detail.to_string()))),
    }
}

/// What the plan makes of something that is wanted.
enum Open<'p> {
    /// It would change it.
    Change(&'p Change),
    /// It leaves it alone, although it is not as wanted.
    Left(&'p Left),
}

/// What the plan makes of a subject that the spec asks for at `path`, where a path is given.
fn open<'w>(world: &'w World, is: impl Fn(&Subject) -> bool, path: Option<&str>) -> Option<Open<'w>> {
    let plan = world.plan()?;
    let here = |own: &str| path.is_none_or(|path| own == path);
    let change = plan.changes.iter().find(|change| is(&change.subject) && here(&change.spec.path));
    let left = || plan.left.iter().find(|left| is(&left.subject) && here(&left.spec.path));
    change.map(Open::Change).or_else(|| left().map(Open::Left))
}

/// The verdict on what the plan leaves alone.
fn left_alone(left: &Left, wanted: &str) -> Verdict {
    if left.reason == Reason::Unread {
        return Verdict::unknown(left.message.clone());
    }
    Verdict::fail(format!("{wanted}, and a plan leaves it alone"))
        .label("cannot be planned")
        .help(left.message.clone())
}
