//! The spec's lines.

use super::{header_missing, style};
use crate::report::VerdictWord;
use crate::report::fixture::{document_with, report};
use crate::report::human::render;
use crate::spec::Span;

/// The snippet alone, of a spec with a finding at these bytes.
fn snippet(text: &str, span: Span) -> String {
    let mut finding = header_missing("circlegarden.test");
    finding.spec.span = span;
    finding.label = Some("here".into());
    let report = report(VerdictWord::NotReady, vec![finding]);
    let text = render(&report, Some(&document_with(text)), &style(60));
    let lines = text.lines().skip_while(|line| !line.contains('╭')).skip(1);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_place_that_is_only_a_start_is_shown_whole() {
    let at = |text: &str, needle: &str, len: usize| {
        let start = text.find(needle).expect("the needle");
        snippet(text, Span { start, end: start + len })
    };
    let flow = "a: {b: \"}\", c: [don't, 1], 'd': 2}  # e\n";
    insta::assert_snapshot!(at(flow, "{", 1), @r#"
    1 │ a: {b: "}", c: [don't, 1], 'd': 2}  # e
      ╰    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ here
    "#);
    insta::assert_snapshot!(at(flow, "[", 1), @r#"
    1 │ a: {b: "}", c: [don't, 1], 'd': 2}  # e
      ╰                ━━━━━━━━━━ here
    "#);
    insta::assert_snapshot!(at("a: {b: 1\n", "{", 1), @r"
    1 │ a: {b: 1
      ╰    ━ here
    ");
    insta::assert_snapshot!(at("hosts:\n  app: x\n  www: y\n", "app", 0), @r"
    1 │ hosts:
    2 │   app: x
      ╰   ━━━━━━ here
    ");
    insta::assert_snapshot!(at("a: 1\nb: 2\n", "\nb", 1), @r"
    1 │ a: 1
      ╰     ━ here
    ");
}

#[test]
fn of_a_long_place_the_ends_are_shown() {
    let text = "a:\r\n  b: 1\r\n  c: 2\r\n  d: 3\r\n  e: 4\r\n  f: 5\r\n";
    insta::assert_snapshot!(snippet(text, Span { start: 6, end: text.len() }), @r"
    1 │ a:
    2 ┃   b: 1
    3 ┃   c: 2
    4 ┃   d: 3
      ⋮
    6 ┃   f: 5
      ╰ here
    ");
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let (before, after) = ("検証, ".repeat(40), "x, ".repeat(5_000));
    let text = format!("a: [{before}, \u{1b}[31m needle\u{202e}\tend, {after}]\n");
    let start = text.find("needle").expect("the needle");
    insta::assert_snapshot!(snippet(&text, Span { start, end: start + "needle".len() }), @r"
    1 │ …, , \u{1b}[31m needle\u{202e} end, x, x, x, x, x,…
      ╰                 ━━━━━━ here
    ");
    insta::assert_snapshot!(snippet(&text, Span { start, end: text.len() }), @r"
    1 │ …, , \u{1b}[31m needle\u{202e} end, x, x, x, x, x,…
      │                 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      ╰                 here
    ");
    insta::assert_snapshot!(snippet(&text, Span { start: text.len() - 2, end: text.len() }), @r"
    1 │ …x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, ]
      │                                                  ━
      ╰                                                here
    ");
}

#[test]
fn a_place_that_the_text_does_not_have_is_not_shown() {
    for (start, end) in [(0, 0), (90, 91), (3, 2), (1, 3)] {
        assert_eq!(snippet("a検b\n", Span { start, end }), "", "{start}..{end}");
    }
}
