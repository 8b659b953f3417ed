//! Reads a file as it comes in: secrets, addresses of developers, other files, all in one pass.

use std::collections::BTreeSet;
use std::rc::Rc;

use url::Url;

use super::development::{self, Development};
use super::inline::Inline;
use super::link;
use super::manifest::Assets;
use super::map::{Facts, SourceMap};
use super::window::{Block, Window};
use crate::secrets::{Class, Finding, Stream};
use crate::web::page::is_html;

/// Most findings of each sort that are kept of one file.
const MOST: usize = 100;
/// Media types in which no text is.
const BINARY: &[&str] =
    &["image/", "font/", "audio/", "video/", "application/zip", "application/pdf", "application/font"];
/// Endings of names of files that hold text, whatever a server says of them.
const TEXTS: &[&str] = &[
    "js",
    "mjs",
    "cjs",
    "json",
    "map",
    "env",
    "txt",
    "yaml",
    "yml",
    "toml",
    "ini",
    "xml",
    "pem",
    "key",
    "properties",
    "webmanifest",
    "arb",
];
/// Names of files that list what a site is made of.
const LISTS: &[&str] = &[
    "flutter_service_worker.js",
    "assetmanifest.json",
    "assetmanifest.bin.json",
    "assetmanifest.bin",
    "asset-manifest.json",
    "ngsw.json",
    "sw.js",
    "service-worker.js",
    "serviceworker.js",
    "service_worker.js",
    "precache-manifest.js",
];

/// How a file is read.
#[derive(Debug, Clone)]
pub struct Look {
    /// Most bytes of it, after decoding.
    pub most: u64,
    /// The product's hosts that are not production.
    pub others: Rc<[String]>,
}

/// What a file is, which says what is looked for in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An HTML page.
    Page,
    /// A script.
    Program,
    /// A list of a site's files.
    List,
    /// A source map.
    Map,
    /// Any other text.
    Text,
}

impl Kind {
    /// What a file is, by its address and media type; `None` for what holds no text, and for a page in the
    /// place of another file.
    pub fn of(url: &Url, media_type: Option<&str>, start: &[u8]) -> Option<Self> {
        let name = url
            .path_segments()
            .and_then(|mut parts| parts.next_back())
            .unwrap_or_default()
            .to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_list = LISTS.contains(&name.as_str()) || url.path().ends_with("/.vite/manifest.json");
        let is_text = TEXTS.contains(&ending) || ending == "wasm" || is_list || name == ".env";
        if is_html(media_type, start) {
            return (!is_text).then_some(Self::Page);
        }
        let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
        let is_program = media_type.contains("javascript")
            || media_type.contains("ecmascript")
            || matches!(ending, "js" | "mjs" | "cjs");
        match ending {
            "map" => Some(Self::Map),
            _ if is_list => Some(Self::List),
            _ if is_program => Some(Self::Program),
            // The texts of a compiled program stand in it as they are.
            _ if is_text
                || media_type.starts_with("application/wasm")
                || media_type.starts_with("text/")
                || media_type.contains("json")
                || media_type.contains("xml") =>
            {
                Some(Self::Text)
            }
            _ if BINARY.iter().any(|binary| media_type.starts_with(binary)) || !media_type.is_empty() => None,
            _ => Some(Self::Text),
        }
    }
}

/// What was found in a file.
#[derive(Debug, Clone)]
pub struct Read {
    /// What it is.
    pub kind: Kind,
    /// Bytes that were looked at.
    pub bytes: u64,
    /// True where it goes on behind them.
    pub cut: bool,
    /// Values that are secret, or have no place in production.
    pub secrets: Vec<Finding>,
    /// Addresses that lead to developers.
    pub development: Vec<Development>,
    /// Names of other files.
    pub names: BTreeSet<String>,
    /// Where its source map is, as it says.
    pub map_at: Option<String>,
    /// What the source map holds that it is, or that is in it.
    pub map: Option<SourceMap>,
}

impl Read {
    /// Keeps what matters of what was found.
    pub(super) fn keep(&mut self, found: impl IntoIterator<Item = Finding>) {
        let matters = found.into_iter().filter(|finding| finding.class != Class::Public);
        let room = MOST - self.secrets.len();
        self.secrets.extend(matters.take(room));
    }

    /// The files that it names, at `from`, for the page at `page`.
    pub fn links(&self, from: &Url, page: &Url) -> Vec<Url> {
        let is_list = self.kind == Kind::List;
        let all = self.names.iter().filter_map(|name| link::resolved(name, from, page, is_list));
        let map = self.map_at.as_ref().and_then(|at| from.join(at).ok());
        let mut all: Vec<Url> = all.chain(map).collect();
        for url in &mut all {
            url.set_fragment(None);
        }
        all
    }
}

