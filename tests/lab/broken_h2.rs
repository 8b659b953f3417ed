//! Servers that misbehave in HTTP/2.

use std::future::pending;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What a server does after a handshake that chose HTTP/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenH2 {
    /// Sends bytes that are no frames.
    Garbage,
    /// Sends settings, then DATA on stream 0, which RFC 9113 section 6.1 forbids.
    DataOnStreamZero,
    /// Sends settings, then header fields that HPACK cannot undo.
    BrokenHpack,
    /// Sends settings, then header fields without end.
    EndlessHeaders,
    /// Sends settings and is silent from then on.
    Silent,
    /// Sends GOAWAY at once.
    GoAway,
    /// Resets the first request's stream.
    Reset,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

/// A frame (RFC 9113 section 4.1).
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short payload").to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, stream], payload].concat()
}

impl BrokenH2 {
    /// Treats one connection so.
    pub(super) async fn play<S: AsyncRead + AsyncWrite + Unpin>(self, mut stream: S) -> io::Result<()> {
        let _ = stream.read(&mut vec![0; 16 * 1024]).await?;
        if self == Self::Garbage {
            stream.write_all(&[0xff; 64]).await?;
        } else {
            stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
        }
        match self {
            Self::DataOnStreamZero => stream.write_all(&frame(DATA, 0, 0, b"x")).await?,
            Self::BrokenHpack => stream.write_all(&frame(HEADERS, 4, 1, &[0xff; 32])).await?,
            Self::EndlessHeaders => {
                // `:status: 200`, then a literal field again and again.
                let field = [&[0x40, 3][..], b"lab", &[100], &[b'h'; 100]].concat();
                stream.write_all(&frame(HEADERS, 0, 1, &[&[0x88][..], &field].concat())).await?;
                let more = frame(CONTINUATION, 0, 1, &field.repeat(100));
                loop {
                    stream.write_all(&more).await?;
                    // A fast reader must not keep the lab's only thread to itself.
                    tokio::task::yield_now().await;
                }
            }
            Self::GoAway => {
                // ENHANCE_YOUR_CALM, and why.
                let calm = [&[0, 0, 0, 0, 0, 0, 0, 11][..], b"calm \x1b[31mdown"].concat();
                stream.write_all(&frame(GOAWAY, 0, 0, &calm)).await?;
            }
            Self::Reset => stream.write_all(&frame(RST_STREAM, 0, 1, &[0, 0, 0, 2])).await?,
            Self::Silent => pending().await,
            Self::Garbage => {}
        }
        stream.flush().await?;
        // Reads until the other side has had enough.
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(drop)
    }
}
