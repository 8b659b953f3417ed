//! Whether an API lets in the origins that call it.

use url::Url;

use super::{Told, anyone, fact, granted, told, unfit, vary_note, words};
use crate::check::{Verdict, World, seen};
use crate::cors::{Grant, Trick, headers_left_out, is_ok};
use crate::item::CrossOrigin;
use crate::observed::{CorsAnswer, Remote};
use crate::spec::Place;
use crate::spec::names::is_under;

/// What an origin meets.
enum Met {
    /// Its requests get through; what is worth knowing.
    Through(Option<String>),
    /// Some of them do not; why, in a clause.
    Half(String),
    /// They do not; why, in a clause.
    Shut(String),
    /// Nobody knows; the reason.
    Untold(String),
}

pub(in crate::check) fn cors_origin_missing(target: &CrossOrigin, world: &World) -> Verdict {
    if let Some(verdict) = unfit(target, world) {
        return verdict;
    }
    if target.allow.is_empty() { undeclared(target, world) } else { declared(target, world) }
}

/// Every origin that the spec names gets through, with a preflight too.
fn declared(target: &CrossOrigin, world: &World) -> Verdict {
    let (mut shut, mut half, mut untold, mut notes) = (Vec::new(), Vec::new(), None, Vec::new());
    for named in &target.allow {
        let fault = |why: String| (named.origin.clone(), why, named.place.clone());
        match meets(target, &named.origin, world) {
            Met::Through(note) => {
                notes.extend(note.into_iter().chain(vary_note(target, &named.origin, world)));
            }
            Met::Half(why) => half.push(fault(why)),
            Met::Shut(why) => shut.push(fault(why)),
            Met::Untold(reason) => untold = Some(reason),
        }
    }
    match (shut.is_empty(), half.is_empty(), untold) {
        (false, ..) => failed(&shut, target),
        (true, _, Some(reason)) => Verdict::unknown(reason),
        (true, false, None) => failed(&half, target).mild(),
        (true, true, None) => {
            let origins: Vec<String> = target.allow.iter().map(|named| named.origin.clone()).collect();
            notes.dedup();
            let verdict = Verdict::pass(format!("lets in {}", seen::listed(&origins)));
            notes.into_iter().fold(verdict, Verdict::evidence)
        }
    }
}

fn failed(faults: &[(String, String, Place)], target: &CrossOrigin) -> Verdict {
    let clauses: Vec<String> = faults.iter().map(|(origin, why, _)| format!("{origin} ({why})")).collect();
    let observed: Vec<String> = faults.iter().map(|(_, why, _)| why.clone()).collect();
    let origins: Vec<String> = faults.iter().map(|(origin, ..)| origin.clone()).collect();
    let first = origins.first().cloned().unwrap_or_default();
    let verdict = Verdict::fail(format!(
        "browsers keep answers of {} from scripts of {}",
        seen::shown(&target.url),
        seen::listed(&clauses)
    ))
    .expected(format!("Access-Control-Allow-Origin: {first}, and a preflight with 2xx"))
    .observed(seen::listed(&observed))
    .label("is not let in")
    .help(help(&first));
    match faults.first() {
        Some((_, _, place)) => verdict.at(place.clone()),
        None => verdict,
    }
}

fn help(origin: &str) -> String {
    format!(
        "answer requests with `Origin: {origin}` with `Access-Control-Allow-Origin: {origin}` and `Vary: Origin`, errors too (nginx: `add_header ... always;`), and `Access-Control-Allow-Credentials: true` where cookies are sent; answer its preflight (OPTIONS) with 204 and the same fields, before anything asks for a login"
    )
}

/// What requests of an origin meet, by the rules of the Fetch standard.
fn meets(target: &CrossOrigin, origin: &str, world: &World) -> Met {
    let plain = match told("GET", target, origin, world) {
        Told::Answer(answer) => answer,
        Told::Silence(reason) => return Met::Untold(reason),
    };
    let grant = granted(plain, origin);
    // Where the endpoint answers an error to a caller without a login, many a server leaves the fields out;
    // then the preflight says whether others get through.
    if plain.status < 400 && grant == Grant::None {
        return Met::Shut(format!("answers {} with {}", plain.status, words(plain)));
    }
    match told("OPTIONS", target, origin, world) {
        Told::Silence(reason) => Met::Untold(reason),
        Told::Answer(preflight) => after(plain, grant, preflight, origin),
    }
}

