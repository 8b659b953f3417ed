//! Answers of a resolver that may validate.

use hickory_proto::op::Message;

use super::{Peer, answer};
use crate::observed::{DnsAnswer, FailureKind};
use crate::probe::problem::Problem;

/// What a resolver answers when it may refuse what it takes for bogus.
#[derive(Debug, Clone)]
pub(in crate::probe) enum Checked {
    /// An answer; true where it validated it: the AD flag (RFC 4035 section 3.2.3).
    Answer(Box<Message>, bool),
    /// SERVFAIL, and this where it is told not to validate.
    Refused(Box<Message>, Problem),
    /// Nothing was to be had.
    Nothing(Problem),
}

impl Checked {
    /// A refusal, unlike any other failure of a resolver, is an observation about the name.
    pub(super) fn refused(message: Message, servers: &[Peer], name: &str, kind: &str) -> Self {
        let who = servers.first().map_or("the resolver", |server| server.who.as_str());
        let words = format!(
            "{who} takes {name} {kind} for bogus (DNSSEC): SERVFAIL, but an answer where it is told not to validate"
        );
        Self::Refused(Box::new(message), Problem::Failed(FailureKind::Bogus, words))
    }

    /// What was answered and not refused.
    pub(in crate::probe) fn plain(self) -> Result<DnsAnswer, Problem> {
        match self {
            Self::Answer(message, _) => Ok(answer(&message)),
            Self::Refused(_, problem) | Self::Nothing(problem) => Err(problem),
        }
    }
}
