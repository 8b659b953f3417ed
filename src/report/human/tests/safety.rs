//! Whatever is in the texts, the terminal shows it and does nothing.

use super::style;
use crate::check::Status;
use crate::report::fixture::{
    document, document_with, hostile, not_ready, partial, ready, report, undetermined, without_colour,
};
use crate::report::human::render;
use crate::report::text::{columns, is_harmful};
use crate::report::{Finding, Style, VerdictWord};
use crate::spec::Span;

#[test]
fn colour_adds_nothing_but_colour() {
    for report in [not_ready(), ready(), partial(), undetermined()] {
        let verbose = Style { verbose: 2, ..style(80) };
        let plain = render(&report, Some(&document()), &verbose);
        let coloured = render(&report, Some(&document()), &Style { color: true, ..verbose });
        assert_ne!(plain, coloured);
        assert_eq!(without_colour(&coloured), plain);
    }
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for width in [60, 72, 100, 160] {
        for report in [not_ready(), ready(), partial(), undetermined()] {
            let text = render(&report, Some(&document()), &style(width));
            for line in text.lines() {
                assert!(columns(line) <= width, "{} columns: {line}", columns(line));
            }
        }
    }
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let text = "\u{1b}[2J\u{202e}evil\rgood\u{7}\nsecond line\t\u{9b}1m";
    let report = report(VerdictWord::NotReady, vec![hostile(Status::Fail, text)]);
    let document = document_with(&format!("domain: {text}\n"));
    insta::assert_snapshot!(render(&report, Some(&document), &style(100)), @r"
    × error: \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m
                                              \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m
         ╭─ launch-ready.yaml:3:1
       1 │ domain: \u{1b}[2J\u{202e}evil\u{d}good\u{7}
       2 │ second line \u{9b}1m
         ╰     ━━━━━━ \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m
      expected  \u{1b}[2J\u{202e}evil\u{d}good\u{7}
                second line \u{9b}1m
      seen      \u{1b}[2J\u{202e}evil\u{d}good\u{7}
                second line \u{9b}1m
      do        \u{1b}[2J\u{202e}evil\u{d}good\u{7}
                second line \u{9b}1m

    area                                                      pass  fail  unknown  waived
    \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m     .     1        .       .

    not ready: 1 failed, 0 passed                                                                0.9 s
    next: launch-ready explain \u{1b}[2J\u{202e}evil\u{d}good\u{7} second line \u{9b}1m
    ");
}

#[test]
fn a_text_without_end_is_cut() {
    let report = report(VerdictWord::NotReady, vec![hostile(Status::Fail, &"x".repeat(10_000))]);
    let text = render(&report, None, &style(100));
    assert!(text.contains("more with -v"), "{text}");
}

fn any_status() -> impl proptest::strategy::Strategy<Value = Status> {
    proptest::sample::select(vec![
        Status::Fail,
        Status::Unknown,
        Status::Waived,
        Status::Pass,
        Status::NotApplicable,
    ])
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(96))]

    /// Whatever a finding or the spec says, and wherever the finding points to.
    #[test]
    fn no_control_character_reaches_the_terminal(
        texts in proptest::collection::vec(("(?s).{0,60}", any_status()), 1..4),
        spec in "(?s).{0,200}",
        (start, len) in (0..220usize, 0..60usize),
        (width, verbose) in (0..120usize, 0..3u8),
    ) {
        let mut findings: Vec<Finding> =
            texts.iter().map(|(text, status)| hostile(*status, text)).collect();
        for finding in &mut findings {
            finding.spec.span = Span { start, end: start + len };
        }
        let report = report(VerdictWord::NotReady, findings);
        let style = Style { width, verbose, ..Style::default() };
        let text = render(&report, Some(&document_with(&spec)), &style);
        proptest::prop_assert!(!text.chars().any(|c| c != '\n' && is_harmful(c)), "{text:?}");
        let coloured = render(&report, Some(&document_with(&spec)), &Style { color: true, ..style });
        proptest::prop_assert_eq!(without_colour(&coloured), text);
    }
}
