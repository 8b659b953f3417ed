//! Talks with mail exchangers, each address by itself.

use std::net::SocketAddr;

use super::Session;
use crate::observed::{FailureKind, exchange};
use crate::probe::connect::overridden;
use crate::probe::dial;
use crate::probe::limit::Again;
use crate::probe::problem::{Problem, Until};
use crate::probe::smtp::{Talk, With, talk};

impl Session<'_> {
    /// Where the user sends mail for a host instead of where DNS leads: at most one address of each
    /// family.
    pub(in crate::probe) fn mail_elsewhere(&self, host: &str, port: u16) -> Vec<SocketAddr> {
        overridden(&self.settings.connect, host, port)
    }

    /// What one address of an exchanger shows; `chosen` is true where the user named it.
    pub(in crate::probe) async fn converse(&self, host: &str, to: SocketAddr, chosen: bool) {
        let attempt = async || {
            if !chosen {
                self.may_ask(host, to.ip())?;
            }
            let _permit = self.limits.permit_for(&format!("smtp://{to}")).await;
            let until = Until::after(self.settings.timeout);
            let (stream, peer) = dial::tcp(&[to], until).await?;
            talk(&self.mail_client, stream, With { host, peer, until }).await
        };
        let ask = async || self.limits.retrying(attempt, again).await;
        // Kept in the session.
        let _ = self.smtp.get(&exchange(host, to.ip()), &self.tally, ask).await;
    }
}

/// Silence may pass, that after STARTTLS too; everything else stands. Two silences are enough: each takes
/// the whole time-out. A connection that did not come about is not tried again: the system has asked
/// several times by then, and where a network blocks port 25 each further attempt would only make the run
/// longer.
fn again(outcome: &Result<Talk, Problem>) -> Again {
    let problem = match outcome {
        Err(Problem::Failed(FailureKind::TimedOut, _)) => return Again::No,
        Err(problem) | Ok(Talk { starttls: Some(Err(problem)), .. }) => problem,
        Ok(_) => return Again::No,
    };
    match problem {
        Problem::Failed(FailureKind::TimedOut | FailureKind::NoAnswer, _) => Again::Once,
        _ => Again::No,
    }
}
