//! What the lab's authority says of certificates that it took back: OCSP responses and lists.

use rcgen::{
    CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair, RevocationReason, RevokedCertParams,
    SerialNumber, SigningKey,
};
use time::OffsetDateTime;

use super::der::{der, elements};

/// A list with one certificate on it (RFC 5280 section 5).
pub fn list(
    issuer: &Issuer<'_, KeyPair>,
    serial: u64,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Vec<u8> {
    let revoked = RevokedCertParams {
        serial_number: SerialNumber::from(serial),
        revocation_time: from,
        reason_code: Some(RevocationReason::KeyCompromise),
        invalidity_date: None,
    };
    let params = CertificateRevocationListParams {
        this_update: from,
        next_update: until,
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![revoked],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(issuer).expect("an authority can sign a list").der().to_vec()
}

fn moment(time: OffsetDateTime) -> Vec<u8> {
    let (date, clock) = (time.date(), time.time());
    let (hour, minute, second) = clock.as_hms();
    let text = format!(
        "{:04}{:02}{:02}{hour:02}{minute:02}{second:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day()
    );
    der(0x18, text.as_bytes())
}

/// An OCSP response about a certificate (RFC 6960 section 4.2.1), revoked at that time if at any.
pub fn response(
    leaf: &[u8],
    signer: &KeyPair,
    revoked: Option<OffsetDateTime>,
    [from, until]: [OffsetDateTime; 2],
) -> Vec<u8> {
    let (outer, start) = elements(leaf)[0];
    let (inner, start) = elements(&outer[start..])[0];
    let serial = elements(&inner[start..])[1].0;
    let sha1 = der(0x30, &[6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0]);
    let nobody = der(4, &[0; 20]);
    let about = der(0x30, &[&sha1[..], &nobody, &nobody, serial].concat());
    let status = match revoked {
        None => der(0x80, &[]),
        // keyCompromise is 1.
        Some(since) => der(0xa1, &[moment(since), der(0xa0, &[0x0a, 1, 1])].concat()),
    };
    let single = der(0x30, &[about, status, moment(from), der(0xa0, &moment(until))].concat());
    let by_key = der(0xa2, &der(4, &[0; 20]));
    let data = der(0x30, &[by_key, moment(from), der(0x30, &single)].concat());
    let ecdsa_with_sha256 = der(0x30, &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]);
    let signature = signer.sign(&data).expect("a key can sign");
    let signature = der(3, &[&[0], &signature[..]].concat());
    let basic = der(0x30, &[data, ecdsa_with_sha256, signature].concat());
    let id_pkix_ocsp_basic = [6, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
    let bytes = der(0xa0, &der(0x30, &[&id_pkix_ocsp_basic[..], &der(4, &basic)].concat()));
    der(0x30, &[vec![0x0a, 1, 0], bytes].concat())
}
