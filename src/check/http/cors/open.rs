//! Whether an API lets in origins that nobody declared.

use super::{anyone, fact, most, unfit, untold, vary_note};
use crate::check::{Verdict, World, seen};
use crate::cors::{Grant, Trick};
use crate::item::{CrossOrigin, NamedOrigin};

const HELP: &str = "compare the whole `Origin` with a list of the origins that call (scheme, host and port, letter for letter; no `startsWith`, no `endsWith`, no unescaped dots, never `null`), and send no CORS header to any other; public data needs `Access-Control-Allow-Origin: *` without credentials";

/// A stranger who is let in.
struct Let<'t> {
    origin: &'t str,
    trick: Trick,
    grant: Grant,
}

pub(in crate::check) fn cors_open(target: &CrossOrigin, world: &World) -> Verdict {
    if let Some(verdict) = unfit(target, world) {
        return verdict;
    }
    if let Some(denied) = target.deny.iter().find(|named| most(target, &named.origin, world) > Grant::None) {
        return lets_in_denied(denied, target, world);
    }
    let strangers = target.strangers.iter();
    let let_in: Vec<Let> = strangers
        .map(|stranger| Let {
            origin: &stranger.origin,
            trick: stranger.trick,
            grant: most(target, &stranger.origin, world),
        })
        .filter(|stranger| stranger.grant > Grant::None)
        .collect();
    if let Some(verdict) = fault(&let_in, target, world) {
        return verdict;
    }
    let denied = target.deny.iter().map(|named| named.origin.as_str());
    let tried: Vec<&str> =
        target.strangers.iter().map(|stranger| stranger.origin.as_str()).chain(denied).collect();
    if let Some(reason) = untold(target, &tried, world) {
        return Verdict::unknown(reason);
    }
    passed(&let_in, target, world)
}

/// The worst that is wrong, where anything is.
fn fault(let_in: &[Let], target: &CrossOrigin, world: &World) -> Option<Verdict> {
    let public = anyone(target, world).is_some();
    let severe = |stranger: &&Let| match stranger.trick {
        Trick::Subdomain | Trick::Plain => false,
        // Where everybody is let in without credentials, `null` is one of them.
        Trick::Null => {
            stranger.grant == Grant::WithCredentials || (stranger.grant == Grant::Named && !public)
        }
        _ => stranger.grant == Grant::WithCredentials,
    };
    let slight = |stranger: &&Let| match stranger.trick {
        Trick::Subdomain | Trick::Foreign | Trick::Null => false,
        Trick::Plain => stranger.grant == Grant::WithCredentials,
        _ => stranger.grant == Grant::Named && !public,
    };
    if let Some(worst) = let_in.iter().find(severe) {
        let verdict = lets_in(worst, let_in, target, world);
        // Of a rehearsal nothing but its own data can be read.
        return Some(if target.production { verdict } else { verdict.mild() });
    }
    let_in.iter().find(slight).map(|stranger| lets_in(stranger, let_in, target, world).mild())
}

fn lets_in(stranger: &Let, all: &[Let], target: &CrossOrigin, world: &World) -> Verdict {
    let how = match stranger.grant {
        Grant::WithCredentials => "with the visitor's cookies",
        _ => "without credentials",
    };
    let verdict = Verdict::fail(format!(
        "scripts of {} can read {} {how}: {}",
        stranger.origin,
        seen::shown(&target.url),
        stranger.trick.words()
    ))
    .expected("no CORS header for an origin that is not the product's")
    .observed(fact(target, stranger.origin, world).unwrap_or_default())
    .label("lets strangers in")
    .help(HELP);
    let others = all.iter().filter(|other| other.origin != stranger.origin);
    others.filter_map(|other| fact(target, other.origin, world)).fold(verdict, Verdict::evidence)
}

fn lets_in_denied(denied: &NamedOrigin, target: &CrossOrigin, world: &World) -> Verdict {
    let origin = &denied.origin;
    Verdict::fail(format!(
        "scripts of {origin} can read {}, and `cors.deny` names it",
        seen::shown(&target.url)
    ))
    .expected(format!("no CORS header for {origin}"))
    .observed(fact(target, origin, world).unwrap_or_default())
    .label("is let in")
    .help(HELP)
    .at(denied.place.clone())
}

fn passed(let_in: &[Let], target: &CrossOrigin, world: &World) -> Verdict {
    let verdict = match anyone(target, world) {
        Some((foreign, _)) => {
            let verdict = Verdict::pass("any origin can read it, without credentials: right for public data");
            let facts = fact(target, &foreign.origin, world).into_iter();
            facts.chain(vary_note(target, &foreign.origin, world)).fold(verdict, Verdict::evidence)
        }
        None => Verdict::pass(format!("none of {} strangers is let in", target.strangers.len())),
    };
    let minor = let_in.iter().filter(|stranger| matches!(stranger.trick, Trick::Subdomain | Trick::Plain));
    let minor = minor.filter(|stranger| stranger.grant > Grant::Anyone);
    minor.fold(verdict, |verdict, stranger| {
        verdict.evidence(format!("{} is let in: {}", stranger.origin, stranger.trick.words()))
    })
}
