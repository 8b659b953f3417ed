//! Judges of what an API lets scripts of other origins do.

mod development;
mod missing;
mod open;
#[cfg(test)]
mod tests;

pub(in crate::check) use development::cors_origin_development;
pub(in crate::check) use missing::cors_origin_missing;
pub(in crate::check) use open::cors_open;

use super::wrong_status;
use crate::check::{Verdict, World, seen};
use crate::cors::{Grant, Stranger, Trick, grant};
use crate::item::CrossOrigin;
use crate::observed::{CorsAnswer, Remote, Seen, cross};

/// The verdict where the URL does not answer as it should: then its fields for scripts say nothing.
fn unfit(target: &CrossOrigin, world: &World) -> Option<Verdict> {
    match seen::http(&target.url, world) {
        Ok(exchange) => wrong_status(&target.url, exchange.status, world),
        Err(verdict) => Some(*verdict),
    }
}

/// What came of one request on behalf of an origin.
#[derive(Debug, Clone)]
enum Told<'w> {
    Answer(&'w CorsAnswer),
    /// Nothing that says anything about the service; the reason.
    Silence(String),
}

impl Told<'_> {
    /// What it lets the origin do.
    fn grant(&self, origin: &str) -> Grant {
        match self {
            Self::Answer(answer) => granted(answer, origin),
            Self::Silence(_) => Grant::None,
        }
    }
}

fn granted(answer: &CorsAnswer, origin: &str) -> Grant {
    let text = |field: &Option<Remote>| field.as_ref().map(|value| value.as_str().to_owned());
    grant(origin, text(&answer.allow_origin).as_deref(), text(&answer.allow_credentials).as_deref())
}

/// One request on behalf of an origin. A failing server and a protection before it say nothing about whom
/// it lets in, unless they do.
fn told<'w>(method: &str, target: &CrossOrigin, origin: &str, world: &'w World) -> Told<'w> {
    match world.observed.cors.get(&cross(method, &target.url, origin)) {
        Some(Seen::Answer(answer)) if answer.barred => {
            Told::Silence("a protection before the service answered in its place".to_owned())
        }
        Some(Seen::Answer(answer))
            if answer.status >= 500 && answer.allow_origin.is_none() && method == "GET" =>
        {
            Told::Silence(format!("it was answered {}", answer.status))
        }
        Some(Seen::Answer(answer)) => Told::Answer(answer),
        Some(Seen::Failed(failure)) => Told::Silence(failure.detail.to_string()),
        Some(Seen::Unobserved(reason)) => Told::Silence(reason.to_string()),
        None => Told::Silence(seen::NOT_OBSERVED.to_owned()),
    }
}

/// The most that an origin may do, by a GET or after a preflight.
fn most(target: &CrossOrigin, origin: &str, world: &World) -> Grant {
    let methods = ["GET", "OPTIONS"].into_iter();
    methods.map(|method| told(method, target, origin, world).grant(origin)).max().unwrap_or(Grant::None)
}

/// Why a stranger's GET says nothing.
fn untold(target: &CrossOrigin, origins: &[&str], world: &World) -> Option<String> {
    let silent: Vec<String> = origins
        .iter()
        .filter_map(|origin| match told("GET", target, origin, world) {
            Told::Silence(reason) => Some(reason),
            Told::Answer(_) => None,
        })
        .collect();
    let reason = silent.first()?;
    Some(format!("{} of {} origins could not be tried: {reason}", silent.len(), origins.len()))
}

/// The stranger whom nobody knows, and what it may do.
fn anyone<'t>(target: &'t CrossOrigin, world: &World) -> Option<(&'t Stranger, Grant)> {
    let foreign = target.strangers.iter().find(|stranger| stranger.trick == Trick::Foreign)?;
    let grant = most(target, &foreign.origin, world);
    (grant > Grant::None).then_some((foreign, grant))
}

/// The answer's own words: `Access-Control-Allow-Origin: *`.
fn words(answer: &CorsAnswer) -> String {
    let origin = match &answer.allow_origin {
        Some(origin) => format!("Access-Control-Allow-Origin: {}", seen::cut(origin.as_str())),
        None => "no Access-Control-Allow-Origin".to_owned(),
    };
    match &answer.allow_credentials {
        Some(value) => format!("{origin}, Access-Control-Allow-Credentials: {}", seen::cut(value.as_str())),
        None => origin,
    }
}

/// What the answers to an origin say, as a fact.
fn fact(target: &CrossOrigin, origin: &str, world: &World) -> Option<String> {
    let methods = ["GET", "OPTIONS"].into_iter();
    methods.filter(|method| told(method, target, origin, world).grant(origin) > Grant::None).find_map(
        |method| match told(method, target, origin, world) {
            Told::Answer(answer) => {
                Some(format!("{method} with Origin: {origin}: {}, {}", answer.status, words(answer)))
            }
            Told::Silence(_) => None,
        },
    )
}

/// An answer that names the asking origin differs by origin, and caches must know (Fetch, "CORS protocol and
/// HTTP caches").
fn vary_note(target: &CrossOrigin, origin: &str, world: &World) -> Option<String> {
    let Told::Answer(answer) = told("GET", target, origin, world) else { return None };
    let names_it = granted(answer, origin) > Grant::Anyone;
    let varies = answer.vary.iter().flat_map(|vary| vary.as_str().split(',')).any(|name| {
        let name = name.trim();
        name == "*" || name.eq_ignore_ascii_case("origin")
    });
    (names_it && !varies).then(|| {
        "the answer names the asking origin without `Vary: Origin`: a cache may give it to another one"
            .to_owned()
    })
}
