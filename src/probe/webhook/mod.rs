//! Sends events to the endpoints that receive them.
//!
//! | file | what it does |
//! |---|---|
//! | `trial` | one endpoint: what must be refused, and handshakes |
//! | `deliver` | signed events, the same again, several at once; latency |
//! | `effect`, `behind` | looks for what an event should have done, and what it should not; and when |
//! | `post` | one request, and what is kept of its answer |
//! | `mask`, `variables` | secrets out of what came back, and into what is sent |

mod behind;
mod deliver;
mod effect;
mod mask;
mod post;
mod trial;
mod variables;

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::session::Session;
use crate::item::{self, Webhook};
use crate::spec::Document;
use trial::Trial;

/// Sends what must be refused. To one URL, one request at a time.
pub(super) async fn refusals(session: &Session<'_>, document: &Document) {
    each(session, document, async |trial| trial.refusals().await).await;
}

/// Delivers signed events where the spec asks for that, to endpoints that answered what must be refused.
pub(super) async fn deliveries(session: &Session<'_>, document: &Document) {
    each(session, document, async |trial| trial.deliveries().await).await;
}

async fn each(session: &Session<'_>, document: &Document, work: impl AsyncFn(&Trial<'_>)) {
    if !session.settings.sending.wanted {
        return;
    }
    let mut by_url: BTreeMap<String, Vec<(usize, Webhook)>> = BTreeMap::new();
    for (index, webhook) in item::webhooks(document).into_iter().enumerate().filter(|(_, w)| w.is_tried()) {
        by_url.entry(webhook.url.to_string()).or_default().push((index, webhook));
    }
    let work = &work;
    join_all(by_url.values().map(async |webhooks| {
        for (index, webhook) in webhooks {
            work(&Trial::new(session, webhook, *index)).await;
        }
    }))
    .await;
}
