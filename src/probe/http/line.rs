//! Connections that carry requests. Nothing is spawned: whoever waits for an answer drives the connection
//! meanwhile, and where several share one, each drives it for all.

use std::cell::Cell;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture, Shared, select};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};

use super::answer::{Answer, Asked, read};
use super::{MOST_BODY, MOST_FIELDS, MOST_HEAD, Question, fault};
use crate::observed::FailureKind;
use crate::probe::problem::{Problem, Until};

/// A connection that is ready for requests.
pub(in crate::probe) enum Line {
    /// HTTP/1.1: one request at a time.
    Single(Single),
    /// HTTP/2: many at once.
    Many(Many),
}

/// Until when the answers on a connection are waited for.
struct Limit {
    /// The end of the attempt that opened the connection.
    first: Until,
    /// Whether the peer has answered since.
    answered: Cell<bool>,
}

impl Limit {
    /// Connecting, TLS and the first answers share one time limit; later requests have one of their own.
    fn now(&self) -> Until {
        if self.answered.get() { self.first.again() } else { self.first }
    }
}

/// A connection of HTTP/1.1.
pub(in crate::probe) struct Single {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: LocalBoxFuture<'static, ()>,
    peer: SocketAddr,
    limit: Limit,
}

/// A connection of HTTP/2, shared by all who ask on it.
#[derive(Clone)]
pub(in crate::probe) struct Many {
    sender: http2::SendRequest<Full<Bytes>>,
    driver: Shared<LocalBoxFuture<'static, ()>>,
    peer: SocketAddr,
    limit: Rc<Limit>,
}

impl Line {
    /// Begins HTTP on a stream; `h2` where the peer chose HTTP/2.
    pub(in crate::probe) async fn open<S>(
        stream: S,
        peer: SocketAddr,
        until: Until,
        h2: bool,
    ) -> Result<Self, Problem>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limit = Limit { first: until, answered: Cell::new(false) };
        if !h2 {
            let mut builder = http1::Builder::new();
            // A field with a control character is dropped, as browsers do; the others are still an answer.
            builder.ignore_invalid_headers_in_responses(true);
            builder.max_headers(MOST_FIELDS).max_header_size(MOST_HEAD).max_buf_size(MOST_HEAD);
            let (sender, connection) = started(builder.handshake(TokioIo::new(stream)), peer, until).await?;
            let driver = connection.map(|_| ()).fuse().boxed_local();
            return Ok(Self::Single(Single { sender, driver, peer, limit }));
        }
        let window = u32::try_from(MOST_BODY).unwrap_or(u32::MAX);
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.max_header_list_size(u32::try_from(MOST_HEAD).unwrap_or(u32::MAX));
        // More of a body than is read need not be sent.
        builder.initial_stream_window_size(window).initial_connection_window_size(window.saturating_mul(8));
        let (sender, connection) = started(builder.handshake(TokioIo::new(stream)), peer, until).await?;
        let driver = connection.map(|_| ()).boxed_local().shared();
        Ok(Self::Many(Many { sender, driver, peer, limit: Rc::new(limit) }))
    }

    /// Asks once, and gives the connection up.
    pub(in crate::probe) async fn ask(self, question: &Question<'_>) -> Result<Answer, Problem> {
        match self {
            Self::Single(single) => single.ask(question).await.map(|(answer, _)| answer),
            Self::Many(many) => many.ask(question).await,
        }
    }
}

async fn started<T>(
    handshake: impl Future<Output = hyper::Result<T>>,
    peer: SocketAddr,
    until: Until,
) -> Result<T, Problem> {
    let stage = format!("no HTTP answer from {peer}");
    // On the heap: a connection is large, and whoever waits for one would carry it along.
    let started = until.wait(FailureKind::NoAnswer, stage, Box::pin(handshake)).await?;
    started.map_err(|error| fault::problem(&error, peer))
}

impl Single {
    /// Asks, and returns the connection where it can carry another request.
    pub(in crate::probe) async fn ask(
        mut self,
        question: &Question<'_>,
    ) -> Result<(Answer, Option<Self>), Problem> {
        let asked = Asked {
            url: question.url,
            peer: self.peer,
            until: self.limit.now(),
            look: question.look.as_ref(),
        };
        let response = self.sender.send_request(question.request(false)?);
        let answer = driven(&mut self.driver, read(response, asked)).await?;
        self.limit.answered.set(true);
        // The rest of a body that is not read stands in the way.
        let open = answer.is_whole && !self.sender.is_closed();
        Ok((answer, open.then_some(self)))
    }

    /// True where the connection was used before: the peer may have closed it meanwhile.
    pub(in crate::probe) fn was_used(&self) -> bool {
        self.limit.answered.get()
    }

    /// Waits until the connection can carry a request; false where the peer has closed it.
    pub(in crate::probe) async fn is_ready(&mut self) -> bool {
        let ready = self.sender.ready();
        match select(pin!(ready), &mut self.driver).await {
            Either::Left((ready, _)) => ready.is_ok(),
            Either::Right(_) => false,
        }
    }
}

impl Many {
    /// Asks beside whoever else asks on this connection.
    pub(in crate::probe) async fn ask(&self, question: &Question<'_>) -> Result<Answer, Problem> {
        let asked = Asked {
            url: question.url,
            peer: self.peer,
            until: self.limit.now(),
            look: question.look.as_ref(),
        };
        let mut sender = self.sender.clone();
        let response = sender.send_request(question.request(true)?);
        let answer = driven(self.driver.clone(), read(response, asked)).await?;
        self.limit.answered.set(true);
        Ok(answer)
    }

    /// True where the peer has ended the connection.
    pub(in crate::probe) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}

/// Runs the connection as long as the exchange needs it.
async fn driven<T>(connection: impl Future, exchange: impl Future<Output = T>) -> T {
    match select(pin!(exchange), pin!(connection)).await {
        Either::Left((outcome, _)) => outcome,
        // What the connection had to say reaches the exchange through its own channel.
        Either::Right((_, exchange)) => exchange.await,
    }
}
