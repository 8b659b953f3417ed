//! Who sends in the domain's name: told by SPF includes, DKIM keys and return paths.

use super::questions;
use super::quote::{cut, is_name, list, scalar};
use super::sheet::Sheet;
use super::sight::Sight;
use super::spf::Record;
use crate::mail::dkim;
use crate::provider::About;
use crate::provider::email::{self, Provider};

/// A service that was seen.
pub(super) struct Sender<'a> {
    pub(super) provider: &'static Provider,
    /// True where SPF authorises it.
    spf: bool,
    /// Its selectors, with a key.
    selectors: Vec<&'static str>,
    /// Its bounce domain.
    return_path: Option<&'a str>,
}

/// A key that tells nobody's name.
struct Key<'a> {
    selector: &'static str,
    alias: Option<&'a str>,
}

/// Everybody who was seen sending.
#[derive(Default)]
pub(super) struct Senders<'a> {
    pub(super) known: Vec<Sender<'a>>,
    keys: Vec<Key<'a>>,
    /// Selectors without a key, and what is wrong with each.
    dead: Vec<(&'static str, String)>,
}

impl<'a> Senders<'a> {
    /// Reads what was seen; `records` are the domain's SPF records.
    pub(super) fn of(sight: &Sight<'a>, records: &[&str]) -> Self {
        let mut senders = Self::default();
        for record in records {
            for provider in email::senders_of_spf(&Record::read(record).includes) {
                senders.sender(provider).spf = true;
            }
        }
        for selector in questions::selectors() {
            senders.selector(sight, selector);
        }
        for (provider, name, record) in email::usual_return_paths() {
            let about = About { domain: sight.domain, selector: "" };
            let meant = |value: &&str| record.values.iter().any(|pattern| pattern.fits(value, about));
            if record.kind != email::RecordKind::Txt
                && sight.values(name, record.kind.name()).iter().any(meant)
            {
                senders.sender(provider).return_path = Some(name);
            }
        }
        senders
    }

    /// True where nobody was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.keys.is_empty() && self.dead.is_empty()
    }

    fn sender(&mut self, provider: &'static Provider) -> &mut Sender<'a> {
        let known = self.known.iter().position(|sender| sender.provider.id == provider.id);
        let index = known.unwrap_or_else(|| {
            self.known.push(Sender { provider, spf: false, selectors: Vec::new(), return_path: None });
            self.known.len() - 1
        });
        &mut self.known[index]
    }

    fn selector(&mut self, sight: &Sight<'a>, selector: &'static str) {
        let label = format!("{selector}._domainkey");
        let texts = sight.texts(&label);
        // A wildcard answers to every selector.
        if !texts.is_empty() && texts == sight.texts_of_any_selector() {
            return;
        }
        let alias = sight.values(&label, "CNAME").first().copied();
        let provider = email::sender_of_key(sight.domain, selector, alias);
        let keys = texts.iter().map(|text| text.as_str()).filter(|text| dkim::is_record(text));
        let (revoked, keys): (Vec<_>, Vec<_>) =
            keys.map(|text| dkim::Record::read(text).record).partition(dkim::Record::is_revoked);
        if !keys.is_empty() {
            match provider {
                Some(provider) => self.sender(provider).selectors.push(selector),
                None => self.keys.push(Key { selector, alias }),
            }
        } else if let (Some(provider), Some(alias)) = (provider, alias) {
            self.sender(provider);
            self.dead.push((selector, format!("is an alias of {}, where there is no key", cut(alias))));
        } else if !revoked.is_empty() {
            self.dead.push((selector, "is withdrawn: its key is empty".into()));
        }
    }
}

/// Writes `send`.
pub(super) fn write(sheet: &mut Sheet, senders: &Senders, mailbox: Option<&'static Provider>) {
    sheet.section("send", |sheet| {
        for sender in &senders.known {
            let (text, how) = entry(sender);
            sheet.seen(&text, &how);
        }
        if let Some(provider) = mailbox.filter(|provider| !senders.has(provider)) {
            sheet.decide(&format!("- {}", provider.id), "it receives; nothing says that it sends");
        }
        let own = "- {name: newsletter, dkim: [s1]}";
        sheet.decide(own, "others; most selectors cannot be guessed");
    });
}

fn entry(sender: &Sender) -> (String, String) {
    let id = &sender.provider.id;
    let mut keys = Vec::new();
    let mut how: Vec<&str> = Vec::new();
    if sender.spf {
        how.push("SPF");
    }
    if !sender.selectors.is_empty() {
        keys.push(format!("dkim: {}", list(sender.selectors.iter().copied())));
        how.push("DKIM");
    }
    if let Some(name) = sender.return_path {
        keys.push(format!("return_path: {}", scalar(name)));
        how.push("return path");
    }
    let mut how = how.join(", ");
    if sender.selectors.is_empty() && !sender.provider.dkim.is_empty() {
        how += "; to decide: dkim: [its selectors]";
    }
    if keys.is_empty() {
        return (format!("- {id}"), how);
    }
    (format!("- {{provider: {id}, {}}}", keys.join(", ")), how)
}

/// Writes `dkim`: keys that tell nobody's name, and what is wrong with others.
pub(super) fn write_keys(sheet: &mut Sheet, senders: &Senders) {
    sheet.section("dkim", |sheet| {
        for key in &senders.keys {
            let alias = key.alias.filter(|alias| is_name(alias));
            let alias = alias.map_or(String::new(), |alias| format!(", cname: {}", scalar(alias)));
            let text = format!("- {{selector: {}{alias}}}", scalar(key.selector));
            sheet.seen(&text, "a key; to decide: whose? name it under send");
        }
        for (selector, what) in &senders.dead {
            sheet.words(&format!("seen: {selector} {what}"));
        }
    });
}
