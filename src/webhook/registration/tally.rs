//! How many deliveries failed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::read::{Outcome, Told};

/// The deliveries of one call, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Those that were read.
    pub told: Vec<Told>,
    /// False where there are older ones in the window that were not read.
    pub whole: bool,
    /// True where the provider was asked for the window alone.
    pub asked_for: bool,
}

/// How many events arrived and how many did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Those that did not arrive.
    pub failed: usize,
    /// All whose outcome is known.
    pub total: usize,
    /// Since when they are counted.
    pub since: Timestamp,
    /// False where some of the window were not read.
    pub whole: bool,
}

/// Counts the events of a window. Where one list was read in part, the others count only as far back as it
/// reaches: many good ones that were not read must not make few bad ones look like many.
pub fn tally(
    listings: &[Listing],
    (since, until): (Timestamp, Timestamp),
    counts: impl Fn(&str) -> bool,
) -> Tally {
    let reaches = |listing: &Listing| listing.told.iter().map(|told| told.at).min().unwrap_or(until);
    let cut = listings.iter().filter(|listing| !listing.whole).map(reaches).max();
    let since = cut.map_or(since, |cut| cut.max(since));
    let mut events: BTreeMap<&str, bool> = BTreeMap::new();
    let all = listings.iter().flat_map(|listing| listing.told.iter().map(move |told| (listing, told)));
    for (listing, told) in all {
        let in_time = if listing.asked_for {
            cut.is_none_or(|cut| told.at >= cut)
        } else {
            (since..=until).contains(&told.at)
        };
        let counted = told.outcome != Outcome::Open && told.kind.as_deref().is_none_or(&counts);
        if in_time && counted {
            *events.entry(&told.event).or_default() |= told.outcome == Outcome::Arrived;
        }
    }
    let failed = events.values().filter(|arrived| !**arrived).count();
    Tally { failed, total: events.len(), since, whole: cut.is_none() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn told(second: i64, event: &str, outcome: Outcome) -> Told {
        Told { at: at(second), kind: Some("paid".into()), event: event.into(), outcome }
    }

    fn whole(told: Vec<Told>) -> Listing {
        Listing { told, whole: true, asked_for: false }
    }

    #[test]
    fn an_event_that_arrived_later_has_arrived() {
        let told = vec![
            told(50, "a", Outcome::Arrived),
            told(40, "a", Outcome::Failed),
            told(30, "b", Outcome::Failed),
            told(20, "b", Outcome::Failed),
            told(10, "c", Outcome::Open),
        ];
        let found = tally(&[whole(told)], (at(0), at(60)), |_| true);
        assert_eq!(found, Tally { failed: 1, total: 2, since: at(0), whole: true });
    }

    #[test]
    fn only_the_window_and_the_wanted_types_count() {
        let mut other = told(30, "c", Outcome::Failed);
        other.kind = Some("other".into());
        let told = vec![
            told(99, "a", Outcome::Failed),
            told(30, "b", Outcome::Failed),
            other,
            told(1, "d", Outcome::Failed),
        ];
        let found = tally(&[whole(told)], (at(10), at(60)), |kind| kind == "paid");
        assert_eq!((found.failed, found.total), (1, 1));
    }

    #[test]
    fn lists_are_compared_over_the_same_time() {
        let bad = whole(vec![told(50, "a", Outcome::Failed), told(10, "b", Outcome::Failed)]);
        let good = Listing {
            told: vec![told(55, "c", Outcome::Arrived), told(45, "d", Outcome::Arrived)],
            whole: false,
            asked_for: false,
        };
        let found = tally(&[bad, good], (at(0), at(60)), |_| true);
        assert_eq!(found, Tally { failed: 1, total: 3, since: at(45), whole: false });
    }

    #[test]
    fn who_was_asked_for_a_window_has_kept_to_it() {
        let told = vec![told(99, "a", Outcome::Failed), told(50, "b", Outcome::Arrived)];
        let found = tally(&[Listing { told, whole: true, asked_for: true }], (at(0), at(60)), |_| true);
        assert_eq!((found.failed, found.total), (1, 2));
    }

    #[test]
    fn nothing_delivered_is_nothing_failed() {
        let found = tally(&[whole(Vec::new())], (at(0), at(60)), |_| true);
        assert_eq!((found.failed, found.total, found.whole), (0, 0, true));
    }
}
