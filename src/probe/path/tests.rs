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
    Roots::new(&extra, Machine::default(), now()).expect("roots")
}

impl Roots {
    fn path(&self, chain: &[CertificateDer<'_>], others: &[CertificateDer<'_>]) -> Path {
        self.way(chain, others).path
    }
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

/// An intermediate that ends in that year, and a certificate by it.
fn ending(root: &Made, year: i32) -> [CertificateDer<'static>; 2] {
    let mut old = params("Middle", true);
    old.not_after = date_time_ymd(year, 6, 1);
    let middle = made(old, Some(root));
    let leaf = made(params("a.test", false), Some(&middle));
    [leaf.der(), middle.der()]
}

#[test]
fn an_intermediate_ends_before_the_certificate() {
    let root = made(params("Root", true), None);
    for year in [2025, 2030] {
        let way = roots(&[&root]).way(&ending(&root, year), &[]);
        let end = format!("{year}-06-01T00:00:00Z").parse().expect("a time");
        assert_eq!((way.path, way.anchor, way.lapses), (Path::Trusted, Anchor::Given, Some(end)));
    }
    let way = roots(&[&root]).way(&ending(&root, 2036), &[]);
    assert_eq!((way.path, way.lapses), (Path::Trusted, None));
    assert_eq!(roots(&[]).way(&ending(&root, 2025), &[]), Way::to(Path::Untrusted));
}

#[test]
fn an_intermediate_that_has_a_twin_may_end() {
    let root = made(params("Root", true), None);
    let key = KeyPair::generate().expect("a key");
    let middle = |year| {
        let mut params = params("Middle", true);
        params.not_after = date_time_ymd(year, 1, 1);
        params.signed_by(&key, &root.issuer).expect("a certificate").der().clone()
    };
    let (old, new) = (middle(2025), middle(2035));
    let issuer = Issuer::new(params("Middle", true), &key);
    let leaf = KeyPair::generate().expect("a key");
    let leaf = params("a.test", false).signed_by(&leaf, &issuer).expect("a certificate").der().clone();
    let way = roots(&[&root]).way(&[leaf, old, new], &[]);
    assert_eq!((way.path, way.lapses), (Path::Trusted, None));
}

#[test]
fn this_machines_roots_count_where_they_are_asked() {
    static ROOT: std::sync::OnceLock<CertificateDer<'static>> = std::sync::OnceLock::new();
    let [root, middle, leaf] = family();
    ROOT.get_or_init(|| root.der());
    let machine = |counts| Machine { roots: || ROOT.get().cloned().into_iter().collect(), counts };
    let chain = [leaf.der(), middle.der()];
    let with = |counts| Roots::new(&[], machine(counts), now()).expect("roots");
    assert_eq!(with(true).way(&chain, &[]), Way { anchor: Anchor::Machine, ..Way::to(Path::Trusted) });
    assert_eq!(with(false).way(&chain, &[]), Way::to(Path::Untrusted));
    assert!(with(false).machine_trusts(&chain, &[]));
    assert!(!roots(&[]).machine_trusts(&chain, &[]));
}

#[test]
fn what_cannot_be_read_is_malformed() {
    let [root, middle, _] = family();
    let roots = roots(&[&root]);
    assert_eq!(roots.path(&[], &[]), Path::Malformed);
    assert_eq!(roots.path(&[CertificateDer::from(vec![0x30, 0]), middle.der()], &[]), Path::Malformed);
    let bad = Roots::new(&[CertificateDer::from(vec![1, 2, 3])], Machine::default(), now());
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

#[test]
fn what_forbids_a_way_is_told() {
    let mut narrow = params("Narrow", true);
    narrow.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let root = made(params("Root", true), None);
    let narrow = made(narrow, Some(&root));
    let below = made(params("Below", true), Some(&narrow));
    let leaf = made(params("a.test", false), Some(&below));
    let roots = roots(&[&root]);
    let refusal = |chain: &[CertificateDer<'_>]| roots.refusal(chain, &[]).unwrap_or_default();
    assert!(refusal(&[leaf.der(), below.der(), narrow.der()]).contains("pathLenConstraint"));
    let wrong = made(params("b.test", false), Some(&narrow));
    let leaf = made(params("a.test", false), Some(&wrong));
    assert!(refusal(&[leaf.der(), wrong.der(), narrow.der()]).contains("CA:FALSE"));
    let [_, middle, stranger] = family();
    assert_eq!(refusal(&[stranger.der(), middle.der()]), "");
}
