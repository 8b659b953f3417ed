//! Reads the whole of a body and keeps its beginning: each piece is decoded, looked at and forgotten.

use std::io::{self, Write};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::http::response::Parts;
use tokio::time::timeout_at;
use url::Url;

use super::MOST_TEXT;
use super::answer::Text;
use crate::probe::problem::Until;
use crate::served::{Kind, Look, Reader};

/// Size of the decoder's own buffer.
const BUFFER: usize = 32 * 1024;

/// Where decoded text goes.
struct Sink<'a> {
    url: &'a Url,
    media_type: Option<&'a str>,
    look: &'a Look,
    /// What of it is kept.
    kept: Vec<u8>,
    /// How many bytes there were.
    bytes: u64,
    reader: Choice,
}

/// Who looks at the text.
enum Choice {
    /// That is decided by its first piece.
    Open,
    Reader(Box<Reader>),
    Nobody,
}

impl Write for Sink<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if text.is_empty() {
            return Ok(0);
        }
        let room = MOST_TEXT - self.kept.len();
        self.kept.extend_from_slice(&text[..text.len().min(room)]);
        self.bytes += text.len() as u64;
        if let Choice::Open = self.reader {
            self.reader = match Kind::of(self.url, self.media_type, text) {
                Some(kind) => Choice::Reader(Box::new(Reader::new(kind, self.look.clone()))),
                None => Choice::Nobody,
            };
        }
        let goes_on = match &mut self.reader {
            Choice::Reader(reader) => reader.push(text),
            _ => self.bytes <= MOST_TEXT as u64,
        };
        if goes_on { Ok(text.len()) } else { Err(io::Error::other("the limit is reached")) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body's coding, undone piece by piece.
enum Decoder<'a> {
    None(Sink<'a>),
    Gzip(Box<flate2::write::MultiGzDecoder<Sink<'a>>>),
    Brotli(Box<brotli_decompressor::DecompressorWriter<Sink<'a>>>),
}

impl<'a> Decoder<'a> {
    fn new(coding: &str, sink: Sink<'a>) -> Self {
        match coding {
            "gzip" | "x-gzip" => Self::Gzip(Box::new(flate2::write::MultiGzDecoder::new(sink))),
            "br" => Self::Brotli(Box::new(brotli_decompressor::DecompressorWriter::new(sink, BUFFER))),
            _ => Self::None(sink),
        }
    }

    /// The next piece; false where it cannot be decoded, or nobody wants more.
    fn push(&mut self, piece: &[u8]) -> bool {
        match self {
            Self::None(sink) => sink.write_all(piece).is_ok(),
            Self::Gzip(decoder) => decoder.write_all(piece).is_ok(),
            Self::Brotli(decoder) => decoder.write_all(piece).is_ok(),
        }
    }

    /// What came out, and whether the coding ended as it should.
    fn finish(self) -> (Option<Sink<'a>>, bool) {
        match self {
            Self::None(sink) => (Some(sink), true),
            Self::Gzip(mut decoder) => {
                let sound = decoder.try_finish().is_ok();
                // The decoder gives its sink back only after a sound end; what it has is taken out before.
                let empty = Sink { kept: Vec::new(), bytes: 0, reader: Choice::Nobody, ..*decoder.get_ref() };
                (Some(std::mem::replace(decoder.get_mut(), empty)), sound)
            }
            Self::Brotli(decoder) => match decoder.into_inner() {
                Ok(sink) => (Some(sink), true),
                Err(sink) => (Some(sink), false),
            },
        }
    }
}

/// Reads a body to its end, or to the limit.
pub(super) async fn read(
    url: &Url,
    head: &Parts,
    coding: &str,
    incoming: &mut Incoming,
    (look, until): (&Look, Until),
) -> Text {
    let media_type = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let reader = if head.status.is_success() { Choice::Open } else { Choice::Nobody };
    let sink = Sink { url, media_type, look, kept: Vec::new(), bytes: 0, reader };
    let mut decoder = Decoder::new(coding, sink);
    let drained = timeout_at(until.at(), drain(incoming, &mut decoder)).await == Ok(true);
    let (sink, sound) = decoder.finish();
    let Some(Sink { kept, bytes, reader, .. }) = sink else {
        return Text { body: Vec::new(), whole: false, is_whole: false, read: None };
    };
    let read = match reader {
        Choice::Reader(reader) => {
            let mut read = reader.finish();
            read.cut |= !(drained && sound);
            Some(read)
        }
        Choice::Open | Choice::Nobody => None,
    };
    let whole = drained && sound && bytes == kept.len() as u64;
    Text { body: kept, whole, is_whole: drained && sound, read }
}

/// Hands on every piece; false where the body breaks off, or nobody wants more of it.
async fn drain(incoming: &mut Incoming, decoder: &mut Decoder<'_>) -> bool {
    while let Some(frame) = incoming.frame().await {
        let Ok(frame) = frame else { return false };
        if let Some(data) = frame.data_ref()
            && !decoder.push(data)
        {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::served::Read;

    const TEXT: &str = "const api = \"http://localhost:3000/api\";\n";

    fn decoded(coding: &str, raw: &[u8], most: u64) -> (Vec<u8>, Option<Read>, bool) {
        let url = Url::parse("https://shop.test/a.js").expect("a URL");
        let look = Look { most, others: Rc::from([]) };
        let sink = Sink {
            url: &url,
            media_type: None,
            look: &look,
            kept: Vec::new(),
            bytes: 0,
            reader: Choice::Open,
        };
        let mut decoder = Decoder::new(coding, sink);
        let fed = raw.chunks(100).all(|piece| decoder.push(piece));
        let (sink, sound) = decoder.finish();
        let sink = sink.expect("a sink");
        let read = match sink.reader {
            Choice::Reader(reader) => Some(reader.finish()),
            _ => None,
        };
        (sink.kept, read, fed && sound)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).expect("memory takes all");
        encoder.finish().expect("memory takes all")
    }

    #[test]
    fn coded_text_is_looked_at_to_its_end() {
        let text = [vec![b' '; 3 << 20], TEXT.into()].concat();
        for (coding, raw) in [("", text.clone()), ("gzip", gzip(&text))] {
            let (kept, read, sound) = decoded(coding, &raw, 16 << 20);
            let read = read.expect("a text");
            assert_eq!(
                (read.development.len(), read.bytes, read.cut),
                (1, text.len() as u64, false),
                "{coding}"
            );
            assert!(sound && kept.len() == MOST_TEXT);
        }
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let (kept, read, sound) = decoded("gzip", &gzip(&vec![b'a'; 64 << 20]), 1 << 20);
        assert!(!sound && kept.len() == MOST_TEXT);
        assert!(read.is_some_and(|read| read.cut && read.bytes == 1 << 20));
    }

    #[test]
    fn what_breaks_off_counts_so_far() {
        let mut long = TEXT.as_bytes().to_vec();
        long.extend((0..200_000_u32).flat_map(u32::to_le_bytes).map(|byte| byte % 64 + 32));
        let raw = gzip(&long);
        let (_, read, sound) = decoded("gzip", &raw[..raw.len() / 2], 16 << 20);
        assert!(!sound && read.is_some_and(|read| read.development.len() == 1));
        assert!(decoded("br", b"not brotli at all", 100).1.is_none());
    }
}
