//! From a request over HTTP to an answer over HTTP, through the script of the test.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::Cloudflare;
use super::reply::{Answer, done, refused, response};
use super::routes::{self, Asked};
use super::script::{Deed, Race, Upset};
use super::world::{Call, World};
use super::{check, parts};
use crate::lab::Shared;
use crate::lab::api::{self, query};
use crate::lab::site::{Request, Response, Site};
use crate::lab::weather::Trouble;

/// What stands before every path.
const ROOT: &str = "/client/v4";
/// Longer than anybody waits.
const HOUR: Duration = Duration::from_hours(1);

/// What the script holds ready for one request.
#[derive(Default)]
struct Ahead {
    upset: Option<Upset>,
    before: Vec<Race>,
    after: Vec<Race>,
}

impl Cloudflare {
    /// Serves the API on a port of its own.
    pub(in crate::lab) fn serve(&self, shared: &Arc<Shared>) -> SocketAddr {
        let (own, mut site) = (self.clone(), Site::default());
        site.unadorned().handler("/*", move |request| own.respond(request));
        api::serve(site, shared)
    }

    fn respond(&self, request: &Request) -> Response {
        let Some(path) = request.path().strip_prefix(ROOT) else {
            return Response::new(404, "404 page not found");
        };
        let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let asked = request.path_and_query.split_once('?').map_or("", |(_, query)| query);
        let (method, path) = (request.method.clone(), path.to_owned());
        let call = Call { method, path, query: asked.to_owned(), body, status: 0, changed: false };
        let ahead = self.ahead(&call);
        // The lock is free meanwhile: whoever races uses the same doors as the test.
        self.race(&ahead.before);
        let number = self.note(&call);
        let fault = check::fault(&call, &request.body, request.header("content-type"));
        let mut world = self.world();
        if let Some(reason) = &fault {
            let request = format!("{} {}", call.method, call.path);
            world.violations.push(check::Violation { request, reason: reason.clone() });
        }
        if let Some(early) = ahead.upset.as_ref().and_then(|upset| instead(upset, world.limit)) {
            world.calls[number].status = if early.trouble.is_some() { 0 } else { early.status };
            return early;
        }
        let before = call.writes().then(|| world.zones.clone());
        let answer = match fault {
            Some(reason) => Err(refused(400, 1004, format!("not as the API is described: {reason}"))),
            None => answer(&mut world, request, &call),
        };
        let changed = before.is_some_and(|before| world.zones != before);
        world.revision += u64::from(changed);
        world.calls[number].changed = changed;
        drop(world);
        self.race(&ahead.after);
        let answered = self.dress(response(&answer), ahead.upset.as_ref());
        self.world().calls[number].status = if answered.trouble.is_some() { 0 } else { answered.status };
        answered
    }

    /// Notes a request; its number.
    fn note(&self, call: &Call) -> usize {
        let mut world = self.world();
        world.calls.push(call.clone());
        world.calls.len() - 1
    }

    /// Takes out of the script what is meant for this request.
    fn ahead(&self, call: &Call) -> Ahead {
        let (mut world, mut ahead) = (self.world(), Ahead::default());
        for step in &mut world.steps {
            if !step.meets(call) {
                continue;
            }
            match &step.deed {
                Deed::Upset(upset) => {
                    ahead.upset.get_or_insert_with(|| upset.clone());
                }
                Deed::Before(race) => ahead.before.push(Arc::clone(race)),
                Deed::After(race) => ahead.after.push(Arc::clone(race)),
            }
        }
        ahead
    }

    fn race(&self, races: &[Race]) {
        for race in races {
            (race.lock().unwrap_or_else(PoisonError::into_inner))(self);
        }
    }

    /// The answer as the weather lets it through.
    fn dress(&self, response: Response, upset: Option<&Upset>) -> Response {
        let limit = self.world().limit;
        let mut response = limited(response, limit, 1);
        match upset {
            Some(Upset::DropsAfter) => response.trouble = Some(Trouble::NoAnswer),
            Some(Upset::DropsWithin) => response.trouble = Some(Trouble::CutBody),
            Some(Upset::Slow(time)) => response.delay = *time,
            Some(Upset::HangsAfter) => response.delay = HOUR,
            Some(Upset::Garbage) => response.body = b"{\"success\": true, \"result\": [\x1b[31m".to_vec(),
            Some(Upset::Huge(size)) => {
                let missing = size.saturating_sub(response.body.len());
                response.body.splice(1..1, std::iter::repeat_n(b' ', missing));
            }
            Some(Upset::FailsAfter) => {
                let failed: Answer = Err(refused(500, 10013, "Internal server error"));
                return limited(super::reply::response(&failed), limit, 1);
            }
            _ => {}
        }
        response
    }
}

/// What is said instead of doing it.
fn instead(upset: &Upset, limit: Option<(u64, u64)>) -> Option<Response> {
    let fails = |status: u16, code: i64, text: &str| response(&Err(refused(status, code, text)));
    Some(match upset {
        Upset::TooMany(seconds) => {
            let text = "More than 1200 requests per 300 seconds reached. Please wait and consider throttling your \
                        request speed";
            limited(fails(429, 971, text), limit.or(Some((1200, 300))), 0)
                .header("Retry-After", seconds.to_string())
        }
        Upset::Fails(status, text) => fails(*status, 10013, text),
        Upset::Page(status, text) => {
            let page = format!(
                "<!DOCTYPE html><html><head><title>api.cloudflare.com | {status}</title></head>\
                                <body><h1>Error {status}</h1><p>{text}</p></body></html>"
            );
            Response::new(*status, page).header("Content-Type", "text/html; charset=UTF-8")
        }
        Upset::DropsBefore => {
            let mut response = Response::new(500, "");
            response.trouble = Some(Trouble::NoAnswer);
            response
        }
        Upset::HangsBefore => Response::new(500, "").delay(HOUR),
        _ => return None,
    })
}

/// A response with what is left of the limit.
fn limited(response: Response, limit: Option<(u64, u64)>, left: u64) -> Response {
    let Some((most, seconds)) = limit else { return response };
    response
        .header("Ratelimit", format!("\"default\";r={left};t={seconds}"))
        .header("Ratelimit-Policy", format!("\"default\";q={most};w={seconds}"))
        .header("x-ratelimit-limit", most.to_string())
        .header("x-ratelimit-remaining", left.to_string())
        .header("x-ratelimit-reset", seconds.to_string())
}

fn answer(world: &mut World, request: &Request, call: &Call) -> Answer {
    if (call.method.as_str(), call.path.as_str()) == ("GET", "/ips") {
        return Ok(done(parts::ips()));
    }
    if request.header("x-auth-key").is_some() {
        return Err(refused(403, 9103, "Unknown X-Auth-Key or X-Auth-Email"));
    }
    let token = routes::token(world, request.header("authorization"), &call.path)?;
    if !request.body.is_empty() && call.body.is_null() {
        return Err(refused(400, 9207, "Request body is invalid."));
    }
    let query: BTreeMap<String, String> = query(request);
    let asked =
        Asked { method: &call.method, path: &call.path, query: &query, body: &call.body, token: &token };
    routes::answer(world, &asked)
}
