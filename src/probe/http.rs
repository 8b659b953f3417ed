//! One GET on one connection. Redirects are not followed here.

use std::error::Error as _;
use std::net::SocketAddr;
use std::pin::pin;

use futures_util::future::{Either, select};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout_at;
use url::{Position, Url};

use super::problem::{Problem, Until};
use super::tls;
use crate::observed::{Exchange, FailureKind, Remote};

/// Largest head that is read.
const MOST_HEAD: usize = 64 * 1024;
/// Most header fields that are read.
const MOST_FIELDS: usize = 1024;
/// Most of a body that is read.
const MOST_BODY: usize = 256 * 1024;
/// Most bytes of a text that can show in an excerpt; a character has at most four.
const MOST_EXCERPT: usize = 4 * (Remote::MAX + 1);
/// How the probe names itself.
const AGENT: &str = concat!("launch-ready/", env!("CARGO_PKG_VERSION"));

/// What is asked, of whom, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    /// The address asked for.
    pub(super) url: &'a Url,
    /// The peer, for the words.
    pub(super) peer: SocketAddr,
    /// The end of the attempt.
    pub(super) until: Until,
    /// True where the peer chose HTTP/2.
    pub(super) h2: bool,
}

/// An answer, with what there is of its body.
pub(super) struct Answer {
    /// The facts.
    pub(super) exchange: Exchange,
    /// The body as far as it was read.
    pub(super) body: Vec<u8>,
}

/// Asks on an open connection.
pub(super) async fn get<S>(stream: S, ask: Ask<'_>) -> Result<Answer, Problem>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let request = request(ask)?;
    // On the heap: a connection is large, and whoever waits for one would carry it along.
    if ask.h2 {
        Box::pin(over_h2(stream, request, ask)).await
    } else {
        Box::pin(over_h1(stream, request, ask)).await
    }
}

async fn over_h1<S>(stream: S, request: Request<Empty<Bytes>>, ask: Ask<'_>) -> Result<Answer, Problem>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    // A field with a control character is dropped, as browsers do; the others are still an answer.
    builder.ignore_invalid_headers_in_responses(true);
    builder.max_headers(MOST_FIELDS).max_header_size(MOST_HEAD).max_buf_size(MOST_HEAD);
    let (mut sender, connection) = started(builder.handshake(TokioIo::new(stream)), ask).await?;
    driven(connection, read(sender.send_request(request), ask)).await
}

async fn over_h2<S>(stream: S, request: Request<Empty<Bytes>>, ask: Ask<'_>) -> Result<Answer, Problem>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.max_header_list_size(u32::try_from(MOST_HEAD).unwrap_or(u32::MAX));
    let (mut sender, connection) = started(builder.handshake(TokioIo::new(stream)), ask).await?;
    driven(connection, read(sender.send_request(request), ask)).await
}

async fn started<T>(handshake: impl Future<Output = hyper::Result<T>>, ask: Ask<'_>) -> Result<T, Problem> {
    let started = ask.until.wait(FailureKind::NoAnswer, silence(ask), handshake).await?;
    started.map_err(|error| problem(&error, ask))
}

fn silence(ask: Ask<'_>) -> String {
    format!("no HTTP answer from {}", ask.peer)
}

/// Runs the connection as long as the exchange needs it.
async fn driven<T>(connection: impl Future, exchange: impl Future<Output = T>) -> T {
    match select(pin!(exchange), pin!(connection)).await {
        Either::Left((outcome, _)) => outcome,
        // What the connection had to say reaches the exchange through its own channel.
        Either::Right((_, exchange)) => exchange.await,
    }
}

fn request(ask: Ask<'_>) -> Result<Request<Empty<Bytes>>, Problem> {
    let url = ask.url;
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let host = &url[Position::BeforeHost..Position::AfterPort];
    // HTTP/2 says the host in `:authority`; a second one makes nginx answer 400.
    let request = if ask.h2 {
        Request::get(format!("{}://{host}{path}", url.scheme()))
    } else {
        Request::get(path).header(HOST, host)
    };
    let request = request.header(USER_AGENT, AGENT).header(ACCEPT, "*/*").body(Empty::new());
    request.map_err(|error| Problem::Unobserved(format!("{url} cannot be asked over HTTP: {error}")))
}

