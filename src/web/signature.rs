//! Pages that no finished product serves: `providers/pages.yaml`, and what it takes to be one of them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::spec::load::embedded;

const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/pages.yaml"));

/// What a page is, and how it is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// What a recording keeps.
    pub id: String,
    /// What messages call it.
    pub name: String,
    /// What kind of page.
    pub kind: Kind,
    /// The whole title is one of these.
    #[serde(default)]
    title: Vec<String>,
    /// The body holds each of these.
    #[serde(default)]
    all: Vec<String>,
    /// The body begins so.
    begins: Option<String>,
    /// The body is no longer than this.
    most: Option<usize>,
    /// Only where the status is 400 or more.
    #[serde(default)]
    error: bool,
    /// Only where the answer is no HTML page.
    #[serde(default)]
    plain: bool,
    /// Where the text was read.
    #[serde(rename = "source")]
    _source: String,
}

/// Kinds of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nobody has put a site here yet.
    Placeholder,
    /// A site that still bears what its starter wrote.
    Leftover,
    /// Tells strangers how it works inside.
    Debug,
    /// Lists a directory.
    Listing,
}

/// An answer as far as signatures look at it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The status.
    pub status: u16,
    /// True for an HTML page.
    pub is_page: bool,
    /// Its title, where it has one.
    pub title: Option<&'a str>,
    /// The body as far as it was read.
    pub body: &'a [u8],
}

// A test reads the file, so no release holds one that cannot be read.
static SIGNATURES: LazyLock<Vec<Signature>> = LazyLock::new(|| embedded(TEXT).unwrap_or_default());

/// The ids of all that an answer is.
pub fn marks(seen: Seen) -> Vec<String> {
    let text = String::from_utf8_lossy(seen.body);
    let body = single_spaced(text.trim());
    let matching = SIGNATURES.iter().filter(|signature| signature.fits(seen, &body));
    matching.map(|signature| signature.id.clone()).collect()
}

/// The signature of an id; `None` for one of another version.
pub fn find(id: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| signature.id == id)
}

impl Signature {
    fn fits(&self, seen: Seen, body: &str) -> bool {
        (!self.error || seen.status >= 400)
            && !(self.plain && seen.is_page)
            && self.most.is_none_or(|most| seen.body.len() <= most)
            && (self.title.is_empty() || seen.title.is_some_and(|title| self.is_titled(title)))
            && self.begins.as_ref().is_none_or(|begins| body.starts_with(begins))
            && self.all.iter().all(|text| holds(text, body))
    }

    fn is_titled(&self, title: &str) -> bool {
        self.title.iter().any(|pattern| is_whole(pattern, title))
    }
}

/// Runs of white space as one space.
fn single_spaced(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut behind = ' ';
    for c in text.chars() {
        let c = if c.is_ascii_whitespace() { ' ' } else { c };
        if !(c == ' ' && behind == ' ') {
            clean.push(c);
        }
        behind = c;
    }
    clean
}

/// True where the parts between the `*` stand in the text, in that order, no `<` between them.
fn holds(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once(first) {
        if follow(parts.clone(), behind) {
            return true;
        }
        // Up to the next `<`, a later beginning has less behind it than this one had.
        rest = behind.find('<').map_or("", |at| &behind[at..]);
        if first.is_empty() {
            return false;
        }
    }
    false
}

/// True where the parts come next, each before the next `<` behind the one before.
fn follow<'p>(mut parts: impl Iterator<Item = &'p str>, text: &str) -> bool {
    let next = |rest, part| {
        let (before, behind) = str::split_once(rest, part)?;
        (!before.contains('<')).then_some(behind)
    };
    parts.try_fold(text, next).is_some()
}

/// True where the pattern is the whole text.
fn is_whole(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = text.strip_prefix(first).and_then(|text| text.strip_suffix(last));
    let next = |rest, part| str::split_once(rest, part).map(|(_, behind)| behind);
    inner.is_some_and(|inner| middle.split('*').try_fold(inner, next).is_some())
}

#[cfg(test)]
mod tests;
