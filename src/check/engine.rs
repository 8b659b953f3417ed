//! Runs the judges over the items. The loop stands here, so that no judge can skip an item.

use super::catalogue::{CATALOGUE, Check, Judge};
use super::spec::{mentions, texts};
use super::{Status, Verdict, World, seen};
use crate::item;
use crate::spec::Place;

/// A verdict together with what it is about.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The check.
    pub check: &'static Check,
    /// The host, name, URL, ... that it is about.
    pub subject: String,
    /// Where the spec says what was expected.
    pub place: Place,
    /// The judge's words.
    pub verdict: Verdict,
}

/// Judges everything but the waivers, with the checks that `selected` chooses.
pub fn judge(world: &World, selected: &dyn Fn(&Check) -> bool) -> Vec<Judgement> {
    let chosen = CATALOGUE.iter().filter(|check| selected(check));
    chosen.flat_map(|check| judge_one(check, world)).collect()
}

/// Judges the waivers, once it is known what they match.
pub fn judge_waivers(
    world: &World,
    waivers: &[item::Waiver],
    selected: &dyn Fn(&Check) -> bool,
) -> Vec<Judgement> {
    let mut found = Vec::new();
    for check in CATALOGUE.iter().filter(|check| selected(check)) {
        if let Judge::Waiver(judge) = check.judge {
            found.extend(each(check, waivers, |w| (w.accepted.name().to_owned(), &w.place, judge(w, world))));
        }
    }
    found
}

fn judge_one(check: &'static Check, world: &World) -> Vec<Judgement> {
    let items = &world.items;
    match check.judge {
        Judge::Domain(judge) => {
            let place = Place::new("domain", world.document.spec.domain.span);
            let verdict = judge(world);
            vec![judgement(check, world.domain().to_owned(), &place, verdict)]
        }
        Judge::Host(judge) => each(check, &items.hosts, |h| (h.name.clone(), &h.place, judge(h, world))),
        Judge::Name(judge) => each(check, &items.names, |n| (n.name.clone(), &n.place, judge(n, world))),
        Judge::Record(judge) => each(check, &items.records, |r| {
            (format!("{} {}", r.name, r.record.kind.name()), &r.place, judge(r, world))
        }),
        Judge::RecordSet(judge) => {
            each(check, &items.record_sets, |s| (format!("{} {}", s.name, s.kind), &s.place, judge(s, world)))
        }
        Judge::Owner(judge) => each(check, &items.owners, |n| (n.name.clone(), &n.place, judge(n, world))),
        Judge::Changing(judge) => {
            each(check, &items.changing, |c| (format!("{} {}", c.name, c.kind), &c.place, judge(c, world)))
        }
        Judge::Zone(judge) => each(check, &items.zones, |z| (z.origin.clone(), &z.place, judge(z, world))),
        Judge::Redirect(judge) => {
            each(check, &items.redirects, |r| (r.from.clone(), &r.place, judge(r, world)))
        }
        Judge::Start(judge) => each(check, &items.starts, |s| (s.url.to_string(), &s.place, judge(s, world))),
        Judge::Asked(judge) => each(check, &items.asked, |a| (a.name.clone(), &a.place, judge(a, world))),
        Judge::Url(judge) => each(check, &items.urls, |u| (u.url.to_string(), &u.place, judge(u, world))),
        Judge::Endpoint(judge) => {
            applicable(each(check, &items.endpoints, |e| (e.url.to_string(), &e.place, judge(e, world))))
        }
        Judge::CrossOrigin(judge) => {
            each(check, &items.cross_origins, |c| (c.url.to_string(), &c.place, judge(c, world)))
        }
        Judge::Sender(judge) => each(check, &items.senders, |s| (s.label.clone(), &s.place, judge(s, world))),
        Judge::Authorised(judge) => {
            each(check, &items.authorised, |a| (a.label.clone(), &a.place, judge(a, world)))
        }
        Judge::Exchanger(judge) => exchangers(check, judge, world),
        Judge::MailAddress(judge) => {
            each(check, &items.mail_addresses, |a| (a.address.to_string(), &a.place, judge(a, world)))
        }
        Judge::Selector(judge) => {
            each(check, &items.selectors, |s| (s.name.clone(), &s.place, judge(s, world)))
        }
        Judge::Webhook(judge) => {
            each(check, &items.webhooks, |w| (w.name.to_owned(), &w.place, judge(w, world)))
        }
        Judge::Variable(judge) => {
            each(check, &items.variables, |v| (v.name.clone(), &v.place, judge(v, world)))
        }
        Judge::Exposable(judge) => {
            each(check, &items.exposable, |v| (v.name.clone(), &v.place, judge(v, world)))
        }
        Judge::ScannedFiles(judge) => {
            each(check, &items.scanned_files, |s| (s.subject.clone(), &s.place, judge(s, world)))
        }
        Judge::ScannedHistory(judge) => {
            each(check, &items.scanned_history, |s| (s.subject.clone(), &s.place, judge(s, world)))
        }
        Judge::EnvFile(judge) => {
            each(check, &items.env_spots, |e| (e.subject.clone(), &e.place, judge(e, world)))
        }
        Judge::Served(judge) => {
            each(check, &items.served, |s| (s.subject.clone(), &s.place, judge(s, world)))
        }
        Judge::CloudflareZone(judge) => {
            let place = item::zone_place(world.document);
            let name = item::zone_name(world.document, world.observed);
            vec![judgement(check, name, &place, judge(world))]
        }
        Judge::ZoneSetting(judge) => {
            each(check, &items.zone_settings, |s| (s.id.clone(), &s.place, judge(s, world)))
        }
        Judge::ZoneMode(judge) => {
            each(check, &items.zone_modes, |s| (s.id.clone(), &s.place, judge(s, world)))
        }
        Judge::RateLimit(judge) => {
            each(check, &items.rate_limits, |l| (l.path.clone(), &l.place, judge(l, world)))
        }
        Judge::MachinePath(judge) => {
            each(check, &items.machine_paths, |p| (p.path.clone(), &p.place, judge(p, world)))
        }
        Judge::ProxyState(judge) => each(check, &items.proxy_states, |r| {
            (format!("{} {}", r.name, r.kind), &r.place, judge(r, world))
        }),
        Judge::Mention(judge) => {
            let mentions = mentions(world.document);
            once_each(each(check, &mentions, |m| (m.host.clone(), &m.place, judge(m, world))))
        }
        Judge::Text(judge) => {
            let texts = texts(world.document);
            faults_or_one_pass(
                world,
                each(check, &texts, |t| (t.place.path.clone(), &t.place, judge(t, world))),
            )
        }
        Judge::Waiver(_) => Vec::new(),
    }
}

