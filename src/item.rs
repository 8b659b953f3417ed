//! The items that a spec asks for: the probe looks at them, and the judges judge them. Read from
//! the spec and, where the spec is silent, from what was observed.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use url::Url;

use crate::observed::{Observed, Seen};
use crate::spec::model::{
    Email, Environment, HostDetails, HostKind, Record as SpecRecord, RedirectStatus, Short, Spec,
    Waiver as SpecWaiver,
};
use crate::spec::names::{canonical_name, full_name, is_under, other_name};
use crate::spec::{Document, Located, Place, value};

/// The path and query that the probe of a `*` redirect asks for.
pub const PROBE_PATH: &str = "launch-ready/probe";
/// The query that every redirect is asked with: it must survive.
pub const PROBE_QUERY: &str = "launch-ready=1";

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

/// A declared record.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Its full owner name.
    pub name: String,
    /// Where the spec declares it: its value where it has one, its name otherwise.
    pub place: Place,
    /// `dns.records[2]`
    pub path: String,
    /// The declaration.
    pub record: &'a SpecRecord,
    /// Its values, each as it is to be published.
    pub values: Vec<Value<'a>>,
}

/// One value of a declared record.
#[derive(Debug, Clone)]
pub struct Value<'a> {
    /// As it is to be published: `apex` is the domain, names are ASCII, quoted strings are joined.
    pub meant: String,
    /// As the spec writes it.
    pub written: &'a Located<String>,
}

impl Record<'_> {
    /// False for the name of an address: its zone is somebody else's, and only resolvers are asked.
    pub fn is_own(&self, domain: &str) -> bool {
        is_under(&self.name, domain)
    }
}

/// The declared records.
pub fn records(document: &Document) -> Vec<Record<'_>> {
    let spec = &document.spec;
    let domain = &spec.domain.value.0;
    let all = spec.dns.iter().flat_map(|dns| dns.records.iter().enumerate());
    all.map(|(index, record)| {
        let path = format!("dns.records[{index}]");
        let kind = record.kind.value;
        let values = record.all_values().into_iter();
        Record {
            name: full_name(&record.name, domain),
            values: values
                .map(|written| Value { meant: value::meant(kind, written, domain), written })
                .collect(),
            place: Place::new(path.clone(), record.all_values().first().map_or(record.name.span, |v| v.span)),
            path,
            record,
        }
    })
    .collect()
}

/// A name and type that each name server is asked for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnedRecord {
    /// The owner name.
    pub name: String,
    /// The type.
    pub kind: &'static str,
    /// True where the spec declares it, so that its absence is a fault.
    pub declared: bool,
}

/// The declared records, and the addresses and aliases of every name that the spec owns, each once.
pub fn owned_records(document: &Document, observed: &Observed) -> Vec<OwnedRecord> {
    let one = |name: String, kind, declared| OwnedRecord { name, kind, declared };
    let domain = &document.spec.domain.value.0;
    let declared = records(document).into_iter().filter(|record| record.is_own(domain));
    let declared = declared.map(|r| one(r.name, r.record.kind.value.name(), true));
    let hosts = hosts(document, observed).into_iter().map(|host| host.name);
    // A host where it resolves; whether it does is not known yet.
    let www = document.spec.hosts.is_none().then(|| format!("www.{domain}"));
    let hosts = hosts.chain(www).flat_map(|name| ["A", "AAAA"].map(|kind| one(name.clone(), kind, false)));
    let mut found: Vec<OwnedRecord> = declared.chain(hosts).collect();
    let aliases: Vec<_> = found.iter().map(|owned| one(owned.name.clone(), "CNAME", false)).collect();
    found.extend(aliases);
    let mut seen = BTreeSet::new();
    found.retain(|owned| seen.insert((owned.name.clone(), owned.kind)));
    found
}

/// Where a record stands that was entered with its whole name into a form that adds the zone's
/// name by itself: `mail.shop.test.shop.test`.
pub fn doubled_name(name: &str, domain: &str) -> String {
    format!("{name}.{domain}")
}

/// The records of one name and type whose text is read for damage.
#[derive(Debug, Clone)]
pub struct RecordSet {
    /// The owner name.
    pub name: String,
    /// The type.
    pub kind: &'static str,
    /// Where the spec speaks of it.
    pub place: Place,
}

/// Declared records, aliases of hosts, and the records that mail lives on, each once.
pub fn record_sets(document: &Document, observed: &Observed) -> Vec<RecordSet> {
    let spec = &document.spec;
    let domain = &spec.domain.value.0;
    let set = |name: String, kind, place| RecordSet { name, kind, place };
    let declared = records(document).into_iter().map(|r| set(r.name, r.record.kind.value.name(), r.place));
    let aliases = hosts(document, observed).into_iter().map(|host| set(host.name, "CNAME", host.place));
    let mail = spec.email.as_ref().map_or(spec.domain.span, |email| email.span);
    let place = Place::new(if spec.email.is_some() { "email" } else { "domain" }, mail);
    let own = [(domain.clone(), "MX"), (domain.clone(), "TXT"), (format!("_dmarc.{domain}"), "TXT")];
    let own = own.into_iter().map(|(name, kind)| set(name, kind, place.clone()));
    let keys = selectors(document).into_iter().map(|selector| set(selector.name, "TXT", selector.place));
    let mut seen = BTreeSet::new();
    let mut all: Vec<RecordSet> = declared.chain(aliases).chain(own).chain(keys).collect();
    all.retain(|set| seen.insert((set.name.clone(), set.kind)));
    all
}

