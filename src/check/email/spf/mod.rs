//! Sender Policy Framework (RFC 7208): judges over the tree of the domain's record.

mod budget;
mod end;
mod faults;
mod record;
mod sender;
mod stale;

pub(in crate::check) use budget::{spf_too_many_lookups, spf_too_many_void_lookups};
pub(in crate::check) use end::spf_permissive;
pub(in crate::check) use faults::{spf_after_all, spf_invalid, spf_loop, spf_ptr};
pub(in crate::check) use record::{spf_missing, spf_multiple};
pub(in crate::check) use sender::spf_sender_missing;
pub(in crate::check) use stale::spf_sender_stale;

use super::{Mail, place};
use crate::check::seen::{self, Judged};
use crate::check::{Verdict, World};
use crate::mail::spf::tree::{Branch, Found};
use crate::mail::spf::{Lint, Tree, lint};
use crate::spec::Place;
use crate::wanted::{self, Wanted};

/// The domain's one record, and everything that it leads to.
struct Spf<'w> {
    /// Its text.
    text: &'w str,
    tree: &'w Tree,
    lints: Vec<Lint>,
}

/// The record, or the verdict where there is none or more than one.
fn read<'w>(world: &'w World) -> Judged<Spf<'w>> {
    seen::dns(world.domain(), "TXT", world)?;
    let tree = &world.items.spf;
    match &tree.root.found {
        Found::Record(reading) => Ok(Spf { text: reading.record.text(), tree, lints: lint(tree) }),
        Found::Several(_) => {
            let why = "there are several SPF records";
            Err(Box::new(Verdict::not_judged("email/spf-multiple", world.domain(), why)))
        }
        _ => Err(Box::new(record::absent(world))),
    }
}

impl Spf<'_> {
    /// The verdict where a part of the tree could not be looked up, so that nothing more can be told.
    fn gap(&self, world: &World) -> Option<Verdict> {
        let failed = self.tree.failures.iter().map(|(question, _)| question);
        let question = failed.chain(&self.tree.needs).next()?;
        let verdict = seen::dns(&question.name, question.kind.as_str(), world).err();
        Some(verdict.map_or_else(|| Verdict::unknown(seen::NOT_OBSERVED), |verdict| *verdict))
    }
}

/// Where the spec speaks about SPF.
fn spf_place(world: &World) -> Place {
    let Mail::Declared(settings) = Mail::of(world) else { return place(world, None) };
    let spf = settings.spf.as_ref();
    let all = spf.and_then(|spf| spf.all.as_ref()).map(|all| Place::new("email.spf.all", all.span));
    let sender = || settings.send.first().map(|sender| Place::new("email.send[0]", sender.span));
    place(world, all.or_else(sender))
}

/// What to publish instead, as an instruction. Where the published record has nothing else that could
/// be set right from here, it is not printed again.
fn publish(world: &World) -> String {
    let wanted = wanted(world);
    let published = world.items.spf.root.reading().map(|reading| reading.record.text());
    if published.is_some_and(|text| text.eq_ignore_ascii_case(&wanted.value)) {
        return "correct what is named here; the rest of the record may stay".to_owned();
    }
    format!("publish `{wanted}`")
}

/// The record to publish: that of a domain without mail is always the same.
fn wanted(world: &World) -> Wanted {
    match Mail::of(world) {
        Mail::None => wanted::policy::parked_spf(world),
        Mail::Declared(_) | Mail::Undeclared => wanted::spf::record(world),
    }
}

/// The same without those terms of the domain's record that must go.
fn publish_without(goes: impl Fn(&Branch) -> bool, world: &World) -> String {
    let wanted = wanted(world);
    let root = &world.items.spf.root;
    let gone: Vec<&str> = root.terms.iter().filter(|b| goes(b)).map(|b| b.term.as_str()).collect();
    let stays = |term: &&str| !gone.iter().any(|gone| gone.eq_ignore_ascii_case(term));
    let mut terms: Vec<&str> = wanted.value.split(' ').filter(stays).collect();
    // Without its redirect the record has no end.
    if !terms.iter().any(|term| term.ends_with("all") || term.starts_with("redirect=")) {
        terms.push("-all");
    }
    format!("publish `{}`", Wanted::txt(wanted.name, terms.join(" ")))
}
