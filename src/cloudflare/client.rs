//! Sends requests to the API: one at a time or side by side, as often as it is safe, as fast as it is allowed.
//!
//! What only reads is tried again after 5xx, time-outs and cut connections. What changes something is sent
//! again only where it certainly was not executed: after a 429, and where there was no connection.

use std::borrow::Cow;
use std::cell::Cell;
use std::time::Duration;

use cloudflare::framework::auth::Credentials;
use cloudflare::framework::endpoint::RequestBody;
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::endpoint::{Export, Order, Question, Request as Endpoint};
use super::failure::{Failure, Refused};
use super::pace;
use super::permission::{Permission, Resource};
use super::read;
use crate::observed::Remote;
use crate::probe::{self, Answer, NoAnswer, OpenError, Outside, Progress, Request};
use crate::secret::Secret;

/// Largest answer that is read, in bytes: five thousand records have about three millions.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The most that a run waits because it is asked to.
const PATIENCE: Duration = Duration::from_mins(2);
/// The least time for a change: to give up early is to not know what came of it.
const LEAST_FOR_A_CHANGE: Duration = Duration::from_mins(1);
/// The first pause before another attempt; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The API, with a token.
pub struct Client<'a> {
    outside: Outside<'a>,
    authorization: HeaderValue,
    token: Secret,
    /// Nothing is sent before that.
    not_before: Cell<Option<Instant>>,
    /// How long it still waits where it is asked to.
    patience: Cell<Duration>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The `result`; `Null` where there is none.
    pub result: Value,
    /// The `result_info`: pages and counts.
    pub info: Option<Value>,
    /// What the API says beside it.
    pub messages: Vec<Remote>,
}

/// Why the API cannot be asked at all.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ClientError {
    /// The token cannot be sent.
    #[error("the token holds characters that no header field can carry")]
    #[diagnostic(code(cloudflare::token), help("copy it again from Cloudflare's dashboard"))]
    Token,
    /// The API cannot be reached.
    #[error("Cloudflare's API cannot be asked: {0}")]
    #[diagnostic(
        code(cloudflare::unreachable),
        help("check the network, and LAUNCH_READY_CLOUDFLARE_URL where it is set")
    )]
    Unreachable(String),
}

