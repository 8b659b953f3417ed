//! A connection whose first bytes are kept. What is not TLS is only refused by the TLS library; its first
//! bytes say what it is.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that are kept: enough for every greeting that is known.
const KEPT: usize = 8;

/// The first bytes of a connection, shared with who reads it.
#[derive(Debug, Clone, Default)]
pub(super) struct First(Arc<Mutex<Vec<u8>>>);

impl First {
    /// Those that came so far.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().map(|bytes| bytes.clone()).unwrap_or_default()
    }

    /// Keeps these; true while more are wanted.
    fn keep(&self, bytes: &[u8]) -> bool {
        let Ok(mut kept) = self.0.lock() else { return false };
        let room = KEPT - kept.len();
        kept.extend(bytes.iter().take(room));
        kept.len() < KEPT
    }
}

/// The connection.
#[derive(Debug)]
pub(in crate::probe) struct Kept {
    stream: TcpStream,
    first: First,
    wanted: bool,
}

impl Kept {
    pub(super) fn new(stream: TcpStream, first: First) -> Self {
        Self { stream, first, wanted: true }
    }
}

impl AsyncRead for Kept {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, into);
        if this.wanted {
            this.wanted = this.first.keep(&into.filled()[before..]);
        }
        polled
    }
}

impl AsyncWrite for Kept {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
