use proptest::prelude::*;
use url::Url;

use super::{MOST_KEPT, is_html, read};
use crate::observed::{Page, Remote, ResourceKind};

fn page(html: &str) -> Page {
    read(html.as_bytes(), &Url::parse("https://shop.test/a/b").expect("a URL"))
}

fn loads(html: &str) -> Vec<String> {
    let page = page(html);
    page.resources.iter().map(|found| format!("{} {}", found.kind.name(), found.url)).collect()
}

#[test]
fn what_a_page_loads() {
    let html = r#"<!doctype html><link rel="preload stylesheet" as=style href=s.css>
        <script src="/m.js"></script><script type="application/ld+json" src=no.js></script>
        <img src=i.png srcset="i2.png 2x, http://cdn.test/i3.png 3x"><iframe src="//f.test/"></iframe>
        <video src=v.mp4 poster=p.jpg><source src=v2.mp4></video><object data=o.swf></object>
        <svg><image href="d.png"/></svg><link rel=manifest href=/m.json><input type=image src=go.gif>"#;
    assert_eq!(
        loads(html),
        [
            "style sheet https://shop.test/a/s.css",
            "script https://shop.test/m.js",
            "image https://shop.test/a/i.png",
            "image https://shop.test/a/i2.png",
            "image http://cdn.test/i3.png",
            "frame https://f.test/",
            "media file https://shop.test/a/v.mp4",
            "image https://shop.test/a/p.jpg",
            "media file https://shop.test/a/v2.mp4",
            "object https://shop.test/a/o.swf",
            "image https://shop.test/a/d.png",
            "manifest https://shop.test/m.json",
            "image https://shop.test/a/go.gif",
        ]
    );
}

