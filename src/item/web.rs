//! Redirects, URLs and where both begin.

use std::collections::BTreeSet;

use url::Url;

use super::{Host, hosts};
use crate::observed::Observed;
use crate::spec::model::{RedirectStatus, Short, Spec};
use crate::spec::names::{canonical_name, full_name, other_name};
use crate::spec::{Document, Located, Place};

/// The path and query that the probe of a `*` redirect asks for.
pub const PROBE_PATH: &str = "launch-ready/probe";
/// The query that every redirect is asked with: it must survive.
pub const PROBE_QUERY: &str = "launch-ready=1";

/// A redirect that must happen: declared, or implied by `canonical` and `redirect` hosts.
#[derive(Debug, Clone)]
pub struct Redirect {
    /// The declared pattern, for messages.
    pub from: String,
    /// The URL that is asked.
    pub ask: Url,
    /// The URL that it must lead to.
    pub target: Url,
    /// The declared status.
    pub status: Option<u16>,
    /// Where the spec declares it.
    pub place: Place,
    /// Where the spec declares the target.
    pub target_place: Place,
    /// Where the spec declares the status.
    pub status_place: Option<Place>,
    /// True where no rule says it, but `canonical` or a `redirect` host implies it.
    pub implied: bool,
}

/// All redirects that must happen.
pub fn redirects(document: &Document) -> Vec<Redirect> {
    let spec = &document.spec;
    let mut found: Vec<Redirect> = spec
        .redirects
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| {
            let path = format!("redirects[{index}]");
            let status_place =
                rule.status.as_ref().map(|status| Place::new(format!("{path}.status"), status.span));
            let status = rule.status.as_ref().map(|status: &Located<RedirectStatus>| status.value.0);
            let (ask, target) = sample(&rule.from.value.0, &rule.to.value.0)?;
            Some(Redirect {
                from: rule.from.value.0.clone(),
                ask,
                target,
                status,
                place: Place::new(format!("{path}.from"), rule.from.span),
                target_place: Place::new(format!("{path}.to"), rule.to.span),
                status_place,
                implied: false,
            })
        })
        .collect();
    for implied in implied_redirects(spec) {
        if !found.iter().any(|declared| declared.ask == implied.ask) {
            found.push(implied);
        }
    }
    found
}

/// Other than the canonical host, each of apex and `www` (where declared or implied by
/// `canonical`) and every `redirect` host leads to the canonical host with path and query.
fn implied_redirects(spec: &Spec) -> Vec<Redirect> {
    let canonical = canonical_name(spec);
    let mut sources: Vec<(String, Place)> = Vec::new();
    for (key, host) in spec.hosts.iter().flat_map(|hosts| &hosts.0) {
        if matches!(host.value, Short::Word(_)) {
            let name = full_name(key, &spec.domain.value.0);
            sources.push((name, Place::new(format!("hosts.{}", key.value), host.span)));
        }
    }
    if let (Some(declared), Some(other)) = (&spec.canonical, other_name(spec))
        && !sources.iter().any(|(name, _)| *name == other)
        && (spec.hosts.is_none() || is_declared(spec, &other))
    {
        sources.push((other, Place::new("canonical", declared.span)));
    }
    sources
        .into_iter()
        .filter(|(name, _)| *name != canonical)
        .filter_map(|(name, place)| implied(&name, &canonical, place))
        .collect()
}

fn implied(name: &str, canonical: &str, place: Place) -> Option<Redirect> {
    let from = format!("https://{name}/*");
    let (ask, target) = sample(&from, &format!("https://{canonical}/$1"))?;
    Some(Redirect {
        from,
        ask,
        target,
        status: None,
        target_place: place.clone(),
        place,
        status_place: None,
        implied: true,
    })
}

fn is_declared(spec: &Spec, name: &str) -> bool {
    spec.hosts.iter().flat_map(|h| &h.0).any(|(key, _)| full_name(key, &spec.domain.value.0) == name)
}

/// A URL that the pattern matches, and where the rule sends it.
fn sample(from: &str, to: &str) -> Option<(Url, Url)> {
    let mut ask = Url::parse(&from.replace('*', PROBE_PATH)).ok()?;
    let mut target = Url::parse(&to.replace("$1", if from.contains('*') { PROBE_PATH } else { "" })).ok()?;
    for url in [&mut ask, &mut target] {
        let query = url.query().map_or(PROBE_QUERY.to_owned(), |old| format!("{old}&{PROBE_QUERY}"));
        url.set_query(Some(&query));
    }
    Some((ask, target))
}

