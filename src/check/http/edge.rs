//! Whether Cloudflare answers in the server's place.

use super::is_production;
use crate::check::{Verdict, World, seen};
use crate::item::Asked;
use crate::observed::{Remote, Seen};
use crate::web::edge::{Error, Said};

pub(in crate::check) fn edge_error(asked: &Asked, world: &World) -> Verdict {
    let (mut errors, mut kept_out, mut through, mut seen_any) = (Vec::new(), None, false, false);
    let mut barred = false;
    for (url, seen) in world.observed.asked_of(&asked.name) {
        let Seen::Answer(exchange) = seen else { continue };
        seen_any = true;
        match exchange.edge() {
            Some(Said::Error(error)) => errors.push((url, error)),
            Some(Said::Barred(error)) if should_open(url, world) => errors.push((url, error)),
            Some(Said::Barred(_)) => barred = true,
            Some(said) => kept_out = kept_out.or(Some(said)),
            None => through |= exchange.is_of_cloudflare(),
        }
    }
    if !errors.is_empty() {
        return failed(asked, &errors);
    }
    match kept_out {
        _ if through => Verdict::pass("Cloudflare reaches the server"),
        Some(said) => Verdict::unknown(seen::kept_out(said)),
        None if barred => Verdict::not_applicable("a firewall rule at Cloudflare keeps strangers out"),
        None if seen_any => Verdict::not_applicable("no answer comes through Cloudflare"),
        None => Verdict::not_applicable("no answer to judge"),
    }
}

/// True for a URL that the spec wants open to everybody: what a rule refuses elsewhere may be meant so.
fn should_open(url: &str, world: &World) -> bool {
    let mut declared = world.items.urls.iter().filter(|declared| declared.url.as_str() == url);
    declared.any(|declared| {
        declared.status.is_none_or(|status| status < 400) && is_production(&declared.url, world)
    })
}

fn failed(asked: &Asked, errors: &[(&str, Error)]) -> Verdict {
    let (url, error) = errors[0];
    let cause = error.explained();
    let also = match errors.len() {
        1 => String::new(),
        2 => " (and one more URL)".into(),
        count => format!(" (and {} more URLs)", count - 1),
    };
    let number = error.number();
    let numbers = if number == error.status {
        number.to_string()
    } else {
        format!("{} with error {number}", error.status)
    };
    let url = seen::cut(Remote::new(url).as_str());
    Verdict::fail(format!("{url} gets Cloudflare's error {number}{also}: {}", cause.what))
        .expected(format!("an answer of the server behind {}", asked.name))
        .observed(format!("{numbers}; what fails is {}", cause.hop))
        .label("edge has no answer")
        .help(cause.help)
}
