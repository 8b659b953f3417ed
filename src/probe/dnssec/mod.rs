//! Whether and how a zone is signed (RFC 4033 to 4035): asks the resolver for the keys and the
//! delegation signers of the zone and of everything above it, and walks down from a trust anchor.

mod anchors;
mod answers;
mod chain;
mod verify;

use futures_util::future::{join, join_all};
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RecordType};

use super::dns::{Checked, read_name, write_name};
use super::problem::Problem;
use super::session::Session;
use crate::observed::Dnssec;
use answers::{Answers, Set, denier};
use chain::Opinion;

pub use anchors::{NotAnAnchor, TrustAnchors};

/// Labels of a name up to which its parents are asked about; longer ones are no product's domain.
const MOST_LABELS: u8 = 12;

/// A zone, and what is known of it.
pub(super) type Outcome = (String, Result<Dnssec, Problem>);

/// Looks at the zone that holds a name: the name itself, or the one that denies that it is one.
pub(super) async fn observe(session: &Session<'_>, name: &str) {
    session.dnssec(name, async || look(session, name).await).await;
}

async fn look(session: &Session<'_>, text: &str) -> Outcome {
    let failed = |why: String| (text.to_owned(), Err(Problem::Unobserved(why)));
    let Some(name) = read_name(text).filter(|name| name.num_labels() <= MOST_LABELS) else {
        return failed(format!("`{text}` is not a name whose zone is looked for"));
    };
    let mut answers = Answers::default();
    let (soa, above) = join(session.soa(&write_name(&name)), above(session, &name)).await;
    above.into_iter().for_each(|(name, kind, answer)| answers.insert(&name, kind, answer));
    let zone = zone_of(&name, &soa);
    let soa = if zone == name { soa } else { session.soa(&write_name(&zone)).await };
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

/// The zone that holds a name, by what was answered when its SOA was asked for. A name that does
/// not exist is in nobody's zone but its own.
fn zone_of(name: &Name, soa: &Checked) -> Name {
    let (Checked::Answer(message, _) | Checked::Refused(message, _)) = soa else { return name.clone() };
    let exists = message.metadata.response_code == hickory_proto::op::ResponseCode::NoError;
    let has_own = !Set::of(message, name, RecordType::SOA).is_empty();
    let other = denier(message).filter(|zone| exists && !has_own && !zone.is_root() && zone.zone_of(name));
    other.unwrap_or_else(|| name.clone())
}

/// Keys and delegation signers of a name and of all above it; the root has no DS.
async fn above(session: &Session<'_>, name: &Name) -> Vec<(Name, RecordType, Result<Message, Problem>)> {
    let names = (0..=name.num_labels()).map(|labels| name.trim_to(usize::from(labels)));
    let questions = names.flat_map(|name| [(name.clone(), RecordType::DNSKEY), (name, RecordType::DS)]);
    let asked = questions.filter(|(name, kind)| !name.is_root() || *kind == RecordType::DNSKEY);
    join_all(asked.map(async |(name, kind)| {
        let answer = signed(session, &name, kind).await;
        (name, kind, answer)
    }))
    .await
}

async fn signed(session: &Session<'_>, name: &Name, kind: RecordType) -> Result<Message, Problem> {
    session.signed(&write_name(name), &kind.to_string()).await
}

#[cfg(test)]
mod tests;
