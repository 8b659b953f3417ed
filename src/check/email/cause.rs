//! Which finding says already what would be said again: one cause, one red line.

use crate::check::{Check, Judge, Status, World};
use crate::item::Host;

/// The first of these checks that fails for the domain.
pub(super) fn of_domain(ids: &[&'static str], world: &World) -> Option<&'static str> {
    ids.iter().copied().find(|id| match Check::find(id).map(|check| check.judge) {
        Some(Judge::Domain(judge)) => judge(world).status == Status::Fail,
        _ => false,
    })
}

/// The first of these checks that fails for a host.
pub(super) fn of_host(ids: &[&'static str], host: &Host, world: &World) -> Option<&'static str> {
    ids.iter().copied().find(|id| match Check::find(id).map(|check| check.judge) {
        Some(Judge::Host(judge)) => judge(host, world).status == Status::Fail,
        _ => false,
    })
}
