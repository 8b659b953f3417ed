//! Judges of `email/*`.

pub(super) mod dmarc;
mod redirect;
pub(super) mod spf;

use super::seen::{self, Judged};
use super::{Verdict, World};
use crate::item::Selector;
use crate::mail;
use crate::observed::{DnsAnswer, Remote};
use crate::spec::Place;
use crate::spec::model::{Email, EmailSettings, Receive, Sender, Short};

/// What the spec says about mail.
enum Mail<'w> {
    /// Nothing.
    Undeclared,
    /// `email: none`: nothing is needed, but what is published is judged.
    None,
    /// How it works.
    Declared(&'w EmailSettings),
}

impl<'w> Mail<'w> {
    fn of(world: &'w World) -> Self {
        match world.document.spec.email.as_ref().map(|email| &email.value) {
            None => Self::Undeclared,
            Some(Email::Word(_)) => Self::None,
            Some(Email::Full(settings)) => Self::Declared(settings),
        }
    }
}

/// The most exact of some places, or that of the section, or that of the domain.
fn place(world: &World, exact: Option<Place>) -> Place {
    let spec = &world.document.spec;
    let section = || spec.email.as_ref().map(|email| Place::new("email", email.span));
    exact.or_else(section).unwrap_or_else(|| Place::new("domain", spec.domain.span))
}

/// True where the domain receives mail; a null MX (RFC 7505) says that it does not.
fn has_mx(world: &World) -> Judged<bool> {
    seen::dns(world.domain(), "MX", world).map(|answer| !real_mx(answer).is_empty())
}

fn real_mx(answer: &DnsAnswer) -> Vec<String> {
    let real = answer.values("MX").map(Remote::as_str).filter(|host| !host.trim_matches('.').is_empty());
    real.map(str::to_owned).collect()
}

pub(super) fn mx_missing(world: &World) -> Verdict {
    let Mail::Declared(EmailSettings { receive: Some(receive), .. }) = Mail::of(world) else {
        return Verdict::not_applicable("the spec does not say that the domain receives mail");
    };
    let domain = world.domain();
    let answer = match seen::dns(domain, "MX", world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    let hosts = real_mx(answer);
    if !hosts.is_empty() {
        return Verdict::pass(format!("received by {}", seen::listed(&hosts)));
    }
    let null = answer.values("MX").next().is_some();
    let (what, observed) = match (null, answer.nxdomain) {
        (true, _) => ("publishes a null MX, which refuses all mail", "MX 0 ."),
        (_, true) => ("does not exist, so no mail can be delivered", "NXDOMAIN"),
        _ => ("has no MX record, so mail to it is lost or delayed", "no MX record"),
    };
    Verdict::fail(format!("{domain} {what}"))
        .expected("at least one MX record")
        .observed(observed)
        .label("receives nothing")
        .help(mx_help(&receive.value, domain))
        .at(Place::new("email.receive", receive.span))
}

fn mx_help(receive: &Receive, domain: &str) -> String {
    match receive {
        Short::Full(receiver) => {
            let lines: Vec<String> = receiver
                .mx
                .iter()
                .enumerate()
                .map(|(index, host)| format!("`{domain} MX {} {}`", (index + 1) * 10, host.value.0))
                .collect();
            format!("publish {}", seen::in_full(&lines))
        }
        Short::Word(any) if any == "any" => {
            format!("publish `{domain} MX 10 <your mail server's name>`; remove a null MX")
        }
        Short::Word(provider) => {
            let provider = Remote::new(provider);
            format!(
                "publish the MX records that {provider} lists for your domain, as `{domain} MX <priority> <host>`"
            )
        }
    }
}

/// The names of the declared senders.
fn sender_names(settings: &EmailSettings) -> Vec<String> {
    let name = |sender: &Sender| match sender {
        Short::Word(provider) => Some(provider.clone()),
        Short::Full(details) => details.provider.as_ref().map(|provider| provider.value.clone()),
    };
    let names = settings.send.iter().filter_map(|sender| name(&sender.value));
    names.map(|name| Remote::new(&name).to_string()).collect()
}

pub(super) fn dkim_missing(selector: &Selector, world: &World) -> Verdict {
    let answer = match seen::dns(&selector.name, "TXT", world) {
        Ok(answer) => answer,
        Err(verdict) => return *verdict,
    };
    if answer.values("TXT").any(|text| mail::is_dkim_key(text.as_str())) {
        return Verdict::pass("a key is published");
    }
    let texts = answer.values("TXT").count();
    let (what, observed) = match (texts, answer.nxdomain) {
        (0, true) => (format!("{} does not exist", selector.name), "NXDOMAIN"),
        (0, false) => (format!("{} has no TXT record", selector.name), "no TXT record"),
        _ => (
            format!("the TXT record at {} is no DKIM key", selector.name),
            "a TXT record without a key in `p=`",
        ),
    };
    Verdict::fail(format!("{what}: mail signed with selector {} fails DKIM", Remote::new(&selector.selector)))
        .expected("a TXT record with `p=`")
        .observed(observed)
        .label("no key there")
        .help(dkim_help(selector, world))
}

fn dkim_help(selector: &Selector, world: &World) -> String {
    let Mail::Declared(settings) = Mail::of(world) else { return String::new() };
    let declared =
        settings.dkim.iter().find(|key| key.selector.value.eq_ignore_ascii_case(&selector.selector));
    let name = &selector.name;
    match declared {
        Some(key) if key.cname.is_some() => {
            let target = key.cname.as_ref().map_or("", |cname| cname.value.0.as_str());
            format!("publish `{name} CNAME {target}` (DNS only, not proxied)")
        }
        Some(key) if key.key.is_some() => {
            let text = key.key.as_ref().map_or("", |key| key.value.as_str());
            format!("publish `{name} TXT \"{}\"`", Remote::new(text))
        }
        _ => format!(
            "copy the key from the sender's console and publish `{name} TXT \"v=DKIM1; k=rsa; p=<key>\"`, or the CNAME that it gives for that name (DNS only, not proxied); then ask `dig {name} TXT`"
        ),
    }
}
