//! What a certificate says (RFC 5280), read so that nothing a server sends can break it.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256, Sha512};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

use crate::hex::hex;
use crate::observed::{Certificate, Remote};

/// Names kept of one certificate; real ones have at most a few hundred.
const MOST_NAMES: usize = 1000;

/// The certificate, if it is one.
pub(super) fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate)
}

/// A certificate's facts. What cannot be read has no names and is valid for ever: that it
/// cannot be read is the path's business, and must not look like an expiry.
pub(super) fn facts(der: &CertificateDer<'_>) -> Certificate {
    let (sha256, sha512) = digests(der);
    let Some(certificate) = parse(der) else {
        return Certificate {
            subject: Remote::default(),
            issuer: Remote::default(),
            names: Vec::new(),
            not_before: Timestamp::MIN,
            not_after: Timestamp::MAX,
            sha256,
            sha512,
            key_sha256: String::new(),
            key_sha512: String::new(),
        };
    };
    let validity = certificate.validity();
    let (key_sha256, key_sha512) = digests(certificate.public_key().raw);
    Certificate {
        subject: line(certificate.subject()),
        issuer: line(certificate.issuer()),
        names: names(&certificate),
        not_before: moment(validity.not_before),
        not_after: moment(validity.not_after),
        sha256,
        sha512,
        key_sha256,
        key_sha512,
    }
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

/// Where the issuer's own certificate can be fetched (RFC 5280 section 4.2.2.1). Only plain
/// HTTP: that is how they are published, and they need no protection.
pub(super) fn issuer_urls(der: &CertificateDer<'_>) -> Vec<url::Url> {
    let Some(certificate) = parse(der) else { return Vec::new() };
    let mut found = Vec::new();
    for extension in certificate.extensions() {
        let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() else { continue };
        for description in &access.accessdescs {
            let GeneralName::URI(text) = description.access_location else { continue };
            if description.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS {
                found.extend(url::Url::parse(text).ok().filter(|url| url.scheme() == "http"));
            }
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
