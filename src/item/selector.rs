//! The selectors at which DKIM keys must stand.

use std::collections::BTreeSet;

use super::sender::{Sender, senders};
use crate::observed::{Observed, Seen};
use crate::provider::Confidence;
use crate::provider::email::{DkimKey, DkimSet, Provider};
use crate::spec::model::Dkim;
use crate::spec::{Document, Located, Place};

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
    let keys = document.spec.mail().into_iter().flat_map(|settings| &settings.dkim);
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
    let keys: &[Located<Dkim>] = document.spec.mail().map_or(&[], |settings| &settings.dkim);
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
