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

/// How a program asks whether a value is there.
const THERE: &[&[u8]] = &[b"void 0", b"null", b"undefined"];
/// How far back such a question stands.
const QUESTION: usize = 24;
/// Expressions that are nothing.
const NOTHING: &[&[u8]] =
    &[b"void 0", b"undefined", b"null", b"\"\"", b"''", b"``", b"!1", b"false", b"({})"];
/// Objects in which a page finds what its server says.
const PAGES_OWN: &[&[u8]] = &[b"window", b"globalThis", b"self"];
/// How far back a description of a chain begins.
const CHAIN: usize = 300;
/// What such a description holds (viem, wagmi, Sui): whoever defines a chain of developers lists its nodes.
const CHAINS: &[&[u8]] =
    &[b"rpcUrls:", b"blockExplorers:", b"\"rpcUrls\":", b"\"blockExplorers\":", b"localnet"];

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

/// True where the address stands in for a value that may be there when the program runs: `e.url || "..."`.
/// What the build has left empty (`{}.NAME || "..."`, `process.env.NAME || "..."`) is none in any browser.
pub(super) fn is_fallback(block: &Block, quote: usize) -> bool {
    let before = block.before(quote, 160).trim_ascii_end();
    for choice in [&b"||"[..], b"??"] {
        if let Some(left) = before.strip_suffix(choice) {
            return !is_empty(left.trim_ascii_end());
        }
    }
    // `void 0 === e ? "..." : e` and `null != e ? e : "..."`
    let otherwise = before.strip_suffix(b":").map(|before| before_name(before.trim_ascii_end()));
    let asked = otherwise.unwrap_or(before).trim_ascii_end().strip_suffix(b"?");
    asked.is_some_and(|asked| contains(&asked[asked.len().saturating_sub(QUESTION)..], THERE))
}

/// What stands before the name in the end of a text; names have dots too.
fn before_name(text: &[u8]) -> &[u8] {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.".contains(byte);
    &text[..text.iter().rposition(|byte| !is_of_name(byte)).map_or(0, |last| last + 1)]
}

/// True for an expression that is nothing in a browser, by what stands in its end.
fn is_empty(left: &[u8]) -> bool {
    if NOTHING.iter().any(|nothing| left.ends_with(nothing)) {
        return true;
    }
    // A variable of the build: in capitals, of an object that was written out, or of `env`.
    let capital = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    let Some(last) = left.iter().rposition(|byte| !capital(byte)).filter(|last| last + 1 < left.len()) else {
        return false;
    };
    let Some(object) = left[..=last].strip_suffix(b".") else { return false };
    let object = object.strip_suffix(b"?").unwrap_or(object);
    let object = object.strip_suffix(b")").unwrap_or(object);
    let of_env = object.strip_suffix(b".env").or_else(|| object.strip_suffix(b".env?"));
    object.ends_with(b"}") || of_env.is_some_and(|owner| !PAGES_OWN.iter().any(|own| owner.ends_with(own)))
}

/// True within the description of a chain, which lists nodes and explorers of developers too.
pub(super) fn is_of_chain(block: &Block, quote: usize) -> bool {
    contains(block.before(quote, CHAIN), CHAINS)
}

/// True where the program has just asked whether it runs on a developer's machine.
pub(super) fn is_conditional(block: &Block, quote: usize) -> bool {
    let before = block.before(quote, CONDITION);
    contains(before, WHERE) && contains(before, HERE)
}
