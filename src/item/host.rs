//! Hosts, and the names that the spec speaks of.

use std::collections::BTreeSet;

use url::Url;

use super::records;
use crate::observed::{Observed, Seen};
use crate::spec::model::{Environment, HostDetails, HostKind, Short};
use crate::spec::names::full_name;
use crate::spec::{Document, Located, Place};

/// A host that serves.
#[derive(Debug, Clone)]
pub struct Host<'a> {
    /// Its full name.
    pub name: String,
    /// Where the spec declares it (`domain` where it declares no hosts).
    pub place: Place,
    /// True for `redirect` hosts.
    pub redirect_only: bool,
    /// The mapping, where there is one.
    pub details: Option<&'a HostDetails>,
}

impl Host<'_> {
    /// False for staging, preview and development hosts.
    pub fn is_production(&self) -> bool {
        let environment = self.details.and_then(|d| d.environment.as_ref()).map(|e| e.value);
        matches!(environment, None | Some(Environment::Production))
    }

    /// True for hosts that programs call.
    pub fn is_api(&self) -> bool {
        self.details.and_then(|d| d.kind.as_ref()).is_some_and(|k| k.value == HostKind::Api)
    }

    /// `scheme://name/`
    pub fn root(&self, scheme: &str) -> Option<Url> {
        Url::parse(&format!("{scheme}://{}/", self.name)).ok()
    }
}

/// The declared hosts; without a `hosts` section the apex, and `www` unless it is known not to exist.
pub fn hosts<'a>(document: &'a Document, observed: &Observed) -> Vec<Host<'a>> {
    let spec = &document.spec;
    let domain = &spec.domain.value.0;
    if let Some(hosts) = &spec.hosts {
        return hosts.0.iter().map(|(key, host)| declared_host(key, host, domain)).collect();
    }
    let implied = |name: String| Host {
        name,
        place: Place::new("domain", spec.domain.span),
        redirect_only: false,
        details: None,
    };
    let mut found = vec![implied(domain.clone())];
    let www = format!("www.{domain}");
    if may_resolve(observed, &www) {
        found.push(implied(www));
    }
    found
}

fn declared_host<'a>(
    key: &Located<String>,
    host: &'a Located<Short<crate::spec::model::RedirectOnly, HostDetails>>,
    domain: &str,
) -> Host<'a> {
    let (redirect_only, details) = match &host.value {
        Short::Word(_) => (true, None),
        Short::Full(details) => (false, Some(details)),
    };
    Host {
        name: full_name(key, domain),
        place: Place::new(format!("hosts.{}", key.value), key.span),
        redirect_only,
        details,
    }
}

/// True where the resolver gave an address, or could not say whether there is one.
pub fn may_resolve(observed: &Observed, name: &str) -> bool {
    ["A", "AAAA"].iter().any(|kind| match observed.dns(name, kind) {
        Some(Seen::Answer(answer)) => answer.values(kind).next().is_some(),
        Some(Seen::Failed(_) | Seen::Unobserved(_)) => true,
        None => false,
    })
}

/// A name whose aliases must lead somewhere: a host or a declared CNAME.
#[derive(Debug, Clone)]
pub struct Name {
    /// The full name.
    pub name: String,
    /// Where the spec says it.
    pub place: Place,
}

/// Hosts and the owners of declared CNAME records, each once.
pub fn names(document: &Document, observed: &Observed) -> Vec<Name> {
    let mut seen = BTreeSet::new();
    let hosts = hosts(document, observed).into_iter().map(|h| Name { name: h.name, place: h.place });
    let aliases = records(document)
        .into_iter()
        .filter(|r| r.record.kind.value == crate::spec::model::RecordType::Cname)
        .map(|r| Name { name: r.name, place: r.place });
    hosts.chain(aliases).filter(|n| seen.insert(n.name.clone())).collect()
}
