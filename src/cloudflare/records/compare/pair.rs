//! Which wanted record is which of those that stand there.

use super::Terms;
use crate::cloudflare::records::desired::Desired;
use crate::cloudflare::records::live::Live;
use crate::cloudflare::records::slot::{Slot, exclude_each_other};

/// A set, sorted out.
#[derive(Debug, Default)]
pub(super) struct Pairs<'a, 'l> {
    /// Wanted ones with the record that is it already, or that becomes it.
    pub(super) together: Vec<(&'a Desired, &'l Live<'l>)>,
    /// Wanted ones that nothing stands for.
    pub(super) missing: Vec<&'a Desired>,
    /// Records that cannot stand beside a wanted one.
    pub(super) swapped: Vec<&'l Live<'l>>,
    /// Records in whose place a wanted one would come, but that are not for us to change.
    pub(super) in_the_way: Vec<&'l Live<'l>>,
    /// Records that nobody wants and that hinder nobody.
    pub(super) surplus: Vec<&'l Live<'l>>,
}

impl<'l> Pairs<'_, 'l> {
    /// What goes whatever the run allows.
    pub(super) fn leaving(&self) -> impl Iterator<Item = &'l Live<'l>> {
        self.swapped.iter().copied()
    }
}

/// Sorts a set out: first what says the same, then what can become a wanted one in place.
pub(super) fn pair<'a, 'l>(
    slot: &Slot,
    wanted: &'a [Desired],
    live: &[&'l Live<'l>],
    terms: Terms<'_>,
) -> Pairs<'a, 'l> {
    let mut pairs = Pairs::default();
    let mut open: Vec<&'l Live<'l>> = live.to_vec();
    let mut missing = Vec::new();
    for desired in wanted {
        let same = |record: &&Live<'_>| record.kind == desired.kind && record.value == desired.value;
        match take(&mut open, same) {
            Some(record) => pairs.together.push((desired, record)),
            None => missing.push(desired),
        }
    }
    let excluded =
        |record: &Live<'_>| wanted.iter().any(|desired| exclude_each_other(record.kind, &desired.kind));
    let (swapped, mut open): (Vec<_>, Vec<_>) = open.into_iter().partition(|record| excluded(record));
    pairs.swapped = swapped;
    if !slot.is_exclusive() {
        // What others put there has nothing to do with what is wanted.
        open.retain(|record| record.ours);
    }
    for desired in missing {
        match take_best(&mut open, desired, slot, terms) {
            Some(record) => pairs.together.push((desired, record)),
            None => pairs.missing.push(desired),
        }
    }
    let awaited = |record: &Live<'_>| pairs.missing.iter().any(|desired| desired.kind == record.kind);
    let hinders = |record: &&Live<'_>| !usable(record, terms) && slot.is_exclusive() && awaited(record);
    (pairs.in_the_way, pairs.surplus) = open.into_iter().partition(hinders);
    pairs
}

/// True where the run may change it.
fn usable(record: &Live<'_>, terms: Terms<'_>) -> bool {
    !record.read_only && (record.ours || terms.wishes.adopt)
}

fn take<'l>(open: &mut Vec<&'l Live<'l>>, fits: impl Fn(&&Live<'_>) -> bool) -> Option<&'l Live<'l>> {
    // Of two that say the same, ours is the one to keep.
    let ours = open.iter().position(|record| record.ours && fits(record));
    let at = ours.or_else(|| open.iter().position(&fits))?;
    Some(open.remove(at))
}

/// The record that becomes a wanted one: ours before others', and the one that is closest to it.
fn take_best<'l>(
    open: &mut Vec<&'l Live<'l>>,
    desired: &Desired,
    slot: &Slot,
    terms: Terms<'_>,
) -> Option<&'l Live<'l>> {
    let fits = |record: &&Live<'_>| record.kind == desired.kind && usable(record, terms);
    let close = |record: &&Live<'_>| fits(record) && is_close(record, desired);
    let at = open.iter().position(|record| record.ours && close(record));
    let at = at.or_else(|| open.iter().position(&close));
    // Texts of one name are different things, unless they begin alike.
    let others = !matches!(slot, Slot::Texts(_));
    let at = at.or_else(|| open.iter().position(|record| others && record.ours && fits(record)));
    let at = at.or_else(|| open.iter().position(|record| others && fits(record)))?;
    Some(open.remove(at))
}

/// True where the two are the same thing with another value: the same host with another preference, a text
/// with the same tag.
fn is_close(record: &Live<'_>, desired: &Desired) -> bool {
    let words = |at: usize| record.value.words().get(at).zip(desired.value.words().get(at));
    match record.kind {
        "MX" => words(1).is_some_and(|(own, other)| own == other),
        "CAA" => words(2).is_some_and(|(own, other)| own == other),
        "TXT" => words(0).is_some_and(|(own, other)| {
            let tag = |text: &str| text.split_once('=').map(|(tag, _)| tag.to_ascii_lowercase());
            tag(own).is_some() && tag(own) == tag(other)
        }),
        _ => false,
    }
}
