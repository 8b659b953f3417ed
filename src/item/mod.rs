//! The items that a spec asks for: the probe looks at them, and the judges judge them. Read from
//! the spec and, where the spec is silent, from what was observed.

mod dns;
mod host;
mod web;

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::observed::Observed;
use crate::spec::model::{Email, Short, Waiver as SpecWaiver};
use crate::spec::{Document, Located, Place};

pub use dns::{
    Changing, OwnedRecord, Record, RecordSet, Value, Zone, changing, doubled_name, improbable_name,
    owned_records, owners, record_sets, records, zones,
};
pub use host::{Host, Name, hosts, may_resolve, names};
pub use web::{DeclaredUrl, PROBE_PATH, PROBE_QUERY, Redirect, Start, redirects, starts, urls};

/// A DKIM selector that must be published.
#[derive(Debug, Clone)]
pub struct Selector {
    /// The label before `._domainkey`.
    pub selector: String,
    /// The full name of its record.
    pub name: String,
    /// Where the spec says it.
    pub place: Place,
}

/// Selectors of `email.dkim` and of the declared senders, each once.
pub fn selectors(document: &Document) -> Vec<Selector> {
    let spec = &document.spec;
    let Some(Email::Full(email)) = spec.email.as_ref().map(|e| &e.value) else { return Vec::new() };
    let mut named: Vec<(&Located<String>, String)> = Vec::new();
    for (index, key) in email.dkim.iter().enumerate() {
        named.push((&key.selector, format!("email.dkim[{index}].selector")));
    }
    for (index, sender) in email.send.iter().enumerate() {
        if let Short::Full(details) = &sender.value {
            let places = details.dkim.iter().enumerate();
            named.extend(places.map(|(n, selector)| (selector, format!("email.send[{index}].dkim[{n}]"))));
        }
    }
    let mut seen = BTreeSet::new();
    named.retain(|(selector, _)| seen.insert(selector.to_ascii_lowercase()));
    let item = |(selector, path): (&Located<String>, String)| Selector {
        selector: selector.value.clone(),
        name: format!("{}._domainkey.{}", selector.value, spec.domain.value.0).to_ascii_lowercase(),
        place: Place::new(path, selector.span),
    };
    named.into_iter().map(item).collect()
}
/// A waiver, after the findings that it matches have been marked.
#[derive(Debug, Clone)]
pub struct Waiver<'a> {
    /// The declaration.
    pub waiver: &'a SpecWaiver,
    /// Where it stands.
    pub place: Place,
    /// How many failing findings it matches, whether it still holds or not.
    pub matches: usize,
    /// True where it names a check that this run did not judge, so that it could match nothing.
    pub skipped: bool,
}

/// All items of one run, each list made once.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a list of the type's items")]
pub struct Items<'a> {
    pub hosts: Vec<Host<'a>>,
    pub names: Vec<Name>,
    pub records: Vec<Record<'a>>,
    pub record_sets: Vec<RecordSet>,
    pub owners: Vec<Name>,
    pub changing: Vec<Changing>,
    pub zones: Vec<Zone>,
    pub redirects: Vec<Redirect>,
    pub starts: Vec<Start>,
    pub urls: Vec<DeclaredUrl>,
    pub selectors: Vec<Selector>,
    hosts_by_name: BTreeMap<String, usize>,
    declared_urls: BTreeSet<Url>,
}

impl<'a> Items<'a> {
    /// The items of a spec.
    pub fn of(document: &'a Document, observed: &Observed) -> Self {
        let hosts = hosts(document, observed);
        let urls = urls(document, observed);
        Self {
            names: names(document, observed),
            records: records(document),
            record_sets: record_sets(document, observed),
            owners: owners(document, observed),
            changing: changing(document, observed),
            zones: zones(document, observed),
            redirects: redirects(document),
            starts: starts(document, observed),
            selectors: selectors(document),
            hosts_by_name: hosts.iter().enumerate().map(|(index, host)| (host.name.clone(), index)).collect(),
            declared_urls: urls.iter().map(|declared| declared.url.clone()).collect(),
            hosts,
            urls,
        }
    }

    /// The host of that name, where the spec has one.
    pub fn host(&self, name: &str) -> Option<&Host<'a>> {
        self.hosts_by_name.get(name).and_then(|index| self.hosts.get(*index))
    }

    /// True where the status of the URL is declared.
    pub fn declares(&self, url: &Url) -> bool {
        self.declared_urls.contains(url)
    }
}