/// A URL whose status is declared.
#[derive(Debug, Clone)]
pub struct DeclaredUrl {
    /// The address asked.
    pub url: Url,
    /// The status that it must give; `None`: any that is not an error.
    pub status: Option<u16>,
    /// Where the spec says it.
    pub place: Place,
}

/// Endpoints, pages and health paths. A site without any is asked for `/`, which must not be
/// an error.
pub fn urls(document: &Document, observed: &Observed) -> Vec<DeclaredUrl> {
    let mut found: Vec<DeclaredUrl> = Vec::new();
    for (index, endpoint) in document.spec.endpoints.iter().enumerate() {
        let refuses = endpoint.refuse_anonymous.as_ref().is_some_and(|r| r.value);
        let status = match &endpoint.status {
            Some(status) => Some(status.value),
            None if refuses => continue,
            None => Some(200),
        };
        let place = Place::new(format!("endpoints[{index}].url"), endpoint.url.span);
        found.push(DeclaredUrl { url: endpoint.url.value.0.clone(), status, place });
    }
    let other = other_name(&document.spec);
    for host in hosts(document, observed).iter().filter(|host| !host.redirect_only) {
        found.extend(host_urls(host, other.as_deref()));
    }
    let mut seen = BTreeSet::new();
    found.retain(|declared| seen.insert((declared.url.to_string(), declared.status)));
    found
}

fn host_urls(host: &Host, not_canonical: Option<&str>) -> Vec<DeclaredUrl> {
    let mut found = Vec::new();
    let Some(root) = host.root("https") else { return found };
    let mut push = |path: &Located<String>, place: String| {
        if let Ok(url) = root.join(path) {
            found.push(DeclaredUrl { url, status: Some(200), place: Place::new(place, path.span) });
        }
    };
    if let Some(details) = host.details {
        for (index, page) in details.pages.iter().enumerate() {
            push(page, format!("{}.pages[{index}]", host.place.path));
        }
        if let Some(health) = &details.health {
            push(health, format!("{}.health", host.place.path));
        }
    }
    if found.is_empty() && !host.is_api() && not_canonical != Some(host.name.as_str()) {
        found.push(DeclaredUrl { url: root, status: None, place: host.place.clone() });
    }
    found
}

/// A host that is asked over HTTP.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its name, or its address.
    pub name: String,
    /// Where the spec speaks of it first.
    pub place: Place,
}

/// The hosts, and those of declared redirects and URLs, each once.
pub fn asked(document: &Document, observed: &Observed) -> Vec<Asked> {
    let of_url = |url: &Url, place: &Place| {
        url.host_str().map(|name| Asked { name: name.to_owned(), place: place.clone() })
    };
    let hosts = hosts(document, observed).into_iter();
    let mut found: Vec<Asked> = hosts.map(|host| Asked { name: host.name, place: host.place }).collect();
    found.extend(redirects(document).iter().filter_map(|rule| of_url(&rule.ask, &rule.place)));
    found.extend(
        urls(document, observed).iter().filter_map(|declared| of_url(&declared.url, &declared.place)),
    );
    let mut seen = BTreeSet::new();
    found.retain(|asked| seen.insert(asked.name.clone()));
    found
}

/// A URL from which redirects are followed.
#[derive(Debug, Clone)]
pub struct Start {
    /// The first URL.
    pub url: Url,
    /// Where the spec says it.
    pub place: Place,
}

/// Every host's root over HTTP and HTTPS, and every redirect's sample, each once.
pub fn starts(document: &Document, observed: &Observed) -> Vec<Start> {
    let mut found = Vec::new();
    for host in hosts(document, observed) {
        for scheme in ["http", "https"] {
            found.extend(host.root(scheme).map(|url| Start { url, place: host.place.clone() }));
        }
    }
    found.extend(redirects(document).into_iter().map(|r| Start { url: r.ask, place: r.place }));
    let mut seen = BTreeSet::new();
    found.retain(|start| seen.insert(start.url.to_string()));
    found
}
