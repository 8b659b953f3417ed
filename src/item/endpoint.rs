//! Endpoints that the spec accepts one by one, and where browsers of other origins call.

use std::collections::BTreeSet;

use url::Url;

use super::{Host, hosts};
use crate::cors::{self, Stranger};
use crate::observed::Observed;
use crate::spec::model::Endpoint as Declared;
use crate::spec::names::canonical_name;
use crate::spec::{Document, Place};

/// How often an endpoint is asked where the spec gives `p95` alone: the least number of samples of which
/// the 95th percentile is not the largest.
pub const SAMPLES: u32 = 20;
/// Endpoints of one API host at which browsers' requests are tried though the spec declares no `cors`.
const MOST_UNDECLARED: usize = 4;
/// Own sites on whose behalf an API is asked.
const MOST_SITES: usize = 8;

/// An endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint<'a> {
    /// The address asked, without its fragment.
    pub url: Url,
    /// What is declared of it.
    pub declared: &'a Declared,
    /// `endpoints[0]`
    pub path: String,
    /// Where its URL stands.
    pub place: Place,
}

impl Endpoint<'_> {
    /// True where anonymous callers must be refused.
    pub fn refuses(&self) -> bool {
        self.declared.refuse_anonymous.as_ref().is_some_and(|refuses| refuses.value)
    }

    /// The status that it must give; `None` where any refusal will do.
    pub fn status(&self) -> Option<u16> {
        self.declared.status.as_ref().map(|status| status.value).or((!self.refuses()).then_some(200))
    }

    /// How often it is asked beside the first time; 0 where nobody wants to know.
    pub fn samples(&self) -> usize {
        let wanted = self.declared.samples.as_ref().map(|samples| samples.value);
        let wanted = wanted.or(self.declared.p95.as_ref().map(|_| SAMPLES));
        wanted.and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
    }

    /// True where something is declared of its headers or its body.
    pub fn expects_content(&self) -> bool {
        let Declared { contains, headers, json, .. } = self.declared;
        contains.is_some() || json.is_some() || !headers.0.is_empty()
    }

    /// True where its body must be looked at.
    pub fn needs_body(&self) -> bool {
        self.refuses() || self.declared.contains.is_some() || self.declared.json.is_some()
    }
}

/// The endpoints of a spec.
pub fn endpoints(document: &Document) -> Vec<Endpoint<'_>> {
    let all = document.spec.endpoints.iter().enumerate();
    all.map(|(index, declared)| {
        let path = format!("endpoints[{index}]");
        let place = Place::new(format!("{path}.url"), declared.url.span);
        Endpoint { url: bare(&declared.url.value.0), declared, path, place }
    })
    .collect()
}

fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// An origin that the spec names.
#[derive(Debug, Clone)]
pub struct NamedOrigin {
    /// As in the field `Origin`.
    pub origin: String,
    /// Where the spec says it.
    pub place: Place,
}

/// A URL that scripts of other origins may call.
#[derive(Debug, Clone)]
pub struct CrossOrigin {
    /// The address asked.
    pub url: Url,
    /// Where the spec says it.
    pub place: Place,
    /// True for URLs of production.
    pub production: bool,
    /// Origins that must be let in.
    pub allow: Vec<NamedOrigin>,
    /// Origins that must not be let in.
    pub deny: Vec<NamedOrigin>,
    /// The product's own production sites: where the spec does not say who calls, they may.
    pub sites: Vec<String>,
    /// Own hosts that only redirect: no page of theirs ever calls.
    pub redirecting: Vec<String>,
    /// Own sites that are not production.
    pub rehearsals: Vec<String>,
    /// Origins that must not be let in whoever calls.
    pub strangers: Vec<Stranger>,
    /// Origins of developers.
    pub development: Vec<String>,
}

impl CrossOrigin {
    /// Origins for which the preflight is tried too: the answer to it decides for them.
    pub fn preflighted(&self) -> BTreeSet<&str> {
        let named = self.allow.iter().chain(&self.deny).map(|named| named.origin.as_str());
        let strangers = self.strangers.iter().filter(|s| s.trick <= cors::Trick::Null);
        named
            .chain(self.sites.iter().map(String::as_str))
            .chain(strangers.map(|s| s.origin.as_str()))
            .collect()
    }

    /// All origins on whose behalf it is asked.
    pub fn origins(&self) -> BTreeSet<&str> {
        let strangers = self.strangers.iter().map(|stranger| stranger.origin.as_str());
        let rest =
            self.redirecting.iter().chain(&self.rehearsals).chain(&self.development).map(String::as_str);
        self.preflighted().into_iter().chain(strangers).chain(rest).collect()
    }

