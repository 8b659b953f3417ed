//! TLSA records of exchangers (RFC 7672): whether they fit what the server shows.

use super::handshakes;
use crate::check::dns::dnssec::dnssec_bogus;
use crate::check::seen::{self, Judged};
use crate::check::{Status, Verdict, World};
use crate::item::Exchanger;
use crate::mail::tlsa::{self, Tlsa};
use crate::observed::{ChainState, DnsAnswer, Handshake, Seen};
use crate::wanted::mx as wanted;

/// The name that holds a host's records, and the answer for it: the end of its aliases first (RFC
/// 7672 section 2.2.2).
fn records<'w>(host: &str, world: &'w World) -> Judged<(String, &'w DnsAnswer)> {
    let end = match world.observed.dns(host, "CNAME") {
        Some(Seen::Answer(alias)) if !alias.records.is_empty() => match world.observed.dns(host, "A") {
            Some(Seen::Answer(answer)) => answer.values("CNAME").last().map(ToString::to_string),
            _ => None,
        },
        _ => None,
    };
    if let Some(end) = end
        && let Some(Seen::Answer(answer)) = world.observed.dns(&tlsa::name(&end), "TLSA")
        && answer.values("TLSA").next().is_some()
    {
        return Ok((end, answer));
    }
    Ok((host.to_owned(), seen::dns(&tlsa::name(host), "TLSA", world)?))
}

/// The verdict unless DNSSEC vouches for the zone of a name.
fn signed(name: &str, world: &World) -> Judged<()> {
    let verdict = match world.observed.dnssec_of(name) {
        None => Verdict::unknown(seen::NOT_OBSERVED),
        Some((_, Seen::Failed(failure))) => Verdict::unknown(failure.detail.as_str()),
        Some((_, Seen::Unobserved(reason))) => Verdict::unknown(reason.as_str()),
        Some((zone, Seen::Answer(dnssec))) => {
            let item = world.items.zones.iter().find(|item| item.origin == zone);
            let bogus = item.is_some_and(|item| dnssec_bogus(item, world).status == Status::Fail);
            match dnssec.chain {
                _ if bogus => {
                    Verdict::not_judged("dns/dnssec-bogus", zone, "the zone's signatures do not validate")
                }
                ChainState::Secure => return Ok(()),
                ChainState::Indeterminate if dnssec.vouched_by_resolver => return Ok(()),
                ChainState::Insecure => Verdict::not_applicable(format!(
                    "{zone} is not signed with DNSSEC, so senders ignore the TLSA records of {name}"
                )),
                ChainState::Bogus | ChainState::Indeterminate => {
                    let why =
                        dnssec.reason.as_ref().map_or("no trust anchor was reached", |why| why.as_str());
                    Verdict::unknown(format!("whether {zone} is signed could not be told: {why}"))
                }
            }
        }
    };
    Err(Box::new(verdict))
}

/// The usage of the record that vouches for a chain, the strongest where there are several; or the
/// verdict where nobody knows whether one does.
pub(super) fn vouching_usage(
    exchanger: &Exchanger,
    handshake: &Handshake,
    world: &World,
) -> Judged<Option<u8>> {
    let (name, answer) = records(&exchanger.host, world)?;
    let fits = read(answer).into_iter().flatten().filter(|record| record.fits(&handshake.chain));
    let Some(usage) = fits.map(|record| record.usage).max() else { return Ok(None) };
    match signed(&name, world) {
        Ok(()) => Ok(Some(usage)),
        Err(verdict) if verdict.status == Status::NotApplicable => Ok(None),
        Err(verdict) => Err(verdict),
    }
}

/// Each record, or what is wrong with it.
fn read(answer: &DnsAnswer) -> Vec<Result<Tlsa, String>> {
    let one = |text: &str| {
        Tlsa::parse(text).map_err(|error| {
            format!(
                "`{}` is not a record: {} at character {}",
                seen::cut(text),
                error.kind,
                seen::character(text, error.span.start)
            )
        })
    };
    answer.values("TLSA").map(|value| one(value.as_str())).collect()
}

pub(in crate::check) fn dane_mismatch(exchanger: &Exchanger, world: &World) -> Verdict {
    let host = &exchanger.host;
    let found = records(host, world).and_then(|(name, answer)| {
        if answer.values("TLSA").next().is_none() {
            let none = format!("{host} has no TLSA record");
            return Err(Box::new(Verdict::not_applicable(none)));
        }
        signed(&name, world)?;
        Ok((name, answer, handshakes(exchanger, world)?))
    });
    let (name, answer, shaken) = match found {
        Ok(found) => found,
        Err(verdict) => return *verdict,
    };
    let all = read(answer);
    let usable: Vec<&Tlsa> = all.iter().flatten().filter(|record| record.unusable().is_none()).collect();
    let idle: Vec<String> = all.iter().filter_map(why_idle).collect();
    let fits = |handshake: &Handshake| usable.iter().any(|record| record.fits(&handshake.chain));
    let wrong: Vec<_> = shaken.iter().filter(|(_, handshake)| !fits(handshake)).collect();
    let Some((address, handshake)) = wrong.first() else {
        return Verdict::pass(format!("a TLSA record of {name} fits the certificate at every address"));
    };
    if usable.is_empty() {
        return unusable(&name, &idle, handshake);
    }
    let key = handshake.chain.first().map_or("", |leaf| leaf.key_sha256.as_str());
    let published: Vec<String> = usable.iter().map(ToString::to_string).collect();
    let verdict = Verdict::fail(format!(
        "no TLSA record of {name} fits the certificate that {host} shows at {}: senders that check DANE do not deliver",
        super::shown(address)
    ))
    .expected(format!("a certificate or key that fits TLSA {}", seen::listed(&published)))
    .observed(format!("a key that needs TLSA 3 1 1 {key}"))
    .label("TLSA does not fit")
    .help(cure(&name, key));
    idle.into_iter().fold(verdict, Verdict::evidence)
}

/// What to publish, and what to do first at the next change.
fn cure(name: &str, key: &str) -> String {
    if key.is_empty() {
        return format!("publish the TLSA record that fits the key of the server, at {}", tlsa::name(name));
    }
    format!(
        "publish `{}` beside the records that are there, and delete those that fit nothing once their TTL has run down; at the next change of the key, publish the new record before the server uses it",
        wanted::tlsa(name, key)
    )
}

fn why_idle(record: &Result<Tlsa, String>) -> Option<String> {
    match record {
        Err(fault) => Some(fault.clone()),
        Ok(record) => record.unusable().map(|why| format!("`{record}` is passed over: {why}")),
    }
}

/// With records of which none is usable, senders must encrypt, but check nothing (RFC 7672 section
/// 2.2).
fn unusable(name: &str, idle: &[String], handshake: &Handshake) -> Verdict {
    let key = handshake.chain.first().map_or("", |leaf| leaf.key_sha256.as_str());
    let idle = seen::listed(idle);
    Verdict::fail(format!("no TLSA record of {name} can be used, so that they protect nothing: {idle}"))
        .expected("a record with usage 2 or 3 (RFC 7672 section 3.1)")
        .observed(idle)
        .label("no usable TLSA")
        .help(cure(name, key))
}
