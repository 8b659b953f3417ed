//! Judges of the protocol versions that a host speaks.

use super::spoken::{self, Foreign, Said, Word, foreign};
use crate::check::{Verdict, World, seen};
use crate::hello::Offer;
use crate::item::Host;
use crate::observed::Remote;
use crate::spec::Place;
use crate::spec::model::TlsVersion;

/// Everything of TLS 1.2.
const TLS_1_2: [Offer; 5] = [Offer::Modern, Offer::Cbc, Offer::Dhe, Offer::StaticRsa, Offer::Broken];

pub(in crate::check) fn legacy_version(host: &Host, world: &World) -> Verdict {
    let said = match spoken::said(host, world) {
        Ok(said) => said,
        Err(verdict) => return *verdict,
    };
    let accepted: Vec<Offer> = accepted(said);
    if accepted.is_empty() {
        return match said.gap(&Offer::LEGACY) {
            Some((offer, why)) => Verdict::unknown(format!(
                "could not see whether {} accepts {}: {why}",
                host.name,
                offer.version().name()
            )),
            None => Verdict::pass("refuses SSLv3, TLS 1.0 and TLS 1.1"),
        };
    }
    let names: Vec<String> = accepted.iter().map(|offer| offer.version().name().to_owned()).collect();
    let listed = seen::listed(&names);
    let only = host.root("https").and_then(|url| match foreign(&url, world) {
        Some(Foreign::Old(version)) => Some(version.name()),
        _ => None,
    });
    let message = match only {
        Some(newest) => {
            format!("{} speaks nothing newer than {newest}: browsers cannot connect at all", host.name)
        }
        None => format!("{} still accepts {listed}, which browsers have given up", host.name),
    };
    let verdict = Verdict::fail(message)
        .expected("TLS 1.2 and 1.3 alone")
        .observed(match only {
            Some(_) => format!("{listed} alone"),
            None => format!("{listed} too"),
        })
        .label("accepts old TLS")
        .help(match only {
            Some(_) => "bring the server's TLS library up to date, and set `ssl_protocols TLSv1.2 TLSv1.3;` (nginx) or `SSLProtocol -all +TLSv1.2 +TLSv1.3` (Apache)",
            None => "set `ssl_protocols TLSv1.2 TLSv1.3;` in every server block of nginx that listens on this address, `SSLProtocol -all +TLSv1.2 +TLSv1.3` in Apache, or Minimum TLS Version 1.2 at Cloudflare (SSL/TLS > Edge Certificates)",
        });
    let chosen = said.taken(&accepted).into_iter().zip(names);
    let verdict =
        chosen.fold(verdict, |verdict, (suite, version)| verdict.evidence(format!("{version} with {suite}")));
    if host.is_production() { verdict } else { verdict.mild() }
}

/// The old versions that are accepted.
fn accepted(said: Said) -> Vec<Offer> {
    Offer::LEGACY.into_iter().filter(|offer| matches!(said.to(*offer), Word::Yes(_))).collect()
}

