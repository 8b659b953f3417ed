//! The records of mail, as the checks of mail print them; only those without which one of these checks fails.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{Desired, Wanted, origin};
use crate::check::{Check, World};
use crate::cloudflare::plan::{Context, Origin};
use crate::cloudflare::records::after::{About, Zone, changed_names, observed};
use crate::cloudflare::records::applied::applied;
use crate::cloudflare::records::beside::is_taken;
use crate::cloudflare::records::compared;
use crate::cloudflare::records::judged::{Bad, bad, bad_in, in_place};
use crate::cloudflare::records::live::{Live, Records};
use crate::cloudflare::records::slot::Slot;
use crate::cloudflare::records::value::members;
use crate::item::{Sender, selector_names};
use crate::mail::{dmarc, mta_sts, tls_rpt};
use crate::observed::{ApiObject, Remote, Seen};
use crate::spec::Place;
use crate::spec::model::{Email, EmailSettings, RecordType};
use crate::spec::names::is_under;
use crate::wanted::{self, Wanted as Record};

/// A set of records that mail may need.
type Candidate = (Slot, Vec<Desired>);

/// Adds what mail needs. What is declared in `dns.records` is meant so, and what is sound stays.
pub(super) fn add(wanted: &mut Wanted, context: Context<'_, '_>, live: &Records<'_>) {
    let Some(email) = &context.world.document.spec.email else { return };
    // Mail needs what is missing beside all else that the spec asks for.
    let standing: Vec<ApiObject> = live.all.iter().map(|record| record.object.clone()).collect();
    let objects = applied(&standing, compared(wanted, live, context).changes.iter());
    let live = &Records::of(&objects, context.live.name.as_str());
    let zone = Zone::of(context.live, &objects);
    // What mail needs is told from the zone as it is, whatever resolvers still say of it.
    let questions = questions(context.world);
    let base = observed(context.world.observed, &zone, &zone, About::Everything(&questions));
    let world = in_place(&base, context.world);
    let mut candidates = grouped(all(&world, &email.value), &world, context);
    candidates.retain(|(slot, list)| !wanted.has(slot) && !is_taken(slot, list, wanted));
    wanted.kept.extend(candidates.iter().map(|(slot, _)| slot.clone()));
    candidates.retain(|(slot, list)| !stands(slot, list, live));
    let trial = Trial { context, live, zone: &zone, world: &world };
    for (_, list) in trial.needed(candidates) {
        for desired in list {
            wanted.add(desired);
        }
    }
}

/// What the checks of mail ask of the zone.
fn questions(world: &World<'_>) -> Vec<(String, &'static str)> {
    let domain = world.domain();
    let texts = [dmarc::record_name(domain), mta_sts::record_name(domain), tls_rpt::record_name(domain)];
    let senders = world.items.senders.iter().map(|sender| sender.mail_from.clone());
    let texts =
        texts.into_iter().chain(selector_names(world.document)).chain(senders).chain([domain.to_owned()]);
    let exchangers = std::iter::once((domain.to_owned(), "MX"));
    exchangers.chain(texts.map(|name| (name, "TXT"))).collect()
}

/// True where exactly that stands there.
fn stands(slot: &Slot, list: &[Desired], live: &Records<'_>) -> bool {
    let own = live.at(slot);
    let says = |desired: &Desired| own.iter().any(|r| r.kind == desired.kind && r.value == desired.value);
    own.len() == list.len() && list.iter().all(says)
}

/// Every record that mail may need, with its place in the spec.
fn all(world: &World<'_>, email: &Email) -> Vec<(Record, Place)> {
    let whole =
        Place::new("email", world.document.spec.email.as_ref().map_or_else(Default::default, |e| e.span));
    let Email::Full(settings) = email else {
        let policy = wanted::policy::parked_policy();
        let dmarc = wanted::enforced_dmarc(world, published(world).as_ref(), policy);
        let records = [wanted::policy::parked_mx(world), wanted::policy::parked_spf(world), dmarc];
        return records.into_iter().map(|record| (record, whole.clone())).collect();
    };
    let mut found = vec![
        (wanted::spf::record(world), spf_place(settings).unwrap_or_else(|| whole.clone())),
        (wanted::dmarc(world, published(world).as_ref()), dmarc_place(settings).unwrap_or(whole)),
    ];
    if let Some(receive) = &settings.receive {
        let place = Place::new("email.receive", receive.span);
        found.extend(wanted::mx::records(world).into_iter().map(|record| (record, place.clone())));
    }
    for selector in &world.items.selectors {
        found.extend(wanted::dkim::record(selector, world).map(|record| (record, selector.place.clone())));
    }
    for sender in &world.items.senders {
        found.extend(return_path(sender, world));
    }
    if let Some(mode) = &settings.mta_sts {
        found.push((wanted::policy::mta_sts_record(world), Place::new("email.mta_sts", mode.span)));
    }
    if let Some(addresses) = &settings.tls_rpt {
        let texts = texts(&tls_rpt::record_name(world.domain()), world);
        let known = texts.iter().find(|text| tls_rpt::resembles_record(text) || tls_rpt::is_record(text));
        let known = known.map(|text| tls_rpt::Record::read(text).rua).unwrap_or_default();
        let record = wanted::policy::tls_rpt_record(world, &known);
        found.push((record, Place::new("email.tls_rpt", addresses.span)));
    }
    found
}

