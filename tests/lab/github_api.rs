//! GitHub's API as far as it tells of webhooks: a repository's hooks, and their deliveries.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::Shared;
use super::api::{Mood, query};
use super::site::{Request, Response};

/// The largest page; more is not refused, only not given.
const MOST: usize = 100;
/// How large a page is if nobody says.
const USUAL: usize = 30;
/// From one delivery to the one before it.
const BETWEEN: Duration = Duration::from_mins(1);

/// A hook as GitHub knows it: active, for pushes, JSON, with a secret, verifying certificates.
pub struct GitHubHook {
    hook: Value,
    delivered: usize,
    failed: usize,
}

impl GitHubHook {
    /// Switched off in the settings.
    pub fn inactive(&mut self) -> &mut Self {
        self.hook["active"] = json!(false);
        self
    }

    /// The events that it is sent.
    pub fn events(&mut self, kinds: &[&str]) -> &mut Self {
        self.hook["events"] = json!(kinds);
        self
    }

    /// A field of its `config`: `content_type`, `insecure_ssl`, `secret`.
    pub fn config(&mut self, field: &str, value: Value) -> &mut Self {
        self.hook["config"][field] = value;
        self
    }

    /// It has no secret: nothing is signed.
    pub fn without_secret(&mut self) -> &mut Self {
        self.hook["config"].as_object_mut().expect("an object").remove("secret");
        self
    }

    /// How the last delivery went.
    pub fn last_response(&mut self, code: u16) -> &mut Self {
        let status = if code < 300 { "active" } else { "misconfigured" };
        self.hook["last_response"] = json!({ "code": code, "status": status, "message": "" });
        self
    }

    /// So many deliveries that were taken, and before them so many that were not; one each minute.
    pub fn deliveries(&mut self, delivered: usize, failed: usize) -> &mut Self {
        (self.delivered, self.failed) = (delivered, failed);
        self
    }

    fn count(&self) -> usize {
        self.delivered + self.failed
    }

    fn delivery(&self, number: usize, now: SystemTime) -> Value {
        let ago = BETWEEN * u32::try_from(number + 1).expect("few deliveries");
        let at = jiff::Timestamp::try_from(now - ago).expect("a time");
        let good = number < self.delivered;
        json!({
            "id": 1_000_000 - number, "guid": format!("00000000-0000-0000-0000-{number:012}"),
            "delivered_at": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), "redelivery": false, "duration": 0.21,
            "status": if good { "OK" } else { "Invalid HTTP Response: 500" },
            "status_code": if good { 200 } else { 500 }, "event": "push", "action": null,
            "installation_id": null, "repository_id": 1, "throttled_at": null,
        })
    }
}

/// What GitHub knows, and how it misbehaves.
pub struct GitHubApi {
    token: String,
    hooks: Vec<(String, GitHubHook)>,
    mood: Mood,
}

impl GitHubApi {
    pub(super) fn new(token: &str) -> Self {
        Self { token: token.to_owned(), hooks: Vec::new(), mood: Mood::default() }
    }

    /// Another hook of a repository `owner/name`, for the address. Other repositories do not exist.
    pub fn hook(&mut self, repository: &str, url: &str) -> &mut GitHubHook {
        let number = self.hooks.len();
        let hook = json!({
            "type": "Repository", "id": number + 1, "name": "web", "active": true, "events": ["push"],
            "config": { "url": url, "content_type": "json", "insecure_ssl": "0", "secret": "********" },
            "last_response": { "code": null, "status": "unused", "message": null },
        });
        self.hooks.push((repository.to_owned(), GitHubHook { hook, delivered: 0, failed: 0 }));
        &mut self.hooks[number].1
    }

    /// Answers every question so.
    pub fn answers(&mut self, response: Response) -> &mut Self {
        self.mood.always = Some(response);
        self
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
        let (token, hooks, now) = (self.token, self.hooks, shared.now);
        self.mood.serve(shared, move |request| answer(request, &token, &hooks, now))
    }
}

