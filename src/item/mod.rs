//! The items that a spec asks for: the probe looks at them, and the judges judge them. Read from
//! the spec and, where the spec is silent, from what was observed.

mod cloudflare;
mod dns;
mod endpoint;
mod exchange;
mod host;
mod reports;
mod scanned;
mod selector;
mod sender;
mod served;
mod site;
mod variable;
mod waiver;
mod web;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::mail::spf::{Limits, Recorded, Tree};
use crate::observed::Observed;
use crate::spec::Document;

pub use cloudflare::{
    ProxyState, ZonePath, ZoneSetting, machine_paths, origins, proxy_states, rate_limits, stands_at,
    zone_modes, zone_name, zone_place, zone_settings,
};
pub use dns::{
    Changing, OwnedRecord, Record, RecordSet, Value, Zone, changing, doubled_name, improbable_name,
    owned_records, owners, record_sets, records, zones,
};
pub use endpoint::{CrossOrigin, Endpoint, NamedOrigin, SAMPLES, cross_origins, endpoints};
pub(crate) use exchange::in_turn;
pub use exchange::{
    Exchanger, MOST_EXCHANGERS, MailAddress, exchanger_hosts, exchangers, mail_addresses, sender_addresses,
};
pub use host::{Host, Name, hosts, may_resolve, names};
pub use reports::{Destination, MOST_DESTINATIONS, declared_reports, destinations};
pub use scanned::{EnvSpot, Found, Scanned, env_spots, scanned_files, scanned_history};
pub use selector::{Fact, Selector, selector_names, selectors};
pub use sender::{Authorised, Sender, Who, authorised, ip_term, senders};
pub use served::{ReadSite, ServedItem, read_sites, served_items};
pub use site::{ABSENT_PATH, parts, security_txt};
pub use variable::{Variable, exposable, variables};
pub use waiver::{Accepted, Waiver};
pub use web::{Asked, DeclaredUrl, PROBE_PATH, PROBE_QUERY, Redirect, Start, asked, redirects, starts, urls};
pub use webhook::{Webhook, webhooks};

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
    pub endpoints: Vec<Endpoint<'a>>,
    pub cross_origins: Vec<CrossOrigin>,
    pub asked: Vec<Asked>,
    pub webhooks: Vec<Webhook<'a>>,
    pub variables: Vec<Variable<'a>>,
    pub exposable: Vec<Variable<'a>>,
    pub scanned_files: Vec<Scanned<'a>>,
    pub scanned_history: Vec<Scanned<'a>>,
    pub env_spots: Vec<EnvSpot<'a>>,
    pub served: Vec<ServedItem>,
    pub zone_settings: Vec<ZoneSetting>,
    pub zone_modes: Vec<ZoneSetting>,
    pub rate_limits: Vec<ZonePath>,
    pub machine_paths: Vec<ZonePath>,
    pub proxy_states: Vec<ProxyState>,
    pub selectors: Vec<Selector<'a>>,
    pub senders: Vec<Sender<'a>>,
    pub exchangers: Vec<Exchanger>,
    pub authorised: Vec<Authorised<'a>>,
    /// The domain's SPF record and all that it leads to.
    pub spf: Tree,
    pub mail_addresses: Vec<MailAddress>,
    hosts_by_name: BTreeMap<String, usize>,
    declared_urls: BTreeSet<Url>,
}

impl<'a> Items<'a> {
    /// The items of a spec.
    pub fn of(document: &'a Document, observed: &'a Observed) -> Self {
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
            endpoints: endpoints(document),
            cross_origins: cross_origins(document, observed),
            asked: asked(document, observed),
            webhooks: webhooks(document),
            variables: variables(document),
            exposable: exposable(document, observed),
            scanned_files: scanned_files(document, observed),
            scanned_history: scanned_history(document, observed),
            env_spots: env_spots(document, observed),
            served: served_items(document, &hosts, observed),
            zone_settings: zone_settings(document),
            zone_modes: zone_modes(document),
            rate_limits: rate_limits(document),
            machine_paths: machine_paths(document),
            proxy_states: proxy_states(document, observed),
            selectors: selectors(document, observed),
            senders: senders(document),
            exchangers: exchangers(document, observed),
            authorised: authorised(document),
            spf: Tree::grow(&document.spec.domain.value.0, &Recorded(&observed.dns), Limits::default()),
            mail_addresses: mail_addresses(document, observed),
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
