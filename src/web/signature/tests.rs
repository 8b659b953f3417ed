use std::collections::BTreeSet;

use super::*;

/// A page of each signature, as its server writes it, cut to what matters.
const SAMPLES: &str = include_str!("samples.txt");

fn marked(status: u16, body: &str) -> Vec<String> {
    let url = url::Url::parse("https://shop.test/").expect("a URL");
    let page = crate::web::page::read(body.as_bytes(), &url);
    let title = page.title.as_ref().map(crate::observed::Remote::as_str);
    let is_page = crate::web::page::is_html(None, body.as_bytes()) || body.contains("</");
    marks(Seen { status, is_page, title, body: body.as_bytes() })
}

/// `=== id status`, then the body.
fn samples() -> impl Iterator<Item = (&'static str, u16, &'static str)> {
    SAMPLES.split("=== ").skip(1).map(|sample| {
        let (head, body) = sample.split_once('\n').expect("a body");
        let (id, status) = head.split_once(' ').expect("an id and a status");
        (id, status.trim().parse().expect("a status"), body.trim_end_matches('\n'))
    })
}

#[test]
fn the_list_is_read_and_each_id_is_used_once() {
    let all: Vec<Signature> = embedded(TEXT).expect("a list");
    let ids: BTreeSet<&str> = all.iter().map(|signature| signature.id.as_str()).collect();
    assert_eq!(ids.len(), all.len());
    for signature in &all {
        let Signature { id, title, all, begins, most, .. } = signature;
        assert!(!title.is_empty() || !all.is_empty() || begins.is_some(), "{id} fits every page");
        let weak = title.is_empty() && all.iter().all(|text| text.len() < 12);
        assert!(!weak || begins.is_some() || most.is_some(), "{id} fits too much");
    }
}

#[test]
fn every_signature_has_a_sample_that_it_fits() {
    let mut without: BTreeSet<&str> = SIGNATURES.iter().map(|signature| signature.id.as_str()).collect();
    for (id, status, body) in samples() {
        let found = marked(status, body);
        assert!(found.iter().any(|found| found == id), "{id}: {found:?}");
        without.remove(id);
    }
    assert!(without.is_empty(), "no sample of {without:?}");
}

/// Pages that speak of such pages, as articles, manuals and shops do.
#[test]
fn ordinary_pages_are_none_of_them() {
    let quoted: Vec<String> = samples()
        .map(|(_, _, body)| body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
        .map(|body| format!("<pre><code>{body}</code></pre>\n"))
        .collect();
    let quoted = quoted.concat();
    let article =
        format!("<!doctype html><title>How we read default pages</title><h1>Default pages</h1>{quoted}");
    assert_eq!(marked(200, &article), Vec::<String>::new());
    for title in [
        "Welcome to nginx hosting",
        "Index of our products",
        "Everything is for sale",
        "React App development agency",
        "Laravel",
        "Error",
        "Symfony: what is new",
        "Coming soon",
    ] {
        let page =
            format!("<title>{title}</title><h1>{title}</h1><p>nginx, React, laravel.com, Hello world!</p>");
        assert_eq!(marked(200, &page), Vec::<String>::new(), "{title}");
    }
    for body in ["", "ok", "{\"error\":\"not found\"}", "404 page not found", "Hello World!, said the shop"] {
        assert_eq!(marked(404, body), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn patterns_stand_for_whole_titles() {
    for (pattern, title, fits) in [
        ("Apache Tomcat/*", "Apache Tomcat/9.0.71", true),
        ("Index of /*", "The Index of /x", false),
        ("* - /*", "shop.test - /files/", true),
        ("a*b*c", "a-b-c", true),
        ("a*b*c", "a-c", false),
        ("ab*ba", "aba", false),
        ("x", "x", true),
    ] {
        assert_eq!(is_whole(pattern, title), fits, "{pattern} {title}");
    }
    assert!(holds("a*b", "xaxbx") && !holds("a*b", "ba") && !holds("a*b", "a<b") && holds("a*b", "a<ab"));
    assert!(holds("<a*>b<i>", "<a x>b<i>") && !holds("<a*>c", "<a x>b<i>c") && holds("", "x"));
}

proptest::proptest! {
    #[test]
    fn any_body_is_looked_at(status in 100u16..600, body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let found = marks(Seen { status, is_page: false, title: None, body: &body });
        proptest::prop_assert!(found.iter().all(|id| find(id).is_some()));
    }
}
