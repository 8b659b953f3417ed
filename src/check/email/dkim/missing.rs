//! A selector at which nothing stands that is a key.

use super::{State, alias, damaged, is_key, state, told_by_dns, words};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Selector;
use crate::mail::{self, spf};
use crate::observed::{DnsAnswer, Seen};
use crate::provider::cloudflare;
use crate::provider::email::RecordKind;
use crate::wanted;

pub(in crate::check) fn dkim_missing(selector: &Selector, world: &World) -> Verdict {
    let answer = match seen::dns(&selector.name, "TXT", world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    if let Some(record) = answer.of_type("TXT").find(|record| is_key(record)) {
        return Verdict::pass(match alias(selector, answer) {
            Some(_) => format!("a key is published at {}", seen::cut(record.name.as_str())),
            None => "a key is published".to_owned(),
        });
    }
    match waits(selector, answer, world) {
        Ok(Some(verdict)) => return verdict,
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

/// The pass of a selector whose provider publishes a key there only when it changes keys: its own
/// alias is right, and another selector of the set has a key.
fn waits(selector: &Selector, answer: &DnsAnswer, world: &World) -> Judged<Option<Verdict>> {
    let Some(fact) = selector.fact.filter(|fact| fact.set.one_key_is_enough) else { return Ok(None) };
    let target = alias(selector, answer).filter(|target| wanted::dkim::fits(selector, target, world));
    let (Some(target), RecordKind::Cname) = (target, fact.key.kind) else { return Ok(None) };
    if selector.declared.is_some_and(|declared| declared.key.is_some()) {
        return Ok(None);
    }
    let same_set = |other: &&Selector| {
        other.name != selector.name
            && other.sender == selector.sender
            && other.fact.is_some_and(|other| std::ptr::eq(other.set, fact.set))
    };
    let mut gap = None;
    for other in world.items.selectors.iter().filter(same_set) {
        match state_of_sibling(other, world) {
            Ok(true) => {
                let message = format!(
                    "an alias of {}, where {} publishes a key when it changes keys; until then it signs with {}",
                    seen::cut(target),
                    fact.provider.name,
                    words::label(other)
                );
                return Ok(Some(Verdict::pass(message)));
            }
            Ok(false) => {}
            Err(verdict) => gap = Some(verdict),
        }
    }
    gap.map_or(Ok(None), Err)
}

/// True where a selector has a key, without regard to what others of its set have.
fn state_of_sibling(selector: &Selector, world: &World) -> Judged<bool> {
    let answer = seen::dns(&selector.name, "TXT", world)?;
    Ok(answer.of_type("TXT").any(is_key) && matches!(state(selector, world)?, State::Good(_)))
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

/// True where the selector passes without a key of its own.
pub(super) fn is_waiting(selector: &Selector, world: &World) -> bool {
    let Ok(answer) = seen::dns(&selector.name, "TXT", world) else { return false };
    answer.of_type("TXT").find(|record| is_key(record)).is_none()
        && dkim_missing(selector, world).status == Status::Pass
}
