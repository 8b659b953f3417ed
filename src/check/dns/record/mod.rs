//! Declared records: whether they exist, whether they say what was declared, and whether the
//! resolver has heard of it.

mod proxied;
mod state;
mod value;

use super::view::View;
use super::{damage, dnssec, zone};
use crate::check::email::mx::mx_differs;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Record;
use crate::observed::{DnsAnswer, DnsRecord, Seen, question};
use crate::spec::model::RecordType;
use crate::spec::names::{is_reverse, name_form};
use proxied::{is_proxied, proxied_differs, proxied_missing};
use state::{Compared, State, Ttl, compare};
use value::{declared, publish, published};

pub(super) use value::says;
pub(in crate::check) use value::subject;

/// What each answer says of a declared record, with the name of the server that gave it.
fn compared<'w>(record: &Record, world: &'w World) -> Judged<Vec<(Option<&'w str>, Compared)>> {
    let view = View::of(&record.name, record.record.kind.name(), world)?;
    Ok(match view {
        View::Servers(answers) => answers
            .into_iter()
            .map(|(server, answer)| (Some(server), compare(record, answer, Ttl::Published)))
            .collect(),
        View::Resolver(answer) => vec![(None, compare(record, answer, Ttl::Left))],
    })
}

/// The servers that have the record as declared, and those that have it otherwise; `None` where
/// they are of one mind.
pub(super) fn dissent(record: &Record, world: &World) -> Option<Vec<String>> {
    if is_proxied(record) {
        return None;
    }
    let all = compared(record, world).ok()?;
    let right = all.iter().filter(|(_, compared)| compared.is_right()).count();
    if right == 0 || right == all.len() {
        return None;
    }
    let say = |(server, compared): &(Option<&str>, Compared)| {
        format!("{}: {}", server.unwrap_or("the resolver"), compared.observed)
    };
    let mut said: Vec<String> = all.iter().map(say).collect();
    said.dedup();
    Some(said)
}

/// The verdict where the name servers are not of one mind about the record.
fn disputed(record: &Record, world: &World) -> Option<Verdict> {
    dissent(record, world)?;
    let origin = zone::origin(&record.name, record.record.kind.name(), world);
    let reason = "the name servers disagree about the record";
    Some(Verdict::not_judged("dns/nameservers-disagree", origin, reason))
}

/// The verdict where the record's text, or its name, was damaged when somebody entered it.
fn damaged(record: &Record, world: &World) -> Option<Verdict> {
    damage::fault(&record.name, record.record.kind.name(), world)?;
    let reason = "the record was damaged when it was entered";
    Some(Verdict::not_judged("dns/value-malformed", subject(record), reason))
}

pub(in crate::check) fn record_missing(record: &Record, world: &World) -> Verdict {
    if is_proxied(record) {
        return proxied_missing(record, world);
    }
    let all = match compared(record, world) {
        Ok(all) => all,
        Err(verdict) => return *verdict,
    };
    if let Some(verdict) = disputed(record, world) {
        return verdict;
    }
    let kind = record.record.kind.name();
    let absent = |(_, compared): &&(Option<&str>, Compared)| matches!(compared.state, State::Missing(_));
    match all.iter().find(|found| !absent(found)) {
        Some((_, compared)) => Verdict::pass(format!("the {kind} record is there: {}", compared.observed)),
        None => match all.into_iter().next() {
            Some((_, Compared { state: State::Missing(what), observed })) => {
                damaged(record, world).unwrap_or_else(|| missing(record, what).observed(observed))
            }
            _ => Verdict::unknown(seen::NOT_OBSERVED),
        },
    }
}

fn missing(record: &Record, what: String) -> Verdict {
    let at = if is_reverse(&record.name) { "" } else { " at your DNS provider" };
    let help = format!("{}{at}", publish(record));
    Verdict::fail(what).expected(declared(record)).label("not published").help(help)
}

pub(in crate::check) fn record_differs(record: &Record, world: &World) -> Verdict {
    let exists = record_missing(record, world);
    match exists.status {
        Status::Pass => {}
        Status::Fail => {
            return Verdict::not_judged("dns/record-missing", subject(record), "the record does not exist");
        }
        _ => return exists,
    }
    if is_proxied(record) {
        return proxied_differs(record, world);
    }
    let all = match compared(record, world) {
        Ok(all) => all,
        Err(verdict) => return *verdict,
    };
    for (_, Compared { state, observed }) in all {
        if let State::Differs(what, place) = state {
            if let Some(verdict) = damaged(record, world) {
                return verdict;
            }
            return Verdict::fail(what)
                .expected(declared(record))
                .observed(observed)
                .label("published otherwise")
                .help(format!("{}, or correct the spec", publish(record)))
                .at(place);
        }
    }
    Verdict::pass("the record is as declared")
}

/// True for texts that another section of the spec or another check speaks about.
fn has_its_own_check(text: &str) -> bool {
    let text = text.trim_matches('"').to_ascii_lowercase();
    ["v=spf1", "v=dmarc1", "v=dkim1", "v=stsv1", "v=tlsrptv1", "v=bimi1"]
        .iter()
        .any(|tag| text.starts_with(tag))
}

/// True where `email/dkim-invalid` speaks about every text beside the key.
fn is_selector(name: &str, world: &World) -> bool {
    world.items.selectors.iter().any(|selector| selector.name == name)
}

