//! Signatures that browsers no longer accept. They are verified all the same, so that the fault of
//! such a chain is its weakness and not that it seems to lead nowhere.

use ring::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RsaParameters, UnparsedPublicKey,
};
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

use crate::observed::{Key, Remote};

/// RSA with keys from 1024 bits on.
#[derive(Debug)]
struct Legacy {
    parameters: &'static RsaParameters,
    signature: AlgorithmIdentifier,
}

/// `sha1WithRSAEncryption` (RFC 3279 section 2.2.1).
const RSA_PKCS1_SHA1: AlgorithmIdentifier = AlgorithmIdentifier::from_slice(&[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00,
]);

/// What is accepted beside what browsers do.
pub(super) static ALGORITHMS: [&dyn SignatureVerificationAlgorithm; 3] = [
    &Legacy { parameters: &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, signature: RSA_PKCS1_SHA1 },
    &Legacy {
        parameters: &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        signature: alg_id::RSA_PKCS1_SHA256,
    },
    &Legacy {
        parameters: &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        signature: alg_id::RSA_PKCS1_SHA512,
    },
];

impl SignatureVerificationAlgorithm for Legacy {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = UnparsedPublicKey::new(self.parameters, key);
        key.verify(message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

/// True for signatures that cannot be verified here at all.
pub(super) fn is_beyond(key: Option<&Key>, hash: Option<&Remote>) -> bool {
    let Some(key) = key else { return true };
    let (rsa, bits) = (key.algorithm.as_str() == "RSA", key.bits.unwrap_or(0));
    let curve = key.curve.as_ref().map(Remote::as_str);
    match hash.map(Remote::as_str) {
        Some("MD2" | "MD4" | "MD5" | "SHA-224") => true,
        Some("SHA-1") if !rsa => true,
        _ if rsa => bits < 1024 || (bits < 2048 && hash.is_some_and(|hash| hash.as_str() == "SHA-384")),
        _ => key.algorithm.as_str() == "DSA" || curve.is_some_and(|c| !matches!(c, "P-256" | "P-384")),
    }
}
