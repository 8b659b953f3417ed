//! What an HTTP host of the lab answers.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::SupportedProtocolVersion;

use super::cert::Cert;
use super::old::{Old, Refusal};
use super::weather::Trouble;

/// A request as a handler sees it.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, ...
    pub method: String,
    /// In lower case, without port.
    pub host: String,
    /// As in the request line.
    pub path_and_query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whether it came over TLS.
    pub tls: bool,
    /// As long as Content-Length said.
    pub body: Vec<u8>,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or("")
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// An answer. Content-Length is added, and a Content-Type of HTML where there is none; give an empty
/// Content-Type to send none.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// In the order they are sent; values are bytes.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Left out for HEAD, 204 and 304.
    pub body: Vec<u8>,
    /// How long the server thinks first.
    pub delay: Duration,
    /// Send this instead.
    pub trouble: Option<Trouble>,
}

impl Response {
    /// An answer without headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![], body: body.into(), delay: Duration::ZERO, trouble: None }
    }

    /// An answer in JSON.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, body.to_string()).header("Content-Type", "application/json")
    }

    /// A redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, "").header("Location", location)
    }

    /// Whether there is a header of that name.
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds thinking time.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// What a host does on port 80.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Port80 {
    /// A 301 to the same address under https.
    #[default]
    ToHttps,
    /// The same pages as on 443.
    Same,
    /// The port is closed.
    Closed,
}

/// Answers any request.
pub type Handler = Arc<dyn Fn(&Request) -> Response + Send + Sync>;

/// The path of which every good site says that it is not there.
const ABSENT_PATH: &str = "/launch-ready-no-such-page";
/// What a good site sends with every answer that says nothing else about it.
const MANNERS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    (
        "content-security-policy",
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
];

enum Answer {
    Page(Response),
    Handler(Handler),
}

/// One host: pages by path, in the order they were written; the first that fits answers. What visitors
/// and graders expect of every site (security headers, an icon, security.txt, 404 for what is not there)
/// is added unless the site is [`unadorned`](Site::unadorned).
#[derive(Default)]
pub struct Site {
    unadorned: bool,
    only_h1: bool,
    redirects_all: bool,
    pages: Vec<(String, Answer)>,
    everywhere: Vec<(String, Vec<u8>)>,
    /// What it does on port 80; the lab's default if not said.
    pub(super) port_80: Option<Port80>,
    pub(super) cert: Option<Cert>,
    pub(super) versions: Option<Vec<&'static SupportedProtocolVersion>>,
    /// What it takes that the library does not.
    pub(super) old: Option<Old>,
}

impl Site {
    fn add(&mut self, path: &str, answer: Answer) -> &mut Self {
        self.pages.push((path.to_owned(), answer));
        self
    }

    /// Without the good manners that sites of the lab have by themselves.
    pub fn unadorned(&mut self) -> &mut Self {
        self.unadorned = true;
        self
    }

    /// Speaks no HTTP/2.
    pub fn only_h1(&mut self) -> &mut Self {
        self.only_h1 = true;
        self
    }

