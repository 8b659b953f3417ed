//! Text of two bytes a character (UTF-16, little endian) within programs: Flutter and Windows keep some of
//! their strings so.

use std::ops::Range;

/// The shortest run that is read.
const SHORTEST: usize = 12;

/// What such runs hold, one a line, and where each stands.
#[derive(Debug, Default)]
pub(super) struct Wide {
    /// The runs as ASCII.
    pub(super) text: Vec<u8>,
    /// Where a run begins, in `text` and in the bytes.
    runs: Vec<(usize, usize)>,
}

impl Wide {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut wide = Self::default();
        let mut at = 0;
        while at + 1 < bytes.len() {
            let length = bytes[at..].chunks_exact(2).take_while(|pair| is_character(pair)).count();
            if length >= SHORTEST {
                wide.runs.push((wide.text.len(), at));
                wide.text.extend(bytes[at..at + 2 * length].iter().step_by(2));
                wide.text.push(b'\n');
            }
            at += (2 * length).max(1);
        }
        wide
    }

    /// Where in the bytes a part of the text stands.
    pub(super) fn place(&self, part: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let run = self.runs.partition_point(|(text, _)| *text <= at).saturating_sub(1);
            self.runs.get(run).map_or(0, |(text, bytes)| bytes + 2 * (at - text))
        };
        place(part.start)..place(part.end)
    }
}

fn is_character(pair: &[u8]) -> bool {
    matches!(pair, [b' '..=b'~' | b'\n' | b'\r' | b'\t', 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_found_at_any_place_and_know_it() {
        let wide = |text: &str| text.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
        let bytes = [
            &[1, 2, 0xFF][..],
            &wide("first and long"),
            &[0, 9, 0],
            &wide("short"),
            &[9, 0x80],
            &wide("another-long-one"),
        ]
        .concat();
        let found = Wide::of(&bytes);
        assert_eq!(String::from_utf8_lossy(&found.text), "first and long\nanother-long-one\n");
        let at = found.place(&(15..22));
        assert_eq!(bytes[at], wide("another"));
        assert_eq!(Wide::of(b"\0a").text, b"");
    }
}
