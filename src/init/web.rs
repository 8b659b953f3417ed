//! The parts `canonical`, `hosts`, `tls` and `redirects`: from what the web sites answered.

use std::collections::BTreeSet;

use super::quote::{cut, declarable, scalar};
use super::sheet::Sheet;
use super::sight::Sight;
use super::{questions, tls};
use crate::observed::{Failure, FailureKind, Handshake, Seen};

/// What a host shows at its root over HTTPS.
pub(super) enum Root {
    /// A page of its own in the end, with this status.
    Page(u16),
    /// It leads to another host: the first status, that host, and where exactly.
    Away(u16, String, url::Url),
    /// Nothing answers; why.
    Nothing(String),
}

/// A host that resolves.
pub(super) struct Host {
    /// Relative to the domain, `@` for itself.
    pub(super) label: &'static str,
    pub(super) root: Root,
}

/// Which of the two names is the product's address, and how that shows.
enum Canonical {
    Apex(String),
    Www(String),
    /// It does not show.
    Open(&'static str),
}

/// What the web sites showed.
pub(super) struct Site<'s, 'a> {
    sight: &'s Sight<'a>,
    hosts: Vec<Host>,
    canonical: Canonical,
}

/// What the labels are usually for.
const ENVIRONMENTS: [(&str, &[&str]); 3] = [
    ("staging", &["staging", "stage", "qa", "test", "beta", "sandbox"]),
    ("preview", &["preview", "demo"]),
    ("development", &["dev"]),
];
/// Labels of hosts that programs call.
const APIS: [&str; 4] = ["api", "graphql", "hooks", "ws"];

impl<'s, 'a> Site<'s, 'a> {
    /// Reads what was seen.
    pub(super) fn of(sight: &'s Sight<'a>) -> Self {
        let hosts: Vec<Host> =
            sight.hosts().into_iter().map(|label| Host { label, root: root(sight, label) }).collect();
        let canonical = canonical(sight, &hosts);
        Self { sight, hosts, canonical }
    }

    /// The hosts that are declared: those that answer, and the domain itself.
    pub(super) fn declared(&self) -> impl Iterator<Item = &Host> {
        self.hosts.iter().filter(|host| host.label == "@" || !matches!(host.root, Root::Nothing(_)))
    }

    /// True where the host of that label is declared.
    pub(super) fn declares(&self, label: &str) -> bool {
        self.declared().any(|host| host.label == label)
    }

    /// True where the zone is Cloudflare's to serve.
    pub(super) fn is_at_cloudflare(&self) -> bool {
        self.sight.at_cloudflare()
    }

    /// Writes `canonical`.
    pub(super) fn canonical(&self, sheet: &mut Sheet) {
        match &self.canonical {
            Canonical::Apex(how) => sheet.seen("canonical: apex", how),
            Canonical::Www(how) => sheet.seen("canonical: www", how),
            Canonical::Open(why) => sheet.decide("canonical: apex", why),
        }
    }

    /// Writes `hosts`.
    pub(super) fn hosts(&self, sheet: &mut Sheet) {
        if self.hosts.is_empty() {
            let domain = self.sight.domain;
            sheet.words(&format!(
                "to decide: nothing under {domain} has an address yet. Without hosts, `check`"
            ));
            sheet.words("looks at the domain itself; for a domain without a web site write `hosts: {}`");
        }
        sheet.section("hosts", |sheet| {
            self.hosts.iter().for_each(|host| self.host(host, sheet));
            if !self.declares("app") {
                sheet.decide("app: {pages: [/, /login]}", "other hosts, and pages that must answer");
            }
        });
    }

    fn host(&self, host: &Host, sheet: &mut Sheet) {
        let key = if host.label == "@" { "apex" } else { host.label };
        let apex_or_www = matches!(host.label, "@" | "www");
        match &host.root {
            Root::Nothing(why) if host.label == "@" => {
                sheet.seen("apex: {}", &format!("resolves, but {why}"));
            }
            Root::Nothing(why) => sheet.decide(&format!("{key}: {{}}"), &format!("resolves, but {why}")),
            Root::Away(..) if self.other_label() == Some(host.label) => {
                sheet.seen(&format!("{key}: redirect"), &format!("leads to https://{}/", self.main_name()));
            }
            Root::Away(_, to, _) => {
                sheet.seen(&format!("{key}: {}", details(host.label, false)), &format!("leads to {to}"));
            }
            Root::Page(status) => {
                let refuses = (400..500).contains(status) && !apex_or_www;
                let mut how = format!("answers {status}");
                if refuses && !APIS.contains(&host.label) && environment(host.label).is_none() {
                    how += ", so it is taken for an API";
                }
                sheet.seen(&format!("{key}: {}", details(host.label, refuses)), &how);
            }
        }
    }

    /// The label of the name that leads to the canonical one.
    fn other_label(&self) -> Option<&'static str> {
        match self.canonical {
            Canonical::Apex(_) => Some("www"),
            Canonical::Www(_) => Some("@"),
            Canonical::Open(_) => None,
        }
    }