    /// What the site offers inside TLS (RFC 7301), its favourite first.
    pub(super) fn protocols(&self) -> &'static [&'static str] {
        if self.only_h1 { &["http/1.1"] } else { &["h2", "http/1.1"] }
    }

    /// Answers a path, whatever the query. `/api/*` stands for every path that begins with `/api/`.
    pub fn page(&mut self, path: &str, status: u16, body: impl Into<Vec<u8>>) -> &mut Self {
        self.response(path, Response::new(status, body))
    }

    /// Answers a path with a whole response.
    pub fn response(&mut self, path: &str, response: Response) -> &mut Self {
        self.add(path, Answer::Page(response))
    }

    /// Adds a header to the page just written; to every answer if there is no page yet or the last is a handler.
    pub fn header(&mut self, name: &str, value: impl Into<Vec<u8>>) -> &mut Self {
        let headers = match self.pages.last_mut() {
            Some((_, Answer::Page(page))) => &mut page.headers,
            _ => &mut self.everywhere,
        };
        headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a header to every answer, also on port 80.
    pub fn header_everywhere(&mut self, name: &str, value: impl Into<Vec<u8>>) -> &mut Self {
        self.everywhere.push((name.to_owned(), value.into()));
        self
    }

    /// Lets the page just written take its time.
    pub fn delay(&mut self, delay: Duration) -> &mut Self {
        if let Some((_, Answer::Page(page))) = self.pages.last_mut() {
            page.delay = delay;
        }
        self
    }

    /// Answers a path, or with `/*` all of them, by a closure.
    pub fn handler(
        &mut self,
        path: &str,
        handler: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> &mut Self {
        self.add(path, Answer::Handler(Arc::new(handler)))
    }

    /// Redirects one path to one location.
    pub fn redirect(&mut self, path: &str, status: u16, location: &str) -> &mut Self {
        self.response(path, Response::redirect(status, location))
    }

    /// Redirects every request to the same path and query under another base, with 301.
    pub fn redirect_all(&mut self, base: &str) -> &mut Self {
        self.redirect_all_as(301, base)
    }

    /// Redirects every request to the same path and query under another base.
    pub fn redirect_all_as(&mut self, status: u16, base: &str) -> &mut Self {
        let base = base.trim_end_matches('/').to_owned();
        self.redirects_all = true;
        self.handler("/*", move |request| {
            Response::redirect(status, &format!("{base}{}", request.path_and_query))
        })
    }

    /// A path that redirects to itself.
    pub fn redirect_loop(&mut self, path: &str) -> &mut Self {
        self.redirect(path, 302, path)
    }

    /// A path that redirects to itself with a query that is new each time.
    pub fn endless_redirects(&mut self, path: &str) -> &mut Self {
        let base = path.to_owned();
        self.handler(path, move |request| {
            let hop = request.path_and_query.rsplit_once("hop=").and_then(|(_, hop)| hop.parse::<u64>().ok());
            Response::redirect(302, &format!("{base}?hop={}", hop.unwrap_or(0) + 1))
        })
    }

    /// A path that misbehaves below HTTP's grammar.
    pub fn trouble(&mut self, path: &str, trouble: Trouble) -> &mut Self {
        let mut response = Response::new(200, "");
        response.trouble = Some(trouble);
        // Trouble is bytes of HTTP/1.1.
        self.only_h1().response(path, response)
    }

    /// The certificate on port 443; good until said otherwise.
    pub fn cert(&mut self, cert: Cert) -> &mut Self {
        self.cert = Some(cert);
        self
    }

    /// The TLS versions on port 443; 1.2 and 1.3 until said otherwise.
    pub fn tls_versions(&mut self, versions: &[&'static SupportedProtocolVersion]) -> &mut Self {
        self.versions = Some(versions.to_vec());
        self
    }

    /// A version and suite that port 443 takes too, by their numbers.
    pub fn also_takes(&mut self, version: u16, suite: u16) -> &mut Self {
        self.old.get_or_insert_default().takes.push((version, suite));
        self
    }

    /// A version and suite that port 443 takes, and beside them only others of this kind.
    pub fn takes_only(&mut self, version: u16, suite: u16) -> &mut Self {
        self.old.get_or_insert_default().alone = true;
        self.also_takes(version, suite)
    }

    /// How port 443 refuses versions and suites.
    pub fn refuses_by(&mut self, refusal: Refusal) -> &mut Self {
        self.old.get_or_insert_default().refusal = refusal;
        self
    }

    /// Port 443 sends every byte by itself.
    pub fn byte_by_byte(&mut self) -> &mut Self {
        self.old.get_or_insert_default().dripping = true;
        self
    }

    /// What this host does on port 80, whatever the lab's default is.
    pub fn on_port_80(&mut self, choice: Port80) -> &mut Self {
        self.port_80 = Some(choice);
        self
    }

    /// The answer to a request; `now` is the lab's time.
    pub(super) fn answer(&self, request: &Request, port_80: Port80, now: SystemTime) -> Response {
        let mut response = if !request.tls && port_80 == Port80::ToHttps {
            Response::redirect(301, &format!("https://{}{}", request.host, request.path_and_query))
        } else {
            self.own_page(request)
                .or_else(|| self.mannerly(request, now))
                .unwrap_or_else(|| self.page_for(request))
        };
        response.headers.extend(self.everywhere.iter().cloned());
        if !self.unadorned {
            for (name, value) in MANNERS {
                if !response.has(name) {
                    response = response.header(name, *value);
                }
            }
        }
        response
    }

    /// What is written for exactly this path.
    fn own_page(&self, request: &Request) -> Option<Response> {
        let (_, answer) = self.pages.iter().find(|(path, _)| path == request.path())?;
        Some(answer.to(request))
    }

    /// What a good site has although nobody wrote it.
    fn mannerly(&self, request: &Request, now: SystemTime) -> Option<Response> {
        if self.unadorned || self.redirects_all {
            return None;
        }
        match request.path() {
            ABSENT_PATH | "/robots.txt" => Some(Response::new(404, "not found")),
            "/favicon.ico" => Some(Response::new(200, ICON).header("Content-Type", "image/x-icon")),
            "/.well-known/security.txt" => {
                let text =
                    format!("Contact: mailto:security@{}\nExpires: {}\n", request.host, in_half_a_year(now));
                Some(Response::new(200, text).header("Content-Type", "text/plain; charset=utf-8"))
            }
            _ => None,
        }
    }

    fn page_for(&self, request: &Request) -> Response {
        let page = self.pages.iter().find(|(path, _)| fits(path, request.path()));
        page.map_or_else(|| Response::new(404, "not found"), |(_, answer)| answer.to(request))
    }
}

/// The smallest icon that is one: a directory without images.
const ICON: &[u8] = &[0, 0, 1, 0, 0, 0];

fn in_half_a_year(now: SystemTime) -> String {
    let then = now + Duration::from_hours(180 * 24);
    jiff::Timestamp::try_from(then)
        .map(|then| then.round(jiff::Unit::Second).unwrap_or(then))
        .expect("a time")
        .to_string()
}

impl Answer {
    fn to(&self, request: &Request) -> Response {
        match self {
            Self::Page(page) => page.clone(),
            Self::Handler(handler) => handler(request),
        }
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == path, |prefix| path.starts_with(prefix))
}
