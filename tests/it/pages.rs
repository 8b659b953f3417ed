//! What sites show, on real sockets: each check in a world in which it alone fails, and in one in which
//! it passes.

use std::io::Write;

use crate::checks::{Case, apex, prove, report};
use crate::lab::{Builder, Lab, Response};
use crate::run::{check, findings};

const HSTS: &str = "max-age=31536000";
const SPEC: &str = "domain: shop.test";
const ABSENT: &str = "/launch-ready-no-such-page";

/// The apex, with a page that says this in its head; nothing else is there.
fn head(world: &mut Builder, head: &str) {
    home(world, &format!("<!doctype html><head><title>Shop</title>{head}</head><p>Hello"));
}

/// The apex, with this page.
fn home(world: &mut Builder, html: &str) {
    host(world, "shop.test", html);
}

fn host(world: &mut Builder, name: &str, html: &str) {
    let label = name.strip_suffix(".shop.test").unwrap_or("@");
    world.zone("shop.test").a(label, "203.0.113.10");
    world.site(name).header_everywhere("Strict-Transport-Security", HSTS).page("/", 200, html);
}

/// A file of the apex.
fn file(world: &mut Builder, path: &str, kind: &str, body: impl Into<Vec<u8>>, caching: &str) {
    let response = Response::new(200, body).header("Content-Type", kind).header("Cache-Control", caching);
    world.site("shop.test").response(path, response);
}