    /// The label of the canonical name; the domain itself where that does not show.
    fn main_label(&self) -> &'static str {
        if matches!(self.canonical, Canonical::Www(_)) { "www" } else { "@" }
    }

    fn main_name(&self) -> String {
        self.sight.name(self.main_label())
    }

    /// Writes `tls`.
    pub(super) fn tls(&self, sheet: &mut Sheet) {
        sheet.section("tls", |sheet| tls::write(sheet, self.sight, &self.labels()));
    }

    /// The names by which CAA records let the issuers in use issue.
    pub(super) fn caa_names(&self) -> BTreeSet<&'static str> {
        tls::caa_names(self.sight, &self.labels())
    }

    fn labels(&self) -> Vec<&str> {
        self.declared().map(|host| host.label).collect()
    }

    /// Writes `redirects`.
    pub(super) fn redirects(&self, sheet: &mut Sheet) {
        sheet.section("redirects", |sheet| {
            self.canonical_redirect(sheet);
            for host in &self.hosts {
                let Root::Away(status, _, to) = &host.root else { continue };
                let fits = !to.as_str().contains(['*', '$']) && declarable(to.as_str()).is_ok();
                if self.other_label() == Some(host.label) || !fits {
                    continue;
                }
                let from = format!("https://{}/", self.sight.name(host.label));
                sheet.decide(&rule(&from, to.as_str(), Some(*status)), "so it is now; shall it stay?");
            }
            let from = format!("https://{}/old/*", self.main_name());
            let to = format!("https://{}/new/$1", self.main_name());
            sheet.decide(&rule(&from, &to, None), "old addresses");
        });
    }

    /// The rule from one of apex and `www` to the other.
    fn canonical_redirect(&self, sheet: &mut Sheet) {
        let other = self.hosts.iter().find(|host| Some(host.label) == self.other_label());
        let Some(Host { label, root: Root::Away(..) }) = other else { return };
        let (from, to) = (self.sight.name(label), self.main_name());
        let rule = |status| rule(&format!("https://{from}/*"), &format!("https://{to}/$1"), status);
        let asked = questions::sample(self.sight, label);
        let target = questions::sample(self.sight, self.main_label());
        let exchange = asked.and_then(|url| self.sight.exchange(&url));
        match exchange {
            Some(exchange) if exchange.is_redirect() && exchange.location == target => {
                sheet.seen(&rule(Some(exchange.status)), "");
            }
            _ => sheet.decide(&rule(None), "the start page is redirected, but path and query are lost"),
        }
    }
}

fn rule(from: &str, to: &str, status: Option<u16>) -> String {
    let status = status.map_or(String::new(), |status| format!(", status: {status}"));
    format!("- {{from: {}, to: {}{status}}}", scalar(from), scalar(to))
}

/// The mapping of a host, as far as its label tells.
fn details(label: &str, refuses: bool) -> String {
    match environment(label) {
        Some(environment) => format!("{{environment: {environment}}}"),
        None if refuses || APIS.contains(&label) => "{kind: api}".into(),
        None => "{}".into(),
    }
}

fn environment(label: &str) -> Option<&'static str> {
    ENVIRONMENTS.iter().find(|(_, labels)| labels.contains(&label)).map(|(environment, _)| *environment)
}

fn root(sight: &Sight, label: &str) -> Root {
    let Some(url) = sight.root("https", label) else { return Root::Nothing("its name makes no URL".into()) };
    let first = match sight.observed.http(&url) {
        Some(Seen::Answer(exchange)) => exchange.status,
        Some(Seen::Failed(failure)) => {
            let plain = sight.root("http", label).and_then(|url| sight.exchange(&url));
            let plain = plain.map_or(String::new(), |plain| format!(", plain HTTP answers {}", plain.status));
            return Root::Nothing(dead(failure, sight.observed.tls(&url)) + &plain);
        }
        Some(Seen::Unobserved(reason)) => return Root::Nothing(cut(reason.as_str())),
        None => return Root::Nothing("nobody opened it".into()),
    };
    match sight.open(&url) {
        Some((exchange, end)) if end.host_str() == url.host_str() => Root::Page(exchange.status),
        Some((_, end)) => Root::Away(first, end.host_str().unwrap_or_default().to_owned(), end),
        None => Root::Page(first),
    }
}

/// Why HTTPS gives no answer: what failed below it, where something did.
fn dead(failure: &Failure, handshake: Option<&Seen<Handshake>>) -> String {
    let failure = match handshake {
        Some(Seen::Failed(below)) => below,
        _ => failure,
    };
    match failure.kind {
        FailureKind::Refused => "port 443 is closed".into(),
        FailureKind::TimedOut => "port 443 takes no connection".into(),
        _ => format!("HTTPS fails: {}", cut(failure.detail.as_str())),
    }
}

/// Where the one of apex and `www` leads to the other, the other is the product's address; so is
/// the only one of them that there is.
fn canonical(sight: &Sight, hosts: &[Host]) -> Canonical {
    let of = |label| hosts.iter().find(|host| host.label == label).map(|host| &host.root);
    let www = sight.name("www");
    let leads = |root: Option<&Root>, host: &str| matches!(root, Some(Root::Away(_, to, _)) if to == host);
    match (of("@"), of("www")) {
        (Some(apex), other) if leads(other, sight.domain) && !leads(Some(apex), &www) => {
            Canonical::Apex(format!("{www} leads there"))
        }
        (apex, Some(_)) if leads(apex, &www) => Canonical::Www(format!("{} leads there", sight.domain)),
        (Some(Root::Page(_)), None) => Canonical::Apex(format!("{www} has no address")),
        (None, Some(Root::Page(_))) => Canonical::Www(format!("{} has no address", sight.domain)),
        (Some(Root::Page(_)), Some(Root::Page(_))) => {
            Canonical::Open("both names answer; one should redirect to the other")
        }
        _ => Canonical::Open("apex or www: the other one must redirect to it"),
    }
}
