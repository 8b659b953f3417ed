//! DMARC (RFC 9989): the records of the domain and its senders, those of all their parents, and
//! whether the domains that get reports agreed to that and take mail.

use std::collections::BTreeSet;

use futures_util::future::{join, join_all};

use crate::item::{self, Destination};
use crate::mail::dmarc::{Walk, names, record_name, texts};
use crate::probe::session::Session;
use crate::spec::Document;
use crate::wanted;

/// Every name on the way up at once, then what the record leads to.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    let domain = &document.spec.domain.value.0;
    let senders = item::senders(document);
    let aligned = senders.iter().flat_map(|sender| [&sender.home, &sender.mail_from]);
    join(
        async {
            let walk = walk(session, domain).await;
            let publisher = walk.publisher().unwrap_or_else(|_| domain.clone());
            // Whom a registry reports to is not for its customers to see to.
            let applies = walk.policy().ok().flatten().filter(|applies| applies.domain == publisher);
            let all = item::destinations(document, applies.map(|applies| applies.record));
            join_all(all.iter().map(|destination| agreement(session, &publisher, destination))).await;
        },
        join_all(aligned.collect::<BTreeSet<_>>().into_iter().map(|name| ask(session, name))),
    )
    .await;
}

/// The records that a walk from a domain may need, kept in the session.
async fn ask(session: &Session<'_>, domain: &str) {
    join_all(names(domain).iter().map(async |name| session.dns(&record_name(name), "TXT").await)).await;
}

async fn walk(session: &Session<'_>, domain: &str) -> Walk {
    let all = join_all(names(domain).into_iter().map(async |name| {
        let answer = session.dns(&record_name(&name), "TXT").await;
        (name, answer.ok().map(|answer| texts(&answer)))
    }))
    .await;
    Walk::take(domain, &mut |name| {
        all.iter().find(|(own, _)| own == name).and_then(|(_, texts)| texts.clone())
    })
}

/// Whether a domain takes the reports, by the record that says so, by the walk that shows whose it is,
/// and by its mail servers.
async fn agreement(session: &Session<'_>, publisher: &str, destination: &Destination) {
    let Destination { domain, .. } = destination;
    let record = wanted::authorisation_name(publisher, domain);
    let servers = ["MX", "A", "AAAA"];
    let _ = join(
        join_all(servers.map(|kind| session.dns(domain, kind))),
        join(ask(session, domain), async {
            if domain != publisher {
                let _ = session.dns(&record, "TXT").await;
            }
        }),
    )
    .await;
}
