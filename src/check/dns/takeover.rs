//! Names that lead to a hosting at which nobody holds them.

use url::Url;

use super::alias::{Chain, End};
use crate::check::{Status, Verdict, World, seen};
use crate::item::Name;
use crate::observed::{Exchange, Seen};
use crate::takeover::Service;

pub(in crate::check) fn takeover_possible(name: &Name, world: &World) -> Verdict {
    let chain = Chain::of(&name.name, world);
    match &chain.end {
        End::Loop | End::TooLong => {
            return Verdict::not_judged("dns/cname-loop", &name.name, "the aliases never end");
        }
        End::Unknown(reason) => return super::not_looked_up(name, reason, world),
        End::Exists | End::Missing if !chain.is_alias() => {
            return Verdict::not_applicable(format!("{} is no alias", name.name));
        }
        End::Exists | End::Missing => {}
    }
    let Some((service, _)) = Service::of(chain.targets()) else {
        return Verdict::not_applicable("its aliases lead to no hosting that is known to give names out");
    };
    match chain.end {
        End::Missing if service.nxdomain && service.gives_out(chain.last()) => missing(&chain, service),
        End::Missing => Verdict::not_judged(
            "dns/cname-dangling",
            &name.name,
            "its alias leads to a name that does not exist",
        ),
        _ if !service.answers() => {
            Verdict::pass(format!("{} at {} exists", seen::cut(chain.last()), service.name))
        }
        _ => by_page(name, &chain, service, world),
    }
}

/// True where a stranger may hold, or come to hold, what the name leads to.
pub(in crate::check) fn is_possible(name: &str, world: &World) -> bool {
    let mut items = world.items.names.iter();
    items
        .find(|item| item.name == name)
        .is_some_and(|item| takeover_possible(item, world).status == Status::Fail)
}

fn missing(chain: &Chain, service: &Service) -> Verdict {
    let target = chain.last();
    failed(chain, service, &format!("{chain}, which does not exist at {}", service.name))
        .observed(format!("{target}: NXDOMAIN"))
}

fn failed(chain: &Chain, service: &Service, what: &str) -> Verdict {
    let owner = chain.owner();
    Verdict::fail(format!(
        "{what}: whoever registers it there may be able to answer in your name"
    ))
    .expected(format!("a name at {} that is yours", service.name))
    .label("nobody holds it")
    .help(format!(
        "delete the record of {owner} today if the service is not used any more; otherwise register the name at {} again, and see in your account there that it is yours",
        service.name
    ))
}

/// Judges by what the service answers for the name, over HTTP or HTTPS: for a name that nobody
/// holds there is often no certificate.
fn by_page(name: &Name, chain: &Chain, service: &Service, world: &World) -> Verdict {
    let urls = ["https", "http"].map(|scheme| Url::parse(&format!("{scheme}://{}/", name.name)));
    let mut read = None;
    for url in urls.iter().flatten() {
        let Some(Seen::Answer(exchange)) = world.observed.http(url) else { continue };
        let page = exchange.excerpt.as_ref().map_or("", |page| page.as_str());
        if let Some(said) = service.disowned_by(page) {
            return failed(chain, service, &format!("{chain}, and {} answers `{said}`", service.name))
                .observed(format!("{}: {}, `{said}`", seen::shown(url), exchange.status));
        }
        if !leads_to_itself(exchange, &name.name) {
            read = Some(url);
        }
    }
    match (read, urls.first()) {
        (Some(url), _) => Verdict::pass(format!(
            "{} answers {} as a name that somebody holds",
            service.name,
            seen::shown(url)
        )),
        (None, Some(Ok(url))) => seen::whosever(url, world).map_or_else(
            |verdict| *verdict,
            |_| Verdict::unknown(format!("{} only leads back to itself", seen::shown(url))),
        ),
        (None, _) => Verdict::unknown(format!("{} is not a name that can be asked", name.name)),
    }
}

/// True for the redirect to HTTPS: what the service has to say comes behind it.
fn leads_to_itself(exchange: &Exchange, name: &str) -> bool {
    let to = exchange.location.as_ref().filter(|_| exchange.is_redirect());
    to.is_some_and(|to| to.host_str() == Some(name))
}
