//! What a certificate says (RFC 5280), read so that nothing a server sends can break it.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256, Sha512};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{DistributionPointName, ExtendedKeyUsage, GeneralName, ParsedExtension};
use x509_parser::oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use crate::hex::hex;
use crate::observed::{Certificate, Remote};

mod algorithm;

/// Names kept of one certificate; real ones have at most a few hundred, and no more than these fit
/// into what clients take of a handshake.
const MOST_NAMES: usize = 10_000;
/// Usages without a name that are kept.
const MOST_USAGES: usize = 8;
/// The extension that asks for a staple.
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";
/// Extensions that TLS clients know: keyUsage, names, constraints, policies, usages, and those that
/// may be critical without changing what a server may do.
const KNOWN: [&str; 11] = [
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.32",
    "2.5.29.33",
    "2.5.29.36",
    "2.5.29.37",
    "2.5.29.54",
    TLS_FEATURE,
];

/// The certificate, if it is one.
pub(super) fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate)
}

/// A certificate's facts. What cannot be read has no names and is valid for ever: that it
/// cannot be read is the path's business, and must not look like an expiry.
pub(super) fn facts(der: &CertificateDer<'_>) -> Certificate {
    let (sha256, sha512) = digests(der);
    let ever = Certificate {
        not_before: Timestamp::MIN,
        not_after: Timestamp::MAX,
        sha256,
        sha512,
        ..Certificate::default()
    };
    let Some(certificate) = parse(der) else { return ever };
    let (key_sha256, key_sha512) = digests(certificate.public_key().raw);
    let facts = Certificate {
        subject: line(certificate.subject()),
        issuer: line(certificate.issuer()),
        common_name: certificate.subject().iter_common_name().last().and_then(text),
        issuer_organisation: certificate.issuer().iter_organization().next().and_then(text),
        names: names(&certificate),
        not_before: moment(certificate.validity().not_before),
        not_after: moment(certificate.validity().not_after),
        serial: hex(certificate.raw_serial()),
        version: Some(certificate.version().0.saturating_add(1)).filter(|version| *version != 3),
        key: algorithm::key(certificate.public_key()),
        hash: algorithm::hash(&certificate.signature_algorithm),
        key_sha256,
        key_sha512,
        ..ever
    };
    with_extensions(facts, &certificate)
}

/// What the extensions say (RFC 5280 section 4.2).
fn with_extensions(mut facts: Certificate, certificate: &X509Certificate) -> Certificate {
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => facts.ca = constraints.ca,
            ParsedExtension::SubjectKeyIdentifier(id) => facts.key_id = hex(id.0),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                facts.authority_key_id = id.key_identifier.as_ref().map_or_else(String::new, |id| hex(id.0));
            }
            ParsedExtension::ExtendedKeyUsage(usage) => facts.usages = usages(usage),
            _ => {}
        }
        let oid = extension.oid.to_id_string();
        // status_request (RFC 7633 section 4.1, RFC 6066 section 1.1): the number 5.
        facts.must_staple |= oid == TLS_FEATURE && extension.value.ends_with(&[2, 1, 5]);
        if extension.critical && !KNOWN.contains(&oid.as_str()) {
            facts.unknown_critical.push(Remote::from(oid));
        }
    }
    facts
}

fn usages(usage: &ExtendedKeyUsage) -> Vec<Remote> {
    let named = [
        (usage.any, "anyExtendedKeyUsage"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let named = named.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| Remote::new(name));
    let other = usage.other.iter().take(MOST_USAGES).map(|oid| Remote::from(oid.to_id_string()));
    named.chain(other).collect()
}

fn text(value: &AttributeTypeAndValue) -> Option<Remote> {
    value.as_str().ok().map(Remote::new)
}

/// The two digests that TLSA records know (RFC 6698 section 2.1.3), in hexadecimal.
fn digests(der: &[u8]) -> (String, String) {
    (hex(&Sha256::digest(der)), hex(&Sha512::digest(der)))
}

fn line(name: &X509Name) -> Remote {
    Remote::from(name.to_string())
}

/// Dates beyond what the clock can say (`99991231235959Z` means "no end") are its own ends.
fn moment(time: ASN1Time) -> Timestamp {
    let seconds = time.timestamp();
    let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(end)
}

fn names(certificate: &X509Certificate) -> Vec<Remote> {
    let extensions = certificate.extensions().iter();
    let names = extensions.filter_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
        _ => None,
    });
    names.flatten().filter_map(general_name).take(MOST_NAMES).collect()
}

