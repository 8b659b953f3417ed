//! Whether resolvers vouch for an answer: what they say of it when they may refuse it.

use super::{Flags, Kind, Resolver};
use crate::probe::limit::Limits;

/// What a resolver says of an answer when it may refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::probe) enum Vouch {
    /// It validated it: the AD flag (RFC 4035 section 3.2.3).
    Validated,
    /// It answered without a word on that.
    Answered,
    /// SERVFAIL, twice: it may be bogus, or out of reach.
    Servfail,
    /// Nothing was to be had.
    Unknown,
}

impl Resolver {
    /// Whether the resolvers vouch for an answer. SERVFAIL counts only where it is repeated: it
    /// may pass.
    pub(in crate::probe) async fn vouch(&self, name: &str, kind: &str, limits: &Limits) -> Vouch {
        let flags = Flags { recursion: true, signatures: true, ..Flags::default() };
        for _ in 0..2 {
            match self.ask_all(&self.servers, name, kind, flags, limits).await {
                Ok(Ok(message)) if message.metadata.authentic_data => return Vouch::Validated,
                Ok(Ok(_)) => return Vouch::Answered,
                Ok(Err(troubles)) if troubles.iter().any(|t| t.kind == Kind::Servfail) => {}
                _ => return Vouch::Unknown,
            }
        }
        Vouch::Servfail
    }
}
