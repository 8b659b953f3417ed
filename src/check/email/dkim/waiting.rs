//! Selectors at which a provider publishes a key only when it changes keys: until then another
//! selector of the set signs, and this one's name is empty or its key withdrawn.

use super::{State, alias, standing, words};
use crate::check::World;
use crate::check::seen::{self, Judged};
use crate::item::Selector;
use crate::provider::email::RecordKind;
use crate::wanted;

/// What to say of a selector that waits for its provider's next key: its own alias is right, and
/// another selector of the set has a key. Nothing where it should have a key of its own.
pub(super) fn waits(selector: &Selector, world: &World) -> Judged<Option<String>> {
    let answer = seen::dns(&selector.name, "TXT", world)?;
    let Some(fact) = selector.fact.filter(|fact| fact.set.one_key_is_enough) else { return Ok(None) };
    let target = alias(selector, answer).filter(|target| wanted::dkim::fits(selector, target, world));
    let (Some(target), RecordKind::Cname) = (target, fact.key.kind) else { return Ok(None) };
    if selector.declared.is_some_and(|declared| declared.key.is_some()) {
        return Ok(None);
    }
    let same_set = |other: &&Selector| {
        other.name != selector.name
            && other.sender == selector.sender
            && other.fact.is_some_and(|other| std::ptr::eq(other.set, fact.set))
    };
    let mut gap = None;
    for other in world.items.selectors.iter().filter(same_set) {
        match signs(other, world) {
            Ok(true) => {
                return Ok(Some(format!(
                    "an alias of {}, where {} publishes a key when it changes keys; until then it signs with {}",
                    seen::cut(target),
                    fact.provider.name,
                    words::label(other)
                )));
            }
            Ok(false) => {}
            Err(verdict) => gap = Some(verdict),
        }
    }
    gap.map_or(Ok(None), Err)
}

/// True where a selector has a key, without regard to what others of its set have.
fn signs(selector: &Selector, world: &World) -> Judged<bool> {
    Ok(matches!(standing(selector, world)?, Some(State::Good(_))))
}

/// True where the selector passes without a key of its own.
pub(super) fn is_waiting(selector: &Selector, world: &World) -> bool {
    let keyless = matches!(standing(selector, world), Ok(Some(State::Revoked(_)) | None));
    keyless && matches!(waits(selector, world), Ok(Some(_)))
}