fn answer(request: &Request, token: &str, hooks: &[(String, GitHubHook)], now: SystemTime) -> Response {
    if request.header("user-agent").is_none() {
        return message(403, "Request forbidden by administrative rules: a User-Agent header is wanted");
    }
    let shown = request.header("authorization").unwrap_or_default();
    if !["Bearer ", "token "].iter().any(|kind| shown.strip_prefix(kind) == Some(token)) {
        return message(401, "Bad credentials");
    }
    let Some((repository, rest)) = repository(request.path(), hooks) else {
        return message(404, "Not Found");
    };
    let mut own = hooks.iter().filter(|(name, _)| *name == repository).map(|(_, hook)| hook);
    match rest.split('/').collect::<Vec<_>>()[..] {
        ["hooks"] => {
            let number = hooks.iter().position(|(name, _)| *name == repository).unwrap_or_default();
            page(request, number, &own.map(|hook| hook.hook.clone()).collect::<Vec<_>>())
        }
        ["hooks", id, "deliveries"] => match own.find(|hook| hook.hook["id"].as_u64() == id.parse().ok()) {
            Some(hook) => deliveries(request, hook, now),
            None => message(404, "Not Found"),
        },
        _ => message(404, "Not Found"),
    }
}

/// The repository that a path is of, by name or number, and what follows.
fn repository<'p>(path: &'p str, hooks: &[(String, GitHubHook)]) -> Option<(String, &'p str)> {
    if let Some(rest) = path.strip_prefix("/repositories/") {
        let (number, rest) = rest.split_once('/')?;
        return Some((hooks.get(number.parse::<usize>().ok()?)?.0.clone(), rest));
    }
    let rest = path.strip_prefix("/repos/")?;
    let (owner, rest) = rest.split_once('/')?;
    let (name, rest) = rest.split_once('/')?;
    let wanted = format!("{owner}/{name}");
    hooks.iter().any(|(known, _)| *known == wanted).then_some((wanted, rest))
}

/// How many on a page.
fn per_page(request: &Request) -> usize {
    query(request).get("per_page").and_then(|count| count.parse().ok()).unwrap_or(USUAL).clamp(1, MOST)
}

/// A page by number. The next one has the repository's number for its name, as on GitHub.
fn page(request: &Request, repository: usize, hooks: &[Value]) -> Response {
    let size = per_page(request);
    let number = query(request).get("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
    let pages = hooks.len().div_ceil(size);
    let items: Vec<_> = hooks.iter().skip((number - 1) * size).take(size).collect();
    let response = Response::json(200, &json!(items));
    let host = request.header("host").unwrap_or_default();
    let base = format!("http://{host}/repositories/{repository}/hooks?per_page={size}");
    if number >= pages {
        return response;
    }
    let (next, last) = (format!("<{base}&page={}>", number + 1), format!("<{base}&page={pages}>"));
    response.header("Link", format!("{next}; rel=\"next\", {last}; rel=\"last\""))
}

/// A page by cursor, the newest first.
fn deliveries(request: &Request, hook: &GitHubHook, now: SystemTime) -> Response {
    let size = per_page(request);
    let start = match query(request).get("cursor") {
        None => 0,
        Some(cursor) => match cursor.strip_prefix("v1_").and_then(|at| at.parse().ok()) {
            Some(start) => start,
            None => return message(422, "Invalid cursor"),
        },
    };
    let end = hook.count().min(start + size);
    let items: Vec<_> = (start..end).map(|number| hook.delivery(number, now)).collect();
    let response = Response::json(200, &json!(items));
    if end == hook.count() {
        return response;
    }
    let (host, path) = (request.header("host").unwrap_or_default(), request.path());
    response.header("Link", format!("<http://{host}{path}?per_page={size}&cursor=v1_{end}>; rel=\"next\""))
}

fn message(status: u16, text: &str) -> Response {
    Response::json(status, &json!({ "message": text, "status": status.to_string() }))
}