fn general_name(name: &GeneralName) -> Option<Remote> {
    match name {
        GeneralName::DNSName(name) => Some(Remote::from(name.to_ascii_lowercase())),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)).ok()?;
            Some(Remote::from(address.to_string()))
        }
        _ => None,
    }
}

/// The address, if it is one of plain HTTP: that is how authorities publish what is signed anyway.
fn plain_http(text: &str) -> Option<url::Url> {
    url::Url::parse(text).ok().filter(|url| url.scheme() == "http")
}

/// Where the issuer's own certificate can be fetched (RFC 5280 section 4.2.2.1).
pub(super) fn issuer_urls(der: &CertificateDer<'_>) -> Vec<url::Url> {
    let Some(certificate) = parse(der) else { return Vec::new() };
    let mut found = Vec::new();
    for extension in certificate.extensions() {
        let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() else { continue };
        for description in &access.accessdescs {
            let GeneralName::URI(text) = description.access_location else { continue };
            if description.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS {
                found.extend(plain_http(text));
            }
        }
    }
    found
}

/// Where the issuer's revocation list can be fetched (RFC 5280 section 4.2.1.13).
pub(super) fn list_urls(der: &CertificateDer<'_>) -> Vec<url::Url> {
    let Some(certificate) = parse(der) else { return Vec::new() };
    let mut found = Vec::new();
    for extension in certificate.extensions() {
        let ParsedExtension::CRLDistributionPoints(points) = extension.parsed_extension() else { continue };
        for point in points.iter() {
            let Some(DistributionPointName::FullName(names)) = &point.distribution_point else { continue };
            found.extend(names.iter().filter_map(|name| match name {
                GeneralName::URI(text) => plain_http(text),
                _ => None,
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType, date_time_ymd};

    use super::*;

    fn made(change: impl FnOnce(&mut CertificateParams)) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec!["WWW.a.test".to_owned()]).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, "a.test\u{1b}[31m");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("a certificate").der().clone()
    }

    #[test]
    fn facts_are_read() {
        let der = made(|params| {
            params.subject_alt_names.push(SanType::IpAddress("192.0.2.1".parse().expect("an address")));
            params.subject_alt_names.push(SanType::IpAddress("2001:db8::1".parse().expect("an address")));
            params.not_before = date_time_ymd(2026, 1, 2);
            params.not_after = date_time_ymd(2026, 4, 2);
        });
        let facts = facts(&der);
        let names: Vec<&str> = facts.names.iter().map(Remote::as_str).collect();
        assert_eq!(names, ["www.a.test", "192.0.2.1", "2001:db8::1"]);
        assert_eq!(facts.not_before.to_string(), "2026-01-02T00:00:00Z");
        assert_eq!(facts.not_after.to_string(), "2026-04-02T00:00:00Z");
        assert!(facts.subject.as_str().contains("a.test\\u{1b}"), "{}", facts.subject);
        assert_eq!(facts.sha256.len(), 64);
    }

    #[test]
    fn no_end_is_the_clocks_own_end() {
        let der = made(|params| params.not_after = date_time_ymd(9999, 12, 31));
        assert_eq!(facts(&der).not_after, Timestamp::MAX);
    }

    #[test]
    fn what_is_no_certificate_has_no_facts() {
        let facts = facts(&CertificateDer::from(vec![0x30, 0x03, 1, 2, 3]));
        assert_eq!((facts.names.len(), facts.not_after), (0, Timestamp::MAX));
    }

    proptest::proptest! {
        #[test]
        fn a_damaged_certificate_does_not_make_it_panic(at in 0_usize..400, bit in 0_u8..8) {
            let mut bytes = made(|_| {}).to_vec();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let der = CertificateDer::from(bytes);
            let _ = (facts(&der), issuer_urls(&der));
        }
    }
}
