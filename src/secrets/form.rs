//! The expression that is looked for around a keyword.

use regex::bytes::{Regex, RegexBuilder};

use super::rule::Rule;

/// Between a keyword and the rest of a name: `TWILIO_PROD_`, `twilio.account.`, or a mapping with up to two
/// members before (`twilio: {sid: "...", auth_token: ...`).
const INNER: &str = concat!(
    r#"(?:[\w.\- ]{0,40}["'`]?\s{0,3}[:=(]\s{0,8}\{?\s{0,12}["'`]?"#,
    r#"(?:[\w.\-]{1,30}["'`]?\s{0,3}[:=]\s{0,3}["'`]?[^\s"'`,]{0,80}["'`]?\s{0,3},?\s{0,16}["'`]?){0,2})?"#,
    r"[\w.\- ]{0,32}?"
);

/// The rest of a name, then what assigns a value: `=`, `:`, `=>`, a call, an XML element, with quotes
/// that may be escaped. Terraform's variables have their value as `default`.
const ASSIGNS: &str = r#"[\w.\-]{0,24}\\?["'`]?[\])]?\s{0,12}(?:=>|:=|={1,3}|:|,|\(|>|\s|\{\s{0,16}default\s{0,8}=)\s{0,12}(?:(?i:bearer|basic|token|string|str)\b[\s=(:]{0,3})?\\?["'`]?"#;

/// Where in the text, seen from the keyword, the expression is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// It begins at the keyword.
    Head,
    /// It begins behind the keyword.
    Behind,
    /// The keyword stands in its middle.
    Middle,
}

/// In a file of settings: a quote or bracket that ends the name, what assigns, a quote.
const SETS: &str =
    r#"["'\])]{0,3}[ \t]{0,20}(?:=>|:=|=|:|>|["']?[ \t]{1,4}value[ \t]{0,3}=)[ \t]{0,20}(?:!!str )?["'`]?"#;

impl Anchor {
    pub(super) fn of(rule: &Rule) -> Self {
        match rule {
            Rule { named: Some(_), .. } => Self::Behind,
            Rule { back: 1.., .. } => Self::Middle,
            _ => Self::Head,
        }
    }
}

/// The expression of a rule, to be run on the window of a keyword.
pub(super) fn expression(rule: &Rule) -> Result<Regex, regex::Error> {
    let value = &rule.value;
    let pattern = match (Anchor::of(rule), &rule.named) {
        // In files of settings a name stands right before its value.
        (Anchor::Behind, Some(name)) if !rule.files.is_empty() => {
            format!(r"\A(?i:{name}){SETS}({value})")
        }
        (Anchor::Behind, Some(name)) => format!(r"\A{INNER}(?i:{name}){ASSIGNS}({value})"),
        (Anchor::Head, _) => format!(r"\A(?:{value})"),
        _ => value.clone(),
    };
    RegexBuilder::new(&pattern).unicode(false).size_limit(4 << 20).build()
}
