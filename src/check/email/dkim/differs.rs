//! Another key or alias than the spec declares, or than the sender's provider documents.

use super::key::evidence;
use super::{Published, alias, good, unless_told, waiting, words};
use crate::check::email::Mail;
use crate::check::{Verdict, World, seen};
use crate::item::Selector;
use crate::mail::dkim::Record;
use crate::spec::model::scalar::DomainName;
use crate::spec::{Located, Place};
use crate::wanted::{self, Wanted};

pub(in crate::check) fn dkim_differs(selector: &Selector, world: &World) -> Verdict {
    let declared_key = selector.declared.and_then(|declared| declared.key.as_ref());
    let declared_alias = selector.declared.and_then(|declared| declared.cname.as_ref());
    let targets = wanted::dkim::targets(selector, world);
    if declared_key.is_none() && declared_alias.is_none() && targets.is_empty() {
        return Verdict::not_applicable("neither the spec nor the sender's provider says what stands there");
    }
    let answer = match seen::dns(&selector.name, "TXT", world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    let published = match good(selector, world) {
        Ok(published) => Some(published),
        Err(_) if waiting::is_waiting(selector, world) => None,
        Err(verdict) => return *verdict,
    };
    let alias = alias(selector, answer);
    let mut said = Vec::new();
    let outcomes = [
        declared_key.zip(published.as_ref()).map(|(key, published)| of_key(selector, key, published, world)),
        declared_alias.map(|target| of_alias(selector, target, alias, world)),
        (selector.declared.is_none_or(|declared| declared.key.is_none() && declared.cname.is_none()))
            .then(|| of_provider(selector, &targets, alias, world)),
    ];
    for outcome in outcomes.into_iter().flatten() {
        match outcome {
            Ok(pass) => said.push(pass),
            Err(failing) => return unless_told(*failing, selector, world),
        }
    }
    Verdict::pass(seen::in_full(&said))
}

/// What is right, or the failing verdict.
type Outcome = Result<String, Box<Verdict>>;

/// The place of a part of the selector's declaration.
fn place(selector: &Selector, part: &str, span: crate::spec::Span, world: &World) -> Place {
    let Mail::Declared(settings) = Mail::of(world) else { return selector.place.clone() };
    let own = |key: &&crate::spec::model::Dkim| selector.declared.is_some_and(|own| std::ptr::eq(own, *key));
    let index = settings.dkim.iter().map(|key| &key.value).position(|key| own(&key)).unwrap_or_default();
    Place::new(format!("email.dkim[{index}].{part}"), span)
}

/// Compares keys, not texts: order, white space, `v=` and notes say nothing about the key.
fn of_key(selector: &Selector, declared: &Located<String>, published: &Published, world: &World) -> Outcome {
    let wanted = Record::read(declared).record;
    let found = &published.reading.record;
    if wanted.key == found.key {
        return Ok("the key is the declared one".to_owned());
    }
    let shown = |record: &Record| record.key.as_ref().map_or("no key".to_owned(), ToString::to_string);
    let (expected, observed) = (shown(&wanted), shown(found));
    // Two keys of one size are told apart by their ends.
    let (expected, observed) = if expected == observed {
        (format!("{expected}, ending in {}", end(&wanted)), format!("{observed}, ending in {}", end(found)))
    } else {
        (expected, observed)
    };
    Err(Box::new(
        Verdict::fail(format!(
            "{} is not the declared one: mail signed with the declared key fails DKIM",
            words::subject(selector, published)
        ))
        .expected(expected)
        .observed(observed)
        .label("another key")
        .help(format!(
            "publish {}, or correct the spec if the published key is the one that signs",
            words::record(&Wanted::txt(
                &selector.name,
                declared.split_whitespace().collect::<Vec<_>>().join(" ")
            ))
        ))
        .at(place(selector, "key", declared.span, world))
        .evidence(evidence(published)),
    ))
}

/// The last characters of a key before those that all RSA keys end in.
fn end(record: &Record) -> String {
    let text = record.to_string();
    let tags = crate::mail::tags::tags(&text);
    let value = tags.iter().find(|tag| tag.name == "p").and_then(|tag| tag.value).unwrap_or_default();
    let digits: String = value.chars().filter(char::is_ascii_graphic).collect();
    let own = digits.trim_end_matches('=').trim_end_matches("IDAQAB");
    let from = own.char_indices().rev().nth(7).map_or(0, |(at, _)| at);
    format!("`…{}`", &own[from..])
}

fn of_alias(
    selector: &Selector,
    declared: &Located<DomainName>,
    alias: Option<&str>,
    world: &World,
) -> Outcome {
    let target = declared.value.0.as_str();
    let name = &selector.name;
    let (what, observed) = match alias {
        Some(alias) if alias.eq_ignore_ascii_case(target) => return Ok(format!("an alias of {target}")),
        Some(alias) => {
            let alias = seen::cut(alias);
            (format!("{name} is an alias of {alias}, not of the declared {target}"), format!("CNAME {alias}"))
        }
        None => (
            format!("{name} holds a key itself instead of leading to the declared {target}"),
            "a TXT record, no CNAME".to_owned(),
        ),
    };
    Err(Box::new(
        Verdict::fail(what)
            .expected(format!("CNAME {target}"))
            .observed(observed)
            .label("another alias")
            .help(format!(
                "publish `{}` (DNS only, not proxied), or correct the spec if the sender gives another name now",
                Wanted::cname(name, target)
            ))
            .at(place(selector, "cname", declared.span, world)),
    ))
}

/// What the provider documents. One that copied the key instead has a key that works until the
/// provider changes it.
fn of_provider(selector: &Selector, targets: &[String], alias: Option<&str>, world: &World) -> Outcome {
    let provider = wanted::dkim::provider(selector, world).map_or("the provider", |p| p.name.as_str());
    let Some(alias) = alias else {
        return Ok(format!(
            "the key itself stands there, where {provider} documents a CNAME: when {provider} changes the key, this one stays behind"
        ));
    };
    if wanted::dkim::fits(selector, alias, world) {
        return Ok(format!("an alias of {}, as {provider} documents it", seen::cut(alias)));
    }
    let (name, alias) = (&selector.name, seen::cut(alias));
    let forms = seen::in_full(targets).replace(" and ", " or ");
    Err(Box::new(
        Verdict::fail(format!("{name} is an alias of {alias}, which is no name of a key at {provider}"))
            .expected(format!("CNAME {forms}"))
            .observed(format!("CNAME {alias}"))
            .label("not the provider's")
            .help(words::publish(selector, world)),
    ))
}
