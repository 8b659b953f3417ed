//! What the registry says of a domain: RDAP (RFC 7480, RFC 9082, RFC 9083). One question, asked of
//! the service that IANA lists for the name's ending (RFC 9224), or of the one that the user names.

mod answer;
mod bootstrap;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::api::{Get, Reply};
use super::problem::Problem;
use super::session::Session;
use crate::observed::{Registration, Remote};
use crate::system;
use bootstrap::Services;

/// Largest answer that is read, in bytes; real ones have a few thousand.
const MOST_BYTES: usize = 1024 * 1024;
/// The media types of RDAP, and plain JSON (RFC 7480 section 4.2).
const ACCEPT: &str = "application/rdap+json, application/json;q=0.9";
/// How long IANA's list is used before it is fetched again.
const LIST_LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The longest wait for the list: there is one to fall back on.
const LIST_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(3);

/// The service that knows a name.
struct Service {
    /// Its base address.
    base: Url,
    /// True where the user named it.
    named: bool,
}

impl Session<'_> {
    /// The registration of a registrable domain.
    pub(super) async fn registration(&self, name: &str, at: Timestamp) -> Result<Registration, Problem> {
        let ask = async || {
            let service = self.service(name, at).await?;
            let url = address(&service.base, name);
            let timeout = self.settings.timeout;
            let get = Get {
                url: &url,
                accept: ACCEPT,
                timeout,
                limit: MOST_BYTES,
                named: service.named,
                credential: None,
            };
            let reply = self.api(get).await?;
            read(&reply, name, service.named).map_err(Problem::Unobserved)
        };
        self.registrations.get(name, &self.tally, ask).await
    }

    async fn service(&self, name: &str, at: Timestamp) -> Result<Service, Problem> {
        if let Some(base) = &self.settings.rdap {
            return Ok(Service { base: base.clone(), named: true });
        }
        let found = self.services(at).await.service(name).cloned();
        let ending = name.rsplit('.').next().unwrap_or(name);
        let none = || {
            Problem::Unobserved(format!(
                "the registry of .{ending} offers no RDAP service: IANA lists none that is reached over https"
            ))
        };
        found.map(|base| Service { base, named: false }).ok_or_else(none)
    }

    /// IANA's list: as it was kept lately, as it is now, or as it was when this was built.
    async fn services(&self, at: Timestamp) -> Services {
        let Some(path) = &self.settings.rdap_cache else { return Services::embedded() };
        let since = at.checked_sub(LIST_LASTS).unwrap_or(at);
        let kept = system::read_recent(path, MOST_BYTES, since);
        if let Some(services) = kept.and_then(|text| Services::from_json(&text)) {
            return services;
        }
        let Some(text) = self.list().await else { return Services::embedded() };
        let Some(services) = Services::from_json(&text) else { return Services::embedded() };
        system::keep(path, &text);
        services
    }

    async fn list(&self) -> Option<String> {
        let url = Url::parse(bootstrap::IANA).ok()?;
        let timeout = self.settings.timeout.min(LIST_TIMEOUT);
        let accept = "application/json";
        let get = Get { url: &url, accept, timeout, limit: MOST_BYTES, named: false, credential: None };
        // Whoever can wait asks again in the next run; this one has the embedded list.
        let reply = self.api_once(get).await.ok()?;
        if reply.status == 200 { String::from_utf8(reply.body).ok() } else { None }
    }
}

/// `{base}/domain/{name}` (RFC 9082 section 3.1.3).
fn address(base: &Url, name: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["domain", name]);
    }
    url
}

/// What an answer means; an error says in a sentence why it means nothing.
fn read(reply: &Reply, name: &str, named: bool) -> Result<Registration, String> {
    let host = reply.url.host_str().unwrap_or_default();
    match reply.status {
        200 => {
            let found = answer::registration(&reply.body, name);
            let mut found =
                found.map_err(|why| format!("the answer of {host} about {name} is no RDAP: {why}"))?;
            found.source = source(&reply.url);
            Ok(found)
        }
        // RFC 7480 section 5.3. The page of a web server that has never heard of RDAP is no answer.
        404 if named || is_json(&reply.kind) || reply.body.is_empty() || answer::is_error(&reply.body) => {
            Ok(Registration { source: source(&reply.url), ..Registration::default() })
        }
        404 => Err(format!("{host} answered 404 with a page that is no RDAP answer")),
        429 | 503 => Err(format!("{host} answered {}: the registry asks to come back later", reply.status)),
        status => Err(format!("{host} answered {status} when it was asked about {name}")),
    }
}

/// The address as reports show it: without a query, which may hold the user's key, and the like.
fn source(url: &Url) -> Remote {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // An address that cannot hold user information has none.
    let _ = shown.set_username("").and_then(|()| shown.set_password(None));
    Remote::new(shown.as_str())
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || kind.ends_with("+json")
}

#[cfg(test)]
mod tests;
