//! What DNS would answer if the zone had other records: the world in which the promises of a plan are judged.

mod answer;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use crate::observed::{DnsAnswer, Observed, Seen, question};
use crate::spec::names::{is_under, name_form};
use answer::Elsewhere;
pub(super) use zone::Zone;

/// Which answers are made anew.
#[derive(Debug, Clone, Copy)]
pub(super) enum About<'a> {
    /// Those about these names, or that lead through them; where the resolver or a server failed, it fails
    /// again.
    Names(&'a BTreeSet<String>),
    /// All that the zone can answer, and these questions although nobody asked them: the zone as the API
    /// shows it is what will be published.
    Everything(&'a [(String, &'static str)]),
}

/// What would be observed: everything as it was, but for the answers that the zone's records give.
/// `before` is the zone as it is.
pub(super) fn observed(seen: &Observed, before: &Zone, after: &Zone, about: About<'_>) -> Observed {
    let mut changed = seen.clone();
    // Judges of DNS and mail read none of it, and a plan within a plan would never end.
    changed.cloudflare = None;
    let elsewhere = Elsewhere::of(seen);
    let scene = Scene { before, after, about, elsewhere: &elsewhere };
    for (key, answer) in &mut changed.dns {
        scene.resolve(key, answer);
    }
    for answers in changed.resolvers.values_mut() {
        for (key, answer) in answers {
            scene.resolve(key, answer);
        }
    }
    for (origin, zone) in &mut changed.zones {
        if origin == after.name() {
            for server in &mut zone.servers {
                server.answers.iter_mut().for_each(|(key, answer)| scene.serve(key, answer));
            }
        }
    }
    if let About::Everything(questions) = about {
        for (name, kind) in questions.iter().filter(|(name, _)| is_under(name, after.name())) {
            let nobody = || Seen::Unobserved("not observed in this run".into());
            let answer = changed.dns.entry(question(name, kind)).or_insert_with(nobody);
            scene.resolve(&question(name, kind), answer);
        }
    }
    changed
}

/// The zone before and after.
struct Scene<'a> {
    before: &'a Zone,
    after: &'a Zone,
    about: About<'a>,
    elsewhere: &'a Elsewhere<'a>,
}

impl Scene<'_> {
    /// True where the answer may be another one.
    fn is_touched(&self, name: &str, answer: &Seen<DnsAnswer>) -> bool {
        let About::Names(names) = self.about else { return is_under(name, self.after.name()) };
        let touches = |name: &str| {
            names.contains(name) || self.before.source(name).is_some_and(|source| names.contains(source)) || {
                self.after.source(name).is_some_and(|source| names.contains(source))
            }
        };
        match answer {
            Seen::Answer(answer) => {
                touches(name)
                    || answer
                        .records
                        .iter()
                        .any(|record| record.kind == "CNAME" && touches(&name_form(record.value.as_str())))
            }
            Seen::Failed(_) | Seen::Unobserved(_) => false,
        }
    }

    /// The resolver's answer.
    fn resolve(&self, key: &str, answer: &mut Seen<DnsAnswer>) {
        let Some((name, kind)) = key.split_once(' ') else { return };
        if self.is_touched(name, answer)
            && let Some(new) = self.answer(name, kind, answer, true)
        {
            *answer = new;
        }
    }

    /// The answer of one of the zone's servers: it does not follow aliases out of the zone.
    fn serve(&self, key: &str, answer: &mut Seen<DnsAnswer>) {
        let Some((name, kind)) = key.split_once(' ') else { return };
        let speaks = matches!(answer, Seen::Answer(answer) if !answer.unauthoritative);
        if speaks
            && kind != "SOA"
            && self.is_touched(name, answer)
            && let Some(new) = self.answer(name, kind, answer, false)
        {
            *answer = new;
        }
    }
}

/// The names at which two lists of records differ.
pub(super) fn changed_names(before: &Zone, after: &Zone) -> BTreeSet<String> {
    let of = |zone: &Zone| -> BTreeMap<String, String> {
        zone.names().map(|(name, records)| (name.clone(), format!("{records:?}"))).collect()
    };
    let (before, after) = (of(before), of(after));
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    all.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}
