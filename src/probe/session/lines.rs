//! The connections to one origin. All that is asked of an origin rides on the connection whose handshake is
//! kept: at once where that speaks HTTP/2; where it speaks HTTP/1.1, a few more are opened beside it, and
//! each carries one request after another.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use url::Url;

use super::Session;
use crate::observed::{ClientCertificate, FailureKind, origin};
use crate::probe::dial;
use crate::probe::http::{Answer, Line, Many, Question, Single};
use crate::probe::limit::Again;
use crate::probe::problem::{Problem, Until};
use crate::probe::tls::{self, Shown};

/// Connections of HTTP/1.1 that are kept for a next request, of all origins together: a process has a
/// few hundred files to open.
const MOST_IDLE: usize = 64;

/// What stands open to an origin.
#[derive(Default)]
pub(super) struct Lines {
    many: Option<Many>,
    idle: Vec<Single>,
}

impl Session<'_> {
    /// Asks, with retries, and keeps nothing.
    pub(in crate::probe) async fn ask(&self, question: Question<'_>) -> Result<Answer, Problem> {
        let mut shown = None;
        if question.url.scheme() == "https" {
            // All of an origin stand and fall with its first handshake.
            shown = Some(self.handshake(question.url).await.map_err(below)?);
        }
        let half = self.settings.timeout / 2;
        let attempt = async || {
            let aside = async || self.ask_aside(&question, half).await;
            self.limits.beside(half, Box::pin(self.ask_once(&question)), aside).await
        };
        let_in(self.limits.retrying(attempt, again).await, shown.as_ref())
    }

    /// Shakes hands with a URL's origin, unless that has been done.
    pub(in crate::probe) async fn greet(&self, url: &Url) -> Result<(), Problem> {
        self.handshake(url).await.map(drop).map_err(below)
    }

    /// Asks on a connection of its own.
    async fn ask_aside(&self, question: &Question<'_>, limit: Duration) -> Result<Answer, Problem> {
        let _permit = self.limits.permit_for(&origin(question.url)).await;
        let (line, _) = self.open(question.url, &self.addresses(question.url).await?, limit).await?;
        line.ok_or_else(|| unlet(question.url))?.ask(question).await
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
            match Box::pin(self.carried(single, question, &origin)).await {
                // The peer may close a connection that carried a request at any time: no fault of anybody.
                Err(Problem::Failed(FailureKind::Reset, _)) if used => {}
                outcome => return outcome,
            }
        }
        let to = self.addresses(question.url).await?;
        // On the heap: most requests need no connection of their own, and there are many of them.
        let (line, _) = Box::pin(self.open(question.url, &to, self.settings.timeout)).await?;
        match line.ok_or_else(|| unlet(question.url))? {
            Line::Single(single) => Box::pin(self.carried(single, question, &origin)).await,
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
        let mut lines = self.lines.borrow_mut();
        let kept: usize = lines.values().map(|lines| lines.idle.len()).sum();
        lines.entry(origin.to_owned()).or_default().idle.extend(rest.filter(|_| kept < MOST_IDLE));
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
        let (whole, half) = (self.settings.timeout, self.settings.timeout / 2);
        let within = async |limit| {
            let _permit = self.limits.permit_for(&origin).await;
            self.open(url, &self.addresses(url).await?, limit).await
        };
        let attempt =
            async || self.limits.beside(half, Box::pin(within(whole)), async || within(half).await).await;
        let ask = async || {
            let (line, shown) = self.limits.retrying(attempt, cut).await?;
            let mut lines = self.lines.borrow_mut();
            let lines = lines.entry(origin.clone()).or_default();
            match line {
                Some(Line::Many(many)) => lines.many = Some(many),
                Some(Line::Single(single)) => lines.idle.push(single),
                None => {}
            }
            shown.ok_or_else(|| Problem::Unobserved(format!("{url} is not asked over TLS")))
        };
        self.tls.get(&origin, &self.tally, ask).await
    }

    /// A new connection to one of these addresses, and what the handshake showed where there was one. The
    /// peer may show what it has and then let nobody in who brings no certificate.
    pub(super) async fn open(
        &self,
        url: &Url,
        to: &[SocketAddr],
        limit: Duration,
    ) -> Result<(Option<Line>, Option<Shown>), Problem> {
        let until = Until::after(limit);
        let (stream, peer) = dial::tcp(to, until).await?;
        let outcome = self.begin(url, stream, peer, until).await;
        let others: Vec<SocketAddr> = to.iter().copied().filter(|other| *other != peer).collect();
        if others.is_empty() || !matches!(outcome, Err(Problem::Failed(..))) {
            return outcome;
        }
        // One of several servers is broken: what the host is like, another one may still say.
        let until = Until::after(limit);
        match dial::tcp(&others, until).await {
            Ok((stream, peer)) => self.begin(url, stream, peer, until).await,
            Err(_) => outcome,
        }
    }

    /// Begins TLS and HTTP on a connection.
    async fn begin(
        &self,
        url: &Url,
        stream: TcpStream,
        peer: SocketAddr,
        until: Until,
    ) -> Result<(Option<Line>, Option<Shown>), Problem> {
        if url.scheme() != "https" {
            return Ok((Some(Line::open(stream, peer, until, false).await?), None));
        }
        let host = dial::bare_host(url);
        let (stream, shown) = tls::handshake(&self.client, stream, &host, peer, until).await?;
        let Some(stream) = stream else { return Ok((None, Some(shown))) };
        let h2 = tls::chose_h2(&stream);
        Ok((Some(Line::open(stream, peer, until, h2).await?), Some(shown)))
    }
}

/// The problem with a peer that ended the handshake for want of a client certificate.
pub(super) fn unlet(url: &Url) -> Problem {
    let words = format!("{} ended the TLS handshake for want of a client certificate", origin(url));
    Problem::Failed(FailureKind::ClientCertificate, words)
}

/// TLS 1.3 lets the client speak before the server has looked at its certificate: where one was asked
/// for, the lack of it is what ends a connection.
pub(super) fn let_in<T>(answer: Result<T, Problem>, shown: Option<&Shown>) -> Result<T, Problem> {
    let asked = shown.is_some_and(|shown| shown.client != ClientCertificate::No);
    match answer {
        Err(Problem::Failed(FailureKind::Alert | FailureKind::Reset, words)) if asked => {
            let words = format!("{words}, after it had asked for a client certificate");
            Err(Problem::Failed(FailureKind::ClientCertificate, words))
        }
        answer => answer,
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

/// A connection that is cut may pass; everything else stands. Silence has had its second attempt
/// when its time is over.
pub(super) fn cut<T>(outcome: &Result<T, Problem>) -> Again {
    match outcome {
        Err(Problem::Failed(FailureKind::Reset, _)) => Again::Once,
        _ => Again::No,
    }
}

/// So may 5xx and 429.
fn again(outcome: &Result<Answer, Problem>) -> Again {
    let Ok(answer) = outcome else { return cut(outcome) };
    let exchange = &answer.exchange;
    if exchange.status != 429 && !(500..600).contains(&exchange.status) {
        return Again::No;
    }
    let asked = exchange.header("retry-after").next().and_then(|value| value.as_str().trim().parse().ok());
    asked.map_or(Again::Soon, |seconds| Again::After(Duration::from_secs(seconds)))
}
