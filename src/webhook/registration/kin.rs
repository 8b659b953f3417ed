//! Which registered addresses concern a webhook. Those of other products on the same account are nobody's
//! business here: they are neither kept nor told.

use std::collections::BTreeSet;
use std::net::IpAddr;

use url::Url;

use crate::item;
use crate::observed::Observed;
use crate::private::PrivateRanges;
use crate::spec::Document;
use crate::spec::names::{climb, is_under};

const DEVELOPMENT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/development-hosts.txt"));

/// What a registered address is to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kin {
    /// Exactly the declared address.
    Same,
    /// The declared one but for small things, in a clause each: `it ends in a slash`.
    Near(Vec<&'static str>),
    /// The same path on another host.
    Moved,
    /// A developer's machine, a tunnel or a catcher of test requests.
    Development,
    /// A host under the product's domain that the spec does not know.
    Unknown,
    /// No business of this webhook.
    Stranger,
}

/// What is the product's own.
#[derive(Debug)]
pub struct Own<'a> {
    domain: &'a str,
    /// Every host that the spec names.
    hosts: BTreeSet<String>,
    /// Where webhooks are declared to be.
    webhooks: BTreeSet<Url>,
}

impl<'a> Own<'a> {
    /// What a spec names.
    pub fn of(document: &'a Document) -> Self {
        let domain = document.spec.domain.value.0.as_str();
        let nothing = Observed::new(jiff::Timestamp::UNIX_EPOCH);
        let webhooks: BTreeSet<Url> =
            item::webhooks(document).into_iter().map(|webhook| webhook.url).collect();
        let named = item::hosts(document, &nothing).into_iter().map(|host| host.name);
        let records = item::records(document).into_iter().map(|record| record.name);
        let endpoints = item::endpoints(document).into_iter().map(|endpoint| endpoint.url);
        let of_urls =
            endpoints.chain(webhooks.iter().cloned()).filter_map(|url| url.host_str().map(str::to_owned));
        let mut hosts: BTreeSet<String> = named.chain(records).chain(of_urls).collect();
        if document.spec.hosts.is_none() {
            hosts.insert(format!("www.{domain}"));
        }
        Self { domain, hosts, webhooks }
    }

    /// True for the product's domain and the names below it.
    pub fn is_own(&self, host: &str) -> bool {
        is_under(host, self.domain)
    }

    /// What a registered address is to the webhook at `declared`.
    pub fn kin(&self, declared: &Url, registered: &str) -> Kin {
        let Some(other) = bare(registered) else { return Kin::Stranger };
        if other == *declared {
            return Kin::Same;
        }
        let Some(host) = other.host_str() else { return Kin::Stranger };
        if self.webhooks.contains(&other) {
            return Kin::Stranger;
        }
        let differences = differences(declared, &other);
        if let Some(differences) = differences {
            return Kin::Near(differences);
        }
        if is_development(host) {
            Kin::Development
        } else if !path(declared).is_empty()
            && path(declared) == path(&other)
            && declared.host_str() != Some(host)
        {
            Kin::Moved
        } else if self.is_own(host) && !self.hosts.contains(host) {
            Kin::Unknown
        } else {
            Kin::Stranger
        }
    }
}

/// A registered address without what is no part of the place: the credentials, which a spec never holds, and
/// the fragment.
fn bare(registered: &str) -> Option<Url> {
    let mut url = Url::parse(registered).ok()?;
    url.set_fragment(None);
    // An address that cannot hold credentials has none.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    Some(url)
}

/// A path as people read it.
fn path(url: &Url) -> String {
    url.path().trim_end_matches('/').to_lowercase()
}

/// What sets two addresses apart that are meant to be one; `None` where they are not.
fn differences(declared: &Url, other: &Url) -> Option<Vec<&'static str>> {
    let (own, its) = (declared.host_str()?, other.host_str()?);
    let bare = |host: &str| host.trim_start_matches("www.").to_owned();
    if bare(own) != bare(its) || path(declared) != path(other) {
        return None;
    }
    let slashes = |url: &Url| url.path().len() - url.path().trim_end_matches('/').len().max(1);
    let case = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let all = [
        (
            declared.scheme() != other.scheme(),
            if other.scheme() == "http" { "it is plain http" } else { "it is https" },
        ),
        (own != its, "`www.` makes it another host"),
        (declared.port() != other.port(), "it has another port"),
        (case(declared) != case(other), "letters of its path are in another case"),
        (
            slashes(declared) != slashes(other),
            if slashes(other) == 0 { "it lacks the slash at the end" } else { "it ends in a slash" },
        ),
        (declared.query() != other.query(), "it has another query"),
    ];
    Some(all.into_iter().filter_map(|(differs, what)| differs.then_some(what)).collect())
}

