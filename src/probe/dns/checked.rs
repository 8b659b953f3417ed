//! Answers of a resolver that may validate.

use hickory_proto::op::Message;
use hickory_proto::rr::rdata::opt::EdnsOption;

use super::{Peer, answer};
use crate::observed::{DnsAnswer, FailureKind};
use crate::probe::problem::Problem;

/// The option of Extended DNS Errors (RFC 8914 section 2).
const EXTENDED_ERROR: u16 = 15;

/// True where a resolver says of its failure that it reached no name server, or not all, and nothing
/// of signatures (RFC 8914 sections 4.23 and 4.24).
pub(super) fn says_unreachable(message: &Message) -> bool {
    let options = message.edns.iter().flat_map(|edns| edns.options().as_ref());
    let codes = options.filter_map(|(_, option)| match option {
        EdnsOption::Unknown(EXTENDED_ERROR, data) => {
            Some(u16::from_be_bytes([*data.first()?, *data.get(1)?]))
        }
        _ => None,
    });
    let codes: Vec<u16> = codes.collect();
    !codes.is_empty() && codes.iter().all(|code| matches!(code, 22 | 23))
}

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
    pub(super) fn refused(message: Message, server: &Peer, name: &str, kind: &str) -> Self {
        let who = &server.who;
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
