//! What a server sends behind its certificate.

use super::{covers, self_signed_first, unreadable, whole};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Certificate, Handshake, Path};

const FULL_CHAIN: &str = "serve the certificate and its intermediates in this order, each once and without the root: nginx `ssl_certificate` and Apache `SSLCertificateFile` take certbot's `fullchain.pem` as it is; then reload";

pub(in crate::check) fn chain_incomplete(host: &Host, world: &World) -> Verdict {
    whole(host, world, |handshake| {
        let count = handshake.chain.len();
        match handshake.path {
            _ if lapsed(handshake, world).is_some() => expired_first(host),
            Path::Incomplete => {
                let missing = handshake.chain.last().map_or("", |last| last.issuer.as_str());
                Verdict::fail(format!("{} does not send the intermediate certificate of {missing}", host.name))
                .expected("the server's certificate and every intermediate")
                .observed(format!("{count} certificate{} sent", if count == 1 { "" } else { "s" }))
                .label("intermediate missing")
                .help("serve the full chain: nginx `ssl_certificate` and Apache `SSLCertificateFile` take certbot's `fullchain.pem`, not `cert.pem`; then reload")
            }
            path => {
                astray(host, path).unwrap_or_else(|| Verdict::pass("the server sends every intermediate"))
            }
        }
    })
}

/// The verdict of other checks where a chain does not lead to a trusted root, or not by itself: that of
/// the check which says so.
pub(super) fn astray(host: &Host, path: Path) -> Option<Verdict> {
    let of = |check, reason| Some(Verdict::not_judged(check, &host.name, reason));
    match path {
        Path::Trusted => None,
        Path::SelfSigned => Some(self_signed_first(host)),
        Path::Incomplete => of("tls/chain-incomplete", "the chain lacks an intermediate"),
        Path::Untrusted => of("tls/certificate-untrusted", "the certificate leads to no trusted root"),
        Path::Malformed => Some(unreadable(host)),
    }
}

/// The verdict of other checks where the chain begins with another certificate than the server's.
pub(in crate::check) fn order_first(host: &Host) -> Verdict {
    Verdict::not_judged("tls/chain-order", &host.name, "the chain does not begin with the host's certificate")
}

/// The verdict of other checks where an intermediate has ended.
pub(super) fn expired_first(host: &Host) -> Verdict {
    Verdict::not_judged("tls/chain-expired", &host.name, "an intermediate has ended")
}

/// The intermediate past its end by which a chain would lead to a root, or seems to.
pub(in crate::check) fn lapsed<'h>(handshake: &'h Handshake, world: &World) -> Option<&'h Certificate> {
    let above = || handshake.chain.iter().skip(1).filter(|above| !above.is_self_issued());
    match (handshake.path, handshake.lapses) {
        (Path::Trusted, Some(end)) if world.at > end => above().find(|above| above.not_after == end),
        (Path::Untrusted, _) => {
            let leaf = handshake.chain.first().filter(|leaf| world.at <= leaf.not_after)?;
            let needed = |above: &&Certificate| leaf.is_issued_by(above);
            above().filter(needed).find(|above| world.at > above.not_after)
        }
        _ => None,
    }
}

pub(in crate::check) fn chain_expired(host: &Host, world: &World) -> Verdict {
    whole(host, world, |handshake| match handshake.path {
        _ if let Some(above) = lapsed(handshake, world) => {
            let ended = format!("ended on {} ({})", seen::day(above.not_after), above.subject);
            Verdict::fail(format!("{} sends an intermediate that {ended}; clients refuse the chain", host.name))
                .expected("intermediates that are valid")
                .observed(ended)
                .label("intermediate has ended")
                .help("serve the authority's current intermediate: `certbot renew --force-renewal`, or download it from the authority, and put it behind the certificate in the server's file")
        }
        path => astray(host, path).unwrap_or_else(|| Verdict::pass("every intermediate is valid")),
    })
}

pub(in crate::check) fn chain_expiring(host: &Host, world: &World) -> Verdict {
    whole(host, world, |handshake| match (handshake.path, handshake.lapses) {
        _ if lapsed(handshake, world).is_some() => expired_first(host),
        (Path::Trusted, Some(end)) => ends_first(host, handshake, end, world),
        (path, _) => {
            astray(host, path).unwrap_or_else(|| Verdict::pass("the chain holds as long as the certificate"))
        }
    })
}

fn ends_first(host: &Host, handshake: &Handshake, end: jiff::Timestamp, world: &World) -> Verdict {
    let above = handshake.chain.iter().skip(1).find(|above| above.not_after == end);
    let subject = above.map_or("an intermediate", |above| above.subject.as_str());
    let leaf = handshake.chain.first().map_or(end, |leaf| leaf.not_after);
    let left = seen::length(world.at.duration_until(end));
    let ends = format!("ends on {} ({subject})", seen::day(end));
    Verdict::fail(format!(
        "an intermediate of {} {ends}, in {left}, before the certificate itself does ({})",
        host.name,
        seen::day(leaf)
    ))
    .expected("intermediates that end behind the certificate")
    .observed(ends)
    .label("ends before the certificate")
    .help("fetch the authority's current intermediate before that day and put it behind the certificate in the server's file, or have the certificate issued again")
}

