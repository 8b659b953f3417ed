//! What web servers showed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Remote;
use crate::hello::Offer;
use crate::web::cookie;
use crate::web::edge::{self, Said};

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
