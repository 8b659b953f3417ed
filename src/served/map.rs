//! What a source map holds (ECMA-426): whether the sources themselves are in it.

use serde::{Deserialize, Serialize};

use super::window::Block;

/// Names of sources that are kept.
const MOST: usize = 3;

/// What is known of a source map.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceMap {
    /// True where the text of at least one source is in it.
    pub embedded: bool,
    /// Some of its sources, those of the product first.
    pub sources: Vec<String>,
}

/// Gathers what a map says.
#[derive(Debug, Default)]
pub(super) struct Facts {
    begun: bool,
    is_json: bool,
    mappings: bool,
    map: SourceMap,
}

impl Facts {
    /// The next block of the text.
    pub(super) fn find(&mut self, block: &Block) {
        if !std::mem::replace(&mut self.begun, true) {
            let start = block.behind(block.from, 64).trim_ascii_start();
            let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
            self.is_json = start.starts_with(b"{") || start.starts_with(b")]}");
        }
        // `sources` may be among the map's `names` too: a key has a colon behind it.
        let own = |key: &[u8]| {
            memchr::memmem::find_iter(&block.text[block.from..block.to], key).find_map(|at| {
                let behind = block.behind(block.from + at + key.len(), 32 * 1024).trim_ascii_start();
                Some(behind.strip_prefix(b":")?.trim_ascii_start())
            })
        };
        self.mappings |= own(b"\"mappings\"").is_some();
        if let Some(list) = own(b"\"sourcesContent\"").and_then(|list| list.strip_prefix(b"[")) {
            self.map.embedded |= has_text(list);
        }
        if let Some(list) = own(b"\"sources\"").and_then(|list| list.strip_prefix(b"[")) {
            self.sources(list);
        }
    }

    fn sources(&mut self, list: &[u8]) {
        let list = &list[..memchr::memchr(b']', list).unwrap_or(list.len())];
        let names = String::from_utf8_lossy(list);
        let names = names.split(',').map(|name| name.trim().trim_matches('"'));
        let mut names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "null").collect();
        names.sort_by_key(|name| name.contains("node_modules/") || name.contains("(webpack)"));
        self.map.sources.extend(names.into_iter().take(MOST).map(|name| name.chars().take(120).collect()));
        self.map.sources.truncate(MOST);
    }

    /// What it is, where it is a source map.
    pub(super) fn done(self) -> Option<SourceMap> {
        (self.is_json && self.mappings).then_some(self.map)
    }
}

/// True for a list in which one of the first texts is there; `null` stands for one that is not.
fn has_text(list: &[u8]) -> bool {
    let mut rest = list.trim_ascii_start();
    while let Some(next) = rest.strip_prefix(b"null").map(<[u8]>::trim_ascii_start) {
        rest = next.strip_prefix(b",").unwrap_or(next).trim_ascii_start();
    }
    rest.starts_with(b"\"") && !rest.starts_with(b"\"\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::served::window::Window;

    fn read(text: &str) -> Option<SourceMap> {
        let (mut window, mut facts) = (Window::default(), Facts::default());
        window.push(text.as_bytes(), &mut |block| facts.find(&block));
        window.finish(&mut |block| facts.find(&block));
        facts.done()
    }

    #[test]
    fn maps_with_sources_are_told_from_others() {
        let map = read(
            r#"{"version":3,"sources":["../node_modules/a/b.js","../src/main.ts"],"sourcesContent":[null,"let a"],"mappings":"AAAA"}"#,
        );
        let map = map.expect("a map");
        assert!(map.embedded);
        assert_eq!(map.sources, ["../src/main.ts", "../node_modules/a/b.js"]);
        let named = read(
            r#"{"version":3,"mappings":"AAAA","names":["sources","a"],"sources":["b.ts"],"sourcesContent":["b"]}"#,
        );
        assert_eq!(named.map(|map| map.sources), Some(vec!["b.ts".to_owned()]));
        for without in [
            r#"{"version":3,"sources":["a.ts"],"mappings":"AAAA"}"#,
            r#"{"version":3, "sourcesContent" : [null, null], "mappings":""}"#,
        ] {
            assert_eq!(read(without).map(|map| map.embedded), Some(false), "{without}");
        }
        for none in ["<!doctype html>\"mappings\":\"sourcesContent\"", "{\"a\":1}", ""] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