/// Where in the chain the host's own certificate stands, where it does not stand first: then clients
/// take the first for the host's, which is that of an authority.
pub(in crate::check) fn begins_wrong(host: &Host, handshake: &Handshake) -> Option<usize> {
    let first = handshake.chain.first().filter(|first| first.ca)?;
    let own = |certificate: &Certificate| {
        !certificate.ca && certificate.names.iter().any(|name| covers(name.as_str(), &host.name))
    };
    (!own(first)).then(|| handshake.chain.iter().position(own)).flatten()
}

/// What is wrong with the order, worst first.
enum Disorder {
    /// The host's own certificate stands there.
    BeginsWrong(usize),
    /// These stand there although they certify nothing before them, but something behind.
    Misplaced(Vec<String>),
    /// These certify nothing of the chain, or stand there twice.
    Needless(Vec<String>),
    /// The root, which clients have.
    Root(String),
}

pub(in crate::check) fn chain_order(host: &Host, world: &World) -> Verdict {
    let handshake = match seen::handshake(host, world) {
        Ok(handshake) => handshake,
        Err(verdict) => return *verdict,
    };
    if handshake.path == Path::Malformed {
        return unreadable(host);
    }
    let sent: Vec<String> = handshake.chain.iter().map(name_of).collect();
    match disorder(host, handshake) {
        None => Verdict::pass(match sent.len() {
            1 => "one certificate is sent".to_owned(),
            count => format!("{count} certificates are sent, each behind the one that it certifies"),
        }),
        Some(disorder) => disordered(host, &disorder)
            .expected("the host's certificate, then each behind the one that it certifies, without the root")
            .observed(seen::listed(&sent))
            .help(FULL_CHAIN),
    }
}

fn disordered(host: &Host, disorder: &Disorder) -> Verdict {
    let name = &host.name;
    match disorder {
        Disorder::BeginsWrong(at) => Verdict::fail(format!(
            "the chain of {name} begins with the certificate of an authority, and the host's own stands at place {}; clients take the first for the host's and refuse it",
            at + 1
        ))
        .label("begins with an authority")
        .demanded_if(true),
        Disorder::Misplaced(which) => {
            Verdict::fail(format!("the chain of {name} is out of order: {} stands before what it certifies", seen::listed(which)))
                .label("out of order")
        }
        Disorder::Needless(which) => {
            Verdict::fail(format!("{name} sends certificates that nobody needs: {}", seen::listed(which)))
                .label("needless certificates")
        }
        Disorder::Root(root) => {
            Verdict::fail(format!("{name} sends the root {root} along, which clients have already"))
                .label("root sent along")
                .mild()
        }
    }
}

fn name_of(certificate: &Certificate) -> String {
    match (&certificate.common_name, certificate.subject.as_str()) {
        (Some(name), _) => name.to_string(),
        (None, "") => "a certificate without a name".into(),
        (None, subject) => subject.to_owned(),
    }
}

fn disorder(host: &Host, handshake: &Handshake) -> Option<Disorder> {
    let chain = &handshake.chain;
    if let Some(at) = begins_wrong(host, handshake) {
        return Some(Disorder::BeginsWrong(at));
    }
    let related = related(chain);
    let certifies_earlier = |at: usize| chain[..at].iter().any(|before| before.is_issued_by(&chain[at]));
    let misplaced = (1..chain.len()).filter(|at| related[*at] && !certifies_earlier(*at));
    let misplaced: Vec<String> = misplaced.map(|at| name_of(&chain[at])).collect();
    if !misplaced.is_empty() {
        return Some(Disorder::Misplaced(misplaced));
    }
    let twice =
        |at: usize| !chain[at].sha256.is_empty() && chain[..at].iter().any(|b| b.sha256 == chain[at].sha256);
    let needless = (1..chain.len()).filter_map(|at| match (related[at], twice(at)) {
        (_, true) => Some(format!("{} (sent twice)", name_of(&chain[at]))),
        (false, false) => Some(format!("{} (certifies nothing here)", name_of(&chain[at]))),
        (true, false) => None,
    });
    let needless: Vec<String> = needless.collect();
    if !needless.is_empty() {
        return Some(Disorder::Needless(needless));
    }
    let root = chain.iter().skip(1).find(|certificate| certificate.is_self_issued())?;
    Some(Disorder::Root(name_of(root)))
}

/// Which certificates the first one leads to, wherever they stand. One without a subject says nothing
/// of what it is for, and counts as one of them.
fn related(chain: &[Certificate]) -> Vec<bool> {
    let mut found: Vec<bool> =
        chain.iter().enumerate().map(|(at, one)| at == 0 || one.subject.as_str().is_empty()).collect();
    for _ in chain {
        for at in 1..chain.len() {
            let certifies = |below: usize| found[below] && chain[below].is_issued_by(&chain[at]);
            found[at] |= (0..chain.len()).any(|below| below != at && certifies(below));
        }
    }
    found
}
