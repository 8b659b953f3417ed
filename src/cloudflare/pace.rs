//! How fast the API may be asked: what its header fields say of it.

use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The pause where a 429 does not say one.
const UNSAID: Duration = Duration::from_secs(5);
/// Longer pauses are as good as these: the API blocks for five minutes.
const LONGEST: Duration = Duration::from_hours(24);

/// How long to wait after a 429: seconds, or a date, which counts from the answer's own (RFC 9110 section
/// 10.2.3), since the two clocks need not agree.
pub(super) fn after_refusal(headers: &HeaderMap) -> Duration {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let Some(asked) = text(&RETRY_AFTER) else {
        return reset(headers).unwrap_or(UNSAID).min(LONGEST);
    };
    if let Ok(seconds) = asked.parse() {
        return Duration::from_secs(seconds).min(LONGEST);
    }
    let moment = |text: &str| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    let pause = moment(asked).zip(text(&DATE).and_then(moment)).map(|(until, now)| until.duration_since(now));
    pause.map_or(UNSAID, |pause| Duration::try_from(pause).unwrap_or_default()).min(LONGEST)
}

/// How long to wait before the next request where an answer says that none is left.
pub(super) fn after_answer(headers: &HeaderMap) -> Option<Duration> {
    (remaining(headers)? == 0).then(|| reset(headers).unwrap_or(UNSAID).min(LONGEST))
}

/// `x-ratelimit-remaining: 0`, or `r=0` in `ratelimit: "default";r=0;t=30`.
fn remaining(headers: &HeaderMap) -> Option<u64> {
    number(headers, "x-ratelimit-remaining").or_else(|| parameter(headers, "r"))
}

fn reset(headers: &HeaderMap) -> Option<Duration> {
    // Some send a moment instead of seconds; nobody waits for decades.
    let seconds = number(headers, "x-ratelimit-reset").or_else(|| parameter(headers, "t"))?;
    Some(Duration::from_secs(seconds)).filter(|pause| *pause <= LONGEST)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn parameter(headers: &HeaderMap, name: &str) -> Option<u64> {
    let text = headers.get("ratelimit")?.to_str().ok()?;
    let mut parameters = text.split([';', ',']).filter_map(|part| part.trim().split_once('='));
    parameters.find(|(key, _)| *key == name)?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let field = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        fields.iter().map(field).collect()
    }

    fn refusal(fields: &[(&'static str, &'static str)]) -> u64 {
        after_refusal(&headers(fields)).as_secs()
    }

    #[test]
    fn a_pause_is_seconds_or_a_date_by_the_clock_of_the_answer() {
        assert_eq!(refusal(&[("retry-after", "7")]), 7);
        let date = ("date", "Sat, 21 Nov 2026 17:00:00 GMT");
        assert_eq!(refusal(&[date, ("retry-after", "Sat, 21 Nov 2026 17:00:40 GMT")]), 40);
        assert_eq!(refusal(&[date, ("retry-after", "Sat, 21 Nov 2026 16:00:00 GMT")]), 0);
    }

    #[test]
    fn a_pause_that_is_not_said_or_makes_no_sense_is_short() {
        assert_eq!(refusal(&[]), 5);
        assert_eq!(refusal(&[("retry-after", "soon")]), 5);
        assert_eq!(refusal(&[("x-ratelimit-reset", "9")]), 9);
        assert_eq!(refusal(&[("x-ratelimit-reset", "1795280000")]), 5);
        assert_eq!(refusal(&[("retry-after", "99999999999")]), 24 * 60 * 60);
    }

    #[test]
    fn who_has_no_request_left_waits_before_the_next() {
        let after = |fields: &[_]| after_answer(&headers(fields)).map(|pause| pause.as_secs());
        assert_eq!(after(&[("ratelimit", "\"default\";r=0;t=30")]), Some(30));
        assert_eq!(after(&[("ratelimit", "\"default\";r=50;t=30")]), None);
        assert_eq!(after(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "3")]), Some(3));
        assert_eq!(after(&[]), None);
    }
}