/// The alias by which a sender's provider takes the bounces at the declared return path.
fn return_path(sender: &Sender<'_>, world: &World<'_>) -> Option<(Record, Place)> {
    let path = sender.details?.return_path.as_ref()?;
    let documented = sender.provider?.return_path.iter().find(|record| record.kind.name() == "CNAME")?;
    let target = documented.values.iter().find_map(|value| value.literal())?;
    let place = Place::new(format!("{}.return_path", sender.place.path), path.span);
    let below = sender.mail_from != world.domain() && is_under(&sender.mail_from, world.domain());
    below.then(|| (Record::cname(&sender.mail_from, target), place))
}

fn spf_place(settings: &EmailSettings) -> Option<Place> {
    let all = settings.spf.as_ref().and_then(|spf| spf.all.as_ref());
    let all = all.map(|all| Place::new("email.spf.all", all.span));
    all.or_else(|| Some(Place::new("email.send[0]", settings.send.first()?.span)))
}

fn dmarc_place(settings: &EmailSettings) -> Option<Place> {
    let dmarc = settings.dmarc.as_ref()?;
    let policy = dmarc.policy.as_ref().map(|policy| Place::new("email.dmarc.policy", policy.span));
    policy.or_else(|| Some(Place::new("email.dmarc.reports[0]", dmarc.reports.first()?.span)))
}

fn texts(name: &str, world: &World<'_>) -> Vec<String> {
    let Some(Seen::Answer(answer)) = world.observed.dns(name, "TXT") else { return Vec::new() };
    answer.values("TXT").map(Remote::to_string).collect()
}

/// The DMARC record that is published, or was meant; of several the strictest.
fn published(world: &World<'_>) -> Option<dmarc::Record> {
    let texts = texts(&dmarc::record_name(world.domain()), world);
    let records = texts.iter().filter_map(|text| dmarc::Record::read(text));
    let strictest = records.max_by_key(|record| record.policies().map(|all| all.domain));
    strictest.or_else(|| texts.iter().find_map(|text| dmarc::meant(text)))
}

/// The records by where they stand, those outside the zone left out.
fn grouped(all: Vec<(Record, Place)>, world: &World<'_>, context: Context<'_, '_>) -> Vec<Candidate> {
    let mut order: Vec<Slot> = Vec::new();
    let mut by_slot: BTreeMap<Slot, Vec<Desired>> = BTreeMap::new();
    for (record, place) in
        all.into_iter().filter(|(record, _)| is_under(&record.name, context.live.name.as_str()))
    {
        let Some(members) = of(&record) else { continue };
        let origin: Origin = origin(&place, world.document);
        let desired = Desired::new(&record.name, record.kind, members, origin);
        if !order.contains(&desired.slot) {
            order.push(desired.slot.clone());
        }
        by_slot.entry(desired.slot.clone()).or_default().push(desired);
    }
    order.into_iter().filter_map(|slot| by_slot.remove_entry(&slot)).collect()
}

fn of(record: &Record) -> Option<Map<String, Json>> {
    let kind = match record.kind {
        "MX" => RecordType::Mx,
        "CNAME" => RecordType::Cname,
        "TXT" => RecordType::Txt,
        _ => return None,
    };
    members(kind, &record.value, record.priority)
}

fn of_mail(check: &Check) -> bool {
    check.area() == "email"
}

/// Tries what the zone would be judged as with some of the candidates.
struct Trial<'a, 'w> {
    context: Context<'a, 'w>,
    live: &'a Records<'a>,
    zone: &'a Zone,
    world: &'a World<'a>,
}

impl Trial<'_, '_> {
    /// The smallest set of candidates that mends as much as all of them: whatever makes no check of mail
    /// better, or one worse, is left out.
    fn needed(&self, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        let now = bad(self.world, &of_mail);
        if candidates.is_empty() || now.is_empty() {
            return Vec::new();
        }
        let mut best = self.judged(&candidates);
        let mut at = 0;
        while at < candidates.len() {
            let candidate = candidates.remove(at);
            let without = if candidates.is_empty() { now.clone() } else { self.judged(&candidates) };
            if without.is_subset(&best) {
                best = without;
            } else {
                candidates.insert(at, candidate);
                at += 1;
            }
        }
        candidates
    }

    fn judged(&self, candidates: &[Candidate]) -> Bad {
        // An alias at the name makes room.
        let makes_room = |record: &Live<'_>, slot: &Slot| {
            record.kind == "CNAME" && record.name == slot.name() && record.name != self.zone.name()
        };
        let stays = |record: &Live<'_>| {
            !candidates.iter().any(|(slot, _)| record.slot == *slot || makes_room(record, slot))
        };
        let kept = self.live.all.iter().filter(|record| stays(record)).map(|record| record.object.clone());
        let new = candidates.iter().flat_map(|(_, list)| list).map(object);
        let objects: Vec<ApiObject> = kept.chain(new).collect();
        let after = Zone::of(self.context.live, &objects);
        let names = changed_names(self.zone, &after);
        let seen = observed(self.world.observed, self.zone, &after, About::Names(&names));
        bad_in(&seen, self.world, &of_mail)
    }
}

fn object(desired: &Desired) -> ApiObject {
    let mut members = desired.members.clone();
    members.insert("name".into(), desired.name.clone().into());
    members.insert("type".into(), desired.kind.clone().into());
    ApiObject(members)
}
