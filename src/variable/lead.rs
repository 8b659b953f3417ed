//! Where a URL leads, told without it.

use std::net::IpAddr;

use url::Url;

use crate::observed::{Lead, LeadPlace};
use crate::private::PrivateRanges;
use crate::spec::names::{climb, is_under};
use crate::spec::registrable::registrable;
use crate::webhook::registration::kin;

/// Parts of names by which people call what is not production.
const STAGES: &[&str] = &[
    "staging",
    "stage",
    "stg",
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "qa",
    "uat",
    "preview",
    "sandbox",
];
/// Where hosting services put previews of branches and pull requests: the domain, what the rest of the name
/// holds, and whose it is.
const PREVIEWS: &[(&str, &str, &str)] = &[
    ("vercel.app", "-git-", "Vercel"),
    ("netlify.app", "--", "Netlify"),
    ("web.app", "--", "Firebase Hosting"),
    ("pages.dev", ".", "Cloudflare Pages"),
    ("onrender.com", "-pr-", "Render"),
    ("herokuapp.com", "-pr-", "Heroku"),
    ("amplifyapp.com", "pr-", "AWS Amplify"),
];

/// What a spec says of its own hosts.
#[derive(Debug, Default)]
pub struct Hosts {
    /// Those of production.
    pub production: Vec<String>,
    /// Those of staging, previews and development.
    pub other: Vec<String>,
}

/// Where a value leads: a URL, several with commas between, or (where `bare` is true) the name of a host. The
/// worst of several counts.
pub fn lead(value: &str, bare: bool, hosts: &Hosts) -> Option<Lead> {
    let whole = host_of(value, bare).map(|host| place(&host, hosts));
    whole.or_else(|| {
        // The second server of a URL of MongoDB has no scheme of its own.
        let bare = bare || value.contains("://");
        let parts = value.split([',', ' ']).filter_map(|part| host_of(part, bare));
        parts.map(|host| place(&host, hosts)).max_by_key(|lead| lead.to)
    })
}

fn host_of(value: &str, bare: bool) -> Option<String> {
    let value = value.trim();
    if value.contains("://") {
        let url = Url::parse(value).ok()?;
        return url.host_str().filter(|host| !host.contains(',')).map(clean);
    }
    let value = value.split('/').next().unwrap_or(value);
    let host =
        value.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(value, |(h, _)| h);
    // `0.0.0.0` is where a server listens.
    let named = |host: &str| {
        !host.is_empty()
            && host != "0.0.0.0"
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
    };
    (bare && named(host) && (host.contains('.') || host == "localhost")).then(|| clean(host))
}

fn clean(host: &str) -> String {
    host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
}

fn place(host: &str, hosts: &Hosts) -> Lead {
    let lead = |to, words: String| Lead { to, words };
    if hosts.other.iter().any(|other| other == host) {
        return lead(LeadPlace::Staging, format!("{host}, which the spec declares as no production host"));
    }
    if hosts.production.iter().any(|own| own == host) {
        return lead(LeadPlace::Public, format!("{host}, a host of the spec"));
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return of_address(address);
    }
    if is_under(host, "localhost") || is_under(host, "docker.internal") {
        return lead(LeadPlace::Local, "this machine (localhost)".into());
    }
    let inner =
        ["internal", "local", "home.arpa", "lan", "svc", "consul"].iter().any(|end| is_under(host, end));
    if !host.contains('.') || inner {
        return lead(LeadPlace::Private, "a name of an inner network".into());
    }
    if kin::is_development(host) {
        let known = climb(host).filter(|name| kin::is_development(name)).last().unwrap_or(host);
        return lead(
            LeadPlace::Tunnel,
            format!("a tunnel to a developer's machine, or a catcher of test requests ({known})"),
        );
    }
    let preview = PREVIEWS.iter().find(|(domain, mark, _)| {
        let rest = host.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
        rest.is_some_and(|rest| rest.contains(mark))
    });
    if let Some((domain, _, whose)) = preview {
        return lead(LeadPlace::Preview, format!("a preview of {whose} ({domain})"));
    }
    let own = registrable(host).unwrap_or_else(|| host.to_owned());
    let labels = host.strip_suffix(own.as_str()).unwrap_or_default();
    let stage = labels.split(['.', '-']).find(|part| STAGES.contains(part));
    match stage {
        Some(stage) => lead(LeadPlace::Staging, format!("a host that is called `{stage}`")),
        None => lead(LeadPlace::Public, "a public host".into()),
    }
}