/// Takes a file piece by piece.
pub struct Reader {
    look: Look,
    secrets: Stream,
    window: Window,
    facts: Facts,
    /// The source map in the program, where the text is in one.
    inline: Option<Inline>,
    assets: Assets,
    read: Read,
}

impl Reader {
    /// Nothing read yet of a file of that kind.
    pub fn new(kind: Kind, look: Look) -> Self {
        let read = Read {
            kind,
            bytes: 0,
            cut: false,
            secrets: Vec::new(),
            development: Vec::new(),
            names: BTreeSet::new(),
            map_at: None,
            map: None,
        };
        Self {
            look,
            secrets: Stream::default(),
            window: Window::default(),
            facts: Facts::default(),
            inline: None,
            assets: Assets::default(),
            read,
        }
    }

    /// The next piece; false where it is not looked at any more.
    pub fn push(&mut self, piece: &[u8]) -> bool {
        let room = usize::try_from(self.look.most - self.read.bytes).unwrap_or(usize::MAX);
        let piece = if piece.len() > room {
            self.read.cut = true;
            &piece[..room]
        } else {
            piece
        };
        self.read.bytes += piece.len() as u64;
        self.secrets.push(piece);
        let found = self.secrets.take();
        self.read.keep(found);
        if self.read.kind == Kind::List {
            self.assets.push(piece);
        }
        let Self { window, facts, inline, read, look, .. } = self;
        window.push(piece, &mut |block| find(&block, read, facts, inline, look));
        !self.read.cut
    }

    /// The file is over, or is not read on.
    pub fn finish(self) -> Read {
        let Self { look, secrets, mut window, mut facts, mut inline, assets, mut read } = self;
        window.finish(&mut |block| find(&block, &mut read, &mut facts, &mut inline, &look));
        if let Some(inline) = inline {
            inline.finish(&mut read);
        }
        read.keep(secrets.finish());
        match read.kind {
            Kind::Map => read.map = facts.done(),
            Kind::List => assets.names(link::TEXTS, &mut read.names),
            Kind::Page | Kind::Program | Kind::Text => {}
        }
        read
    }
}

fn find(block: &Block, read: &mut Read, facts: &mut Facts, inline: &mut Option<Inline>, look: &Look) {
    match read.kind {
        Kind::Page | Kind::Program => {
            development::find(block, read.kind == Kind::Page, &look.others, &mut read.development);
            read.development.truncate(MOST);
            link::find(block, false, &mut read.names);
            mapped(block, read, inline, look);
        }
        Kind::List => link::find(block, true, &mut read.names),
        Kind::Map => facts.find(block),
        Kind::Text => {}
    }
}

/// The comment that says where the source map of a program is. Programs that write such comments themselves
/// put the address together.
fn mapped(block: &Block, read: &mut Read, inline: &mut Option<Inline>, look: &Look) {
    const COMMENT: &[u8] = b"# sourceMappingURL=";
    let mut from = block.from;
    loop {
        if let Some(map) = inline {
            let Some(taken) = map.push(&block.text[from..block.to]) else { return };
            from += taken;
            if let Some(map) = inline.take() {
                map.finish(read);
            }
        }
        let Some(at) = memchr::memmem::find(&block.text[from..block.to], COMMENT) else { return };
        let begin = from + at + COMMENT.len();
        *inline = Inline::at(block, begin, look);
        if let Some(map) = inline {
            // The address may begin behind this block.
            map.skip_to(begin, block.to);
        } else {
            named(block.behind(begin, 2048), read);
        }
        from = begin.min(block.to);
    }
}

