//! A conversation with a mail exchanger (RFC 5321), up to STARTTLS (RFC 3207). No mail is sent: not
//! even a sender is named.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::io::{AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::problem::{Problem, Until};
use super::tls::{self, Shown};
use crate::mail::smtp::{LONGEST_LINE, NotAReply, Reader, Reply, offers};
use crate::observed::{FailureKind, Remote};

/// Characters of a server's words that a problem shows.
const SHOWN: usize = 160;

/// What a conversation showed.
#[derive(Debug, Clone)]
pub(super) struct Talk {
    /// The text of the greeting.
    pub(super) greeting: Remote,
    /// What is offered after EHLO, a line each.
    pub(super) extensions: Vec<Remote>,
    /// What came of STARTTLS; `None` where it is not offered.
    pub(super) starttls: Option<Result<Shown, Problem>>,
}

/// With whom and how long.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    /// The exchanger's name, which TLS asks for.
    pub(super) host: &'a str,
    /// Its address.
    pub(super) peer: SocketAddr,
    /// The end of the conversation.
    pub(super) until: Until,
}

/// Talks with the server at the other end.
pub(super) async fn talk(
    client: &Arc<ClientConfig>,
    stream: TcpStream,
    with: With<'_>,
) -> Result<Talk, Problem> {
    let me = stream.local_addr().map_or_else(|_| "[127.0.0.1]".to_owned(), |own| literal(own.ip()));
    let mut wire = Wire { stream: BufReader::new(stream), peer: with.peer, until: with.until };
    let greeting = wire.reply("no greeting").await?;
    wire.welcomes(&greeting)?;
    let ehlo = wire.ask(&format!("EHLO {me}"), "EHLO").await?;
    let extensions = match ehlo.code {
        200..300 => ehlo.extensions(),
        // It knows only HELO, and so has nothing to offer (RFC 5321 section 3.2).
        500 | 502 => &[],
        _ => return Err(wire.refused("answers EHLO with", &ehlo)),
    };
    let extensions: Vec<Remote> = extensions.iter().map(|line| Remote::new(line)).collect();
    let starttls = if offers(extensions.iter().map(Remote::as_str), "STARTTLS") {
        Some(wire.starttls(client, with.host).await)
    } else {
        good_bye(wire.stream.get_mut(), with.until).await;
        None
    };
    Ok(Talk { greeting: Remote::new(&greeting.text()), extensions, starttls })
}

/// An address as EHLO names it (RFC 5321 section 4.1.3).
fn literal(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(four) => format!("[{four}]"),
        IpAddr::V6(six) => format!("[IPv6:{six}]"),
    }
}

/// Takes leave without waiting for an answer: the connection ends anyway.
async fn good_bye<S: AsyncWrite + Unpin>(stream: &mut S, until: Until) {
    let leave = async {
        stream.write_all(b"QUIT\r\n").await?;
        stream.flush().await
    };
    let _ = until.wait(FailureKind::NoAnswer, "no end", leave).await;
}

/// A connection in the clear.
struct Wire {
    stream: BufReader<TcpStream>,
    peer: SocketAddr,
    until: Until,
}

impl Wire {
    fn welcomes(&self, greeting: &Reply) -> Result<(), Problem> {
        match greeting.code {
            220 => Ok(()),
            _ => Err(self.refused("greets with", greeting)),
        }
    }

    /// A reply that is not the one that was hoped for.
    fn refused(&self, does: &str, reply: &Reply) -> Problem {
        let kind = if reply.refuses() { FailureKind::Declined } else { FailureKind::NotSmtp };
        let text: String = reply.text().chars().take(SHOWN).collect();
        Problem::Failed(kind, format!("{} {does} `{} {text}`", self.peer, reply.code))
    }

    async fn ask(&mut self, line: &str, command: &str) -> Result<Reply, Problem> {
        let lack = format!("no answer to {command}");
        let (line, stage) = (format!("{line}\r\n"), self.stage(&lack));
        let written = self.stream.get_mut().write_all(line.as_bytes());
        let written = self.until.wait(FailureKind::NoAnswer, stage, written).await?;
        written.map_err(|error| Problem::from_io(&error, self.peer))?;
        self.reply(&lack).await
    }

    fn stage(&self, what: &str) -> String {
        format!("{what} from {}", self.peer)
    }

    /// The next reply; `lack` says what is missing where none comes in time.
    async fn reply(&mut self, lack: &str) -> Result<Reply, Problem> {
        let (peer, stage, until) = (self.peer, self.stage(lack), self.until);
        let reply = until.wait(FailureKind::NoAnswer, stage, read(&mut self.stream)).await?;
        let reply = reply.map_err(|error| Problem::from_io(&error, peer))?;
        reply.map_err(|fault| {
            Problem::Failed(FailureKind::NotSmtp, format!("what {peer} answered is not SMTP: {fault}"))
        })
    }

    /// Changes to TLS, and shows the certificates.
    async fn starttls(mut self, client: &Arc<ClientConfig>, host: &str) -> Result<Shown, Problem> {
        let reply = self.ask("STARTTLS", "STARTTLS").await?;
        if reply.code != 220 {
            return Err(self.refused("answers STARTTLS with", &reply));
        }
        let (peer, until) = (self.peer, self.until);
        let early = self.stream.buffer().len();
        if early > 0 {
            let words = format!(
                "{peer} sends {early} bytes in the clear behind its answer to STARTTLS: a server that does not empty its buffers there lets others put words into the encrypted conversation"
            );
            return Err(Problem::Failed(FailureKind::NotSmtp, words));
        }
        let (mut stream, shown) = tls::handshake(client, self.stream.into_inner(), host, peer, until).await?;
        if let Some(stream) = &mut stream {
            good_bye(stream, until).await;
        }
        Ok(shown)
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Result<Reply, NotAReply>> {
    let mut reader = Reader::default();
    loop {
        let Some(line) = line(stream).await? else { return Ok(Err(NotAReply::LongLine)) };
        match reader.take(&line) {
            Ok(None) => {}
            Ok(Some(reply)) => return Ok(Ok(reply)),
            Err(fault) => return Ok(Err(fault)),
        }
    }
}

/// One line without its end; `None` where it is too long to be one.
async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let bytes = stream.fill_buf().await?;
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        line.extend(&bytes[..taken]);
        stream.consume(taken);
        if line.len() > LONGEST_LINE {
            return Ok(None);
        }
        if end.is_some() {
            line.pop();
            line.pop_if(|last| *last == b'\r');
            return Ok(Some(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn addresses_are_named_as_literals() {
        let of = |text: &str| literal(text.parse().expect("an address"));
        assert_eq!(of("203.0.113.9"), "[203.0.113.9]");
        assert_eq!(of("::ffff:203.0.113.9"), "[203.0.113.9]");
        assert_eq!(of("2001:db8::9"), "[IPv6:2001:db8::9]");
    }
}
