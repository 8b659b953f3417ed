//! Whether an API in production lets in origins of developers.

use super::{anyone, fact, most, unfit, untold};
use crate::check::{Verdict, World, seen};
use crate::cors::Grant;
use crate::item::CrossOrigin;

pub(in crate::check) fn cors_origin_development(target: &CrossOrigin, world: &World) -> Verdict {
    if !target.production {
        return Verdict::not_applicable("it is not in production");
    }
    if let Some(verdict) = unfit(target, world) {
        return verdict;
    }
    match anyone(target, world) {
        Some((_, Grant::WithCredentials)) => {
            let reason = "any origin is let in";
            return Verdict::not_judged("http/cors-open", target.url.as_str(), reason);
        }
        Some(_) => return Verdict::not_applicable("any origin can read it, without credentials"),
        None => {}
    }
    let is_in = |origin: &&String| most(target, origin, world) > Grant::None;
    let let_in: Vec<String> = target.development.iter().filter(is_in).cloned().collect();
    if let_in.is_empty() {
        let tried: Vec<&str> = target.development.iter().map(String::as_str).collect();
        return match untold(target, &tried, world) {
            Some(reason) => Verdict::unknown(reason),
            None => Verdict::pass(format!("none of {} development origins is let in", tried.len())),
        };
    }
    let observed: Vec<String> = let_in.iter().filter_map(|origin| fact(target, origin, world)).collect();
    Verdict::fail(format!("{} lets in {}", seen::shown(&target.url), seen::listed(&let_in)))
        .expected("no CORS header for localhost and preview hosts")
        .observed(seen::listed(&observed))
        .label("development origins")
        .help("leave development and preview origins out of the list in production (an environment variable for each deployment), or declare an origin that must stay under `cors.allow`: whoever gets a name at that hosting, or runs anything on the visitor's own machine, can call the API")
}
