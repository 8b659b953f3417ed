//! Stripe's API as far as it tells of webhooks: endpoints, events, the account.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::Shared;
use super::api::{Mood, query};
use super::site::{Request, Response};

/// The largest page.
const MOST: usize = 100;
/// How large a page is if nobody says.
const USUAL: usize = 10;

/// A webhook endpoint as Stripe knows it: enabled, live, for all events.
pub struct StripeEndpoint(Value);

impl StripeEndpoint {
    /// `enabled` or `disabled`.
    pub fn status(&mut self, status: &str) -> &mut Self {
        self.set("status", json!(status))
    }

    /// The types that it is sent.
    pub fn events(&mut self, kinds: &[&str]) -> &mut Self {
        self.set("enabled_events", json!(kinds))
    }

    /// Whether it is of live mode. Keys of one mode do not see endpoints of the other.
    pub fn livemode(&mut self, live: bool) -> &mut Self {
        self.set("livemode", json!(live))
    }

    /// The version of the API in which its events are written.
    pub fn api_version(&mut self, version: &str) -> &mut Self {
        self.set("api_version", json!(version))
    }

    fn set(&mut self, field: &str, value: Value) -> &mut Self {
        self.0[field] = value;
        self
    }
}

/// Events that happened at one time.
struct Events {
    ago: Duration,
    count: usize,
    delivered: bool,
}

/// What Stripe knows, and how it misbehaves.
pub struct StripeApi {
    key: String,
    endpoints: Vec<StripeEndpoint>,
    events: Vec<Events>,
    denied: Vec<String>,
    endless: bool,
    mood: Mood,
}

impl StripeApi {
    pub(super) fn new(key: &str) -> Self {
        let (endpoints, events, denied) = (Vec::new(), Vec::new(), Vec::new());
        Self { key: key.to_owned(), endpoints, events, denied, endless: false, mood: Mood::default() }
    }

    /// Another endpoint, for the address.
    pub fn endpoint(&mut self, url: &str) -> &mut StripeEndpoint {
        let number = self.endpoints.len();
        self.endpoints.push(StripeEndpoint(endpoint(number + 1, url)));
        &mut self.endpoints[number]
    }

    /// So many events of the last hour that were delivered, and so many that were not.
    pub fn events(&mut self, delivered: usize, failed: usize) -> &mut Self {
        let lately = Duration::from_mins(30);
        self.events_ago(lately, delivered, true).events_ago(lately, failed, false)
    }

    /// So many events that happened that long ago.
    pub fn events_ago(&mut self, ago: Duration, count: usize, delivered: bool) -> &mut Self {
        self.events.push(Events { ago, count, delivered });
        self
    }

    /// The key may not read that: `events`, `webhook_endpoints`, `account`.
    pub fn may_not_read(&mut self, what: &str) -> &mut Self {
        self.denied.push(format!("/v1/{what}"));
        self
    }

    /// There is always one page more.
    pub fn endless(&mut self) -> &mut Self {
        self.endless = true;
        self
    }

    /// Answers every question so.
    pub fn answers(&mut self, response: Response) -> &mut Self {
        self.mood.always = Some(response);
        self
    }

    /// Bytes that are no JSON, and call themselves so.
    pub fn garbage(&mut self) -> &mut Self {
        let garbage = Response::new(200, "{\"object\": \"list\", \"data\": [\u{1b}[31m");
        self.answers(garbage.header("Content-Type", "application/json"))
    }

    /// The first question is answered so, the next ones as usual.
    pub fn first(&mut self, response: Response) -> &mut Self {
        self.mood.first = Some(response);
        self
    }

    /// Takes its time for every answer.
    pub fn slow(&mut self, delay: Duration) -> &mut Self {
        self.mood.delay = delay;
        self
    }

    pub(super) fn serve(self, shared: &Arc<Shared>) -> SocketAddr {
        let live = !self.key.contains("_test_");
        let of_mode = |endpoint: &StripeEndpoint| endpoint.0["livemode"] == live;
        let endpoints = self.endpoints.into_iter().rev().filter(of_mode).map(|endpoint| endpoint.0).collect();
        let books = Books {
            key: self.key,
            endpoints,
            events: happened(self.events, shared.now, live),
            denied: self.denied,
            endless: self.endless,
        };
        self.mood.serve(shared, move |request| books.answer(request))
    }
}

fn endpoint(number: usize, url: &str) -> Value {
    json!({
        "id": format!("we_lab_{number}"), "object": "webhook_endpoint", "api_version": null, "application": null,
        "created": 1_760_000_000, "description": null, "enabled_events": ["*"], "livemode": true, "metadata": {},
        "status": "enabled", "url": url,
    })
}

