//! Who sends: senders and their DKIM selectors.

use std::collections::BTreeSet;

use crate::mail::spf::Request;
use crate::observed::{Observed, Seen};
use crate::provider::Confidence;
use crate::provider::email::{self, DkimKey, DkimSet, Provider};
use crate::spec::model::{Dkim, Email, EmailSettings, SenderDetails, Short};
use crate::spec::names::{full_name, is_elsewhere, is_under, name_form};
use crate::spec::{Document, Located, Place};

/// Somebody whom the spec declares to send in the domain's name.
#[derive(Debug, Clone)]
pub struct Sender<'a> {
    /// What findings call it: the provider's id or the sender's name. A second one of the same
    /// name is told by its number: `postmark (2)`.
    pub label: String,
    /// Its number in `email.send`, from 0.
    pub index: usize,
    /// `email.send[1]`
    pub place: Place,
    /// What is known of the provider, where the spec names one.
    pub provider: Option<&'static Provider>,
    /// What the spec says beyond the provider's name.
    pub details: Option<&'a SenderDetails>,
    /// The name that it sends from: the domain, or the name below it that its provider uses.
    pub home: String,
    /// The name whose SPF record receivers look at (RFC 7208 section 2.4, MAIL FROM): the declared
    /// return path, or `home`.
    pub mail_from: String,
}

/// What SPF must authorise.
#[derive(Debug, Clone)]
pub struct Authorised<'a> {
    /// What findings call it: the sender's label, or the term `include:mail.test`.
    pub label: String,
    /// Where the spec asks for it.
    pub place: Place,
    /// Whom it is about.
    pub who: Who<'a>,
}

/// Whom SPF must authorise.
#[derive(Debug, Clone)]
pub enum Who<'a> {
    /// A declared sender.
    Sender(Sender<'a>),
    /// A name of `email.spf.include`.
    Include(&'a str),
    /// An address or network of `email.spf.ip`.
    Network(&'a str),
}

/// The declared senders, then what `email.spf` adds to them.
pub fn authorised(document: &Document) -> Vec<Authorised<'_>> {
    let mut all: Vec<Authorised<'_>> = Vec::new();
    for sender in senders(document) {
        let (label, place) = (sender.label.clone(), sender.place.clone());
        all.push(Authorised { label, place, who: Who::Sender(sender) });
    }
    let Some(spf) = settings(document).and_then(|settings| settings.spf.as_ref()) else { return all };
    for (index, include) in spf.include.iter().enumerate() {
        let place = Place::new(format!("email.spf.include[{index}]"), include.span);
        let name = include.value.0.as_str();
        all.push(Authorised { label: format!("include:{name}"), place, who: Who::Include(name) });
    }
    for (index, network) in spf.ip.iter().enumerate() {
        let place = Place::new(format!("email.spf.ip[{index}]"), network.span);
        all.push(Authorised { label: ip_term(network), place, who: Who::Network(network) });
    }
    all
}

/// The mechanism for an address or a network (RFC 7208 section 5.6).
pub fn ip_term(network: &str) -> String {
    if network.contains(':') { format!("ip6:{network}") } else { format!("ip4:{network}") }
}

/// A DKIM selector that must be published.
#[derive(Debug, Clone)]
pub struct Selector<'a> {
    /// The label before `._domainkey`.
    pub selector: String,
    /// The full name of its record.
    pub name: String,
    /// Where the spec says it: the selector, or the sender to whose provider it belongs.
    pub place: Place,
    /// What `email.dkim` says of it.
    pub declared: Option<&'a Dkim>,
    /// The number of the sender that signs with it.
    pub sender: Option<usize>,
    /// What is known of the key, where it is one that the sender's provider documents.
    pub fact: Option<Fact>,
}

/// What is known of a provider's key.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// Whose it is.
    pub provider: &'static Provider,
    /// The keys that belong together.
    pub set: &'static DkimSet,
    /// The key.
    pub key: &'static DkimKey,
}

impl Sender<'_> {
    /// What receivers ask about the addresses that the spec declares for it: mail from a postmaster
    /// of its bounce domain.
    pub fn requests(&self) -> Vec<Request> {
        let addresses = self.details.into_iter().flat_map(|details| &details.ip);
        let sender = format!("postmaster@{}", self.mail_from);
        addresses.map(|ip| Request::new(ip.value.0, &sender, &self.mail_from)).collect()
    }
}

pub(super) fn settings(document: &Document) -> Option<&EmailSettings> {
    match document.spec.email.as_ref().map(|email| &email.value) {
        Some(Email::Full(settings)) => Some(settings),
        _ => None,
    }
}