/// An address of a map that is no map in base64.
fn named(rest: &[u8], read: &mut Read) {
    let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    let text = String::from_utf8_lossy(&rest[..length]);
    if text.starts_with("data:") {
        // Code that makes such a map has a quote there.
        if length > 200 && !text.contains(['"', '\'', '`']) {
            read.map = Some(SourceMap { embedded: true, sources: Vec::new() });
        }
    } else if length > 0 && !text.contains(['"', '\'', '`', '$', '(', '<', '\\']) {
        read.map_at = Some(text.into_owned());
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn at(path: &str) -> Url {
        Url::parse("https://shop.test").and_then(|base| base.join(path)).expect("a URL")
    }

    fn read(kind: Kind, text: &str, most: u64) -> Read {
        let mut reader = Reader::new(kind, Look { most, others: Rc::from([]) });
        for piece in text.as_bytes().chunks(1000) {
            reader.push(piece);
        }
        reader.finish()
    }

    #[test]
    fn files_are_known_by_type_and_name() {
        for (path, media_type, kind) in [
            ("/", Some("text/html; charset=utf-8"), Some(Kind::Page)),
            ("/a.js", Some("text/html"), None),
            ("/a.js", Some("text/javascript"), Some(Kind::Program)),
            ("/a.js", None, Some(Kind::Program)),
            ("/a.js.map", Some("application/json"), Some(Kind::Map)),
            ("/flutter_service_worker.js", Some("text/javascript"), Some(Kind::List)),
            ("/assets/.env", Some("application/octet-stream"), Some(Kind::Text)),
            ("/logo.png", Some("image/png"), None),
            ("/a.wasm", Some("application/wasm"), Some(Kind::Text)),
            ("/a.wasm", Some("text/html"), None),
            ("/assets/AssetManifest.bin", Some("application/octet-stream"), Some(Kind::List)),
            ("/assets/AssetManifest.bin", Some("text/html"), None),
        ] {
            assert_eq!(Kind::of(&at(path), media_type, b""), kind, "{path}");
        }
    }

    #[test]
    fn secrets_are_found_and_public_keys_are_not() {
        let secret = format!("sk_{}_51H{}", "live", "q7Zp0Vx3Lk9Tn2Rb8Wd4Yc");
        let program =
            format!("a();\nconst k=\"{secret}\",p=\"pk_{}_51H{}\"", "live", "q7Zp0Vx3Lk9Tn2Rb8Wd4Yc");
        let read = read(Kind::Program, &program, 1 << 20);
        assert_eq!(read.secrets.len(), 1, "{:?}", read.secrets);
        assert_eq!((read.secrets[0].line, read.secrets[0].column), (2, 10));
        assert!(!format!("{read:?}").contains(&secret));
    }

    #[test]
    fn reading_stops_at_the_limit() {
        let read = read(Kind::Program, &"x;".repeat(5000), 2500);
        assert_eq!((read.bytes, read.cut), (2500, true));
    }

    #[test]
    fn maps_are_named_by_the_last_comment() {
        let map = |program: &str| read(Kind::Program, program, 1 << 20).map_at;
        assert_eq!(map("a()\n//# sourceMappingURL=a.js.map\n").as_deref(), Some("a.js.map"));
        assert_eq!(map("a(\"//# sourceMappingURL=\"+b)"), None);
        let plain = format!("a()\n//# sourceMappingURL=data:application/json,{}", "A".repeat(300));
        assert!(read(Kind::Program, &plain, 1 << 20).map.is_some_and(|map| map.embedded));
    }

    #[test]
    fn maps_within_programs_are_read() {
        let secret = format!("sk_{}_51H{}", "live", "q7Zp0Vx3Lk9Tn2Rb8Wd4Yc");
        let source = format!("{}const k='{secret}'", "a();".repeat(100_000));
        let map = |source: &str| {
            let map = format!(
                "{{\"version\":3,\"sources\":[\"src/a.ts\"],\"sourcesContent\":[\"{source}\"],\"mappings\":\"AAAA\"}}"
            );
            let data = STANDARD.encode(map);
            format!("//# sourceMappingURL=data:application/json;charset=utf-8;base64,{data}")
        };
        // At the end, in the middle of others, and where a block of the text ends.
        for (before, behind) in [
            ("a()\n".to_owned(), String::new()),
            (format!("eval(\"a();{}\\n\");eval(\"", map("b()")), "\\n//# sourceURL=a.ts\");b()".to_owned()),
            ("x".repeat(192 * 1024 + 4 * 1024 - 30), "\n".to_owned()),
        ] {
            let program = format!("{before}{}{behind}", map(&source));
            let found = read(Kind::Program, &program, 1 << 22);
            let at: Vec<(u64, u64)> =
                found.secrets.iter().map(|secret| (secret.line, secret.column)).collect();
            let line = if before.contains('\n') { 2 } else { 1 };
            assert_eq!(at.len(), 1, "{}", &before[..20]);
            assert_eq!(at[0].0, line);
            assert!(found.map.is_some_and(|map| map.embedded && map.sources == ["src/a.ts"]));
            assert_eq!(found.map_at, None);
        }
        let writes = "css+=\"\\n/*# sourceMappingURL=data:application/json;base64,\"+btoa(map)+\" */\"";
        assert_eq!(read(Kind::Program, writes, 1 << 20).map, None);
    }
}