/// True for hosts that are no server of a product: machines of developers, tunnels, catchers of requests,
/// and addresses that are not public.
pub fn is_development(host: &str) -> bool {
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return PrivateRanges::Forbidden.fault(address).is_some();
    }
    let names =
        || DEVELOPMENT.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    climb(host).any(|name| names().any(|known| known == name))
}

/// A registered address as it may be kept: what differs from the declared one and may hold a secret is gone.
pub fn kept(declared: &Url, registered: &str) -> String {
    let Some(mut url) = bare(registered) else { return registered.to_owned() };
    if url.query().is_some() && url.query() != declared.query() {
        let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        url.query_pairs_mut().clear().extend_pairs(names.iter().map(|name| (name, "***")));
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::load;

    const SPEC: &str = "domain: shop.test\nhosts: {apex: {}, api: {}}\nwebhooks:\n  - {name: a, url: \"https://api.shop.test/hooks/a\"}\n  - {name: b, url: \"https://api.shop.test/hooks/b\"}\n";

    fn kin(registered: &str) -> Kin {
        let document = load::parse("-", SPEC).expect("a good spec");
        let declared = item::webhooks(&document)[0].url.clone();
        Own::of(&document).kin(&declared, registered)
    }

    #[test]
    fn only_the_same_address_is_the_same() {
        assert_eq!(kin("https://api.shop.test/hooks/a"), Kin::Same);
        assert_eq!(kin("https://API.shop.test:443/hooks/a"), Kin::Same);
        for (registered, why) in [
            ("https://api.shop.test/hooks/a/", "it ends in a slash"),
            ("https://api.shop.test/hooks/a//", "it ends in a slash"),
            ("http://api.shop.test/hooks/a", "it is plain http"),
            ("https://www.api.shop.test/hooks/a", "`www.` makes it another host"),
            ("https://api.shop.test:8443/hooks/a", "it has another port"),
            ("https://api.shop.test/Hooks/a", "letters of its path are in another case"),
            ("https://api.shop.test/hooks/a?x=1", "it has another query"),
        ] {
            assert_eq!(kin(registered), Kin::Near(vec![why]), "{registered}");
        }
    }

    #[test]
    fn credentials_are_no_part_of_the_place() {
        assert_eq!(kin("https://user:pw@api.shop.test/hooks/a#x"), Kin::Same);
    }

    #[test]
    fn old_places_are_told_from_other_products() {
        assert_eq!(kin("https://old-shop.example/hooks/a"), Kin::Moved);
        assert_eq!(kin("https://old.shop.test/other"), Kin::Unknown);
        assert_eq!(kin("https://x.ngrok-free.app/anything"), Kin::Development);
        for other in
            ["https://else.example/hooks/c", "https://api.shop.test/hooks/b", "https://shop.test/x", "no URL"]
        {
            assert_eq!(kin(other), Kin::Stranger, "{other}");
        }
    }

    #[test]
    fn developers_hosts_are_known() {
        for host in [
            "localhost",
            "app.localhost",
            "a.b.trycloudflare.com",
            "webhook.site",
            "127.0.0.1",
            "[::1]",
            "10.1.2.3",
        ] {
            assert!(is_development(host), "{host}");
        }
        for host in ["ngrok.com", "shop.test", "notwebhook.site.example", "9.9.9.9"] {
            assert!(!is_development(host), "{host}");
        }
    }

    #[test]
    fn what_is_kept_holds_no_secret_of_others() {
        let declared = Url::parse("https://shop.test/h?token=known").expect("a URL");
        assert_eq!(kept(&declared, "https://shop.test/h?token=known"), "https://shop.test/h?token=known");
        assert_eq!(
            kept(&declared, "https://u:pw@old.test/h?token=hunter2&b"),
            "https://old.test/h?token=***&b=***"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_may_be_registered(text in "\\PC{0,60}|https?://[a-z.]{1,12}/[a-zA-Z/?=#]{0,12}|https://(u@)?api.shop.test/[hH]ooks/a[/?x]{0,4}") {
            proptest::prop_assert!(kin(&text) != Kin::Near(Vec::new()));
            let _ = kept(&Url::parse("https://shop.test/h").expect("a URL"), &text);
        }
    }
}
