//! Where a chain leads, judged by the roots that the public's browsers trust, so that the
//! verdict is the same on every machine.

mod legacy;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage, RevocationOptions, anchor_from_trusted_cert};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::ProbeError;
use super::certificate::{facts, parse};
use super::machine::Machine;
use crate::observed::{Anchor, Path};

/// Moments tried for one chain.
const MOST_MOMENTS: usize = 64;

/// Algorithms of signatures.
pub(super) type Algorithms = Vec<&'static dyn SignatureVerificationAlgorithm>;

/// The roots.
pub(super) struct Roots {
    public: Vec<TrustAnchor<'static>>,
    given: Vec<TrustAnchor<'static>>,
    extra: Vec<CertificateDer<'static>>,
    machine: Machine,
    /// This machine's own roots, once they were needed.
    loaded: OnceCell<Vec<TrustAnchor<'static>>>,
    /// What browsers accept.
    pub(super) strong: Algorithms,
    /// The same and what they no longer do.
    all: Algorithms,
    /// The time of the run, in seconds since 1970.
    pub(super) now: i64,
}

/// Where a chain leads, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) path: Path,
    pub(super) anchor: Anchor,
    pub(super) weakly: bool,
    pub(super) lapses: Option<Timestamp>,
}

impl Way {
    fn to(path: Path) -> Self {
        Self { path, anchor: Anchor::Public, weakly: false, lapses: None }
    }
}

/// What one attempt to find a way goes by.
#[derive(Clone, Copy)]
pub(super) struct By<'r> {
    anchor: Anchor,
    pub(super) anchors: &'r [TrustAnchor<'static>],
    pub(super) algorithms: &'r Algorithms,
    weakly: bool,
}

impl Roots {
    /// The public roots and those given; `at` is the time of the run.
    pub(super) fn new(
        extra: &[CertificateDer<'static>],
        machine: Machine,
        at: Timestamp,
    ) -> Result<Self, ProbeError> {
        let mut given = Vec::new();
        for (index, der) in extra.iter().enumerate() {
            let anchor = anchor_from_trusted_cert(der)
                .map_err(|error| ProbeError::Root { number: index + 1, why: error.to_string() })?;
            given.push(anchor.to_owned());
        }
        let strong = rustls::crypto::ring::default_provider().signature_verification_algorithms.all.to_vec();
        // webpki asks the first that fits, so the more lenient ones stand before.
        let all = legacy::ALGORITHMS.iter().copied().chain(strong.iter().copied()).collect();
        Ok(Self {
            public: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            given,
            extra: extra.to_vec(),
            machine,
            loaded: OnceCell::new(),
            strong,
            all,
            now: at.as_second(),
        })
    }

    /// Where a chain leads; `others` are intermediates known from elsewhere.
    pub(super) fn way(&self, chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>]) -> Way {
        let Some(leaf) = chain.first() else { return Way::to(Path::Malformed) };
        if parse(leaf).is_none() {
            return Way::to(Path::Malformed);
        }
        if self.extra.iter().any(|root| root.as_ref() == leaf.as_ref()) {
            return Way { anchor: Anchor::Given, ..Way::to(Path::Trusted) };
        }
        if self.signed_itself(leaf) {
            return Way::to(Path::SelfSigned);
        }
        if let Some(way) = self.ways().into_iter().find_map(|by| self.holding(chain, by)) {
            return way;
        }
        let led = |by: By<'_>| !others.is_empty() && self.leads(chain, others, by);
        match self.ways().into_iter().find(|by| led(*by)) {
            Some(By { anchor, weakly, .. }) => Way { anchor, weakly, ..Way::to(Path::Incomplete) },
            None => Way::to(Path::Untrusted),
        }
    }

    /// What forbids the way of a chain that leads to no root.
    pub(super) fn refusal(
        &self,
        chain: &[CertificateDer<'_>],
        others: &[CertificateDer<'_>],
    ) -> Option<&'static str> {
        let moments = moments(chain, others, self.now);
        let mut tried =
            self.ways().into_iter().flat_map(|by| moments.iter().map(move |moment| (by, *moment)));
        tried.find_map(|(by, moment)| forbidding(&verified_at(chain, others, by, moment, None).err()?))
    }

    /// True where only this machine's own roots make a chain good.
    pub(super) fn machine_trusts(&self, chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>]) -> bool {
        let by = By { anchor: Anchor::Machine, anchors: self.own(), algorithms: &self.strong, weakly: false };
        self.leads(chain, others, by)
    }

