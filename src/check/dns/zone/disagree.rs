//! Name servers that contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{nobody_asked, origin, own_answers, record, zone};
use crate::check::{Verdict, World, seen};
use crate::item;
use crate::observed::DnsAnswer;

pub(in crate::check) fn nameservers_disagree(item: &item::Zone, world: &World) -> Verdict {
    let Some(zone) = zone(item, world) else { return nobody_asked(&item.origin, world) };
    let answers = own_answers(zone, &item.origin, "SOA");
    let names: BTreeSet<&str> = answers.iter().map(|(server, _)| server.name.as_str()).collect();
    if names.is_empty() {
        return nobody_asked(&item.origin, world);
    }
    let fault = |what: String, said: Vec<String>| {
        Verdict::fail(what)
            .expected("the same answer from every name server")
            .observed(said.join(" | "))
            .label("not of one mind")
            .help("look whether the zone was changed on one server only, and whether transfers or the provider's sync work; while they differ, it is luck what a visitor gets")
    };
    for record in &world.items.records {
        let kind = record.record.kind.name();
        if origin(&record.name, kind, world) == item.origin
            && let Some(said) = record::dissent(record, world)
        {
            let what =
                format!("the name servers of {} disagree about {}", item.origin, record::subject(record));
            return fault(what, said).at(record.place.clone());
        }
    }
    let mut serials: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (server, answer) in &answers {
        if let Some(serial) = serial(answer) {
            serials.entry(serial.to_owned()).or_default().insert(&server.name);
        }
    }
    if serials.len() > 1 {
        let said: Vec<String> = serials
            .iter()
            .map(|(serial, servers)| {
                let servers: Vec<String> = servers.iter().map(|server| (*server).to_owned()).collect();
                format!("{}: serial {serial}", seen::listed(&servers))
            })
            .collect();
        return fault(format!("the name servers of {} have different versions of it", item.origin), said);
    }
    if names.len() < 2 {
        return Verdict::not_applicable("one name server answered, so there is nothing to compare");
    }
    Verdict::pass(format!("{} name servers give the same answers", names.len()))
}

/// The third field of a SOA.
fn serial(answer: &DnsAnswer) -> Option<&str> {
    answer.values("SOA").next()?.as_str().split(' ').nth(2)
}
