//! Mail servers: greeting, EHLO and STARTTLS as real ones speak them, and the ways in which that goes
//! wrong. They take no mail.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::rr::RecordType;
use rustls::ServerConfig;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::bound::{Bound, Service, serve};
use super::ca::Ca;
use super::cert::Cert;
use super::pace::Paced;
use super::zone::parents;
use super::zones::Names;

/// What a mail server gets wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFault {
    /// Greets with this line instead.
    Greets(&'static str),
    /// Answers EHLO with this line instead.
    AnswersEhlo(&'static str),
    /// Does not offer STARTTLS.
    NoStarttls,
    /// Offers STARTTLS, and answers it with this line.
    AnswersStarttls(&'static str),
    /// Says that TLS may begin, and sends a line in the clear in the same breath.
    Injects,
    /// Says that TLS may begin, and sends bytes that are not TLS.
    GarbageForTls,
    /// Says that TLS may begin, and nothing more.
    SilentForTls,
    /// Greets with one byte each 50 ms, for ever.
    SlowDrip,
    /// Greets with a line without end.
    EndlessLine,
    /// Greets with lines without end.
    EndlessReply,
    /// Closes the connection when it is asked EHLO.
    ClosesAtEhlo,
}

/// What DNS binds a mail server to (RFC 7672).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Association {
    /// Its key: `3 1 1`.
    Key,
    /// The lab's intermediate: `2 0 1`.
    Issuer,
    /// A key that it has not.
    OtherKey,
}

/// The description of a mail server.
#[derive(Clone, Debug, Default)]
pub struct MailServer {
    cert: Option<Cert>,
    fault: Option<MailFault>,
    associations: Vec<Association>,
}

impl MailServer {
    /// A TLSA record in the zone of its name.
    pub fn tlsa(&mut self, association: Association) -> &mut Self {
        self.associations.push(association);
        self
    }

    /// The certificate that it shows; a good one until said otherwise.
    pub fn cert(&mut self, cert: Cert) -> &mut Self {
        self.cert = Some(cert);
        self
    }

    /// What it gets wrong.
    pub fn fault(&mut self, fault: MailFault) -> &mut Self {
        self.fault = Some(fault);
        self
    }

    fn service(self, host: &str, shared: &Shared, round_trip: Duration) -> Service {
        let cert = self.cert.unwrap_or_else(Cert::good);
        let tls = shared.ca.server(&cert, host, &[], rustls::ALL_VERSIONS);
        let talk = Arc::new(Talk { host: host.to_owned(), fault: self.fault, tls, round_trip });
        Arc::new(move |stream, _| {
            let talk = Arc::clone(&talk);
            Box::pin(async move {
                let _ = talk.with(stream).await;
            })
        })
    }
}

/// Publishes the TLSA records: only now is it known which keys there are.
pub(super) fn associate(servers: &BTreeMap<String, MailServer>, names: &mut Names, ca: &Ca) {
    for (host, server) in servers {
        let name = format!("_25._tcp.{host}.");
        let zone = parents(&name).find(|zone| names.origins().iter().any(|origin| origin == zone));
        let Some(zone) = zone.map(|zone| zone.trim_end_matches('.').to_owned()) else { continue };
        for association in &server.associations {
            let (start, data) = match association {
                Association::Key => ([3, 1, 1], Sha256::digest(ca.leaf_key_der())),
                Association::Issuer => ([2, 0, 1], Sha256::digest(ca.intermediate_der())),
                Association::OtherKey => ([3, 1, 1], Sha256::digest("another key")),
            };
            let data: &[u8] = &data;
            names.zone(&zone).raw(&name, "TLSA", &[&start[..], data].concat());
        }
    }
}

/// Starts the mail servers, and a good one for every other host of an MX record.
pub(super) fn bind(
    mut servers: BTreeMap<String, MailServer>,
    names: &Names,
    bound: &mut Bound,
    shared: &Arc<Shared>,
    round_trip: Duration,
) {
    for (_, host) in names.pointers(RecordType::MX).into_iter().filter(|(_, host)| !host.is_empty()) {
        servers.entry(host).or_default();
    }
    for (host, server) in servers {
        if !bound.connects.contains_key(&(host.clone(), 25)) {
            let addr = serve(&host, 25, server.service(&host, shared, round_trip), shared);
            bound.connects.insert((host, 25), addr);
        }
    }
}

/// How one server talks.
struct Talk {
    host: String,
    fault: Option<MailFault>,
    tls: Arc<ServerConfig>,
    round_trip: Duration,
}

impl Talk {
    async fn with(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(Paced::new(stream, self.round_trip));
        self.greet(&mut stream).await?;
        while let Some(command) = command(&mut stream).await? {
            match command.as_str() {
                "EHLO" if self.fault == Some(MailFault::ClosesAtEhlo) => return Ok(()),
                "EHLO" => say(&mut stream, &self.offer(true)).await?,
                "STARTTLS" => return self.encrypt(stream).await,
                "QUIT" => return say(&mut stream, "221 bye\r\n").await,
                _ => say(&mut stream, "502 not here\r\n").await?,
            }
        }
        Ok(())
    }

    async fn greet<S: AsyncWrite + Unpin>(&self, stream: &mut S) -> io::Result<()> {
        match self.fault {
            Some(MailFault::Greets(line)) => say(stream, &format!("{line}\r\n")).await,
            Some(MailFault::SlowDrip) => loop {
                say(stream, "2").await?;
                sleep(Duration::from_millis(50)).await;
            },
            Some(MailFault::EndlessLine) => for_ever(stream, &"220 and on ".repeat(100)).await,
            Some(MailFault::EndlessReply) => for_ever(stream, "220-and one more\r\n").await,
            _ => say(stream, &format!("220-{} ESMTP lab\r\n220 no mail is taken\r\n", self.host)).await,
        }
    }

    fn offer(&self, clear: bool) -> String {
        if let Some(MailFault::AnswersEhlo(line)) = self.fault {
            return format!("{line}\r\n");
        }
        let starttls = clear && self.fault != Some(MailFault::NoStarttls);
        let starttls = if starttls { "250-STARTTLS\r\n" } else { "" };
        format!("250-{}\r\n250-SIZE 10485760\r\n{starttls}250 8BITMIME\r\n", self.host)
    }

    async fn encrypt(&self, mut stream: BufReader<Paced<TcpStream>>) -> io::Result<()> {
        match self.fault {
            Some(MailFault::AnswersStarttls(line)) => return say(&mut stream, &format!("{line}\r\n")).await,
            Some(MailFault::Injects) => return say(&mut stream, "220 go\r\n250 injected\r\n").await,
            Some(MailFault::GarbageForTls) => {
                say(&mut stream, "220 go\r\n").await?;
                let _ = stream.fill_buf().await?;
                return say(&mut stream, "what is that?\r\n").await;
            }
            Some(MailFault::SilentForTls) => {
                say(&mut stream, "220 go\r\n").await?;
                return std::future::pending().await;
            }
            _ => say(&mut stream, "220 go\r\n").await?,
        }
        let acceptor = TlsAcceptor::from(Arc::clone(&self.tls));
        let mut stream = BufReader::new(acceptor.accept(stream.into_inner()).await?);
        while let Some(command) = command(&mut stream).await? {
            match command.as_str() {
                "EHLO" => say(&mut stream, &self.offer(false)).await?,
                "QUIT" => return say(&mut stream, "221 bye\r\n").await,
                _ => say(&mut stream, "502 not here\r\n").await?,
            }
        }
        Ok(())
    }
}

/// The next command's first word, in upper case.
async fn command<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> io::Result<Option<String>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    Ok(Some(line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase()))
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await
}

async fn for_ever<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> io::Result<()> {
    loop {
        say(stream, text).await?;
        // A fast reader must not keep the lab's only thread to itself.
        tokio::task::yield_now().await;
    }
}
