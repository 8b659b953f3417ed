//! What must not happen without a word.

mod authorities;

use std::collections::BTreeSet;

use super::applied::applied;
use super::live::Records;
use super::slot::{Family, Slot};
use crate::cloudflare::plan::{Action, Change, Context, Rail, Subject};
use crate::observed::ApiObject;

/// The share of a zone that may change or go at once, in percent, and the number of records from which that
/// counts.
const SHARE: usize = 30;
const LARGE: usize = 10;

/// The rails that the changes of records run into, each with what it is about.
pub(super) fn of(objects: &[ApiObject], changes: &[Change], context: Context<'_, '_>) -> Vec<(Rail, String)> {
    if changes.is_empty() {
        return Vec::new();
    }
    let zone = context.live.name.as_str();
    let after = applied(objects, changes.iter());
    let (before, after) = (Records::of(objects, zone), Records::of(&after, zone));
    let mut found: Vec<(Rail, String)> = mass(objects.len(), changes, zone).into_iter().collect();
    found.extend(emptied(&before, &after, zone));
    found.extend(name_servers(changes));
    found.extend(exposed(&before, &after));
    found.extend(authorities::lockout(&before, &after, context));
    found
}

fn mass(count: usize, changes: &[Change], zone: &str) -> Option<(Rail, String)> {
    let touched = changes.iter().filter(|change| change.action != Action::Add).count();
    let much = count >= LARGE && touched * 100 > count * SHARE;
    much.then(|| {
        let message = format!("{touched} of the {count} records of {zone} would change or go");
        (Rail::MassChange, message)
    })
}

/// Sets of which nothing would be left.
fn emptied(before: &Records<'_>, after: &Records<'_>, zone: &str) -> Vec<(Rail, String)> {
    let slots: BTreeSet<&Slot> = before.all.iter().map(|record| &record.slot).collect();
    let empty = slots.into_iter().filter(|slot| after.at(slot).is_empty());
    let one = |slot: &Slot| {
        let name = slot.name();
        Some(match slot {
            Slot::Addresses(own) if own == zone => {
                (Rail::ApexDeletion, format!("{name} would have no address any more"))
            }
            Slot::Others(_, kind) if kind == "MX" => {
                (Rail::MxDeletion, format!("the last MX record of {name} would go"))
            }
            Slot::Policy(_, Family::Spf) => {
                (Rail::MailPolicyDeletion, format!("the SPF record of {name} would go"))
            }
            Slot::Policy(_, Family::Dmarc) => {
                (Rail::MailPolicyDeletion, format!("the DMARC record at {name} would go"))
            }
            _ => return None,
        })
    };
    empty.filter_map(one).collect()
}

fn name_servers(changes: &[Change]) -> Vec<(Rail, String)> {
    let gone = changes.iter().filter(|change| change.action == Action::Delete);
    let one = |change: &Change| match &change.subject {
        Subject::Record { name, kind } if kind.as_str() == "NS" => {
            Some((Rail::NsDeletion, format!("an NS record of {name} would go")))
        }
        _ => None,
    };
    gone.filter_map(one).collect()
}

/// Names that Cloudflare answers for, and whose own addresses the public would see.
fn exposed(before: &Records<'_>, after: &Records<'_>) -> Vec<(Rail, String)> {
    let proxied: BTreeSet<&Slot> = before.all.iter().filter(|r| r.proxied).map(|r| &r.slot).collect();
    let open = proxied.into_iter().filter(|slot| {
        let own = after.at(slot);
        // One proxied record hides the others of its name.
        !own.is_empty() && !own.iter().any(|record| record.proxied)
    });
    let one = |slot: &Slot| {
        let shown: Vec<String> = after.at(slot).iter().map(|record| super::shown(record.object)).collect();
        let message = format!(
            "{} would no longer be proxied, so that everybody sees {}",
            slot.name(),
            shown.join(", ")
        );
        (Rail::OriginExposure, message)
    };
    open.map(one).collect()
}
