//! HTTP on connections of our own. Redirects are not followed here.
//!
//! | file | what it does |
//! |---|---|
//! | `line` | a connection that carries one request after another (HTTP/1.1), or many at once (HTTP/2) |
//! | `answer` | reads an answer up to its limits |
//! | `decode` | gzip and brotli, up to a limit |
//! | `fault` | what an error says about the peer |

mod answer;
mod decode;
mod fault;
mod line;
mod stream;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use url::{Position, Url};

pub(super) use answer::Answer;
pub(super) use line::{Line, Many, Single};

use super::problem::Problem;
use crate::served::Look;

/// Largest head that is read.
const MOST_HEAD: usize = 64 * 1024;
/// Most header fields that are read.
const MOST_FIELDS: usize = 1024;
/// Most of a body that is read, as it comes over the wire.
const MOST_BODY: usize = 256 * 1024;
/// Most of a body that is kept after decoding.
const MOST_TEXT: usize = 512 * 1024;
/// How the probe names itself.
const AGENT: &str = concat!("launch-ready/", env!("CARGO_PKG_VERSION"));
/// The codings that the probe can undo (RFC 9110 section 8.4.1, RFC 7932).
const CODINGS: &str = "gzip, br";

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Question<'a> {
    /// `GET`, `OPTIONS`, ...
    pub(super) method: Method,
    /// The address asked for.
    pub(super) url: &'a Url,
    /// Fields beside those that every request has. They replace those of the same name.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// What it carries.
    pub(super) body: Bytes,
    /// How the whole of the answer's body is read, where that is wanted.
    pub(super) look: Option<Look>,
}

impl<'a> Question<'a> {
    /// A plain GET.
    pub(super) fn get(url: &'a Url) -> Self {
        Self { method: Method::GET, url, headers: Vec::new(), body: Bytes::new(), look: None }
    }

    /// The request as it goes over a connection of that version.
    fn request(&self, h2: bool) -> Result<Request<Full<Bytes>>, Problem> {
        let url = self.url;
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let host = &url[Position::BeforeHost..Position::AfterPort];
        let builder = Request::builder().method(self.method.clone());
        // HTTP/2 says the host in `:authority`; a second one makes nginx answer 400.
        let builder = if h2 {
            builder.uri(format!("{}://{host}{path}", url.scheme()))
        } else {
            builder.uri(path).header(HOST, host)
        };
        let builder =
            builder.header(USER_AGENT, AGENT).header(ACCEPT, "*/*").header(ACCEPT_ENCODING, CODINGS);
        let request = builder.body(Full::new(self.body.clone()));
        let mut request = request
            .map_err(|error| Problem::Unobserved(format!("{url} cannot be asked over HTTP: {error}")))?;
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_name_the_host_once() {
        let url = Url::parse("https://u:p@a.test:8443/x?q#f").expect("a URL");
        let one = Question::get(&url).request(false).expect("a request");
        assert_eq!(
            (one.uri().to_string().as_str(), &one.headers()[HOST]),
            ("/x?q", &"a.test:8443".parse().expect("a value"))
        );
        let two = Question::get(&url).request(true).expect("a request");
        assert_eq!(two.uri().to_string(), "https://a.test:8443/x?q");
        assert!(!two.headers().contains_key(HOST));
    }

    #[test]
    fn own_fields_replace_the_usual_ones() {
        let url = Url::parse("https://a.test/").expect("a URL");
        let headers = vec![(ACCEPT, HeaderValue::from_static("text/html"))];
        let question = Question { method: Method::OPTIONS, headers, ..Question::get(&url) };
        let request = question.request(true).expect("a request");
        assert_eq!(
            (request.method().as_str(), request.headers().get_all(ACCEPT).iter().count()),
            ("OPTIONS", 1)
        );
        assert_eq!(request.headers()[ACCEPT], "text/html");
    }
}
