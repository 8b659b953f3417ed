//! Looks at one address of a host, where every other question takes whichever answers first.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use url::Url;

use super::Session;
use super::lines::{cut, let_in, unlet};
use crate::observed::{Visit, origin, visit};
use crate::probe::certificate::facts;
use crate::probe::http::Question;
use crate::probe::limit::Again;
use crate::probe::problem::Problem;

/// What one address showed. Where its chain leads is judged in the end.
#[derive(Debug, Clone)]
pub(in crate::probe) struct Visited {
    pub(in crate::probe) visit: Visit,
    pub(in crate::probe) chain: Arc<[CertificateDer<'static>]>,
}

impl Session<'_> {
    /// What one address of a host serves at a URL, kept under the address that DNS says. Where the
    /// user chose an address of its family, that is looked at in its stead.
    pub(in crate::probe) async fn visit(
        &self,
        url: &Url,
        address: IpAddr,
        chosen: &[SocketAddr],
    ) -> Result<Visited, Problem> {
        let attempt = async || {
            let to = match chosen.iter().find(|to| to.is_ipv6() == address.is_ipv6()) {
                Some(to) => vec![*to],
                None => self.open_to(url, vec![address], false)?,
            };
            let _permit = self.limits.permit_for(&origin(url)).await;
            let (line, shown) = self.open(url, &to, self.settings.timeout).await?;
            let leaf = shown.as_ref().and_then(|shown| shown.chain.first()).map(facts).unwrap_or_default();
            let answer = line.ok_or_else(|| unlet(url))?.ask(&Question::get(url)).await;
            let status = let_in(answer, shown.as_ref())?.exchange.status;
            let chain = shown.as_ref().map(|shown| Arc::clone(&shown.chain)).unwrap_or_default();
            let visit = Visit {
                peer: shown.map(|shown| shown.peer),
                certificate: leaf.sha256,
                names: leaf.names,
                not_before: Some(leaf.not_before),
                not_after: Some(leaf.not_after),
                path: None,
                status,
            };
            Ok(Visited { visit, chain })
        };
        let ask = async || self.limits.retrying(attempt, failing).await;
        self.visits.get(&visit(url, address), &self.tally, ask).await
    }
}

/// Resets, 5xx and 429 may pass; everything else stands.
fn failing(outcome: &Result<Visited, Problem>) -> Again {
    match outcome.as_ref().map(|visited| visited.visit.status) {
        Ok(429 | 500..600) => Again::Soon,
        _ => cut(outcome),
    }
}
