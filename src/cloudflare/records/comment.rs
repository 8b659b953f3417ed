//! The comment of a record: the mark that says that it is ours, then words for people.

use crate::observed::ApiObject;

/// With what the comment of a record of ours begins.
const MARK: &str = "launch-ready:";
/// Characters that a comment has at most, on the free plan and on the others.
const LONGEST: (usize, usize) = (100, 500);

/// True for a record that a plan of ours made or took over.
pub(super) fn is_ours(record: &ApiObject) -> bool {
    record.text("comment").is_some_and(|comment| comment.starts_with(MARK))
}

/// The comment of a record: the spec's words about it, or else those that it had.
pub(super) fn marked(purpose: Option<&str>, before: Option<&ApiObject>, plan: &str) -> String {
    let kept = before.and_then(|record| record.text("comment"));
    let kept = kept.map(|comment| comment.strip_prefix(MARK).unwrap_or(comment));
    let words = purpose.or(kept).unwrap_or_default();
    // A comment has no line breaks.
    let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let longest = if plan == "free" { LONGEST.0 } else { LONGEST.1 };
    let whole: String = format!("{MARK} {}", words.trim()).trim_end().to_owned();
    let cut: String = whole.chars().take(longest).collect();
    cut.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(comment: &str) -> ApiObject {
        ApiObject(std::iter::once(("comment".to_owned(), comment.into())).collect())
    }

    #[test]
    fn the_words_of_people_stay_behind_the_mark() {
        let before = record("made by\nAda");
        assert_eq!(marked(None, Some(&before), "free"), "launch-ready: made by Ada");
        assert_eq!(marked(Some("web site"), Some(&before), "free"), "launch-ready: web site");
        assert_eq!(marked(None, Some(&record("launch-ready: web")), "pro"), "launch-ready: web");
        assert_eq!(marked(None, None, "free"), "launch-ready:");
        assert!(is_ours(&record("launch-ready:")) && !is_ours(&before) && !is_ours(&ApiObject::default()));
    }

    #[test]
    fn a_comment_is_as_long_as_the_plan_allows() {
        let words = "ä".repeat(600);
        assert_eq!(marked(Some(&words), None, "free").chars().count(), 100);
        assert_eq!(marked(Some(&words), None, "business").chars().count(), 500);
    }
}
