//! Whether an expression is true of a request.

use super::parse::{Expression, Value, parse};

/// A request that a rule may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cloudflare::rules) struct Asked {
    /// Whether it comes over HTTPS.
    pub(in crate::cloudflare::rules) secure: bool,
    /// The host, in lower case.
    pub(in crate::cloudflare::rules) host: String,
    /// The path as it is sent.
    pub(in crate::cloudflare::rules) path: String,
}

/// Whether an expression is true of a request; `None` where that cannot be told: it looks at something that the
/// request does not say, or at something that is not understood.
pub(in crate::cloudflare::rules) fn matches(expression: &str, asked: &Asked) -> Option<bool> {
    holds(&parse(expression)?, asked)
}

fn holds(expression: &Expression, asked: &Asked) -> Option<bool> {
    match expression {
        Expression::Not(inner) => holds(inner, asked).map(|holds| !holds),
        Expression::And(one, other) => match (holds(one, asked), holds(other, asked)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (one, other) => Some(one? && other?),
        },
        Expression::Or(one, other) => match (holds(one, asked), holds(other, asked)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (one, other) => Some(one? || other?),
        },
        Expression::Xor(one, other) => Some(holds(one, asked)? != holds(other, asked)?),
        Expression::Is(value) => truth(value, asked),
        Expression::Compare(value, operator, text) => compare(&content(value, asked)?, operator, text),
        Expression::In(value, texts) => content(value, asked).map(|content| texts.contains(&content)),
        Expression::Unknown => None,
    }
}

fn truth(value: &Value, asked: &Asked) -> Option<bool> {
    match value {
        Value::Field(name) => match name.as_str() {
            "ssl" => Some(asked.secure),
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        Value::Call(name, arguments) => {
            let [first, second] = arguments.as_slice() else { return None };
            let (first, second) = (content(first, asked)?, content(second, asked)?);
            match name.as_str() {
                "starts_with" => Some(first.starts_with(&second)),
                "ends_with" => Some(first.ends_with(&second)),
                _ => None,
            }
        }
        Value::Text(_) | Value::Unknown => None,
    }
}

fn content(value: &Value, asked: &Asked) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Field(name) => match name.as_str() {
            "http.host" => Some(asked.host.clone()),
            "http.request.uri.path" | "raw.http.request.uri.path" | "http.request.uri" => {
                Some(asked.path.clone())
            }
            "http.request.full_uri" => {
                let scheme = if asked.secure { "https" } else { "http" };
                Some(format!("{scheme}://{}{}", asked.host, asked.path))
            }
            _ => None,
        },
        Value::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("lower", [inner]) => content(inner, asked).map(|text| text.to_lowercase()),
            ("upper", [inner]) => content(inner, asked).map(|text| text.to_uppercase()),
            _ => None,
        },
        Value::Unknown => None,
    }
}

fn compare(content: &str, operator: &str, text: &str) -> Option<bool> {
    match operator {
        "eq" | "==" => Some(content == text),
        "ne" | "!=" => Some(content != text),
        "contains" => Some(content.contains(text)),
        "wildcard" => Some(wildcard(&content.to_lowercase(), &text.to_lowercase())),
        "strict wildcard" => Some(wildcard(content, text)),
        _ => None,
    }
}

/// Whether the whole of a text is what a pattern says: `*` for anything, `\` before what is meant as it stands.
fn wildcard(content: &str, pattern: &str) -> bool {
    let mut parts = vec![String::new()];
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match (c, parts.last_mut()) {
            ('*', _) => parts.push(String::new()),
            ('\\', Some(part)) => part.extend(chars.next()),
            (c, Some(part)) => part.push(c),
            (_, None) => {}
        }
    }
    let (Some((first, rest)), Some(mut left)) =
        (parts.split_first(), content.strip_prefix(parts[0].as_str()))
    else {
        return false;
    };
    let Some((last, middle)) = rest.split_last() else { return content == first };
    for part in middle {
        let Some(at) = left.find(part.as_str()) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last.as_str())
}
