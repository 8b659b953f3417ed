//! The first two messages of a TLS handshake, as far as a yes or no needs them: a `ClientHello` that
//! offers one version or one family of suites, and what a server answers to it (RFC 5246 section 7.4;
//! RFC 6101 for SSLv3). No key is ever agreed on, so versions and suites can be asked for that no
//! library speaks any more. Up to TLS 1.2 the server's certificates follow in the clear.

mod client;
mod reader;
mod suite;

use serde::{Deserialize, Serialize};

pub use client::{Entropy, client_hello};
pub use reader::{Answer, Outcome, Reader, Stranger};
pub use suite::{Suite, Weakness};

/// A protocol version of which a `ClientHello` can say that it is the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// RFC 6101; prohibited by RFC 7568.
    Ssl3,
    /// RFC 2246; deprecated by RFC 8996.
    Tls10,
    /// RFC 4346; deprecated by RFC 8996.
    Tls11,
    /// RFC 5246.
    Tls12,
}

impl Version {
    /// As it stands on the wire.
    pub fn code(self) -> u16 {
        match self {
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
        }
    }

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSLv3",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
        }
    }

    /// The number alone, as a handshake's version is kept; SSLv3 has its name.
    pub fn number(self) -> &'static str {
        let name = self.name();
        name.strip_prefix("TLS ").unwrap_or(name)
    }
}

/// What one `ClientHello` offers. A server's answer says whether it takes any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// SSLv3, with every suite that it knows.
    Ssl3,
    /// TLS 1.0, likewise.
    #[serde(rename = "tls1.0")]
    Tls10,
    /// TLS 1.1, likewise.
    #[serde(rename = "tls1.1")]
    Tls11,
    /// TLS 1.2 with ECDHE and authenticated encryption: what every client of today speaks.
    Modern,
    /// TLS 1.2 with ECDHE and CBC.
    Cbc,
    /// TLS 1.2 with finite-field DHE, which browsers no longer speak.
    Dhe,
    /// TLS 1.2 with the key sent under the certificate's RSA key: no forward secrecy.
    StaticRsa,
    /// TLS 1.2 with every suite of the broken families below.
    Broken,
    /// Triple DES alone.
    #[serde(rename = "3des")]
    TripleDes,
    /// RC4 alone.
    Rc4,
    /// Single DES alone.
    Des,
    /// Keys of 40 bits alone.
    Export,
    /// Servers without a certificate alone.
    Anonymous,
    /// No encryption alone.
    Null,
}

impl Offer {
    /// The versions that RFC 7568 and RFC 8996 took out of use, oldest first.
    pub const LEGACY: [Self; 3] = [Self::Ssl3, Self::Tls10, Self::Tls11];
    /// The offers that answer everything about a sound server.
    pub const FIRST: [Self; 8] = [
        Self::Ssl3,
        Self::Tls10,
        Self::Tls11,
        Self::Modern,
        Self::Cbc,
        Self::Dhe,
        Self::StaticRsa,
        Self::Broken,
    ];
    /// The families of [`Offer::Broken`], worth asking for one by one where it is accepted.
    pub const BROKEN: [Self; 6] =
        [Self::Null, Self::Anonymous, Self::Export, Self::Des, Self::Rc4, Self::TripleDes];

    /// The newest version that is offered.
    pub fn version(self) -> Version {
        match self {
            Self::Ssl3 => Version::Ssl3,
            Self::Tls10 => Version::Tls10,
            Self::Tls11 => Version::Tls11,
            _ => Version::Tls12,
        }
    }

    /// The suites that are offered, the better ones first.
    pub fn suites(self) -> Vec<Suite> {
        suite::offered(self)
    }
}

#[cfg(test)]
mod tests;
