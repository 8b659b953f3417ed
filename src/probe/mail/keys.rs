//! DKIM keys (RFC 6376 section 3.6).

use futures_util::future::join_all;

use crate::item;
use crate::probe::session::Session;
use crate::spec::Document;

/// Every name at which a key of the spec's senders may stand. One that exists without a text or an
/// alias may be an alias behind Cloudflare's proxy: it then has addresses.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    let names = item::selector_names(document);
    join_all(names.iter().map(async |name| {
        let answer = session.dns(name, "TXT").await;
        if answer.is_ok_and(|answer| !answer.nxdomain && answer.records.is_empty()) {
            // Kept in the session.
            let _ = session.dns(name, "A").await;
        }
    }))
    .await;
}
