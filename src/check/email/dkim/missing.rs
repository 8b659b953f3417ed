//! A selector at which nothing stands that is a key.

use super::{alias, damaged, is_key, told_by_dns, waiting, words};
use crate::check::{Verdict, World, seen};
use crate::item::Selector;
use crate::mail::{self, spf};
use crate::observed::{DnsAnswer, Seen};
use crate::provider::cloudflare;
use crate::wanted;

pub(in crate::check) fn dkim_missing(selector: &Selector, world: &World) -> Verdict {
    let answer = match seen::dns(&selector.name, "TXT", world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    if let Some(record) = answer.of_type("TXT").find(|record| is_key(record)) {
        if let (true, Ok(Some(idle))) =
            (waiting::is_waiting(selector, world), waiting::waits(selector, world))
        {
            return Verdict::pass(idle);
        }
        return Verdict::pass(match alias(selector, answer) {
            Some(_) => format!("a key is published at {}", seen::cut(record.name.as_str())),
            None => "a key is published".to_owned(),
        });
    }
    match waiting::waits(selector, world) {
        Ok(Some(idle)) => return Verdict::pass(idle),
        Ok(None) => {}
        Err(verdict) => return *verdict,
    }
    if let Some(verdict) = damaged(&selector.name, "TXT", world).or_else(|| told_by_dns(selector, world)) {
        return verdict;
    }
    let Absence { what, observed, first } = absence(selector, answer, world);
    let targets = wanted::dkim::targets(selector, world);
    let expected = match targets.as_slice() {
        [] => "a TXT record with `p=`".to_owned(),
        targets => format!("a key behind a CNAME to {}", seen::in_full(targets).replace(" and ", " or ")),
    };
    let publish = words::publish(selector, world);
    let help = match first {
        // The alias is right; what it leads to is not there yet.
        Some(first) if is_wanted(selector, answer, world) => first,
        Some(first) => format!("{first}; otherwise {publish}"),
        None => publish,
    };
    Verdict::fail(format!("{what}: mail signed with selector {} fails DKIM", words::label(selector)))
        .expected(expected)
        .observed(observed)
        .label("no key there")
        .help(help)
}

/// True where the selector's alias is the very one that it must be.
fn is_wanted(selector: &Selector, answer: &DnsAnswer, world: &World) -> bool {
    let wanted = wanted::dkim::record(selector, world).filter(|wanted| wanted.kind == "CNAME");
    wanted.is_some_and(|wanted| alias(selector, answer) == Some(wanted.value.as_str()))
}

/// Why there is no key.
struct Absence {
    what: String,
    observed: String,
    /// What to do before anything else.
    first: Option<String>,
}

fn absence(selector: &Selector, answer: &DnsAnswer, world: &World) -> Absence {
    let name = &selector.name;
    let plain = |what: String, observed: &str| Absence { what, observed: observed.to_owned(), first: None };
    if let Some(text) = answer.values("TXT").next() {
        let kind = kind(text.as_str());
        return plain(
            format!("the TXT record at {name} is no DKIM key{kind}"),
            "a TXT record without a key in `p=`",
        );
    }
    if let Some(end) = answer.of_type("CNAME").last().map(|record| seen::cut(record.value.as_str())) {
        let (what, observed) = if answer.nxdomain {
            ("does not exist", "NXDOMAIN")
        } else {
            ("has no TXT record", "no TXT record")
        };
        return Absence {
            what: format!("{name} is an alias of {end}, which {what}"),
            observed: format!("{end}: {observed}"),
            first: Some(format!(
                "compare {end} letter by letter with what the sender's console shows, and see there that signing for the domain is switched on"
            )),
        };
    }
    if answer.nxdomain {
        return plain(format!("{name} does not exist"), "NXDOMAIN");
    }
    proxied(name, world).unwrap_or_else(|| plain(format!("{name} has no TXT record"), "no TXT record"))
}

/// What other standards' texts are called.
fn kind(text: &str) -> &'static str {
    if spf::is_record(text) {
        " but an SPF record, perhaps that of a wildcard"
    } else if mail::dmarc::is_record(text) {
        " but a DMARC record, perhaps that of a wildcard"
    } else if text.contains("verif") {
        " but a proof of ownership"
    } else {
        ""
    }
}

/// A name that answers with addresses and has neither text nor alias: Cloudflare's proxy answers so
/// for an alias that it hides.
fn proxied(name: &str, world: &World) -> Option<Absence> {
    let Some(Seen::Answer(answer)) = world.observed.dns(name, "A") else { return None };
    let addresses: Vec<String> = answer.values("A").map(ToString::to_string).collect();
    if addresses.is_empty() {
        return None;
    }
    let is_proxy = |address: &String| address.parse().is_ok_and(cloudflare::is_proxy);
    let (by, first) = if addresses.iter().all(is_proxy) {
        (" of Cloudflare's proxy", "set the CNAME of that name to DNS only (the grey cloud) at Cloudflare")
    } else {
        ("", "if the DNS provider proxies or flattens the CNAME of that name, switch that off")
    };
    Some(Absence {
        what: format!("{name} has no TXT record, but answers with addresses{by}"),
        observed: format!("A {}, no TXT record", seen::listed(&addresses)),
        first: Some(first.to_owned()),
    })
}
