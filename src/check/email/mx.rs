//! Who receives the domain's mail: its MX records (RFC 5321 section 5).

use super::{Mail, declared_too, real_mx};
use crate::check::dns::{damage, record};
use crate::check::email::exchanger::invalid;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::observed::{DnsAnswer, Remote};
use crate::provider::email::{self, Provider};
use crate::provider::{About, Confidence};
use crate::spec::model::{EmailSettings, Receive, Receiver, Short};
use crate::spec::{Located, Place};
use crate::wanted::{Wanted, mx as wanted};

/// What the spec says of receiving.
fn receive<'w>(world: &'w World) -> Judged<&'w Located<Receive>> {
    match Mail::of(world) {
        Mail::Declared(EmailSettings { receive: Some(receive), .. }) => Ok(receive),
        _ => Err(Box::new(Verdict::not_applicable("the spec does not say that the domain receives mail"))),
    }
}

pub(in crate::check) fn mx_missing(world: &World) -> Verdict {
    let domain = world.domain();
    let answer = receive(world).and_then(|receive| Ok((receive, seen::dns(domain, "MX", world)?)));
    let (receive, answer) = match answer {
        Ok(found) => found,
        Err(verdict) => return *verdict,
    };
    let hosts = real_mx(answer);
    if !hosts.is_empty() {
        return Verdict::pass(format!("received by {}", seen::listed(&hosts)));
    }
    if let Some(verdict) = declared_too(domain, "MX", |host| host != ".", world) {
        return verdict;
    }
    let null = answer.values("MX").next().is_some();
    let (what, observed) = match (null, answer.nxdomain) {
        (true, _) => ("publishes a null MX, which refuses all mail", "MX 0 ."),
        (_, true) => ("does not exist, so no mail can be delivered", "NXDOMAIN"),
        _ => ("has no MX record, so mail to it is lost or delayed", "no MX record"),
    };
    let delete = if null { "; delete the null MX" } else { "" };
    Verdict::fail(format!("{domain} {what}"))
        .expected("at least one MX record")
        .observed(observed)
        .label("receives nothing")
        .help(format!("{}{delete}", publish(&receive.value, world)))
        .at(Place::new("email.receive", receive.span))
}

/// What to publish, as a clause.
fn publish(receive: &Receive, world: &World) -> String {
    let (domain, records) = (world.domain(), lines(&wanted::records(world)));
    match receive {
        _ if !records.is_empty() => format!("publish {}", seen::in_full(&records)),
        Short::Word(provider) if provider != "any" => {
            let provider = Remote::new(provider);
            format!(
                "publish the MX records that {provider} lists for your domain in its console, as `{domain} MX <priority> <host>`"
            )
        }
        _ => format!("publish `{domain} MX 10 <your mail server's name>`"),
    }
}

fn lines(records: &[Wanted]) -> Vec<String> {
    records.iter().map(|record| format!("`{record}`")).collect()
}

/// How the published hosts stand to what the spec asks for.
#[derive(Debug, Default)]
struct Difference {
    /// Declared and not published.
    missing: Vec<String>,
    /// Published, though not asked for.
    unexpected: Vec<String>,
    /// True where all that is there is the provider's, but not all of it is there.
    only_incomplete: bool,
}

/// True where the spec asks for other exchangers, and this host is none of them: then it must go,
/// and what it does is nobody's matter.
pub(super) fn is_unwanted(host: &str, world: &World) -> bool {
    matches!(difference(world), Ok(found) if found.unexpected.iter().any(|other| other == host))
}

fn difference(world: &World) -> Judged<Difference> {
    let receive = receive(world)?;
    let answer = seen::dns(world.domain(), "MX", world)?;
    if real_mx(answer).is_empty() {
        let missing = mx_missing(world);
        let absent = Verdict::not_judged("email/mx-missing", world.domain(), "there is no MX record");
        return Err(Box::new(if missing.status == Status::Fail { absent } else { missing }));
    }
    if let Some(cause) = told_elsewhere(world) {
        return Err(Box::new(cause));
    }
    let mut hosts = real_mx(answer);
    hosts.sort();
    hosts.dedup();
    match &receive.value {
        Short::Full(receiver) => Ok(from_declared(receiver, hosts)),
        Short::Word(any) if any == "any" => {
            Err(Box::new(Verdict::not_applicable("any mail server will do (`receive: any`)")))
        }
        Short::Word(id) => Ok(from_provider(known(id)?, hosts)),
    }
}

