//! Text for programs: the report's model as it stands.

use serde::Serialize;

use super::model::{Report, SCHEMA_MANY};
use super::text::is_harmful;

#[derive(Serialize)]
struct Many<'a> {
    schema: &'static str,
    reports: &'a [&'a Report],
}

/// One report, with a line break at the end.
///
/// # Errors
///
/// Where the model cannot be written as JSON, which no report is known to cause.
pub fn one(report: &Report) -> serde_json::Result<String> {
    text(report)
}

/// Several reports in one text.
///
/// # Errors
///
/// As [`one`].
pub fn many(reports: &[&Report]) -> serde_json::Result<String> {
    text(&Many { schema: SCHEMA_MANY, reports })
}

/// The spec's JSON Schema, as `launch-ready schema` prints it.
///
/// # Errors
///
/// As [`one`].
pub fn spec_schema() -> serde_json::Result<String> {
    text(&crate::spec::schema::json_schema())
}

fn text(value: &impl Serialize) -> serde_json::Result<String> {
    let mut text = harmless(&serde_json::to_string_pretty(value)?);
    text.push('\n');
    Ok(text)
}

/// JSON escapes only the oldest control characters. This escapes the rest too, so that a report
/// shown in a terminal moves nothing there; a program reads the same text. Outside of strings
/// JSON holds no such character.
fn harmless(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_harmful(c) {
            safe.push(c);
        } else {
            let mut units = [0; 2];
            safe.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Status;
    use crate::report::{VerdictWord, fixture};

    #[test]
    fn a_report() {
        let mut report = fixture::ready();
        report.findings.drain(..report.findings.len() - 1);
        insta::assert_snapshot!(one(&report).expect("a text"), @r#"
    {
      "schema": "launch-ready/report/v1",
      "tool": {
        "name": "launch-ready",
        "version": "0.1.0"
      },
      "spec": {
        "path": "launch-ready.yaml",
        "sha256": "ab12",
        "product": "円の庭",
        "domain": "circlegarden.test"
      },
      "policy": "baseline",
      "at": "2026-11-21T17:00:00Z",
      "duration_ms": 912,
      "partial": false,
      "verdict": "ready",
      "counts": {
        "pass": 2,
        "fail": 0,
        "unknown": 0,
        "waived": 1,
        "not_applicable": 0
      },
      "not_judged": [],
      "findings": [
        {
          "check": "dns/dnssec-unsigned",
          "subject": "circlegarden.test",
          "status": "waived",
          "level": "info",
          "title": "The record is as declared",
          "message": "the zone is not signed",
          "expected": null,
          "observed": null,
          "spec": {
            "path": "fixture",
            "line": 3,
            "column": 1,
            "end_line": 3,
            "end_column": 7
          },
          "help": null,
          "fix": null,
          "because": null,
          "evidence": [],
          "waiver": {
            "reason": "registrar adds DS next month",
            "owner": "Ada",
            "until": "2027-01-31"
          }
        }
      ]
    }
    "#);
    }

    #[test]
    fn several_reports() {
        let text = many(&[&fixture::ready(), &fixture::partial()]).expect("a text");
        assert!(
            text.starts_with("{\n  \"schema\": \"launch-ready/reports/v1\",\n  \"reports\": [\n"),
            "{text}"
        );
        assert!(text.ends_with("]\n}\n"), "{text}");
    }

    #[test]
    fn what_is_read_back_is_what_was_written() {
        let text = "\u{1b}[2J \u{7f}\u{9b}1m \u{202e}evil \u{e0041} 検証 \"\\\n";
        let report = fixture::report(VerdictWord::NotReady, vec![fixture::hostile(Status::Fail, text)]);
        let json = one(&report).expect("a text");
        assert!(!json.chars().any(|c| c != '\n' && is_harmful(c)), "{json}");
        let read: Report = serde_json::from_str(&json).expect("a report");
        assert_eq!(read.findings[0].message, text);
    }

    #[test]
    fn the_schema_is_one_of_json_schema() {
        let text = spec_schema().expect("a text");
        assert!(text.contains("json-schema.org") && text.ends_with("}\n"));
    }
}