fn each<'i, T>(
    check: &'static Check,
    items: &'i [T],
    judge: impl Fn(&'i T) -> (String, &'i Place, Verdict),
) -> Vec<Judgement> {
    let judge_one = |item| {
        let (subject, place, verdict) = judge(item);
        judgement(check, subject, place, verdict)
    };
    items.iter().map(judge_one).collect()
}

/// Hosts beyond the limit were not asked: that is said once, of the first of them.
fn exchangers(
    check: &'static Check,
    judge: fn(&item::Exchanger, &World) -> Verdict,
    world: &World,
) -> Vec<Judgement> {
    let all = &world.items.exchangers;
    let (asked, beyond) = all.split_at(all.len().min(item::MOST_EXCHANGERS));
    let mut found = each(check, asked, |x| (x.host.clone(), &x.place, judge(x, world)));
    let left: Vec<String> = beyond.iter().map(|exchanger| exchanger.host.clone()).collect();
    found.extend(beyond.first().map(|first| {
        let (most, left) = (item::MOST_EXCHANGERS, seen::listed(&left));
        let verdict =
            Verdict::not_applicable(format!("only the first {most} MX hosts are looked at, not {left}"));
        judgement(check, first.host.clone(), &first.place, verdict)
    }));
    found
}

fn judgement(check: &'static Check, subject: String, place: &Place, verdict: Verdict) -> Judgement {
    let place = verdict.place.clone().unwrap_or_else(|| place.clone());
    Judgement { check, subject, place, verdict }
}

/// A host that is mentioned ten times is one finding.
fn once_each(mut judgements: Vec<Judgement>) -> Vec<Judgement> {
    let mut seen = std::collections::BTreeSet::new();
    judgements.retain(|judgement| seen.insert(judgement.subject.clone()));
    judgements
}

/// A URL may stand in several endpoints: where one of them declares what is judged, the others have nothing
/// to add.
fn applicable(judgements: Vec<Judgement>) -> Vec<Judgement> {
    let idle = |judgement: &Judgement| judgement.verdict.status == Status::NotApplicable;
    let (idle, mut found): (Vec<_>, Vec<_>) = judgements.into_iter().partition(idle);
    for judgement in idle {
        if !found.iter().any(|other| other.subject == judgement.subject) {
            found.push(judgement);
        }
    }
    found
}

/// Hundreds of harmless texts are one pass.
fn faults_or_one_pass(world: &World, judgements: Vec<Judgement>) -> Vec<Judgement> {
    let count = judgements.len();
    let (faults, passes): (Vec<_>, Vec<_>) =
        judgements.into_iter().partition(|judgement| judgement.verdict.status != Status::Pass);
    if !faults.is_empty() {
        return faults;
    }
    let place = Place::new("domain", world.document.spec.domain.span);
    let one = passes.into_iter().take(1);
    one.map(|first| {
        let verdict = Verdict::pass(format!("none of {count} texts looks like a secret"));
        judgement(first.check, world.document.path.clone(), &place, verdict)
    })
    .collect()
}
