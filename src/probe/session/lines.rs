//! The connections to one origin. All that is asked of an origin rides on the connection whose handshake is
//! kept: at once where that speaks HTTP/2; where it speaks HTTP/1.1, a few more are opened beside it, and
//! each carries one request after another.

use std::net::SocketAddr;
use std::time::Duration;

use url::Url;

use super::Session;
use crate::observed::{FailureKind, origin};
use crate::probe::dial;
use crate::probe::http::{Answer, Line, Many, Question, Single};
use crate::probe::limit::Again;
use crate::probe::problem::{Problem, Until};
use crate::probe::tls::{self, Shown};

/// What stands open to an origin.
#[derive(Default)]
pub(super) struct Lines {
    many: Option<Many>,
    idle: Vec<Single>,
}

impl Session<'_> {
    /// Asks, with retries, and keeps nothing.
    pub(in crate::probe) async fn ask(&self, question: Question<'_>) -> Result<Answer, Problem> {
        if question.url.scheme() == "https" {
            // All of an origin stand and fall with its first handshake.
            self.handshake(question.url).await.map_err(below)?;
        }
        self.limits.retrying(async || self.ask_once(&question).await, again).await
    }

    /// Asks once, on whatever connection there is.
    pub(in crate::probe) async fn ask_once(&self, question: &Question<'_>) -> Result<Answer, Problem> {
        let origin = origin(question.url);
        if let Some(many) = self.shared_line(&origin) {
            let _permit = self.limits.permit().await;
            return many.ask(question).await;
        }
        let _permit = self.limits.permit_for(&origin).await;
        while let Some(mut single) = self.idle_line(&origin) {
            if !single.is_ready().await {
                continue;
            }
            let used = single.was_used();
            match self.carried(single, question, &origin).await {
                // The peer may close a connection that carried a request at any time: no fault of anybody.
                Err(Problem::Failed(FailureKind::Reset, _)) if used => {}
                outcome => return outcome,
            }
        }
        let (line, _) = self.open(question.url, &self.addresses(question.url).await?).await?;
        match line {
            Line::Single(single) => self.carried(single, question, &origin).await,
            Line::Many(many) => {
                self.lines.borrow_mut().entry(origin).or_default().many = Some(many.clone());
                many.ask(question).await
            }
        }
    }

    /// Asks on a connection of HTTP/1.1 and keeps it for the next request.
    async fn carried(
        &self,
        single: Single,
        question: &Question<'_>,
        origin: &str,
    ) -> Result<Answer, Problem> {
        let (answer, rest) = single.ask(question).await?;
        if let Some(rest) = rest {
            self.lines.borrow_mut().entry(origin.to_owned()).or_default().idle.push(rest);
        }
        Ok(answer)
    }

    fn shared_line(&self, origin: &str) -> Option<Many> {
        let lines = self.lines.borrow();
        lines.get(origin)?.many.clone().filter(|many| !many.is_closed())
    }

    fn idle_line(&self, origin: &str) -> Option<Single> {
        self.lines.borrow_mut().get_mut(origin)?.idle.pop()
    }

    /// The first handshake with a URL's origin; its connection is kept for what is asked.
    async fn handshake(&self, url: &Url) -> Result<Shown, Problem> {
        let origin = origin(url);
        let attempt = async || {
            let _permit = self.limits.permit_for(&origin).await;
            let (line, shown) = self.open(url, &self.addresses(url).await?).await?;
            Ok((line, shown))
        };
        let ask = async || {
            let (line, shown) = self.limits.retrying(attempt, silent).await?;
            let mut lines = self.lines.borrow_mut();
            let lines = lines.entry(origin.clone()).or_default();
            match line {
                Line::Many(many) => lines.many = Some(many),
                Line::Single(single) => lines.idle.push(single),
            }
            shown.ok_or_else(|| Problem::Unobserved(format!("{url} is not asked over TLS")))
        };
        self.tls.get(&origin, &self.tally, ask).await
    }

    /// A new connection to one of these addresses, and what the handshake showed where there was one.
    pub(super) async fn open(&self, url: &Url, to: &[SocketAddr]) -> Result<(Line, Option<Shown>), Problem> {
        let until = Until::after(self.settings.timeout);
        let (stream, peer) = dial::tcp(to, until).await?;
        if url.scheme() != "https" {
            return Ok((Line::open(stream, peer, until, false).await?, None));
        }
        let host = dial::bare_host(url);
        let (stream, shown) = tls::handshake(&self.client, stream, &host, peer, until).await?;
        let h2 = tls::chose_h2(&stream);
        Ok((Line::open(stream, peer, until, h2).await?, Some(shown)))
    }
}

/// What a failed handshake means for the URLs above it.
fn below(problem: Problem) -> Problem {
    match problem {
        // Nothing was connected to: that is about the name, not about TLS.
        Problem::Failed(FailureKind::NoAddress, _) => problem,
        Problem::Failed(_, words) => Problem::Failed(FailureKind::Handshake, words),
        unobserved @ Problem::Unobserved(_) => unobserved,
    }
}

/// Silence and a connection that is cut may pass; everything else stands.
pub(super) fn silent<T>(outcome: &Result<T, Problem>) -> Again {
    match outcome {
        Err(Problem::Failed(FailureKind::TimedOut | FailureKind::NoAnswer, _)) => Again::Soon,
        Err(Problem::Failed(FailureKind::Reset, _)) => Again::Once,
        _ => Again::No,
    }
}

/// So may 5xx and 429.
fn again(outcome: &Result<Answer, Problem>) -> Again {
    let Ok(answer) = outcome else { return silent(outcome) };
    let exchange = &answer.exchange;
    if exchange.status != 429 && !(500..600).contains(&exchange.status) {
        return Again::No;
    }
    let asked = exchange.header("retry-after").next().and_then(|value| value.as_str().trim().parse().ok());
    asked.map_or(Again::Soon, |seconds| Again::After(Duration::from_secs(seconds)))
}
