//! What TLS servers showed.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Remote, Seen};
use crate::hello::Offer;

/// A completed TLS handshake.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handshake {
    /// The address that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    /// `1.2` or `1.3`; an older one only where `clear` is true.
    #[serde(default)]
    pub version: String,
    /// What is spoken inside (RFC 7301): `h2` or `http/1.1`, empty where the server chose nothing.
    /// `None` where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpn: Option<Remote>,
    /// True where no handshake succeeded, because the server speaks only what this program does not, or
    /// has a key that it does not take: the chain was read from the part of one that is not encrypted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub clear: bool,
    /// The certificates as sent, the server's own first.
    pub chain: Vec<Certificate>,
    /// Whether the chain leads to a trusted root, validity dates set aside (they are judged from
    /// [`Certificate`], so that several faults of one chain are all seen).
    pub path: Path,
    /// What else forbids the way to a root, where something does, in a clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Remote>,
    /// Whose root that is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub anchor: Anchor,
    /// True where it leads there only by signatures that browsers refuse: SHA-1, or RSA keys under
    /// 2048 bits.
    #[serde(default, skip_serializing_if = "is_default")]
    pub weakly: bool,
    /// When an intermediate ends that it needs to lead there, if that is before the end of the
    /// server's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapses: Option<Timestamp>,
    /// Whether the server asked for a certificate of the client's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub client_certificate: ClientCertificate,
    /// What the server brought of its authority's word (stapled OCSP, RFC 6066 section 8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staple: Option<Revocation>,
    /// What the authority's revocation list says (RFC 5280 section 5), where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Seen<Revocation>>,
}

/// What a server answers to offers of one version or one family of suites each.
pub type Offers = BTreeMap<Offer, Reply>;

/// The answer to one offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It is taken, with this suite.
    Accepted(Remote),
    /// The server says no; how.
    Refused(Remote),
    /// The server closes or resets the connection, as many do instead of saying no.
    Cut(Remote),
    /// It could not be seen; the reason says why.
    Unobserved(Remote),
}

/// A certificate's facts (RFC 5280).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Subject, as one line.
    #[serde(default)]
    pub subject: Remote,
    /// Issuer, as one line.
    #[serde(default)]
    pub issuer: Remote,
    /// The subject's common name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_name: Option<Remote>,
    /// The organisation of the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_organisation: Option<Remote>,
    /// DNS names and addresses of subjectAltName, lower case.
    #[serde(default)]
    pub names: Vec<Remote>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Serial number, in hexadecimal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub serial: String,
    /// X.509 version, where it is not 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The key that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// The hash that its signature is over: `SHA-256`. `None` where the algorithm has its own
    /// (Ed25519), or is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Remote>,
    /// True for the certificate of an authority (basicConstraints).
    #[serde(default, skip_serializing_if = "is_default")]
    pub ca: bool,
    /// What it may be used for (extendedKeyUsage): `serverAuth`, `clientAuth`, or an object
    /// identifier. Empty where it does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usages: Vec<Remote>,
    /// Critical extensions that TLS clients do not know, by object identifier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_critical: Vec<Remote>,
    /// True where it must not be shown without a stapled OCSP response (RFC 7633).
    #[serde(default, skip_serializing_if = "is_default")]
    pub must_staple: bool,
    /// Identifier of its key, in hexadecimal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_id: String,
    /// Identifier of the key that signed it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub authority_key_id: String,
    /// SHA-256 over the DER, in hexadecimal.
    #[serde(default)]
    pub sha256: String,
    /// SHA-512 over the DER.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha512: String,
    /// SHA-256 over the DER of its subjectPublicKeyInfo.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_sha256: String,
    /// SHA-512 over the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_sha512: String,
}

impl Certificate {
    /// How long it is valid in all; both ends belong to it (RFC 5280 section 4.1.2.5).
    pub fn lifetime(&self) -> SignedDuration {
        self.not_before.duration_until(self.not_after) + SignedDuration::from_secs(1)
    }

    /// True where it ends before it begins.
    pub fn is_never_valid(&self) -> bool {
        self.not_after < self.not_before
    }

    /// True where subject and issuer are one: a root, or a certificate that signed itself.
    pub fn is_self_issued(&self) -> bool {
        !self.subject.as_str().is_empty() && self.subject == self.issuer
    }

    /// True where names and key identifiers say that `issuer` signed this one.
    pub fn is_issued_by(&self, issuer: &Self) -> bool {
        let keys = [&self.authority_key_id, &issuer.key_id];
        self.issuer == issuer.subject
            && (keys.iter().any(|id| id.is_empty()) || self.authority_key_id == issuer.key_id)
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// `RSA`, `EC`, `Ed25519`, `DSA`, or an object identifier.
    pub algorithm: Remote,
    /// Its size, where the algorithm has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<usize>,
    /// The curve of an EC key: `P-256`, or an object identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<Remote>,
}

/// Where a chain leads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// To a trusted root.
    Trusted,
    /// The server's certificate is signed with its own key.
    SelfSigned,
    /// To a trusted root, but only with an intermediate that the server did not send.
    Incomplete,
    /// Nowhere that is trusted.
    #[default]
    Untrusted,
    /// The certificate could not be read at all.
    Malformed,
}

/// Whose root a chain leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// One that the public's browsers trust.
    #[default]
    Public,
    /// One of those that the user gave.
    Given,
    /// One that is trusted on this machine only. With an untrusted path: nobody asked to count it.
    Machine,
}

/// Whether a server asks for a certificate of the client's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientCertificate {
    /// It does not.
    #[default]
    No,
    /// It asked, and went on without one.
    Requested,
    /// It asked, and ended the handshake for want of one.
    Required,
}

/// What an authority says of whether it took a certificate back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Its word.
    pub status: RevocationStatus,
    /// When it took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why, in the words of RFC 5280 section 5.3.1: `keyCompromise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remote>,
    /// From when on its word holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why it is not the authority's word at all, in a clause: `it is not signed by the issuer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Remote>,
}

impl Revocation {
    /// What cannot be used, and why.
    pub fn unusable(why: &str) -> Self {
        let fault = Some(Remote::new(why));
        Self { status: RevocationStatus::Unknown, since: None, reason: None, from: None, until: None, fault }
    }
}

/// An authority's word on a certificate (RFC 6960 section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationStatus {
    /// Not taken back.
    Good,
    /// Taken back.
    Revoked,
    /// The authority does not know it.
    Unknown,
}

/// What one address of a host serves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// The address that answered, where another one was asked in its stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    /// SHA-256 over the DER of the certificate that it shows, in hexadecimal.
    #[serde(default)]
    pub certificate: String,
    /// DNS names of that certificate, lower case.
    #[serde(default)]
    pub names: Vec<Remote>,
    /// Start of its validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// End of its validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// Where its chain leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// Status of the answer to `GET /`.
    pub status: u16,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
