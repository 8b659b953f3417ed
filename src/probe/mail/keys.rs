//! DKIM keys (RFC 6376 section 3.6).

use futures_util::future::join_all;

use crate::item;
use crate::probe::session::Session;
use crate::spec::Document;

/// Every name at which a key of the spec's senders may stand.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    let names = item::selector_names(document);
    join_all(names.iter().map(|name| session.dns(name, "TXT"))).await;
}
