//! Reads an HTML page as a browser would, as far as its facts are asked for. The tokens are those of the
//! HTML standard; no tree is built. What stands in comments, in `noscript` and in `template` is not
//! loaded, and not told.

mod collect;
mod srcset;
mod style;
#[cfg(test)]
mod tests;

use html5gum::{DefaultEmitter, Emitter, Error, ForwardingEmitter, Token, Tokenizer};
use url::Url;

use crate::observed::Page;
use collect::Collector;

pub use collect::is_insecure;

/// Most things of one kind that are kept of a page.
pub const MOST_KEPT: usize = 100;
/// Longest address that is kept.
pub const LONGEST_URL: usize = 2048;

/// The facts of the page that was found at an address.
pub fn read(html: &[u8], at: &Url) -> Page {
    let mut emitter = Unbothered(DefaultEmitter::default());
    emitter.0.naively_switch_states(true);
    let mut collector = Collector::new(at);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => collector.start(&tag.name, &tag.attributes),
            Token::EndTag(tag) => collector.end(&tag.name),
            Token::String(text) => collector.text(&text.value),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    collector.page()
}

/// Tells no errors. Each would be a token that waits in memory for the end of its text: half a megabyte of
/// zeros has half a million.
struct Unbothered(DefaultEmitter);

impl ForwardingEmitter for Unbothered {
    type Token = Token;

    fn inner(&mut self) -> &mut impl Emitter<Token = Token> {
        &mut self.0
    }

    fn emit_error(&mut self, _: Error) {}

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

/// True for a body that browsers show as a page: by its media type or, without one, by its beginning.
pub fn is_html(media_type: Option<&str>, body: &[u8]) -> bool {
    if let Some(media_type) = media_type {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        return matches!(essence.as_str(), "text/html" | "application/xhtml+xml");
    }
    let start = String::from_utf8_lossy(&body[..body.len().min(256)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}
