//! The judge of the cipher suites that a host accepts under TLS 1.2. Those of TLS 1.3 are all sound.

use super::spoken::{self, Foreign, Said, fault, foreign};
use crate::check::{Verdict, World, seen};
use crate::hello::Offer;
use crate::item::Host;

/// What the configurator of Mozilla writes for its profile "intermediate" (guidelines 6.0).
const HELP: &str = "allow ECDHE with AES-GCM or ChaCha20 alone: `ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;` in nginx, the same list behind `SSLCipherSuite` in Apache; a hosting or CDN calls it the modern set of ciphers";

pub(in crate::check) fn weak_cipher(host: &Host, world: &World) -> Verdict {
    let said = match spoken::said(host, world) {
        Ok(said) => said,
        Err(verdict) => return *verdict,
    };
    let foreign = host.root("https").and_then(|url| foreign(&url, world));
    if let Some(Foreign::Old(_)) = foreign {
        let reason = "the host speaks no version that is judged by its suites";
        return Verdict::not_judged("tls/legacy-version", &host.name, reason);
    }
    let weak = weak(said, foreign, world);
    if weak.is_empty() {
        return sound(host, said, world);
    }
    let message = match foreign {
        None => format!("{} accepts {}", host.name, reasons(&weak)),
        Some(Foreign::Aged(_)) => format!("{} speaks TLS 1.2 only with {}", host.name, reasons(&weak)),
        Some(_) => {
            format!(
                "browsers cannot connect to {}: it speaks TLS 1.2 only with {}",
                host.name,
                reasons(&weak)
            )
        }
    };
    let verdict = Verdict::fail(message)
        .expected("suites with forward secrecy and authenticated encryption alone")
        .observed(seen::listed(&weak.iter().map(ToString::to_string).collect::<Vec<_>>()))
        .label("weak suites")
        .help(HELP);
    let verdict =
        weak.iter().fold(verdict, |verdict, suite| verdict.evidence(format!("TLS 1.2 with {suite}")));
    // Beside better suites, one without forward secrecy is used by nobody who knows those.
    let is_lesser = foreign.is_none() && said.broken().is_empty() && !world.thresholds.modern_suites_only;
    match foreign {
        Some(Foreign::Broken(_)) if host.is_production() => verdict.demanded_if(true),
        _ if is_lesser || !host.is_production() => verdict.mild(),
        _ => verdict,
    }
}

/// The suites to complain about. CBC with ECDHE, and DHE, are what careful servers of ten years ago
/// offer for old clients: only who asks for suites of today alone is told, or who offers nothing else.
fn weak<'w>(said: Said<'w>, foreign: Option<Foreign>, world: &World) -> Vec<&'w str> {
    let mut weak = said.broken();
    weak.extend(said.taken(&[Offer::StaticRsa]));
    if foreign.is_some() || world.thresholds.modern_suites_only {
        weak.extend(said.taken(&[Offer::Cbc, Offer::Dhe]));
    }
    weak
}

/// The verdict where no weak suite was seen.
fn sound(host: &Host, said: Said, world: &World) -> Verdict {
    let aged = [Offer::Cbc, Offer::Dhe];
    let asked: &[Offer] = if world.thresholds.modern_suites_only {
        &[Offer::Broken, Offer::StaticRsa, Offer::Cbc, Offer::Dhe]
    } else {
        &[Offer::Broken, Offer::StaticRsa]
    };
    if let Some((offer, why)) = said.gap(asked) {
        let family = family(offer);
        return Verdict::unknown(format!("could not see whether {} accepts {family}: {why}", host.name));
    }
    match said.taken(&aged)[..] {
        [] => Verdict::pass("accepts suites of today alone"),
        [suite, ..] => Verdict::pass(format!(
            "every suite has forward secrecy; for old clients also {suite} (Mozilla's guidelines 6.0 do without, as `strict` does)"
        )),
    }
}

fn family(offer: Offer) -> &'static str {
    match offer {
        Offer::StaticRsa => "suites without forward secrecy",
        Offer::Cbc => "suites with CBC",
        Offer::Dhe => "suites with DHE",
        _ => "broken suites",
    }
}

/// Each suite and what is wrong with it.
fn reasons(weak: &[&str]) -> String {
    let reasons: Vec<String> = weak.iter().map(|suite| format!("{suite} ({})", fault(suite))).collect();
    seen::in_full(&reasons)
}
