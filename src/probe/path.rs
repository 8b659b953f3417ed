//! Where a chain leads, judged by the roots that the public's browsers trust, so that the
//! verdict is the same on every machine.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::ProbeError;
use super::certificate::parse;
use crate::observed::Path;

/// Moments tried for one chain.
const MOST_MOMENTS: usize = 64;

/// The roots.
pub(super) struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
    extra: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
    /// The time of the run, in seconds since 1970.
    now: i64,
}

impl Roots {
    /// The public roots and those given; `at` is the time of the run.
    pub(super) fn new(extra: &[CertificateDer<'static>], at: Timestamp) -> Result<Self, ProbeError> {
        let mut anchors = webpki_roots::TLS_SERVER_ROOTS.to_vec();
        for (index, der) in extra.iter().enumerate() {
            let anchor = anchor_from_trusted_cert(der)
                .map_err(|error| ProbeError::Root { number: index + 1, why: error.to_string() })?;
            anchors.push(anchor.to_owned());
        }
        let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
        Ok(Self { anchors, extra: extra.to_vec(), algorithms, now: at.as_second() })
    }

    /// Where a chain leads; `others` are intermediates known from elsewhere.
    pub(super) fn path(&self, chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>]) -> Path {
        let Some(leaf) = chain.first() else { return Path::Malformed };
        if parse(leaf).is_none() {
            return Path::Malformed;
        }
        if self.extra.iter().any(|root| root.as_ref() == leaf.as_ref()) {
            return Path::Trusted;
        }
        if self.signed_itself(leaf) {
            return Path::SelfSigned;
        }
        if self.leads(chain, &[]) {
            return Path::Trusted;
        }
        if !others.is_empty() && self.leads(chain, others) { Path::Incomplete } else { Path::Untrusted }
    }

    /// True where the issuer's organisation is that of a trusted root: then what is missing is
    /// most likely an intermediate, even if none can be had.
    pub(super) fn knows_organisation(&self, leaf: &CertificateDer<'_>) -> bool {
        let Some(certificate) = parse(leaf) else { return false };
        let Some(wanted) = organisation(certificate.issuer()) else { return false };
        self.anchors.iter().any(|anchor| {
            let subject = sequence(anchor.subject.as_ref());
            X509Name::from_der(&subject).is_ok_and(|(_, name)| organisation(&name).as_ref() == Some(&wanted))
        })
    }

    /// webpki calls a self-signed certificate a misused CA or of unknown issuer, depending on
    /// its extensions, so this is looked at first.
    fn signed_itself(&self, leaf: &CertificateDer<'_>) -> bool {
        let Some(certificate) = parse(leaf) else { return false };
        if certificate.subject().as_raw() != certificate.issuer().as_raw() {
            return false;
        }
        // webpki reads only version 3; an older one that names itself as issuer is self-made.
        let Ok(own) = EndEntityCert::try_from(leaf) else { return true };
        let (message, signature) =
            (certificate.tbs_certificate.as_ref(), certificate.signature_value.data.as_ref());
        let mut algorithms = self.algorithms.all.iter();
        algorithms.any(|algorithm| own.verify_signature(*algorithm, message, signature).is_ok())
    }

    fn leads(&self, chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>]) -> bool {
        let Some(Ok(leaf)) = chain.first().map(EndEntityCert::try_from) else { return false };
        let intermediates: Vec<CertificateDer<'_>> = chain[1..].iter().chain(others).cloned().collect();
        moments(chain, others, self.now).into_iter().any(|moment| {
            let anchors = &self.anchors;
            let usage = KeyUsage::server_auth();
            leaf.verify_for_usage(self.algorithms.all, anchors, &intermediates, moment, usage, None, None)
                .is_ok()
        })
    }
}

/// Moments at which the chain may hold together. A server's certificate that is valid now must
/// lead to a root now: an intermediate that has ended helps nobody. Where it is not valid itself,
/// that must not hide where it leads (it is judged elsewhere): then just inside the ends of every
/// validity, those that most of the sent certificates are valid at first.
fn moments(chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>], now: i64) -> Vec<UnixTime> {
    let validity = |der| {
        let validity = parse(der)?.validity().clone();
        Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
    };
    let sent: Vec<(i64, i64)> = chain.iter().filter_map(validity).collect();
    if let (Some((from, to)), Ok(moment)) = (sent.first(), u64::try_from(now))
        && (*from..=*to).contains(&now)
    {
        return vec![UnixTime::since_unix_epoch(Duration::from_secs(moment))];
    }
    let known = others.iter().filter_map(validity);
    let ends: BTreeSet<i64> =
        sent.iter().copied().chain(known).flat_map(|(from, to)| [from + 1, to - 1]).collect();
    let valid_at = |moment: i64| sent.iter().filter(|(from, to)| (*from..=*to).contains(&moment)).count();
    let mut ends: Vec<i64> = ends.into_iter().collect();
    ends.sort_by_key(|moment| std::cmp::Reverse(valid_at(*moment)));
    let seconds = ends.into_iter().take(MOST_MOMENTS).filter_map(|moment| u64::try_from(moment).ok());
    seconds.map(|moment| UnixTime::since_unix_epoch(Duration::from_secs(moment))).collect()
}

fn organisation(name: &X509Name) -> Option<String> {
    name.iter_organization().next()?.as_str().ok().map(str::to_owned)
}

/// An anchor's subject is kept without its outer SEQUENCE.
fn sequence(content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut der = vec![0x30];
    match length {
        [short] if *short < 0x80 => der.push(*short),
        [] => der.push(0),
        long => {
            der.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            der.extend(long);
        }
    }
    der.extend(content);
    der
}

#[cfg(test)]
mod tests;
