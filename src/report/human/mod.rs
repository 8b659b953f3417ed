//! The report for people: one block per cause, then what is accepted, the areas, and the verdict
//! last, where the eye is when the program ends.

mod applied;
mod causes;
mod diagnostic;
mod redact;
mod rows;
mod snippet;
mod source;
mod summary;
mod table;
mod unknown;

#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use super::model::{Finding, Report, WaiverFacts};
use super::style::{Ink, Style};
use super::text::{clean, columns, cut, pad, wrap_with};
use crate::check::Status;
use crate::spec::Document;
use causes::Causes;

/// The columns left of every line.
const INDENT: usize = 2;

/// What is needed to print any part of one report.
struct Scene<'a> {
    report: &'a Report,
    /// The spec's text, without secrets.
    text: Option<String>,
    causes: Causes<'a>,
    style: &'a Style,
}

/// A report as text. `document` is the spec that was judged; without it the places are named and
/// not shown.
pub fn render(report: &Report, document: Option<&Document>, style: &Style) -> String {
    let text = document.filter(|_| !style.quiet).map(redact::text);
    let scene = Scene { report, text, causes: Causes::of(report), style };
    if style.quiet {
        return summary::line(&scene);
    }
    let mut blocks = Vec::new();
    if style.verbose > 0 {
        blocks.push(vec![format!("  {}", style.paint(Ink::Dim, &facts(report)))]);
    }
    blocks.extend(diagnostic::blocks(&scene));
    blocks.extend(unknown::blocks(&scene));
    blocks.push(waived(&scene));
    blocks.push(listed(&scene, Status::Pass, 1));
    blocks.push(listed(&scene, Status::NotApplicable, 2));
    blocks.push(table::lines(report, style));
    blocks.push(report.applied.as_ref().map(|applied| applied::lines(applied, style)).unwrap_or_default());
    blocks.push(not_judged(&scene));
    blocks.push(not_checked(&scene));
    blocks.push(summary::lines(&scene));
    finish(&blocks)
}

/// Several reports, each under the name of its spec.
pub fn render_many(reports: &[(&Report, Option<&Document>)], style: &Style) -> String {
    let named = |(report, document): &(&Report, Option<&Document>)| {
        let path = clean(&report.spec.path);
        let text = render(report, *document, style);
        if style.quiet {
            return format!("{path}: {text}");
        }
        let product = report.spec.product.as_deref().unwrap_or(&report.spec.domain);
        format!("{}  {}\n\n{text}", style.paint(Ink::Strong, &path), style.paint(Ink::Dim, &clean(product)))
    };
    let texts: Vec<String> = reports.iter().map(named).collect();
    texts.join(if style.quiet { "" } else { "\n" })
}

/// The blocks with a blank line between them and none at the end.
fn finish(blocks: &[Vec<String>]) -> String {
    let full: Vec<String> =
        blocks.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    format!("{}\n", full.join("\n\n"))
}

fn facts(report: &Report) -> String {
    let (path, policy) = (clean(&report.spec.path), clean(&report.policy));
    format!("{path}, policy {policy}, judged as of {}", report.at)
}

/// One entry for each waived finding.
fn waived(scene: &Scene) -> Vec<String> {
    scene.causes.printed(Status::Waived).flat_map(|finding| waived_lines(scene, finding)).collect()
}

fn waived_lines(scene: &Scene, finding: &Finding) -> Vec<String> {
    let style = scene.style;
    let lead = format!("{} waived", style.symbol(Status::Waived));
    let (until, reason) = finding.waiver.as_ref().map(waiver_words).unwrap_or_default();
    let told = scene.causes.behind(&[finding]).len();
    let then = if told == 0 { String::new() } else { format!("; {told} more not judged because of it") };
    let (check, subject) = (clean(&finding.check), clean(&finding.subject));
    let text = format!("{lead}{until}: {check} {subject}{reason}{then}");
    let lines = wrap_with(&text, style.columns(), "  ", "    ");
    lines.iter().map(|line| style.paint(Ink::Dim, line)).collect()
}

fn waiver_words(waiver: &WaiverFacts) -> (String, String) {
    let by = if waiver.owner.is_empty() { String::new() } else { format!(" by {}", clean(&waiver.owner)) };
    let until = format!(" until {}{by}", clean(&waiver.until));
    (until, format!(", {}", clean(&waiver.reason)))
}

/// One line for each finding of this status, where so much is wanted.
fn listed(scene: &Scene, status: Status, verbose: u8) -> Vec<String> {
    if scene.style.verbose < verbose {
        return Vec::new();
    }
    scene.causes.printed(status).map(|finding| listed_line(finding, scene.style)).collect()
}

fn listed_line(finding: &Finding, style: &Style) -> String {
    let symbol = style.symbol(finding.status);
    let (check, subject, message) = (clean(&finding.check), clean(&finding.subject), clean(&finding.message));
    let about = if message.contains(&subject) { message } else { format!("{subject}: {message}") };
    let room = style.columns().saturating_sub(INDENT + 2 + 2 + columns(&check)).max(20);
    let text = pad(&cut(&about, room, style.ellipsis()), room);
    let ink = if finding.status == Status::Pass { Ink::Pass } else { Ink::Dim };
    format!("  {} {text}  {}", style.paint(ink, symbol), style.paint(Ink::Dim, &check))
}

/// The sections of the spec that no check of this version looks at.
fn not_judged(scene: &Scene) -> Vec<String> {
    if scene.report.not_judged.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = scene.report.not_judged.iter().map(|name| clean(name)).collect();
    let text = format!("not judged by this version: {}", names.join(", "));
    let lines = wrap_with(&text, scene.style.columns(), "  ", "    ");
    lines.iter().map(|line| scene.style.paint(Ink::Dim, line)).collect()
}

/// What the policy asks for and nobody looked at, a line each.
fn not_checked(scene: &Scene) -> Vec<String> {
    let asked = &scene.report.not_checked;
    if asked.is_empty() {
        return Vec::new();
    }
    let head = format!("not checked, though policy {} asks for it:", clean(&scene.report.policy));
    let mut lines = wrap_with(&head, scene.style.columns(), "  ", "    ");
    for line in asked {
        lines.extend(wrap_with(&clean(line), scene.style.columns(), "    - ", "      "));
    }
    lines.iter().map(|line| scene.style.paint(Ink::Dim, line)).collect()
}

/// The failures that are printed, worst first.
fn failures<'a>(scene: &Scene<'a>) -> Vec<&'a Finding> {
    let mut failures: Vec<&Finding> = scene.causes.printed(Status::Fail).collect();
    failures.sort_by_key(|finding| Reverse(finding.level));
    failures
}
