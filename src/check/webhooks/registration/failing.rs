//! Whether the provider's deliveries arrive.

use jiff::SignedDuration;

use super::{Answer, answer};
use crate::check::{Status, Verdict, World, seen};
use crate::item::Webhook;
use crate::observed::{DeliveryCounts, Seen};

pub(in crate::check) fn deliveries_failing(webhook: &Webhook, world: &World) -> Verdict {
    let answer = match answer(webhook, world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    if answer.registration.deliveries.is_none() {
        let provider = &answer.provider.name;
        return Verdict::not_applicable(format!("{provider} does not tell how its deliveries fare"));
    }
    if let Err(verdict) = answer.receiving() {
        return *verdict;
    }
    match &answer.said.deliveries {
        Some(Seen::Answer(counts)) => judged(&answer, counts, world),
        Some(Seen::Unobserved(why)) => Verdict::unknown(why.as_str()),
        Some(Seen::Failed(failure)) => Verdict::unknown(failure.detail.as_str()),
        None => Verdict::unknown(seen::NOT_OBSERVED),
    }
}

fn judged(answer: &Answer, counts: &DeliveryCounts, world: &World) -> Verdict {
    let provider = &answer.provider.name;
    let DeliveryCounts { failed, total, .. } = *counts;
    let time = seen::length(world.observed.at.duration_since(counts.since).max(SignedDuration::ZERO));
    if total == 0 {
        return Verdict::pass(format!("nothing to deliver in the last {time}: no event that could fail"));
    }
    let of = if counts.whole {
        format!("{total} events of the last {time}")
    } else {
        format!("the last {total} events ({time})")
    };
    if within(failed, total, world.thresholds.webhook_failure_share) {
        let share = if failed == 0 { String::new() } else { format!(" ({})", percent(failed, total)) };
        return Verdict::pass(format!("{failed} of {of} failed{share}"));
    }
    let what = format!("{provider} could not deliver {failed} of {of}: {}", percent(failed, total));
    if counts.others > 0 {
        return shared(answer, counts, &what, world);
    }
    let most = world.thresholds.webhook_failure_share * 100.0;
    Verdict::fail(what)
        .expected(format!("at most {} % failed", number(most)))
        .observed(format!("{failed} of {total} failed, {}", percent(failed, total)))
        .label("deliveries fail")
        .help(format!(
            "open the failed deliveries under {}: each shows the status and body that the endpoint answered; mend that, then have them sent again",
            answer.console()
        ))
}

/// The provider counts an event as failed where any endpoint of the account has not taken it.
fn shared(answer: &Answer, counts: &DeliveryCounts, what: &str, world: &World) -> Verdict {
    let stale = super::stale::registration_stale(answer.webhook, world);
    if stale.status == Status::Fail {
        let reason = "the provider delivers to another address too, and does not say which of them failed";
        return Verdict::not_judged("webhooks/registration-stale", answer.webhook.name, reason);
    }
    let others = match counts.others {
        1 => "another endpoint of the account is".to_owned(),
        others => format!("{others} other endpoints of the account are"),
    };
    Verdict::unknown(format!(
        "{what}; {others} sent the same types, and {} does not say which of them failed: see under {}",
        answer.provider.name,
        answer.console()
    ))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
fn within(failed: usize, total: usize, share: f64) -> bool {
    failed as f64 <= share * total as f64
}

/// `2.5 %`
#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
fn percent(failed: usize, total: usize) -> String {
    format!("{} %", number(100.0 * failed as f64 / total as f64))
}

/// With one digit behind the point where that says something; two where one would be zero.
fn number(value: f64) -> String {
    let text = if value > 0.0 && value < 0.1 { format!("{value:.2}") } else { format!("{value:.1}") };
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_compared_exactly_and_shown_short() {
        assert!(within(1, 100, 0.01) && !within(2, 100, 0.01) && within(0, 5, 0.0));
        assert_eq!([percent(1, 40), percent(1, 2), percent(3, 10_000)], ["2.5 %", "50 %", "0.03 %"]);
    }
}
