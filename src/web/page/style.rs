//! What a style sheet within a page loads (css-values-4 section 4.5): enough of its syntax to find the addresses.

use super::{LONGEST_URL, MOST_KEPT};
use crate::observed::ResourceKind;

/// What a style sheet, or a `style` attribute, names over plain HTTP, and as what. The rest is loaded where a
/// rule applies, and nobody knows which do.
pub(super) fn insecure(sheet: &str) -> Vec<(ResourceKind, String)> {
    let sheet = without_comments(sheet);
    let urls = sheet.as_bytes().windows(4).enumerate().filter(|(_, four)| four.eq_ignore_ascii_case(b"url("));
    let named = urls.filter_map(|(at, _)| {
        let rest = sheet.get(at + 4..)?;
        // Whoever never closes the bracket makes nobody search the whole sheet for it again and again.
        let end = rest.bytes().take(LONGEST_URL).position(|byte| byte == b')')?;
        let address = rest.get(..end)?.trim().trim_matches(['"', '\'']);
        let scheme = address.get(..5)?;
        scheme.eq_ignore_ascii_case("http:").then(|| (at, address.to_owned()))
    });
    let named = named.take(MOST_KEPT);
    named.filter_map(|(at, address)| Some((kind(sheet.get(..at)?)?, address))).collect()
}

fn without_comments(sheet: &str) -> String {
    let mut parts = sheet.split("/*");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str(part.split_once("*/").map_or("", |(_, behind)| behind));
    }
    clean
}

/// What stands before an address says what it is loaded as; `None`: not at all.
fn kind(before: &str) -> Option<ResourceKind> {
    let rule = before.rfind(['{', '}', ';']).map_or(before, |at| &before[at + 1..]);
    let rule = rule.trim_start().to_ascii_lowercase();
    if rule.starts_with('@') {
        // What `@namespace` and `@document` name is never loaded.
        return rule.starts_with("@import").then_some(ResourceKind::Style);
    }
    let block = before.rfind('{').map_or("", |at| &before[..at]);
    let is_open = before.rfind('{') > before.rfind('}');
    if is_open && block.trim_end().to_ascii_lowercase().ends_with("@font-face") {
        return Some(ResourceKind::Font);
    }
    Some(ResourceKind::Image)
}
