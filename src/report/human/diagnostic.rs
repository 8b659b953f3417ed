//! The block of a failure: what is wrong, where the spec asks for it, what to do.

use super::causes::grouped;
use super::{Scene, failures, rows, snippet};
use crate::report::Finding;
use crate::report::style::{Ink, Style};
use crate::report::text::{Headline, clean};
use crate::spec::Span;

/// A block for each failure; failures that differ in nothing but the subject share one.
pub(super) fn blocks(scene: &Scene) -> Vec<Vec<String>> {
    let groups = grouped(failures(scene).into_iter(), likeness);
    groups.iter().map(|members| block(scene, members)).collect()
}

/// Everything that a block shows, with the subject's own name left out.
fn likeness(finding: &Finding) -> (&str, Span, (usize, usize), Vec<String>) {
    let texts = [&finding.expected, &finding.observed, &finding.help, &finding.label];
    let texts = texts.into_iter().map(|text| text.as_deref().unwrap_or_default());
    let texts = texts.chain([finding.level.name(), &finding.message]);
    let texts = texts.chain(finding.fix.as_deref());
    let anonymous = |text: &str| match finding.subject.as_str() {
        "" => text.to_owned(),
        subject => text.replace(subject, "\u{0}"),
    };
    let place = &finding.spec;
    (&finding.check, place.span, (place.line, place.column), texts.map(anonymous).collect())
}

fn block(scene: &Scene, members: &[&Finding]) -> Vec<String> {
    let Some(first) = members.first() else { return Vec::new() };
    let style = scene.style;
    let mut lines = headline(first, style);
    let snippet = scene.text.as_deref().and_then(|text| {
        let place = format!("{}:{}:{}", clean(&scene.report.spec.path), first.spec.line, first.spec.column);
        let label = clean(first.label.as_deref().unwrap_or_default());
        let ink = Ink::of(first.level);
        snippet::draw(text, first.spec.span, &snippet::Words { place, label, ink }, style)
    });
    match snippet {
        Some(snippet) => lines.extend(snippet),
        None => lines.extend(rows::row("spec", &place(scene, first), style)),
    }
    lines.extend(subjects(members, style));
    lines.extend(rows::optional("expected", first.expected.as_ref(), style));
    lines.extend(rows::optional("seen", first.observed.as_ref(), style));
    lines.extend(rows::optional("do", first.help.as_ref(), style));
    if first.fix.is_some() {
        lines.extend(rows::row("fix", "launch-ready plan", style));
    }
    lines.extend(evidence(members, style));
    lines.extend(then(scene, members));
    lines
}

fn headline(finding: &Finding, style: &Style) -> Vec<String> {
    let lead = format!("{} {}: ", style.level_symbol(finding.level), finding.level.name());
    let message = clean(&finding.message);
    let text = if message.is_empty() { clean(&finding.title) } else { message };
    let right = clean(&finding.check);
    Headline { lead: &lead, ink: Ink::of(finding.level), text: &text, right: &right }.lines(2, style)
}

/// `launch-ready.yaml:41:7, email.send[1]`
pub(super) fn place(scene: &Scene, finding: &Finding) -> String {
    let place = &finding.spec;
    format!("{}:{}:{}, {}", scene.report.spec.path, place.line, place.column, place.path)
}

/// Names the subjects that the headline does not.
fn subjects(members: &[&Finding], style: &Style) -> Vec<String> {
    let names: Vec<&str> = members.iter().map(|finding| finding.subject.as_str()).collect();
    let in_headline = members.first().is_some_and(|first| first.message.contains(&first.subject));
    match (in_headline, names.as_slice()) {
        (true, [_]) | (_, []) => Vec::new(),
        (true, [_, others @ ..]) => rows::row("also", &rows::names(others, style), style),
        (false, all) => rows::row("about", &rows::names(all, style), style),
    }
}

/// The facts, where they are asked for; each once.
pub(super) fn evidence(members: &[&Finding], style: &Style) -> Vec<String> {
    if style.verbose == 0 {
        return Vec::new();
    }
    let mut facts: Vec<&str> = Vec::new();
    for fact in members.iter().flat_map(|finding| &finding.evidence) {
        if !facts.contains(&fact.as_str()) {
            facts.push(fact);
        }
    }
    rows::row("evidence", &facts.join("\n"), style)
}

/// What could not be judged because of this.
pub(super) fn then(scene: &Scene, members: &[&Finding]) -> Vec<String> {
    let told = scene.causes.behind(members);
    if told.is_empty() {
        return Vec::new();
    }
    let mut text = format!("{} more could not be judged because of this", told.len());
    if scene.style.verbose > 0 {
        for finding in told {
            text.push('\n');
            text.push_str(&clean(&format!("{} {}", finding.check, finding.subject)));
        }
    }
    rows::row("then", &text, scene.style)
}
