//! What a style sheet within a page loads (css-values-4 section 4.5): enough of its syntax to find the addresses.

use super::MOST_KEPT;
use crate::observed::ResourceKind;

/// What a style sheet, or a `style` attribute, names over plain HTTP, and as what. The rest is loaded where a
/// rule applies, and nobody knows which do.
pub(super) fn insecure(sheet: &str) -> Vec<(ResourceKind, String)> {
    let sheet = without_comments(sheet);
    let urls = sheet.as_bytes().windows(4).enumerate().filter(|(_, four)| four.eq_ignore_ascii_case(b"url("));
    let named = urls.filter_map(|(at, _)| {
        let (address, _) = sheet.get(at + 4..)?.split_once(')')?;
        let address = address.trim().trim_matches(['"', '\'']);
        let scheme = address.get(..5)?;
        scheme.eq_ignore_ascii_case("http:").then(|| (at, address.to_owned()))
    });
    let named = named.take(MOST_KEPT);
    named.map(|(at, address)| (kind(sheet.get(..at).unwrap_or_default()), address)).collect()
}

fn without_comments(sheet: &str) -> String {
    let mut parts = sheet.split("/*");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str(part.split_once("*/").map_or("", |(_, behind)| behind));
    }
    clean
}

/// What stands before an address says what it is loaded as.
fn kind(before: &str) -> ResourceKind {
    let rule = before.rfind(['{', '}', ';']).map_or(before, |at| &before[at + 1..]);
    if rule.trim_start().to_ascii_lowercase().starts_with("@import") {
        return ResourceKind::Style;
    }
    let block = before.rfind('{').map_or("", |at| &before[..at]);
    let is_open = before.rfind('{') > before.rfind('}');
    if is_open && block.trim_end().to_ascii_lowercase().ends_with("@font-face") {
        return ResourceKind::Font;
    }
    ResourceKind::Image
}
