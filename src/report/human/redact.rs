//! Keeps the secrets that somebody wrote into the spec out of the snippets.

use std::ops::Range;

use crate::check::{Status, World, engine};
use crate::observed::Observed;
use crate::policy::Thresholds;
use crate::private::PrivateRanges;
use crate::report::Report;
use crate::spec::{Document, Span};

/// The check that knows what a secret looks like.
const CHECK: &str = "spec/inline-secret";

/// The spec's text with every byte of a secret replaced, so that all places stay where they are.
/// What is secret does not depend on the checks that the run was asked for.
pub(super) fn text(report: &Report, document: &Document) -> String {
    let reported = report.findings.iter().filter(|finding| finding.check == CHECK);
    let reported = reported.filter(|finding| matches!(finding.status, Status::Fail | Status::Waived));
    let mut spans: Vec<Span> = reported.map(|finding| finding.spec.span).collect();
    spans.extend(found(report, document));
    let mut text = document.text.to_string();
    for span in spans {
        mask(&mut text, span.start..span.end);
    }
    text
}

/// Asks the check, whether or not this run was to judge by it.
fn found(report: &Report, document: &Document) -> Vec<Span> {
    let world = World {
        document,
        observed: &Observed::new(report.at),
        at: report.at,
        thresholds: &Thresholds::default(),
        private: &PrivateRanges::Forbidden,
    };
    let judgements = engine::judge(&world, &|check| check.id == CHECK);
    let faults = judgements.into_iter().filter(|judgement| judgement.verdict.status == Status::Fail);
    faults.map(|fault| fault.place.span).collect()
}

fn mask(text: &mut String, range: Range<usize>) {
    if let Some(secret) = text.get(range.clone()) {
        let stars =
            secret.bytes().map(|byte| if byte.is_ascii_whitespace() { char::from(byte) } else { '*' });
        let stars: String = stars.collect();
        text.replace_range(range, &stars);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{VerdictWord, fixture};

    const SPEC: &str = r#"domain: shop.test
webhooks:
  - name: stripe
    url: https://shop.test/hook
    secret: "hunter2検"
    effect:
      url: https://ada:hunter2@shop.test/
      headers: {Authorization: "Bearer hunter2hunter2", X-Key: &key sk_live_hunter2hunter2hunter2}
  - name: other
    url: https://shop.test/other
    secret: *key
    effect:
      url: https://shop.test/
      headers:
        X-Pem: |
          -----BEGIN PRIVATE KEY-----
          hunter2hunter2
          -----END PRIVATE KEY-----
        X-Folded: "sk_live_\
          hunter2hunter2hunter2"
"#;

    #[test]
    fn no_secret_is_shown_whatever_was_judged() {
        let document = crate::spec::load::parse("launch-ready.yaml", SPEC).expect("a good spec");
        let shown = text(&fixture::report(VerdictWord::Passed, Vec::new()), &document);
        assert_eq!(shown.len(), SPEC.len());
        assert_eq!(shown.lines().count(), SPEC.lines().count());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("url: https://shop.test/hook"), "{shown}");
    }

    #[test]
    fn a_place_outside_the_text_masks_nothing() {
        let mut text = "a検b".to_owned();
        mask(&mut text, 2..3);
        mask(&mut text, 4..90);
        assert_eq!(text, "a検b");
    }
}
