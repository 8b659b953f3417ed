//! The order of an answer's records: resolvers rotate the records of a set, and two runs over the
//! same data must say the same.

use crate::observed::{DnsRecord, Remote};

/// The aliases first, as they lead on from `asked`, then everything else by its content.
pub(super) fn sorted(records: Vec<DnsRecord>, asked: &str) -> Vec<DnsRecord> {
    let (aliases, mut others): (Vec<_>, Vec<_>) =
        records.into_iter().partition(|record| record.kind == "CNAME");
    others.sort_by(by_content);
    let mut sorted = chained(aliases, asked);
    sorted.append(&mut others);
    sorted
}

/// Aliases that lead on from nowhere stand last. Each link looks at all that are left, which is
/// little: messages with more than some hundred records are not read.
fn chained(mut aliases: Vec<DnsRecord>, asked: &str) -> Vec<DnsRecord> {
    aliases.sort_by(by_content);
    let mut chain: Vec<DnsRecord> = Vec::with_capacity(aliases.len());
    let mut here = asked.to_owned();
    loop {
        let (at, rest): (Vec<_>, Vec<_>) =
            aliases.into_iter().partition(|record| record.name.as_str() == here);
        aliases = rest;
        let Some(first) = at.first() else { break };
        first.value.as_str().clone_into(&mut here);
        chain.extend(at);
    }
    chain.append(&mut aliases);
    chain
}

fn by_content(one: &DnsRecord, other: &DnsRecord) -> std::cmp::Ordering {
    fn key(record: &DnsRecord) -> (&str, &Remote, Option<u16>, &Remote, u32) {
        (&record.kind, &record.name, record.priority, &record.value, record.ttl)
    }
    key(one).cmp(&key(other))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::Strategy;

    use super::*;

    fn record(line: &str) -> DnsRecord {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, kind, priority, value] = words.as_slice() else { panic!("four words: {line}") };
        DnsRecord {
            name: (*name).into(),
            kind: (*kind).to_owned(),
            ttl: 300,
            priority: priority.parse().ok(),
            value: (*value).into(),
        }
    }

    const ANSWER: [&str; 6] = [
        "www.a.test CNAME - z.a.test",
        "z.a.test CNAME - b.a.test",
        "odd.a.test CNAME - www.a.test",
        "b.a.test A - 192.0.2.1",
        "b.a.test MX 5 z.a.test",
        "b.a.test MX 10 a.a.test",
    ];

    proptest::proptest! {
        #[test]
        fn the_order_of_the_wire_is_forgotten(lines in proptest::sample::subsequence(&ANSWER[..], 6).prop_shuffle()) {
            let records = lines.iter().map(|line| record(line)).collect();
            let expected: Vec<DnsRecord> = ANSWER.iter().map(|line| record(line)).collect();
            proptest::prop_assert_eq!(sorted(records, "www.a.test"), expected);
        }

        #[test]
        fn no_ring_of_aliases_is_endless(links in proptest::collection::vec(("[ab]", "[abc]"), 0..8)) {
            let records: Vec<DnsRecord> = links.iter().map(|(a, b)| record(&format!("{a} CNAME - {b}"))).collect();
            proptest::prop_assert_eq!(sorted(records.clone(), "a").len(), records.len());
        }
    }
}
