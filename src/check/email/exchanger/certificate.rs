//! The certificate that an exchanger shows after STARTTLS.

use std::collections::BTreeSet;

use super::{dane, handshakes};
use crate::check::email::mta_sts;
use crate::check::tls::chain::lapsed;
use crate::check::tls::{covers, shown_names};
use crate::check::{Verdict, World, seen};
use crate::item::Exchanger;
use crate::observed::{Handshake, Path};

pub(in crate::check) fn starttls_certificate(exchanger: &Exchanger, world: &World) -> Verdict {
    let shaken = match handshakes(exchanger, world) {
        Ok(shaken) => shaken,
        Err(verdict) => return *verdict,
    };
    let (host, enforced) = (&exchanger.host, mta_sts::enforced(world));
    let (mut found, mut vouched, mut gap) = (BTreeSet::new(), false, None);
    for (_, handshake) in &shaken {
        let wrong = faults(host, handshake, None, world);
        if enforced.is_some() {
            // Who follows the policy and knows no DANE asks for all of it (RFC 8461 section 4.2).
            found.extend(wrong);
            continue;
        }
        match dane::vouching_usage(exchanger, handshake, world) {
            Ok(usage) => {
                vouched |= usage.is_some();
                found.extend(faults(host, handshake, usage, world));
            }
            // A record may vouch for what nobody else would.
            Err(verdict) if !wrong.is_empty() => gap = Some(verdict),
            Err(_) => {}
        }
    }
    if let Some(gap) = gap.filter(|_| found.is_empty()) {
        return *gap;
    }
    let found: Vec<String> = found.into_iter().collect();
    if found.is_empty() {
        return Verdict::pass(if vouched {
            "a TLSA record vouches for the certificate (RFC 7672)".to_owned()
        } else {
            let until = shaken.iter().filter_map(|(_, handshake)| handshake.chain.first());
            let until = until.map(|leaf| seen::day(leaf.not_after)).min().unwrap_or_default();
            format!("covers {host}, is trusted and valid until {until}")
        });
    }
    failed(host, &seen::in_full(&found), enforced)
}

fn failed(host: &str, found: &str, enforced: Option<&str>) -> Verdict {
    let effect = match enforced {
        Some(why) => format!("; {why}"),
        None => ": senders that check it (MTA-STS, some by default) do not deliver".to_owned(),
    };
    Verdict::fail(format!("the certificate of {host} {found}{effect}"))
    .expected(format!("a valid certificate for {host} from a public authority"))
    .observed(found)
    .label("certificate not valid")
    .help(format!(
        "have a certificate issued for {host} (`certbot certonly -d {host}`), serve it with its intermediates (`fullchain.pem`) on port 25, and reload the mail server with every renewal; then try `openssl s_client -connect {host}:25 -starttls smtp -servername {host}`"
    ))
    .demanded_if(enforced.is_some())
}

/// What is wrong with one chain, each in a clause behind `the certificate`. A record of usage 3
/// makes name, dates and issuer idle, one of usage 2 the issuer alone (RFC 7672 section 3.1).
fn faults(host: &str, handshake: &Handshake, usage: Option<u8>, world: &World) -> Vec<String> {
    let mut found = Vec::new();
    if usage == Some(3) {
        return found;
    }
    let Some(leaf) = handshake.chain.first() else { return vec!["is not sent at all".into()] };
    let issuer = handshake.chain.last().map_or("", |last| last.issuer.as_str());
    match handshake.path {
        Path::Malformed => return vec!["cannot be read".into()],
        _ if usage == Some(2) => {}
        _ if lapsed(handshake, world).is_some() => {
            found.push("comes with an intermediate that has ended".to_owned());
        }
        Path::Trusted => {}
        Path::SelfSigned => found.push("is signed with its own key".to_owned()),
        Path::Untrusted => found.push(format!("leads to no trusted root (its chain ends at {issuer})")),
        Path::Incomplete => found.push(format!("comes without the intermediate {issuer}")),
    }
    if !leaf.names.iter().any(|name| covers(name.as_str(), host)) {
        found.push(format!("is for {}", shown_names(leaf)));
    }
    if world.at > leaf.not_after {
        found.push(format!("expired on {}", seen::day(leaf.not_after)));
    }
    if world.at < leaf.not_before {
        found.push(format!("is not valid before {}", seen::day(leaf.not_before)));
    }
    found
}
