//! Who sends in the domain's name, and whom SPF must authorise.

use crate::mail::spf::Request;
use crate::provider::email::{self, Provider};
use crate::spec::model::{SenderDetails, Short};
use crate::spec::names::{full_name, is_elsewhere, is_under, name_form};
use crate::spec::{Document, Place};

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
    let Some(spf) = document.spec.mail().and_then(|settings| settings.spf.as_ref()) else { return all };
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

impl Sender<'_> {
    /// What receivers ask about the addresses that the spec declares for it: mail from a postmaster
    /// of its bounce domain.
    pub fn requests(&self) -> Vec<Request> {
        let addresses = self.details.into_iter().flat_map(|details| &details.ip);
        let sender = format!("postmaster@{}", self.mail_from);
        addresses.map(|ip| Request::new(ip.value.0, &sender, &self.mail_from)).collect()
    }
}

/// The declared senders.
pub fn senders(document: &Document) -> Vec<Sender<'_>> {
    let domain = &document.spec.domain.value.0;
    let mut labels: Vec<String> = Vec::new();
    let declared = document.spec.mail().into_iter().flat_map(|settings| settings.send.iter().enumerate());
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
}
