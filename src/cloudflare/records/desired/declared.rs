//! What `dns.records` declares.

use super::{Desired, Wanted, is_proxiable, origin, subject};
use crate::cloudflare::plan::{Context, Reason};
use crate::cloudflare::records::value::members;
use crate::item::Record;
use crate::spec::Place;
use crate::spec::model::RecordType;
use crate::spec::names::is_under;

/// The shortest and the longest TTL that the API takes, in seconds; the enterprise plan may have half the
/// shortest.
const TTL: (u32, u32) = (60, 86_400);

/// Adds each declared value.
pub(super) fn add(wanted: &mut Wanted, context: Context<'_, '_>) {
    for record in &context.world.items.records {
        one(wanted, record, context);
    }
}

fn one(wanted: &mut Wanted, record: &Record<'_>, context: Context<'_, '_>) {
    let document = context.world.document;
    let zone = context.live.name.as_str();
    let kind = record.record.kind.value;
    let about = subject(&record.name, kind.name());
    let declared = origin(&Place::new(record.path.clone(), record.record.name.span), document);
    if !is_under(&record.name, zone) {
        let message =
            format!("{} is no name of the zone {zone}: whoever runs its zone publishes it", record.name);
        return wanted.leave(about, Reason::Needs, message, declared);
    }
    if kind == RecordType::Ns && record.name == zone {
        let message = format!("the name servers of {zone} itself are Cloudflare's to say");
        return wanted.leave(about, Reason::ReadOnly, message, declared);
    }
    let priority = record.record.priority.as_ref().map(|priority| priority.value);
    for value in &record.values {
        // Quoted strings of a TXT are read here byte for byte.
        let said = if kind == RecordType::Txt { value.written.value.as_str() } else { value.meant.as_str() };
        let Some(members) = members(kind, said, priority) else {
            let message = format!("`{}` is no value of {}", crate::observed::Remote::new(said), kind.name());
            wanted.leave(about.clone(), Reason::Needs, message, declared.clone());
            continue;
        };
        let mut desired = Desired::new(&record.name, kind.name(), members, declared.clone());
        desired.proxied = record.record.proxied.as_ref().map(|proxied| proxied.value);
        desired.proxied = desired.proxied.filter(|_| is_proxiable(kind.name()));
        desired.ttl = record.record.ttl.as_ref().map(|ttl| accepted(ttl.value.0, context));
        desired.purpose = record.record.purpose.as_ref().map(|purpose| purpose.value.clone());
        wanted.add(desired);
    }
}

/// The TTL closest to the declared one that the API takes; 0 and 1 are "automatic" there.
fn accepted(ttl: u32, context: Context<'_, '_>) -> u32 {
    let (shortest, longest) = TTL;
    let shortest = if context.live.plan.as_str() == "enterprise" { shortest / 2 } else { shortest };
    if ttl <= 1 { 1 } else { ttl.clamp(shortest, longest) }
}