/// The declared senders.
pub fn senders(document: &Document) -> Vec<Sender<'_>> {
    let domain = &document.spec.domain.value.0;
    let mut labels: Vec<String> = Vec::new();
    let declared = settings(document).into_iter().flat_map(|settings| settings.send.iter().enumerate());
    declared
        .map(|(index, located)| {
            let (word, details) = match &located.value {
                Short::Word(word) => (Some(word.as_str()), None),
                Short::Full(details) => {
                    (details.provider.as_ref().map(|id| id.value.as_str()), Some(details))
                }
            };
            let provider = word.and_then(email::find);
            let name = details.and_then(|details| details.name.as_ref()).map(|name| name.value.as_str());
            let base = name.or(word).map_or_else(|| format!("sender {}", index + 1), str::to_owned);
            let before = labels.iter().filter(|label| **label == base).count();
            labels.push(base.clone());
            let label = if before == 0 { base } else { format!("{base} ({})", before + 1) };
            let path = details.and_then(|details| details.return_path.as_ref());
            let path = path.map(|path| bounce_domain(path, domain));
            let home = home(provider, path.as_deref(), domain);
            Sender {
                label,
                index,
                place: Place::new(format!("email.send[{index}]"), located.span),
                provider,
                details,
                mail_from: path.unwrap_or_else(|| home.clone()),
                home,
            }
        })
        .collect()
}

/// A declared return path: a label, a name below the domain, or somebody else's whole name.
fn bounce_domain(path: &str, domain: &str) -> String {
    if is_elsewhere(path, domain) { name_form(path) } else { full_name(path, domain) }
}

/// Providers that send from a name below the domain have their return path there too.
fn home(provider: Option<&Provider>, return_path: Option<&str>, domain: &str) -> String {
    let Some(from) = provider.and_then(|provider| provider.sends_from.as_ref()) else {
        return domain.to_owned();
    };
    match (return_path.filter(|path| is_under(path, domain)), from.name.literal()) {
        (Some(path), _) => path.to_owned(),
        (None, Some(label)) => format!("{label}.{domain}"),
        (None, None) => domain.to_owned(),
    }
}

/// The names that a key of this selector may stand at: below the name that the sender sends from, and
/// below the domain.
fn names(selector: &str, homes: &[&str]) -> Vec<String> {
    let mut all: Vec<String> =
        homes.iter().map(|home| format!("{selector}._domainkey.{home}").to_ascii_lowercase()).collect();
    all.dedup();
    all
}

/// Every name at which a selector of the spec may stand, each once: what a run asks about.
pub fn selector_names(document: &Document) -> Vec<String> {
    let domain = &document.spec.domain.value.0;
    let keys = settings(document).into_iter().flat_map(|settings| &settings.dkim);
    let mut found: BTreeSet<String> = keys.flat_map(|key| names(&key.selector, &[domain])).collect();
    for sender in senders(document) {
        let declared = declared_selectors(&sender).into_iter().map(|(_, selector)| selector.value.as_str());
        let usual = sender.provider.iter().flat_map(|provider| &provider.dkim).flat_map(|set| &set.keys);
        let usual = usual.filter_map(|key| key.selector.literal());
        for selector in declared.chain(usual) {
            found.extend(names(selector, &[&sender.home, domain]));
        }
    }
    found.into_iter().collect()
}

fn declared_selectors<'a>(sender: &Sender<'a>) -> Vec<(usize, &'a Located<String>)> {
    sender.details.into_iter().flat_map(|details| details.dkim.iter().enumerate()).collect()
}

/// Selectors of `email.dkim`, of the declared senders, and those that their providers give to
/// everybody where the spec names none; each name once.
pub fn selectors<'a>(document: &'a Document, observed: &Observed) -> Vec<Selector<'a>> {
    let domain = &document.spec.domain.value.0;
    let keys: &[Located<Dkim>] = settings(document).map_or(&[], |settings| &settings.dkim);
    let declared = |selector: &str| {
        keys.iter().map(|key| &key.value).find(|key| key.selector.eq_ignore_ascii_case(selector))
    };
    let mut found: Vec<Selector<'a>> = Vec::new();
    for sender in senders(document) {
        let mut add = |selector: &str, place: Place, fact: Option<Fact>| {
            let name = where_published(&names(selector, &[&sender.home, domain]), observed);
            found.push(Selector {
                selector: selector.to_owned(),
                name,
                place,
                declared: declared(selector),
                sender: Some(sender.index),
                fact,
            });
        };
        let own = declared_selectors(&sender);
        for (n, selector) in &own {
            let path = format!("{}.dkim[{n}]", sender.place.path);
            add(&selector.value, Place::new(path, selector.span), fact(&sender, selector));
        }
        if own.is_empty() {
            for (selector, fact) in usual(&sender, domain, observed) {
                add(selector, sender.place.clone(), Some(fact));
            }
        }
    }
    for (index, key) in keys.iter().enumerate() {
        let path = format!("email.dkim[{index}].selector");
        found.push(Selector {
            selector: key.selector.value.clone(),
            name: names(&key.selector, &[domain]).remove(0),
            place: Place::new(path, key.selector.span),
            declared: Some(&key.value),
            sender: None,
            fact: None,
        });
    }
    let mut seen = BTreeSet::new();
    found.retain(|selector| seen.insert(selector.name.clone()));
    found
}

/// The first of the names that has a text or an alias; the first of all where none has.
fn where_published(names: &[String], observed: &Observed) -> String {
    let published = |name: &&String| match observed.dns(name, "TXT") {
        Some(Seen::Answer(answer)) => !answer.records.is_empty(),
        _ => false,
    };
    names.iter().find(published).or(names.first()).cloned().unwrap_or_default()
}

