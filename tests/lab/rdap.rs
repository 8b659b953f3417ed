//! The registry of a lab: an RDAP service in plain HTTP on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::site::{Response, Site};
use super::weather::Trouble;
use super::{Shared, api};

const RDAP: &str = "application/rdap+json";

/// A registration as the registry shows it.
pub struct Registered {
    name: String,
    answer: Value,
}

impl Registered {
    /// Its statuses; `client transfer prohibited` until said otherwise.
    pub fn status(&mut self, status: &[&str]) -> &mut Self {
        self.answer["status"] = json!(status);
        self
    }

    /// When it ends: so many days from now, in the past where negative; 200 until said otherwise.
    pub fn ends_in(&mut self, days: i64) -> &mut Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
        let end = i64::try_from(now.as_secs()).expect("a time of today") + days * 86_400 + 3_600;
        let end = jiff::Timestamp::from_second(end).expect("a time");
        self.answer["events"] = json!([{ "eventAction": "expiration", "eventDate": end.to_string() }]);
        self
    }

    /// No end is published.
    pub fn without_end(&mut self) -> &mut Self {
        self.answer["events"] = json!([]);
        self
    }

    /// Its name servers.
    pub fn servers(&mut self, servers: &[&str]) -> &mut Self {
        let server = |name: &&str| json!({ "objectClassName": "nameserver", "ldhName": name });
        self.answer["nameservers"] = servers.iter().map(server).collect();
        self
    }

    /// The registrar's name.
    pub fn registrar(&mut self, name: &str) -> &mut Self {
        let card = json!(["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]]);
        self.answer["entities"] =
            json!([{ "objectClassName": "entity", "roles": ["registrar"], "vcardArray": card }]);
        self
    }
}

/// The registry: what it knows, and how it misbehaves.
#[derive(Default)]
pub struct Registry {
    registered: Vec<Registered>,
    first: Option<Response>,
    site: Site,
}

impl Registry {
    /// A registration; the registry answers 404 for any name that has none.
    pub fn domain(&mut self, name: &str) -> &mut Registered {
        let answer = json!({ "objectClassName": "domain", "ldhName": name.to_uppercase() });
        self.registered.push(Registered { name: name.to_owned(), answer });
        let last = self.registered.len() - 1;
        self.registered[last].status(&["client transfer prohibited"]).ends_in(200)
    }

    /// Answers every question so, whatever is registered.
    pub fn answers(&mut self, response: Response) -> &mut Self {
        self.site.response("/*", response);
        self
    }

    /// Bytes that are no JSON, under the media type of RDAP.
    pub fn garbage(&mut self) -> &mut Self {
        self.answers(Response::new(200, "{\"objectClassName\": dom\u{1b}[31m").header("Content-Type", RDAP))
    }

    /// An answer without end.
    pub fn endless(&mut self) -> &mut Self {
        self.site.trouble("/*", Trouble::EndlessBody);
        self
    }

    /// The first question about a registered name is answered so, the next ones as usual.
    pub fn first(&mut self, response: Response) -> &mut Self {
        self.first = Some(response);
        self
    }

    /// Leads one path elsewhere.
    pub fn redirect(&mut self, path: &str, location: &str) -> &mut Self {
        self.site.redirect(path, 302, location);
        self
    }

    /// Takes its time for every answer.
    pub fn slow(&mut self, delay: Duration) -> &mut Self {
        self.answers(Response::new(200, "{}").delay(delay))
    }

    /// Serves on a free port; needs the runtime around it.
    pub(super) fn serve(mut self, shared: &Arc<Shared>) -> SocketAddr {
        for Registered { name, answer } in self.registered.drain(..) {
            let usual = Response::new(200, answer.to_string()).header("Content-Type", RDAP);
            let (first, asked) = (self.first.clone(), AtomicBool::new(false));
            self.site.handler(&format!("/rdap/domain/{name}"), move |_| match &first {
                Some(first) if !asked.swap(true, Ordering::SeqCst) => first.clone(),
                _ => usual.clone(),
            });
        }
        let unknown = json!({ "errorCode": 404, "title": "Not Found" }).to_string();
        self.site.response("/*", Response::new(404, unknown).header("Content-Type", RDAP));
        api::serve(self.site, shared)
    }
}
