//! The lab's certificate authority: a root that clients can trust, an intermediate, and certificates of every kind.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::cert::{Cert, Chain, Signer};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};

/// The host that serves the intermediate certificate to clients that look for it.
pub const AIA_HOST: &str = "aia.lab.test";
/// The path of the intermediate certificate there.
pub const AIA_PATH: &str = "/intermediate.cer";

/// A root and the intermediate under it.
struct Tree {
    root: Certificate,
    intermediate: Certificate,
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
        Self { root, intermediate, issuer: Issuer::new(params, intermediate_key) }
    }
}

/// DER: a tag, a length below 128, the content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).ok().filter(|length| *length < 128).expect("a short value");
    [&[tag, length], content].concat()
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

    fn leaf_params(&self, cert: &Cert, host: &str) -> CertificateParams {
        let names = cert.names_for(host);
        let mut params = CertificateParams::new(names.clone()).expect("certificate names are DNS names");
        let mut distinguished_name = DistinguishedName::new();
        distinguished_name.push(DnType::CommonName, names.first().map_or("", String::as_str));
        params.distinguished_name = distinguished_name;
        let today = self.now.duration_since(UNIX_EPOCH).expect("the lab's time is after 1970").as_secs();
        let day = |offset: i64| {
            let seconds = today.checked_add_signed(offset * 86_400).expect("a time after 1970");
            date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
        };
        (params.not_before, params.not_after) = (day(cert.begins), day(cert.ends));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        if cert.uses_aia() {
            params.custom_extensions.push(aia());
        }
        params
    }

    /// The chain that a server of that host sends.
    pub fn chain(&self, cert: &Cert, host: &str) -> Vec<CertificateDer<'static>> {
        let params = self.leaf_params(cert, host);
        let tree = if cert.signer == Signer::Stranger { &self.stranger } else { &self.trusted };
        let leaf = match cert.signer {
            Signer::Itself => params.self_signed(&self.leaf_key),
            Signer::Intermediate | Signer::Stranger => params.signed_by(&self.leaf_key, &tree.issuer),
        };
        let leaf = leaf.expect("a certificate can be signed").der().clone();
        match cert.chain {
            Chain::Whole => vec![leaf, tree.intermediate.der().clone()],
            Chain::LeafOnly | Chain::LeafWithAia => vec![leaf],
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
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("ring speaks the versions")
            .with_no_client_auth()
            .with_single_cert(self.chain(cert, host), key)
            .expect("key and certificate belong together");
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        // Tickets would be one more turn of the server, and nothing in the lab resumes a session.
        config.send_tls13_tickets = 0;
        Arc::new(config)
    }
}
