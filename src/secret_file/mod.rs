//! Files that hold secrets by their kind: told by the name, confirmed by the content.
//!
//! | file | tells |
//! |---|---|
//! | [`mod@env`] | environment files, and which of their values nobody should know |
//! | [`named`] | `.netrc`, `.npmrc`, `wp-config.php`, key stores, ... |
//! | [`skipped`] | what is not worth reading: lock files, other people's packages |

pub(crate) mod env;
pub(crate) mod named;
pub(crate) mod skipped;

/// The part of a path behind the last slash.
fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// True for what stands in the place of a value.
fn is_placeholder(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "change",
        "your",
        "example",
        "placeholder",
        "replace",
        "todo",
        "xxx",
        "dummy",
        "sample",
        "insert",
        "<",
        "${",
        "$(",
        "{{",
        "put ",
        "_here",
        "secret-here",
        "fixme",
        "foobar",
        "...",
    ];
    let lower = value.to_ascii_lowercase();
    let first = lower.bytes().next();
    let one_character = lower.bytes().all(|byte| Some(byte) == first);
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let reference = value.strip_prefix('$').is_some_and(|name| name.bytes().all(is_name));
    one_character || reference || WORDS.iter().any(|word| lower.contains(word))
}
