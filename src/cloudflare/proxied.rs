//! Which hosts of the spec go through Cloudflare once the plan is made true.

use super::plan::Context;
use super::records;
use crate::item::Host;
use crate::spec::names::name_form;

/// Whether what is asked of a name goes through Cloudflare after the plan.
pub(super) fn after(name: &str, context: Context<'_, '_>) -> bool {
    records::proxied_after(name, context)
}

/// Whether it does now; `None` where there is no such record.
pub(super) fn now(name: &str, context: Context<'_, '_>) -> Option<bool> {
    let crate::observed::Seen::Answer(records) = &context.live.records else { return None };
    let is_address = |kind: Option<&str>| matches!(kind, Some("A" | "AAAA" | "CNAME"));
    let own = records.iter().filter(|record| {
        is_address(record.text("type")) && record.text("name").is_some_and(|own| name_form(own) == name)
    });
    own.map(|record| record.flag("proxied") == Some(true)).reduce(|one, other| one || other)
}

/// The hosts of the spec that do after the plan. Where the spec declares none, the domain is one; that `www`
/// resolves today is no wish of the spec's, and a record of this plan may be what makes it resolve.
pub(super) fn hosts<'w>(context: Context<'w, '_>) -> Vec<&'w Host<'w>> {
    let world = context.world;
    let is_declared = |host: &&Host| world.document.spec.hosts.is_some() || host.name == world.domain();
    let all = world.items.hosts.iter().filter(is_declared);
    all.filter(|host| after(&host.name, context)).collect()
}
