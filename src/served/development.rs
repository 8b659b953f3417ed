//! Addresses in what a site serves that lead to developers: to their machines, through tunnels to them, and to
//! hosts that are not production.
//!
//! A production bundle is full of such names that nobody calls: libraries resolve paths against
//! `http://localhost`, have an emulator's address as a default, and speak of `http://localhost:3000` in comments
//! and error messages. What counts is an absolute address at the beginning of a string, with a port or a path,
//! that is no known constant of a library (`providers/library-urls.txt`), and that the program neither compares
//! with nor has guarded by a question for the host that it runs on, nor for a value that may be there.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::context::{in_comment, is_compared, is_conditional, is_fallback, is_of_chain};
use super::window::Block;
use crate::private::PrivateRanges;
use crate::spec::names::{is_below, is_under};

/// Longest address that is kept.
const LONGEST: usize = 200;
/// Default addresses in libraries.
const CONSTANTS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/library-urls.txt"));
/// What tells machines at Google of themselves: in many libraries, and no developer's.
const METADATA: &str = "metadata.google.internal";
/// Names of tunnels and of machines in a browser.
const NAMES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/development-hosts.txt"));

/// What a host is for, where it is not the public's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The visitor's own machine.
    Local,
    /// The machine around an Android emulator or a container.
    Emulator,
    /// A network that is not public.
    Network,
    /// A tunnel to a developer's machine, or a machine in a browser.
    Tunnel,
    /// A host that the spec declares as staging, preview or development.
    Declared,
}

impl Purpose {
    /// In a few words, for messages.
    pub fn words(self) -> &'static str {
        match self {
            Self::Local => "the visitor's own machine",
            Self::Emulator => "the machine around an emulator or a container",
            Self::Network => "a private network",
            Self::Tunnel => "a tunnel to a developer's machine",
            Self::Declared => "not production by the spec",
        }
    }
}

/// An address that leads to developers, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Development {
    /// The address up to its query.
    pub url: String,
    /// What its host is.
    pub purpose: Purpose,
    /// Where it stands, in bytes from 1.
    pub line: usize,
    /// Likewise.
    pub column: usize,
}

/// An address as it stands in a text.
struct Address<'a> {
    host: &'a str,
    /// As it is written; empty where there is none.
    port: &'a str,
    /// From the slash on, without query and fragment.
    path: &'a str,
}

impl<'a> Address<'a> {
    /// Reads what stands behind `://`; `None` where host or port are not written out.
    fn read(rest: &'a str) -> Option<Self> {
        let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(authority);
        let authority = authority.rsplit('@').next().unwrap_or(authority);
        let end = authority.rfind(']').map_or(0, |end| end + 1);
        let (host, port) = match authority[end..].rfind(':') {
            Some(colon) => (&authority[..end + colon], Some(&authority[end + colon + 1..])),
            None => (authority, None),
        };
        let written =
            port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let sound = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
        (written && sound && !host.is_empty()).then_some(Self { host, port: port.unwrap_or_default(), path })
    }

    /// True where it names more than a machine.
    fn leads_somewhere(&self) -> bool {
        !self.port.is_empty() || self.path.len() > 1
    }