/// The finding that tells of the same fault: the records are declared one by one, or were damaged.
fn told_elsewhere(world: &World) -> Option<Verdict> {
    let domain = world.domain();
    let subject = format!("{domain} MX");
    if damage::fault(domain, "MX", world).is_some() {
        let reason = "an MX record was damaged when it was entered";
        return Some(Verdict::not_judged("dns/value-malformed", subject, reason));
    }
    let own = |record: &&crate::item::Record| record::subject(record) == subject;
    for declared in world.items.records.iter().filter(own) {
        if record::record_missing(declared, world).status == Status::Fail {
            let reason = "a declared MX record is not published";
            return Some(Verdict::not_judged("dns/record-missing", subject, reason));
        }
        if record::record_differs(declared, world).status == Status::Fail {
            let reason = "a declared MX record is published otherwise";
            return Some(Verdict::not_judged("dns/record-differs", subject, reason));
        }
    }
    None
}

fn from_declared(receiver: &Receiver, hosts: Vec<String>) -> Difference {
    let declared: Vec<&str> = receiver.mx.iter().map(|host| host.value.0.as_str()).collect();
    let missing = declared.iter().filter(|host| !hosts.iter().any(|published| published == *host));
    let missing = missing.map(|host| (*host).to_owned()).collect();
    let unexpected = hosts.into_iter().filter(|host| !declared.contains(&host.as_str())).collect();
    Difference { missing, unexpected, only_incomplete: false }
}

/// The provider, where enough is known of its exchangers.
fn known(id: &str) -> Judged<&'static Provider> {
    let none = |why: String| Err(Box::new(Verdict::not_applicable(why)));
    let Some(provider) = email::find(id) else {
        return none(format!("nothing is known of the mail servers of {}", Remote::new(id)));
    };
    match &provider.mx {
        None => none(format!("{} receives no mail", provider.name)),
        Some(mx) if mx.confidence == Confidence::Unverified => {
            none(format!("what is known of the mail servers of {} is not sure enough", provider.name))
        }
        Some(_) => Ok(provider),
    }
}

fn from_provider(provider: &'static Provider, hosts: Vec<String>) -> Difference {
    let published: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let set = wanted::closest_set(provider, &published);
    let missing = set.map(|set| wanted::missing_of(set, &published)).unwrap_or_default();
    let missing: Vec<String> = missing.into_iter().map(str::to_owned).collect();
    let own = hosts.iter().any(|host| provider.owns_mx(host));
    let unexpected: Vec<String> = hosts.into_iter().filter(|host| !provider.owns_mx(host)).collect();
    Difference { only_incomplete: own && unexpected.is_empty(), missing, unexpected }
}

pub(in crate::check) fn mx_differs(world: &World) -> Verdict {
    let found = receive(world)
        .and_then(|receive| Ok((receive, difference(world)?, seen::dns(world.domain(), "MX", world)?)));
    let (receive, difference, answer) = match found {
        Ok(found) => found,
        Err(verdict) => return *verdict,
    };
    if difference.missing.is_empty() && difference.unexpected.is_empty() {
        return Verdict::pass(format!("as the spec says: {}", seen::listed(&real_mx(answer))));
    }
    if let Some(host) = difference.unexpected.iter().find(|host| invalid::is_no_name(host)) {
        let reason = "an MX record names no host";
        return Verdict::not_judged("email/mx-invalid", host, reason);
    }
    let verdict = Verdict::fail(what(&receive.value, &difference, world))
        .expected(expected(&receive.value, world))
        .observed(shown(answer))
        .label("other mail servers")
        .help(cure(&receive.value, &difference, answer, world))
        .at(place(receive, &difference));
    if difference.only_incomplete { verdict.mild() } else { verdict }
}

