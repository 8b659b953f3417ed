//! A stream with the round trips of a long way.
//!
//! Loopback has no distance, and a connection cannot be made slow from the far end without a proxy. So the time of
//! the TCP handshake is spent before the server's first read, and one more round trip before each *turn* of the
//! server: the first write after a read. A client sees TCP 1, TLS 1.3 1 (TLS 1.2: 2), and 1 for each request; what
//! the server writes further in the same turn comes at once. Thinking time of a page is added to that.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A server's stream whose turns take a round trip.
pub struct Paced<S> {
    inner: S,
    round_trip: Duration,
    /// The wait that is on, if any.
    wait: Option<Pin<Box<Sleep>>>,
    /// Whether something was read since the last write.
    my_turn: bool,
}

impl<S> Paced<S> {
    /// A stream just accepted.
    pub fn new(inner: S, round_trip: Duration) -> Self {
        let wait = (!round_trip.is_zero()).then(|| Box::pin(sleep(round_trip)));
        Self { inner, round_trip, wait, my_turn: false }
    }

    fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_wait(cx));
        let result = ready!(Pin::new(&mut self.inner).poll_read(cx, into));
        self.my_turn = true;
        Poll::Ready(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.my_turn && !self.round_trip.is_zero() {
            self.my_turn = false;
            self.wait = Some(Box::pin(sleep(self.round_trip)));
        }
        ready!(self.poll_wait(cx));
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