async fn read(
    response: impl Future<Output = hyper::Result<Response<Incoming>>>,
    ask: Ask<'_>,
) -> Result<Answer, Problem> {
    let response = ask.until.wait(FailureKind::NoAnswer, silence(ask), response).await?;
    let (head, mut incoming) = response.map_err(|error| problem(&error, ask))?.into_parts();
    let fields = head.headers.iter();
    let headers =
        fields.map(|(name, value)| (name.to_string(), Remote::from_bytes(value.as_bytes()))).collect();
    let location = head.headers.get(LOCATION).and_then(|value| leads_to(ask.url, value.as_bytes()));
    let mut body = Vec::new();
    let whole = timeout_at(ask.until.at(), collect(&mut incoming, &mut body)).await;
    let is_text = head.headers.get(CONTENT_TYPE).is_none_or(|kind| is_text(kind.as_bytes()));
    let excerpt =
        (is_text && !body.is_empty()).then(|| Remote::from_bytes(&body[..body.len().min(MOST_EXCERPT)]));
    let exchange = Exchange {
        status: head.status.as_u16(),
        headers,
        location,
        body_bytes: body.len(),
        excerpt,
        body_cut: whole != Ok(true),
    };
    Ok(Answer { exchange, body })
}

/// True for the media types of pages and of error messages.
fn is_text(kind: &[u8]) -> bool {
    let kind = String::from_utf8_lossy(kind).to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.starts_with("text/") || ["json", "xml"].iter().any(|end| kind.ends_with(end))
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

fn problem(error: &hyper::Error, ask: Ask<'_>) -> Problem {
    let peer = ask.peer;
    // hyper asks this by method only of servers.
    if error.is_parse() && error.to_string().contains("too large") {
        let words = format!("the head of the answer from {peer} is larger than {} KiB", MOST_HEAD / 1024);
        return Problem::Failed(FailureKind::TooLarge, words);
    }
    if error.is_parse() {
        return Problem::Failed(FailureKind::NotHttp, format!("what {peer} answered is not HTTP: {error}"));
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            if let Some(alert) = tls::alert(io) {
                let words = format!("{peer} ended the connection with the TLS alert {alert}");
                return Problem::Failed(FailureKind::Alert, words);
            }
            // TLS and HTTP/2 report some of their own errors as I/O errors of kind other.
            if io.kind() != std::io::ErrorKind::Other {
                return Problem::from_io(io, peer);
            }
        }
        cause = inner.source();
    }
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        return Problem::Failed(FailureKind::Reset, format!("connection closed by {peer} before an answer"));
    }
    let detail = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    // What the peer itself sends to end an HTTP/2 exchange is shown so.
    if ask.h2 && detail.contains(" received: ") {
        return Problem::Failed(FailureKind::Reset, format!("{peer} ended the HTTP/2 exchange: {detail}"));
    }
    Problem::Failed(FailureKind::NotHttp, format!("what {peer} answered is not HTTP: {detail}"))
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

    #[test]
    fn requests_name_the_host_once() {
        let url = Url::parse("https://u:p@a.test:8443/x?q#f").expect("a URL");
        let ask = |h2| Ask {
            url: &url,
            peer: ([127, 0, 0, 1], 1).into(),
            until: Until::after(std::time::Duration::ZERO),
            h2,
        };
        let one = request(ask(false)).expect("a request");
        assert_eq!(
            (one.uri().to_string().as_str(), &one.headers()[HOST]),
            ("/x?q", &"a.test:8443".parse().expect("a value"))
        );
        let two = request(ask(true)).expect("a request");
        assert_eq!(two.uri().to_string(), "https://a.test:8443/x?q");
        assert!(!two.headers().contains_key(HOST));
    }
}
