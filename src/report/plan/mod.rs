//! A plan as text: what would change, in the order in which it would be done.

pub mod human;
pub mod markdown;
mod words;

#[cfg(test)]
mod fixture;

use crate::cloudflare::plan::{Action, Plan};
use crate::report::text::{clean, plural};
pub(crate) use words::object as value;

/// `4 changes, 1 deletion`
fn counted(plan: &Plan) -> String {
    let deletions = plan.changes.iter().filter(|change| change.action == Action::Delete).count();
    format!("{}, {}", plural(plan.changes.len(), "change"), plural(deletions, "deletion"))
}

/// `zone shop.test (free plan, active), 14 records read, 3 not ours and left alone`
fn facts(plan: &Plan) -> String {
    let (zone, read) = (&plan.zone, plan.read);
    let rules = if read.rules == 0 {
        String::new()
    } else {
        format!("; {} read, {} not ours and left alone", plural(read.rules, "rule"), read.foreign_rules)
    };
    format!(
        "zone {} ({} plan, {}) of {}: {} read, {} not ours and left alone{rules}",
        clean(zone.name.as_str()),
        clean(zone.plan.as_str()),
        clean(zone.status.as_str()),
        clean(zone.account.1.as_str()),
        plural(read.records, "record"),
        read.foreign_records,
    )
}

/// What a plan cannot bring about while the registrar leads elsewhere.
fn waits(plan: &Plan) -> Option<String> {
    let zone = &plan.zone;
    if zone.status.as_str() == "active" {
        return None;
    }
    let servers: Vec<String> = zone.name_servers.iter().map(|server| clean(server.as_str())).collect();
    let servers = match servers.as_slice() {
        [] => "Cloudflare's name servers".to_owned(),
        all => format!("the name servers {}", all.join(" and ")),
    };
    Some(format!(
        "the zone is {}: nobody is served from it until the registrar has {servers}; the changes can be made before that",
        clean(zone.status.as_str())
    ))
}
