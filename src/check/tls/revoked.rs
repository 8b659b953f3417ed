//! Whether an authority took a certificate back.

use super::whole;
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Handshake, Revocation, RevocationStatus, Seen};

pub(in crate::check) fn certificate_revoked(host: &Host, world: &World) -> Verdict {
    whole(host, world, |handshake| {
        let list = match &handshake.list {
            Some(Seen::Answer(list)) => Some(list),
            _ => None,
        };
        let sources = [
            (handshake.staple.as_ref(), "the stapled OCSP response"),
            (list, "the authority's revocation list"),
        ];
        let words = sources.into_iter().filter_map(|(word, source)| Some((word?, source)));
        let mut words = words.filter(|(word, _)| word.fault.is_none());
        if let Some((word, source)) = words.clone().find(|(word, _)| word.status == RevocationStatus::Revoked)
        {
            return revoked(host, word, source);
        }
        let good = words.find(|(word, _)| {
            word.status == RevocationStatus::Good && word.until.is_none_or(|until| world.at <= until)
        });
        match good {
            Some((_, source)) => Verdict::pass(format!("not revoked, says {source}")),
            None => unsaid(handshake, world),
        }
    })
}

fn revoked(host: &Host, word: &Revocation, source: &str) -> Verdict {
    let since = word.since.map_or(String::new(), |since| format!(" on {}", seen::day(since)));
    let reason = word.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
    Verdict::fail(format!(
        "the certificate of {} was revoked{since}{reason}, says {source}; browsers refuse it",
        host.name
    ))
    .expected("a certificate that its authority stands by")
    .observed(format!("revoked{since}{reason}"))
    .label("certificate revoked")
    .help(format!(
        "have a new certificate issued for a new key (`certbot certonly --force-renewal --reuse-key=false -d {0}`, or the hosting's console), and find out why the old one was revoked",
        host.name
    ))
}

/// Nobody said anything usable; that alone is no fault.
fn unsaid(handshake: &Handshake, world: &World) -> Verdict {
    match &handshake.list {
        Some(Seen::Answer(list)) => {
            let fault =
                list.fault.as_ref().map_or("it does not cover the certificate", |fault| fault.as_str());
            Verdict::unknown(format!("the authority's revocation list cannot be used: {fault}"))
        }
        Some(Seen::Failed(failure)) => Verdict::unknown(format!(
            "the authority's revocation list could not be fetched: {}",
            failure.detail
        )),
        Some(Seen::Unobserved(reason)) => {
            Verdict::unknown(format!("the authority's revocation list could not be fetched: {reason}"))
        }
        None if world.thresholds.certificate_revocation_lists => {
            Verdict::not_applicable("no OCSP response is stapled, and there is no revocation list to ask")
        }
        None => Verdict::not_applicable(
            "no OCSP response is stapled, and the policy asks for no revocation list (`certificate_revocation_lists`)",
        ),
    }
}