pub(in crate::check) fn record_unexpected(record: &Record, world: &World) -> Verdict {
    let kind = record.record.kind.value;
    if is_proxied(record) {
        return Verdict::not_applicable("the record is behind Cloudflare's proxy");
    }
    let same = |other: &&Record| other.name == record.name && other.record.kind.value == kind;
    let all: Vec<&Record> = world.items.records.iter().filter(same).collect();
    if all.first().is_some_and(|first| first.path != record.path) {
        return Verdict::not_applicable(format!("judged together with {}", all[0].path));
    }
    let view = match View::of(&record.name, kind.name(), world) {
        Ok(view) => view,
        Err(verdict) => return *verdict,
    };
    let declares =
        |seen: &DnsRecord| all.iter().any(|r| r.values.iter().any(|value| says(kind, value, seen)));
    let answers = view.answers();
    let own = answers.first().map(|answer| state::own(record, answer)).unwrap_or_default();
    let foreign = own.into_iter().filter(|seen| {
        !declares(seen)
            && (kind != RecordType::Txt
                || !(has_its_own_check(seen.value.as_str()) || is_selector(&record.name, world)))
    });
    let foreign: Vec<_> = foreign.collect();
    if foreign.is_empty() {
        return Verdict::pass("nothing is published there that is not declared");
    }
    // Whatever is wrong with the declared value is told by `dns/record-differs`.
    if record_differs(record, world).status != Status::Pass {
        return Verdict::not_judged(
            "dns/record-differs",
            subject(record),
            "the declared record is not right",
        );
    }
    // Where the spec also says who receives, a foreign MX is that check's, which is no mere note.
    if kind == RecordType::Mx && record.name == world.domain() && mx_differs(world).status == Status::Fail {
        let reason = "the domain has other mail servers than the spec says";
        return Verdict::not_judged("email/mx-differs", world.domain(), reason);
    }
    Verdict::fail(format!("{} has more than what is declared: {}", subject(record), published(&foreign)))
        .expected(declared(record))
        .observed(published(&foreign))
        .label("others beside it")
        .help("declare the record too if it is wanted, or delete it at your DNS provider")
}

pub(in crate::check) fn propagation_pending(record: &Record, world: &World) -> Verdict {
    let kind = record.record.kind.name();
    if is_proxied(record) {
        return Verdict::not_applicable("the record is behind Cloudflare's proxy");
    }
    if !record.is_own(world.domain()) {
        return Verdict::not_applicable(
            "the zone of an address is not the product's: only resolvers are asked",
        );
    }
    match View::of(&record.name, kind, world) {
        Ok(view) if view.is_own() => {}
        Ok(_) => {
            return Verdict::unknown("no name server could be asked, so there is nothing to compare with");
        }
        Err(verdict) => return *verdict,
    }
    let state = record_differs(record, world);
    if state.status != Status::Pass {
        let reason = "the name servers do not have the record as declared";
        return match state.because {
            Some(cause) => Verdict { because: Some(cause), ..Verdict::unknown(state.message) },
            None => Verdict::not_judged("dns/record-differs", subject(record), reason),
        };
    }
    resolvers_behind(record, kind, world)
}

fn resolvers_behind(record: &Record, kind: &str, world: &World) -> Verdict {
    let (mut gap, mut behind) = (None, Vec::new());
    match seen::dns(&record.name, kind, world) {
        Ok(answer) => behind.extend(lag(record, answer).map(|lag| format!("the resolver still {lag}"))),
        Err(verdict) => gap = Some(*verdict),
    }
    let key = question(&record.name, kind);
    for (server, answers) in &world.observed.resolvers {
        match answers.get(&key) {
            Some(Seen::Answer(answer)) => {
                behind.extend(lag(record, answer).map(|lag| format!("the resolver {server} still {lag}")));
            }
            Some(Seen::Unobserved(reason)) => {
                gap.get_or_insert_with(|| Verdict::unknown(reason.as_str()));
            }
            Some(Seen::Failed(failure)) => {
                let cause = || dnssec::fault(&record.name, kind, world);
                gap.get_or_insert_with(|| {
                    cause().unwrap_or_else(|| Verdict::unknown(failure.detail.as_str()))
                });
            }
            None => {}
        }
    }
    if behind.is_empty() {
        return gap.unwrap_or_else(|| Verdict::pass("the resolver has the declared record too"));
    }
    Verdict::fail(seen::in_full(&behind)).expected(declared(record)).label("not everywhere yet").help(
        "wait until that time has run down and check again; nothing at your DNS provider needs a change",
    )
}

/// What a resolver still says, where it is not what was declared.
fn lag(record: &Record, answer: &DnsAnswer) -> Option<String> {
    let compared = compare(record, answer, Ttl::Ignored);
    let own = state::own(record, answer);
    let alias = answer.of_type("CNAME").filter(|seen| name_form(seen.name.as_str()) == record.name);
    let left = own.into_iter().chain(alias).map(|seen| seen.ttl).min();
    match compared.state {
        State::Differs(..) | State::Missing(_) if left.is_some() => Some(format!(
            "has {}, for another {} at most",
            compared.observed,
            seen::length(jiff::SignedDuration::from_secs(i64::from(left.unwrap_or_default())))
        )),
        State::AsDeclared | State::Differs(..) => None,
        State::Missing(_) => {
            let keeps = answer.denial.as_ref().map(|denial| i64::from(denial.ttl));
            let keeps = keeps.map_or(String::new(), |ttl| {
                format!(
                    " and keeps that for another {} at most",
                    seen::length(jiff::SignedDuration::from_secs(ttl))
                )
            });
            let word = if answer.nxdomain { "says that it does not exist" } else { "knows no such record" };
            Some(format!("{word} ({}){keeps}", compared.observed))
        }
    }
}
