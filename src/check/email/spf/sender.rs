//! Whether SPF authorises everybody whom the spec declares.

use std::net::IpAddr;

use super::{publish, read, record};
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, Weight, World};
use crate::item::{Authorised, Sender, Who};
use crate::mail::spf::eval::{Cause, Outcome};
use crate::mail::spf::record::Qualifier;
use crate::mail::spf::tree::Found;
use crate::mail::spf::{Limits, Recorded, Request, SpfResult, Tree, check_host};
use crate::private::Network;
use crate::provider::About;
use crate::provider::email::RecordKind;
use crate::provider::email::{Provider, Record as Documented};
use crate::spec::Place;
use crate::spec::names::is_under;
use crate::wanted::{Wanted, spf as wanted};

pub(in crate::check) fn spf_sender_missing(item: &Authorised, world: &World) -> Verdict {
    match &item.who {
        Who::Include(name) => included(name, world),
        Who::Network(network) => listed(network, world),
        Who::Sender(sender) => declared(sender, world),
    }
}

/// `email.spf.include`.
fn included(name: &str, world: &World) -> Verdict {
    let spf = match read(world) {
        Ok(spf) => spf,
        Err(verdict) => return *verdict,
    };
    if let Some(node) = spf.tree.passing(|domain| domain == name) {
        return match wanted::refused(node, world.domain(), world) {
            Some(address) => overruled(&format!("include:{name}"), address, world.domain(), world),
            None => Verdict::pass(format!("includes {name}")),
        };
    }
    spf.gap(world)
        .unwrap_or_else(|| missing(&format!("include:{name}"), world.domain(), "no term leads there", world))
}

/// `email.spf.ip`: its first and its last address stand for the network.
fn listed(network: &str, world: &World) -> Verdict {
    let Ok(parsed) = network.parse::<Network>() else {
        return Verdict::unknown(format!("{network} is no network"));
    };
    let domain = world.domain();
    for address in [parsed.first(), parsed.last()] {
        let request = Request::new(address, &format!("postmaster@{domain}"), domain);
        match evaluated(&request, world) {
            Ok(outcome) if outcome.result == SpfResult::Pass => {}
            Ok(outcome) => return not_passed(network, &outcome, domain, world),
            Err(verdict) => return *verdict,
        }
    }
    Verdict::pass(format!("{network} passes"))
}

fn declared(sender: &Sender, world: &World) -> Verdict {
    let requests = sender.requests();
    for (index, request) in requests.iter().enumerate() {
        match evaluated(request, world) {
            Ok(outcome) if outcome.result == SpfResult::Pass => {}
            Ok(outcome) => {
                let verdict = not_passed(&request.ip.to_string(), &outcome, &sender.mail_from, world);
                let Some(ip) = sender.details.and_then(|details| details.ip.get(index)) else {
                    return verdict;
                };
                return verdict.at(Place::new(format!("{}.ip[{index}]", sender.place.path), ip.span));
            }
            Err(verdict) => return *verdict,
        }
    }
    match (sender.provider, requests.is_empty()) {
        (Some(provider), _) => by_provider(sender, provider, world),
        (None, false) => {
            let all: Vec<String> = requests.iter().map(|request| request.ip.to_string()).collect();
            Verdict::pass(format!("{} passes at {}", seen::listed(&all), sender.mail_from))
        }
        (None, true) => Verdict::not_applicable("the spec names no address of this sender, and no provider"),
    }
}

/// What receivers conclude, as far as the answers are known.
pub(in crate::check::email) fn evaluated(request: &Request, world: &World) -> Judged<Outcome> {
    let outcome = match check_host(request, &Recorded(&world.observed.dns)) {
        Ok(outcome) => outcome,
        Err(needs) => {
            let question = needs.0.first().map(ToString::to_string).unwrap_or_default();
            return Err(Box::new(Verdict::unknown(format!("{question} was not asked in this run"))));
        }
    };
    if let Some(Cause::Failed(question, reason)) = &outcome.cause {
        let verdict = seen::dns(&question.name, question.kind.as_str(), world).err();
        return Err(verdict.unwrap_or_else(|| Box::new(Verdict::unknown(reason.clone()))));
    }
    Ok(outcome)
}

/// An address that the record at `name` does not pass.
fn not_passed(who: &str, outcome: &Outcome, name: &str, world: &World) -> Verdict {
    if name == world.domain() {
        match &outcome.cause {
            Some(Cause::NoRecord(_)) => return record::absent(world),
            // What is wrong with the domain's own record is said by the checks of that record.
            Some(_) => return broken(world),
            // The term may be there, written so that nobody reads it.
            None => {
                let invalid = super::spf_invalid(world);
                if invalid.status == Status::Fail && invalid.weight == Weight::Usual {
                    let why = "the SPF record has a term that receivers do not read";
                    return Verdict::not_judged("email/spf-invalid", world.domain(), why);
                }
            }
        }
    }
    let seen = match (&outcome.cause, &outcome.matched) {
        (Some(cause), _) => cause.to_string(),
        (None, Some(matched)) => format!("{} by `{}`", outcome.result, seen::cut(&matched.term)),
        (None, None) => format!("{}: no term matches", outcome.result),
    };
    missing(who, name, &seen, world)
}

