//! A handshake that accepts every certificate: what it is worth is judged afterwards, so that
//! several faults of one chain are all seen.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, InvalidMessage, ProtocolVersion,
    SignatureScheme,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::ProbeError;
use super::problem::{Problem, Until};
use crate::observed::{FailureKind, Remote};

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
}

/// The client's side of handshakes; `alpn` names what is spoken inside (RFC 7301), if that is asked.
pub(super) fn client(alpn: &[&str]) -> Result<Arc<ClientConfig>, ProbeError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(Accepting { provider: Arc::clone(&provider) });
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

/// Shakes hands as a client of `host` (a name, or an address without brackets).
pub(super) async fn handshake(
    client: &Arc<ClientConfig>,
    stream: TcpStream,
    host: &str,
    peer: SocketAddr,
    until: Until,
) -> Result<(TlsStream<TcpStream>, Shown), Problem> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Problem::Unobserved(format!("`{host}` is not a name that TLS can ask for")))?;
    let stage = format!("no answer to the TLS ClientHello from {peer}");
    let connecting = TlsConnector::from(Arc::clone(client)).connect(name, stream);
    let connected = until.wait(FailureKind::NoAnswer, stage, connecting).await?;
    let stream = connected.map_err(|error| problem(&error, peer))?;
    let (_, session) = stream.get_ref();
    let chain = session.peer_certificates().unwrap_or_default();
    let chain = chain.iter().take(LONGEST_CHAIN).map(|der| der.clone().into_owned()).collect();
    let version = match session.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "1.2",
        _ => "1.3",
    };
    let alpn = (!client.alpn_protocols.is_empty())
        .then(|| Remote::from_bytes(session.alpn_protocol().unwrap_or_default()));
    Ok((stream, Shown { peer, version, alpn, clear: false, chain }))
}

/// True where the peer chose HTTP/2.
pub(super) fn chose_h2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(b"h2")
}

fn problem(error: &io::Error, peer: SocketAddr) -> Problem {
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
            Problem::Failed(FailureKind::NotTls, format!("what {peer} answered is not TLS"))
        }
        other => Problem::Failed(
            FailureKind::Alert,
            format!("the TLS handshake with {peer} came to no agreement: {other}"),
        ),
    }
}

/// Accepts every certificate, but not a peer that does not hold its key.
#[derive(Debug)]
struct Accepting {
    provider: Arc<CryptoProvider>,
}

/// Only a signature that is provably wrong ends the handshake: no client could speak with such
/// a peer. Where the certificate cannot even be read, the chain itself shows it.
fn proven(outcome: Result<HandshakeSignatureValid, Error>) -> Result<HandshakeSignatureValid, Error> {
    match outcome {
        Err(error @ Error::InvalidCertificate(CertificateError::BadSignature)) => Err(error),
        _ => Ok(HandshakeSignatureValid::assertion()),
    }
}

impl ServerCertVerifier for Accepting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        proven(verify_tls12_signature(message, certificate, signature, known))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        proven(verify_tls13_signature(message, certificate, signature, known))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.provider.signature_verification_algorithms.supported_schemes();
        // Old servers sign with nothing else; without these they would look dead.
        schemes.extend([SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::ECDSA_SHA1_Legacy]);
        schemes
    }
}
