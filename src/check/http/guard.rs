//! The headers that harden a page.

use super::csp::policies;
use super::page::Page;
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::Remote;
use crate::web::csp::restricts_frames;
use crate::web::guard::{Framing, Referrer, framing, nosniff, permissions, referrer};

/// A header that is absent, or says what it should not.
struct Fault {
    /// Its name.
    name: &'static str,
    /// What stands there and does not do it, and why.
    wrong: Option<String>,
    /// As it should be.
    wanted: &'static str,
}

pub(in crate::check) fn security_headers_missing(host: &Host, world: &World) -> Verdict {
    let page = match Page::of(host, world) {
        Ok(page) => page,
        Err(verdict) => return *verdict,
    };
    let html = page.is_html() && !host.is_api();
    let checks: &[fn(&Page) -> Option<Fault>] =
        if html { &[sniffing, frames, referrers, features] } else { &[sniffing] };
    let faults: Vec<Fault> = checks.iter().filter_map(|check| check(&page)).collect();
    if faults.is_empty() {
        let all =
            if html { "sends all of them" } else { "sends X-Content-Type-Options, all that applies here" };
        return Verdict::pass(format!("{} {all}", seen::shown(&page.url)));
    }
    failed(&page, &faults)
}

fn failed(page: &Page, faults: &[Fault]) -> Verdict {
    let absent = faults.iter().filter(|fault| fault.wrong.is_none());
    let absent: Vec<String> = absent.map(|fault| format!("no {}", fault.name)).collect();
    let wrong: Vec<String> = faults.iter().filter_map(|fault| fault.wrong.clone()).collect();
    let mut clauses = Vec::new();
    if !absent.is_empty() {
        clauses.push(format!("sends {}", seen::in_full(&absent)));
    }
    clauses.extend(wrong.iter().map(|wrong| format!("sends {wrong}")));
    let wanted: Vec<String> = faults.iter().map(|fault| format!("`{}`", fault.wanted)).collect();
    let observed = if wrong.is_empty() { "none of them".to_owned() } else { seen::in_full(&wrong) };
    Verdict::fail(format!("{} {}", seen::shown(&page.url), clauses.join("; it ")))
        .expected(seen::in_full(&faults.iter().map(|fault| fault.name.to_owned()).collect::<Vec<_>>()))
        .observed(observed)
        .label(if absent.is_empty() { "headers without effect" } else { "headers missing" })
        .help(format!(
            "send {} with every page (nginx: `add_header NAME \"VALUE\" always;`; Next.js: `headers()` in next.config; Cloudflare: a response header transform rule)",
            seen::in_full(&wanted)
        ))
}

/// What stands there, cut, and why it does nothing.
fn wrong(name: &str, values: &[&str], why: &str) -> String {
    // A value may come from a recording that somebody edited.
    let value = Remote::new(&values.join(", "));
    format!("`{name}: {}`, {why}", seen::cut(value.as_str()))
}

fn sniffing(page: &Page) -> Option<Fault> {
    let (name, values) = ("X-Content-Type-Options", page.values("x-content-type-options"));
    let there = (!values.is_empty()).then(|| wrong(name, &values, "which is not `nosniff`"));
    (!nosniff(&values)).then_some(Fault { name, wrong: there, wanted: "X-Content-Type-Options: nosniff" })
}

/// `frame-ancestors` counts where there is one, and `X-Frame-Options` otherwise (CSP section 6.4.2.2).
fn frames(page: &Page) -> Option<Fault> {
    let (name, values) = ("X-Frame-Options", page.values("x-frame-options"));
    let fault = |wrong| Some(Fault { name, wrong, wanted: "X-Frame-Options: DENY" });
    let policies = policies(page.exchange);
    if restricts_frames(&policies) {
        return None;
    }
    if policies.iter().any(|policy| policy.directive("frame-ancestors").is_some()) {
        let wrong = "a Content-Security-Policy whose frame-ancestors lets every site frame the page";
        return fault(Some(wrong.to_owned()));
    }
    match framing(&values) {
        Framing::Deny | Framing::SameOrigin => None,
        Framing::Absent => fault(None),
        Framing::Ignored => fault(Some(wrong(name, &values, "which browsers ignore"))),
    }
}

fn referrers(page: &Page) -> Option<Fault> {
    let (name, values) = ("Referrer-Policy", page.values("referrer-policy"));
    let wrong = match referrer(&values) {
        Referrer::Sound(_) => return None,
        Referrer::Absent => None,
        Referrer::Leaky(_) => {
            Some(wrong(name, &values, "which tells other sites more than browsers do by themselves"))
        }
        Referrer::Unknown => Some(wrong(name, &values, "which browsers ignore")),
    };
    Some(Fault { name, wrong, wanted: "Referrer-Policy: strict-origin-when-cross-origin" })
}

fn features(page: &Page) -> Option<Fault> {
    let (name, values) = ("Permissions-Policy", page.values("permissions-policy"));
    let there = (!values.is_empty()).then(|| wrong(name, &values, "which browsers cannot read"));
    let wanted = "Permissions-Policy: camera=(), microphone=(), geolocation=()";
    (!permissions(&values)).then_some(Fault { name, wrong: there, wanted })
}