/// Every name of the domain that the spec owns records at, each once.
pub fn owners(document: &Document, observed: &Observed) -> Vec<Name> {
    let spec = &document.spec;
    let apex = Name { name: spec.domain.value.0.clone(), place: Place::new("domain", spec.domain.span) };
    let records = records(document).into_iter().map(|r| Name { name: r.name, place: r.place });
    let mut seen = BTreeSet::new();
    let mut all: Vec<Name> = names(document, observed).into_iter().chain(records).chain([apex]).collect();
    all.retain(|name| is_under(&name.name, &spec.domain.value.0) && seen.insert(name.name.clone()));
    all
}

/// A record set that the declared cutover will change.
#[derive(Debug, Clone)]
pub struct Changing {
    /// The owner name.
    pub name: String,
    /// The type.
    pub kind: &'static str,
    /// Where the spec speaks of it.
    pub place: Place,
    /// When it will change.
    pub cutover: jiff::Timestamp,
}

/// The addresses and aliases of hosts, and the declared records of the types that say where a
/// service is, each once. None where no cutover is declared.
pub fn changing(document: &Document, observed: &Observed) -> Vec<Changing> {
    use crate::spec::model::RecordType::{A, Aaaa, Cname, Https, Mx, Srv, Svcb};
    let cutover =
        document.spec.dns.as_ref().and_then(|dns| dns.cutover.as_ref()).map(|moment| moment.value.0);
    let Some(cutover) = cutover else { return Vec::new() };
    let moves =
        |record: &Record| matches!(record.record.kind.value, A | Aaaa | Cname | Https | Mx | Srv | Svcb);
    let declared = records(document).into_iter().filter(moves).map(|r| Changing {
        name: r.name,
        kind: r.record.kind.value.name(),
        place: r.place,
        cutover,
    });
    let hosts = hosts(document, observed).into_iter().flat_map(|host| {
        ["A", "AAAA"].map(|kind| Changing {
            name: host.name.clone(),
            kind,
            place: host.place.clone(),
            cutover,
        })
    });
    let mut seen = BTreeSet::new();
    let mut all: Vec<Changing> = declared.chain(hosts).collect();
    all.retain(|changing| seen.insert((changing.name.clone(), changing.kind)));
    all
}

/// A zone that holds names of the product.
#[derive(Debug, Clone)]
pub struct Zone {
    /// Its origin.
    pub origin: String,
    /// Where the spec speaks of it: the name servers, or else the domain; for a zone below the
    /// domain, what it declares there first.
    pub place: Place,
}

/// The zones that were seen; where none was, the domain as one.
pub fn zones(document: &Document, observed: &Observed) -> Vec<Zone> {
    let spec = &document.spec;
    let domain = &spec.domain.value.0;
    let servers = spec.dns.as_ref().and_then(|dns| dns.nameservers.as_ref());
    let place = servers.map_or_else(
        || Place::new("domain", spec.domain.span),
        |servers| Place::new("dns.nameservers", servers.span),
    );
    let seen = observed.zones.keys().chain(observed.dnssec.keys());
    let mut origins: BTreeSet<String> = seen.cloned().collect();
    if observed.zone_of(domain, "SOA").is_none() && observed.dnssec_of(domain).is_none() {
        origins.insert(domain.clone());
    }
    let zone = |origin: String| {
        let place = first_below(&origin, document, observed).unwrap_or_else(|| place.clone());
        Zone { origin, place }
    };
    origins.into_iter().map(zone).collect()
}

/// The first declared record or host in a zone that is not the domain's own.
fn first_below(zone: &str, document: &Document, observed: &Observed) -> Option<Place> {
    let is_in = |name: &str, zone: &str| name == zone || name.ends_with(&format!(".{zone}"));
    let domain = &document.spec.domain.value.0;
    if is_in(domain, zone) {
        return None;
    }
    let records = records(document).into_iter().map(|record| (record.name, record.place));
    let hosts = hosts(document, observed).into_iter().map(|host| (host.name, host.place));
    records.chain(hosts).find(|(name, _)| is_in(name, zone)).map(|(_, place)| place)
}

/// A name under the domain that nobody would have declared, the same in every run: what it leads
/// to, every name leads to.
pub fn improbable_name(domain: &str) -> String {
    let digest = Sha256::digest(domain.as_bytes());
    let label = digest
        .iter()
        .take(5)
        .fold(String::from("launch-ready-"), |label, byte| label + &format!("{byte:02x}"));
    format!("{label}.{domain}")
}

/// A name and the names above it, nearest first, down to the top-level domain: where an authority
/// looks for the name's CAA records (RFC 8659 section 3).
pub fn climb(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| Some(name.split_once('.')?.1))
}

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
