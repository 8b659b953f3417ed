//! Whether clients trust a certificate.

use super::{chain, strength, unreadable, whole};
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Anchor, Certificate, Handshake, Path, Remote};

pub(in crate::check) fn certificate_untrusted(host: &Host, world: &World) -> Verdict {
    whole(host, world, |handshake| match handshake.path {
        _ if chain::lapsed(handshake, world).is_some() => chain::expired_first(host),
        Path::Untrusted => untrusted(host, handshake),
        Path::Malformed => Verdict::fail(format!("the certificate of {} cannot be read", host.name))
            .expected("an X.509 certificate (RFC 5280)")
            .label("not a certificate")
            .help("have the certificate issued again, and see that the server's file is the whole PEM text"),
        path => chain::astray(host, path).unwrap_or_else(|| trusted(host, handshake, world)),
    })
}

fn trusted(host: &Host, handshake: &Handshake, world: &World) -> Verdict {
    if let Some(verdict) =
        handshake.weakly.then(|| strength::weakness_first(host, handshake, world)).flatten()
    {
        return verdict;
    }
    let leaf = handshake.chain.first().filter(|leaf| leaf.must_staple);
    if let Some(why) = leaf.and_then(|_| unstapled(handshake, world)) {
        return must_staple(host, why);
    }
    match handshake.anchor {
        Anchor::Public => Verdict::pass("leads to a trusted root"),
        Anchor::Given => Verdict::pass("leads to a root given with `--ca-file`"),
        Anchor::Machine => Verdict::pass(
            "leads to a root of this machine's own store only (`--system-roots`); browsers elsewhere may not know it",
        ),
    }
}

/// Why a certificate that asks for a staple comes without a good one.
fn unstapled(handshake: &Handshake, world: &World) -> Option<String> {
    let Some(staple) = &handshake.staple else { return Some("none comes with it".into()) };
    if let Some(fault) = &staple.fault {
        return Some(format!("the one that comes with it cannot be used: {fault}"));
    }
    let ended = staple.until.filter(|until| world.at > *until);
    ended.map(|until| format!("the one that comes with it ended on {}", seen::day(until)))
}

/// RFC 7633: browsers that know the extension (Firefox) refuse such a certificate.
fn must_staple(host: &Host, why: String) -> Verdict {
    Verdict::fail(format!(
        "the certificate of {} asks for a stapled OCSP response (must-staple), and {why}; browsers that heed it refuse the certificate",
        host.name
    ))
    .expected("a current OCSP response in the handshake")
    .observed(why)
    .label("staple missing")
    .help("turn stapling on (nginx: `ssl_stapling on; ssl_stapling_verify on;` and a `resolver`; its first visitor after a restart gets none, so look again), or have the certificate issued without must-staple: most authorities have ended OCSP")
}

fn untrusted(host: &Host, handshake: &Handshake) -> Verdict {
    let Some(leaf) = handshake.chain.first() else {
        return Verdict::unknown("the server sent no certificate");
    };
    if leaf.is_never_valid() {
        let reason = "the certificate is valid at no time";
        return Verdict::not_judged("tls/certificate-expired", &host.name, reason);
    }
    if let Some((what, help)) = unfit(leaf) {
        return Verdict::fail(format!("clients refuse the certificate of {}: {what}", host.name))
            .expected("a certificate for TLS servers")
            .observed(what)
            .label("not for servers")
            .help(help);
    }
    if let Some(verdict) = strength::unverifiable(host, handshake) {
        return verdict;
    }
    if let Some(refusal) = &handshake.refusal {
        return Verdict::fail(format!("clients refuse the certificate of {}: {refusal}", host.name))
            .expected("a chain that its authorities' own limits allow")
            .observed(refusal.as_str())
            .label("chain not allowed")
            .help("have the certificate issued by an authority that may issue for this name, and serve its chain");
    }
    let issuer = handshake.chain.last().map_or("nobody", |last| last.issuer.as_str());
    if handshake.anchor == Anchor::Machine {
        return here_only(host, issuer);
    }
    Verdict::fail(format!(
        "the certificate of {} leads to no trusted root; its chain ends at {issuer}",
        host.name
    ))
    .expected("a root that browsers trust")
    .observed(issuer)
    .label("not trusted")
    .help("use a certificate from a public authority (Let's Encrypt, your hosting, Cloudflare); for an internal launch with a private authority, pass its root with `--ca-file root.pem`")
}

/// Trusted by this machine's store and by no browser elsewhere.
fn here_only(host: &Host, issuer: &str) -> Verdict {
    Verdict::fail(format!(
        "only this machine trusts the certificate of {}: its chain ends at {issuer}, which is in this machine's own store and not among the public roots",
        host.name
    ))
    .expected("a root that browsers trust everywhere")
    .observed(issuer)
    .label("trusted here only")
    .help("if that is a proxy or a virus scanner that opens the connections of this network, run again from another one: what visitors get was not seen; if it is your own authority and the launch is internal, pass its root with `--ca-file root.pem` or trust all of this machine's with `--system-roots`")
}

/// Why clients refuse a server's certificate whoever issued it, and what to do about it.
fn unfit(leaf: &Certificate) -> Option<(String, &'static str)> {
    let again = "have a certificate for TLS servers issued, and serve it";
    // Firefox does not take anyExtendedKeyUsage for it, and neither does the CA/Browser Forum.
    let serves = |usage: &Remote| usage.as_str() == "serverAuth";
    if let Some(version) = leaf.version {
        return Some((format!("it is of X.509 version {version}, and only version 3 can name hosts"), again));
    }
    if leaf.ca {
        let help = "serve the certificate that was issued for the host; that of an authority stands behind it, as an intermediate";
        return Some(("it is the certificate of an authority (CA:TRUE), not of a server".into(), help));
    }
    if !leaf.usages.is_empty() && !leaf.usages.iter().any(serves) {
        let usages: Vec<String> = leaf.usages.iter().map(Remote::to_string).collect();
        let what = format!("it is for {} only (extendedKeyUsage), not for servers", seen::listed(&usages));
        return Some((what, again));
    }
    let unknown = leaf.unknown_critical.first()?;
    Some((format!("it has a critical extension that they do not know ({unknown})"), again))
}

pub(in crate::check) fn certificate_self_signed(host: &Host, world: &World) -> Verdict {
    whole(host, world, |handshake| {
        match handshake.path {
        Path::SelfSigned => {
            Verdict::fail(format!("the certificate of {} is signed with its own key", host.name))
                .expected("a certificate from an authority")
                .observed("self-signed")
                .label("self-signed")
                .help(format!(
                    "replace the server's placeholder certificate by an issued one: `certbot --nginx -d {}`, or the hosting's console",
                    host.name
                ))
        }
        Path::Malformed => unreadable(host),
        Path::Trusted | Path::Incomplete | Path::Untrusted => Verdict::pass("signed by an authority"),
    }
    })
}
