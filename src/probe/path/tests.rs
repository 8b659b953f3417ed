use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use super::*;

/// A certificate with its key.
struct Made {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Made {
    fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }
}

fn params(name: &str, ca: bool) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, format!("{name} Ltd"));
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2035, 1, 1);
    if ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.subject_alt_names.clear();
    }
    params
}

fn made(params: CertificateParams, by: Option<&Made>) -> Made {
    let key = KeyPair::generate().expect("a key");
    let certificate = match by {
        Some(by) => params.signed_by(&key, &by.issuer),
        None => params.self_signed(&key),
    };
    Made { certificate: certificate.expect("a certificate"), issuer: Issuer::new(params, key) }
}

/// Root, intermediate, leaf.
fn family() -> [Made; 3] {
    let root = made(params("Root", true), None);
    let middle = made(params("Middle", true), Some(&root));
    let leaf = made(params("a.test", false), Some(&middle));
    [root, middle, leaf]
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a time")
}

fn roots(extra: &[&Made]) -> Roots {
    let extra: Vec<_> = extra.iter().map(|made| made.der()).collect();
    Roots::new(&extra, now()).expect("roots")
}

#[test]
fn a_whole_chain_is_trusted() {
    let [root, middle, leaf] = family();
    let roots = roots(&[&root]);
    assert_eq!(roots.path(&[leaf.der(), middle.der()], &[]), Path::Trusted);
    assert_eq!(roots.path(&[leaf.der(), middle.der(), root.der()], &[]), Path::Trusted);
}

#[test]
fn the_same_chain_without_its_root_is_not() {
    let [_, middle, leaf] = family();
    assert_eq!(roots(&[]).path(&[leaf.der(), middle.der()], &[]), Path::Untrusted);
}

#[test]
fn a_missing_intermediate_is_found_elsewhere() {
    let [root, middle, leaf] = family();
    let roots = roots(&[&root]);
    assert_eq!(roots.path(&[leaf.der()], &[]), Path::Untrusted);
    assert_eq!(roots.path(&[leaf.der()], &[middle.der()]), Path::Incomplete);
}

#[test]
fn self_signed_with_and_without_ca() {
    for ca in [false, true] {
        let own = made(params("a.test", ca), None);
        assert_eq!(roots(&[]).path(&[own.der()], &[]), Path::SelfSigned, "ca: {ca}");
        assert_eq!(roots(&[&own]).path(&[own.der()], &[]), Path::Trusted, "ca: {ca}");
    }
}

#[test]
fn a_namesake_of_the_issuer_is_not_self_signed() {
    let root = made(params("Twin", true), None);
    let leaf = made(params("Twin", true), Some(&root));
    assert_eq!(roots(&[]).path(&[leaf.der()], &[]), Path::Untrusted);
}

#[test]
fn expiry_does_not_hide_where_a_chain_leads() {
    let [root, middle, _] = family();
    let mut old = params("a.test", false);
    old.not_before = date_time_ymd(2025, 3, 1);
    old.not_after = date_time_ymd(2025, 6, 1);
    let leaf = made(old.clone(), Some(&middle));
    assert_eq!(roots(&[&root]).path(&[leaf.der(), middle.der()], &[]), Path::Trusted);
    assert_eq!(roots(&[&root]).path(&[leaf.der()], &[middle.der()]), Path::Incomplete);
    let own = made(old, None);
    assert_eq!(roots(&[&root]).path(&[own.der()], &[]), Path::SelfSigned);
}

#[test]
fn an_intermediate_that_has_ended_leads_nowhere() {
    let root = made(params("Root", true), None);
    let mut old = params("Middle", true);
    old.not_after = date_time_ymd(2025, 6, 1);
    let middle = made(old, Some(&root));
    let leaf = made(params("a.test", false), Some(&middle));
    assert_eq!(roots(&[&root]).path(&[leaf.der(), middle.der()], &[]), Path::Untrusted);
}

#[test]
fn what_cannot_be_read_is_malformed() {
    let [root, middle, _] = family();
    let roots = roots(&[&root]);
    assert_eq!(roots.path(&[], &[]), Path::Malformed);
    assert_eq!(roots.path(&[CertificateDer::from(vec![0x30, 0]), middle.der()], &[]), Path::Malformed);
    let bad = Roots::new(&[CertificateDer::from(vec![1, 2, 3])], now());
    assert!(matches!(bad, Err(ProbeError::Root { number: 1, .. })));
}

#[test]
fn the_issuers_organisation_is_known_by_its_root() {
    let [root, _, _] = family();
    let mut params = params("Middle", true);
    params.distinguished_name.remove(DnType::OrganizationName);
    params.distinguished_name.push(DnType::OrganizationName, "Root Ltd");
    let middle = made(params, Some(&root));
    let leaf = made(self::params("a.test", false), Some(&middle));
    assert!(roots(&[&root]).knows_organisation(&leaf.der()));
    assert!(!roots(&[]).knows_organisation(&leaf.der()));
    let mut public = self::params("Made up", true);
    public.distinguished_name.push(DnType::OrganizationName, "Internet Security Research Group");
    let made_up = made(public, None);
    let leaf = made(self::params("a.test", false), Some(&made_up));
    assert!(roots(&[]).knows_organisation(&leaf.der()));
}
