//! What is wanted of a phase beside what is there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::endpoint::Phase;
use super::super::permission::Resource;
use super::super::plan::{Action, Change, Context, Left, Origin, Piece, Reason};
use super::super::settings;
use super::language::{matches, same};
use super::merge;
use super::wish::{Requests, Wish, subject};
use super::{is_on, is_ours, most, what};
use crate::observed::{ApiObject, Remote, Seen};

/// Members of a rule that are compared, and whether they may say more than is wanted: Cloudflare adds its
/// defaults to some of them.
const COMPARED: [&str; 7] =
    ["action", "action_parameters", "description", "enabled", "expression", "logging", "ratelimit"];
/// What makes a rule of somebody else's do the same.
const DOING: [&str; 4] = ["action", "action_parameters", "enabled", "ratelimit"];

/// The rules of a phase; `None` where they could not be read.
fn live(phase: Phase, context: Context<'_, '_>) -> Option<Vec<ApiObject>> {
    match context.live.phases.get(phase.name()) {
        Some(Seen::Answer(ruleset)) => {
            Some(ruleset.as_ref().map(|ruleset| ruleset.objects("rules")).unwrap_or_default())
        }
        _ => None,
    }
}

/// Those of somebody else's; none where they could not be read.
pub(super) fn foreign(phase: Phase, context: Context<'_, '_>) -> Vec<ApiObject> {
    live(phase, context).unwrap_or_default().into_iter().filter(|rule| !is_ours(rule)).collect()
}

/// True where the phase has a rule of ours with that `ref`.
pub(super) fn is_there(phase: Phase, reference: &str, context: Context<'_, '_>) -> bool {
    live(phase, context).is_some_and(|rules| find(&rules, reference).is_some())
}

fn find<'r>(rules: &'r [ApiObject], reference: &str) -> Option<&'r ApiObject> {
    rules.iter().find(|rule| rule.text("ref") == Some(reference))
}

/// Adds what a phase changes.
pub(super) fn phase(phase: Phase, asked: Requests, context: Context<'_, '_>, piece: &mut Piece) {
    let Some(rules) = live(phase, context) else {
        piece.left.extend(asked.wishes.iter().map(|wish| unread(phase, wish)));
        piece.left.extend(asked.left);
        return;
    };
    let own = rules.iter().filter(|rule| is_ours(rule)).count();
    if own > 0 || !asked.wishes.is_empty() || !asked.left.is_empty() {
        piece.read.rules += rules.len();
        piece.read.foreign_rules += rules.len() - own;
    }
    let mut found = Found { phase, rules: &rules, context, changes: Vec::new(), left: Vec::new() };
    found.surplus(&asked);
    for wish in asked.wishes {
        found.wish(wish);
    }
    found.quota();
    found.out_of_order();
    piece.left.extend(asked.left);
    piece.left.append(&mut found.left);
    piece.changes.append(&mut found.changes);
}

fn unread(phase: Phase, wish: &Wish) -> Left {
    Left {
        subject: subject(phase, &wish.reference),
        reason: Reason::Unread,
        message: settings::without(Resource::of_phase(phase), &format!("the zone's {}", what(phase))),
        spec: wish.spec.clone(),
    }
}

struct Found<'a, 'c, 'w> {
    phase: Phase,
    rules: &'a [ApiObject],
    context: Context<'c, 'w>,
    changes: Vec<Change>,
    left: Vec<Left>,
}

