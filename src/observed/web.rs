//! What web servers showed.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Page, Remote};
use crate::hello::Offer;
use crate::web::cookie;
use crate::web::edge::{self, Said};

/// A completed TLS handshake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// True where no handshake succeeded, because the server speaks only what this program does not:
    /// the chain was read from the part of one that is not encrypted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clear: bool,
    /// The certificates as sent, the server's own first.
    pub chain: Vec<Certificate>,
    /// Whether the chain leads to a trusted root, validity dates set aside (they are judged from
    /// [`Certificate`], so that several faults of one chain are all seen).
    pub path: Path,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Subject, as one line.
    #[serde(default)]
    pub subject: Remote,
    /// Issuer, as one line.
    #[serde(default)]
    pub issuer: Remote,
    /// DNS names and addresses of subjectAltName, lower case.
    #[serde(default)]
    pub names: Vec<Remote>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
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

/// Where a chain leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// To a trusted root.
    Trusted,
    /// The server's certificate is signed with its own key.
    SelfSigned,
    /// To a trusted root, but only with an intermediate that the server did not send.
    Incomplete,
    /// Nowhere that is trusted.
    Untrusted,
    /// The certificate could not be read at all.
    Malformed,
}

/// One HTTP answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Status code (RFC 9110 section 15).
    pub status: u16,
    /// Header fields in order; names in lower case.
    #[serde(default)]
    pub headers: Vec<(String, Remote)>,
    /// Where a redirect leads, resolved against the URL asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<url::Url>,
    /// Bytes of body that were read; reading stops at a limit.
    #[serde(default)]
    pub body_bytes: usize,
    /// The beginning of a text body, kept only where a judge needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Remote>,
    /// True where the body went on behind the limit, or broke off.
    #[serde(default)]
    pub body_cut: bool,
    /// What a page of Cloudflare's own says of itself ([`edge::note`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge_note: Option<Remote>,
    /// What the body says, where it is an HTML page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
    /// Which of the known pages it is that no finished product serves, by their ids in
    /// `providers/pages.yaml`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
}

impl Exchange {
    /// A header field as it is kept: the values of cookies are secrets, and are not.
    pub(crate) fn field(name: &str, value: &[u8]) -> (String, Remote) {
        let name = name.to_ascii_lowercase();
        let value = match name.as_str() {
            "set-cookie" => Remote::from(cookie::masked(&String::from_utf8_lossy(value))),
            _ => Remote::from_bytes(value),
        };
        (name, value)
    }

    /// What a proxy at the edge says in the server's place.
    pub fn edge(&self) -> Option<Said> {
        self.with_fields(|answer| answer.said())
    }

    /// True where it comes through Cloudflare.
    pub fn is_of_cloudflare(&self) -> bool {
        self.with_fields(|answer| answer.is_of_cloudflare())
    }

    fn with_fields<T>(&self, read: impl FnOnce(edge::Answer) -> T) -> T {
        let fields = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = fields.collect();
        let note = self.edge_note.as_ref().map(Remote::as_str);
        read(edge::Answer { status: self.status, fields: &fields, note })
    }

    /// The values of a header field; `name` in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Remote> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value)
    }

    /// True for 301, 302, 303, 307 and 308 with a Location.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.location.is_some()
    }
}

/// What one address of a host serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// SHA-256 over the DER of the certificate that it shows, in hexadecimal.
    #[serde(default)]
    pub certificate: String,
    /// DNS names of that certificate, lower case.
    #[serde(default)]
    pub names: Vec<Remote>,
    /// Status of the answer to `GET /`.
    pub status: u16,
}

#[cfg(test)]
mod tests {
    use super::Exchange;

    #[test]
    fn the_values_of_cookies_are_not_kept() {
        let (name, value) = Exchange::field("Set-Cookie", b"sid=3b1f9a\xff; Path=/; HttpOnly");
        assert_eq!((name.as_str(), value.as_str()), ("set-cookie", "sid=***; Path=/; HttpOnly"));
        assert_eq!(Exchange::field("Server", b"nginx").1.as_str(), "nginx");
    }
}
