//! Asks an outside API over HTTP: registries and the like. A product's own hosts are looked at by
//! the probes, byte for byte; here only the answer counts. What goes wrong says nothing about the
//! product, so every problem is [`Problem::Unobserved`].

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LINK, LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use rustls::pki_types::CertificateDer;
use tokio::time::timeout;
use url::Url;

use super::dial::bare_host;
use super::limit::Again;
use super::machine::Machine;
use super::problem::{Problem, span};
use super::session::Session;
use super::tls;
use crate::observed::origin;
use crate::secret::Secret;
use crate::webhook::registration::Authentication;

/// Redirects followed for one answer.
const MOST_REDIRECTS: usize = 5;
/// How we call ourselves.
const USER_AGENT: &str = concat!("launch-ready/", env!("CARGO_PKG_VERSION"));

/// One request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Get<'a> {
    /// What is asked.
    pub(super) url: &'a Url,
    /// The kind of answer that is wanted.
    pub(super) accept: &'a str,
    /// The time for one attempt, redirects and body included.
    pub(super) timeout: Duration,
    /// Largest body that is read, in bytes.
    pub(super) limit: usize,
    /// True where the user named the address: it may lead into a private network.
    pub(super) named: bool,
    /// Who asks. It is sent to the origin of `url` alone, wherever redirects lead.
    pub(super) credential: Option<Credential<'a>>,
}

/// A key of an API, how it is sent, and what else goes with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credential<'a> {
    /// The key.
    pub(super) key: &'a Secret,
    /// How it is sent.
    pub(super) how: &'a Authentication,
    /// Further header fields.
    pub(super) headers: &'a BTreeMap<String, String>,
}

impl Credential<'_> {
    /// The request with it; the error says why that cannot be, without the key.
    fn sign(&self, mut request: RequestBuilder) -> Result<RequestBuilder, String> {
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let key = self.key.expose();
        let (name, text) = match self.how {
            Authentication::Basic => return Ok(request.basic_auth(key, Some(""))),
            Authentication::Bearer => (AUTHORIZATION, format!("Bearer {key}")),
            Authentication::Header(name) => {
                (name.parse().map_err(|_| format!("{name} is no header field"))?, key.to_owned())
            }
        };
        let mut value = HeaderValue::try_from(text)
            .map_err(|_| "the key holds characters that no header field can carry".to_owned())?;
        value.set_sensitive(true);
        Ok(request.header(name, value))
    }
}

/// The answer, whatever its status.
#[derive(Debug)]
pub(super) struct Reply {
    /// Where the redirects ended.
    pub(super) url: Url,
    /// HTTP status.
    pub(super) status: u16,
    /// The media type in lower case, without parameters.
    pub(super) kind: String,
    /// The pause that the server asks for.
    pub(super) retry_after: Option<Duration>,
    /// The field `Link` (RFC 8288).
    pub(super) link: Option<String>,
    /// The whole body.
    pub(super) body: Vec<u8>,
}

impl Session<'_> {
    /// Asks, again where that may help.
    pub(super) async fn api(&self, get: Get<'_>) -> Result<Reply, Problem> {
        let outcome = self.limits.retrying(async || self.through_redirects(get).await, again).await;
        outcome.map_err(Trouble::into_problem)
    }

    /// Asks once, and waits no longer than the time limit for everything together.
    pub(super) async fn api_once(&self, get: Get<'_>) -> Result<Reply, Problem> {
        let outcome = timeout(get.timeout, self.through_redirects(get)).await;
        outcome.unwrap_or_else(|_| Err(late(get.url, get.timeout))).map_err(Trouble::into_problem)
    }

    async fn through_redirects(&self, get: Get<'_>) -> Result<Reply, Trouble> {
        let mut url = get.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            match self.one(&url, get).await? {
                Step::To(next) => url = next,
                Step::End(reply) => return Ok(reply),
            }
        }
        Err(Trouble::Lasting(format!("{} redirects more than {MOST_REDIRECTS} times", host(get.url))))
    }

    /// One request to one URL. The name is looked up by the run's resolver and `--connect`, as
    /// every other name; the environment's proxies do not count.
    async fn one(&self, url: &Url, get: Get<'_>) -> Result<Step, Trouble> {
        let named = get.named && url.origin() == get.url.origin();
        let addresses = self.reach(url, named).await.map_err(|problem| unreached(url, &problem))?;
        let client =
            client(&self.settings.extra_roots, &bare_host(url), &addresses).map_err(Trouble::Lasting)?;
        let asking = async {
            let mut request = client.get(url.clone()).header(ACCEPT, get.accept);
            if let Some(credential) = get.credential.filter(|_| url.origin() == get.url.origin()) {
                request = credential.sign(request).map_err(Trouble::Lasting)?;
            }
            let sent = request.send().await;
            let response = sent.map_err(|error| unsent(url, &error))?;
            match redirected(url, &response, get.url)? {
                Some(next) => Ok(Step::To(next)),
                None => reply(url, response, get.limit).await.map(Step::End),
            }
        };
        // The look-up has taken and given back permits of its own.
        let _permit = self.limits.permit_for(&origin(url)).await;
        timeout(get.timeout, asking).await.unwrap_or_else(|_| Err(late(url, get.timeout)))
    }
}

