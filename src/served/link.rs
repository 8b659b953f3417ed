//! Other files that a program names: modules that it imports, chunks that a bundler's loader asks for, and
//! the resources of a service worker. Nothing is run: what is put together from pieces is found in the forms
//! that webpack writes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::bytes::Regex;
use url::Url;

use super::window::Block;
use crate::observed::{Page, ResourceKind};
use crate::web::asset;

/// Longest name of a file.
const LONGEST: usize = 240;
/// Most files that one text may name.
const MOST: usize = 1000;
/// Endings of programs.
const PROGRAMS: &[&str] = &[".js", ".mjs", ".cjs", ".wasm"];
/// The programs of a Flutter application, whose names are always the same.
const DART: &[&str] = &["main.dart.js", "main.dart.mjs", "main.dart.wasm"];
/// Endings of the files of text that a list of resources names.
pub(super) const TEXTS: &[&str] = &[
    ".js",
    ".mjs",
    ".cjs",
    ".json",
    ".env",
    ".map",
    ".txt",
    ".yaml",
    ".yml",
    ".toml",
    ".ini",
    ".xml",
    ".html",
    ".pem",
    ".key",
    ".properties",
    ".conf",
    ".cfg",
    ".dart",
    ".arb",
];

/// The scripts of a page.
pub fn named_by_page(page: &Page) -> Vec<Url> {
    let scripts = page.resources.iter().filter(|resource| resource.kind == ResourceKind::Script);
    scripts.map(|resource| &resource.url).chain(&page.workers).cloned().collect()
}

/// The names in a block; all texts in quotes where `is_list`.
pub(super) fn find(block: &Block, is_list: bool, found: &mut BTreeSet<String>) {
    let endings = if is_list { TEXTS } else { PROGRAMS };
    for ending in endings {
        for at in memchr::memmem::find_iter(&block.text[block.from..block.to], ending.as_bytes()) {
            if found.len() >= MOST {
                return;
            }
            let at = block.from + at;
            found.extend(literal(block, at, at + ending.len()));
        }
    }
    if is_list {
        return;
    }
    for ending in [&b".js\""[..], b".js'", b".mjs\""] {
        for at in memchr::memmem::find_iter(&block.text[block.from..block.to], ending) {
            let at = block.from + at + ending.len();
            found.extend(chunks(&block.text[at.saturating_sub(32 * 1024)..at]).into_iter().take(MOST));
        }
    }
}

/// The literal in quotes that ends with this ending, or with a query behind it.
fn literal(block: &Block, ending: usize, end: usize) -> Option<String> {
    let behind = block.behind(end, 64);
    let rest = match behind.first()? {
        b'?' => behind.iter().position(|byte| is_quote(*byte))?,
        _ => 0,
    };
    let quote = match behind.get(rest)? {
        b'\\' => *behind.get(rest + 1)?,
        byte => *byte,
    };
    if !is_quote(quote) {
        return None;
    }
    let before = block.before(ending, LONGEST);
    let begin = before.iter().rposition(|byte| !is_of_name(*byte))?;
    if before[begin] != quote {
        return None;
    }
    let stem = &before[begin + 1..];
    // `.js` and `.chunk.js` alone are ends of names that are put together.
    let is_name =
        !stem.is_empty() && (!stem.starts_with(b".") || stem.starts_with(b"./") || stem.starts_with(b"../"));
    if !is_name && block.text[ending..end] != *b".env" {
        return None;
    }
    let name = [stem, &block.text[ending..end], &behind[..rest]].concat();
    String::from_utf8(name).ok()
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~/@+%()[]:!,=&".contains(&byte)
}

/// What webpack's loader puts together, by the text up to the end of its last literal:
/// `"static/js/"+({1:"about"}[e]||e)+"."+{1:"5d41402a"}[e]+".chunk.js"`.
fn chunks(text: &[u8]) -> Vec<String> {
    static LOADER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let form = r#"(?-u)["']([^"'{}\s]{0,80})["']\s*\+\s*(?:\(\s*\{([^{}]{0,20000})\}\s*\[\w+\]\s*\|\|\s*\w+\s*\)|\w+)\s*\+\s*["']([-._~])["']\s*\+\s*\(?\{([^{}]{1,20000})\}\)?\s*\[\w+\]\s*\+\s*["']([\w.~-]*\.m?js)["']$"#;
        Regex::new(form).ok()
    });
    // A loader looks its hashes up: nothing else is worth the search.
    let plain = memchr::memrchr(b'+', text).is_none_or(|plus| !text[..plus].trim_ascii_end().ends_with(b"]"));
    let Some(found) = LOADER.as_ref().filter(|_| !plain).and_then(|loader| loader.captures(text)) else {
        return Vec::new();
    };
    let part =
        |at: usize| String::from_utf8_lossy(found.get(at).map_or(b"", |part| part.as_bytes())).into_owned();
    let names: Vec<(String, String)> = entries(&part(2));
    let name = |id: &str| {
        names.iter().find(|(key, _)| key == id).map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    };
    let hashes = entries(&part(4)).into_iter();
    hashes.map(|(id, hash)| format!("{}{}{}{hash}{}", part(1), name(&id), part(3), part(5))).collect()
}

/// Keys and values of an object that holds nothing but texts.
fn entries(object: &str) -> Vec<(String, String)> {
    let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let pairs = object.split(',').filter_map(|pair| pair.split_once(':'));
    pairs.map(|(key, value)| (bare(key), bare(value))).collect()
}

