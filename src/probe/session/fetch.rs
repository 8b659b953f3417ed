//! Fetches what mail standards publish over HTTPS: policies and logos. Redirects are not followed.

use url::Url;

use super::Session;
use crate::mail::bimi::svg;
use crate::observed::{Logo, Remote, TextFile};
use crate::probe::http::{Answer, Question};
use crate::probe::problem::Problem;

/// Most of a file that is looked at.
const MOST: usize = 64 * 1024;
/// Most lines that are kept.
const MOST_LINES: usize = 1024;
/// How compressed files begin (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Session<'_> {
    /// A text file, kept under its URL.
    pub(in crate::probe) async fn file(&self, url: &Url) -> Result<TextFile, Problem> {
        let ask = async || self.ask(Question::get(url)).await.map(|answer| text_file(&answer));
        self.files.get(url.as_str(), &self.tally, ask).await
    }

    /// A logo, kept under its URL.
    pub(in crate::probe) async fn logo(&self, url: &Url) -> Result<Logo, Problem> {
        let ask = async || self.ask(Question::get(url)).await.map(|answer| logo(&answer));
        self.logos.get(url.as_str(), &self.tally, ask).await
    }
}

/// What is looked at of a body, and whether that is not all of it.
fn body(answer: &Answer) -> (&[u8], bool) {
    let cut = answer.exchange.body_cut || answer.body.len() > MOST;
    (&answer.body[..answer.body.len().min(MOST)], cut)
}

fn text_file(answer: &Answer) -> TextFile {
    let (bytes, cut) = body(answer);
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    // Behind the last line end there is no line.
    lines.pop_if(|last| last.is_empty());
    let cut = cut || lines.len() > MOST_LINES;
    let line = |line: &[u8]| Remote::from_bytes(line.strip_suffix(b"\r").unwrap_or(line));
    TextFile {
        status: answer.exchange.status,
        media_type: answer.exchange.header("content-type").next().cloned(),
        bytes: bytes.len(),
        cut,
        lines: lines.into_iter().take(MOST_LINES).map(line).collect(),
        location: answer.exchange.location.clone(),
    }
}

fn logo(answer: &Answer) -> Logo {
    let (bytes, cut) = body(answer);
    let whole = answer.exchange.status == 200 && !cut && !bytes.starts_with(&GZIP);
    let (svg, fault) = match whole.then(|| svg::facts(bytes)) {
        None => (None, None),
        Some(Ok(svg)) => (Some(svg), None),
        Some(Err(why)) => (None, Some(Remote::from(why))),
    };
    Logo {
        status: answer.exchange.status,
        media_type: answer.exchange.header("content-type").next().cloned(),
        bytes: bytes.len(),
        cut,
        svg,
        fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Exchange;

    fn answer(body: impl Into<Vec<u8>>) -> Answer {
        let exchange = Exchange {
            status: 200,
            headers: vec![("content-type".into(), "text/plain".into())],
            ..Exchange::default()
        };
        Answer { exchange, body: body.into(), took: std::time::Duration::ZERO, is_whole: true, read: None }
    }

    #[test]
    fn files_are_kept_line_by_line() {
        let file = text_file(&answer("a\r\nb\rc\n\n"));
        let lines: Vec<&str> = file.lines.iter().map(Remote::as_str).collect();
        assert_eq!(lines, ["a", "b\\u{d}c", ""]);
        assert_eq!((file.bytes, file.cut, file.media_type.is_some()), (8, false, true));
        let long = text_file(&answer(vec![b'x'; MOST + 1]));
        assert_eq!((long.bytes, long.cut, long.lines.len()), (MOST, true, 1));
        assert!(text_file(&answer("x\n".repeat(MOST_LINES + 1))).cut);
    }

    #[test]
    fn logos_are_read_or_say_why_not() {
        let good = "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\"/>";
        assert!(logo(&answer(good)).svg.is_some());
        assert!(logo(&answer("no")).fault.is_some());
        for body in [vec![0x1f, 0x8b, 8], vec![b' '; MOST + 1]] {
            let logo = logo(&answer(body));
            assert_eq!((logo.svg, logo.fault), (None, None));
        }
    }
}
