//! Looks at one address of a host, where every other question takes whichever answers first.

use std::net::{IpAddr, SocketAddr};

use url::Url;

use super::Session;
use super::lines::silent;
use crate::observed::{Visit, origin, visit};
use crate::probe::certificate::facts;
use crate::probe::http::Question;
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
            let _permit = self.limits.permit_for(&origin(url)).await;
            let (line, shown) = self.open(url, &to).await?;
            let leaf = shown.as_ref().and_then(|shown| shown.chain.first()).map(facts);
            let (certificate, names) = leaf.map(|leaf| (leaf.sha256, leaf.names)).unwrap_or_default();
            let status = line.ask(&Question::get(url)).await?.exchange.status;
            Ok(Visit { certificate, names, status })
        };
        let ask = async || self.limits.retrying(attempt, failing).await;
        self.visits.get(&visit(url, address), &self.tally, ask).await
    }
}

/// Time-outs, 5xx and 429 may pass; everything else stands.
fn failing(outcome: &Result<Visit, Problem>) -> Again {
    match outcome {
        Ok(visit) if visit.status == 429 || (500..600).contains(&visit.status) => Again::Soon,
        _ => silent(outcome),
    }
}