    /// True for a default of a library.
    fn is_constant(&self) -> bool {
        static KNOWN: LazyLock<Vec<(&str, &str, &str)>> = LazyLock::new(|| {
            let lines =
                CONSTANTS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            let read = |line: &'static str| {
                let url = line.split_whitespace().next()?;
                let address = Address::read(url.split_once("://")?.1)?;
                Some((address.host, address.port, address.path.trim_end_matches('/')))
            };
            lines.filter_map(read).collect()
        });
        let same = |host: &str| host == self.host || (host == "localhost" && is_loopback(self.host));
        let path = self.path.trim_end_matches('/');
        self.host == METADATA
            || KNOWN.iter().any(|(host, port, known)| same(host) && *port == self.port && *known == path)
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

/// What a host is for; `others` are the hosts of the spec that are not production. `None` for the public's.
pub fn purpose(host: &str, others: &[String]) -> Option<Purpose> {
    let host = host.to_ascii_lowercase();
    if others.contains(&host) {
        return Some(Purpose::Declared);
    }
    if is_loopback(&host) || is_below(&host, "localhost") || matches!(host.as_str(), "0.0.0.0" | "[::]") {
        return Some(Purpose::Local);
    }
    // The host's loopback behind the emulators of Android Studio and Genymotion, and behind Docker.
    if matches!(host.as_str(), "10.0.2.2" | "10.0.3.2" | "host.docker.internal") {
        return Some(Purpose::Emulator);
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        let shut = address.is_private() && PrivateRanges::Forbidden.fault(IpAddr::V4(address)).is_some();
        return shut.then_some(Purpose::Network);
    }
    let mut names = NAMES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let known = names.find(|name| is_under(&host, name) && host != *name)?;
    Some(if matches!(known, "local" | "home.arpa" | "internal") { Purpose::Network } else { Purpose::Tunnel })
}

/// Everything in a block that leads to developers.
pub(super) fn find(block: &Block, is_page: bool, others: &[String], found: &mut Vec<Development>) {
    let own = &block.text[block.from..block.to];
    for (at, escaped) in memchr::memmem::find_iter(own, b"://")
        .map(|at| (at, false))
        .chain(memchr::memmem::find_iter(own, br":\/\/").map(|at| (at, true)))
    {
        found.extend(one(block, block.from + at, escaped, is_page, others));
    }
}

/// The address whose colon stands at a place.
fn one(block: &Block, colon: usize, escaped: bool, is_page: bool, others: &[String]) -> Option<Development> {
    let scheme = [&b"https"[..], b"http", b"wss", b"ws"]
        .into_iter()
        .find(|scheme| block.text[..colon].ends_with(scheme))?;
    let start = colon - scheme.len();
    let quote = opening(block, start)?;
    let begin = colon + if escaped { 5 } else { 3 };
    let rest = block.behind(begin, LONGEST);
    let length = rest.iter().position(|byte| is_end(*byte, escaped)).unwrap_or(rest.len());
    let text = std::str::from_utf8(&rest[..length]).ok()?.replace("\\/", "/");
    let text = text.split("&quot;").next().unwrap_or_default();
    let address = Address::read(text)?;
    let purpose = purpose(address.host, others)?;
    if purpose != Purpose::Declared {
        // PHP writes `http:\/\/`, and no bundler does: that is the page's own data.
        let own = is_page && (escaped || block.before(quote, 1) == b"=");
        // Libraries resolve paths against `http://localhost`.
        let bare = purpose == Purpose::Local && !address.leads_somewhere() && !own;
        if bare || address.is_constant() {
            return None;
        }
        if purpose == Purpose::Network && address.port.is_empty() && address.host.parse::<Ipv4Addr>().is_ok()
        {
            return None;
        }
        if is_conditional(block, quote) || is_fallback(block, quote) || is_of_chain(block, quote) {
            return None;
        }
    }
    if in_comment(block, start) || is_compared(block, quote, begin + length + 1) {
        return None;
    }
    let port = if address.port.is_empty() { String::new() } else { format!(":{}", address.port) };
    let scheme = String::from_utf8_lossy(scheme);
    let url = format!("{scheme}://{}{port}{}", address.host.to_ascii_lowercase(), address.path);
    let (line, column) = block.position(start);
    Some(Development { url, purpose, line, column })
}

/// The place of the quote before the beginning of a literal.
fn opening(block: &Block, start: usize) -> Option<usize> {
    let before = block.before(start, 6);
    match before.last()? {
        b'"' | b'\'' | b'`' if before.ends_with(b"\\\"") => Some(start - 2),
        b'"' | b'\'' | b'`' => Some(start - 1),
        b'=' => Some(start),
        b';' if before.ends_with(b"&quot;") => Some(start - 6),
        _ => None,
    }
}

fn is_end(byte: u8, escaped: bool) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b',' | b'|')
        || byte.is_ascii_whitespace()
        || (byte == b'\\' && !escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::served::window::Window;

    fn found(text: &str, is_page: bool) -> Vec<String> {
        let (mut window, mut found) = (Window::default(), Vec::new());
        let others = ["staging.shop.test".to_owned()];
        let mut look = |block: Block| find(&block, is_page, &others, &mut found);
        window.push(text.as_bytes(), &mut look);
        window.finish(&mut look);
        found.into_iter().map(|found| found.url).collect()
    }

    #[test]
    fn addresses_that_are_called_are_told() {
        for (program, url) in [
            (r#"fetch("http://localhost:3000/api/users?x=1")"#, "http://localhost:3000/api/users"),
            (r#"const a="http://localhost:8000";"#, "http://localhost:8000"),
            ("x=`http://127.0.0.1:8000/${id}`", "http://127.0.0.1:8000/${id}"),
            ("new WebSocket('ws://localhost:4001/live')", "ws://localhost:4001/live"),
            (r#"b:"http://10.0.2.2:8080/v1""#, "http://10.0.2.2:8080/v1"),
            (r#"b:"http://192.168.1.20:8080/v1""#, "http://192.168.1.20:8080/v1"),
            (r#"b:"https://a1b2-203-0-113-9.ngrok-free.app""#, "https://a1b2-203-0-113-9.ngrok-free.app"),
            (
                r#"b:"https://a1b2-203-0-113-9.ngrok-free.app/hook""#,
                "https://a1b2-203-0-113-9.ngrok-free.app/hook",
            ),
            (r#"b:"https://staging.shop.test""#, "https://staging.shop.test"),
            (r#"b:"http://api.shop.local/v1""#, "http://api.shop.local/v1"),
            (
                r#"self.__next_f.push([1,"{\"api\":\"http://localhost:3000/api\"}"])"#,
                "http://localhost:3000/api",
            ),
            // What the build has left empty, as Vite, webpack and Next write it.
            (r#"a={}.REACT_APP_API||"http://localhost:3005/api""#, "http://localhost:3005/api"),
            (
                r#"a=({NODE_ENV:"production"}).REACT_APP_API||"http://localhost:3005/api""#,
                "http://localhost:3005/api",
            ),
            (r#"a=c.env.NEXT_PUBLIC_API||"http://localhost:3002/api""#, "http://localhost:3002/api"),
            (
                r#"a=t.default.env.NEXT_PUBLIC_API ?? "http://localhost:3002/api""#,
                "http://localhost:3002/api",
            ),
            (r#"a=void 0||"http://localhost:3002/api""#, "http://localhost:3002/api"),
            (r#"a=b?"http://localhost:3002/api":c"#, "http://localhost:3002/api"),
            (r#"{"accept":"image/*","api":"http://localhost:3000/api"}"#, "http://localhost:3000/api"),
        ] {
            assert_eq!(found(program, false), [url], "{program}");
        }
    }

    #[test]
    fn what_libraries_and_comments_say_is_not_told() {
        for program in [
            r#"new URL(path,"http://localhost")"#,
            r#"origin="http://localhost/""#,
            r#""http://localhost:"+port+"/x""#,
            "`http://localhost:${port}/x`",
            r#"GOTRUE_URL="http://localhost:9999""#,
            r#"if(o==="http://localhost:3000/a")return"#,
            r#"o.startsWith("http://localhost:3000/a")"#,
            r#"location.hostname==="localhost"?"http://localhost:3000/api":"https://api.shop.test""#,
            "/** call\n * fetch('http://localhost:3000/api')\n */",
            "// fetch('http://localhost:3000/api')\n",
            "a();  // see \"http://localhost:3000/api\"",
            r#"throw Error("open http://localhost:3000/api in a browser")"#,
            r#"c("code",{children:"http://localhost:3000/docs"})"#,
            r#""https://shop.test/a","http://www.w3.org/2000/svg","https://ngrok.io/x""#,
            r#""http://192.168.1.1/""#,
            r#""https://gitpod.io/#https://github.com/a/b""#,
            r#""http://metadata.google.internal/computeMetadata/v1""#,
            r#"a=e.url||"http://localhost:3000/api""#,
            r#"a=window.__ENV__?.API_URL??"http://localhost:3000/api""#,
            r#"a=window.env.API_URL||"http://localhost:3000/api""#,
            r#"a=API||"http://localhost:3000/api""#,
            r#"a=void 0===e?"http://localhost:3000/api":e"#,
            r#"a=null!=(t=e.url)?t:"http://localhost:3000/api""#,
            r#"{id:260,rpcUrls:{default:{http:["http://localhost:3050"],webSocket:["ws://localhost:3051"]}}}"#,
            r#"blockExplorers:{default:{name:"B",url:"http://localhost:15001/",apiUrl:"http://localhost:15001/api/v2"}}"#,
        ] {
            assert_eq!(found(program, false), Vec::<String>::new(), "{program}");
        }
    }

    #[test]
    fn pages_have_attributes_and_data() {
        for (page, url) in [
            (
                "<script src=http://localhost:5173/@vite/client></script>",
                "http://localhost:5173/@vite/client",
            ),
            (r#"<form action="http://localhost">"#, "http://localhost"),
            (r#"<script>const Ziggy={"url":"http:\/\/localhost","port":null}"#, "http://localhost"),
            (
                r#"<div data-page="{&quot;u&quot;:&quot;http:\/\/localhost\/join&quot;}">"#,
                "http://localhost/join",
            ),
        ] {
            assert_eq!(found(page, true), [url], "{page}");
        }
        for page in [
            "<code>http://localhost:3000/</code>",
            "<!-- <a href=\"http://localhost:3000/x\"> -->",
            r#"<script>x=new URL(a,"http://localhost")"#,
        ] {
            assert_eq!(found(page, true), Vec::<String>::new(), "{page}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in "([\"'=` ]|https?|ws|:|//|\\\\/|localhost|[0-9a-z.@\\[\\]]{1,6}|[äß]|/\\*|&quot;){0,60}") {
            let _ = (found(&text, true), found(&text, false));
        }
    }
}
