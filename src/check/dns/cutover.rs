//! TTLs before a change: what resolvers keep, they keep through the change.

use jiff::SignedDuration;

use super::view::View;
use crate::check::{Verdict, World, seen};
use crate::item::Changing;

pub(in crate::check) fn ttl_too_long(changing: &Changing, world: &World) -> Verdict {
    let cutover = changing.cutover;
    let minute = cutover.strftime("%Y-%m-%d %H:%M UTC").to_string();
    if world.at >= cutover {
        return Verdict::not_applicable(format!("the cutover was on {minute}"));
    }
    let view = match View::of(&changing.name, changing.kind, world) {
        Ok(view) => view,
        Err(verdict) => return *verdict,
    };
    let answers = view.answers();
    let own = answers.iter().flat_map(|answer| &answer.records).filter(|record| {
        record.name.as_str() == changing.name && (record.kind == changing.kind || record.kind == "CNAME")
    });
    let Some(ttl) = own.map(|record| record.ttl).max() else {
        return Verdict::not_applicable(format!("{} has no {} record yet", changing.name, changing.kind));
    };
    let limit = world.thresholds.cutover_ttl.as_secs();
    let published = if view.is_own() { "" } else { " or more" };
    if u64::from(ttl) <= limit {
        return Verdict::pass(format!("resolvers forget it after {ttl} seconds{published}"));
    }
    let keep = SignedDuration::from_secs(i64::from(ttl));
    let latest = cutover.checked_sub(keep).unwrap_or(cutover);
    let when = if latest > world.at {
        format!("at the latest on {}", latest.strftime("%Y-%m-%d %H:%M UTC"))
    } else {
        format!(
            "now; that is late: some resolvers keep the old record past the cutover, for up to {}",
            seen::length(keep)
        )
    };
    Verdict::fail(format!(
        "{} {} has a TTL of {ttl} seconds{published}: for {} after the cutover, visitors may still be led to the old place",
        changing.name,
        changing.kind,
        seen::length(keep)
    ))
    .expected(format!("a TTL of at most {limit} seconds before the cutover on {minute}"))
    .observed(format!("{ttl} seconds{published}"))
    .label("kept too long")
    .help(format!("lower the TTL to {limit} seconds {when}; raise it again when the change has proved itself"))
}
