//! Looks at one address of a host, where every other question takes whichever answers first.

use std::net::{IpAddr, SocketAddr};

use url::Url;

use super::{Session, timed_out};
use crate::observed::{Visit, visit};
use crate::probe::certificate::facts;
use crate::probe::limit::Again;
use crate::probe::problem::Problem;

impl Session<'_> {
    /// What one address of a host serves at a URL, kept under the address that DNS says. Where the
    /// user chose an address of its family, that is looked at in its stead.
    pub(in crate::probe) async fn visit(
        &self,
        url: &Url,
        address: IpAddr,
        chosen: &[SocketAddr],
    ) -> Result<Visit, Problem> {
        let attempt = async || {
            let to = match chosen.iter().find(|to| to.is_ipv6() == address.is_ipv6()) {
                Some(to) => vec![*to],
                None => self.open_to(url, vec![address], false)?,
            };
            let (open, shown) = self.shake_hands_at(url, &to).await?;
            let leaf = shown.chain.first().map(facts).unwrap_or_default();
            let status = open.get(url).await?.exchange.status;
            Ok(Visit { certificate: leaf.sha256, names: leaf.names, status, ..Visit::default() })
        };
        let ask = async || self.limits.retrying(attempt, failing).await;
        self.visits.get(&visit(url, address), &self.tally, ask).await
    }
}

/// Time-outs, 5xx and 429 may pass; everything else stands.
fn failing(outcome: &Result<Visit, Problem>) -> Again {
    match outcome {
        Ok(visit) if visit.status == 429 || (500..600).contains(&visit.status) => Again::Soon,
        _ => timed_out(outcome),
    }
}
