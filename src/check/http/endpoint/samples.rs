//! What many answers to the same question show: how long they take, and whether all of them are right.

use std::collections::BTreeMap;

use crate::check::{Status, Verdict, World, seen};
use crate::item::Endpoint;
use crate::latency::{in_words, may_exceed, percentile, seconds, spread};
use crate::observed::{Sample, Seen};
use crate::spec::Place;

/// Faults that the evidence lists.
const MOST_FAULTS: usize = 10;

/// The samples of an endpoint, or the verdict without them.
fn samples<'w>(endpoint: &Endpoint, world: &'w World) -> seen::Judged<&'w [Sample]> {
    if endpoint.samples() == 0 {
        return Err(Box::new(Verdict::not_applicable(
            "it is asked once: neither `p95` nor `samples` is declared",
        )));
    }
    super::right(endpoint, world)?;
    match world.observed.samples.get(endpoint.url.as_str()) {
        Some(samples) => Ok(samples),
        None => Err(Box::new(Verdict::unknown(seen::NOT_OBSERVED))),
    }
}

/// What is wrong with one sample: another status, or none. A server that wants to be asked less often says
/// nothing about the service.
fn fault(sample: &Sample, endpoint: &Endpoint) -> Option<String> {
    match &sample.status {
        Seen::Answer(429) | Seen::Unobserved(_) => None,
        Seen::Answer(status) => {
            let right = endpoint.status().map_or(*status < 500, |wanted| wanted == *status);
            (!right).then(|| status.to_string())
        }
        Seen::Failed(failure) => Some(failure.detail.to_string()),
    }
}

pub(in crate::check) fn flaky(endpoint: &Endpoint, world: &World) -> Verdict {
    let samples = match samples(endpoint, world) {
        Ok(samples) => samples,
        Err(verdict) => return *verdict,
    };
    let faults: Vec<(usize, String)> = samples
        .iter()
        .enumerate()
        .filter_map(|(index, sample)| Some((index + 1, fault(sample, endpoint)?)))
        .collect();
    if !faults.is_empty() {
        return some_fail(endpoint, samples.len(), &faults);
    }
    let (wanted, came) = (endpoint.samples() + 1, answered(samples));
    if came < wanted {
        // Samples end early too where the budget cannot be kept any more.
        return match latency(endpoint, world).status {
            Status::Fail => {
                let reason = "the answers take so long that not all samples were taken";
                Verdict::not_judged("http/latency", endpoint.url.as_str(), reason)
            }
            _ => Verdict::unknown(too_few(samples, wanted)),
        };
    }
    Verdict::pass(format!("all {wanted} requests were answered alike"))
}

fn some_fail(endpoint: &Endpoint, asked: usize, faults: &[(usize, String)]) -> Verdict {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, what) in faults {
        *kinds.entry(what).or_default() += 1;
    }
    let kinds: Vec<String> =
        kinds.into_iter().map(|(what, count)| format!("{what} {}", times(count))).collect();
    let message = format!("{} of {asked} requests to {} failed", faults.len(), seen::shown(&endpoint.url));
    let expected = endpoint.status().map_or("no error".to_owned(), |status| format!("{status} every time"));
    let verdict = Verdict::fail(message)
        .expected(expected)
        .observed(seen::listed(&kinds))
        .label("fails at times")
        .help("one of several instances is most often broken or still starting: compare their logs at the time of this run, and take an instance out of the balancer until its readiness check passes");
    let shown = faults.iter().take(MOST_FAULTS);
    shown.fold(verdict, |verdict, (number, what)| verdict.evidence(format!("request {number}: {what}")))
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

/// How many were answered by the service.
fn answered(samples: &[Sample]) -> usize {
    samples.iter().filter(|sample| is_answer(sample)).count()
}

fn is_answer(sample: &Sample) -> bool {
    matches!(sample.status, Seen::Answer(status) if status != 429)
}

fn too_few(samples: &[Sample], wanted: usize) -> String {
    let came = answered(samples);
    let why = match samples.last().map(|sample| &sample.status) {
        Some(Seen::Answer(429)) => "then the server answered 429: it wants to be asked less often",
        Some(Seen::Unobserved(reason)) => reason.as_str(),
        _ => "then the run's time was over",
    };
    format!("only {came} of {wanted} requests were answered; {why}")
}

pub(in crate::check) fn latency(endpoint: &Endpoint, world: &World) -> Verdict {
    let Some(budget) = &endpoint.declared.p95 else {
        return Verdict::not_applicable("no `p95` is declared");
    };
    let samples = match samples(endpoint, world) {
        Ok(samples) => samples,
        Err(verdict) => return *verdict,
    };
    if samples.iter().any(|sample| fault(sample, endpoint).is_some()) {
        return Verdict::not_judged("http/flaky", endpoint.url.as_str(), "some of its samples fail");
    }
    let warm = samples.iter().skip(1).filter(|sample| is_answer(sample));
    let warm: Vec<u64> = warm.map(|sample| sample.millis).collect();
    let limit = u64::try_from(budget.value.0.as_millis()).unwrap_or(u64::MAX);
    let place = Place::new(format!("{}.p95", endpoint.path), budget.span);
    let verdict = match (percentile(95, &warm), too_late(&warm, limit, endpoint)) {
        (_, Some(message)) => too_slow(message, limit).at(place).observed(spread(&warm)),
        (Some(p95), None) if warm.len() == endpoint.samples() => {
            Verdict::pass(in_words(p95, warm.len(), "samples")).evidence(spread(&warm))
        }
        _ => return Verdict::unknown(too_few(samples, endpoint.samples() + 1)),
    };
    match samples.first().filter(|sample| is_answer(sample)) {
        Some(first) => {
            verdict.evidence(format!("the first call took {} and is not counted", seconds(first.millis)))
        }
        None => verdict,
    }
}

/// What is wrong where the budget is not kept, or cannot be any more whatever the samples that did not
/// come had been.
fn too_late(warm: &[u64], limit: u64, endpoint: &Endpoint) -> Option<String> {
    let (wanted, url) = (endpoint.samples(), seen::shown(&endpoint.url));
    let late = warm.iter().filter(|millis| **millis > limit).count();
    if late <= may_exceed(wanted) {
        return None;
    }
    if warm.len() < wanted {
        let (came, limit) = (warm.len(), seconds(limit));
        return Some(format!(
            "{late} of the first {came} answers of {url} took longer than {limit}, so that 95 of 100 cannot keep it"
        ));
    }
    let words = in_words(percentile(95, warm)?, warm.len(), "samples");
    Some(format!("{url} is too slow: {words}, over the {} that is declared", seconds(limit)))
}

fn too_slow(message: String, limit: u64) -> Verdict {
    Verdict::fail(message)
        .expected(format!("at most {}", seconds(limit)))
        .label("too slow")
        .help("look where the time goes (the service's own log, `Server-Timing`, the database); an answer that may be seconds old can be cached at the edge; from far away the way itself counts: run from where the users are, or raise the budget")
}
