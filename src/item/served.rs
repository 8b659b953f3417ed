//! The sites whose files are read.

use std::collections::BTreeSet;

use url::Url;

use super::Host;
use crate::observed::{Observed, Seen, ServedSecret};
use crate::spec::names::full_name;
use crate::spec::{Document, Place};

/// A site whose files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadSite {
    /// The host's name.
    pub host: String,
    /// True where the spec asks for it: then everything is read that the first files lead to. Otherwise the
    /// first page and its scripts are.
    pub whole: bool,
    /// Other origins whose files belong to it, each as the URL of its root.
    pub others: Vec<Url>,
}

/// The sites of `secrets.scan.sites`, and all others of production.
pub fn read_sites(document: &Document, hosts: &[Host]) -> Vec<ReadSite> {
    let scan = document.spec.secrets.as_ref().and_then(|secrets| secrets.value.scan.as_ref());
    let domain = &document.spec.domain.value.0;
    let declared: Vec<String> =
        scan.iter().flat_map(|scan| &scan.sites).map(|site| full_name(&site.value, domain)).collect();
    let others: Vec<Url> = scan.iter().flat_map(|scan| &scan.cdn).map(|cdn| cdn.value.0.clone()).collect();
    let read = hosts.iter().filter(|host| !host.redirect_only).filter_map(|host| {
        let whole = declared.contains(&host.name);
        let others = if whole { others.clone() } else { Vec::new() };
        (whole || (host.is_production() && !host.is_api())).then(|| ReadSite {
            host: host.name.clone(),
            whole,
            others,
        })
    });
    read.collect()
}

/// A site whose files are read, or a secret that stands in one of them.
#[derive(Debug, Clone)]
pub struct ServedItem {
    /// The host, or the place of the secret: `https://shop.test/app.js:1:2345`.
    pub subject: String,
    /// The host's name.
    pub host: String,
    /// Where the spec says that it is read, or declares the host.
    pub place: Place,
    /// The secret, and the URL of its file.
    pub found: Option<(String, ServedSecret)>,
}

/// Every secret that a site serves, once; the site itself where it serves none. Keys of a test mode matter in
/// production alone.
pub fn served_items(document: &Document, hosts: &[Host], observed: &Observed) -> Vec<ServedItem> {
    let scan = document.spec.secrets.as_ref().and_then(|secrets| secrets.value.scan.as_ref());
    let mut items = Vec::new();
    for site in read_sites(document, hosts) {
        let Some(host) = hosts.iter().find(|host| host.name == site.host) else { continue };
        let sites = scan.iter().flat_map(|scan| &scan.sites).enumerate();
        let said = sites
            .into_iter()
            .find(|(_, key)| full_name(&key.value, &document.spec.domain.value.0) == site.host);
        let place = said.map_or_else(
            || host.place.clone(),
            |(index, key)| Place::new(format!("secrets.scan.sites[{index}]"), key.span),
        );
        let item =
            |subject, found| ServedItem { subject, host: site.host.clone(), place: place.clone(), found };
        let mut seen = BTreeSet::new();
        let files = observed.served.get(&site.host).into_iter().flat_map(|served| &served.files);
        let secrets = files.filter_map(|(url, file)| match file {
            Seen::Answer(file) => Some((url, &file.secrets)),
            _ => None,
        });
        let secrets = secrets.flat_map(|(url, secrets)| secrets.iter().map(move |secret| (url, secret)));
        let matters = secrets.filter(|(_, secret)| host.is_production() || !secret.test);
        let found = matters.filter(|(_, secret)| seen.insert(secret.fingerprint.clone()));
        let found: Vec<ServedItem> = found
            .map(|(url, secret)| {
                item(format!("{url}:{}:{}", secret.line, secret.column), Some((url.clone(), secret.clone())))
            })
            .collect();
        if found.is_empty() {
            items.push(item(site.host.clone(), None));
        }
        items.extend(found);
    }
    items
}

#[cfg(test)]
mod tests {
    use crate::check::Fixture;

    fn sites(spec: &str) -> Vec<(String, bool)> {
        let fixture = Fixture::new(spec, "at: 2026-11-28T00:00:00Z").expect("a fixture");
        let world = fixture.world();
        let sites = super::read_sites(world.document, &world.items.hosts);
        sites.into_iter().map(|site| (site.host, site.whole)).collect()
    }

    #[test]
    fn sites_of_production_and_those_of_the_spec_are_read() {
        assert_eq!(sites("domain: shop.test"), [("shop.test".to_owned(), false)]);
        let hosts = "domain: shop.test\nhosts: {apex: {}, www: redirect, api: {kind: api}, staging: {environment: staging}}";
        assert_eq!(sites(hosts), [("shop.test".to_owned(), false)]);
        let scan = "secrets: {scan: {sites: [apex, staging, api]}}";
        let all = [("shop.test", true), ("api.shop.test", true), ("staging.shop.test", true)];
        assert_eq!(sites(&format!("{hosts}\n{scan}")), all.map(|(host, whole)| (host.to_owned(), whole)));
    }
}
