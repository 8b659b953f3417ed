//! DKIM keys (RFC 6376 section 3.6).

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};

use crate::item;
use crate::probe::session::Session;
use crate::spec::Document;

/// Every name at which a key of the spec's senders may stand. One that exists without a text or an
/// alias may be an alias behind Cloudflare's proxy: it then has addresses.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    let names = item::selector_names(document);
    let keys = join_all(names.iter().map(async |name| {
        let answer = session.dns(name, "TXT").await;
        if answer.is_ok_and(|answer| !answer.nxdomain && answer.records.is_empty()) {
            // Kept in the session.
            let _ = session.dns(name, "A").await;
        }
    }));
    // Whether there is any key at all, for senders whose selectors only their accounts know.
    let homes: BTreeSet<String> = item::senders(document)
        .iter()
        .filter(|sender| sender.details.is_none_or(|details| details.dkim.is_empty()))
        .flat_map(|sender| [&sender.home, &document.spec.domain.value.0])
        .map(|home| format!("_domainkey.{home}"))
        .collect();
    join(keys, join_all(homes.iter().map(|home| session.dns(home, "TXT")))).await;
}