#[test]
fn what_styles_load_over_plain_http() {
    let html = "<style>@import url(http://x.test/a.css); @namespace url(http://www.w3.org/1999/xhtml); /* url(http://x.test/no.png) */
        @font-face { font-family: F; src: local(F), URL( 'http://x.test/f.woff2' ) format('woff2'), url(\"http://x.test/f.woff\") }
        body{background:url(http://x.test/b.png)} p{background:url(c.png)} q{background:url(</style>
        <p style=\"background-image:url('http://x.test/d.png')\">";
    assert_eq!(
        loads(html),
        [
            "style sheet http://x.test/a.css",
            "font http://x.test/f.woff2",
            "font http://x.test/f.woff",
            "image http://x.test/b.png",
            "image http://x.test/d.png",
        ]
    );
}

#[test]
fn brackets_that_never_close_are_not_searched_for_without_end() {
    assert_eq!(loads(&format!("<style>{}</style>", "url(http:".repeat(100_000))), Vec::<String>::new());
}

#[test]
fn what_a_browser_does_not_load_is_not_told() {
    for html in [
        "<!-- <script src=http://x.test/a.js></script> -->",
        "<template><img src=http://x.test/a.png></template>",
        "<noscript><img src=http://x.test/a.png></noscript>",
        "<script>document.write('<img src=http://x.test/a.png>')</script>",
        "<textarea><script src=http://x.test/a.js></script></textarea>",
        "<title><script src=http://x.test/a.js></script></title>",
        "<a href=http://x.test/>x</a><link rel=preconnect href=http://x.test/>",
        "<img src=\"data:image/png;base64,AA==\"><script src='blob:x'></script><iframe src='about:blank'></iframe>",
        "<img src=''><script src=' '></script>",
    ] {
        assert_eq!(loads(html), Vec::<String>::new(), "{html}");
    }
    assert_eq!(loads("<template><template></template><img src=a></template><img src=b>").len(), 1);
}

#[test]
fn the_first_base_counts_for_the_whole_page() {
    let html = "<img src=a.png><base target=_top><base href=//cdn.test/x/><base href=/y/><img src=b.png>";
    assert_eq!(loads(html), ["image https://cdn.test/x/a.png", "image https://cdn.test/x/b.png"]);
    assert_eq!(loads("<base href='http://['><img src=a>"), ["image https://shop.test/a/a"]);
}

#[test]
fn what_a_page_says_of_itself() {
    let page = page(
        "<html><head><title>\n Shop &amp;\n more </title><META NAME=Robots CONTENT='NOINDEX, follow'>
        <meta name=googlebot content=none><link rel=Canonical href=/a#top><meta property=og:url content=/og>
        <link rel=alternate hreflang=de href=https://shop.test/de><link rel='shortcut icon' href=/i.ico>
        <link rel=alternate type=application/rss+xml href=/feed>
        <meta http-equiv=content-security-policy content='upgrade-insecure-requests'></head>
        <body>Hello, <b>you</b><style>p{}</style><svg><title>drawn</title></svg>
        <form action=http://shop.test/login><input type=Password></form><form action=/ok></form>
        <script>navigator . serviceWorker . register( '/sw.js' , {})</script></body>",
    );
    assert_eq!(page.title.as_ref().map(Remote::as_str), Some("Shop & more"));
    assert_eq!(page.robots, ["NOINDEX, follow".into(), "none".into()]);
    let urls = |urls: &[Url]| urls.iter().map(Url::to_string).collect::<Vec<_>>();
    assert_eq!(urls(&page.canonical), ["https://shop.test/a"]);
    assert_eq!(urls(&page.og_url), ["https://shop.test/og"]);
    assert_eq!(urls(&page.icons), ["https://shop.test/i.ico"]);
    assert_eq!(urls(&page.insecure_forms), ["http://shop.test/login"]);
    assert_eq!(urls(&page.workers), ["https://shop.test/sw.js"]);
    let [alternate] = &page.alternates[..] else { panic!("{:?}", page.alternates) };
    assert_eq!((alternate.lang.as_str(), alternate.url.as_str()), ("de", "https://shop.test/de"));
    assert_eq!(page.csp, ["upgrade-insecure-requests".into()]);
    assert!(page.password && !page.inline_icon && !page.cut);
    assert_eq!(page.text, "Hello,you".len());
    assert!(
        super::read(b"<link rel=icon href='data:,'>", &Url::parse("https://a.test/").expect("a URL"))
            .inline_icon
    );
}

#[test]
fn the_visitors_own_machine_is_trusted() {
    let forms = |action: &str| page(&format!("<form action='{action}'>")).insecure_forms.len();
    for (action, count) in [
        ("http://localhost:3000/", 0),
        ("http://127.0.0.1/", 0),
        ("http://[::1]/", 0),
        ("http://localhost.test/", 1),
    ] {
        assert_eq!(forms(action), count, "{action}");
    }
}

#[test]
fn long_pages_are_cut_and_insecure_parts_have_room() {
    let many: Vec<String> = (0..300).map(|n| format!("<img src=/{n}.png>")).collect();
    let many = many.concat();
    let page = page(&format!("{many}<script src=http://x.test/a.js></script>"));
    assert_eq!(page.resources.len(), MOST_KEPT + 1);
    assert_eq!(page.resources.last().map(|last| last.kind), Some(ResourceKind::Script));
    assert!(page.cut);
}

#[test]
fn pages_are_told_from_other_answers() {
    assert!(is_html(Some("Text/HTML; charset=utf-8"), b""));
    assert!(is_html(None, b"\n<!DOCTYPE html>"));
    assert!(!is_html(Some("application/json"), b"<!doctype html>") && !is_html(None, b"{}"));
}

fn soup() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("<base href=//x.test/>".to_owned()),
        Just("<template>".to_owned()),
        Just("</template>".to_owned()),
        Just("<svg>".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<script>".to_owned()),
        Just("</script>".to_owned()),
        "[a-z:/.]{0,8}"
            .prop_map(|address| format!("<img src='{address}' srcset='{address} 2x,, {address}'>")),
        "[a-z]{1,6}( [a-z]{1,6})?"
            .prop_map(|rel| format!("<link rel='{rel}' href=/x as=script hreflang=de>")),
        "\\PC{0,12}",
    ];
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_soup_is_read_within_bounds(html in soup()) {
        let page = page(&html);
        prop_assert!(page.resources.len() <= 2 * MOST_KEPT && page.text <= html.chars().count());
        let schemes = page.resources.iter().all(|found| matches!(found.url.scheme(), "http" | "https"));
        prop_assert!(schemes);
    }

    #[test]
    fn what_stands_in_a_comment_changes_nothing(html in "[a-zA-Z<>/= ]{0,60}", hidden in "x[a-z<>/= ]{0,40}") {
        let with = format!("<!--{hidden}--><p>{html}");
        prop_assert_eq!(page(&with), page(&format!("<p>{html}")));
    }
}