pub(in crate::check) fn below_minimum_version(host: &Host, world: &World) -> Verdict {
    let declared = world.document.spec.tls.as_ref().and_then(|tls| tls.min_version.as_ref());
    let Some(declared) = declared else {
        return Verdict::not_applicable("the spec declares no `tls.min_version`");
    };
    let said = match spoken::said(host, world) {
        Ok(said) => said,
        Err(verdict) => return *verdict,
    };
    let newest = newest(host, world);
    let verdict = match declared.value {
        TlsVersion::V1_2 if accepted(said).is_empty() => Verdict::pass("speaks nothing below TLS 1.2"),
        TlsVersion::V1_2 => {
            let reason = "the host accepts a version below it";
            return Verdict::not_judged("tls/legacy-version", &host.name, reason);
        }
        TlsVersion::V1_3 if newest == Some("1.3") => match said.taken(&TLS_1_2)[..] {
            [suite, ..] => below(&format!("{} accepts TLS 1.2 too", host.name), "TLS 1.2 too")
                .help("set `ssl_protocols TLSv1.3;` (nginx), `SSLProtocol -all +TLSv1.3` (Apache) or Minimum TLS Version 1.3 (Cloudflare, SSL/TLS > Edge Certificates), or declare `min_version: \"1.2\"` if older clients must get in")
                .evidence(format!("TLS 1.2 with {suite}")),
            [] => match said.gap(&TLS_1_2) {
                Some((_, why)) => {
                    Verdict::unknown(format!("could not see whether {} accepts TLS 1.2: {why}", host.name))
                }
                None => Verdict::pass("speaks TLS 1.3 alone"),
            },
        },
        TlsVersion::V1_3 => {
            if let Some(url) = host.root("https")
                && let Some(Foreign::Old(_)) = foreign(&url, world)
            {
                let reason = "the host speaks nothing newer than TLS 1.1";
                return Verdict::not_judged("tls/legacy-version", &host.name, reason);
            }
            below(&format!("{} does not speak TLS 1.3", host.name), "TLS 1.2 at most")
                .help("set `ssl_protocols TLSv1.3;` with OpenSSL 1.1.1 or later (nginx), or switch TLS 1.3 on (Cloudflare, SSL/TLS > Edge Certificates), or declare `min_version: \"1.2\"`")
        }
    };
    let verdict = verdict.at(Place::new("tls.min_version", declared.span));
    if host.is_production() { verdict } else { verdict.mild() }
}

fn below(message: &str, observed: &str) -> Verdict {
    Verdict::fail(format!("{message}; the spec asks for 1.3 at least"))
        .expected("TLS 1.3 alone")
        .observed(observed)
        .label("minimum not met")
}

/// The version of the handshake.
fn newest<'w>(host: &Host, world: &'w World) -> Option<&'w str> {
    seen::handshake(host, world).ok().map(|handshake| handshake.version.as_str())
}

pub(in crate::check) fn no_modern_version(host: &Host, world: &World) -> Verdict {
    if let Some(verdict) = host.root("https").and_then(|url| spoken::unspoken(&host.name, &url, world)) {
        return verdict;
    }
    let handshake = match seen::handshake(host, world) {
        Ok(handshake) => handshake,
        Err(verdict) => return *verdict,
    };
    let version = Remote::new(&handshake.version);
    if version.as_str().is_empty() {
        return Verdict::unknown(seen::NOT_OBSERVED);
    }
    let old = (version.as_str() != "1.3").then_some("TLS 1.3");
    // Nobody sees a page of a host that only redirects.
    let slow = match &handshake.alpn {
        _ if host.redirect_only => None,
        Some(alpn) => (alpn.as_str() != "h2").then_some("HTTP/2"),
        None if old.is_none() => return Verdict::unknown(seen::NOT_OBSERVED),
        None => None,
    };
    let missing: Vec<String> = [old, slow].into_iter().flatten().map(str::to_owned).collect();
    let spoken = match &handshake.alpn {
        Some(alpn) if alpn.as_str() == "h2" => format!("TLS {version} and HTTP/2"),
        Some(_) => format!("TLS {version} and HTTP/1.1"),
        None => format!("TLS {version}"),
    };
    if missing.is_empty() {
        return Verdict::pass(format!("speaks {spoken}"));
    }
    let missing = seen::listed(&missing);
    Verdict::fail(format!("{} does not offer {missing}; visitors wait longer than they need to", host.name))
        .expected("TLS 1.3 and HTTP/2")
        .observed(spoken)
        .label("not up to date")
        .help(modern_help(old.is_some(), slow.is_some()))
}

fn modern_help(version: bool, http: bool) -> String {
    let version = version.then_some(
        "switch TLS 1.3 on: `ssl_protocols TLSv1.2 TLSv1.3;` (nginx with OpenSSL 1.1.1 or later), or SSL/TLS > Edge Certificates (Cloudflare)",
    );
    let http = http.then_some(
        "switch HTTP/2 on: `http2 on;` (nginx 1.25.1 and later; `listen 443 ssl http2;` before), `Protocols h2 http/1.1` (Apache), or Speed > Settings (Cloudflare)",
    );
    [version, http].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
