//! MTA-STS (RFC 8461), TLS reports (RFC 8460) and BIMI.

use futures_util::future::join_all;

use crate::probe::session::Session;
use crate::spec::Document;

/// The records of the domain.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    let domain = &document.spec.domain.value.0;
    let names = ["_mta-sts", "_smtp._tls", "default._bimi"].map(|label| format!("{label}.{domain}"));
    join_all(names.iter().map(|name| session.dns(name, "TXT"))).await;
}
