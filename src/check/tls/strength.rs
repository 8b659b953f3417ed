//! Keys and signatures that are too weak for browsers.

use super::whole;
use crate::check::{Verdict, World, seen};
use crate::item::Host;
use crate::observed::{Certificate, Handshake, Key, Path, Remote};

/// Curves that browsers know (CA/Browser Forum Baseline Requirements, section 6.1.5).
const CURVES: [&str; 3] = ["P-256", "P-384", "P-521"];

/// The certificates of a chain whose strength counts: the server's, and those above it unless a root is
/// reached without them. A root's own signature proves nothing, so nobody looks at it.
fn counting(handshake: &Handshake) -> impl Iterator<Item = (usize, &Certificate)> {
    let needless = handshake.path == Path::Trusted && !handshake.weakly;
    let all = handshake.chain.iter().enumerate();
    all.filter(move |(at, certificate)| *at == 0 || (!needless && !certificate.is_self_issued()))
}

/// What is weak about a key, in a noun: `an RSA key of 1024 bits`.
fn weakness(key: &Key, least: usize) -> Option<String> {
    let bits = key.bits.unwrap_or(0);
    match (key.algorithm.as_str(), key.curve.as_ref().map(Remote::as_str)) {
        ("RSA", _) => (bits < least).then(|| format!("an RSA key of {bits} bits")),
        ("EC", Some(curve)) if CURVES.contains(&curve) => None,
        ("EC", Some(curve)) => Some(format!("a key on the curve {curve}")),
        ("EC", None) => Some(format!("a key of {bits} bits on a curve of its own")),
        ("DSA", _) => Some("a DSA key".into()),
        _ => None,
    }
}

fn weak_keys(handshake: &Handshake, least: usize) -> Vec<(usize, &Certificate, String)> {
    let weak = counting(handshake)
        .filter_map(|(at, certificate)| Some((at, certificate, weakness(certificate.key.as_ref()?, least)?)));
    weak.collect()
}

/// The certificates whose signature is over a broken hash, and that hash.
fn weak_signatures(handshake: &Handshake) -> Vec<(usize, &Certificate, &str)> {
    let broken = |certificate: &&Certificate| !certificate.is_self_issued();
    let weak = counting(handshake).filter(|(_, certificate)| broken(certificate));
    let weak = weak.filter_map(|(at, certificate)| {
        let hash = certificate.hash.as_ref()?.as_str();
        matches!(hash, "MD2" | "MD4" | "MD5" | "SHA-1").then_some((at, certificate, hash))
    });
    weak.collect()
}

/// `the certificate`, or which intermediate it is.
fn which(at: usize, certificate: &Certificate, host: &Host) -> String {
    match at {
        0 => format!("the certificate of {}", host.name),
        _ => format!("the intermediate {} of {}", seen::cut(certificate.subject.as_str()), host.name),
    }
}

pub(in crate::check) fn certificate_weak_key(host: &Host, world: &World) -> Verdict {
    let least = world.thresholds.certificate_rsa_bits;
    whole(host, world, |handshake| {
        let weak = weak_keys(handshake, least);
        let Some((at, certificate, what)) = weak.first() else { return strong_key(handshake) };
        Verdict::fail(format!("{} is for {what}; browsers refuse it", which(*at, certificate, host)))
            .expected(format!("RSA with {least} bits or more, or EC on P-256 or P-384"))
            .observed(what)
            .label("key too weak")
            .help(if *at == 0 {
                format!("make a new key and have a certificate issued for it: `certbot certonly --key-type ecdsa --force-renewal -d {}`", host.name)
            } else {
                "have the certificate issued by an authority whose intermediates are strong enough".into()
            })
    })
}

fn strong_key(handshake: &Handshake) -> Verdict {
    let key = handshake.chain.first().and_then(|leaf| leaf.key.as_ref());
    let Some(key) = key else { return Verdict::unknown("the key of the certificate cannot be read") };
    let bits = key.bits.map_or(String::new(), |bits| format!(" {bits} bits"));
    Verdict::pass(match &key.curve {
        Some(curve) => format!("{} {curve}", key.algorithm),
        None => format!("{}{bits}", key.algorithm),
    })
}

pub(in crate::check) fn certificate_weak_signature(host: &Host, world: &World) -> Verdict {
    whole(host, world, |handshake| {
        let weak = weak_signatures(handshake);
        let Some((at, certificate, hash)) = weak.first() else {
            let hash = handshake.chain.first().and_then(|leaf| leaf.hash.as_ref());
            return Verdict::pass(
                hash.map_or("no broken hash in the chain".into(), |hash| format!("signed with {hash}")),
            );
        };
        Verdict::fail(format!("{} is signed with {hash}; browsers refuse it", which(*at, certificate, host)))
            .expected("SHA-256 or better in every signature below the root")
            .observed(*hash)
            .label("broken hash")
            .help("have the certificate issued again: every public authority signs with SHA-256 or better; a private one needs new settings (`openssl x509 -sha256`, `default_md = sha256`)")
    })
}

/// The verdict of other checks where a chain holds by weak signatures only.
pub(super) fn weakness_first(host: &Host, handshake: &Handshake, world: &World) -> Option<Verdict> {
    if !weak_signatures(handshake).is_empty() {
        let reason = "a signature of the chain is too weak";
        return Some(Verdict::not_judged("tls/certificate-weak-signature", &host.name, reason));
    }
    let weak = weak_keys(handshake, world.thresholds.certificate_rsa_bits.max(2048));
    let reason = "a key of the chain is too weak";
    (!weak.is_empty()).then(|| Verdict::not_judged("tls/certificate-weak-key", &host.name, reason))
}

/// The verdict of other checks on a server whose own key is so weak that no handshake comes about.
pub(super) fn untaken(host: &str, handshake: &Handshake) -> Option<Verdict> {
    weakness(handshake.chain.first()?.key.as_ref()?, 2048)?;
    let reason = "no handshake succeeds with the weak key of its certificate";
    Some(Verdict::not_judged("tls/certificate-weak-key", host, reason))
}

/// The verdict on where a chain leads that nobody can verify any more.
pub(super) fn unverifiable(host: &Host, handshake: &Handshake) -> Option<Verdict> {
    let of = |check, reason| Some(Verdict::not_judged(check, &host.name, reason));
    if let Some((_, _, hash)) = weak_signatures(handshake).first()
        && (*hash != "SHA-1"
            || handshake.chain.iter().any(|c| c.key.as_ref().is_some_and(|k| k.algorithm.as_str() == "EC")))
    {
        return of("tls/certificate-weak-signature", "nobody verifies signatures of that kind any more");
    }
    let tiny = |key: &Key| {
        key.algorithm.as_str() == "DSA" || (key.algorithm.as_str() == "RSA" && key.bits < Some(1024))
    };
    let above = handshake.chain.iter().skip(1).filter(|above| !above.is_self_issued());
    let tiny = above.filter_map(|above| above.key.as_ref()).any(tiny);
    if tiny {
        of("tls/certificate-weak-key", "nobody verifies signatures by so weak a key any more")
    } else {
        None
    }
}
