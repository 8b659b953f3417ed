//! Challenges that providers send before the first event.

use std::collections::BTreeMap;

use ring::hmac;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::claim::hex;
use super::scheme::Scheme;
use super::{Defect, Receiver};
use crate::lab::site::{Request, Response};

fn plain(status: u16, body: &str) -> Response {
    Response::new(status, body).header("Content-Type", "text/plain; charset=utf-8")
}

impl Receiver {
    /// The answer to a GET, which is a challenge where Meta calls.
    pub(super) fn got(&self, request: &Request) -> Response {
        if self.scheme == Scheme::Meta {
            return self.meta_challenge(request);
        }
        if self.has(Defect::AnswersGet) {
            return Response::json(200, &json!({ "status": "webhook is up" }));
        }
        Response::json(405, &json!({ "error": "method not allowed" })).header("Allow", "POST")
    }

    fn meta_challenge(&self, request: &Request) -> Response {
        let query = request.path_and_query.split_once('?').map_or("", |(_, query)| query);
        let query: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let is = |name: &str, wanted: &str| query.get(name).is_some_and(|value| value == wanted);
        let known = is("hub.verify_token", &self.verify_token) || self.has(Defect::AnswersAnyChallenge);
        match query.get("hub.challenge") {
            Some(challenge) if known && is("hub.mode", "subscribe") => plain(200, challenge),
            _ if self.has(Defect::AnswersGet) => plain(200, "ok"),
            _ => Response::json(403, &json!({ "error": "forbidden" })),
        }
    }

    /// The answer to a challenge by POST, if this is one.
    pub(super) fn posted_challenge(&self, request: &Request) -> Option<Response> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let is = |pointer: &str, wanted: &str| body.pointer(pointer).is_some_and(|value| value == wanted);
        match self.scheme {
            Scheme::Slack if is("/type", "url_verification") => {
                Some(plain(200, body.pointer("/challenge")?.as_str()?))
            }
            Scheme::Zoom if is("/event", "endpoint.url_validation") => {
                let token = body.pointer("/payload/plainToken")?.as_str()?;
                let tag = hmac::sign(&self.scheme.key(&self.secret), token.as_bytes());
                Some(Response::json(
                    200,
                    &json!({ "plainToken": token, "encryptedToken": hex(tag.as_ref()) }),
                ))
            }
            _ => None,
        }
    }
}
