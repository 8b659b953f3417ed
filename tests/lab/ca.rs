//! The lab's certificate authority: a root that clients can trust, an intermediate, and certificates of every kind.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::cert::{Cert, Chain, Client, Oddity, Signer, Staple};
use super::der::{algorithm_replaced, der, elements};
use super::keys::RSA_1024_KEY;
use super::revocation;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CrlDistributionPoint, CustomExtension,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PublicKeyData, SerialNumber, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, SubjectPublicKeyInfoDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

/// The host that serves the intermediate certificate to clients that look for it.
pub const AIA_HOST: &str = "aia.lab.test";
/// The path of the intermediate certificate there.
pub const AIA_PATH: &str = "/intermediate.cer";
/// The path of the authority's revocation list there.
pub const LIST_PATH: &str = "/list.crl";
/// The serial numbers of certificates that the authority's list has, and of those that it has not.
const SERIALS: [u64; 2] = [0x7a11, 0x600d];

/// A root and the intermediate under it.
struct Tree {
    root: Certificate,
    root_issuer: Issuer<'static, KeyPair>,
    intermediate: Certificate,
    params: CertificateParams,
    issuer: Issuer<'static, KeyPair>,
}

/// The certificate authority. Keys are ECDSA P-256 and made anew for each lab.
pub struct Ca {
    trusted: Tree,
    stranger: Tree,
    leaf_key: KeyPair,
    now: SystemTime,
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a P-256 key can be made")
}

fn subject(organisation: &str, name: &str) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, organisation);
    subject.push(DnType::CommonName, name);
    subject
}

fn authority(organisation: &str, name: &str, below: BasicConstraints) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(organisation, name);
    params.is_ca = IsCa::Ca(below);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (date_time_ymd(2000, 1, 1), date_time_ymd(2199, 12, 31));
    params
}

impl Tree {
    fn grow(organisation: &str) -> Self {
        let root_params = authority(organisation, "Lab Root", BasicConstraints::Unconstrained);
        let root_key = key();
        let root = root_params.self_signed(&root_key).expect("a root can sign itself");
        let root_issuer = Issuer::new(root_params, root_key);
        let mut params = authority(organisation, "Lab Intermediate", BasicConstraints::Constrained(0));
        params.use_authority_key_identifier_extension = true;
        let intermediate_key = key();
        let intermediate = params.signed_by(&intermediate_key, &root_issuer).expect("a root can sign");
        let issuer = Issuer::new(params.clone(), intermediate_key);
        Self { root, root_issuer, intermediate, params, issuer }
    }
}

/// The extension that says where the issuer's certificate is (authority information access, caIssuers).
fn aia() -> CustomExtension {
    let ca_issuers = der(6, &[0x2b, 6, 1, 5, 5, 7, 0x30, 2]);
    let url = der(0x86, format!("http://{AIA_HOST}{AIA_PATH}").as_bytes());
    let access = der(0x30, &[ca_issuers, url].concat());
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], der(0x30, &access))
}

impl Ca {
    /// A new authority whose issuers bear that organisation's name; certificates are valid relative to `now`.
    pub fn new(organisation: &str, now: SystemTime) -> Self {
        Self { trusted: Tree::grow(organisation), stranger: Tree::grow("Strangers"), leaf_key: key(), now }
    }

    /// The root, for `--ca-file`.
    pub fn root_pem(&self) -> String {
        self.trusted.root.pem()
    }

