//! Whom SPF authorises although the spec names nobody like that.

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
    let stale = wanted::spf::needless(world);
    if stale.is_empty() {
        return Verdict::pass("authorises nobody but the declared senders");
    }
    let terms: Vec<String> = stale.iter().map(|(term, _)| format!("`{}`", seen::cut(term))).collect();
    let reasons: Vec<String> =
        stale.iter().map(|(term, why)| format!("`{}`: {why}", seen::cut(term))).collect();
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