/// The finding on the domain's own record that makes receivers answer `permerror`.
fn broken(world: &World) -> Verdict {
    type Judge = fn(&World) -> Verdict;
    let judges: [(&'static str, Judge); 5] = [
        ("email/spf-multiple", super::spf_multiple),
        ("email/spf-loop", super::spf_loop),
        ("email/spf-invalid", super::spf_invalid),
        ("email/spf-too-many-lookups", super::spf_too_many_lookups),
        ("email/spf-too-many-void-lookups", super::spf_too_many_void_lookups),
    ];
    let verdicts: Vec<(&'static str, Verdict)> =
        judges.iter().map(|(id, judge)| (*id, judge(world))).collect();
    let red = verdicts.iter().find(|(_, verdict)| verdict.status == Status::Fail);
    if let (None, Some((_, told))) = (red, verdicts.iter().find(|(_, verdict)| verdict.because.is_some())) {
        return told.clone();
    }
    match red {
        Some((id, _)) => {
            Verdict::not_judged(id, world.domain(), "receivers stop at an error in the SPF record")
        }
        None => Verdict::unknown("receivers stop at an error in the SPF record"),
    }
}

/// Whoever the record leads to is refused by a term that stands before.
fn overruled(who: &str, address: IpAddr, name: &str, world: &World) -> Verdict {
    let request = Request::new(address, &format!("postmaster@{name}"), name);
    let matched = evaluated(&request, world).ok().and_then(|outcome| outcome.matched);
    let term = matched.map_or_else(|| "all".to_owned(), |matched| seen::cut(&matched.term));
    Verdict::fail(format!(
        "the SPF record of {name} leads to {who}, but `{term}` refuses its mail before: receivers take the first term that matches"
    ))
    .expected(format!("{who} passes at {name}"))
    .observed(format!("`{term}` matches {address} first"))
    .label("refused before")
    .help(format!("take `{term}` out of the record of {name}, or put it behind the term that leads to {who}"))
}

fn missing(who: &str, name: &str, seen: &str, world: &World) -> Verdict {
    let own = name == world.domain();
    let verdict =
        Verdict::fail(format!("the SPF record of {name} does not authorise {who}: its mail fails SPF"))
            .expected(format!("{who} passes at {name}"))
            .observed(seen)
            .label("not authorised")
            .help(if own && !wanted::lacks(who, world) {
                format!("a term before it refuses {who}: take that out, or put it at the end of the record")
            } else if own {
                publish(world)
            } else {
                format!("publish `{}`", wanted::with_sender(name, who, world))
            });
    match world.items.spf.root.reading().filter(|_| own) {
        Some(reading) => verdict.evidence(seen::txt(name, reading.record.text())),
        None => verdict,
    }
}

/// A provider: by an include at the name that receivers look at, or by its own return path.
fn by_provider(sender: &Sender, provider: &'static Provider, world: &World) -> Verdict {
    let path = sender.details.and_then(|details| details.return_path.as_ref());
    if path.is_some() && !provider.return_path.is_empty() && is_under(&sender.mail_from, world.domain()) {
        return by_return_path(sender, provider, world);
    }
    let spf = provider.spf.as_ref().filter(|spf| !spf.include.is_empty());
    let Some(spf) = spf.filter(|spf| spf.below.is_none() || sender.home != world.domain()) else {
        return Verdict::not_applicable(format!(
            "{} authorises itself at its own return path: no record of {} is needed",
            provider.name,
            world.domain()
        ));
    };
    let fits = |domain: &str| spf.include.iter().any(|include| include.fits(domain, About::default()));
    // Where another name may be chosen and the spec names none, it may be the domain itself.
    let chosen = provider.sends_from.as_ref().is_some_and(|from| from.chosen) && path.is_none();
    let at_home = chosen && world.items.spf.passing(fits).is_some();
    let name = if at_home { world.domain() } else { sender.mail_from.as_str() };
    let tree = Tree::grow(name, &Recorded(&world.observed.dns), Limits::default());
    if name == world.domain() {
        if let Err(verdict) = read(world) {
            return *verdict;
        }
    } else if let Err(verdict) = seen::dns(name, "TXT", world) {
        return *verdict;
    }
    if let Some(node) = tree.passing(fits) {
        return match wanted::refused(node, name, world) {
            Some(address) => overruled(&provider.name, address, name, world),
            None => Verdict::pass(format!("{name} includes the record of {}", provider.name)),
        };
    }
    match wanted::flattened(provider, name, world) {
        Some(true) => return Verdict::pass(format!("{name} lists every network of {}", provider.name)),
        Some(false) => {}
        None => return unsure(&tree, provider, world),
    }
    let include =
        spf.include.first().map_or_else(String::new, |include| format!("include:{}", include.as_str()));
    let refusing = tree.root.terms.iter().find(|branch| {
        branch.qualifier.is_some_and(|qualifier| qualifier != Qualifier::Pass)
            && branch.child.as_ref().is_some_and(|child| child.walk().iter().any(|node| fits(&node.domain)))
    });
    let seen = match &tree.root.found {
        _ if refusing.is_some() => {
            let term = refusing.map(|branch| seen::cut(&branch.term)).unwrap_or_default();
            format!("`{term}`, which does not let it pass")
        }
        Found::NoRecord => format!("no SPF record at {name}"),
        Found::Several(texts) => format!("{} SPF records at {name}", texts.len()),
        _ => format!("no `{include}`"),
    };
    let verdict = Verdict::fail(format!(
        "the SPF record of {name} does not authorise {}: its mail fails SPF",
        provider.name
    ))
    .expected(format!("`{include}` in the record of {name}"))
    .observed(seen)
    .label("not authorised")
    .help(if name == world.domain() {
        publish(world)
    } else {
        format!("publish `{}`", wanted::with_sender(name, &include, world))
    });
    match tree.root.reading() {
        Some(reading) => verdict.evidence(seen::txt(name, reading.record.text())),
        None => verdict,
    }
}

/// What the provider lists could not be compared with the record.
fn unsure(tree: &Tree, provider: &Provider, world: &World) -> Verdict {
    let failed = tree.failures.iter().map(|(question, _)| question).chain(&tree.needs).next();
    let verdict = failed.and_then(|question| seen::dns(&question.name, question.kind.as_str(), world).err());
    verdict.map_or_else(
        || Verdict::unknown(format!("the networks of {} could not be looked up", provider.name)),
        |verdict| *verdict,
    )
}

/// The declared return path must be the provider's: an alias of its name, or its MX and SPF records.
fn by_return_path(sender: &Sender, provider: &'static Provider, world: &World) -> Verdict {
    let name = &sender.mail_from;
    let about = About { domain: world.domain(), selector: "" };
    let mut wrong: Vec<String> = Vec::new();
    let kinds = [RecordKind::Cname, RecordKind::Txt, RecordKind::Mx];
    for kind in kinds {
        let documented: Vec<&Documented> =
            provider.return_path.iter().filter(|record| record.kind == kind && !record.optional).collect();
        if documented.is_empty() {
            continue;
        }
        let answer = match seen::dns(name, if kind == RecordKind::Cname { "TXT" } else { kind.name() }, world)
        {
            Ok(answer) => answer,
            Err(verdict) => return *verdict,
        };
        let mut values = answer.values(kind.name()).map(|value| value.as_str().to_ascii_lowercase());
        let fits = |value: String| {
            let mut patterns = documented.iter().flat_map(|record| &record.values);
            patterns.any(|pattern| pattern.fits(&value, about))
                || (kind == RecordKind::Txt
                    && value.starts_with("v=spf1 ")
                    && includes_one(&documented, &value))
        };
        if !values.any(fits) {
            wrong.push(kind.name().to_owned());
        }
    }
    if wrong.is_empty() {
        return Verdict::pass(format!("{name} is the return path of {}", provider.name));
    }
    let place = sender.details.and_then(|details| details.return_path.as_ref()).map_or_else(
        || sender.place.clone(),
        |path| Place::new(format!("{}.return_path", sender.place.path), path.span),
    );
    let records: Vec<String> = provider
        .return_path
        .iter()
        .filter(|record| wrong.iter().any(|kind| kind == record.kind.name()) && !record.optional)
        .map(|record| documented_record(name, record))
        .collect();
    Verdict::fail(format!(
        "{name} is declared as the return path of {}, and does not lead there: bounces are lost, and SPF fails or does not align",
        provider.name
    ))
    .expected(seen::in_full(&records))
    .observed(format!("no {} of {} at {name}", seen::listed(&wrong), provider.name))
    .label("leads elsewhere")
    .help(format!(
        "publish {}; the console of {} shows it under the domain's settings",
        seen::in_full(&records),
        provider.name
    ))
    .at(place)
}

/// True where the text includes what a documented one includes.
fn includes_one(documented: &[&Documented], text: &str) -> bool {
    let includes = |text: &str| -> Vec<String> {
        text.split(' ').filter_map(|term| term.strip_prefix("include:")).map(str::to_owned).collect()
    };
    let wanted: Vec<String> = documented
        .iter()
        .flat_map(|record| &record.values)
        .flat_map(|value| includes(value.as_str()))
        .collect();
    includes(text).iter().any(|include| wanted.contains(include))
}

/// A documented record at a name, its placeholders as people read them: `<token>`.
fn documented_record(name: &str, record: &Documented) -> String {
    let value = record.values.first().map(|value| value.as_str().replace('{', "<").replace('}', ">"));
    let value = value.unwrap_or_default();
    let wanted = match record.kind {
        RecordKind::Txt => Wanted::txt(name, value),
        RecordKind::Cname => Wanted::cname(name, value),
        RecordKind::Mx => Wanted::mx(name, record.priority.unwrap_or(10), value),
    };
    format!("`{wanted}`")
}
