//! What a page says of itself, and what it loads.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Remote;

/// The facts of an HTML page. Addresses are resolved against the page's base.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Page {
    /// The text of `title`, spaces collapsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Remote>,
    /// What `meta name=robots` and `meta name=googlebot` say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub robots: Vec<Remote>,
    /// `link rel=canonical` (RFC 6596).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub canonical: Vec<Url>,
    /// `meta property=og:url`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub og_url: Vec<Url>,
    /// The same page in other languages: `link rel=alternate hreflang`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternates: Vec<Alternate>,
    /// `link rel=icon` and the like.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub icons: Vec<Url>,
    /// True where an icon stands in the page itself (`data:`).
    #[serde(skip_serializing_if = "is_false")]
    pub inline_icon: bool,
    /// What a browser loads to show the page, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
    /// Where forms send what people enter, if that is plain HTTP.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub insecure_forms: Vec<Url>,
    /// Service workers that scripts within the page register.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workers: Vec<Url>,
    /// `meta http-equiv=Content-Security-Policy`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub csp: Vec<Remote>,
    /// True where it has a field for a password.
    #[serde(skip_serializing_if = "is_false")]
    pub password: bool,
    /// Characters of text that people see without scripts, spaces not counted.
    pub text: usize,
    /// True where it loads or names more than is kept here.
    #[serde(skip_serializing_if = "is_false")]
    pub cut: bool,
}

/// A page in another language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternate {
    /// The language, as it is written: `de-AT`, `x-default`.
    pub lang: Remote,
    /// Where it is.
    pub url: Url,
}

/// Something that a page loads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// What it is loaded as.
    pub kind: ResourceKind,
    /// From where.
    pub url: Url,
}

/// What something is loaded as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is its own name")]
pub enum ResourceKind {
    Script,
    Style,
    Frame,
    Object,
    Font,
    Manifest,
    Image,
    Media,
}

impl ResourceKind {
    /// False for what browsers ask over HTTPS by themselves instead of blocking it: images, sound
    /// and film (W3C Mixed Content, section 3.1).
    pub fn is_blockable(self) -> bool {
        !matches!(self, Self::Image | Self::Media)
    }

    /// As messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Style => "style sheet",
            Self::Frame => "frame",
            Self::Object => "object",
            Self::Font => "font",
            Self::Manifest => "manifest",
            Self::Image => "image",
            Self::Media => "media file",
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}
