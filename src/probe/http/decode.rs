//! Undoes the coding of a body (RFC 9110 section 8.4), up to a limit: a few kilobytes may stand for
//! gigabytes.

use std::io::Read;

use super::MOST_TEXT;

/// Size of the decoder's own buffer.
const BUFFER: usize = 4096;

/// A body without its coding, as far as it can be read, and whether that is all of it. What has a coding
/// that was not asked for stays as it is.
pub(super) fn decoded(coding: &str, raw: Vec<u8>, whole: bool) -> (Vec<u8>, bool) {
    match coding {
        "gzip" | "x-gzip" => limited(flate2::read::MultiGzDecoder::new(raw.as_slice()), whole),
        "br" => limited(brotli_decompressor::Decompressor::new(raw.as_slice(), BUFFER), whole),
        _ => (raw, whole),
    }
}

/// What a decoder gives up to the limit; what it gave before an error counts.
fn limited(decoder: impl Read, whole: bool) -> (Vec<u8>, bool) {
    let mut text = Vec::new();
    let most = u64::try_from(MOST_TEXT).unwrap_or(u64::MAX);
    let mut decoder = decoder.take(most + 1);
    let sound = decoder.read_to_end(&mut text).is_ok();
    let fits = text.len() <= MOST_TEXT;
    text.truncate(MOST_TEXT);
    (text, whole && sound && fits)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).expect("memory takes all");
        encoder.finish().expect("memory takes all")
    }

    #[test]
    fn what_was_coded_is_text_again() {
        assert_eq!(decoded("gzip", gzip(b"hello"), true), (b"hello".to_vec(), true));
        // `hello` in brotli: a meta-block without compression, then the empty last one (RFC 7932 section 9.2).
        let brotli = [0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03].to_vec();
        assert_eq!(decoded("br", brotli, true), (b"hello".to_vec(), true));
        assert_eq!(decoded("", b"hello".to_vec(), true), (b"hello".to_vec(), true));
        assert_eq!(decoded("zstd", b"?".to_vec(), true), (b"?".to_vec(), true));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let bomb = gzip(&vec![b'a'; 64 * 1024 * 1024]);
        assert!(bomb.len() < 256 * 1024);
        let (text, whole) = decoded("gzip", bomb, true);
        assert_eq!((text.len(), whole), (MOST_TEXT, false));
    }

    #[test]
    fn what_breaks_off_is_kept_so_far() {
        let coded = gzip(&b"hello ".repeat(1000));
        let (text, whole) = decoded("gzip", coded[..coded.len() - 9].to_vec(), true);
        assert!(text.starts_with(b"hello") && !whole);
        assert_eq!(decoded("gzip", b"not gzip at all".to_vec(), true), (Vec::new(), false));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_can_be_decoded(raw in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
            for coding in ["gzip", "br"] {
                let (text, _) = decoded(coding, raw.clone(), true);
                proptest::prop_assert!(text.len() <= MOST_TEXT);
            }
        }
    }
}
