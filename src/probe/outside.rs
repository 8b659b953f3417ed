//! A connection to an outside API that is written to as well: what was sent, and what came of it, are told
//! apart, since a change must not be made twice.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Response};
use tokio::time::{Instant, timeout};
use url::Url;

use super::api::{cause, client};
use super::dial::bare_host;
use super::problem::span;
use super::session::Session;
use super::{ProbeError, Progress, Settings};
use crate::observed::origin;
use crate::private::PrivateRanges;

/// The life of a session that is not a run's: its user decides when it ends.
const LIFE: Duration = Duration::from_hours(24);

/// An API at a base address.
pub(crate) struct Outside<'a> {
    session: Held<'a>,
    client: Client,
    base: Url,
}

/// Whose limits, resolver and watcher count.
enum Held<'a> {
    /// The run's.
    Run(&'a Session<'a>),
    /// Its own: no run goes on.
    Own(Box<Session<'a>>),
}

/// One request.
#[derive(Debug)]
pub(crate) struct Request {
    /// Its method.
    pub(crate) method: Method,
    /// Its path, relative to the base, and its query.
    pub(crate) path: String,
    /// The query, without question mark.
    pub(crate) query: Option<String>,
    /// Its body and the media type of it.
    pub(crate) body: Option<(String, String)>,
    /// The time for it, the answer's body included.
    pub(crate) timeout: Duration,
    /// Largest body of an answer that is read, in bytes.
    pub(crate) limit: usize,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// Its header fields.
    pub(crate) headers: HeaderMap,
    /// Its whole body.
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer, in a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// Nothing left this machine.
    NotSent(String),
    /// It was sent, or part of it, and nobody knows what came of it.
    Lost(String),
    /// There is an answer, and it is larger than is read.
    TooLarge(String),
}

impl<'a> Outside<'a> {
    /// An API that is asked while no run goes on.
    pub(crate) async fn open(
        settings: &'a Settings,
        progress: &'a dyn Progress,
        at: Timestamp,
        base: &Url,
        named: bool,
    ) -> Result<Self, OpenError> {
        let session =
            Session::new(settings, progress, Instant::now() + LIFE, at).map_err(OpenError::Probe)?;
        Self::held(Held::Own(Box::new(session)), base, named).await
    }

    /// An API that is asked as a part of a run.
    pub(super) async fn within(session: &'a Session<'a>, base: &Url, named: bool) -> Result<Self, OpenError> {
        Self::held(Held::Run(session), base, named).await
    }

    async fn held(session: Held<'a>, base: &Url, named: bool) -> Result<Self, OpenError> {
        let host = bare_host(base);
        let addresses = session.get().reach(base, named).await;
        let addresses =
            addresses.map_err(|problem| OpenError::Unreached(host.clone(), problem.words().to_owned()))?;
        let is_public =
            |address: &std::net::SocketAddr| PrivateRanges::Forbidden.fault(address.ip()).is_none();
        if base.scheme() != "https" && addresses.iter().any(is_public) {
            return Err(OpenError::Plain(host));
        }
        let client =
            client(&session.get().settings.extra_roots, &host, &addresses).map_err(OpenError::Client)?;
        let mut base = base.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self { session, client, base })
    }

    /// How a run looks.
    pub(crate) fn settings(&self) -> &Settings {
        self.session.get().settings
    }

    /// The host, for messages.
    pub(crate) fn host(&self) -> String {
        bare_host(&self.base)
    }

    /// Waits, as a server asked for it; `why` is shown to whoever watches. False, and at once, where the run
    /// would be over by then.
    pub(crate) async fn pause(&self, pause: Duration, why: &str) -> bool {
        let session = self.session.get();
        session.tally.telling(why);
        session.limits.pause(pause).await
    }

    /// Sends one request once.
    pub(crate) async fn send(
        &self,
        sending: &Request,
        (name, value): (&str, &HeaderValue),
    ) -> Result<Answer, NoAnswer> {
        let wrong = |_| NoAnswer::NotSent(format!("`{}` is no address", sending.path));
        let mut url = self.base.join(&sending.path).map_err(wrong)?;
        url.set_query(sending.query.as_deref());
        let mut request = self.client.request(sending.method.clone(), url.clone()).header(name, value);
        if let Some((body, media_type)) = &sending.body {
            request = request.header(CONTENT_TYPE, media_type).body(body.clone());
        }
        let _permit = self.session.get().limits.permit_for(&origin(&url)).await;
        let asking = async {
            let response = request.send().await.map_err(|error| unsent(&url, &error))?;
            read(&url, response, sending.limit).await
        };
        let late =
            || NoAnswer::Lost(format!("no answer from {} within {}", bare_host(&url), span(sending.timeout)));
        timeout(sending.timeout, asking).await.unwrap_or_else(|_| Err(late()))
    }
}

impl<'a> Held<'a> {
    fn get(&self) -> &Session<'a> {
        match self {
            Self::Run(session) => session,
            Self::Own(session) => session,
        }
    }
}

/// Why an API cannot be asked at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// What every run needs.
    #[error(transparent)]
    Probe(ProbeError),
    /// No address of its host: the host, and why.
    #[error("{0} could not be asked: {1}")]
    Unreached(String, String),
    /// Its address is plain HTTP, and leads outside: the host.
    #[error("{0} would be asked over plain HTTP, outside this network")]
    Plain(String),
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Client(String),
}

async fn read(url: &Url, mut response: Response, limit: usize) -> Result<Answer, NoAnswer> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(NoAnswer::TooLarge(format!("{} sends more than {limit} bytes", bare_host(url))));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(Answer { status, headers, body }),
            Err(error) => {
                let words = format!("{} broke off its answer: {}", bare_host(url), cause(&error));
                return Err(NoAnswer::Lost(words));
            }
        }
    }
}

/// Without a connection nothing is sent.
fn unsent(url: &Url, error: &reqwest::Error) -> NoAnswer {
    let host = bare_host(url);
    if error.is_connect() || error.is_builder() {
        return NoAnswer::NotSent(format!("{host} could not be asked: {}", cause(error)));
    }
    NoAnswer::Lost(format!("{host} gave no answer: {}", cause(error)))
}
