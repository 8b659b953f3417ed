//! Makes a plan: the pieces of the areas put together.

use super::{Change, Left, Origin, Plan, Rail, Read, Refusal, Wishes, ZoneFacts};
use crate::check::World;
use crate::cloudflare::{records, rules, settings};
use crate::observed::CloudflareZone;
use crate::spec::Place;

/// What an area of the plan may know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a, 'w> {
    /// The spec and what was seen of the world.
    pub(crate) world: &'a World<'w>,
    /// What the API shows.
    pub(crate) live: &'a CloudflareZone,
    /// What it may do beyond what is ours.
    pub(crate) wishes: &'a Wishes,
}

impl Context<'_, '_> {
    /// Where the spec speaks of the zone: what no line of its own asks for points there.
    pub(crate) fn of_zone(&self) -> Origin {
        let spec = &self.world.document.spec;
        let zone = spec.cloudflare.as_ref().and_then(|section| section.value.zone.as_ref());
        let place = match zone {
            Some(zone) => Place::new("cloudflare.zone", zone.span),
            None => Place::new("domain", spec.domain.span),
        };
        Origin::at(&place, self.world.document)
    }
}

/// What one area adds to a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Piece {
    /// Changes, with the findings that they turn green.
    pub(crate) changes: Vec<Change>,
    /// What is wanted and left alone.
    pub(crate) left: Vec<Left>,
    /// What must not happen without a word: which rail, and what it is about.
    pub(crate) rails: Vec<(Rail, String)>,
    /// How much was read.
    pub(crate) read: Read,
}

/// The plan for a zone: pure, and the same for the same input.
pub(crate) fn make(world: &World, live: &CloudflareZone, wishes: &Wishes) -> Plan {
    let context = Context { world, live, wishes };
    let mut whole = Piece::default();
    for piece in [records::piece(context), settings::piece(context), rules::piece(context)] {
        whole.changes.extend(piece.changes);
        whole.left.extend(piece.left);
        whole.rails.extend(piece.rails);
        whole.read.add(piece.read);
    }
    let lifted = |rail: &Rail| wishes.allow.contains(rail);
    Plan {
        zone: ZoneFacts {
            id: live.id.clone(),
            name: live.name.clone(),
            account: live.account.clone(),
            plan: live.plan.clone(),
            status: live.status.clone(),
            name_servers: live.name_servers.clone(),
        },
        changes: whole.changes,
        refusals: whole
            .rails
            .into_iter()
            .map(|(rail, message)| Refusal { lifted: lifted(&rail), rail, message })
            .collect(),
        left: whole.left,
        read: whole.read,
    }
}