/// What the sender's provider says of a declared selector.
fn fact(sender: &Sender, selector: &str) -> Option<Fact> {
    let provider = sender.provider?;
    let selector = selector.to_ascii_lowercase();
    let about = crate::provider::About { domain: &sender.home, selector: &selector };
    let sets = provider.dkim.iter().flat_map(|set| set.keys.iter().map(move |key| (set, key)));
    sets.map(|(set, key)| Fact { provider, set, key }).find(|fact| fact.key.selector.fits(&selector, about))
}

/// The selectors that a provider gives to everybody: of its sets the one of which most is published,
/// the newest of all where nothing is.
fn usual(sender: &Sender, domain: &str, observed: &Observed) -> Vec<(&'static str, Fact)> {
    let Some(provider) = sender.provider else { return Vec::new() };
    let published = |(selector, _): &(&'static str, Fact)| {
        let name = format!("{selector}._domainkey.{}", sender.home).to_ascii_lowercase();
        matches!(observed.dns(&name, "TXT"), Some(Seen::Answer(answer)) if !answer.records.is_empty())
    };
    let keys = |set: &'static DkimSet| -> Vec<(&'static str, Fact)> {
        let literal = |key: &'static DkimKey| Some((key.selector.literal()?, Fact { provider, set, key }));
        let mut keys: Vec<_> = set.keys.iter().filter_map(literal).collect();
        // Where one account's keys have other names than another's, only what is there is known.
        let named_by_accounts = keys.len() < set.keys.len();
        if named_by_accounts || (set.one_key_is_enough && set.keys.iter().all(|key| key.chosen)) {
            keys.retain(published);
        }
        keys
    };
    // Keys below a name that only the account knows are found once the spec says that name.
    let reached = |set: &&DkimSet| set.below.is_none() || sender.home != domain;
    let sure = |set: &&DkimSet| set.confidence > Confidence::Unverified;
    let sets = provider.dkim.iter().filter(reached).filter(sure).map(keys).filter(|keys| !keys.is_empty());
    // Of equals `min_by_key` takes the first, and the data has the newest first.
    let best = sets.min_by_key(|keys| std::cmp::Reverse(keys.iter().filter(|key| published(key)).count()));
    best.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::check::Fixture;

    fn senders_of(email: &str) -> Vec<(String, String, String)> {
        let spec = format!("domain: shop.test\nemail:\n  send:\n{email}");
        let fixture = Fixture::new(&spec, "at: 2026-11-22T00:00:00Z").expect("a fixture");
        let world = fixture.world();
        let all = world.items.senders.iter();
        all.map(|sender| (sender.label.clone(), sender.home.clone(), sender.mail_from.clone())).collect()
    }

    #[test]
    fn senders_have_names_homes_and_return_paths() {
        let found = senders_of(
            "    - google-workspace\n    - {provider: postmark, return_path: pm-bounces}\n    - mailgun\n    - {provider: mailgun, return_path: m.shop.test}\n    - {ip: [203.0.113.1]}\n",
        );
        let found: Vec<(&str, &str, &str)> =
            found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
        assert_eq!(
            found,
            [
                ("google-workspace", "shop.test", "shop.test"),
                ("postmark", "shop.test", "pm-bounces.shop.test"),
                ("mailgun", "mg.shop.test", "mg.shop.test"),
                ("mailgun (2)", "m.shop.test", "m.shop.test"),
                ("sender 5", "shop.test", "shop.test"),
            ]
        );
    }

    fn selectors_of(email: &str, dns: &str) -> Vec<String> {
        let spec = format!("domain: shop.test\nemail:\n{email}");
        let observed = format!("at: 2026-11-22T00:00:00Z\ndns:\n{dns}");
        let fixture = Fixture::new(&spec, &observed).expect("a fixture");
        let world = fixture.world();
        world
            .items
            .selectors
            .iter()
            .map(|selector| format!("{} {}", selector.name, selector.place.path))
            .collect()
    }

    #[test]
    fn providers_have_selectors_of_their_own() {
        let none = "  none.test A: {answer: {nxdomain: true}}\n";
        assert_eq!(
            selectors_of("  send: [google-workspace, postmark, mailchimp]\n  dkim: [{selector: s9}]\n", none),
            [
                "google._domainkey.shop.test email.send[0]",
                "k2._domainkey.shop.test email.send[2]",
                "k3._domainkey.shop.test email.send[2]",
                "s9._domainkey.shop.test email.dkim[0].selector",
            ]
        );
        let old = "  k1._domainkey.shop.test TXT: {answer: {records: [{name: dkim.mcsv.net, type: TXT, value: p=x}]}}\n";
        assert_eq!(selectors_of("  send: [mailchimp]\n", old), ["k1._domainkey.shop.test email.send[0]"]);
        assert_eq!(
            selectors_of("  send: [{provider: google-workspace, dkim: [own]}]\n", none),
            ["own._domainkey.shop.test email.send[0].dkim[0]"]
        );
    }
}
