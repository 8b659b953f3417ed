//! The verdict as a sentence, and what to do next.

use std::time::Duration;

use super::{Scene, failures};
use crate::check::Status;
use crate::policy::Level;
use crate::report::style::Ink;
use crate::report::text::{HARD_BLANK, Headline, blanks, clean, plural};
use crate::report::{Report, VerdictWord};

/// The sentence, and the next command where something is to be done.
pub(super) fn lines(scene: &Scene) -> Vec<String> {
    let mut lines = sentence(scene);
    if scene.report.verdict == VerdictWord::NotReady
        && let Some(worst) = failures(scene).first()
    {
        lines.push(format!("{}next: launch-ready explain {}", blanks(super::INDENT), clean(&worst.check)));
    }
    lines
}

/// `not ready: 2 failed, 61 passed          0.9 s`
fn sentence(scene: &Scene) -> Vec<String> {
    let (lead, ink) = verdict(scene.report);
    let right = duration(scene.report.duration_ms);
    let text = parts(scene).join(", ");
    Headline { lead: &lead, ink, text: &text, right: &right }.lines(super::INDENT, scene.style)
}

/// The same as one line of any length, for scripts and logs.
pub(super) fn line(scene: &Scene) -> String {
    let (lead, ink) = verdict(scene.report);
    let text = parts(scene).join(", ").replace(HARD_BLANK, " ");
    format!("{} {text}\n", scene.style.paint(ink, lead.trim_end()))
}

fn verdict(report: &Report) -> (String, Ink) {
    let (word, ink) = match report.verdict {
        VerdictWord::Ready => ("ready", Ink::Pass),
        VerdictWord::Passed => ("passed", Ink::Pass),
        VerdictWord::NotReady => ("not ready", Ink::Error),
        VerdictWord::Undetermined => ("could not tell", Ink::Unknown),
    };
    let partial = if report.partial { " (partial run)" } else { "" };
    (format!("{word}{partial}: "), ink)
}

/// The counts in words; what made the verdict comes first. No line breaks within a part.
fn parts(scene: &Scene) -> Vec<String> {
    let counts = &scene.report.counts;
    let passed = vec![format!("{} passed", counts.pass)];
    let (failed, unknown) = (failed(scene), unknown(scene));
    let good = matches!(scene.report.verdict, VerdictWord::Ready | VerdictWord::Passed);
    let ordered = if good { [passed, failed, unknown] } else { [failed, unknown, passed] };
    let parts = ordered.into_iter().flatten().chain(waived(scene.report));
    parts.map(|part| part.replace(' ', HARD_BLANK)).collect()
}

/// `2 failed` where all are errors; otherwise how many of each level.
fn failed(scene: &Scene) -> Vec<String> {
    let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Info, "note")];
    let count = |level| {
        let failures = scene.report.findings.iter().filter(|finding| finding.status == Status::Fail);
        failures.filter(|finding| finding.level.max(Level::Info) == level).count()
    };
    let counted = levels.map(|(level, noun)| (count(level), noun));
    let words = counted.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun));
    let words: Vec<String> = words.collect();
    match counted[0].0 {
        0 => words,
        errors if words.len() == 1 => vec![format!("{errors} failed")],
        _ => vec![format!("{} failed ({})", scene.report.counts.fail, words.join(", "))],
    }
}

/// What could not be told, and apart from it what is told by its cause.
fn unknown(scene: &Scene) -> Vec<String> {
    let open = scene.causes.printed(Status::Unknown).count();
    let told = scene.causes.told();
    let causes = open + scene.report.counts.fail + scene.report.counts.waived;
    let mut parts = Vec::new();
    if open > 0 {
        // "could not tell: 1 could not be told" would say it twice.
        let twice = scene.report.verdict == VerdictWord::Undetermined;
        parts.push(format!("{open} {}", if twice { "unknown" } else { "could not be told" }));
    }
    if told > 0 {
        parts.push(format!("{told} not judged because of {}", if causes == 1 { "it" } else { "them" }));
    }
    parts
}

fn waived(report: &Report) -> Option<String> {
    let mut days: Vec<String> = report
        .findings
        .iter()
        .filter_map(|finding| finding.waiver.as_ref().map(|w| clean(&w.until)))
        .collect();
    days.sort();
    days.dedup();
    let count = report.counts.waived;
    match days.as_slice() {
        _ if count == 0 => None,
        [] => Some(format!("{count} waived")),
        [day] => Some(format!("{count} waived until {day}")),
        [first, ..] => Some(format!("{count} waived, the first until {first}")),
    }
}

/// `0.9 s`, `1 min 12 s`
fn duration(ms: u64) -> String {
    let seconds = Duration::from_millis(ms).as_secs();
    match seconds {
        0..60 => format!("{}.{} s", seconds, ms % 1000 / 100),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_short() {
        assert_eq!([0, 812, 59_999, 72_000].map(duration), ["0.0 s", "0.8 s", "59.9 s", "1 min 12 s"]);
    }
}