/// Where a name leads that a file at `from` says; `page` is the page that all belong to.
pub(super) fn resolved(name: &str, from: &Url, page: &Url, is_list: bool) -> Option<Url> {
    if name.contains("://") || name.contains('[') || name.starts_with("//") {
        return Url::parse(name).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    }
    if is_list || name.starts_with("./") || name.starts_with("../") || name.starts_with('/') {
        return from.join(name).ok();
    }
    let Some((folder, _)) = name.rsplit_once('/') else {
        let url = from.join(name).ok()?;
        // `index.js` and its like stand in many libraries; a chunk's name is like no other.
        let is_chunk = asset::is_hashed(&url)
            || name.ends_with(".part.js")
            || DART.contains(&name)
            || name.ends_with(".chunk.js");
        return is_chunk.then_some(url);
    };
    // Names with a folder are relative to where all assets are: the folder stands in the program's own address.
    let path = from.path();
    let first = folder.split('/').next().unwrap_or(folder);
    let root = [folder, first].into_iter().find_map(|folder| path.find(&format!("/{folder}/")));
    let is_program = asset::is_hashed(&from.join(name).ok()?)
        || name.starts_with("static/")
        || name.starts_with("assets/");
    match root {
        Some(root) => from.join(&format!("{}{name}", &path[..=root])).ok(),
        None if path.contains("/_next/") && name.starts_with("static/") => {
            from.join(&format!("{}{name}", &path[..path.find("/_next/")? + "/_next/".len()])).ok()
        }
        None if is_program => page.join(name).ok(),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::served::window::Window;

    fn names(text: &str, is_list: bool) -> Vec<String> {
        let (mut window, mut found) = (Window::default(), BTreeSet::new());
        let mut look = |block: Block| find(&block, is_list, &mut found);
        window.push(text.as_bytes(), &mut look);
        window.finish(&mut look);
        found.into_iter().collect()
    }

    #[test]
    fn imports_and_lists_are_found() {
        assert_eq!(
            names(r#"import"./a-B1c2D3e4.js";const b=()=>import('../b.mjs')"#, false),
            ["../b.mjs", "./a-B1c2D3e4.js"]
        );
        assert_eq!(
            names(r#"m.f=["assets/About-D_a4-9Qz.js","assets/About.css"]"#, false),
            ["assets/About-D_a4-9Qz.js"]
        );
        assert_eq!(names(r#"x="a.js?v=3";y="about the file a.js";z=".js""#, false), ["a.js?v=3"]);
        assert_eq!(names(r#""{\"src\":\"/late.js\"}""#, false), ["/late.js"]);
        let list =
            r#"const RESOURCES = {"main.dart.js": "1f", "assets/.env": "2a", "assets/icon.png": "3b"};"#;
        assert_eq!(names(list, true), ["assets/.env", "main.dart.js"]);
    }

    #[test]
    fn what_webpack_puts_together_is_found() {
        let react = r#"n.u=e=>"static/js/"+e+"."+{27:"7e9a3bfc",453:"0d1c2b3a"}[e]+".chunk.js",n.m=1"#;
        assert_eq!(
            names(react, false),
            ["static/js/27.7e9a3bfc.chunk.js", "static/js/453.0d1c2b3a.chunk.js"]
        );
        let named = r#"return a.p+"js/"+({1:"about"}[e]||e)+"."+{1:"5d41402a",2:"8f14e45f"}[e]+".js""#;
        assert_eq!(names(named, false), ["js/2.8f14e45f.js", "js/about.5d41402a.js"]);
    }

    #[test]
    fn names_lead_to_where_the_assets_are() {
        let page = Url::parse("https://shop.test/app/").expect("a URL");
        let to = |name: &str, from: &str| {
            let from = page.join(from).expect("a URL");
            resolved(name, &from, &page, false).map(|url| url.path().to_owned()).unwrap_or_default()
        };
        assert_eq!(to("./b.js", "/assets/a.js"), "/assets/b.js");
        assert_eq!(to("assets/b-D_a4-9Qz.js", "/assets/a.js"), "/assets/b-D_a4-9Qz.js");
        assert_eq!(
            to("static/chunks/9-5d41402abc4b2a76.js", "/_next/static/chunks/webpack-1.js"),
            "/_next/static/chunks/9-5d41402abc4b2a76.js"
        );
        assert_eq!(
            to("static/chunks/pages/b.js", "/_next/static/x/_buildManifest.js"),
            "/_next/static/chunks/pages/b.js"
        );
        assert_eq!(
            to("static/js/27.7e9a3bfc.chunk.js", "/static/js/main.js"),
            "/static/js/27.7e9a3bfc.chunk.js"
        );
        assert_eq!(to("main.dart.js_1.part.js", "/main.dart.js"), "/main.dart.js_1.part.js");
        assert_eq!(to("main.dart.js", "/flutter_bootstrap.js"), "/main.dart.js");
        assert_eq!(to("main.dart.wasm", "/flutter_bootstrap.js"), "/main.dart.wasm");
        assert_eq!(to("./pkg/shop_bg.wasm", "/app/a.js"), "/app/pkg/shop_bg.wasm");
        assert_eq!(to("canvaskit.wasm", "/flutter.js"), "");
        assert_eq!(to("index.js", "/assets/a.js"), "");
        assert_eq!(to("react-dom/cjs/react-dom.production.js", "/assets/a.js"), "");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "([\"'`?+{}\\[\\](),:|e1]|\\.js|\\.env|[a-z./]{1,5}|ß){0,60}") {
            for name in names(&text, false).into_iter().chain(names(&text, true)) {
                let at = Url::parse("https://shop.test/_next/static/a.js").expect("a URL");
                let _ = (resolved(&name, &at, &at, false), resolved(&name, &at, &at, true));
            }
        }
    }
}
