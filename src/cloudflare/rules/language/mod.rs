//! Cloudflare's language for rules: what we write of it, and as much as is needed to know whether somebody
//! else's rule is about a request.

mod eval;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;
mod token;

pub(super) use eval::{Asked, matches};
pub(super) use pattern::Pattern;

/// The field that holds the path, without the query.
pub(super) const PATH: &str = "http.request.uri.path";

/// A text between quotes. Nothing of it can end the text: `"` and `\` are escaped, and what moves a line or a
/// terminal never comes here, since URLs encode it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Two expressions that are the same but for blanks and brackets around the whole.
pub(super) fn same(one: &str, other: &str) -> bool {
    match (token::tokens(one), token::tokens(other)) {
        (Some(one), Some(other)) => token::bare(&one) == token::bare(&other),
        _ => one.trim() == other.trim(),
    }
}
