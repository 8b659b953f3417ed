//! The record that a DKIM selector needs.

use super::Wanted;
use crate::check::World;
use crate::item::Selector;
use crate::provider::email::{DkimKey, Provider};
use crate::provider::{About, Confidence, Pattern};

/// What the selector's record must be: the declared alias or key, or the alias that its provider
/// gives to everybody. `None` where only the provider's account knows it.
pub fn record(selector: &Selector, world: &World) -> Option<Wanted> {
    let declared = selector.declared;
    if let Some(target) = declared.and_then(|key| key.cname.as_ref()) {
        return Some(Wanted::cname(&selector.name, &target.value.0));
    }
    if let Some(key) = declared.and_then(|key| key.key.as_ref()) {
        // The spec may spread it over lines.
        let text = key.value.split_whitespace().collect::<Vec<_>>().join(" ");
        return Some(Wanted::txt(&selector.name, text));
    }
    let fact = selector.fact.filter(|fact| fact.set.confidence > Confidence::Unverified)?;
    let (domain, label) = home(selector, world);
    let about = About { domain: &domain, selector: &label };
    let target = fact.key.targets.iter().find_map(|target| filled(target, about))?;
    Some(Wanted::cname(&selector.name, target))
}

/// The provider that signs with the selector.
pub fn provider(selector: &Selector, world: &World) -> Option<&'static Provider> {
    let fact = selector.fact.map(|fact| fact.provider);
    let sender = || selector.sender.and_then(|index| world.items.senders.get(index));
    fact.or_else(|| sender().and_then(|sender| sender.provider))
}

/// Every key that the selector's provider documents under this selector, the surest first.
pub fn documented(selector: &Selector, world: &World) -> Vec<(&'static DkimKey, Confidence)> {
    let (domain, label) = home(selector, world);
    let about = About { domain: &domain, selector: &label };
    let sets = provider(selector, world).into_iter().flat_map(|provider| &provider.dkim);
    let keys = sets.flat_map(|set| set.keys.iter().map(|key| (key, set.confidence)));
    let mut fitting: Vec<_> = keys.filter(|(key, _)| key.selector.fits(&label, about)).collect();
    fitting.sort_by_key(|(_, confidence)| std::cmp::Reverse(*confidence));
    fitting
}

/// True where the provider documents this target for the selector, however sure that is.
pub fn fits(selector: &Selector, target: &str, world: &World) -> bool {
    let (domain, label) = home(selector, world);
    let about = About { domain: &domain, selector: &label };
    let mut targets = documented(selector, world).into_iter().flat_map(|(key, _)| &key.targets);
    targets.any(|pattern| pattern.fits(target, about))
}

/// The targets that the provider documents for the selector, as people read them:
/// `selector1-<name>._domainkey.<name>.onmicrosoft.com`.
pub fn targets(selector: &Selector, world: &World) -> Vec<String> {
    let (domain, label) = home(selector, world);
    let about = About { domain: &domain, selector: &label };
    let sure = documented(selector, world).into_iter().filter(|(_, sure)| *sure > Confidence::Unverified);
    sure.flat_map(|(key, _)| &key.targets).map(|pattern| readable(pattern, about)).collect()
}

/// The name that the selector's sender sends from, and the selector, both as names are compared.
fn home(selector: &Selector, world: &World) -> (String, String) {
    let sender = selector.sender.and_then(|index| world.items.senders.get(index));
    let home = sender.map_or(world.domain(), |sender| sender.home.as_str());
    (home.to_ascii_lowercase(), selector.selector.to_ascii_lowercase())
}

/// What is known from the question itself.
fn known(pattern: &Pattern, about: About) -> String {
    let text = pattern.as_str().replace("{domain_dashed}", &about.domain.replace('.', "-"));
    text.replace("{domain}", about.domain).replace("{selector}", about.selector)
}

/// The name that a pattern stands for, where nothing in it is for the account to know.
fn filled(pattern: &Pattern, about: About) -> Option<String> {
    Some(known(pattern, about)).filter(|name| !name.contains('{'))
}

/// A pattern with what the account knows in angle brackets.
fn readable(pattern: &Pattern, about: About) -> String {
    known(pattern, about).replace('{', "<").replace('}', ">")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Fixture;

    fn wanted(email: &str) -> Vec<(String, Vec<String>)> {
        let spec = format!("domain: my.shop.test\nemail:\n{email}");
        let fixture = Fixture::new(&spec, "at: 2026-11-22T00:00:00Z").expect("a fixture");
        let world = fixture.world();
        let all = world.items.selectors.iter();
        all.map(|selector| {
            let record = record(selector, &world).map_or("unknown".to_owned(), |record| record.to_string());
            (record, targets(selector, &world))
        })
        .collect()
    }

    #[test]
    fn records_are_wanted_as_far_as_they_are_known() {
        let one = |email: &str| wanted(email).remove(0).0;
        assert_eq!(one("  send: [mailchimp]\n"), "k2._domainkey.my.shop.test CNAME dkim2.mcsv.net");
        assert_eq!(
            one("  send: [fastmail]\n"),
            "fm1._domainkey.my.shop.test CNAME fm1.my.shop.test.dkim.fmhosted.com"
        );
        assert_eq!(
            one("  send: [brevo]\n"),
            "brevo1._domainkey.my.shop.test CNAME b1.my-shop-test.dkim.brevo.com"
        );
        assert_eq!(
            one("  send: [{provider: amazon-ses, dkim: [AbC123]}]\n"),
            "abc123._domainkey.my.shop.test CNAME abc123.dkim.amazonses.com"
        );
        let declared = "  dkim: [{selector: s1, cname: a.host.test}, {selector: s2, key: \" p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=; k=ed25519\"}]\n";
        let declared: Vec<String> = wanted(declared).into_iter().map(|(record, _)| record).collect();
        assert_eq!(
            declared,
            [
                "s1._domainkey.my.shop.test CNAME a.host.test",
                "s2._domainkey.my.shop.test TXT \"p=aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=; k=ed25519\""
            ]
        );
    }

    #[test]
    fn what_only_the_account_knows_is_told_by_its_pattern() {
        let (record, targets) = wanted("  send: [microsoft-365]\n").remove(0);
        assert_eq!(record, "unknown");
        assert_eq!(targets[0], "selector1-<name>._domainkey.<name>.onmicrosoft.com");
        assert_eq!(wanted("  send: [google-workspace]\n"), [("unknown".to_owned(), vec![])]);
    }
}
