//! A source map that stands in its program as base64, read as the file would be that it is.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::reader::{Kind, Look, Read, Reader};
use super::window::Block;

/// How the comment goes on that holds a map.
const DATA: &[u8] = b"data:application/json";
/// What stands before the base64.
const BASE64: &[u8] = b";base64,";
/// Longest list of parameters before it.
const PARAMETERS: usize = 64;

/// Text in base64 that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Characters that are not yet four.
    rest: Vec<u8>,
}

impl Decoder {
    /// The bytes of the next piece, and how much of the piece belonged to it.
    pub(super) fn push(&mut self, piece: &[u8]) -> (Vec<u8>, usize) {
        let is_of_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let length = piece.iter().position(|byte| !is_of_base64(byte)).unwrap_or(piece.len());
        self.rest.extend_from_slice(&piece[..length]);
        let whole = if length < piece.len() { self.rest.len() } else { self.rest.len() / 4 * 4 };
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        let decoded = GeneralPurpose::new(&STANDARD, config).decode(&self.rest[..whole]);
        self.rest.drain(..whole);
        (decoded.unwrap_or_default(), length)
    }

    /// What is left at the end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.push(b"\n").0
    }
}

/// A map that is being read.
pub(super) struct Inline {
    decoder: Decoder,
    reader: Box<Reader>,
    /// Where the comment stands that holds it.
    place: (usize, usize),
    /// How much of the next block is still before it.
    skip: usize,
}

impl Inline {
    /// The map whose address begins at a place; `None` where that is no map in base64.
    pub(super) fn at(block: &Block, begin: usize, look: &Look) -> Option<Self> {
        let start = block.behind(begin, DATA.len() + PARAMETERS + BASE64.len());
        let parameters = start.strip_prefix(DATA)?;
        let behind = memchr::memmem::find(parameters, BASE64)?;
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b';' | b'=' | b'-' | b'.');
        parameters[..behind].iter().all(is_plain).then(|| Self {
            decoder: Decoder::default(),
            reader: Box::new(Reader::new(Kind::Map, look.clone())),
            place: block.position(begin),
            skip: DATA.len() + behind + BASE64.len(),
        })
    }

    /// The map's address begins there, and what is read of the program at `end`.
    pub(super) fn skip_to(&mut self, begin: usize, end: usize) {
        self.skip += begin.saturating_sub(end);
    }

    /// More of the program; says how much of it the map took where the map ended there.
    pub(super) fn push(&mut self, text: &[u8]) -> Option<usize> {
        let skipped = self.skip.min(text.len());
        self.skip -= skipped;
        let text = &text[skipped..];
        let (decoded, length) = self.decoder.push(text);
        self.reader.push(&decoded);
        (length < text.len()).then_some(skipped + length)
    }

    /// The map is over. What it holds is told where its comment stands in the program.
    pub(super) fn finish(mut self, read: &mut Read) {
        self.reader.push(&self.decoder.finish());
        let map = self.reader.finish();
        let (line, column) = (self.place.0 as u64, self.place.1 as u64);
        read.keep(map.secrets.into_iter().map(|mut secret| {
            (secret.line, secret.column) = (line, column);
            secret
        }));
        if map.map.is_some() {
            read.map = map.map;
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn base64_may_come_in_any_pieces() {
        for text in ["", "a", "ab", "abc", "a longer text, of which some is left"] {
            let encoded = format!("{}\nno more", STANDARD.encode(text));
            for size in 1..9 {
                let (mut decoder, mut all) = (Decoder::default(), Vec::new());
                for piece in encoded.as_bytes().chunks(size) {
                    let (bytes, length) = decoder.push(piece);
                    all.extend(bytes);
                    if length < piece.len() {
                        break;
                    }
                }
                assert_eq!(String::from_utf8_lossy(&all), text, "{size}");
            }
        }
    }
}
