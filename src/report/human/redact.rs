//! Keeps the secrets that somebody wrote into the spec out of the snippets.

use std::ops::Range;

use crate::check::spec::secret_spans;
use crate::spec::Document;
use crate::spec::shown::without_secrets;

/// The spec's text with every byte of a secret replaced, so that all places stay where they are:
/// what the check calls a secret, and what looks like one in comments and keys.
pub(super) fn text(document: &Document) -> String {
    let mut text = without_secrets(&document.text);
    for span in secret_spans(document) {
        mask(&mut text, span.start..span.end);
    }
    text
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
        let shown = text(&document);
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
