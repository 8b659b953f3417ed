//! What receivers make of a key that can be read: withdrawn, too weak, or only a test.

use super::{Published, State, dkim_differs, good, state, unless_told, words};
use crate::check::{Status, Verdict, World, seen};
use crate::item::Selector;
use crate::mail::dkim::{Key, Record};
use crate::wanted::{self, Wanted};

/// Receivers refuse RSA keys with fewer bits (RFC 8301 section 3.2).
const LEAST_BITS: usize = 1024;

pub(in crate::check) fn dkim_revoked(selector: &Selector, world: &World) -> Verdict {
    match state(selector, world) {
        Err(verdict) => *verdict,
        Ok(State::Good(_)) => Verdict::pass("the key is not withdrawn"),
        Ok(State::Several(_) | State::Broken(_)) => good(selector, world)
            .map_or_else(|verdict| *verdict, |_| Verdict::pass("the key is not withdrawn")),
        Ok(State::Revoked(published)) => unless_told(revoked(selector, &published, world), selector, world),
    }
}

fn revoked(selector: &Selector, published: &Published, world: &World) -> Verdict {
    let label = words::label(selector);
    Verdict::fail(format!(
        "{} is withdrawn, its `p=` is empty: mail signed with selector {label} fails DKIM",
        words::subject(selector, published)
    ))
    .expected("a key in `p=`")
    .observed("an empty `p=`")
    .label("key is withdrawn")
    .help(format!(
        "if nothing signs with {label} any more, remove it from the spec; otherwise {}",
        words::publish(selector, world)
    ))
    .evidence(evidence(published))
}

pub(super) fn evidence(published: &Published) -> String {
    let (name, text) = (published.record.name.as_str(), published.record.value.as_str());
    seen::txt(&seen::cut(name), &seen::cut(text))
}

pub(in crate::check) fn dkim_weak(selector: &Selector, world: &World) -> Verdict {
    let published = match good(selector, world) {
        Ok(published) => published,
        Err(verdict) => return *verdict,
    };
    let Some(key) = &published.reading.record.key else { return Verdict::pass("there is no key") };
    let failing = if let Some(standard) = key.sample() {
        sample(selector, &published, standard)
    } else {
        match key {
            Key::Rsa(rsa) if rsa.bits() < LEAST_BITS => short(selector, &published, rsa.bits(), LEAST_BITS),
            Key::Rsa(rsa) if rsa.bits() < world.thresholds.dkim_rsa_bits => {
                short(selector, &published, rsa.bits(), world.thresholds.dkim_rsa_bits).mild()
            }
            key => return Verdict::pass(key.to_string()),
        }
    };
    let failing = failing.help(stronger(selector, &published, world));
    unless_another(failing, selector, world)
}

fn sample(selector: &Selector, published: &Published, standard: &str) -> Verdict {
    let subject = words::subject(selector, published);
    Verdict::fail(format!(
        "{subject} is the sample of {standard}, which prints its private half: everybody can sign with it"
    ))
    .expected("a key of your own")
    .observed(format!("the key of {standard}"))
    .label("a sample key")
}

fn short(selector: &Selector, published: &Published, bits: usize, least: usize) -> Verdict {
    let subject = words::subject(selector, published);
    let why = if bits < LEAST_BITS {
        "receivers do not verify with fewer than 1024"
    } else {
        "receivers take it, but the standard asks for more (RFC 8301 section 3.2)"
    };
    Verdict::fail(format!("{subject} has {bits} bits: {why}"))
        .expected(format!("RSA with at least {least} bits"))
        .observed(format!("RSA with {bits} bits"))
        .label("key is too short")
}

/// How to come to a stronger key. What the spec or the provider says to publish is told where it is
/// not the weak key itself.
fn stronger(selector: &Selector, published: &Published, world: &World) -> String {
    let label = words::label(selector);
    if let Some(owner) = words::owner(selector, published) {
        return format!(
            "ask whoever signs with {label} for a key of 2048 bits: the record at {owner} is theirs, and most consoles have a switch for it"
        );
    }
    let wanted = wanted::dkim::record(selector, world);
    let known = wanted.filter(|wanted| wanted.kind == "CNAME" || !is_same(wanted, published));
    let publish = known.map_or_else(
        || "publish `<new selector>._domainkey TXT \"v=DKIM1; k=rsa; p=<new key>\"`".to_owned(),
        |wanted| format!("publish {}", words::record(&wanted)),
    );
    format!(
        "make a key of 2048 bits where {label} signs (`openssl genrsa 2048`, or the provider's console) under a new selector: {publish}; sign with it, then withdraw {label}"
    )
}

fn is_same(wanted: &Wanted, published: &Published) -> bool {
    let key = Record::read(&wanted.value).record.key;
    key == published.reading.record.key
}

pub(in crate::check) fn dkim_testing(selector: &Selector, world: &World) -> Verdict {
    let published = match good(selector, world) {
        Ok(published) => published,
        Err(verdict) => return *verdict,
    };
    let record = &published.reading.record;
    if !record.testing {
        return Verdict::pass("the key is not in test mode");
    }
    let help = if let Some(owner) = words::owner(selector, &published) {
        format!("the record at {owner} is the provider's: end the test in its console")
    } else {
        let wanted = Wanted::txt(&selector.name, record.without_testing());
        let record = words::record(&wanted);
        format!("when signing works, publish {record} in its place{}", in_spec_too(selector))
    };
    let failing = Verdict::fail(format!(
        "{} is in test mode (`t=y`): receivers treat mail signed with it as if it were not signed",
        words::subject(selector, &published)
    ))
    .expected("no `t=y`")
    .observed("t=y")
    .label("key in test mode")
    .help(help)
    .evidence(evidence(&published));
    unless_another(failing, selector, world)
}

/// A failing verdict about a key, unless another key than this one is to be published anyway.
fn unless_another(failing: Verdict, selector: &Selector, world: &World) -> Verdict {
    if dkim_differs(selector, world).status == Status::Fail {
        let reason = "another key must be published there anyway";
        return Verdict::not_judged("email/dkim-differs", &selector.name, reason);
    }
    unless_told(failing, selector, world)
}

/// What to do where the declared key is in test mode itself.
fn in_spec_too(selector: &Selector) -> &'static str {
    let declared = selector.declared.and_then(|declared| declared.key.as_ref());
    let testing = declared.is_some_and(|key| Record::read(key).record.testing);
    if testing { ", and take `t=y` out of the spec" } else { "" }
}
