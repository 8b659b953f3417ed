//! The timers of the SOA record.

use super::{own_answers, zone};
use crate::check::{Verdict, World, seen};
use crate::item;

/// Ranges of the SOA's timers in seconds: RFC 1912 section 2.2, widened by what managed DNS sets.
const TIMERS: [(&str, u32, u32); 4] = [
    ("refresh", 1_200, 86_400),
    ("retry", 120, 28_800),
    ("expire", 604_800, 3_628_800),
    ("minimum", 60, 86_400),
];

pub(in crate::check) fn soa_values(item: &item::Zone, world: &World) -> Verdict {
    let own = zone(item, world).map(|zone| own_answers(zone, &item.origin, "SOA")).unwrap_or_default();
    let answer = match own.first() {
        Some((_, answer)) => *answer,
        None => match seen::dns(&item.origin, "SOA", world) {
            Ok(answer) => answer,
            Err(verdict) => return *verdict,
        },
    };
    let Some(soa) = answer.values("SOA").next() else {
        return Verdict::unknown(format!("{} has no SOA record", item.origin));
    };
    let numbers: Vec<u32> = soa.as_str().split(' ').skip(3).filter_map(|word| word.parse().ok()).collect();
    let mut faults: Vec<String> = TIMERS
        .iter()
        .zip(&numbers)
        .filter(|((_, least, most), value)| *value < least || *value > most)
        .map(|((name, least, most), value)| format!("{name} {value} (usual: {least} to {most})"))
        .collect();
    if let [refresh, retry, ..] = numbers[..]
        && retry >= refresh
    {
        faults.push(format!("retry {retry} is not below refresh {refresh}"));
    }
    if faults.is_empty() {
        return Verdict::pass(format!("the timers are in the usual ranges: {soa}"));
    }
    let faults = seen::listed(&faults);
    Verdict::fail(format!("timers of the SOA record are unusual: {faults}"))
        .expected("timers in the ranges of RFC 1912 section 2.2")
        .observed(soa.to_string())
        .label("unusual timers")
        .help("where you run the name servers yourself, correct the SOA record; a managed DNS provider chooses its own, and nothing needs to be done")
}