/// What one request leads to.
enum Step {
    /// A redirect.
    To(Url),
    /// The answer.
    End(Reply),
}

/// A client that knows one host only, so that it can look up no other.
pub(super) fn client(
    extra: &[CertificateDer<'static>],
    host: &str,
    addresses: &[SocketAddr],
) -> Result<Client, String> {
    let tls = tls::verifying(extra, Machine::default(), &[]).map_err(|error| error.to_string())?;
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .tls_backend_preconfigured(tls);
    if host.parse::<IpAddr>().is_err() {
        builder = builder.resolve_to_addrs(host, addresses);
    }
    builder.build().map_err(|error| cause(&error))
}

/// Where a redirect leads; an error where it must not be followed. Who was asked over TLS is not
/// left for plain HTTP.
fn redirected(at: &Url, response: &Response, first: &Url) -> Result<Option<Url>, Trouble> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(next) = text(response.headers(), &LOCATION).and_then(|location| at.join(location).ok()) else {
        return Ok(None);
    };
    match next.scheme() {
        "https" => Ok(Some(next)),
        "http" if first.scheme() == "http" => Ok(Some(next)),
        _ => Err(Trouble::Lasting(format!("{} redirects to {next}, which is not https", host(at)))),
    }
}

async fn reply(url: &Url, mut response: Response, limit: usize) -> Result<Reply, Trouble> {
    let status = response.status().as_u16();
    let kind = text(response.headers(), &CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let retry_after = text(response.headers(), &RETRY_AFTER)
        // A date is as good as a long pause: nobody is asked again before it.
        .map(|text| text.trim().parse().map_or(Duration::MAX, Duration::from_secs));
    let link = text(response.headers(), &LINK).map(str::to_owned);
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(Trouble::Lasting(format!("{} sends more than {limit} bytes", host(url))));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(Reply { url: url.clone(), status, kind, retry_after, link, body }),
            Err(error) => {
                let words = format!("{} broke off its answer: {}", host(url), cause(&error));
                return Err(Trouble::Passing(words));
            }
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
enum Trouble {
    /// It may be gone at the next attempt.
    Passing(String),
    /// It will be the same again.
    Lasting(String),
}

impl Trouble {
    fn into_problem(self) -> Problem {
        match self {
            Self::Passing(words) | Self::Lasting(words) => Problem::Unobserved(words),
        }
    }
}

/// Time-outs, broken answers, 5xx and 429 may pass; everything else stands.
fn again(outcome: &Result<Reply, Trouble>) -> Again {
    match outcome {
        Err(Trouble::Passing(_)) => Again::Soon,
        Ok(reply) if reply.status == 429 || reply.status >= 500 => {
            reply.retry_after.map_or(Again::Soon, Again::After)
        }
        Ok(_) | Err(Trouble::Lasting(_)) => Again::No,
    }
}

fn late(url: &Url, limit: Duration) -> Trouble {
    Trouble::Passing(format!("no answer from {} within {}", host(url), span(limit)))
}

/// A closed port and a refused certificate stand.
fn unsent(url: &Url, error: &reqwest::Error) -> Trouble {
    let words = format!("{} could not be asked: {}", host(url), cause(error));
    if error.is_connect() { Trouble::Lasting(words) } else { Trouble::Passing(words) }
}

/// The look-up has been tried again by itself.
fn unreached(url: &Url, problem: &Problem) -> Trouble {
    Trouble::Lasting(format!("{} could not be asked: {}", host(url), problem.words()))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn host(url: &Url) -> String {
    bare_host(url)
}

/// The innermost reason: the outer ones repeat the URL and say less.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
