//! A stream with the round trips of a long way.
//!
//! Loopback has no distance, and a connection cannot be made slow from the far end without a proxy. So the whole
//! round trip is spent on what comes in: bytes that arrive are read one round trip later, and those that arrive
//! before a TCP handshake could have ended count as sent then. What the server writes goes out at once, but not
//! before that handshake. A client sees TCP 1, TLS 1.3 1 (TLS 1.2: 2), and 1 for each request, however many requests
//! are on their way together. Thinking time of a page is added to that.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Most bytes that are under way at once.
const UNDER_WAY: usize = 1024 * 1024;

/// What has arrived and may be read from then on.
struct Packet {
    due: Instant,
    bytes: Vec<u8>,
    read: usize,
}

/// A server's stream, a round trip away.
pub struct Paced<S> {
    inner: S,
    round_trip: Duration,
    /// When the TCP handshake is over.
    connected: Instant,
    under_way: VecDeque<Packet>,
    /// The other side has closed, or failed, and when that is noticed.
    ended: Option<(Instant, Option<io::Error>)>,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Paced<S> {
    /// A stream just accepted.
    pub fn new(inner: S, round_trip: Duration) -> Self {
        let connected = Instant::now() + round_trip;
        let writing = (!round_trip.is_zero()).then(|| Box::pin(sleep_until(connected)));
        let (under_way, ended, reading) = (VecDeque::new(), None, None);
        Self { inner, round_trip, connected, under_way, ended, reading, writing }
    }

    /// When what arrives now is read.
    fn due(&self) -> Instant {
        Instant::now().max(self.connected) + self.round_trip
    }

    fn poll_connected(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(wait) = &mut self.writing {
            ready!(wait.as_mut().poll(cx));
            self.writing = None;
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> Paced<S> {
    /// Takes in all that has arrived, and notes when.
    fn take_in(&mut self, cx: &mut Context<'_>) {
        let mut buffer = [0; 16 * 1024];
        while self.ended.is_none()
            && self.under_way.iter().map(|packet| packet.bytes.len()).sum::<usize>() < UNDER_WAY
        {
            let mut into = ReadBuf::new(&mut buffer);
            let due = self.due();
            match Pin::new(&mut self.inner).poll_read(cx, &mut into) {
                Poll::Pending => return,
                Poll::Ready(Err(error)) => self.ended = Some((due, Some(error))),
                Poll::Ready(Ok(())) if into.filled().is_empty() => self.ended = Some((due, None)),
                Poll::Ready(Ok(())) => {
                    self.under_way.push_back(Packet { due, bytes: into.filled().to_vec(), read: 0 });
                }
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.round_trip.is_zero() {
            return Pin::new(&mut self.inner).poll_read(cx, into);
        }
        self.take_in(cx);
        let front = self.under_way.front().map(|packet| packet.due);
        let Some(due) = front.or(self.ended.as_ref().map(|(due, _)| *due)) else { return Poll::Pending };
        if due > Instant::now() {
            let wait = self.reading.insert(Box::pin(sleep_until(due)));
            ready!(wait.as_mut().poll(cx));
        }
        self.reading = None;
        let Some(packet) = self.under_way.front_mut() else {
            let error = self.ended.as_mut().and_then(|(_, error)| error.take());
            return Poll::Ready(error.map_or(Ok(()), Err));
        };
        let rest = &packet.bytes[packet.read..];
        let count = rest.len().min(into.remaining());
        into.put_slice(&rest[..count]);
        packet.read += count;
        if packet.read == packet.bytes.len() {
            self.under_way.pop_front();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_connected(cx));
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
