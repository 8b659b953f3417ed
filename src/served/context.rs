//! What stands around an address in a program: whether the program uses it, or only speaks of it.

use super::window::Block;

/// How far back a comment may begin.
const COMMENT: usize = 4 * 1024;
/// How far back a condition on the host may stand.
const CONDITION: usize = 200;
/// What a program asks a text with: it compares, and does not call.
const QUESTIONS: &[&[u8]] = &[
    b"==",
    b"!=",
    b"case",
    b"startsWith(",
    b"endsWith(",
    b"includes(",
    b"indexOf(",
    b"test(",
    b"match(",
    b"replace(",
];
/// Properties whose values are shown to people.
const SHOWN: &[&[u8]] =
    &[b"children:", b"\"children\":", b"\\\"children\\\":", b"placeholder:", b"placeholder="];
/// How a program asks where it runs.
const WHERE: &[&[u8]] = &[b"hostname", b"location.host", b"location.origin", b"location.href"];
/// What it then compares with.
const HERE: &[&[u8]] = &[b"localhost", b"127.0.0.1"];

fn contains(text: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|word| memchr::memmem::find(text, word).is_some())
}

/// True where a comment holds the place.
pub(super) fn in_comment(block: &Block, at: usize) -> bool {
    let before = block.before(at, COMMENT);
    let last = |what: &[u8]| memchr::memmem::rfind(before, what);
    if last(b"<!--").is_some_and(|open| last(b"-->").is_none_or(|close| close < open)) {
        return true;
    }
    // `image/*` and `**/*` begin none.
    let opens = |open: usize| {
        matches!(before.get(open + 2), None | Some(b'*' | b'!' | b' ' | b'\n' | b'\r' | b'#' | b'@'))
    };
    if last(b"/*").is_some_and(|open| opens(open) && last(b"*/").is_none_or(|close| close < open)) {
        return true;
    }
    let line = memchr::memrchr(b'\n', before).map_or(before, |end| &before[end + 1..]).trim_ascii_start();
    line.starts_with(b"//") || line.starts_with(b"*") || contains(line, &[b" // ", b";// ", b"\t// "])
}

/// True where the program compares with the text, or shows it; `quote` is where its literal begins, `end`
/// the place behind it.
pub(super) fn is_compared(block: &Block, quote: usize, end: usize) -> bool {
    let before = block.before(quote, 24).trim_ascii_end();
    let behind = block.behind(end, 8).trim_ascii_start();
    QUESTIONS.iter().any(|question| before.ends_with(question))
        || SHOWN.iter().any(|shown| before.ends_with(shown))
        || behind.starts_with(b"==")
        || behind.starts_with(b"!=")
}

/// True where the program has just asked whether it runs on a developer's machine.
pub(super) fn is_conditional(block: &Block, quote: usize) -> bool {
    let before = block.before(quote, CONDITION);
    contains(before, WHERE) && contains(before, HERE)
}
