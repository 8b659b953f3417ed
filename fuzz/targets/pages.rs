use launch_ready::web::page::{MOST_KEPT, is_insecure, read};
use launch_ready::web::robots::{Robots, is_noindex, is_noindex_header};
use launch_ready::web::security_txt::SecurityTxt;
use launch_ready::web::signature::{Seen, find, marks};
use url::Url;

/// The bytes as a page: its facts are bounded, its addresses are of the web, and a comment around it hides
/// everything.
pub(crate) fn html_page(data: &[u8]) {
    let Ok(at) = Url::parse("https://shop.test/a/b") else { return };
    let page = read(data, &at);
    assert!(page.resources.len() <= 2 * MOST_KEPT && page.icons.len() <= MOST_KEPT);
    assert!(page.text <= data.len());
    let urls = page.resources.iter().map(|resource| &resource.url);
    let urls = urls.chain(&page.canonical).chain(&page.og_url).chain(&page.icons).chain(&page.workers);
    for url in urls {
        assert!(matches!(url.scheme(), "http" | "https") && url.fragment().is_none(), "{url}");
    }
    assert!(page.insecure_forms.iter().all(is_insecure));
    let text = super::text(data);
    if !text.contains("-->") && !text.contains("--!>") {
        let hidden = read(format!("<!-- {text}").as_bytes(), &at);
        assert_eq!((hidden.resources.len(), hidden.text), (0, 0));
    }
    let found = marks(Seen { status: 500, is_page: true, title: None, body: data });
    assert!(found.iter().all(|id| find(id).is_some()));
}

/// The bytes as robots.txt, as security.txt, and each line as what a page says to search engines.
pub(crate) fn robots_txt(data: &[u8]) {
    let text = super::text(data);
    let robots = Robots::read(text.lines());
    for path in text.lines().take(16) {
        if let Some(rule) = robots.forbids("googlebot", path) {
            assert!(!rule.allows && text.lines().nth(rule.line - 1).is_some());
        }
        // Whoever asks everybody to stay away asks Google, too.
        assert!(!is_noindex(path) || is_noindex_header(path) || path.contains(':'));
    }
    let file = SecurityTxt::read(text.lines());
    let at = jiff::Timestamp::UNIX_EPOCH;
    let sound = file.faults(at).is_empty();
    assert!(!sound || (!file.contacts.is_empty() && file.expiry().is_some_and(|end| end > at)));
}
