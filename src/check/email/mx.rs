//! Mail exchangers (RFC 5321 section 5).

use super::{Mail, declared_too, real_mx};
use crate::check::{Verdict, World, seen};
use crate::observed::Remote;
use crate::spec::Place;
use crate::spec::model::{EmailSettings, Receive, Short};

pub(in crate::check) fn mx_missing(world: &World) -> Verdict {
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
    if let Some(verdict) = declared_too(domain, "MX", |host| host != ".", world) {
        return verdict;
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
