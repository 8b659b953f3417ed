//! How long answers take: percentiles by nearest rank.

use std::time::Duration;

/// The number of the sample (from 1, in order of size) that is the percentile: the least one that at least
/// `percent` of 100 samples do not exceed. 0 where there are no samples.
pub(crate) fn rank(percent: usize, samples: usize) -> usize {
    (percent * samples).div_ceil(100).min(samples)
}

/// The percentile of samples by nearest rank; `None` where there are none.
pub(crate) fn percentile(percent: usize, samples: &[u64]) -> Option<u64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let rank = rank(percent, sorted.len()).max(1);
    sorted.get(rank - 1).copied()
}

/// How many of so many samples may take longer than a budget without the 95th percentile doing so.
pub(crate) fn may_exceed(samples: usize) -> usize {
    samples - rank(95, samples)
}

/// `p95 of 20 samples is 320 ms`; `what` is what they are, in the plural.
pub(crate) fn in_words(p95: u64, count: usize, what: &str) -> String {
    let note = if may_exceed(count) == 0 { ", their slowest" } else { "" };
    format!("p95 of {count} {what} is {}{note}", seconds(p95))
}

/// `p95 640 ms, median 49 ms, slowest 900 ms of 20`
pub(crate) fn spread(samples: &[u64]) -> String {
    let at = |percent| percentile(percent, samples).map_or("none".to_owned(), seconds);
    format!("p95 {}, median {}, slowest {} of {}", at(95), at(50), at(100), samples.len())
}

/// So many milliseconds in words: `320 ms`, `12.4 s`.
pub(crate) fn seconds(millis: u64) -> String {
    if millis < 10_000 {
        return format!("{millis} ms");
    }
    format!("{:.1} s", Duration::from_millis(millis).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_ranks() {
        assert_eq!(
            [1, 5, 19, 20, 21, 39, 40, 100].map(|count| rank(95, count)),
            [1, 5, 19, 19, 20, 38, 38, 95]
        );
        assert_eq!(percentile(95, &[]), None);
        assert_eq!(percentile(95, &[7]), Some(7));
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(percentile(95, &hundred), Some(95));
        assert_eq!(percentile(50, &[15, 20, 35, 40, 50]), Some(35));
        assert_eq!([1, 19, 20, 40, 100].map(may_exceed), [0, 0, 1, 2, 5]);
    }

    proptest! {
        #[test]
        fn it_is_the_least_sample_that_enough_do_not_exceed(
            samples in prop::collection::vec(0..50_u64, 1..200),
            percent in 1..=100_usize,
        ) {
            let value = percentile(percent, &samples).expect("samples");
            let within = |limit: u64| samples.iter().filter(|sample| **sample <= limit).count();
            prop_assert!(samples.contains(&value));
            prop_assert!(within(value) * 100 >= percent * samples.len());
            prop_assert!(value == 0 || within(value - 1) * 100 < percent * samples.len());
        }

        #[test]
        fn what_may_exceed_does_not_change_the_verdict(
            samples in prop::collection::vec(0..50_u64, 1..200),
            budget in 0..50_u64,
        ) {
            let over = samples.iter().filter(|sample| **sample > budget).count();
            let value = percentile(95, &samples).expect("samples");
            prop_assert_eq!(value > budget, over > may_exceed(samples.len()));
        }
    }
}
