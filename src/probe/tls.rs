//! A handshake that accepts every certificate: what it is worth is judged afterwards, so that
//! several faults of one chain are all seen.

mod first;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, InvalidMessage, ProtocolVersion,
    RootCertStore, SignatureScheme,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use self::first::{First, Kept};
use super::ProbeError;
use super::certificate::facts;
use super::machine::Machine;
use super::problem::{Problem, Until};
use crate::hello::Stranger;
use crate::observed::{ClientCertificate, FailureKind, Remote};

/// A stream inside TLS.
pub(super) type Inside = TlsStream<Kept>;

/// Certificates looked at; more than any real chain has.
const LONGEST_CHAIN: usize = 16;

/// What a handshake showed.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// The address that answered.
    pub(super) peer: SocketAddr,
    /// `1.2` or `1.3`; an older one where the chain was read in the clear.
    pub(super) version: &'static str,
    /// What the server chose to speak inside, where that was asked.
    pub(super) alpn: Option<Remote>,
    /// Whether no handshake succeeded, and the chain was read from the clear part of one.
    pub(super) clear: bool,
    /// The certificates as sent.
    pub(super) chain: Arc<[CertificateDer<'static>]>,
    /// The stapled OCSP response, empty where there is none.
    pub(super) staple: Arc<[u8]>,
    /// Whether a certificate of the client's was asked for.
    pub(super) client: ClientCertificate,
}

/// The client's side of handshakes; `alpn` names what is spoken inside (RFC 7301), if that is asked.
pub(super) fn client(alpn: &[&str]) -> Result<Arc<ClientConfig>, ProbeError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(Accepting { provider: Arc::clone(&provider), notes: None });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ProbeError::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    // A resumed session would not show the certificates again.
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// The client's side of handshakes with peers whose certificates must hold, by the same roots that the
/// product's are judged by.
pub(super) fn verifying(
    extra: &[CertificateDer<'static>],
    machine: Machine,
    alpn: &[&str],
) -> Result<ClientConfig, ProbeError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra.iter().cloned());
    if machine.counts {
        roots.add_parsable_certificates((machine.roots)());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ProbeError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(config)
}

/// Shakes hands as clients do who refuse what does not hold.
pub(super) async fn verified(
    client: &Arc<ClientConfig>,
    stream: TcpStream,
    host: &str,
    peer: SocketAddr,
    until: Until,
) -> Result<TlsStream<TcpStream>, Problem> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Problem::Unobserved(format!("`{host}` is not a name that TLS can ask for")))?;
    let stage = format!("no answer to the TLS ClientHello from {peer}");
    let connecting = TlsConnector::from(Arc::clone(client)).connect(name, stream);
    until.wait(FailureKind::NoAnswer, stage, connecting).await?.map_err(|error| {
        let refused = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        match refused {
            Some(Error::InvalidCertificate(fault)) => {
                Problem::Unobserved(format!("not sent to {host}: its certificate does not hold ({fault})"))
            }
            _ => problem(&error, peer, &First::default()),
        }
    })
}

/// Shakes hands as a client of `host` (a name, or an address without brackets). There is no stream
/// where the peer showed what it has and then ended the handshake for want of a client certificate.
pub(super) async fn handshake(
    client: &Arc<ClientConfig>,
    stream: TcpStream,
    host: &str,
    peer: SocketAddr,
    until: Until,
) -> Result<(Option<Inside>, Shown), Problem> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Problem::Unobserved(format!("`{host}` is not a name that TLS can ask for")))?;
    let stage = format!("no answer to the TLS ClientHello from {peer}");
    let (notes, first) = (Arc::new(Notes::default()), First::default());
    let stream = Kept::new(stream, first.clone());
    let connecting = TlsConnector::from(noting(client, &notes)).connect(name, stream);
    let connected = until.wait(FailureKind::NoAnswer, stage, connecting).await?;
    let (chain, staple) = notes.taken();
    let asked = notes.asked.load(Ordering::Relaxed);
    let stream = match connected {
        Ok(stream) => Some(stream),
        // Until then nothing was wrong: the certificate that did not come is what ended it.
        Err(_) if asked && !chain.is_empty() => None,
        Err(error) => return Err(problem(&error, peer, &first)),
    };
    let version = match stream.as_ref().map(|stream| stream.get_ref().1.protocol_version()) {
        // TLS 1.3 ends the handshake before it looks at what the client sent.
        Some(Some(ProtocolVersion::TLSv1_2)) | None => "1.2",
        Some(_) => "1.3",
    };
    let alpn = stream.as_ref().filter(|_| !client.alpn_protocols.is_empty());
    let alpn = alpn.map(|stream| Remote::from_bytes(stream.get_ref().1.alpn_protocol().unwrap_or_default()));
    let client = match (asked, &stream) {
        (false, _) => ClientCertificate::No,
        (true, Some(_)) => ClientCertificate::Requested,
        (true, None) => ClientCertificate::Required,
    };
    Ok((
        stream,
        Shown { peer, version, alpn, clear: false, chain: chain.into(), staple: staple.into(), client },
    ))
}

