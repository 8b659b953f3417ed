//! The way of a request through a receiver.

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::claim::Flaw;
use super::ledger::Effects;
use super::rewrite::{sorted, stringified};
use super::scheme::Event;
use super::{Defect, Receiver};
use crate::lab::site::{Request, Response};

/// How long a receiver with a race in it works on an event before it notes that it knows it.
const RACE: Duration = Duration::from_millis(300);

/// What Flask shows where nothing catches an error and debugging is on.
const TRACEBACK: &str = r#"Traceback (most recent call last):
  File "/srv/shop/.venv/lib/python3.12/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
  File "/srv/shop/app/webhooks.py", line 42, in receive
    event = verify(payload, header, settings.WEBHOOK_SECRET)
ValueError: no signature fits the payload
"#;

/// What an edge shows to whom it takes for a machine.
const CHALLENGE: &str =
    "<!DOCTYPE html><title>Just a moment...</title><p>Enable JavaScript and cookies to continue</p>";

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    i64::try_from(since.as_secs()).expect("a time of today")
}

impl Receiver {
    /// Answers a request at the receiver's path.
    pub(super) fn answer(&self, request: &Request, effects: &Effects) -> Response {
        let number = effects.note(request);
        let response = self.in_front(request, number).unwrap_or_else(|| match request.method.as_str() {
            "POST" => self.posted(request, effects),
            _ => self.got(request),
        });
        let slow = self.told(|defect| if let Defect::Slow(delay) = defect { Some(*delay) } else { None });
        let delay = response.delay + slow.unwrap_or_default();
        response.delay(delay)
    }

    /// What answers before the receiver's own code is reached.
    fn in_front(&self, request: &Request, number: usize) -> Option<Response> {
        self.told(|defect| match defect {
            Defect::RateLimited(after) if number > *after => Some(
                Response::json(429, &json!({ "error": "too many requests" })).header("Retry-After", "60"),
            ),
            Defect::Challenged => {
                let page = Response::new(403, CHALLENGE).header("Content-Type", "text/html; charset=UTF-8");
                Some(page.header("cf-mitigated", "challenge").header("Server", "cloudflare"))
            }
            Defect::NotFound => Some(Response::json(404, &json!({ "error": "not found" }))),
            Defect::Redirects(status) => Some(Response::redirect(*status, &format!("{}/", request.path()))),
            _ => None,
        })
    }

    fn posted(&self, request: &Request, effects: &Effects) -> Response {
        if self.has(Defect::AnswersAnyChallenge)
            && let Some(answer) = self.posted_challenge(request)
        {
            return answer;
        }
        if let Err(flaw) = self.verify(request) {
            if let (true, Some(event)) = (self.has(Defect::BooksTheRefused), self.scheme.event(request)) {
                self.act(&event, effects);
            }
            return self.refuse(flaw);
        }
        if let Some(answer) = self.posted_challenge(request) {
            return answer;
        }
        match self.scheme.event(request) {
            Some(event) => self.take(&event, effects),
            None if self.has(Defect::AcceptsAnything) => Response::json(200, &json!({ "received": true })),
            None => Response::json(400, &json!({ "error": "not an event" })),
        }
    }

    /// Verifies as far as the defects leave it to.
    fn verify(&self, request: &Request) -> Result<(), Flaw> {
        let raw = || request.body.clone();
        let bodies = if self.has(Defect::VerifiesReserialised) {
            vec![stringified(&request.body).unwrap_or_else(raw)]
        } else if self.has(Defect::AcceptsReserialised) {
            [Some(raw()), sorted(&request.body)].into_iter().flatten().collect()
        } else {
            vec![raw()]
        };
        let claim = self.scheme.claim(request);
        let verified = claim.and_then(|claim| self.scheme.verify(&claim, &self.secret, &bodies, now()));
        match verified {
            Err(_) if self.has(Defect::AcceptsAnything) => Ok(()),
            Err(Flaw::Missing) if self.has(Defect::AcceptsUnsigned) => Ok(()),
            Err(Flaw::Stale) if self.has(Defect::IgnoresAge) => Ok(()),
            Err(Flaw::Malformed | Flaw::Wrong | Flaw::Stale) if self.has(Defect::IgnoresSignature) => Ok(()),
            verified => verified,
        }
    }

    fn refuse(&self, flaw: Flaw) -> Response {
        let leak = self
            .told(|defect| if let Defect::LeaksTraceback(status) = defect { Some(*status) } else { None });
        if let Some(status) = leak {
            return Response::new(status, TRACEBACK).header("Content-Type", "text/plain; charset=utf-8");
        }
        if self.has(Defect::EchoesSecret) {
            let error = format!("{}: it is not by {}", flaw.words(), self.secret);
            return Response::json(self.scheme.refusal(), &json!({ "error": error }));
        }
        if flaw == Flaw::Malformed && self.has(Defect::ServerErrorOnGarbage) {
            return Response::json(500, &json!({ "error": "internal server error" }));
        }
        Response::json(self.scheme.refusal(), &json!({ "error": flaw.words() }))
    }

    /// An event that is genuine, as far as this receiver can tell.
    fn take(&self, event: &Event, effects: &Effects) -> Response {
        let racing = self.has(Defect::BooksTwiceConcurrently);
        let known = effects.first_seen(&event.id).filter(|since| !racing || *since >= RACE);
        let received = Response::json(200, &json!({ "received": true }));
        if known.is_some() && self.has(Defect::RefusesDuplicates) {
            return Response::json(409, &json!({ "error": "this event was received before" }));
        }
        if known.is_none() || self.has(Defect::BooksTwice) {
            self.act(event, effects);
            return received.delay(if racing { RACE } else { Duration::ZERO });
        }
        received
    }

    fn act(&self, event: &Event, effects: &Effects) {
        let known = match &self.acts_on {
            Some(kinds) => kinds.contains(&event.kind),
            None => event.kind != "ping" && !event.kind.starts_with("launch_ready."),
        };
        if known && !self.has(Defect::NoEffect) {
            let late =
                self.told(|defect| if let Defect::LateEffect(after) = defect { Some(*after) } else { None });
            effects.book(event, late.unwrap_or_default());
        }
    }
}
