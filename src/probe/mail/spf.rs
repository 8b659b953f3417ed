//! SPF (RFC 7208): the records of every domain that mail is sent from, all that they lead to, and
//! what the declared addresses make receivers ask.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use crate::item::{self, Sender};
use crate::mail::spf::tree::Found;
use crate::mail::spf::{Limits, Question, Recorded, Request, Tree, check_host};
use crate::observed::{DnsAnswer, Seen, question};
use crate::probe::problem::seen;
use crate::probe::session::Session;
use crate::provider::About;
use crate::provider::email::RecordKind;
use crate::spec::Document;

/// Rounds of questions: each level of includes is one, and a sound record has few.
const MOST_ROUNDS: usize = 16;
/// Questions for one spec: a sound record needs some dozens, one that was made to hurt any number.
const MOST_QUESTIONS: usize = 600;

/// Asks in rounds until nothing is left to know.
pub(super) async fn gather(session: &Session<'_>, document: &Document) {
    let domain = &document.spec.domain.value.0;
    let senders = item::senders(document);
    let names = senders.iter().flat_map(|sender| [&sender.home, &sender.mail_from]);
    let domains: BTreeSet<&str> = names.chain([domain]).map(String::as_str).collect();
    let requests: Vec<Request> = senders.iter().flat_map(item::Sender::requests).collect();
    let mut known: BTreeMap<String, Seen<DnsAnswer>> = BTreeMap::new();
    for _ in 0..MOST_ROUNDS {
        let needs = needs(&domains, &senders, &requests, &known);
        if needs.is_empty() || known.len() + needs.len() > MOST_QUESTIONS {
            break;
        }
        let asked = needs.iter().map(async |need| {
            let kind = need.kind.as_str();
            (question(&need.name, kind), seen(session.dns(&need.name, kind).await))
        });
        known.extend(join_all(asked).await);
    }
    let paths = senders.iter().filter(|sender| {
        let records = sender.provider.into_iter().flat_map(|provider| &provider.return_path);
        sender.mail_from != *domain && records.into_iter().any(|record| record.kind == RecordKind::Mx)
    });
    join_all(paths.map(|sender| session.dns(&sender.mail_from, "MX"))).await;
    let none = Tree::grow(domain, &Recorded(&known), Limits::default()).root.found == Found::NoRecord;
    if none && (!senders.is_empty() || receives(session, domain).await) {
        // A record of the retired type, which nobody reads. Kept in the session.
        let _ = session.dns(domain, "SPF").await;
    }
}

async fn receives(session: &Session<'_>, domain: &str) -> bool {
    session.dns(domain, "MX").await.is_ok_and(|answer| !item::exchanger_hosts(&answer).is_empty())
}

fn needs(
    domains: &BTreeSet<&str>,
    senders: &[Sender],
    requests: &[Request],
    known: &BTreeMap<String, Seen<DnsAnswer>>,
) -> BTreeSet<Question> {
    let lookup = Recorded(known);
    let grow = |domain: &str| Tree::grow(domain, &lookup, Limits::default());
    let trees = domains.iter().flat_map(|domain| grow(domain).needs);
    let includes = senders.iter().filter_map(|sender| unreached(sender, &grow(&sender.mail_from)));
    let trees = trees.chain(includes.flat_map(|include| grow(include).needs));
    let evaluations = requests.iter().filter_map(|request| check_host(request, &lookup).err());
    trees.chain(evaluations.flat_map(|needs| needs.0)).collect()
}

/// The include of a sender's provider that the record does not lead to, once the record is known: the
/// record may list the provider's networks itself.
fn unreached(sender: &Sender, tree: &Tree) -> Option<&'static str> {
    let spf = sender.provider?.spf.as_ref()?;
    let reached =
        tree.passing(|domain| spf.include.iter().any(|i| i.fits(domain, About::default()))).is_some();
    if !tree.needs.is_empty() || reached || !tree.lists_networks() {
        return None;
    }
    spf.include.iter().find_map(|include| include.literal())
}
