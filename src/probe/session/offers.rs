//! Offers a host old versions and weak suites, one on each connection, all at once.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use url::Url;

use super::Session;
use crate::hello::Offer;
use crate::observed::{FailureKind, Reply, origin};
use crate::probe::dial;
use crate::probe::hello::{Heard, greet};
use crate::probe::limit::Again;
use crate::probe::problem::{Problem, Until};

/// The time for one offer, where the run's own is longer: the answer is one small flight, and some
/// firewalls drop what is old in silence.
const LONGEST: Duration = Duration::from_secs(5);

impl Session<'_> {
    /// What a host answers to each offer; that to each broken family only where one is accepted.
    pub(in crate::probe) async fn offer(&self, url: &Url) {
        let ask = async || {
            let to = self.addresses(url).await?;
            let mut heard = self.offer_each(url, &to, &Offer::FIRST).await;
            let is_broken =
                |heard: &Heard| heard.offer == Offer::Broken && matches!(heard.reply, Reply::Accepted(_));
            if heard.iter().any(is_broken) {
                heard.extend(self.offer_each(url, &to, &Offer::BROKEN).await);
            }
            Ok(heard)
        };
        // Kept in the session.
        let _ = self.offers.get(&origin(url), &self.tally, ask).await;
    }

    async fn offer_each(&self, url: &Url, to: &[SocketAddr], offers: &[Offer]) -> Vec<Heard> {
        join_all(offers.iter().map(async |offer| self.offer_one(url, to, *offer).await)).await
    }

    async fn offer_one(&self, url: &Url, to: &[SocketAddr], offer: Offer) -> Heard {
        let host = dial::bare_host(url);
        // Before there is an attempt: hundreds may wait here.
        let _permit = self.limits.permit_to_offer(&origin(url)).await;
        let attempt = async || {
            let until = Until::after(self.settings.timeout.min(LONGEST));
            let (stream, peer) = dial::tcp(to, until).await?;
            greet(stream, offer, &host, peer, until).await
        };
        match self.limits.retrying(attempt, again).await {
            Ok(heard) => heard,
            Err(problem) => Heard::nothing(offer, &problem),
        }
    }
}

/// A connection that was reset may have been lost on the way; what a server says stands, and silence
/// costs too much time to be asked for twice.
fn again(outcome: &Result<Heard, Problem>) -> Again {
    match outcome {
        Err(Problem::Failed(FailureKind::Reset, _)) => Again::Once,
        _ => Again::No,
    }
}
