//! Follows aliases (CNAME records) through the answers that were seen.

use std::fmt;

use crate::check::{World, seen};
use crate::observed::{DnsAnswer, Seen};

/// Aliases that may follow each other.
pub(in crate::check) const LONGEST: usize = 8;

/// A name and the names that its aliases lead through.
#[derive(Debug, PartialEq)]
pub(in crate::check) struct Chain {
    /// The name asked first; in a loop, the repeated name stands last once more.
    names: Vec<String>,
    /// How it ends.
    pub(in crate::check) end: End,
}

/// How a chain of aliases ends.
#[derive(Debug, PartialEq)]
pub(in crate::check) enum End {
    /// At a name that exists.
    Exists,
    /// At a name that does not exist.
    Missing,
    /// At a name that was there before.
    Loop,
    /// Not within [`LONGEST`] aliases.
    TooLong,
    /// Nobody knows; the reason.
    Unknown(String),
}

impl Chain {
    /// Follows a name.
    pub(in crate::check) fn of(name: &str, world: &World) -> Self {
        let (names, end) = walk(name, world);
        let here = names.last().map_or(name, String::as_str);
        let end = end.unwrap_or_else(|| end_at(name, here, world));
        Self { names, end }
    }

    /// True where the aliases lead in a ring, or further than anybody follows.
    pub(in crate::check) fn never_ends(&self) -> bool {
        matches!(self.end, End::Loop | End::TooLong)
    }

    /// True where the name is an alias of another.
    pub(in crate::check) fn is_alias(&self) -> bool {
        self.names.len() > 1
    }

    /// The names that the aliases lead to.
    pub(in crate::check) fn targets(&self) -> impl Iterator<Item = &str> {
        self.names.iter().skip(1).map(String::as_str)
    }

    /// The last name.
    pub(in crate::check) fn last(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// The name whose record points at the last one.
    pub(in crate::check) fn owner(&self) -> &str {
        let before_last = self.names.len().saturating_sub(2);
        self.names.get(before_last).map_or("", String::as_str)
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.names.iter().map(|n| seen::cut(n)).collect();
        f.write_str(&shown.join(" -> "))
    }
}

/// A name and those that its aliases lead through, as far as they were seen; how they never end,
/// where they do not.
fn walk(name: &str, world: &World) -> (Vec<String>, Option<End>) {
    let mut names = vec![name.to_ascii_lowercase()];
    let mut here = names[0].clone();
    while let Some(next) = target(name, &here, world) {
        let again = names.contains(&next);
        names.push(next.clone());
        if again {
            return (names, Some(End::Loop));
        }
        if names.len() > LONGEST + 1 {
            return (names, Some(End::TooLong));
        }
        here = next;
    }
    (names, None)
}

/// The last name that the aliases of a name are known to lead to; the name itself where it has none.
pub(super) fn last(name: &str, world: &World) -> String {
    walk(name, world).0.pop().unwrap_or_default()
}

/// The answers that may speak about `here` on the way from `name`.
fn answers<'w>(name: &str, here: &str, world: &'w World) -> Vec<&'w DnsAnswer> {
    let questions = [name, here].into_iter().flat_map(|n| ["A", "AAAA", "CNAME"].map(|kind| (n, kind)));
    questions
        .filter_map(|(n, kind)| match world.observed.dns(n, kind) {
            Some(Seen::Answer(answer)) => Some(answer),
            _ => None,
        })
        .collect()
}

/// What `here` is an alias of.
fn target(name: &str, here: &str, world: &World) -> Option<String> {
    let answers = answers(name, here, world);
    let mut aliases = answers.iter().flat_map(|answer| answer.of_type("CNAME"));
    aliases
        .find(|record| plain(record.name.as_str()) == plain(here))
        .map(|record| plain(record.value.as_str()))
}

/// A name as names are compared.
fn plain(name: &str) -> String {
    name.trim().trim_end_matches('.').to_ascii_lowercase()
}

