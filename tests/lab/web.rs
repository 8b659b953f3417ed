//! The lab's web servers: one for HTTPS, one for HTTP, each for all hosts. HTTP/1.1 with keep-alive, and
//! HTTP/2 where the client offers it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Full};
use hyper::StatusCode;
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::LazyConfigAcceptor;

use super::log::{Log, Seen};
use super::pace::Paced;
use super::site::{Port80, Request, Response, Site};
use super::weather::{alert, close};

/// The TLS alert for a name that the server does not know.
const UNRECOGNIZED_NAME: u8 = 112;

/// All hosts and how they are served.
pub struct Web {
    /// By name in lower case.
    pub sites: BTreeMap<String, Site>,
    /// The TLS set-up of each site.
    pub tls: BTreeMap<String, Arc<ServerConfig>>,
    /// What sites do on port 80 that do not say.
    pub port_80: Port80,
    /// How long a turn takes.
    pub round_trip: Duration,
    /// Where requests are noted.
    pub log: Arc<Log>,
    /// The lab's time.
    pub now: SystemTime,
}

/// Serves all hosts over TLS.
pub async fn serve_https(listener: TcpListener, web: Arc<Web>) {
    while let Ok((stream, _)) = listener.accept().await {
        web.log.connection("*:443");
        let web = Arc::clone(&web);
        tokio::spawn(async move {
            stream.set_nodelay(true)?;
            https(Paced::new(stream, web.round_trip), web).await
        });
    }
}

/// Serves all hosts in the clear.
pub async fn serve_http(listener: TcpListener, web: Arc<Web>) {
    while let Ok((stream, _)) = listener.accept().await {
        web.log.connection("*:80");
        let web = Arc::clone(&web);
        tokio::spawn(async move {
            stream.set_nodelay(true)?;
            web.talk(Paced::new(stream, web.round_trip), false).await
        });
    }
}

/// One connection: the name in the `ClientHello` chooses certificate and versions.
pub(super) async fn https<S>(stream: S, web: Arc<Web>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let config = hello.client_hello().server_name().and_then(|name| web.tls.get(name)).cloned();
    let Some(config) = config else {
        hello.io.write_all(&alert(UNRECOGNIZED_NAME)).await?;
        return close(&mut hello.io).await;
    };
    let stream = hello.into_stream(config).await?;
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        return web.talk_h2(stream).await;
    }
    web.talk(stream, true).await
}

impl Web {
    /// Requests and responses in turn, until either side has had enough.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S, tls: bool) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some((request, last)) = read_request(&mut stream, tls).await? {
            let response = self.answer(&request);
            sleep(response.delay).await;
            if let Some(trouble) = response.trouble {
                trouble.play(&mut stream).await?;
                break;
            }
            stream.write_all(&response.bytes(&request.method, last)).await?;
            stream.flush().await?;
            if last {
                break;
            }
        }
        close(&mut stream).await
    }

    /// The same over HTTP/2.
    async fn talk_h2<S>(self: &Arc<Self>, stream: S) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(move |request| {
            let web = Arc::clone(self);
            async move {
                let request = h2_request(request).await?;
                let response = web.answer(&request);
                sleep(response.delay).await;
                Ok::<_, hyper::Error>(response.h2(&request.method))
            }
        });
        let builder = http2::Builder::new(TokioExecutor::new());
        builder.serve_connection(TokioIo::new(stream), service).await.map_err(io::Error::other)
    }

    fn answer(&self, request: &Request) -> Response {
        self.log.request(Seen {
            scheme: if request.tls { "https" } else { "http" },
            method: request.method.clone(),
            host: request.host.clone(),
            path_and_query: request.path_and_query.clone(),
        });
        let Some(site) = self.sites.get(&request.host) else {
            return Response::new(421, "no such site in the lab");
        };
        site.answer(request, site.port_80.unwrap_or(self.port_80), self.now)
    }
}

/// A request of HTTP/2 as handlers see it.
async fn h2_request(request: hyper::Request<Incoming>) -> Result<Request, hyper::Error> {
    let (head, body) = request.into_parts();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    Ok(Request {
        method: head.method.to_string(),
        host: head.uri.host().unwrap_or_default().to_ascii_lowercase(),
        path_and_query: head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        headers,
        tls: true,
        body: body.collect().await?.to_bytes().to_vec(),
    })
}

/// The next request and whether it is the connection's last; `None` at its end.
pub async fn read_request<S>(stream: &mut BufReader<S>, tls: bool) -> io::Result<Option<(Request, bool)>>
where
    S: AsyncRead + Unpin,
{
    let Some(head) = read_head(stream).await? else {
        return Ok(None);
    };
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or("").split(' ').map(str::to_owned);
    let (Some(method), Some(path_and_query), Some(version)) = (words.next(), words.next(), words.next())
    else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut request = Request { method, host: String::new(), path_and_query, headers, tls, body: vec![] };
    request.host = request.header("host").map(bare_host).unwrap_or_default();
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body).await?;
    let last = version == "HTTP/1.0"
        || request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok(Some((request, last)))
}

/// Everything up to the empty line.
async fn read_head<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut head).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

fn bare_host(host: &str) -> String {
    host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase()
}

impl Response {
    /// The response as HTTP/2 has it. Fields that only HTTP/1.1 knows are left out (RFC 9113 section 8.2.2).
    fn h2(&self, method: &str) -> hyper::Response<Full<Bytes>> {
        let bodiless = method == "HEAD" || matches!(self.status, 204 | 304);
        let body = if bodiless { Bytes::new() } else { Bytes::from(self.body.clone()) };
        let mut response = hyper::Response::new(Full::new(body));
        *response.status_mut() = StatusCode::from_u16(self.status).expect("a status code");
        let html = ("content-type".to_owned(), b"text/html; charset=utf-8".to_vec());
        let untyped = !self.has("content-type") && !bodiless;
        for (name, value) in untyped.then_some(&html).into_iter().chain(&self.headers) {
            let name = name.to_ascii_lowercase();
            let of_h1 = ["connection", "transfer-encoding", "keep-alive"].contains(&name.as_str());
            let left_out = name == "content-type" && value.is_empty();
            if let (false, Ok(name), Ok(value)) =
                (of_h1 || left_out, HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value))
            {
                response.headers_mut().append(name, value);
            }
        }
        response
    }

    /// The response as it goes over the wire.
    fn bytes(&self, method: &str, last: bool) -> Vec<u8> {
        let has = |name: &str| self.has(name);
        let bodiless = matches!(self.status, 100..=199 | 204 | 304);
        let mut bytes = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status)).into_bytes();
        let mut line = |name: &str, value: &[u8]| {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        };
        let left_out =
            |name: &str, value: &[u8]| value.is_empty() && name.eq_ignore_ascii_case("content-type");
        for (name, value) in self.headers.iter().filter(|(name, value)| !left_out(name, value)) {
            line(name, value);
        }
        if !has("content-type") && !bodiless {
            line("Content-Type", b"text/html; charset=utf-8");
        }
        if !has("content-length") && !has("transfer-encoding") && !bodiless {
            line("Content-Length", self.body.len().to_string().as_bytes());
        }
        if last {
            line("Connection", b"close");
        }
        bytes.extend(b"\r\n");
        if method != "HEAD" && !bodiless {
            bytes.extend(&self.body);
        }
        bytes
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Lab",
    }
}
