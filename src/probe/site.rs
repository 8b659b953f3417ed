//! Looks at sites: what every one is asked, at once with its first page, and what that leads on to.

use futures_util::future::{join_all, join3};
use url::Url;

use super::session::Session;
use crate::item::{self, Host};
use crate::observed::TextFile;

/// Redirects followed to a page or a file.
const MOST_HOPS: usize = 5;

/// Asks all that a host's kind has.
pub(super) async fn look(session: &Session<'_>, host: &Host<'_>) {
    if host.redirect_only {
        return;
    }
    let probes = host.probes();
    let robots = host.robots().filter(|_| !host.is_api());
    join3(
        join_all(probes.iter().map(|url| session.exchange(url))),
        join_all(robots.iter().map(|url| file(session, url))),
        parts(session, host),
    )
    .await;
}

/// The file that tells whom to warn, of the one host where it is looked for.
pub(super) async fn security_txt(session: &Session<'_>, url: &Url) {
    file(session, url).await;
}

/// A text file, and where it leads to.
async fn file(session: &Session<'_>, url: &Url) {
    let mut next = Some(url.clone());
    for _ in 0..=MOST_HOPS {
        let Some(url) = next else { return };
        next = session.file(&url).await.ok().and_then(|file: TextFile| file.location);
        next = next.filter(|to| to.scheme() == "https" && *to != url);
    }
}

/// What the first page of a host is made of.
async fn parts(session: &Session<'_>, host: &Host<'_>) {
    let mut at = host.root("https");
    for _ in 0..=MOST_HOPS {
        let Some(url) = at.filter(|url| url.host_str() == Some(host.name.as_str())) else { return };
        let Ok(exchange) = session.exchange(&url).await else { return };
        if exchange.is_redirect() {
            at = exchange.location;
            continue;
        }
        let parts = exchange.page.map(|page| item::parts(&page, &url)).unwrap_or_default();
        join_all(parts.iter().map(|part| session.exchange(part))).await;
        return;
    }
}