impl Found<'_, '_, '_> {
    fn wish(&mut self, wish: Wish) {
        if let Some(own) = find(self.rules, &wish.reference) {
            self.shadowed(&wish, Some(own));
            if !covers(own, &wish.rule, &COMPARED) {
                let after = with_id(&wish.rule, own);
                self.change(Action::Change, false, Some(own.clone()), Some(after), wish);
            }
            return;
        }
        let twin = |rule: &&ApiObject| {
            let of = |rule: &ApiObject| rule.text("expression").unwrap_or_default().to_owned();
            rule.text("action") == wish.rule.text("action") && same(&of(rule), &of(&wish.rule))
        };
        // What a skip rule skips adds up with that of others; the rest is done once.
        let twin = self
            .rules
            .iter()
            .filter(|rule| !is_ours(rule))
            .find(twin)
            .filter(|_| self.phase != Phase::Custom);
        match twin {
            Some(foreign) if covers(foreign, &wish.rule, &DOING) => {}
            Some(foreign) if self.context.wishes.adopt => {
                let before = foreign.clone();
                self.change(Action::Change, true, Some(before), Some(wish.rule.clone()), wish);
            }
            Some(foreign) => {
                let message = format!(
                    "{} is about the same requests and does something else: change it by hand, or let `--adopt` take it over",
                    named(foreign)
                );
                self.leave(&wish, Reason::Foreign, message);
            }
            None if self.shadowed(&wish, None) => {}
            None => self.change(Action::Add, false, None, Some(wish.rule.clone()), wish),
        }
    }

    /// Tells of a rule of somebody else's that takes the request before ours.
    fn shadowed(&mut self, wish: &Wish, own: Option<&ApiObject>) -> bool {
        let Some(sample) = &wish.sample else { return false };
        let mut before = self.rules.iter().take_while(|rule| own.is_none_or(|own| !std::ptr::eq(*rule, own)));
        let takes = |rule: &&ApiObject| {
            let expression = rule.text("expression").unwrap_or_default();
            !is_ours(rule) && is_on(rule) && matches(expression, sample) == Some(true)
        };
        let Some(foreign) = before.find(takes) else { return false };
        let message = format!(
            "{} stands before ours and takes the same requests, so that ours would do nothing: narrow it, or move it behind",
            named(foreign)
        );
        self.leave(wish, Reason::Foreign, message);
        true
    }

    fn leave(&mut self, wish: &Wish, reason: Reason, message: String) {
        let subject = subject(self.phase, &wish.reference);
        self.left.push(Left { subject, reason, message, spec: wish.spec.clone() });
    }

    fn change(
        &mut self,
        action: Action,
        adopts: bool,
        before: Option<ApiObject>,
        after: Option<ApiObject>,
        wish: Wish,
    ) {
        self.changes.push(Change {
            subject: subject(self.phase, &wish.reference),
            action,
            adopts,
            before,
            after,
            spec: wish.spec,
            why: wish.why,
            turns_green: wish.promises,
        });
    }

    /// Rules of ours that nothing asks for any more. What is wanted and cannot be had now stays.
    fn surplus(&mut self, asked: &Requests) {
        let wanted: BTreeSet<&str> = asked.wishes.iter().map(|wish| wish.reference.as_str()).collect();
        let waiting = |rule: &ApiObject| {
            let own = rule.text("ref").map(|reference| subject(self.phase, reference));
            asked.left.iter().any(|left| Some(&left.subject) == own.as_ref())
        };
        let is_idle = |rule: &&ApiObject| {
            is_ours(rule) && rule.text("ref").is_some_and(|own| !wanted.contains(own)) && !waiting(rule)
        };
        let idle: Vec<ApiObject> = self.rules.iter().filter(is_idle).cloned().collect();
        for rule in idle {
            let reference = rule.text("ref").unwrap_or_default().to_owned();
            let unwanted = asked.unwanted.iter().find(|(own, _)| *own == reference).map(|(_, spec)| spec);
            self.idle(rule, &reference, unwanted);
        }
    }

    fn idle(&mut self, rule: ApiObject, reference: &str, unwanted: Option<&Origin>) {
        let subject = subject(self.phase, reference);
        let spec = unwanted.cloned().unwrap_or_else(|| self.context.of_zone());
        if unwanted.is_none() && !self.context.wishes.prune {
            let message =
                format!("nothing in the spec asks for {} any more: `--prune` deletes it", named(&rule));
            return self.left.push(Left { subject, reason: Reason::Surplus, message, spec });
        }
        self.changes.push(Change {
            subject,
            action: Action::Delete,
            adopts: false,
            before: Some(rule),
            after: None,
            why: unwanted.is_none().then(|| "nothing in the spec asks for it any more".to_owned()),
            spec,
            turns_green: Vec::new(),
        });
    }

    /// New rules beyond what the plan has are not made; the first of the spec are.
    fn quota(&mut self) {
        let plan = self.context.live.plan.clone();
        let Some(most) = most(self.phase, plan.as_str()) else { return };
        let gone = self.changes.iter().filter(|change| change.action == Action::Delete).count();
        let kept = self.rules.len().saturating_sub(gone);
        let foreign = self.rules.iter().filter(|rule| !is_ours(rule)).count();
        let mut room = most.saturating_sub(kept);
        let changes = std::mem::take(&mut self.changes);
        for change in changes {
            if change.action == Action::Add && room == 0 {
                let message = format!(
                    "the plan `{plan}` has {most} {}, and {kept} are there, {foreign} of them not ours: delete some, or take a larger plan",
                    what(self.phase)
                );
                let Change { subject, spec, .. } = change;
                self.left.push(Left { subject, reason: Reason::Plan, message, spec });
                continue;
            }
            room -= usize::from(change.action == Action::Add);
            self.changes.push(change);
        }
    }

    /// Ours stand in an order of their own; where somebody moved them, they are put back.
    fn out_of_order(&mut self) {
        let ours: Vec<&ApiObject> = self.rules.iter().filter(|rule| is_ours(rule)).collect();
        let mut sorted = ours.clone();
        sorted.sort_by_key(|rule| merge::rank(self.phase, rule));
        let moved = ours.iter().zip(&sorted).filter(|(now, then)| now.text("ref") != then.text("ref"));
        let moved: Vec<ApiObject> = moved.map(|(now, _)| (*now).clone()).collect();
        for rule in moved {
            let subject = subject(self.phase, rule.text("ref").unwrap_or_default());
            if self.changes.iter().any(|change| change.subject == subject) {
                continue;
            }
            let after = ApiObject(merge::written(&rule));
            self.changes.push(Change {
                subject,
                action: Action::Change,
                adopts: false,
                before: Some(rule),
                after: Some(after),
                spec: self.context.of_zone(),
                why: Some("moved among ours: the narrower rule comes first".to_owned()),
                turns_green: Vec::new(),
            });
        }
    }
}

