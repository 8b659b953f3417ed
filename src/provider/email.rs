//! Mail services: what their MX hosts, SPF includes, DKIM keys and return paths look like.

mod model;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::About;
use crate::spec::load;

pub use model::{
    DkimKey, DkimSet, Kind, MailServices, Mx, MxHost, MxSet, NoMail, Provider, Proxying, Record, RecordKind,
    SendsFrom, Spf,
};

static SERVICES: LazyLock<MailServices> = LazyLock::new(|| {
    // A test reads it, so that the default never stands in.
    load::embedded(TEXT).unwrap_or_default()
});

const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/providers/email.yaml"));

/// Everything that is known of mail services.
pub fn services() -> &'static MailServices {
    &SERVICES
}

/// The service of that id.
pub fn find(id: &str) -> Option<&'static Provider> {
    SERVICES.providers.iter().find(|provider| provider.id == id)
}

/// The service whose mail exchangers all of these hosts are; names in lower case.
pub fn mailbox_provider(hosts: &[&str]) -> Option<&'static Provider> {
    if hosts.is_empty() {
        return None;
    }
    SERVICES.providers.iter().find(|provider| hosts.iter().all(|host| provider.owns_mx(host)))
}

/// The services that these includes of the domain's SPF record stand for, each once.
pub fn senders_of_spf(includes: &[&str]) -> Vec<&'static Provider> {
    let meant = |provider: &&Provider| includes.iter().any(|include| provider.owns_include(include));
    SERVICES.providers.iter().filter(meant).collect()
}

/// The selectors that services give to everybody, each once: worth trying where nobody has said
/// which there are.
pub fn selectors() -> BTreeSet<&'static str> {
    let sets = SERVICES.providers.iter().flat_map(|provider| &provider.dkim);
    let keys = sets.filter(|set| set.below.is_none()).flat_map(|set| &set.keys);
    keys.filter_map(|key| key.selector.literal()).collect()
}

/// The service that a selector belongs to. `target` is what it is an alias of; without one, the
/// selector alone must tell.
pub fn sender_of_key(domain: &str, selector: &str, target: Option<&str>) -> Option<&'static Provider> {
    let about = About { domain, selector };
    SERVICES.providers.iter().find(|provider| {
        let mut keys = provider.dkim.iter().filter(|set| set.below.is_none()).flat_map(|set| &set.keys);
        keys.any(|key| key.is_at(selector, target, about))
    })
}

/// Bounce domains that services give to everybody: the service, the name relative to the domain,
/// and the record.
pub fn usual_return_paths() -> impl Iterator<Item = (&'static Provider, &'static str, &'static Record)> {
    SERVICES.providers.iter().flat_map(|provider| {
        let literal = move |record: &'static Record| Some((provider, record.name.literal()?, record));
        provider.return_path.iter().filter_map(literal)
    })
}

impl Provider {
    /// True for one of its mail exchangers.
    pub fn owns_mx(&self, host: &str) -> bool {
        self.mx.iter().flat_map(|mx| &mx.hosts).any(|pattern| pattern.fits(host, About::default()))
    }

    /// True for one of its SPF includes at the domain, needless ones too.
    pub fn owns_include(&self, include: &str) -> bool {
        let at_the_domain = self.spf.iter().filter(|spf| spf.below.is_none());
        let mut all = at_the_domain.flat_map(|spf| [&spf.include, &spf.optional, &spf.needless]).flatten();
        all.any(|pattern| pattern.fits(include, About::default()))
    }
}

impl DkimKey {
    fn is_at(&self, selector: &str, target: Option<&str>, about: About) -> bool {
        let leads = match (self.kind, target) {
            (RecordKind::Cname, Some(target)) => self.targets.iter().any(|t| t.fits(target, about)),
            (RecordKind::Txt, None) => !self.shared,
            _ => false,
        };
        leads && self.selector.fits(selector, about)
    }
}

#[cfg(test)]
mod tests;