fn what(receive: &Receive, difference: &Difference, world: &World) -> String {
    let domain = world.domain();
    let Difference { missing, unexpected, only_incomplete } = difference;
    let provider = match receive {
        Short::Word(id) => email::find(id),
        Short::Full(_) => None,
    };
    if let Some(provider) = provider {
        let name = &provider.name;
        if *only_incomplete {
            return format!(
                "{domain} lacks {} of the mail servers that {name} asks for: mail arrives, but with less in reserve",
                seen::listed(missing)
            );
        }
        let left = |host: &&String| provider.unwanted_mx.iter().any(|old| old.fits(host, About::default()));
        let leftovers: Vec<String> = unexpected.iter().filter(left).cloned().collect();
        let note = match leftovers.as_slice() {
            [] => String::new(),
            left => format!("; {} is left over from its set-up and must go", seen::listed(left)),
        };
        let goes = if only_foreign(world, provider) { "goes" } else { "also goes" };
        return format!(
            "mail to {domain} {goes} to {}, which is not {name}'s{note}",
            seen::listed(unexpected)
        );
    }
    let gone = (!missing.is_empty()).then(|| format!("{} is missing", seen::listed(missing)));
    let more = (!unexpected.is_empty()).then(|| format!("{} is not declared", seen::listed(unexpected)));
    let parts: Vec<String> = gone.into_iter().chain(more).collect();
    format!("{domain} has other mail servers than the spec says: {}", seen::in_full(&parts))
}

fn only_foreign(world: &World, provider: &Provider) -> bool {
    let exchangers = &world.items.exchangers;
    !exchangers.iter().any(|exchanger| provider.owns_mx(&exchanger.host))
}

fn expected(receive: &Receive, world: &World) -> String {
    let records = wanted::records(world);
    match receive {
        _ if !records.is_empty() => {
            let hosts: Vec<String> = records.into_iter().map(|record| record.value).collect();
            format!("MX {}", seen::listed(&hosts))
        }
        Short::Word(id) => format!("the MX hosts of {}", Remote::new(id)),
        Short::Full(_) => "the declared MX hosts".into(),
    }
}

/// `MX 10 mail.shop.test and 20 backup.shop.test`
fn shown(answer: &DnsAnswer) -> String {
    let one = |record: &crate::observed::DnsRecord| {
        format!("{} {}", record.priority.unwrap_or_default(), record.value)
    };
    format!("MX {}", seen::listed(&answer.of_type("MX").map(one).collect::<Vec<_>>()))
}

fn cure(receive: &Receive, difference: &Difference, answer: &DnsAnswer, world: &World) -> String {
    let domain = world.domain();
    let missing = |record: &Wanted| difference.missing.contains(&record.value);
    let records: Vec<Wanted> = wanted::records(world).into_iter().filter(missing).collect();
    let unwanted = answer
        .of_type("MX")
        .filter(|record| difference.unexpected.iter().any(|host| record.value.as_str() == host.as_str()));
    let delete: Vec<Wanted> = unwanted
        .map(|record| Wanted::mx(domain, record.priority.unwrap_or_default(), record.value.as_str()))
        .collect();
    let mut steps = Vec::new();
    if !records.is_empty() {
        steps.push(format!("publish {}", seen::in_full(&lines(&records))));
    } else if only_unknown(receive, world) {
        steps.push(publish(receive, world));
    }
    if !delete.is_empty() {
        steps.push(format!("delete {}", seen::in_full(&lines(&delete))));
    }
    format!("{}; or correct `email.receive`", seen::in_full(&steps))
}

/// True where nothing of the provider is published, and only its account knows what should be.
fn only_unknown(receive: &Receive, world: &World) -> bool {
    let Short::Word(id) = receive else { return false };
    email::find(id).is_some_and(|provider| only_foreign(world, provider))
}

/// The declared host that is missing, where it is one.
fn place(receive: &Located<Receive>, difference: &Difference) -> Place {
    if let (Short::Full(receiver), [only]) = (&receive.value, difference.missing.as_slice())
        && let Some(index) = receiver.mx.iter().position(|host| host.value.0 == *only)
    {
        return Place::new(format!("email.receive.mx[{index}]"), receiver.mx[index].span);
    }
    Place::new("email.receive", receive.span)
}
