//! Whether cookies are kept from networks, scripts and other sites.

use std::collections::BTreeMap;

use super::page;
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::web::cookie::{Cookie, Fault};

pub(in crate::check) fn cookie_flags(host: &Host, world: &World) -> Verdict {
    if let Err(verdict) = page::only_production(host) {
        return *verdict;
    }
    let answers = match page::answers(host, world) {
        Ok(answers) => answers,
        Err(verdict) => return *verdict,
    };
    // The same cookie comes with many answers; one that is set well once may be set badly elsewhere.
    let mut cookies: BTreeMap<&str, Vec<Fault>> = BTreeMap::new();
    for (_, exchange) in &answers {
        let fields = exchange.headers.iter().filter(|(name, _)| name == "set-cookie");
        for cookie in fields.filter_map(|(_, value)| Cookie::parse(value.as_str())) {
            if cookie.is_deletion(world.observed.at) || cookie.is_of_the_hosting() {
                continue;
            }
            let known = cookies.entry(cookie.name).or_default();
            for fault in cookie.faults() {
                if !known.contains(&fault) {
                    known.push(fault);
                }
            }
        }
    }
    if cookies.is_empty() {
        return Verdict::not_applicable("no answer sets a cookie that is judged");
    }
    let open: Vec<(&str, Vec<Fault>)> =
        cookies.iter().filter(|(_, faults)| !faults.is_empty()).map(|(name, f)| (*name, f.clone())).collect();
    if open.is_empty() {
        let names: Vec<String> = cookies.keys().map(|name| shown(name)).collect();
        return Verdict::pass(format!("set as they should be: {}", seen::listed(&names)));
    }
    failed(host, &open)
}

fn failed(host: &Host, open: &[(&str, Vec<Fault>)]) -> Verdict {
    let told = |(name, faults): &(&str, Vec<Fault>)| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        format!("{} ({})", shown(name), faults.join(", "))
    };
    let all: Vec<String> = open.iter().map(told).collect();
    let all = seen::listed(&all);
    let refused = open.iter().any(|(_, faults)| faults.iter().any(|fault| fault.is_refused()));
    Verdict::fail(format!("{} sets cookies that are open: {all}", host.name))
        .expected("Secure; SameSite=Lax or Strict; for sessions also HttpOnly")
        .observed(all)
        .label(if refused { "cookies that browsers refuse" } else { "open cookies" })
        .help("set `Secure; HttpOnly; SameSite=Lax` where the application sets the cookie (Express: `cookie: {secure: true, httpOnly: true, sameSite: 'lax'}`; Django: `SESSION_COOKIE_SECURE`, `SESSION_COOKIE_SAMESITE`; nginx: `proxy_cookie_flags ~ secure samesite=lax;`); only where other sites embed this one, `SameSite=None; Secure`")
}

fn shown(name: &str) -> String {
    if name.is_empty() { "a cookie without a name".into() } else { format!("`{}`", seen::cut(name)) }
}
