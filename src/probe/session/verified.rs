//! Asks a peer whose certificate holds, and no other: what goes there is not for strangers.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use url::Url;

use super::Session;
use crate::observed::origin;
use crate::private::PrivateRanges;
use crate::probe::http::{Answer, Line, Question};
use crate::probe::problem::{Problem, Until};
use crate::probe::{dial, tls};

impl Session<'_> {
    /// Asks once, on a connection of its own. Plain HTTP is spoken within a private network or this
    /// machine alone.
    pub(in crate::probe) async fn ask_verified(
        &self,
        question: &Question<'_>,
        limit: Duration,
    ) -> Result<Answer, Problem> {
        let url = question.url;
        let to = self.reach(url, false).await?;
        if url.scheme() != "https" && !to.iter().all(|to| PrivateRanges::Forbidden.fault(to.ip()).is_some()) {
            return Err(Problem::Unobserved(format!(
                "not sent to {}: whoever is on the way could read it over plain HTTP",
                origin(url)
            )));
        }
        let _permit = self.limits.permit_for(&origin(url)).await;
        let until = Until::after(limit);
        let (stream, peer) = dial::tcp(&to, until).await?;
        let line = if url.scheme() == "https" {
            let client = self.verifying(url)?;
            let stream = tls::verified(&client, stream, &dial::bare_host(url), peer, until).await?;
            let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            Line::open(stream, peer, until, h2).await?
        } else {
            Line::open(stream, peer, until, false).await?
        };
        line.ask(question).await
    }

    /// The client's side of handshakes that verify; made once.
    fn verifying(&self, url: &Url) -> Result<Arc<ClientConfig>, Problem> {
        let made = self.verifying.get_or_init(|| {
            tls::verifying(&self.settings.extra_roots, self.settings.machine, &["h2", "http/1.1"])
                .map(Arc::new)
                .map_err(|error| error.to_string())
        });
        made.clone().map_err(|why| Problem::Unobserved(format!("{} could not be asked: {why}", origin(url))))
    }
}
