//! Scripted faults of the lab's DNS.

use std::time::Duration;

/// How an answer goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// SERVFAIL, as for broken DNSSEC or name servers that are down.
    Servfail,
    /// REFUSED.
    Refused,
    /// No answer at all.
    Silent,
    /// TC and no records over UDP, the whole answer over TCP.
    TruncatedUdp,
    /// Bytes that are no DNS message.
    Garbage,
    /// The right answer without the AA flag.
    NotAuthoritative,
    /// The right answer under another transaction id.
    WrongId,
    /// The right answer, this much later.
    Late(Duration),
    /// That fault for the first so many questions of this name and type, then the right answer.
    First(usize, Box<Fault>),
}

impl Fault {
    /// The fault that applies to the question that has been asked `earlier` times before.
    pub fn now(self, earlier: usize) -> Option<Self> {
        match self {
            Self::First(times, _) if earlier >= times => None,
            Self::First(_, fault) => fault.now(earlier),
            fault => Some(fault),
        }
    }
}
