//! What web servers showed.

use serde::{Deserialize, Serialize};

use super::Remote;

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
}

impl Exchange {
    /// The values of a header field; `name` in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Remote> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value)
    }

    /// True for 301, 302, 303, 307 and 308 with a Location.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.location.is_some()
    }
}
