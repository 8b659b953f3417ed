//! What is probably not meant as it is written.

use std::ops::Range;

use super::{SyntaxError, SyntaxErrorKind};

/// The directives of CSP and of its companions, also those that browsers have given up.
const KNOWN: [&str; 34] = [
    "child-src",
    "connect-src",
    "default-src",
    "fenced-frame-src",
    "font-src",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "prefetch-src",
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "style-src",
    "style-src-elem",
    "style-src-attr",
    "worker-src",
    "base-uri",
    "sandbox",
    "form-action",
    "frame-ancestors",
    "navigate-to",
    "report-uri",
    "report-to",
    "require-trusted-types-for",
    "trusted-types",
    "upgrade-insecure-requests",
    "block-all-mixed-content",
    "plugin-types",
    "referrer",
    "reflected-xss",
    "require-sri-for",
    "webrtc",
];

/// Keywords, which stand in single quotation marks.
const KEYWORDS: [&str; 8] = [
    "self",
    "none",
    "unsafe-inline",
    "unsafe-eval",
    "unsafe-hashes",
    "wasm-unsafe-eval",
    "strict-dynamic",
    "report-sample",
];

/// Looks at one directive: its name, and its words with it.
pub(super) fn directive(text: &str, name: &str, words: &[Range<usize>], errors: &mut Vec<SyntaxError>) {
    let mut add = |kind, span: &Range<usize>| errors.push(SyntaxError { kind, span: span.clone() });
    let Some((first, values)) = words.split_first() else { return };
    if let Some(meant) = misspelt(name) {
        add(SyntaxErrorKind::Misspelt(meant), first);
    }
    if !takes_sources(name) {
        return;
    }
    let strict = values.iter().find(|value| text[(*value).clone()].eq_ignore_ascii_case("'strict-dynamic'"));
    let told = values.iter().any(|value| is_nonce_or_hash(&text[value.clone()]));
    if let Some(strict) = strict.filter(|_| !told) {
        add(SyntaxErrorKind::StrictDynamicAlone, strict);
    }
    let mut swallowed = false;
    for value in values {
        let word = text[value.clone()].to_ascii_lowercase();
        if KNOWN.contains(&word.as_str()) {
            add(SyntaxErrorKind::NoSemicolon, value);
            swallowed = true;
        } else if is_bare_keyword(&word) {
            add(SyntaxErrorKind::Unquoted, value);
        } else if word == "'none'" && values.len() > 1 && !swallowed {
            add(SyntaxErrorKind::NoneAmongOthers, value);
        }
    }
}

/// The directive that an unknown name is close to.
fn misspelt(name: &str) -> Option<&'static str> {
    if KNOWN.contains(&name) {
        return None;
    }
    let near = KNOWN.into_iter().map(|known| (strsim::damerau_levenshtein(known, name), known));
    near.filter(|(distance, known)| *distance <= 2 && known.len() > 5).min().map(|(_, known)| known)
}

fn takes_sources(name: &str) -> bool {
    name.contains("-src") || matches!(name, "base-uri" | "form-action" | "frame-ancestors" | "navigate-to")
}

/// True for a source that tells a script by its nonce or hash.
pub(super) fn is_nonce_or_hash(source: &str) -> bool {
    source.strip_prefix('\'').is_some_and(|inner| begins_like_one(&inner.to_ascii_lowercase()))
}

fn begins_like_one(word: &str) -> bool {
    ["nonce-", "sha256-", "sha384-", "sha512-"].iter().any(|begin| word.starts_with(begin))
}

fn is_bare_keyword(word: &str) -> bool {
    begins_like_one(word) || KEYWORDS.contains(&word)
}
