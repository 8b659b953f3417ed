//! Reads an answer up to its limits.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{MOST_BODY, decode, fault, stream};
use crate::observed::{Exchange, FailureKind, Remote};
use crate::probe::problem::{Problem, Until};
use crate::served::{Look, Read};
use crate::web::edge;

/// Most bytes of a text that can show in an excerpt; a character has at most four.
const MOST_EXCERPT: usize = 4 * (Remote::MAX + 1);

/// An answer, with what there is of its body.
#[derive(Debug)]
pub(in crate::probe) struct Answer {
    /// The facts.
    pub(in crate::probe) exchange: Exchange,
    /// The body as far as it was read, its coding undone.
    pub(in crate::probe) body: Vec<u8>,
    /// From the request to the end of what was read of the body.
    pub(in crate::probe) took: Duration,
    /// True where nothing of the body is left unread.
    pub(in crate::probe) is_whole: bool,
    /// What was found in the whole of it, where that was wanted and it holds text.
    pub(in crate::probe) read: Option<Read>,
}

/// Who is asked for what, and until when.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) url: &'a Url,
    pub(super) peer: std::net::SocketAddr,
    pub(super) until: Until,
    pub(super) look: Option<&'a Look>,
}

/// Waits for the answer to a request that is on its way, and reads it.
pub(super) async fn read(
    response: impl Future<Output = hyper::Result<Response<Incoming>>>,
    asked: Asked<'_>,
) -> Result<Answer, Problem> {
    let Asked { url, peer, until, look } = asked;
    let begun = Instant::now();
    let response = until.wait(FailureKind::NoAnswer, format!("no HTTP answer from {peer}"), response).await?;
    let (head, mut incoming) = response.map_err(|error| fault::problem(&error, peer))?.into_parts();
    let coding = coding(&head.headers);
    let Text { body, whole, is_whole, read } = if let Some(look) = look {
        stream::read(url, &head, &coding, &mut incoming, (look, until.extended())).await
    } else {
        let mut raw = Vec::new();
        let is_whole = timeout_at(until.at(), collect(&mut incoming, &mut raw)).await == Ok(true);
        let (body, whole) = decode::decoded(&coding, raw, is_whole);
        Text { body, whole, is_whole: whole, read: None }
    };
    let took = begun.elapsed();
    let is_text = head.headers.get(CONTENT_TYPE).is_none_or(|kind| is_text(kind.as_bytes()));
    let excerpt =
        (is_text && !body.is_empty()).then(|| Remote::from_bytes(&body[..body.len().min(MOST_EXCERPT)]));
    let fields = head.headers.iter();
    let mut exchange = Exchange {
        status: head.status.as_u16(),
        headers: fields.map(|(name, value)| Exchange::field(name.as_str(), value.as_bytes())).collect(),
        location: head.headers.get(LOCATION).and_then(|value| leads_to(url, value.as_bytes())),
        body_bytes: body.len(),
        excerpt,
        body_cut: !whole,
        ..Exchange::default()
    };
    if exchange.is_of_cloudflare() && exchange.status >= 400 {
        exchange.edge_note = edge::note(&body).map(Remote::from);
    }
    Ok(Answer { exchange, body, took, is_whole, read })
}

/// A body as far as it was read.
pub(super) struct Text {
    /// The beginning of it, its coding undone.
    pub(super) body: Vec<u8>,
    /// True where that is all of it.
    pub(super) whole: bool,
    /// True where nothing is left unread.
    pub(super) is_whole: bool,
    pub(super) read: Option<Read>,
}

/// The codings of a body in the order in which they were applied, in lower case.
fn coding(headers: &HeaderMap) -> String {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let values: Vec<String> =
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_ascii_lowercase()).collect();
    values.join(",")
}

/// True for the media types of pages and of error messages. Programs and styles are long, and no judge
/// reads them.
fn is_text(kind: &[u8]) -> bool {
    let kind = String::from_utf8_lossy(kind).to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_code = ["css", "javascript"].iter().any(|end| kind.ends_with(end));
    (kind.starts_with("text/") && !is_code) || ["json", "xml"].iter().any(|end| kind.ends_with(end))
}

/// Reads a body up to the limit; false where it goes on behind it or breaks off.
async fn collect(incoming: &mut Incoming, body: &mut Vec<u8>) -> bool {
    while let Some(frame) = incoming.frame().await {
        let Ok(frame) = frame else { return false };
        if let Some(data) = frame.data_ref() {
            let room = MOST_BODY - body.len();
            body.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room || (data.len() == room && !incoming.is_end_stream()) {
                return false;
            }
        }
    }
    true
}

/// Where a Location leads, without its fragment; `None` where that is no address.
fn leads_to(from: &Url, location: &[u8]) -> Option<Url> {
    let mut url = from.join(std::str::from_utf8(location).ok()?.trim()).ok()?;
    url.set_fragment(None);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_resolved() {
        let from = Url::parse("https://a.test/x/y?q").expect("a URL");
        let to = |location: &[u8]| leads_to(&from, location).map(String::from);
        assert_eq!(to(b" /z#top ").as_deref(), Some("https://a.test/z"));
        assert_eq!(to(b"//b.test").as_deref(), Some("https://b.test/"));
        assert_eq!(to(b"?r").as_deref(), Some("https://a.test/x/y?r"));
        assert_eq!(to(b"https://"), None);
        assert_eq!(to(b"/\xff"), None);
    }
}