    fn new(url: Url, place: Place, around: &Around) -> Self {
        let host = url.host_str().and_then(|name| around.hosts.iter().find(|host| host.name == name));
        Self {
            production: host.is_none_or(Host::is_production),
            url,
            place,
            allow: Vec::new(),
            deny: Vec::new(),
            sites: around.sites.clone(),
            redirecting: around.redirecting.clone(),
            rehearsals: around.rehearsals.clone(),
            strangers: Vec::new(),
            development: Vec::new(),
        }
    }

    fn declare(&mut self, endpoint: &Endpoint) {
        let Some(cors) = &endpoint.declared.cors else { return };
        for (list, origins, key) in
            [(&mut self.allow, &cors.allow, "allow"), (&mut self.deny, &cors.deny, "deny")]
        {
            list.extend(origins.iter().enumerate().map(|(index, origin)| NamedOrigin {
                origin: origin.value.0.origin().ascii_serialization(),
                place: Place::new(format!("{}.cors.{key}[{index}]", endpoint.path), origin.span),
            }));
        }
    }

    /// Chooses strangers and developers: none that the spec names, and none of the product's own.
    fn complete(&mut self, domain: &str, canonical: &str) {
        let hosts: Vec<String> = self
            .allow
            .iter()
            .filter_map(|named| Url::parse(&named.origin).ok())
            .filter_map(|url| url.host_str().map(str::to_owned))
            .filter(|host| crate::spec::names::is_under(host, domain))
            .chain([canonical.to_owned()])
            .collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let own = self.url.origin().ascii_serialization();
        let named: Vec<String> = self
            .allow
            .iter()
            .chain(&self.deny)
            .map(|named| named.origin.clone())
            .chain(self.sites.iter().cloned())
            .chain([own])
            .collect();
        let is_new = |origin: &String| !named.contains(origin);
        self.strangers = cors::strangers(domain, &hosts);
        self.strangers.retain(|stranger| is_new(&stranger.origin));
        self.development = cors::development(domain);
        self.development.retain(is_new);
    }
}

/// What all URLs of a run have around them.
struct Around<'a> {
    hosts: Vec<Host<'a>>,
    sites: Vec<String>,
    redirecting: Vec<String>,
    rehearsals: Vec<String>,
}

impl<'a> Around<'a> {
    fn of(document: &'a Document, observed: &Observed) -> Self {
        let hosts = hosts(document, observed);
        let origin = |host: &Host| format!("https://{}", host.name);
        let shows = |host: &&Host| !host.is_api() && !host.redirect_only;
        let sites = hosts.iter().filter(|host| shows(host) && host.is_production());
        let rehearsals = hosts.iter().filter(|host| shows(host) && !host.is_production());
        let redirecting = hosts.iter().filter(|host| host.redirect_only);
        Self {
            sites: sites.take(MOST_SITES).map(origin).collect(),
            redirecting: redirecting.take(MOST_SITES).map(origin).collect(),
            rehearsals: rehearsals.take(MOST_SITES).map(origin).collect(),
            hosts,
        }
    }
}

/// Endpoints with `cors`; of every API host its endpoints, or else the path of its health, or else `/`.
pub fn cross_origins(document: &Document, observed: &Observed) -> Vec<CrossOrigin> {
    let around = Around::of(document, observed);
    let endpoints = endpoints(document);
    let mut found: Vec<CrossOrigin> = Vec::new();
    for endpoint in endpoints.iter().filter(|endpoint| endpoint.declared.cors.is_some()) {
        let known = found.iter().position(|target| target.url == endpoint.url);
        let index = known.unwrap_or_else(|| {
            found.push(CrossOrigin::new(endpoint.url.clone(), endpoint.place.clone(), &around));
            found.len() - 1
        });
        found[index].declare(endpoint);
    }
    for host in around.hosts.iter().filter(|host| host.is_api()) {
        for (url, place) in api_urls(host, &endpoints) {
            if !found.iter().any(|target| target.url == url) {
                found.push(CrossOrigin::new(url, place, &around));
            }
        }
    }
    let (domain, canonical) = (&document.spec.domain.value.0, canonical_name(&document.spec));
    for target in &mut found {
        target.complete(domain, &canonical);
    }
    found
}

fn api_urls(host: &Host, endpoints: &[Endpoint]) -> Vec<(Url, Place)> {
    let own = endpoints.iter().filter(|endpoint| {
        endpoint.url.host_str() == Some(&host.name) && endpoint.url.scheme() == "https" && !endpoint.refuses()
    });
    let own: Vec<(Url, Place)> =
        own.take(MOST_UNDECLARED).map(|endpoint| (endpoint.url.clone(), endpoint.place.clone())).collect();
    if !own.is_empty() {
        return own;
    }
    let Some(root) = host.root("https") else { return own };
    let health = host.details.and_then(|details| details.health.as_ref());
    let health = health.and_then(|path| {
        let place = Place::new(format!("{}.health", host.place.path), path.span);
        Some((root.join(path).ok()?, place))
    });
    vec![health.unwrap_or_else(|| (root, host.place.clone()))]
}
