//! What mail servers showed, and the files that mail standards publish over HTTPS.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Handshake, Remote, Seen};

/// A conversation with a mail exchanger on port 25 (RFC 5321), up to STARTTLS (RFC 3207). No mail
/// is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// The text of the greeting, `220` left out.
    #[serde(default)]
    pub greeting: Remote,
    /// What the server offers after EHLO, a line each, without its own name.
    #[serde(default)]
    pub extensions: Vec<Remote>,
    /// The handshake after STARTTLS; absent where the server does not offer it. A refusal of the
    /// command is a failure too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starttls: Option<Seen<Handshake>>,
}

/// A text file that was asked for over HTTPS: the policy of MTA-STS (RFC 8461 section 3.2).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFile {
    /// Status code.
    pub status: u16,
    /// Where it redirects to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Url>,
    /// `Content-Type`, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<Remote>,
    /// Bytes that were read; reading stops at a limit.
    #[serde(default)]
    pub bytes: usize,
    /// True where it went on behind the limit, or broke off.
    #[serde(default)]
    pub cut: bool,
    /// Its lines without LF or CR LF. A CR elsewhere shows as `\u{d}`.
    #[serde(default)]
    pub lines: Vec<Remote>,
}

impl TextFile {
    /// The text [as it was sent](Remote::as_sent), with LF at the end of each line.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.as_sent() + "\n").collect()
    }
}

/// A logo that was asked for over HTTPS: that of a BIMI record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// Status code.
    pub status: u16,
    /// `Content-Type`, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<Remote>,
    /// Bytes that were read; reading stops at a limit.
    #[serde(default)]
    pub bytes: usize,
    /// True where it went on behind the limit, or broke off.
    #[serde(default)]
    pub cut: bool,
    /// What the drawing says of itself; absent where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub svg: Option<Svg>,
    /// Why it is no drawing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Remote>,
}

/// Facts of an SVG drawing, as far as the profile of BIMI logos (SVG Tiny Portable/Secure) is
/// about them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Svg {
    /// `version` of the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Remote>,
    /// `baseProfile` of the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_profile: Option<Remote>,
    /// `viewBox` of the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view_box: Option<Remote>,
    /// The text of its `title`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Remote>,
    /// Attributes of the root that the profile forbids there: `x`, `y`.
    #[serde(default)]
    pub root_attributes: Vec<Remote>,
    /// Names of elements that the profile does not have, each once: `script`, `image`, `animate`.
    #[serde(default)]
    pub foreign_elements: Vec<Remote>,
    /// Targets outside the drawing that it refers to.
    #[serde(default)]
    pub references: Vec<Remote>,
}