    /// The root in binary, for a client of the tests' own.
    pub fn root_der(&self) -> CertificateDer<'static> {
        self.trusted.root.der().clone()
    }

    /// The intermediate in binary, as it stands behind the AIA address.
    pub fn intermediate_der(&self) -> Vec<u8> {
        self.trusted.intermediate.der().to_vec()
    }

    /// The key that every server's certificate is for: its subjectPublicKeyInfo in binary.
    pub fn leaf_key_der(&self) -> Vec<u8> {
        self.leaf_key.subject_public_key_info()
    }

    /// The list of certificates that the authority took back.
    pub fn list_der(&self) -> Vec<u8> {
        revocation::list(&self.trusted.issuer, SERIALS[0], self.day(-1), self.day(6))
    }

    /// So many days from the lab's time on.
    fn day(&self, offset: i64) -> time::OffsetDateTime {
        let today = self.now.duration_since(UNIX_EPOCH).expect("the lab's time is after 1970").as_secs();
        let seconds = today.checked_add_signed(offset * 86_400).expect("a time after 1970");
        date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
    }

    fn leaf_params(&self, cert: &Cert, host: &str) -> CertificateParams {
        let names = cert.names_for(host);
        let in_names = if cert.oddity == Some(Oddity::CommonNameOnly) { vec![] } else { names.clone() };
        let mut params = CertificateParams::new(in_names).expect("certificate names are DNS names");
        let mut distinguished_name = DistinguishedName::new();
        distinguished_name.push(DnType::CommonName, names.first().map_or("", String::as_str));
        params.distinguished_name = distinguished_name;
        (params.not_before, params.not_after) = (self.day(cert.begins), self.day(cert.ends));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        if cert.uses_aia() {
            params.custom_extensions.push(aia());
        }
        if let Some(revoked) = cert.listed {
            let uris = vec![format!("http://{AIA_HOST}{LIST_PATH}")];
            params.crl_distribution_points = vec![CrlDistributionPoint { uris }];
            params.serial_number = Some(SerialNumber::from(SERIALS[usize::from(!revoked)]));
        }
        match cert.oddity {
            Some(Oddity::Authority) => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
            Some(Oddity::ForClients) => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }
            Some(Oddity::UnknownExtension) => {
                let mut extension =
                    CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55555, 1], der(5, &[]));
                extension.set_criticality(true);
                params.custom_extensions.push(extension);
            }
            Some(Oddity::MustStaple) => {
                let feature = der(0x30, &der(2, &[5]));
                let oid = [1, 3, 6, 1, 5, 5, 7, 1, 24];
                params.custom_extensions.push(CustomExtension::from_oid_content(&oid, feature));
            }
            _ => {}
        }
        params
    }

    /// The certificate of a server of that host.
    fn leaf(&self, cert: &Cert, host: &str) -> CertificateDer<'static> {
        let params = self.leaf_params(cert, host);
        let issuer = &self.tree(cert).issuer;
        let leaf = match (cert.signer, cert.oddity) {
            (Signer::Itself, _) => params.self_signed(&self.leaf_key),
            (_, Some(Oddity::WeakKey)) => params.signed_by(&WeakKey::of(RSA_1024_KEY), issuer),
            _ => params.signed_by(&self.leaf_key, issuer),
        };
        let leaf = leaf.expect("a certificate can be signed").der().clone();
        match cert.oddity {
            Some(Oddity::WeakSignature) => algorithm_replaced(&leaf, &ECDSA_WITH_SHA1).into(),
            _ => leaf,
        }
    }

    fn tree(&self, cert: &Cert) -> &Tree {
        if cert.signer == Signer::Stranger { &self.stranger } else { &self.trusted }
    }

    /// The intermediate as that certificate wants it.
    fn intermediate(&self, cert: &Cert) -> CertificateDer<'static> {
        let tree = self.tree(cert);
        let Some(days) = cert.intermediate_ends else { return tree.intermediate.der().clone() };
        let mut params = tree.params.clone();
        params.not_after = self.day(days);
        params.signed_by(tree.issuer.key(), &tree.root_issuer).expect("a root can sign").der().clone()
    }

    /// The chain that a server of that host sends.
    pub fn chain(&self, cert: &Cert, host: &str) -> Vec<CertificateDer<'static>> {
        let (leaf, intermediate) = (self.leaf(cert, host), self.intermediate(cert));
        let root = || self.tree(cert).root.der().clone();
        match cert.chain {
            Chain::Whole => vec![leaf, intermediate],
            Chain::LeafOnly | Chain::LeafWithAia => vec![leaf],
            Chain::WithRoot => vec![leaf, intermediate, root()],
            Chain::RootFirst => vec![leaf, root(), intermediate],
            Chain::Reversed => vec![intermediate, leaf],
            Chain::Twice => vec![leaf, intermediate.clone(), intermediate],
            Chain::WithStranger => vec![leaf, intermediate, self.stranger.intermediate.der().clone()],
        }
    }

    /// The OCSP response that comes along.
    fn staple(&self, cert: &Cert, leaf: &CertificateDer<'_>) -> Option<Vec<u8>> {
        let signer = match cert.staple? {
            Staple::Good | Staple::Revoked => self.trusted.issuer.key(),
            Staple::Forged => self.stranger.issuer.key(),
        };
        let revoked = (cert.staple != Some(Staple::Good)).then(|| self.day(-3));
        Some(revocation::response(leaf, signer, revoked, [self.day(-1), self.day(6)]))
    }

    fn client_verifier(&self, client: Client) -> Arc<dyn ClientCertVerifier> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root_der()).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        match client {
            Client::Unasked => WebPkiClientVerifier::no_client_auth(),
            Client::Asked => verifier.allow_unauthenticated().build().expect("a verifier"),
            Client::Required => verifier.build().expect("a verifier"),
        }
    }

    /// A TLS server for that host, for HTTPS or for STARTTLS; `alpn` may be empty.
    pub fn server(
        &self,
        cert: &Cert,
        host: &str,
        alpn: &[&str],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::Pkcs8(self.leaf_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = provider.key_provider.load_private_key(key).expect("a key");
        let leaf = self.leaf(cert, host);
        // Nothing asks whether the key is that of the first certificate: some are shown with another.
        let mut shown = CertifiedKey::new(self.chain(cert, host), key);
        shown.ocsp = self.staple(cert, &leaf);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("ring speaks the versions")
            .with_client_cert_verifier(self.client_verifier(cert.client))
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        // Tickets would be one more turn of the server, and nothing in the lab resumes a session.
        config.send_tls13_tickets = 0;
        Arc::new(config)
    }
}

/// The public half of an RSA key, of which ring makes none.
struct WeakKey(Vec<u8>);

impl WeakKey {
    fn of(pem: &str) -> Self {
        let whole = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).expect("a public key");
        let (whole, start) = elements(&whole)[0];
        let (bits, start) = elements(&whole[start..])[1];
        // The first byte counts the bits that are not used.
        Self(bits[start + 1..].to_vec())
    }
}

impl PublicKeyData for WeakKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// The algorithm identifier of `ecdsa-with-SHA1` (RFC 3279 section 2.2.3).
const ECDSA_WITH_SHA1: [u8; 11] = [0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