fn after(plain: &CorsAnswer, grant: Grant, preflight: &CorsAnswer, origin: &str) -> Met {
    let simple = plain.status < 400 && grant > Grant::None;
    if !is_ok(preflight.status) {
        let why = format!("the preflight is answered {}", preflight.status);
        // No method OPTIONS at all: then simple requests are perhaps all that is wanted.
        return if simple && matches!(preflight.status, 405 | 501) { Met::Half(why) } else { Met::Shut(why) };
    }
    let asked = granted(preflight, origin);
    if asked == Grant::None {
        return Met::Shut(format!("the preflight is answered with {}", words(preflight)));
    }
    let claims =
        |answer: &CorsAnswer| answer.allow_credentials.as_ref().is_some_and(|value| value.as_str() == "true");
    if [(grant, plain), (asked, preflight)]
        .iter()
        .any(|(grant, answer)| *grant == Grant::Anyone && claims(answer))
    {
        return Met::Half(format!(
            "browsers refuse {} for requests with cookies",
            "`*` together with credentials"
        ));
    }
    if grant == Grant::None {
        return Met::Through(Some(format!(
            "its answer with {} carries no CORS field: scripts cannot read the error",
            plain.status
        )));
    }
    let listed = preflight.allow_headers.as_ref().map(Remote::as_str);
    let left = headers_left_out(listed, asked == Grant::WithCredentials);
    Met::Through(
        (!left.is_empty()).then(|| format!("the preflight does not let through: {}", left.join(", "))),
    )
}

/// Where the spec does not say who calls: an API that names no origin is called by none; one that lets in
/// others but none of the product's own sites is most likely set up for them alone. A rehearsal is called by
/// sites that nobody declares.
fn undeclared(target: &CrossOrigin, world: &World) -> Verdict {
    if !target.production {
        return Verdict::not_applicable("it is not in production, and no `cors.allow` says who calls it");
    }
    let mut not = Vec::new();
    let mut through = Vec::new();
    for site in &target.sites {
        match told("GET", target, site, world) {
            Told::Silence(reason) => return Verdict::unknown(reason),
            Told::Answer(answer) => {
                let preflight = told("OPTIONS", target, site, world).grant(site);
                let grant = granted(answer, site).max(preflight);
                if grant > Grant::None { through.push(site.clone()) } else { not.push(site.clone()) }
            }
        }
    }
    if !through.is_empty() {
        return some_through(&through, &not, target, world);
    }
    if target.sites.is_empty() {
        return Verdict::not_applicable("the product has no site that could call it");
    }
    // Names below the domain may be sites of the product that the spec does not list.
    let strangers = target.strangers.iter().filter(|stranger| stranger.trick != Trick::Subdomain);
    let strangers = strangers.map(|stranger| &stranger.origin);
    let others = target.redirecting.iter().chain(&target.rehearsals).chain(&target.development);
    let other =
        others.chain(strangers).find_map(|origin| Some((origin.clone(), fact(target, origin, world)?)));
    match other.or_else(|| fixed(target, world)) {
        Some((other, fact)) => others_alone(&other, fact, target),
        None => Verdict::not_applicable(
            "it lets in none of the product's origins, and nothing says that one calls it: declare `cors.allow` where one does",
        ),
    }
}

/// The one origin that the answers to an own site name, whoever asks, and what they say. Below the product's
/// own domain it may be a site that the spec does not list.
fn fixed(target: &CrossOrigin, world: &World) -> Option<(String, String)> {
    let Told::Answer(answer) = told("GET", target, target.sites.first()?, world) else { return None };
    let origin = answer.allow_origin.as_ref()?.as_str();
    let url = Url::parse(origin).ok().filter(|url| url.origin().ascii_serialization() == origin)?;
    let is_own = url.host_str().is_some_and(|name| is_under(name, world.domain()));
    (!is_own).then(|| (origin.to_owned(), words(answer)))
}

fn others_alone(other: &str, fact: String, target: &CrossOrigin) -> Verdict {
    let site = target.sites.first().cloned().unwrap_or_default();
    Verdict::fail(format!(
        "{} lets in {other}, and none of the product's own sites: {}",
        seen::shown(&target.url),
        seen::listed(&target.sites)
    ))
    .expected(format!("Access-Control-Allow-Origin: {site}"))
    .observed(fact)
    .label("own sites left out")
    .help(help(&site))
    .mild()
}

fn some_through(through: &[String], not: &[String], target: &CrossOrigin, world: &World) -> Verdict {
    let verdict = match anyone(target, world) {
        Some(_) => Verdict::pass("any origin can read it, without credentials"),
        None => Verdict::pass(format!("lets in {}", seen::listed(through))),
    };
    let left = (!not.is_empty())
        .then(|| format!("not let in: {}; declare `cors.allow` where one of them calls", seen::listed(not)));
    let vary = through.first().and_then(|site| vary_note(target, site, world));
    left.into_iter().chain(vary).fold(verdict, Verdict::evidence)
}
