//! One request to an endpoint, and what is kept of its answer.

use hyper::Method;
use hyper::header::{HeaderName, HeaderValue};

use super::mask::Mask;
use crate::excerpt;
use crate::observed::{Exchange, Leak, Posted, Remote, Seen};
use crate::probe::http::{Answer, Question};
use crate::probe::problem::Problem;
use crate::probe::session::Session;
use crate::webhook::{Request, leaks};

/// Header fields that judges read: who answers, and what they say about it.
const KEPT: &[&str] = &[
    "allow",
    "cf-cache-status",
    "cf-mitigated",
    "cf-ray",
    "content-type",
    "date",
    "retry-after",
    "server",
    "www-authenticate",
    "x-amzn-waf-action",
    "x-vercel-mitigated",
];

/// How a request travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It holds nothing that strangers may not read: on any connection, to whoever answers.
    Open,
    /// It proves to know the secret: only to a peer whose certificate holds, on a connection of its own.
    Verified,
}

/// Sends a request.
pub(super) async fn send(session: &Session<'_>, request: &Request, way: Way) -> Result<Answer, Problem> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| Problem::Unobserved(format!("`{}` is no method of HTTP", request.method)))?;
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        let wrong = |what: &str| Problem::Unobserved(format!("the header `{name}` cannot be sent: {what}"));
        let name: HeaderName = name.parse().map_err(|_| wrong("it has no good name"))?;
        let mut value =
            HeaderValue::from_str(value).map_err(|_| wrong("its value cannot stand in a header"))?;
        value.set_sensitive(way == Way::Verified);
        headers.push((name, value));
    }
    let question =
        Question { method, url: &request.url, headers, body: request.body.clone().into(), look: None };
    match way {
        Way::Open => session.ask_once(&question).await,
        Way::Verified => session.ask_verified(&question, session.settings.timeout).await,
    }
}

/// What is kept of an answer.
pub(super) fn posted(answer: &Answer, mask: &Mask) -> Posted {
    let (body, tells_secret) = mask.taken_out(&answer.body);
    let mut leaks = leaks(&body);
    if tells_secret {
        let shown = "the value itself stands in the answer".into();
        leaks.insert(0, Leak { what: "a secret of this webhook".into(), shown: Some(shown) });
    }
    let told = &answer.exchange;
    let text = |text: &Remote| Remote::from(mask.text(text.as_str()));
    let headers = told.headers.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    let location = told.location.as_ref().filter(|url| mask.text(url.as_str()) == url.as_str());
    Posted {
        sent: None,
        millis: u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX),
        answer: Exchange {
            status: told.status,
            headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            location: location.cloned(),
            body_bytes: told.body_bytes,
            body_cut: told.body_cut,
            excerpt: excerpt::of(&body),
            edge_note: told.edge_note.as_ref().map(text),
            ..Exchange::default()
        },
        leaks,
        right: None,
    }
}

/// A problem in words that hold no secret.
pub(super) fn without_secrets<T>(seen: Seen<T>, mask: &Mask) -> Seen<T> {
    match seen {
        Seen::Failed(mut failure) => {
            failure.detail = mask.text(failure.detail.as_str()).into();
            Seen::Failed(failure)
        }
        Seen::Unobserved(reason) => Seen::Unobserved(mask.text(reason.as_str()).into()),
        answer @ Seen::Answer(_) => answer,
    }
}
