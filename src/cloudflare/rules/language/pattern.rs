//! Paths of the spec, in which `*` stands for anything.

use url::Url;

use super::{PATH, quoted};
use crate::item::PROBE_PATH;

/// A path with `*` for anything, as it is sent by clients: what URLs encode is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cloudflare::rules) struct Pattern(String);

impl Pattern {
    /// Of a path of the spec; `None` where it cannot stand in a URL.
    pub(in crate::cloudflare::rules) fn new(path: &str) -> Option<Self> {
        let mut url = Url::parse("https://host.invalid/").ok()?;
        url.set_path(path);
        let mut path = url.path().to_owned();
        // Cloudflare refuses two of them in a row.
        while path.contains("**") {
            path = path.replace("**", "*");
        }
        (path.len() <= 2048).then_some(Self(path))
    }

    /// As rules write it.
    pub(in crate::cloudflare::rules) fn as_str(&self) -> &str {
        &self.0
    }

    /// True for `/*`.
    pub(in crate::cloudflare::rules) fn is_everything(&self) -> bool {
        self.0 == "/*"
    }

    /// The condition of a rule, with what every plan has; `None` where it is about every path.
    pub(in crate::cloudflare::rules) fn condition(&self) -> Option<String> {
        if self.is_everything() {
            return None;
        }
        let path = self.as_str();
        Some(match path.split_once('*') {
            None => format!("{PATH} eq {}", quoted(path)),
            Some((start, "")) => format!("starts_with({PATH}, {})", quoted(start)),
            Some(_) => format!("{PATH} strict wildcard {}", quoted(&self.wildcard())),
        })
    }

    /// The same, also where it is about every path.
    pub(in crate::cloudflare::rules) fn expression(&self) -> String {
        self.condition().unwrap_or_else(|| format!("starts_with({PATH}, \"/\")"))
    }

    /// As the operator and the function of that name read it.
    pub(in crate::cloudflare::rules) fn wildcard(&self) -> String {
        self.0.replace('\\', "\\\\")
    }

    /// A path that it is about.
    pub(in crate::cloudflare::rules) fn sample(&self) -> String {
        self.0.replace('*', PROBE_PATH)
    }

    /// True for a path that it is about.
    pub(in crate::cloudflare::rules) fn covers(&self, path: &str) -> bool {
        let asked = super::Asked { secure: true, host: String::new(), path: path.to_owned() };
        super::matches(&self.expression(), &asked) == Some(true)
    }
}
