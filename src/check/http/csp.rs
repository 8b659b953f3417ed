//! Whether a page says what it may load, and how much that still lets through.

use super::page::Page;
use crate::check::faults::part;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Host;
use crate::observed::Exchange;
use crate::web::csp::{Policy, Reading, SyntaxErrorKind, Weakness, weaknesses};

/// Most faults that a message names.
const MOST: usize = 5;
const HEADER: &str = "content-security-policy";

/// The values of the header, each a list of policies.
fn values(exchange: &Exchange) -> Vec<&str> {
    exchange.headers.iter().filter(|(name, _)| name == HEADER).map(|(_, value)| value.as_str()).collect()
}

/// All policies that a page enforces; those that are only reported do not count.
pub(super) fn policies(exchange: &Exchange) -> Vec<Policy> {
    values(exchange).into_iter().flat_map(|value| Reading::of(value).policies).collect()
}

/// The page of a host that people see.
fn html<'w>(host: &Host, world: &'w World) -> Judged<Page<'w>> {
    let page = Page::of(host, world)?;
    if host.is_api() || !page.is_html() {
        let reason = format!("{} is no page for people", seen::shown(&page.url));
        return Err(Box::new(Verdict::not_applicable(reason)));
    }
    Ok(page)
}

pub(in crate::check) fn csp_missing(host: &Host, world: &World) -> Verdict {
    let page = match html(host, world) {
        Ok(page) => page,
        Err(verdict) => return *verdict,
    };
    let shown = seen::shown(&page.url);
    if !policies(page.exchange).is_empty() {
        return Verdict::pass(format!("{shown} sends a Content-Security-Policy"));
    }
    let reported = page.exchange.header("content-security-policy-report-only").next().is_some();
    let (what, observed) = if reported {
        (
            "only a Content-Security-Policy-Report-Only, which forbids nothing",
            "Content-Security-Policy-Report-Only",
        )
    } else if values(page.exchange).is_empty() {
        ("no Content-Security-Policy", "no such header")
    } else {
        ("a Content-Security-Policy without any directive", "an empty policy")
    };
    let help = if reported {
        "when the reports are quiet, send the same policy as `Content-Security-Policy`"
    } else {
        "begin with `Content-Security-Policy-Report-Only: default-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'`, add what the browser's console names, then send it as `Content-Security-Policy`"
    };
    Verdict::fail(format!("{shown} sends {what}"))
        .expected("Content-Security-Policy")
        .observed(observed)
        .label("no CSP")
        .help(help)
}

pub(in crate::check) fn csp_weak(host: &Host, world: &World) -> Verdict {
    let page = match html(host, world) {
        Ok(page) => page,
        Err(verdict) => return *verdict,
    };
    let policies = policies(page.exchange);
    if policies.is_empty() {
        let missing = csp_missing(host, world);
        return match missing.status {
            Status::Fail => Verdict::not_judged("http/csp-missing", &host.name, "there is no policy"),
            _ => missing,
        };
    }
    let weak = weaknesses(&policies);
    let mut clauses: Vec<String> = weak.iter().map(|weakness| seen::cut(&weakness.to_string())).collect();
    let mut helps: Vec<&str> = weak.iter().map(help).collect();
    for value in values(page.exchange) {
        for error in Reading::of(value).errors {
            clauses.push(format!("{} ({})", error.kind, part(value, &error.span)));
            helps.push(repair(error.kind));
        }
    }
    if clauses.is_empty() {
        return Verdict::pass(format!("the policy of {} restricts scripts", seen::shown(&page.url)));
    }
    let observed = seen::listed(&clauses);
    if clauses.len() > MOST {
        let more = clauses.len() - MOST;
        clauses.truncate(MOST);
        clauses.push(format!("and {more} more"));
    }
    let mut seen_before = Vec::new();
    helps.retain(|help| {
        let new = !seen_before.contains(help);
        seen_before.push(*help);
        new
    });
    let verdict =
        Verdict::fail(format!("the policy of {} has {}", seen::shown(&page.url), clauses.join("; ")))
            .expected("scripts from named sources, by nonce or by hash; object-src 'none'")
            .observed(observed)
            .label("weak policy")
            .help(seen::in_full(&helps.into_iter().map(str::to_owned).collect::<Vec<_>>()));
    values(page.exchange).into_iter().fold(verdict, |verdict, value| verdict.evidence(seen::cut(value)))
}

fn help(weakness: &Weakness) -> &'static str {
    match weakness {
        Weakness::AllScripts => "add `default-src 'self'`, or a `script-src`",
        Weakness::InlineScripts => {
            "give inline scripts a nonce that is new with each answer, or their hash, and take `'unsafe-inline'` out"
        }
        Weakness::Eval => {
            "take `'unsafe-eval'` out, and update what needs it (WebAssembly: `'wasm-unsafe-eval'` is enough)"
        }
        Weakness::AnyScript(_) => "name the hosts that scripts come from",
        Weakness::InsecureScript(_) => "load scripts over `https://`",
        Weakness::Objects => "add `object-src 'none'`",
        Weakness::Base => "add `base-uri 'none'`",
    }
}

fn repair(kind: SyntaxErrorKind) -> &'static str {
    match kind {
        SyntaxErrorKind::Duplicate => "put all sources of a directive into one",
        SyntaxErrorKind::NotAscii => "write host names in ASCII (`xn--...`)",
        SyntaxErrorKind::Misspelt(_) => "correct the directive's name",
        SyntaxErrorKind::Unquoted => "put keywords into single quotation marks",
        SyntaxErrorKind::NoSemicolon => "put a semicolon before each directive",
        SyntaxErrorKind::StrictDynamicAlone => {
            "give scripts a nonce that is new with each answer, or their hash"
        }
        SyntaxErrorKind::NoneAmongOthers => "take `'none'` out, or everything else",
    }
}
