//! What must hold for any bytes: one function for each fuzzer. The ordinary tests run the same functions
//! over the corpora (`tests/it/corpora.rs`).

// A fuzzer calls one of them.
#![allow(dead_code)]

#[path = "targets/bimi.rs"]
mod bimi;
#[path = "targets/dkim.rs"]
mod dkim;
#[path = "targets/dmarc.rs"]
mod dmarc;
#[path = "targets/dotenv.rs"]
mod dotenv;
#[path = "targets/headers.rs"]
mod headers;
#[path = "targets/hello.rs"]
mod hello;
#[path = "targets/mta_sts.rs"]
mod mta_sts;
#[path = "targets/ocsp.rs"]
mod ocsp;
#[path = "targets/pages.rs"]
mod pages;
#[path = "targets/secrets.rs"]
mod secrets;
#[path = "targets/servers.rs"]
mod servers;
#[path = "targets/spf.rs"]
mod spf;
#[path = "targets/tls_rpt.rs"]
mod tls_rpt;
#[path = "targets/webhook.rs"]
mod webhook;
#[path = "targets/zone.rs"]
mod zone;

use std::ops::Range;

pub(crate) use bimi::bimi_svg;
pub(crate) use dkim::dkim;
pub(crate) use dmarc::dmarc;
pub(crate) use dotenv::dotenv;
pub(crate) use headers::headers;
pub(crate) use hello::hello;
pub(crate) use mta_sts::mta_sts;
pub(crate) use ocsp::ocsp;
pub(crate) use pages::{html_page, robots_txt};
pub(crate) use secrets::secrets;
pub(crate) use servers::{smtp, tlsa};
pub(crate) use spf::spf;
pub(crate) use tls_rpt::tls_rpt;
pub(crate) use webhook::webhook;
pub(crate) use zone::cloudflare_zone;

/// A target: panics where something does not hold.
pub(crate) type Target = fn(&[u8]);

/// Every target by the name of its corpus.
pub(crate) const ALL: [(&str, Target); 17] = [
    ("bimi_svg", bimi_svg),
    ("cloudflare_zone", cloudflare_zone),
    ("dkim", dkim),
    ("dmarc", dmarc),
    ("dotenv", dotenv),
    ("headers", headers),
    ("hello", hello),
    ("html_page", html_page),
    ("mta_sts", mta_sts),
    ("ocsp", ocsp),
    ("robots_txt", robots_txt),
    ("secrets", secrets),
    ("smtp", smtp),
    ("spf", spf),
    ("tls_rpt", tls_rpt),
    ("tlsa", tlsa),
    ("webhook", webhook),
];

/// Records arrive as text, whatever the bytes were.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// Places lie inside the text, on boundaries of characters, and in its order.
fn places<'s>(text: &str, spans: impl IntoIterator<Item = &'s Range<usize>>) {
    let mut last = 0;
    for span in spans {
        assert!(text.get(span.clone()).is_some(), "{span:?} is no place in {text:?}");
        assert!(last <= span.start, "{span:?} stands behind {last} in {text:?}");
        last = span.start;
    }
}
