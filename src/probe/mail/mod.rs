//! Asks what mail lives on. A domain without mail is asked too: what it publishes counts all the
//! same.

mod dmarc;
mod exchange;
mod keys;
mod policy;
mod spf;

use futures_util::future::{join, join3};

use super::session::Session;
use crate::spec::Document;

/// Everything at once.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    join(
        join3(
            spf::gather(session, document),
            keys::gather(session, document),
            dmarc::gather(session, document),
        ),
        join(exchange::gather(session, document), policy::gather(session, document)),
    )
    .await;
}