impl From<OpenError> for ClientError {
    fn from(error: OpenError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

impl<'a> Client<'a> {
    /// A client that is used while no run goes on.
    pub async fn open(
        settings: &'a probe::Settings,
        progress: &'a dyn Progress,
        at: Timestamp,
        base: &Url,
        token: &Secret,
    ) -> Result<Self, ClientError> {
        let outside = Outside::open(settings, progress, at, base, is_named(base)).await?;
        Self::new(outside, token)
    }

    /// A client of an API that is open.
    pub(crate) fn new(outside: Outside<'a>, token: &Secret) -> Result<Self, ClientError> {
        // Its `Debug` shows the token, so that it does not outlive this function.
        let credentials = Credentials::UserAuthToken { token: token.expose().to_owned() };
        let (_, text) = credentials.headers().pop().ok_or(ClientError::Token)?;
        let mut authorization = HeaderValue::try_from(text).map_err(|_| ClientError::Token)?;
        authorization.set_sensitive(true);
        let patience = PATIENCE.min(outside.settings().deadline);
        Ok(Self {
            outside,
            authorization,
            token: token.clone(),
            not_before: Cell::new(None),
            patience: Cell::new(patience),
        })
    }

    /// The token, for those who look at its form. Never for output.
    pub(super) fn token(&self) -> &Secret {
        &self.token
    }

    /// Asks; again where that may help.
    pub async fn read(&self, question: &Question<'_>) -> Result<Reply, Failure> {
        let answer = self.repeating(question, true).await?;
        read::reply(&answer, &self.token).map_err(Failure::Garbled)
    }

    /// The records of a zone as a zone file.
    pub async fn export(&self, export: &Export<'_>) -> Result<String, Failure> {
        let answer = self.repeating(export, true).await?;
        String::from_utf8(answer.body).map_err(|_| Failure::Garbled("the export is not UTF-8".into()))
    }

    /// Changes something, at most once.
    pub async fn write(&self, order: &Order<'_>) -> Result<Reply, Failure> {
        let answer = self.repeating(order, false).await?;
        // The status says that it was done, and nobody knows what.
        read::reply(&answer, &self.token).map_err(Failure::Ambiguous)
    }

    /// One request, and again while it is safe and there is time.
    async fn repeating(&self, endpoint: &impl Endpoint, harmless: bool) -> Result<Answer, Failure> {
        let (mut tried, mut limited) = (0, 0);
        loop {
            self.wait_for_the_turn().await?;
            let (failure, pause) = match self.once(endpoint, harmless).await {
                Outcome::Answer(answer) => return Ok(answer),
                Outcome::Fails(failure) => return Err(failure),
                Outcome::Limited(pause) => {
                    // Who always says "at once" and never lets anybody in is not asked for ever.
                    self.hold(pause.max(pause_after(limited)))?;
                    limited += 1;
                    continue;
                }
                Outcome::May(failure) => (failure, pause_after(tried)),
            };
            let why = format!("{}, after: {failure}", self.outside.host());
            if tried >= self.outside.settings().retries || !self.outside.pause(pause, &why).await {
                return Err(failure);
            }
            tried += 1;
        }
    }

    /// One request.
    async fn once(&self, endpoint: &impl Endpoint, harmless: bool) -> Outcome {
        let request = match self.request(endpoint) {
            Ok(request) => request,
            Err(why) => return Outcome::Fails(Failure::NotSent(why)),
        };
        let field = ("authorization", &self.authorization);
        let answer = match self.outside.send(&request, field).await {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(why)) => return Outcome::May(Failure::NotSent(why)),
            Err(NoAnswer::Lost(why)) if harmless => return Outcome::May(Failure::Ambiguous(why)),
            Err(NoAnswer::TooLarge(why)) if harmless => return Outcome::Fails(Failure::Garbled(why)),
            Err(NoAnswer::Lost(why) | NoAnswer::TooLarge(why)) => {
                return Outcome::Fails(Failure::Ambiguous(why));
            }
        };
        if let Some(pause) = pace::after_answer(&answer.headers) {
            // Where there is no patience for it, the next request is refused, and that says so.
            let _ = self.hold(pause);
        }
        self.judge(answer, &request, endpoint.resource(), harmless)
    }

    fn judge(&self, answer: Answer, request: &Request, resource: Resource, harmless: bool) -> Outcome {
        match answer.status {
            429 => Outcome::Limited(pace::after_refusal(&answer.headers)),
            200..300 => match read::errors_of_a_success(&answer.body, &self.token) {
                None => Outcome::Answer(answer),
                Some(errors) => Outcome::Fails(Failure::Refused(Refused {
                    status: answer.status,
                    errors,
                    needs: Permission::for_method(resource, &request.method),
                    about: about(request),
                })),
            },
            500.. => {
                let failure = Failure::Ambiguous(read::server_fault(
                    &self.outside.host(),
                    answer.status,
                    &answer.body,
                    &self.token,
                ));
                if harmless { Outcome::May(failure) } else { Outcome::Fails(failure) }
            }
            300..400 => Outcome::Fails(Failure::Garbled(format!(
                "{} redirects ({}), and the token goes nowhere else",
                self.outside.host(),
                answer.status
            ))),
            status => Outcome::Fails(Failure::Refused(Refused {
                status,
                errors: read::errors(&answer.body, &self.token),
                needs: Permission::for_method(resource, &request.method),
                about: about(request),
            })),
        }
    }

    fn request(&self, endpoint: &impl Endpoint) -> Result<Request, String> {
        let method = endpoint.method();
        let media_type = endpoint.content_type().map(Cow::into_owned).unwrap_or_default();
        let body = match endpoint.body() {
            None => None,
            Some(RequestBody::Json(text)) => Some((text, media_type)),
            Some(RequestBody::Raw(_) | RequestBody::MultiPart(_)) => {
                return Err(format!("{} has a body that is not sent", endpoint.path()));
            }
        };
        let least = if method == Method::GET { Duration::ZERO } else { LEAST_FOR_A_CHANGE };
        Ok(Request {
            path: endpoint.path(),
            query: endpoint.query(),
            body,
            timeout: self.outside.settings().timeout.max(least),
            limit: MOST_BYTES,
            method,
        })
    }

    /// Nothing is sent for so long; an error where nobody waits that long.
    fn hold(&self, pause: Duration) -> Result<(), Failure> {
        let now = Instant::now();
        let until = now + pause;
        let held = self.not_before.get().filter(|held| *held > now).unwrap_or(now);
        // Requests side by side are refused together, and wait together.
        let longer = until.saturating_duration_since(held);
        let Some(left) = self.patience.get().checked_sub(longer) else { return Err(Failure::Limited(pause)) };
        self.patience.set(left);
        self.not_before.set(Some(until.max(held)));
        Ok(())
    }

    async fn wait_for_the_turn(&self) -> Result<(), Failure> {
        while let Some(until) = self.not_before.get() {
            let pause = until.saturating_duration_since(Instant::now());
            if pause.is_zero() {
                break;
            }
            let why = format!("{}, which asks for {}", self.outside.host(), probe::span(pause));
            if !self.outside.pause(pause, &why).await {
                return Err(Failure::Limited(pause));
            }
        }
        Ok(())
    }
}

/// What came of one request.
enum Outcome {
    /// An answer.
    Answer(Answer),
    /// It stands.
    Fails(Failure),
    /// It may be otherwise at the next attempt, which is safe.
    May(Failure),
    /// It was not executed, and may be sent again after that time.
    Limited(Duration),
}

/// The pause after so many attempts that failed.
fn pause_after(failed: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failed.min(5))
}

/// True where the user named another address than Cloudflare's own.
pub(crate) fn is_named(base: &Url) -> bool {
    base.host_str() != Some("api.cloudflare.com")
}

/// `PUT zones/0123.../rulesets/phases/http_ratelimit/entrypoint`
fn about(request: &Request) -> String {
    format!("{} {}", request.method, request.path)
}

impl std::fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("host", &self.outside.host()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
