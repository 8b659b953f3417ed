//! SPF (RFC 7208): the records of every domain that mail is sent from, all that they lead to, and
//! what the declared addresses make receivers ask.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use crate::item;
use crate::mail::spf::{Limits, Question, Recorded, Request, Tree, check_host};
use crate::observed::{DnsAnswer, Seen, question};
use crate::probe::problem::seen;
use crate::probe::session::Session;
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
        let needs = needs(&domains, &requests, &known);
        if needs.is_empty() || known.len() + needs.len() > MOST_QUESTIONS {
            return;
        }
        let asked = needs.iter().map(async |need| {
            let kind = need.kind.as_str();
            (question(&need.name, kind), seen(session.dns(&need.name, kind).await))
        });
        known.extend(join_all(asked).await);
    }
}

fn needs(
    domains: &BTreeSet<&str>,
    requests: &[Request],
    known: &BTreeMap<String, Seen<DnsAnswer>>,
) -> BTreeSet<Question> {
    let lookup = Recorded(known);
    let trees = domains.iter().flat_map(|domain| Tree::grow(domain, &lookup, Limits::default()).needs);
    let evaluations = requests.iter().filter_map(|request| check_host(request, &lookup).err());
    trees.chain(evaluations.flat_map(|needs| needs.0)).collect()
}