fn end_at(name: &str, here: &str, world: &World) -> End {
    let answers = answers(name, here, world);
    // An answer for another name than `name` only follows the chain where it asked for an address.
    let spoke = |n: &str, kinds: &[&str]| {
        kinds.iter().any(|kind| matches!(world.observed.dns(n, kind), Some(Seen::Answer(_))))
    };
    if answers.iter().any(|answer| answer.nxdomain) {
        End::Missing
    } else if spoke(name, &["A", "AAAA"]) || spoke(here, &["A", "AAAA", "CNAME"]) {
        End::Exists
    } else {
        End::Unknown(why_not(name, world))
    }
}

/// In the observation's own words: what they are the consequence of is asked where chains are judged.
fn why_not(name: &str, world: &World) -> String {
    match world.observed.dns(name, "A") {
        Some(Seen::Unobserved(reason)) => reason.to_string(),
        Some(Seen::Failed(failure)) => failure.detail.to_string(),
        Some(Seen::Answer(_)) | None => seen::NOT_OBSERVED.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::examples::Fixture;
    use proptest::prelude::*;

    fn fixture(aliases: &[(&str, &str)], end: &str, nxdomain: bool) -> Fixture {
        let records: Vec<String> = aliases
            .iter()
            .map(|(name, value)| format!("{{name: {name}, type: CNAME, value: {value}}}"))
            .chain((!end.is_empty()).then(|| format!("{{name: {end}, type: A, value: 8.8.8.8}}")))
            .collect();
        let observed = format!(
            "at: 2026-11-21T12:00:00Z\ndns:\n  a.test A: {{answer: {{nxdomain: {nxdomain}, records: [{}]}}}}\n",
            records.join(", ")
        );
        Fixture::new("domain: a.test\n", &observed).expect("a fixture")
    }

    #[test]
    fn chains_end_in_every_way() {
        let cases = [
            (&[][..], "a.test", false, End::Exists, "a.test"),
            (&[("a.test", "B.test.")][..], "b.test", false, End::Exists, "a.test -> b.test"),
            (&[("a.test", "b.test")][..], "", true, End::Missing, "a.test -> b.test"),
            (
                &[("a.test", "b.test"), ("b.test", "a.test")],
                "",
                false,
                End::Loop,
                "a.test -> b.test -> a.test",
            ),
            (&[("a.test", "a.test")][..], "", false, End::Loop, "a.test -> a.test"),
        ];
        for (aliases, end, nxdomain, expected, shown) in cases {
            let fixture = fixture(aliases, end, nxdomain);
            let chain = Chain::of("a.test", &fixture.world());
            assert_eq!(chain.end, expected, "{shown}");
            assert_eq!(chain.to_string(), shown);
        }
    }

    #[test]
    fn nine_aliases_are_too_long() {
        let names: Vec<String> =
            std::iter::once("a.test".to_owned()).chain((1..10).map(|n| format!("n{n}.test"))).collect();
        let links: Vec<(&str, &str)> = names.windows(2).map(|w| (w[0].as_str(), w[1].as_str())).collect();
        assert_eq!(Chain::of("a.test", &fixture(&links, "n9.test", false).world()).end, End::TooLong);
        assert_eq!(Chain::of("a.test", &fixture(&links[..8], "n8.test", false).world()).end, End::Exists);
    }

    #[test]
    fn nothing_observed_is_unknown() {
        let fixture = Fixture::new("domain: a.test\n", "at: 2026-11-21T12:00:00Z\n").expect("a fixture");
        assert_eq!(Chain::of("a.test", &fixture.world()).end, End::Unknown(seen::NOT_OBSERVED.into()));
    }

    proptest! {
        #[test]
        fn every_set_of_aliases_has_an_end(links in prop::collection::vec(("[ab]\\.test", "[abc]\\.test"), 0..12)) {
            let links: Vec<(&str, &str)> = links.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            let chain = Chain::of("a.test", &fixture(&links, "", false).world());
            prop_assert!(chain.names.len() <= LONGEST + 2);
        }
    }
}
