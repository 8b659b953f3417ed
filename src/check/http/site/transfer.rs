//! Whether text is sent compressed.

use url::Url;

use super::{for_visitors, front};
use crate::check::{Verdict, World, seen};
use crate::item::{self, Host};
use crate::observed::{Exchange, Remote, Seen};

/// What fits into one packet gains nothing.
const SMALL: usize = 1400;

pub(in crate::check) fn uncompressed(host: &Host, world: &World) -> Verdict {
    if let Err(verdict) = for_visitors(host) {
        return *verdict;
    }
    let front = match front(host, world) {
        Ok(front) => front,
        Err(verdict) => return *verdict,
    };
    let mut urls = item::parts(front.page, &front.url);
    urls.insert(0, front.url);
    let answers = urls.into_iter().filter_map(|url| match world.observed.http(&url) {
        Some(Seen::Answer(exchange)) => Some((url, exchange)),
        _ => None,
    });
    let texts = answers
        .filter(|(_, exchange)| exchange.status == 200 && is_text(exchange) && exchange.body_bytes > SMALL);
    let texts: Vec<(Url, &Exchange)> = texts.collect();
    if texts.is_empty() {
        return Verdict::not_applicable("no text of this host is long enough to gain from it");
    }
    let plain = texts.iter().filter(|(_, exchange)| exchange.header("content-encoding").next().is_none());
    let lines: Vec<String> =
        plain.map(|(url, exchange)| format!("{} ({})", seen::shown(url), size(exchange))).collect();
    if lines.is_empty() {
        let first = texts.first().and_then(|(_, exchange)| exchange.header("content-encoding").next());
        let coding = first.map(|coding| seen::cut(coding.as_str())).unwrap_or_default();
        return Verdict::pass(format!("text is sent with `Content-Encoding: {coding}`"));
    }
    Verdict::fail(format!("text is sent uncompressed: {}", seen::listed(&lines)))
        .expected("Content-Encoding: br or gzip, which the request accepts")
        .observed("no Content-Encoding")
        .label("not compressed")
        .help("switch compression on (nginx: `gzip on; gzip_types text/css application/javascript application/json image/svg+xml;`; Apache: mod_deflate; Caddy: `encode zstd gzip`)")
}

/// Media types of text; images, fonts and WebAssembly have their own compression or gain less.
fn is_text(exchange: &Exchange) -> bool {
    let kind = exchange.header("content-type").next().map(Remote::as_str).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/") || ["javascript", "json", "xml"].iter().any(|end| kind.ends_with(end))
}

fn size(exchange: &Exchange) -> String {
    let more = if exchange.body_cut { "more than " } else { "" };
    format!("{more}{} KB", exchange.body_bytes.div_ceil(1000))
}