fn robots(world: &mut Builder, text: &str) {
    apex(world);
    file(world, "/robots.txt", "text/plain", text, "no-cache");
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn parts_and_links() {
    prove(&[
        Case {
            check: "http/mixed-content",
            spec: SPEC,
            broken: |world| {
                head(world, "<style>body { background: url(http://cdn.shop.test/b.png) }</style>");
            },
            sound: |world| {
                head(world, "<style>body { background: url(https://cdn.shop.test/b.png) }</style>");
            },
        },
        Case {
            check: "http/canonical-link-differs",
            spec: SPEC,
            broken: |world| head(world, "<link rel=alternate hreflang=de href=https://dev.shop.test/de/>"),
            sound: |world| head(world, "<link rel=alternate hreflang=de href=https://de.shop.test/>"),
        },
        Case {
            check: "http/mixed-content",
            spec: SPEC,
            broken: |world| head(world, "<script src=http://cdn.shop.test/a.js></script>"),
            sound: |world| head(world, "<script src=https://cdn.shop.test/a.js></script>"),
        },
        Case {
            check: "http/mixed-content",
            spec: "domain: shop.test\nhosts: {apex: {pages: [/join]}}",
            broken: |world| {
                head(world, "");
                world.site("shop.test").page("/join", 200, "<form action=http://shop.test/join>");
            },
            sound: |world| {
                head(world, "");
                world.site("shop.test").page("/join", 200, "<form action=/join>");
            },
        },
        Case {
            check: "http/canonical-link-differs",
            spec: SPEC,
            broken: |world| head(world, "<link rel=canonical href=http://localhost:3000/>"),
            sound: |world| head(world, "<link rel=canonical href=https://shop.test/>"),
        },
        Case {
            check: "http/canonical-link-differs",
            spec: "domain: shop.test\nhosts: {apex: {}, staging: {environment: staging}}",
            broken: |world| {
                head(world, "<meta property=og:url content=https://staging.shop.test/>");
                host(world, "staging.shop.test", "<meta name=robots content=noindex>");
            },
            sound: |world| {
                head(world, "<link rel=alternate hreflang=de href=https://laden.example/>");
                host(world, "staging.shop.test", "<meta name=robots content=noindex>");
            },
        },
        Case {
            check: "http/favicon-missing",
            spec: SPEC,
            broken: |world| {
                head(world, "<link rel=icon href=/icon.svg>");
                world.site("shop.test").page("/favicon.ico", 404, "no");
            },
            sound: |world| {
                head(world, "<link rel=icon href=/icon.svg>");
                world.site("shop.test").page("/favicon.ico", 404, "no");
                file(world, "/icon.svg", "image/svg+xml", "<svg/>", "no-cache");
            },
        },
    ]);
}

#[test]
fn search_engines() {
    prove(&[
        Case {
            check: "http/noindex",
            spec: SPEC,
            broken: |world| head(world, "<meta name=robots content='noindex'>"),
            sound: |world| head(world, "<meta name=robots content='index, follow'>"),
        },
        Case {
            check: "http/noindex",
            spec: SPEC,
            broken: |world| {
                head(world, "");
                world.site("shop.test").header_everywhere("X-Robots-Tag", "noindex");
            },
            sound: |world| robots(world, "User-agent: *\nDisallow:\n"),
        },
        Case {
            check: "http/noindex",
            spec: SPEC,
            broken: |world| robots(world, "User-agent: *\nDisallow: /\n"),
            sound: |world| robots(world, "User-agent: *\nDisallow: /\nAllow: /$\n"),
        },
        Case {
            check: "http/staging-indexable",
            spec: "domain: shop.test\nhosts: {apex: {}, staging: {environment: staging}}",
            broken: |world| {
                head(world, "");
                host(world, "staging.shop.test", "hello");
            },
            sound: |world| {
                head(world, "");
                host(world, "staging.shop.test", "hello");
                world.site("staging.shop.test").header_everywhere("X-Robots-Tag", "noindex");
            },
        },
        Case {
            check: "http/soft-404",
            spec: SPEC,
            broken: |world| {
                apex(world);
                world.site("shop.test").page(ABSENT, 200, "hello");
            },
            sound: apex,
        },
        Case {
            check: "http/soft-404",
            spec: "domain: shop.test\nhosts: {apex: {app: vite}}",
            broken: |world| {
                apex(world);
                world.site("shop.test").page(ABSENT, 200, "<title>Not found</title>");
            },
            sound: |world| {
                apex(world);
                world.site("shop.test").page(ABSENT, 200, "hello");
            },
        },
    ]);
}

#[test]
fn known_pages() {
    prove(&[
        Case {
            check: "http/placeholder-page",
            spec: SPEC,
            broken: |world| home(world, "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>"),
            sound: |world| home(world, "<title>Welcome</title><h1>We run on nginx!</h1>"),
        },
        Case {
            check: "http/placeholder-page",
            spec: "domain: shop.test\nhosts: {apex: {app: flutter-web}}",
            broken: |world| {
                head(world, "");
                let counter =
                    "x=\"Flutter Demo Home Page\",y=\"You have pushed the button this many times:\"";
                file(world, "/main.dart.js", "text/javascript", counter, "no-cache");
            },
            sound: |world| {
                head(world, "");
                file(world, "/main.dart.js", "text/javascript", "x=1", "no-cache");
            },
        },
        Case {
            check: "http/debug-exposed",
            spec: "domain: shop.test\nhosts: {apex: {}, api: {kind: api}}",
            broken: |world| {
                apex(world);
                let page = "<title>Page not found at /x</title><div id=\"explanation\"><code>DEBUG = True</code> in\nyour Django settings file</div>";
                host(world, "api.shop.test", "{}");
                world.site("api.shop.test").page(ABSENT, 404, page);
            },
            sound: |world| {
                apex(world);
                host(world, "api.shop.test", "{}");
            },
        },
        Case {
            check: "http/debug-exposed",
            spec: SPEC,
            broken: |world| {
                head(world, "<script src=/assets/app.js></script>");
                let page = "<title>Index of /assets/</title><h1>Index of /assets/</h1><hr><pre><a href=\"../\">../</a>";
                world.site("shop.test").page("/assets/", 200, page);
            },
            sound: |world| head(world, "<script src=/assets/app.js></script>"),
        },
        Case {
            check: "http/security-txt",
            spec: SPEC,
            broken: |world| {
                apex(world);
                let text = "Contact: mailto:s@shop.test\nExpires: 2020-01-01T00:00:00Z\n";
                file(world, "/.well-known/security.txt", "text/plain", text, "no-cache");
            },
            sound: apex,
        },
        Case {
            check: "http/security-txt",
            spec: "domain: shop.test\nhosts: {www: {}}",
            broken: |world| {
                host(world, "www.shop.test", "hello");
                world.site("www.shop.test").page("/.well-known/security.txt", 404, "no");
            },
            sound: |world| {
                host(world, "www.shop.test", "hello");
                let there = "https://shop.test/.well-known/security.txt";
                world.site("www.shop.test").redirect("/.well-known/security.txt", 302, there);
                apex(world);
            },
        },
    ]);
}

#[test]
fn caches() {
    prove(&[
        Case {
            check: "http/entry-cached",
            spec: "domain: shop.test\nhosts: {apex: {app: flutter-web}}",
            broken: |world| {
                head(world, "");
                file(world, "/main.dart.js", "text/javascript", "x=1", "public, max-age=31536000, immutable");
            },
            sound: |world| {
                head(world, "");
                file(world, "/main.dart.js", "text/javascript", "x=1", "no-cache");
            },
        },
        Case {
            check: "http/entry-cached",
            spec: SPEC,
            broken: |world| {
                head(world, "<script>navigator.serviceWorker.register('/push.js')</script>");
                file(world, "/push.js", "text/javascript", "x=1", "max-age=604800");
            },
            sound: |world| {
                head(world, "<script>navigator.serviceWorker.register('/push.js')</script>");
                file(world, "/push.js", "text/javascript", "x=1", "max-age=0");
            },
        },
        Case {
            check: "http/private-response-cached",
            spec: SPEC,
            broken: |world| {
                head(world, "");
                let cookie = "session=abc; Secure; HttpOnly; SameSite=Lax; Path=/";
                world
                    .site("shop.test")
                    .header("Set-Cookie", cookie)
                    .header("Cache-Control", "public, max-age=60");
            },
            sound: |world| {
                head(world, "");
                let cookie = "session=abc; Secure; HttpOnly; SameSite=Lax; Path=/";
                world.site("shop.test").header("Set-Cookie", cookie).header("Cache-Control", "private");
            },
        },
        Case {
            check: "http/asset-uncached",
            spec: SPEC,
            broken: |world| {
                head(world, "<script src=/app-5d41402abc4b2a76.js></script>");
                let script = Response::new(200, "x=1").header("Content-Type", "text/javascript");
                world.site("shop.test").response("/app-5d41402abc4b2a76.js", script);
            },
            sound: |world| {
                head(world, "<script src=/app-5d41402abc4b2a76.js></script>");
                let script = Response::new(200, "x=1").header("Content-Type", "text/javascript");
                let script = script.header("Last-Modified", "Sat, 28 Nov 2026 00:00:00 GMT");
                world.site("shop.test").response("/app-5d41402abc4b2a76.js", script);
            },
        },
        Case {
            check: "http/asset-uncached",
            spec: SPEC,
            broken: |world| {
                head(world, "<script src=/app-5d41402abc4b2a76.js></script>");
                file(world, "/app-5d41402abc4b2a76.js", "text/javascript", "x=1", "no-cache");
            },
            sound: |world| {
                head(world, "<script src=/app-5d41402abc4b2a76.js></script>");
                file(
                    world,
                    "/app-5d41402abc4b2a76.js",
                    "text/javascript",
                    "x=1",
                    "max-age=31536000, immutable",
                );
            },
        },
        Case {
            check: "http/uncompressed",
            spec: SPEC,
            broken: |world| head(world, &"<!-- long -->".repeat(200)),
            sound: |world| {
                world.zone("shop.test").a("@", "203.0.113.10");
                let page =
                    Response::new(200, gzipped(&"<p>Hello".repeat(400))).header("Content-Encoding", "gzip");
                world
                    .site("shop.test")
                    .response("/", page)
                    .header_everywhere("Strict-Transport-Security", HSTS);
            },
        },
    ]);
}

/// A page is read whatever its coding; what it loads is asked once, and in bounds.
#[test]
fn a_compressed_page_is_read_and_its_parts_are_asked_once() {
    let mut world = Lab::builder();
    world.zone("shop.test").a("@", "203.0.113.10");
    let scripts: Vec<String> = (0..20).map(|n| format!("<script src=/js/{n}.js></script>")).collect();
    let page = format!("{}<img src=http://cdn.shop.test/a.png>", scripts.concat());
    let response = Response::new(200, gzipped(&page)).header("Content-Encoding", "gzip");
    world.site("shop.test").response("/", response).header_everywhere("Strict-Transport-Security", HSTS);
    let lab = world.start();
    let outcome = check(&lab, SPEC, &["--format", "json"]);
    let failed = findings(&outcome.json(), "fail");
    assert_eq!(failed, ["http/mixed-content shop.test"], "{}", outcome.out);
    let count = |path: &str| lab.count_requests(&format!("https://shop.test{path}"));
    assert_eq!(
        [count("/"), count(ABSENT), count("/robots.txt"), count("/favicon.ico"), count("/js/")],
        [1; 5]
    );
    assert_eq!(
        (0..20).map(|n| count(&format!("/js/{n}.js"))).collect::<Vec<_>>(),
        // With the page itself, twelve files of a site are read that nobody declared for it.
        [[1; 11].as_slice(), &[0; 9]].concat()
    );
}

/// One cause, one red line: nothing else is said of a host whose certificate is refused or that is gone.
#[test]
fn what_is_not_there_has_no_page() {
    let report = report("domain: shop.test\nhosts: {apex: {}, app: {app: vite}}", apex);
    assert_eq!(findings(&report, "fail"), ["dns/host-unresolved app.shop.test"]);
    let unknown = findings(&report, "unknown");
    assert!(unknown.contains(&"http/soft-404 app.shop.test".to_owned()), "{unknown:#?}");
}
