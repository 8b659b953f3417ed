//! The authorities of `dns.caa`, where no record lets them issue yet.

use super::{Desired, Wanted, origin};
use crate::authority::Authority;
use crate::caa::{Issuer, Property};
use crate::cloudflare::plan::Context;
use crate::cloudflare::records::live::{Live, Records};
use crate::cloudflare::records::slot::Slot;
use crate::cloudflare::records::value::members;
use crate::spec::Place;
use crate::spec::model::RecordType;
use crate::spec::names::is_under;

/// Adds a record for each authority. Where `dns.records` declares CAA records of the domain, those are meant.
pub(super) fn add(wanted: &mut Wanted, context: Context<'_, '_>, live: &Records<'_>) {
    let document = context.world.document;
    let domain = context.world.domain();
    let slot = Slot::Others(domain.to_owned(), "CAA".into());
    let declared = document.spec.dns.as_ref().and_then(|dns| dns.caa.as_ref());
    if wanted.has(&slot) || !is_under(domain, context.live.name.as_str()) {
        return;
    }
    for (index, issuer) in declared.iter().flat_map(|all| all.value.iter().enumerate()) {
        let name = issuer.value.0.as_str();
        let origin = origin(&Place::new(format!("dns.caa[{index}]"), issuer.span), document);
        let standing = live.at(&slot).into_iter().find(|record| lets_in(record, name));
        let text =
            standing.map_or_else(|| format!("0 issue \"{name}\""), |record| record.value.words().join(" "));
        let Some(members) = members(RecordType::Caa, &text, None) else { continue };
        wanted.add(Desired::new(domain, "CAA", members, origin));
    }
}

/// True where the record lets the authority issue, whatever it binds it to.
fn lets_in(record: &Live<'_>, name: &str) -> bool {
    let known = Authority::of_caa_name(name).map_or_else(Vec::new, |authority| authority.caa.clone());
    let names: Vec<String> = known.into_iter().chain([name.to_ascii_lowercase()]).collect();
    Property::parse(&record.value.words().join(" ")).is_some_and(|property| {
        let issuer = Issuer::parse(&property.value);
        property.tag == "issue" && issuer.lets_in().is_some() && issuer.is_one_of(&names)
    })
}
