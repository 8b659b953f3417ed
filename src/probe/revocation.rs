//! What an authority says of whether it took a certificate back: its OCSP response, where the server
//! brings one, and its revocation list, where the run asks for it. Both are signed, so it does not matter
//! who hands them over.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use webpki::{
    BorrowedCertRevocationList, CertRevocationList, EndEntityCert, Error, ExpirationPolicy,
    OwnedCertRevocationList, RevocationCheckDepth, RevocationOptionsBuilder, RevocationReason,
};
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use super::certificate::{facts, parse};
use super::path::{self, Algorithms, By, verified_at};
use crate::observed::{Remote, Revocation, RevocationStatus};
use crate::ocsp::{Answer, Response, reason};

/// Largest OCSP response that is read.
const MOST_STAPLE: usize = 64 * 1024;

/// What a stapled response says of a chain's first certificate; `others` may hold its issuer.
pub(super) fn staple(
    bytes: &[u8],
    chain: &[CertificateDer<'_>],
    others: &[CertificateDer<'_>],
    algorithms: &Algorithms,
    now: i64,
) -> Revocation {
    word(bytes, chain, others, algorithms, now).unwrap_or_else(|why| Revocation::unusable(&why))
}

fn word(
    bytes: &[u8],
    chain: &[CertificateDer<'_>],
    others: &[CertificateDer<'_>],
    algorithms: &Algorithms,
    now: i64,
) -> Result<Revocation, String> {
    if bytes.len() > MOST_STAPLE {
        return Err(format!("it is larger than {} KiB", MOST_STAPLE / 1024));
    }
    let response = Response::parse(bytes).map_err(|error| error.to_string())?;
    let leaf = chain.first().and_then(parse).ok_or("the certificate cannot be read")?;
    let answer = response.about(leaf.raw_serial()).ok_or("it is about another certificate")?;
    let named = |der: &&CertificateDer<'_>| {
        parse(der).is_some_and(|issuer| issuer.subject().as_raw() == leaf.issuer().as_raw())
    };
    let mut issuers = chain.iter().skip(1).chain(others).filter(named).peekable();
    if issuers.peek().is_none() {
        return Err("it cannot be verified without the issuer's certificate".into());
    }
    if !issuers.any(|issuer| is_signed_by(&response, issuer, algorithms, now)) {
        return Err("it is not signed by the issuer of the certificate".into());
    }
    Ok(said(answer))
}

fn said(answer: &Answer) -> Revocation {
    Revocation {
        status: answer.status,
        since: answer.since,
        reason: answer.reason.and_then(reason).map(Remote::new),
        from: answer.from,
        until: answer.until,
        fault: None,
    }
}

/// Signed by the issuer, or by whom the issuer lets answer (RFC 6960 section 4.2.2.2).
fn is_signed_by(response: &Response, issuer: &CertificateDer<'_>, algorithms: &Algorithms, now: i64) -> bool {
    let signed_with = |key: &CertificateDer<'_>| {
        verifies(key, response.algorithm, response.signed, response.signature, algorithms)
    };
    let may_answer = |responder: &CertificateDer<'_>| {
        let Some(certificate) = parse(responder) else { return false };
        let usages = facts(responder).usages;
        let validity = certificate.validity();
        usages.iter().any(|usage| usage.as_str() == "OCSPSigning")
            && (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now)
            && EndEntityCert::try_from(issuer)
                .is_ok_and(|by| path::is_signed_by(&certificate, &by, algorithms))
    };
    let responders = || response.certificates.iter().map(|der| CertificateDer::from(*der));
    signed_with(issuer) || responders().any(|responder| may_answer(&responder) && signed_with(&responder))
}

fn verifies(
    key: &CertificateDer<'_>,
    algorithm: &[u8],
    message: &[u8],
    signature: &[u8],
    algorithms: &Algorithms,
) -> bool {
    let Ok(key) = EndEntityCert::try_from(key) else { return false };
    let mut known = algorithms.iter().filter(|known| known.signature_alg_id().as_ref() == algorithm);
    known.any(|known| key.verify_signature(*known, message, signature).is_ok())
}

/// When there will be a new list; `None` where it does not say, or is no list.
pub(super) fn next_list(der: &[u8]) -> Option<i64> {
    let (_, list) = CertificateRevocationList::from_der(der).ok()?;
    list.next_update().map(|next| next.timestamp())
}

/// What a revocation list says of a chain that leads to a root.
pub(super) fn listed(
    der: &[u8],
    chain: &[CertificateDer<'_>],
    others: &[CertificateDer<'_>],
    by: By<'_>,
    now: i64,
) -> Revocation {
    let list = BorrowedCertRevocationList::from_der(der).and_then(|list| list.to_owned());
    let Ok(list) = list else { return Revocation::unusable("it is not a revocation list (RFC 5280)") };
    let verdict = verify(&list.clone().into(), chain, others, by, now);
    let until = next_list(der).and_then(|next| Timestamp::from_second(next).ok());
    let of = |status| Revocation { status, since: None, reason: None, from: None, until, fault: None };
    match verdict {
        Ok(()) => of(RevocationStatus::Good),
        Err(Error::CertRevoked) => {
            let (since, reason) = entry(list, chain);
            Revocation { since, reason, ..of(RevocationStatus::Revoked) }
        }
        Err(Error::UnknownRevocationStatus) => Revocation::unusable("it is not about this certificate"),
        Err(Error::CrlExpired { .. }) => Revocation::unusable("it has ended"),
        Err(Error::InvalidCrlSignatureForPublicKey | Error::IssuerNotCrlSigner) => {
            Revocation::unusable("it is not signed by the issuer of the certificate")
        }
        Err(error) => Revocation::unusable(&error.to_string()),
    }
}

fn verify(
    list: &CertRevocationList<'_>,
    chain: &[CertificateDer<'_>],
    others: &[CertificateDer<'_>],
    by: By<'_>,
    now: i64,
) -> Result<(), Error> {
    let lists = [list];
    let options = RevocationOptionsBuilder::new(&lists).map_err(|_| Error::UnknownRevocationStatus)?;
    let options = options
        .with_depth(RevocationCheckDepth::EndEntity)
        .with_expiration_policy(ExpirationPolicy::Enforce)
        .build();
    verified_at(chain, others, by, now, Some(options))
}

/// When and why a list says that a certificate was taken back.
fn entry(list: OwnedCertRevocationList, chain: &[CertificateDer<'_>]) -> (Option<Timestamp>, Option<Remote>) {
    let list = CertRevocationList::from(list);
    let serial = chain.first().and_then(parse).map(|leaf| leaf.raw_serial().to_vec()).unwrap_or_default();
    let Ok(Some(entry)) = list.find_serial(&serial) else { return (None, None) };
    let since = i64::try_from(entry.revocation_date.as_secs()).ok();
    let number = entry.reason_code.map(|code: RevocationReason| code as u8);
    (since.and_then(|at| Timestamp::from_second(at).ok()), number.and_then(reason).map(Remote::new))
}