/// How people call a rule.
fn named(rule: &ApiObject) -> String {
    let described = rule.shown("description").filter(|text| !text.as_str().is_empty());
    let name = described.or_else(|| rule.shown("expression")).unwrap_or_default();
    let name: String = Remote::as_str(&name).chars().take(120).collect();
    format!("the rule `{name}`")
}

fn with_id(rule: &ApiObject, own: &ApiObject) -> ApiObject {
    let mut rule = rule.clone();
    if let Some(id) = own.get("id") {
        rule.0.insert("id".to_owned(), id.clone());
    }
    rule
}

/// True where a rule has all that is wanted of these members.
fn covers(now: &ApiObject, wanted: &ApiObject, members: &[&str]) -> bool {
    members.iter().all(|member| match (now.get(member), wanted.get(member)) {
        (_, None) => true,
        // On where nothing else is said.
        (None, Some(wanted)) => *member == "enabled" && *wanted == Value::Bool(true),
        (Some(now), Some(wanted)) => holds(now, wanted),
    })
}

/// True where what is there says all that is wanted; lists in any order.
fn holds(now: &Value, wanted: &Value) -> bool {
    match (now, wanted) {
        (Value::Object(now), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| now.get(name).is_some_and(|now| holds(now, wanted)))
        }
        (Value::Array(now), Value::Array(wanted)) => {
            now.len() == wanted.len() && wanted.iter().all(|wanted| now.contains(wanted))
        }
        _ => now == wanted,
    }
}