    /// What a way was found by.
    pub(super) fn by(&self, way: Way) -> Option<By<'_>> {
        self.ways().into_iter().find(|by| (by.anchor, by.weakly) == (way.anchor, way.weakly))
    }

    /// What is tried, in this order.
    fn ways(&self) -> Vec<By<'_>> {
        let mut roots = vec![(Anchor::Public, &self.public[..]), (Anchor::Given, &self.given[..])];
        if self.machine.counts {
            roots.push((Anchor::Machine, self.own()));
        }
        let by = |algorithms, weakly| {
            roots.clone().into_iter().map(move |(anchor, anchors)| By { anchor, anchors, algorithms, weakly })
        };
        by(&self.strong, false).chain(by(&self.all, true)).collect()
    }

    fn own(&self) -> &[TrustAnchor<'static>] {
        self.loaded.get_or_init(|| {
            let roots = (self.machine.roots)();
            roots.iter().filter_map(|der| Some(anchor_from_trusted_cert(der).ok()?.to_owned())).collect()
        })
    }

    /// The way of a chain that leads to a root as it was sent, now or until an intermediate ended.
    fn holding(&self, chain: &[CertificateDer<'_>], by: By<'_>) -> Option<Way> {
        let leads = |moment| leads_at(chain, &[], by, moment);
        let way = Way { path: Path::Trusted, anchor: by.anchor, weakly: by.weakly, lapses: None };
        let (from, to) = validity(&chain[0])?;
        if !(from..=to).contains(&self.now) {
            return self.leads(chain, &[], by).then_some(way);
        }
        let ends: BTreeSet<i64> =
            chain[1..].iter().filter_map(validity).map(|(_, end)| end).filter(|end| *end < to).collect();
        if leads(self.now) {
            // Until when is asked only where something ends before the server's certificate.
            let broken = ends.iter().find(|end| **end >= self.now && !leads(**end + 1));
            let lapses = broken.and_then(|end| Timestamp::from_second(*end).ok());
            return Some(Way { lapses, ..way });
        }
        let held = ends.iter().rev().find(|end| **end < self.now && leads(**end - 1))?;
        Some(Way { lapses: Timestamp::from_second(*held).ok(), ..way })
    }

    /// True where the issuer's organisation is that of a trusted root: then what is missing is
    /// most likely an intermediate, even if none can be had.
    pub(super) fn knows_organisation(&self, leaf: &CertificateDer<'_>) -> bool {
        let Some(certificate) = parse(leaf) else { return false };
        let Some(wanted) = organisation(certificate.issuer()) else { return false };
        self.public.iter().chain(&self.given).any(|anchor| {
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
        is_signed_by(&certificate, &own, &self.all) || names_itself(leaf)
    }

    fn leads(&self, chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>], by: By<'_>) -> bool {
        moments(chain, others, self.now).into_iter().any(|moment| leads_at(chain, others, by, moment))
    }
}

/// True where the key of the other certificate signed this one.
pub(super) fn is_signed_by(
    certificate: &X509Certificate<'_>,
    by: &EndEntityCert<'_>,
    algorithms: &Algorithms,
) -> bool {
    let (message, signature) = (certificate.tbs_certificate.as_ref(), &certificate.signature_value.data);
    algorithms.iter().any(|algorithm| by.verify_signature(*algorithm, message, signature).is_ok())
}

/// True where nobody here can verify the signature, and the names say that it is its own.
fn names_itself(leaf: &CertificateDer<'_>) -> bool {
    let facts = facts(leaf);
    legacy::is_beyond(facts.key.as_ref(), facts.hash.as_ref()) && facts.is_issued_by(&facts)
}

/// True where that certificate leads to a root at that moment.
fn leads_at(chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>], by: By<'_>, moment: i64) -> bool {
    verified_at(chain, others, by, moment, None).is_ok()
}

/// Whether it does, and is not in these revocation lists.
pub(super) fn verified_at(
    chain: &[CertificateDer<'_>],
    others: &[CertificateDer<'_>],
    by: By<'_>,
    moment: i64,
    lists: Option<RevocationOptions<'_>>,
) -> Result<(), Error> {
    let leaf = EndEntityCert::try_from(chain.first().ok_or(Error::BadDer)?)?;
    let moment = u64::try_from(moment).map_err(|_| Error::BadDerTime)?;
    let moment = UnixTime::since_unix_epoch(Duration::from_secs(moment));
    let intermediates: Vec<CertificateDer<'_>> = chain[1..].iter().chain(others).cloned().collect();
    let usage = KeyUsage::server_auth();
    leaf.verify_for_usage(by.algorithms, by.anchors, &intermediates, moment, usage, lists, None).map(drop)
}

/// What forbids a way that names and signatures would allow (RFC 5280 section 6.1), in a clause.
fn forbidding(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::NameConstraintViolation => {
            "an authority above it may not issue for this name (nameConstraints)"
        }
        Error::PathLenConstraintViolated => {
            "an authority above it may not have further authorities below it (pathLenConstraint)"
        }
        Error::EndEntityUsedAsCa => "what stands above it is not the certificate of an authority (CA:FALSE)",
        Error::UnsupportedCriticalExtension => {
            "an authority above it has a critical extension that clients do not know"
        }
        _ => return None,
    })
}

/// A certificate's start and end, in seconds since 1970.
fn validity(der: &CertificateDer<'_>) -> Option<(i64, i64)> {
    let validity = parse(der)?.validity().clone();
    Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
}

/// Moments at which the chain may hold together. A server's certificate that is valid now must
/// lead to a root now: an intermediate that has ended helps nobody. Where it is not valid itself,
/// that must not hide where it leads (it is judged elsewhere): then just inside the ends of every
/// validity, those that most of the sent certificates are valid at first.
fn moments(chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>], now: i64) -> Vec<i64> {
    let sent: Vec<(i64, i64)> = chain.iter().filter_map(validity).collect();
    if let Some((from, to)) = sent.first()
        && (*from..=*to).contains(&now)
    {
        return vec![now];
    }
    let known = others.iter().filter_map(validity);
    let ends: BTreeSet<i64> =
        sent.iter().copied().chain(known).flat_map(|(from, to)| [from + 1, to - 1]).collect();
    let valid_at = |moment: i64| sent.iter().filter(|(from, to)| (*from..=*to).contains(&moment)).count();
    let mut ends: Vec<i64> = ends.into_iter().collect();
    ends.sort_by_key(|moment| std::cmp::Reverse(valid_at(*moment)));
    ends.truncate(MOST_MOMENTS);
    ends
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