fn of_address(address: IpAddr) -> Lead {
    if address.is_loopback() || address.is_unspecified() {
        return Lead { to: LeadPlace::Local, words: "this machine (localhost)".into() };
    }
    // What an Android emulator calls the machine that it runs on.
    if address == IpAddr::from([10, 0, 2, 2]) {
        return Lead { to: LeadPlace::Local, words: "the machine behind an Android emulator".into() };
    }
    match PrivateRanges::Forbidden.fault(address) {
        Some(_) => Lead { to: LeadPlace::Private, words: "an address of an inner network".into() },
        None => Lead { to: LeadPlace::Public, words: "a public address".into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(value: &str) -> Option<LeadPlace> {
        let hosts = Hosts { production: vec!["test.shop.test".into()], other: vec!["next.shop.test".into()] };
        lead(value, true, &hosts).map(|lead| lead.to)
    }

    #[test]
    fn places_are_told_apart() {
        use LeadPlace::{Local, Preview, Private, Public, Staging, Tunnel};
        for (value, place) in [
            ("http://localhost:3000", Local),
            ("http://127.0.0.1", Local),
            ("http://[::1]:80/", Local),
            ("http://0.0.0.0:8080", Local),
            ("http://10.0.2.2:8080", Local),
            ("http://host.docker.internal:3000", Local),
            ("localhost:5432", Local),
            ("http://10.1.2.3", Private),
            ("http://api:3000", Private),
            ("redis://cache.internal:6379", Private),
            ("https://8f3a.ngrok-free.app/x", Tunnel),
            ("https://shop-git-main-acme.vercel.app", Preview),
            ("https://deploy-preview-12--shop.netlify.app", Preview),
            ("https://shop--pr12-abc.web.app", Preview),
            ("https://3f2a.shop.pages.dev", Preview),
            ("https://shop.pages.dev", Public),
            ("https://shop.vercel.app", Public),
            ("https://next.shop.test/", Staging),
            ("https://staging.shop.test/", Staging),
            ("https://api-staging.shop.test/", Staging),
            ("https://sandbox.plaid.com", Staging),
            ("https://shop.test/", Public),
            ("https://test.shop.test/", Public),
            ("https://dev.to/x", Public),
            ("https://latest.shop.test", Public),
            ("https://shop.test,http://localhost:3000", Local),
            ("mongodb://u:p@one.shop.test:1,localhost:2/db", Local),
            ("db.shop.test", Public),
        ] {
            assert_eq!(to(value), Some(place), "{value}");
        }
        for value in [
            "",
            "true",
            "production",
            "0.0.0.0",
            "0.0.0.0:3000",
            "file:./dev.db",
            "mailto:a@b.c",
            "sk_live_1",
        ] {
            assert_eq!(to(value), None, "{value}");
        }
    }

    #[test]
    fn nothing_of_a_stranger_s_url_is_told() {
        let words = |value| lead(value, false, &Hosts::default()).map(|lead| lead.words).unwrap_or_default();
        for value in [
            "https://hunter2.ngrok.io/hunter2",
            "https://staging.hunter2.test",
            "https://hunter2.test",
            "https://hunter2-git-x.vercel.app",
        ] {
            assert!(!words(value).contains("hunter2"), "{value}: {}", words(value));
        }
    }
}