fn event(number: usize, created: u64, delivered: bool, live: bool) -> Value {
    json!({
        "id": format!("evt_lab_{number}"), "object": "event", "api_version": "2026-10-28", "created": created,
        "data": { "object": {} }, "livemode": live, "pending_webhooks": i32::from(!delivered),
        "request": { "id": null, "idempotency_key": null }, "type": "checkout.session.completed",
    })
}

/// The newest first.
fn happened(mut events: Vec<Events>, now: SystemTime, live: bool) -> Vec<(bool, Value)> {
    events.sort_by_key(|events| events.ago);
    let now = now.duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    let all = events.iter().flat_map(|events| std::iter::repeat_n(events, events.count));
    let event = |(number, events): (usize, &Events)| {
        let created = now.saturating_sub(events.ago).as_secs();
        (events.delivered, event(number + 1, created, events.delivered, live))
    };
    all.enumerate().map(event).collect()
}

struct Books {
    key: String,
    endpoints: Vec<Value>,
    events: Vec<(bool, Value)>,
    denied: Vec<String>,
    endless: bool,
}

type Query = BTreeMap<String, String>;

impl Books {
    fn answer(&self, request: &Request) -> Response {
        let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        match bearer {
            None => return error(401, "You did not provide an API key."),
            Some(key) if key != self.key => return error(401, "Invalid API Key provided: ********"),
            Some(_) if request.method != "GET" => return error(403, "This key of the lab only reads."),
            Some(_) => {}
        }
        if self.denied.iter().any(|path| path == request.path()) {
            return error(403, "The provided key does not have the required permissions for this endpoint.");
        }
        let query = query(request);
        match request.path() {
            "/v1/account" => Response::json(200, &json!({ "id": "acct_lab", "object": "account" })),
            "/v1/webhook_endpoints" => self.list(request.path(), &query, &[], &self.endpoints),
            "/v1/events" => {
                let known = [
                    "delivery_success",
                    "type",
                    "created[gt]",
                    "created[gte]",
                    "created[lt]",
                    "created[lte]",
                ];
                let fitting = self.events.iter().filter(|(delivered, event)| fits(&query, *delivered, event));
                let fitting: Vec<_> = fitting.map(|(_, event)| event.clone()).collect();
                self.list(request.path(), &query, &known, &fitting)
            }
            _ => error(404, "Unrecognized request URL"),
        }
    }

    /// One page of a list. Like Stripe it minds a parameter that it does not know.
    fn list(&self, path: &str, query: &Query, known: &[&str], items: &[Value]) -> Response {
        let paging = ["limit", "starting_after", "ending_before"];
        if let Some(name) = query.keys().find(|name| !known.iter().chain(&paging).any(|known| known == name))
        {
            return error(400, &format!("Received unknown parameter: {name}"));
        }
        let limit = query.get("limit").map_or(Some(USUAL), |limit| limit.parse().ok());
        let Some(limit) = limit.filter(|limit| (1..=MOST).contains(limit)) else {
            return error(400, "Invalid limit");
        };
        let after = query.get("starting_after");
        if self.endless {
            let start =
                after.and_then(|id| id.rsplit('_').next()).and_then(|at| at.parse().ok()).unwrap_or(0);
            let page: Vec<_> = (start + 1..=start + limit).map(|number| self.another(path, number)).collect();
            return found(path, &page, true);
        }
        let start = match after {
            None => Some(0),
            Some(id) => items.iter().position(|item| item["id"] == id.as_str()).map(|at| at + 1),
        };
        let Some(start) = start else {
            return error(400, "No such object in starting_after");
        };
        let end = items.len().min(start + limit);
        found(path, &items[start..end], end < items.len())
    }

    /// An item of a list without end.
    fn another(&self, path: &str, number: usize) -> Value {
        match self.events.first() {
            Some((delivered, first)) if path == "/v1/events" => {
                event(number, first["created"].as_u64().unwrap_or_default(), *delivered, true)
            }
            _ => endpoint(number, &format!("https://other-{number}.test/hook")),
        }
    }
}

fn found(path: &str, data: &[Value], more: bool) -> Response {
    Response::json(200, &json!({ "object": "list", "url": path, "has_more": more, "data": data }))
}

fn error(status: u16, message: &str) -> Response {
    Response::json(status, &json!({ "error": { "type": "invalid_request_error", "message": message } }))
}

fn fits(query: &Query, delivered: bool, event: &Value) -> bool {
    let created = event["created"].as_u64().unwrap_or_default();
    query.iter().all(|(name, value)| {
        let bound = value.parse::<u64>().unwrap_or_default();
        match name.as_str() {
            "delivery_success" => *value == delivered.to_string(),
            "type" => event["type"] == value.as_str(),
            "created[gt]" => created > bound,
            "created[gte]" => created >= bound,
            "created[lt]" => created < bound,
            "created[lte]" => created <= bound,
            _ => true,
        }
    })
}
