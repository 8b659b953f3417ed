//! Whom SPF authorises although the spec names nobody like that.

use std::collections::BTreeMap;

use super::{read, spf_place};
use crate::check::email::Mail;
use crate::check::{Verdict, World, seen};
use crate::wanted;

pub(in crate::check) fn spf_sender_stale(world: &World) -> Verdict {
    let Mail::Declared(settings) = Mail::of(world) else {
        return Verdict::not_applicable("the spec names no senders");
    };
    if settings.send.is_empty() {
        return Verdict::not_applicable("the spec names no senders");
    }
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    let stale = wanted::needless::needless(world);
    if stale.is_empty() {
        return Verdict::pass("authorises nobody but the declared senders");
    }
    let terms: Vec<String> = stale.iter().map(|(term, _)| format!("`{}`", seen::cut(term))).collect();
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (term, why) in &stale {
        reasons.entry(why).or_default().push(format!("`{}`", seen::cut(term)));
    }
    let reasons: Vec<String> =
        reasons.into_iter().map(|(why, terms)| format!("{}: {why}", seen::listed(&terms))).collect();
    Verdict::fail(format!(
        "the SPF record of {} holds {}, which no declared sender needs",
        world.domain(),
        seen::listed(&terms)
    ))
    .expected("terms of the declared senders only")
    .observed(seen::listed(&terms))
    .label("authorises more")
    .help(format!(
        "{}; declare whoever still sends under `email.send`, otherwise publish `{}`",
        reasons.join("; "),
        wanted::spf::without_needless(world)
    ))
    .at(spf_place(world))
    .evidence(seen::txt(world.domain(), spf.text))
}
