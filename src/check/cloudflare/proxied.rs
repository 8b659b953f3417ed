//! Whether records are proxied.

use super::{part, zone};
use crate::check::seen::listed;
use crate::check::{Verdict, World};
use crate::item::{ProxyState, stands_at};
use crate::observed::ApiObject;

pub(in crate::check) fn proxy_differs(state: &ProxyState, world: &World) -> Verdict {
    let records = match zone(world).and_then(|zone| part(&zone.records)) {
        Ok(records) => records,
        Err(verdict) => return *verdict,
    };
    let here = |record: &&ApiObject| {
        record.text("type") == Some(state.kind.as_str()) && stands_at(record, &state.name)
    };
    let own: Vec<&ApiObject> = records.iter().filter(here).collect();
    if own.is_empty() {
        return Verdict::not_applicable("Cloudflare has no such record");
    }
    let is_proxied = |record: &&&ApiObject| record.flag("proxied") == Some(true);
    let (proxied, plain) = (own.iter().filter(is_proxied).count(), own.len());
    // One proxied record of several makes the whole name proxied.
    let wrong = if state.proxied { proxied == 0 } else { proxied > 0 };
    if !wrong {
        return Verdict::pass(if state.proxied { "proxied" } else { "DNS only" });
    }
    let values: Vec<String> =
        own.iter().filter_map(|record| record.shown("content")).map(|value| value.to_string()).collect();
    let about = format!("{} {}", state.kind, state.name);
    let why = state.why.map(|why| format!(": {why}")).unwrap_or_default();
    if state.proxied {
        Verdict::fail(format!(
            "{about} is not proxied: visitors go past Cloudflare, and see the origin's address"
        ))
        .label("not proxied")
        .expected("proxied")
        .observed(format!("DNS only, {}", listed(&values)))
        .help("`launch-ready plan` shows the change; by hand: DNS > Records, switch the cloud to orange")
    } else {
        Verdict::fail(format!("{about} is proxied, and must not be{why}"))
            .label("proxied")
            .expected("DNS only")
            .observed(format!("proxied, {proxied} of {plain}"))
            .help("DNS > Records: switch the cloud to grey; know that the address behind it is then public")
    }
}
