//! Whether every declared name below a host can live with its `includeSubDomains`.

use url::Url;

use super::acted_on;
use crate::check::{Verdict, World, seen, tls};
use crate::item::Host;
use crate::observed::{FailureKind, Path, Seen};
use crate::spec::names::is_under;

/// How a name answers over HTTPS.
enum Https {
    Works,
    /// In a clause: `refuses the connection`.
    Broken(String),
    /// Its certificate is wrong, and a finding of its own says so: that check.
    Told(&'static str),
    /// Why it could not be told.
    Unknown(String),
    /// There is no address, so nobody is shut out.
    Nowhere,
}

pub(in crate::check) fn hsts_unsafe(host: &Host, world: &World) -> Verdict {
    let Some(url) = host.root("https") else { return seen::no_url(host) };
    if let Err(verdict) = seen::http(&url, world) {
        return *verdict;
    }
    let Some(header) = acted_on(&url, world).filter(|header| header.include_subdomains || header.preload)
    else {
        return Verdict::not_applicable(format!("{} announces nothing for names below it", host.name));
    };
    let is_below = |name: &str| name != host.name && is_under(name, &host.name);
    let below = world.items.asked.iter().map(|asked| asked.name.as_str()).filter(|name| is_below(name));
    let (mut broken, mut told, mut unknown, mut works) = (Vec::new(), None, Vec::new(), 0);
    for name in below {
        match https(name, world) {
            Https::Works => works += 1,
            Https::Broken(why) => broken.push(format!("{name} {why}")),
            Https::Told(check) => told = told.or(Some((check, name))),
            Https::Unknown(why) => unknown.push(format!("{name}: {why}")),
            Https::Nowhere => {}
        }
    }
    if !broken.is_empty() {
        return failed(host, header.preload, &broken);
    }
    if let Some((check, name)) = told {
        return Verdict::not_judged(check, name, &format!("the certificate of {name} is wrong"));
    }
    if !unknown.is_empty() {
        return Verdict::unknown(format!(
            "could not tell whether HTTPS works everywhere: {}",
            seen::listed(&unknown)
        ));
    }
    match works {
        0 => Verdict::not_applicable(format!("no declared host is below {}", host.name)),
        1 => Verdict::pass("HTTPS works on the one declared host below it"),
        _ => Verdict::pass(format!("HTTPS works on all {works} declared hosts below it")),
    }
}

fn failed(host: &Host, preload: bool, broken: &[String]) -> Verdict {
    let word = if preload { "preload" } else { "includeSubDomains" };
    let broken = seen::listed(broken);
    Verdict::fail(format!(
        "{} announces `{word}`, so browsers will use nothing but HTTPS for the names below it, and there {broken}",
        host.name
    ))
    .expected("working HTTPS on every declared host below it")
    .observed(broken)
    .label("shuts subdomains out")
    .help(format!(
        "give these hosts working HTTPS first, or take `{word}` out of the header until they have it; browsers keep it for the whole `max-age`, and let nobody click a warning away"
    ))
}

fn https(name: &str, world: &World) -> Https {
    let Ok(url) = Url::parse(&format!("https://{name}/")) else { return Https::Nowhere };
    match world.observed.tls(&url) {
        // Of a host that only an endpoint names, another port may be meant.
        None if !seen::is_host(name, world) => Https::Nowhere,
        None => Https::Unknown(seen::NOT_OBSERVED.into()),
        Some(Seen::Unobserved(reason)) => Https::Unknown(reason.to_string()),
        Some(Seen::Failed(failure)) if failure.kind == FailureKind::NoAddress => Https::Nowhere,
        Some(Seen::Failed(failure)) => Https::Broken(format!("has no TLS ({})", failure.detail)),
        // Many browsers find a missing intermediate by themselves.
        Some(Seen::Answer(handshake)) if handshake.path == Path::Incomplete => Https::Works,
        Some(Seen::Answer(_)) => match tls::certificate_fault(&url, world) {
            Some(fault) => {
                match world.items.host(name).and_then(|host| tls::certificate_finding(host, world)) {
                    Some(check) => Https::Told(check),
                    None => Https::Broken(format!("has a certificate that {fault}")),
                }
            }
            None => Https::Works,
        },
    }
}
