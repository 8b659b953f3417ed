//! Whether and how a zone is signed (RFC 4033 to 4035): asks the resolver for the keys and the
//! delegation signers of the zone and of everything above it, and walks down from a trust anchor.

mod anchors;
mod answers;
mod chain;
mod verify;

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join_all, join3, select};
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};
use tokio::time::timeout;

use super::dns::{Checked, read_name, write_name};
use super::problem::Problem;
use super::session::Session;
use crate::observed::{Dnssec, Signature};
use answers::{Answers, Set, denier};
use chain::Opinion;

pub use anchors::{NotAnAnchor, TrustAnchors};

/// Labels of a name up to which its parents are asked about; longer ones are no product's domain.
const MOST_LABELS: u8 = 12;
/// How long answers about the zones above are waited for where the verdict does not need them.
const GRACE: Duration = Duration::from_millis(500);
/// And where it does: one whole attempt. Most networks without a root are silent about it.
const PATIENCE: Duration = Duration::from_secs(6);

/// A zone, and what is known of it.
pub(super) type Outcome = (String, Result<Dnssec, Problem>);

/// Looks at the zone that holds a name: the name itself, or the one that denies that it is one.
pub(super) async fn observe(session: &Session<'_>, name: &str) {
    session.dnssec(name, async || look(session, name).await).await;
}

/// Looks at a zone below the domain's, of which the name servers above have told.
pub(super) async fn observe_child(session: &Session<'_>, zone: &str) {
    session
        .dnssec(zone, async || match look(session, zone).await {
            (above, Ok(_)) if above != zone => {
                let why = format!(
                    "the resolver does not know the zone {zone} yet: it takes it for a part of {above}"
                );
                (zone.to_owned(), Err(Problem::Unobserved(why)))
            }
            (_, outcome) => (zone.to_owned(), outcome),
        })
        .await;
}

async fn look(session: &Session<'_>, text: &str) -> Outcome {
    let Some(name) = read_name(text).filter(|name| name.num_labels() <= MOST_LABELS) else {
        let why = format!("`{text}` is not a name whose zone is looked for");
        return (text.to_owned(), Err(Problem::Unobserved(why)));
    };
    let answers = RefCell::new(Answers::default());
    let soa = asked(session, &name, &answers).await;
    judged(session, &name, answers.into_inner(), soa).await
}

/// Asks everything at once: the SOA, and the keys of all zones on the way.
async fn asked(session: &Session<'_>, name: &Name, answers: &RefCell<Answers>) -> Checked {
    let keys = pin!(keys(session, name, answers));
    let text = write_name(name);
    let own = pin!(join3(
        session.soa(&text),
        signed(session, name, RecordType::DNSKEY),
        signed(session, name, RecordType::DS),
    ));
    match select(own, keys).await {
        Either::Left(((soa, own_keys, ds), keys)) => {
            let settled = zone_of(name, &soa) == *name && !needs_anchor(name, &soa, &own_keys, &ds);
            let _ = timeout(if settled { GRACE } else { PATIENCE }, keys).await;
            soa
        }
        Either::Right(((), own)) => own.await.0,
    }
}

async fn judged(session: &Session<'_>, name: &Name, mut answers: Answers, soa: Checked) -> Outcome {
    let zone = zone_of(name, &soa);
    let soa = if zone == *name { soa } else { session.soa(&write_name(&zone)).await };
    let (soa, opinion) = match soa {
        Checked::Answer(message, true) => (Ok(*message), Opinion::Vouches),
        Checked::Answer(message, false) => (Ok(*message), Opinion::None),
        Checked::Refused(message, _) => (Ok(*message), Opinion::Refuses),
        Checked::Nothing(problem) => (Err(problem), Opinion::None),
    };
    answers.insert(&zone, RecordType::SOA, soa);
    let dnssec = chain::dnssec(&zone, &answers, session.anchors(), opinion);
    (write_name(&zone), dnssec.map_err(Problem::Unobserved))
}

/// The signatures over a zone's SOA in a message that holds it.
pub(super) fn soa_signatures(message: &Message, zone: &str) -> Option<Vec<Signature>> {
    let name = read_name(zone)?;
    let soa = Set::of(message, &name, RecordType::SOA);
    let dated = |signature| chain::dated(signature, &name);
    (!soa.is_empty()).then(|| soa.signatures.iter().filter_map(dated).collect())
}

/// False where the verdict does not hang on what is above the zone: the resolver has validated or
/// refused it, there is nothing to validate, or nobody knows what there is.
fn needs_anchor(
    zone: &Name,
    soa: &Checked,
    keys: &Result<Message, Problem>,
    ds: &Result<Message, Problem>,
) -> bool {
    let (Ok(keys), Ok(ds)) = (keys, ds) else { return false };
    let has = |message, kind| !Set::of(message, zone, kind).is_empty();
    let told = matches!(soa, Checked::Answer(_, true) | Checked::Refused(..));
    !told && has(keys, RecordType::DNSKEY) && has(ds, RecordType::DS)
}

/// The zone that holds a name, by what was answered when its SOA was asked for. A name that does
/// not exist is in nobody's zone but its own.
fn zone_of(name: &Name, soa: &Checked) -> Name {
    let (Checked::Answer(message, _) | Checked::Refused(message, _)) = soa else { return name.clone() };
    let exists = message.metadata.response_code == hickory_proto::op::ResponseCode::NoError;
    let has_own = !Set::of(message, name, RecordType::SOA).is_empty();
    let other = denier(message).filter(|zone| exists && !has_own && !zone.is_root() && zone.zone_of(name));
    other.unwrap_or_else(|| name.clone())
}

/// Keys and delegation signers of a name and of all above it up to an anchor, kept as they come.
async fn keys(session: &Session<'_>, name: &Name, answers: &RefCell<Answers>) {
    let top = session.anchors().top_of(name);
    let names = (top.num_labels()..=name.num_labels()).map(|labels| name.trim_to(usize::from(labels)));
    let questions = names.flat_map(|name| [(name.clone(), RecordType::DNSKEY), (name, RecordType::DS)]);
    // An anchor needs nobody above it to vouch for it, and the root has nobody.
    let needed = |(asked, kind): &(Name, RecordType)| {
        *kind == RecordType::DNSKEY || !(asked.is_root() || (*asked == top && asked != name))
    };
    join_all(questions.filter(needed).map(async |(name, kind)| {
        let answer = signed(session, &name, kind).await;
        answers.borrow_mut().insert(&name, kind, answer);
    }))
    .await;
}

async fn signed(session: &Session<'_>, name: &Name, kind: RecordType) -> Result<Message, Problem> {
    session.signed(&write_name(name), &kind.to_string()).await
}

#[cfg(test)]
mod tests;
