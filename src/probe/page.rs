//! What the body of an answer says: its facts are kept, the body is not.

use url::Url;

use super::http::Answer;
use crate::observed::{Exchange, Remote};
use crate::web::{page, signature};

/// An answer with the facts of its body.
pub(super) fn read(url: &Url, answer: Answer) -> Exchange {
    let Answer { mut exchange, body, .. } = answer;
    if body.is_empty() {
        return exchange;
    }
    let media_type = exchange.header("content-type").next().map(Remote::as_str);
    let is_html = page::is_html(media_type, &body);
    exchange.page = is_html.then(|| page::read(&body, url));
    let title = exchange.page.as_ref().and_then(|page| page.title.as_ref()).map(Remote::as_str);
    exchange.marks =
        signature::marks(signature::Seen { status: exchange.status, is_page: is_html, title, body: &body });
    exchange
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn facts_and_marks_are_kept() {
        let url = Url::parse("https://shop.test/").expect("a URL");
        let answer = |kind: &str, body: &str| {
            let headers = vec![("content-type".to_owned(), kind.into())];
            let exchange = Exchange { status: 200, headers, ..Exchange::default() };
            read(
                &url,
                Answer { exchange, body: body.into(), took: Duration::ZERO, is_whole: true, read: None },
            )
        };
        let page = answer("text/html", "<title>Caddy works!</title><img src=a.png>");
        assert_eq!(page.marks, ["caddy"]);
        assert_eq!(page.page.map(|page| page.resources.len()), Some(1));
        let text = answer("text/plain", "<title>Caddy works!</title>");
        assert!(text.page.is_none() && text.marks.is_empty());
    }
}