/// True where the peer chose HTTP/2.
pub(super) fn chose_h2(stream: &Inside) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(b"h2")
}

/// The alert with which the peer ended a connection, if it did.
pub(super) fn alert(error: &io::Error) -> Option<String> {
    let inner = error.get_ref()?;
    match inner.downcast_ref::<Error>() {
        Some(Error::AlertReceived(alert)) => Some(format!("{alert:?}")),
        Some(_) => None,
        // HTTP/2 keeps of an error of the connection below it no more than its words.
        None => inner.to_string().strip_prefix("received fatal alert: ").map(str::to_owned),
    }
}

fn problem(error: &io::Error, peer: SocketAddr, first: &First) -> Problem {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return Problem::from_io(error, peer);
    };
    match tls {
        Error::AlertReceived(alert) => {
            let alert = format!("{alert:?}");
            Problem::Failed(
                FailureKind::Alert,
                format!("{peer} ended the TLS handshake with the alert {alert}"),
            )
        }
        Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        ) => Problem::Failed(
            FailureKind::TooLarge,
            format!("{peer} sends a certificate chain that is larger than clients take"),
        ),
        Error::InvalidMessage(_) => {
            Problem::Failed(FailureKind::NotTls, Stranger::of(&first.bytes()).words(peer))
        }
        other => Problem::Failed(
            FailureKind::Alert,
            format!("the TLS handshake with {peer} came to no agreement: {other}"),
        ),
    }
}

/// The client's side of one handshake, of which notes are taken.
fn noting(client: &Arc<ClientConfig>, notes: &Arc<Notes>) -> Arc<ClientConfig> {
    let mut config = ClientConfig::clone(client);
    let provider = Arc::clone(config.crypto_provider());
    let verifier = Accepting { provider, notes: Some(Arc::clone(notes)) };
    config.dangerous().set_certificate_verifier(Arc::new(verifier));
    config.client_auth_cert_resolver = Arc::<Notes>::clone(notes);
    Arc::new(config)
}

/// What one handshake showed so far.
#[derive(Debug, Default)]
struct Notes {
    shown: Mutex<(Vec<CertificateDer<'static>>, Vec<u8>)>,
    asked: AtomicBool,
}

impl Notes {
    fn taken(&self) -> (Vec<CertificateDer<'static>>, Vec<u8>) {
        self.shown.lock().map(|mut shown| std::mem::take(&mut *shown)).unwrap_or_default()
    }

    fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.shown.lock().map(|shown| shown.0.clone()).unwrap_or_default()
    }
}

/// Has no certificate of its own, but notes that one was asked for.
impl ResolvesClientCert for Notes {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// Accepts every certificate, but not a peer that does not hold its key.
#[derive(Debug)]
struct Accepting {
    provider: Arc<CryptoProvider>,
    notes: Option<Arc<Notes>>,
}

impl Accepting {
    /// Only a signature that is provably wrong ends the handshake: no client could speak with such
    /// a peer. Where the certificate cannot even be read, the chain itself shows it. A weak key proves
    /// nothing here, and neither does a signature by the key of another certificate of the chain: then
    /// the chain begins with the wrong one. Both are judged from what was sent.
    fn proven(
        &self,
        certificate: &CertificateDer<'_>,
        verify: impl Fn(&CertificateDer<'_>) -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = HandshakeSignatureValid::assertion;
        match verify(certificate) {
            Err(error @ Error::InvalidCertificate(CertificateError::BadSignature)) => {
                let chain = self.notes.as_ref().map(|notes| notes.chain()).unwrap_or_default();
                let by_another = chain.iter().skip(1).any(|other| verify(other).is_ok());
                if is_weak(certificate) || by_another { Ok(valid()) } else { Err(error) }
            }
            _ => Ok(valid()),
        }
    }
}

/// True for keys with which no signature is verified here, and with which some servers cannot make any
/// that is asked for here: RSA too short for the hash, and curves that are not offered.
pub(super) fn is_weak(certificate: &CertificateDer<'_>) -> bool {
    let Some(key) = facts(certificate).key else { return false };
    match key.algorithm.as_str() {
        "RSA" => key.bits.is_some_and(|bits| bits < 2048),
        "EC" => !key.curve.is_some_and(|curve| matches!(curve.as_str(), "P-256" | "P-384" | "P-521")),
        _ => false,
    }
}

impl ServerCertVerifier for Accepting {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        staple: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(Ok(mut shown)) = self.notes.as_ref().map(|notes| notes.shown.lock()) {
            let all = std::iter::once(leaf).chain(others).take(LONGEST_CHAIN);
            *shown = (all.map(|der| der.clone().into_owned()).collect(), staple.to_vec());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        self.proven(certificate, |by| verify_tls12_signature(message, by, signature, known))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        self.proven(certificate, |by| verify_tls13_signature(message, by, signature, known))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.provider.signature_verification_algorithms.supported_schemes();
        // Old servers sign with nothing else; without these they would look dead.
        schemes.extend([SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::ECDSA_SHA1_Legacy]);
        // Keys on a curve that is not verified here must still be shown.
        schemes.push(SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes
    }
}
